"""How far layers may be counted: their standing, and ground they cover twice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.check.standing import standing_problems
from zoning.errors import LayerError, Problem
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.overlay import DoubleCover, common_shapes, double_cover, within_tolerance
from zoning.topology import polygonal

__all__ = ["CoveredTwice", "covered_twice", "required_layer", "trust_problems"]

_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class CoveredTwice:
    """Two features of one layer that share ground.

    `residue` says that the overlap is within the boundary tolerance.
    """

    layer: str
    first: str
    second: str
    area_m2: float
    residue: bool


def required_layer(base: Base, layer_id: str) -> Layer | None:
    """Return a layer; None when the county is declared to have none of it.

    Raises
    ------
    LayerError
        When it is missing or cannot be relied on.
    """
    if layer_id in base.layers:
        return base.layers[layer_id]
    if layer_id in base.absent:
        return None
    raise LayerError(
        *base.missing.get(layer_id, (layer_problem("LAYER_MISSING", layer_id),))
    )


def trust_problems(layer: Layer, options: CheckOptions) -> tuple[Problem, ...]:
    """Return what keeps the areas of a layer from being the county's."""
    return (*layer.problems, *standing_problems(layer.info, options))


def covered_twice(
    layer: Layer, options: CheckOptions, *, crs: str
) -> tuple[tuple[CoveredTwice, ...], tuple[Problem, ...]]:
    """Return where a layer overlaps itself, and the problem that says so.

    Overlaps within the boundary tolerance are listed and are no problem.
    """
    found = double_cover(layer.geometry, crs=crs)
    residue = _residue(layer.geometry, found, options)
    ids = layer.feature_ids
    pairs = tuple(
        CoveredTwice(
            layer=layer.info.id,
            first=str(ids[one]),
            second=str(ids[other]),
            area_m2=float(area),
            residue=bool(small),
        )
        for one, other, area, small in zip(
            found.first, found.second, found.area_m2, residue, strict=True
        )
    )
    large = sorted((p for p in pairs if not p.residue), key=lambda p: -p.area_m2)
    if not large:
        return pairs, ()
    named = "、".join(f"{p.first}+{p.second}" for p in large[:_SHOWN])
    problem = layer_problem(
        "LAYER_COVERS_TWICE",
        layer.info.id,
        count=str(len(large)),
        area=f"{sum(p.area_m2 for p in large):.2f}",
        features=named + ("…" if len(large) > _SHOWN else ""),
    )
    return pairs, (problem,)


def _residue(
    geometry: NDArray[np.object_], found: DoubleCover, options: CheckOptions
) -> NDArray[np.bool_]:
    """Say of each pair whether its overlap is within the boundary tolerance."""
    residue = np.zeros(len(found), dtype=bool)
    small = np.flatnonzero(found.area_m2 < options.residue_area_m2)
    pairs = np.column_stack([found.first[small], found.second[small]])
    shapes = common_shapes(geometry, geometry, pairs)
    residue[small] = within_tolerance(polygonal(shapes), options)
    return residue
