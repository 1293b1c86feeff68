"""What keeps a layer that was read from being relied on: kind and number."""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.errors import Problem
from zoning.io.catalogue import LayerDefinition
from zoning.io.config import LayerEntry
from zoning.io.layer_content import LayerContent
from zoning.io.layer_notes import listed
from zoning.model.problems import layer_problem
from zoning.overlay import as_shapes, dimensions

__all__ = ["expected_count", "wrong_kind"]

KIND_WORDS = {
    "polygon": ("面", "polygons"),
    "line": ("线或面", "lines or polygons"),
    "point": ("点或面", "points or polygons"),
    "mixed": ("面（中心线除外）", "polygons, but for center lines"),
}


def expected_count(entry: LayerEntry, layer_id: str, found: int) -> tuple[Problem, ...]:
    """Compare the features with the number that zoning.yaml states."""
    if entry.features is None or entry.features == found:
        return ()
    expected = str(entry.features)
    return (
        layer_problem("COUNT_MISMATCH", layer_id, found=str(found), expected=expected),
    )


def wrong_kind(
    content: LayerContent, definition: LayerDefinition
) -> tuple[Problem, ...]:
    """Find features that are not what the layer must hold.

    A red line stored as an outline encloses nothing: a site inside it would
    meet no polygon.
    """
    wanted = _wanted_dimensions(content, definition)
    shapes = as_shapes(content.geometry)
    mixed = shapes.kinds == shapely.GeometryType.GEOMETRYCOLLECTION
    wrong = mixed | (dimensions(shapes, np.arange(len(shapes))) < wanted)
    if not wrong.any():
        return ()
    count, rows = listed(content.ids[wrong])
    zh, en = KIND_WORDS[definition.geometry]
    return (
        layer_problem(
            "GEOMETRY_KIND",
            definition.id,
            wanted=zh,
            wanted_en=en,
            count=count,
            rows=rows,
        ),
    )


def _wanted_dimensions(
    content: LayerContent, definition: LayerDefinition
) -> NDArray[np.int_]:
    """Return the least dimension of each feature; rivers by their outline."""
    if definition.geometry == "mixed" and "outline" in content.attributes:
        center = content.attributes["outline"] == "center_line"
        return np.where(center, 1, 2)
    least = {"polygon": 2, "line": 1}.get(definition.geometry, 0)
    return np.full(len(content.geometry), least)
