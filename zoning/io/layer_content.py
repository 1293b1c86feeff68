"""A layer's content in the working plane, and its form in the store."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import store
from zoning.errors import Problem
from zoning.model import AttributeColumn, Repair

__all__ = ["LayerContent", "from_prepared", "to_prepared"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LayerContent:
    """What files or tables say, before edition and coverage are added."""

    geometry: NDArray[np.object_]
    ids: NDArray[np.object_]
    attributes: dict[str, AttributeColumn]
    crs: str
    encoding: str | None
    area_m2: float
    repairs: tuple[Repair, ...]
    notes: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def to_prepared(content: LayerContent) -> store.Prepared:
    """Pack content for the store."""
    arrays = {
        **store.pack_geometry("geometry", content.geometry),
        **store.pack_text("ids", content.ids),
    }
    for name, column in content.attributes.items():
        if column.dtype == np.float64:
            arrays[f"number/{name}"] = column
        else:
            arrays |= store.pack_text(f"text/{name}", column.astype(object))
    header: dict[str, Any] = {
        "crs": content.crs,
        "encoding": content.encoding,
        "area_m2": content.area_m2,
        "texts": [n for n, c in content.attributes.items() if c.dtype != np.float64],
        "numbers": [n for n, c in content.attributes.items() if c.dtype == np.float64],
        "repairs": [[r.feature, r.what, r.area_change_m2] for r in content.repairs],
        "notes": _listed(content.notes),
        "problems": _listed(content.problems),
    }
    return store.Prepared(header=header, arrays=arrays)


def from_prepared(prepared: store.Prepared) -> LayerContent:
    """Unpack what `to_prepared` packed.

    Raises
    ------
    KeyError, ValueError, TypeError
        When it is of another make.
    """
    header = prepared.header
    attributes: dict[str, AttributeColumn] = {
        name: prepared.text(f"text/{name}") for name in header["texts"]
    }
    for name in header["numbers"]:
        attributes[name] = prepared.arrays[f"number/{name}"]
    return LayerContent(
        geometry=prepared.geometry("geometry"),
        ids=prepared.text("ids"),
        attributes=attributes,
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
