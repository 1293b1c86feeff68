"""The county divided once: control lines, townships and control units."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import Problem
from zoning.model import Base, CheckOptions
from zoning.model.problems import layer_problem
from zoning.partition.ground import (
    ALSO,
    LINE,
    SIDES,
    Ground,
    coverage_problems,
    divide_ground,
    layers_asked,
)
from zoning.partition.trust import CoveredTwice, covered_twice, trust_problems

__all__ = ["Partition", "partition_county", "zone_names"]

Text = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """Pieces of a county that cover it once; arrays have shape (n,).

    Parameters
    ----------
    line : ndarray of object
        Layer id of the control line, of the urban boundary with its sub-zone
        (``urban_development_boundary.elastic``); or ``rest``, ``not_known``.
    also : ndarray of object
        Lines of lower precedence that claim the ground too, joined by ``+``.
    township, unit : ndarray of object
        Codes; '' where the layer leaves the ground free or is missing.
    geometry : ndarray of object
        Multipolygons in `crs`, together a valid coverage.
    area_m2, area_plane_m2 : ndarray of float64
        On the ellipsoid, and in the plane.
    control_m2, control_plane_m2 : float
        Of the county's outline: what the pieces have to add up to.
    names : mapping of str to str
        Of townships and units, by code.
    outside_m2 : mapping of str to float
        Ground of each line beyond the county.
    twice : tuple of CoveredTwice
        Where a layer overlaps itself.
    """

    crs: str
    line: Text
    also: Text
    township: Text
    unit: Text
    geometry: NDArray[np.object_]
    area_m2: NDArray[np.float64]
    area_plane_m2: NDArray[np.float64]
    control_m2: float
    control_plane_m2: float
    names: Mapping[str, str]
    outside_m2: Mapping[str, float]
    twice: tuple[CoveredTwice, ...]
    problems: tuple[Problem, ...]

    @property
    def residual_m2(self) -> float:
        """The county less the sum of the pieces."""
        return math.fsum([self.control_m2, *(-self.area_m2).tolist()])


def partition_county(base: Base, options: CheckOptions, *, tiles: int = 1) -> Partition:
    """Divide the county by control line, township and control unit.

    Parameters
    ----------
    base : Base
        Opened base.
    options : CheckOptions
        Day on which editions must be valid; boundary tolerance.
    tiles : int
        Bounds the memory of the search for crossings; changes no byte.

    Returns
    -------
    Partition
        Pieces ordered by township, unit, line. Ground that several lines claim
        is counted once, under the line of higher precedence. `problems` names
        what keeps the tables from being the county's.

    Raises
    ------
    LayerError
        When a control line is missing: the rest of the county could not be
        told from it.
    """
    there = [name for name, key in SIDES.items() if key in base.layers]
    layers = layers_asked(base, (LINE, *there))
    problems = _missing(base)
    twice: list[CoveredTwice] = []
    for layer in layers.values():
        pairs, told = covered_twice(layer, options, crs=base.crs)
        twice += pairs
        problems += [*trust_problems(layer, options), *told]
    problems += coverage_problems(layers)
    ground = divide_ground(base, (*SIDES, LINE), tiles=tiles)
    return _pieces(base, ground, twice=tuple(twice), problems=tuple(problems))


def _missing(base: Base) -> list[Problem]:
    return [
        problem
        for key in SIDES.values()
        if key not in base.layers
        for problem in base.missing.get(key, (layer_problem("LAYER_MISSING", key),))
    ]


def _pieces(
    base: Base,
    ground: Ground,
    *,
    twice: tuple[CoveredTwice, ...],
    problems: tuple[Problem, ...],
) -> Partition:
    names = ("township", "unit", LINE, ALSO)
    rows = np.flatnonzero(ground.inside)
    keys = [ground.labels[name][rows].astype(str) for name in reversed(names)]
    rows = rows[np.lexsort(keys)]
    shapes = ground.geometry[rows]
    county = np.array([base.county], dtype=object)
    return Partition(
        crs=base.crs,
        line=ground.labels[LINE][rows],
        also=ground.labels[ALSO][rows],
        township=ground.labels["township"][rows],
        unit=ground.labels["unit"][rows],
        geometry=shapes,
        area_m2=measure.area_m2(shapes, base.crs),
        area_plane_m2=measure.plane_area_m2(shapes, base.crs),
        control_m2=float(measure.area_m2(county, base.crs)[0]),
        control_plane_m2=float(measure.plane_area_m2(county, base.crs)[0]),
        names=zone_names(base),
        outside_m2=_outside(ground, base.crs),
        twice=twice,
        problems=problems,
    )


def _outside(ground: Ground, crs: str) -> dict[str, float]:
    """Return how much of each line lies beyond the county, square metres."""
    area = measure.area_m2(ground.geometry, crs)
    return {
        key: math.fsum(area[claimed & ~ground.inside])
        for key, claimed in ground.claims.items()
    }


def zone_names(base: Base) -> dict[str, str]:
    """Return the names of townships and control units by code."""
    names: dict[str, str] = {}
    for key in SIDES.values():
        layer = base.layers.get(key)
        if layer is not None and "name" in layer.attributes:
            columns = layer.attributes["code"], layer.attributes["name"]
            names |= {str(c): str(n) for c, n in zip(*columns, strict=True)}
    return dict(sorted(names.items()))
