"""A layer's content in the working plane, and its form in the store."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from zoning import store
from zoning.errors import Problem
from zoning.model import AttributeColumn, GeometryColumn, Repair, TextColumn
from zoning.overlay import RaggedEdges
from zoning.store.files import Parts

__all__ = ["LayerContent", "arrays_of", "from_stored", "header_of"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerContent:
    """What files or tables say, before edition and coverage are added."""

    geometry: GeometryColumn
    ids: TextColumn
    attributes: Mapping[str, AttributeColumn]
    crs: str
    encoding: str | None
    area_m2: float
    repairs: tuple[Repair, ...]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    edges: RaggedEdges | None = None
    """Of all shapes, where they have just been laid out."""


def header_of(content: LayerContent) -> dict[str, Any]:
    """Return what a store says of a layer beside its arrays."""
    columns = content.attributes
    return {
        "crs": content.crs,
        "encoding": content.encoding,
        "area_m2": content.area_m2,
        "features": len(content.geometry),
        "texts": [n for n, c in columns.items() if c.dtype != np.float64],
        "numbers": [n for n, c in columns.items() if c.dtype == np.float64],
        "repairs": [[r.feature, r.what, r.area_change_m2] for r in content.repairs],
        "notes": _listed(content.notes),
        "problems": _listed(content.problems),
    }


def arrays_of(content: LayerContent) -> Iterator[tuple[str, Parts]]:
    """Yield the arrays of a layer for the store."""
    yield from store.pack_shapes(np.asarray(content.geometry), content.edges)
    yield from store.pack_texts("ids", np.asarray(content.ids))
    for name, column in content.attributes.items():
        if column.dtype == np.float64:
            yield f"number/{name}", [column]
        else:
            yield from store.pack_texts(f"text/{name}", column.astype(object))


def from_stored(stored: store.StoredFile) -> LayerContent:
    """Return the content of a store; shapes and words are read on demand.

    Raises
    ------
    store.DamagedError
        When boxes, kinds or places are damaged.
    KeyError, ValueError, TypeError
        When it is of another make.
    """
    header = stored.header
    texts = {
        name: store.StoredTexts(stored, f"text/{name}") for name in header["texts"]
    }
    numbers = {name: stored[f"number/{name}"] for name in header["numbers"]}
    return LayerContent(
        geometry=cast("GeometryColumn", store.StoredShapes(stored)),
        ids=cast("TextColumn", store.StoredTexts(stored, "ids")),
        attributes=store.StoredColumns(texts, numbers),
        crs=header["crs"],
        encoding=header["encoding"],
        area_m2=header["area_m2"],
        repairs=tuple(
            Repair(feature=feature, what=what, area_change_m2=change)
            for feature, what, change in header["repairs"]
        ),
        notes=_problems(header["notes"]),
        problems=_problems(header["problems"]),
    )


def _listed(problems: tuple[Problem, ...]) -> list[Any]:
    return [[p.code, p.where, dict(p.values)] for p in problems]


def _problems(listed: list[Any]) -> tuple[Problem, ...]:
    return tuple(
        Problem(code=code, where=where, values=values) for code, where, values in listed
    )
