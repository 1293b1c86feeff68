"""What keeps a layer that was read from being relied on: place, kind, number."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.io.catalogue import LayerDefinition
from zoning.io.config import LayerEntry
from zoning.io.layer_content import LayerContent
from zoning.io.layer_notes import listed
from zoning.model.problems import layer_problem

__all__ = ["AWAY_M", "REACH_M", "expected_count", "out_of_place", "wrong_kind"]

AWAY_M = 30_000.0
"""Features further outside the county's box than this are out of place."""
AWAY_SHARE = 0.1
REACH_M = 1_000_000.0
"""A vertex so far from the county is damage, in layers larger than it too."""
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


def out_of_place(
    content: LayerContent,
    entry: LayerEntry,
    layer_id: str,
    *,
    county: BaseGeometry | None,
) -> tuple[Problem, ...]:
    """Find features that do not lie where the county is (wrong CRS or zone)."""
    if county is None:
        return ()
    county = shapely.box(*county.bounds)
    away = ~shapely.covered_by(content.geometry, county.buffer(REACH_M))
    if not entry.beyond_county:
        away |= ~shapely.intersects(content.geometry, county.buffer(AWAY_M))
    if not away.any():
        return ()
    if away.mean() > AWAY_SHARE:
        detail = f"{int(away.sum())}/{len(away)}"
        return (layer_problem("LAYER_OUTSIDE_COUNTY", layer_id, detail=detail),)
    count, rows = listed(content.ids[away])
    return (layer_problem("FEATURES_AWAY", layer_id, count=count, rows=rows),)


def wrong_kind(
    content: LayerContent, definition: LayerDefinition
) -> tuple[Problem, ...]:
    """Find features that are not what the layer must hold.

    A red line stored as an outline encloses nothing: a site inside it would
    meet no polygon.
    """
    wanted = _wanted_dimensions(content, definition)
    kinds = shapely.get_type_id(content.geometry)
    mixed = kinds == shapely.GeometryType.GEOMETRYCOLLECTION
    wrong = mixed | (shapely.get_dimensions(content.geometry) < wanted)
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
