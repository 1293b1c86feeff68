"""The county divided once: control lines, townships and control units."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import Problem
from zoning.model import Base, CheckOptions, Layer
from zoning.model.problems import layer_problem
from zoning.partition.rules import class_column, control_lines
from zoning.partition.trust import (
    CoveredTwice,
    covered_twice,
    required_layer,
    trust_problems,
)
from zoning.partition.zones import NOWHERE, Faces, ZoneSystem, dissolve, divide

__all__ = ["NOT_KNOWN", "REST", "Partition", "line_labels", "partition_county"]

REST = "rest"
"""Ground that no control line claims."""

NOT_KNOWN = "not_known"
"""Ground that no line claims and some line's layer does not cover."""

TOWNSHIP, UNIT, COUNTY = "township", "control_unit", "county"
_COVERAGE = "coverage of "
_SUB_ZONES = "urban_development_boundary"

Text = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Partition:
    """Pieces of a county that cover it once; arrays have shape (n,).

    Parameters
    ----------
    line : ndarray of object
        Layer id of the control line, of the urban boundary with its sub-zone
        (``urban_development_boundary.elastic``); or `REST`, `NOT_KNOWN`.
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


def partition_county(
    base: Base, options: CheckOptions, *, tiles: int = 1
) -> Partition:
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
    lines = {key: required_layer(base, key) for key in control_lines()}
    sides = {key: base.layers.get(key) for key in (TOWNSHIP, UNIT)}
    problems = [*_missing(base, sides)]
    twice: list[CoveredTwice] = []
    for layer in filter(None, (*lines.values(), *sides.values())):
        pairs, told = covered_twice(layer, options, crs=base.crs)
        twice += pairs
        problems += [*trust_problems(layer, options), *told]
    problems += _without_coverage(lines)
    systems = _systems(base, lines, sides)
    faces = divide(systems, tiles=tiles)
    return _pieces(base, systems, faces, twice=tuple(twice), problems=tuple(problems))


def line_labels(base: Base) -> tuple[str, ...]:
    """Return the values that `Partition.line` may have, in order of precedence."""
    found: list[str] = []
    for key in control_lines():
        layer = base.layers.get(key)
        if layer is not None:
            found += np.unique(_labels(layer).astype(str)).tolist()
    return (*found, REST, NOT_KNOWN)


def _missing(base: Base, sides: Mapping[str, Layer | None]) -> list[Problem]:
    return [
        problem
        for key, layer in sides.items()
        if layer is None
        for problem in base.missing.get(key, (layer_problem("LAYER_MISSING", key),))
    ]


def _without_coverage(lines: Mapping[str, Layer | None]) -> list[Problem]:
    return [
        layer_problem("LINE_COVERAGE_UNKNOWN", key)
        for key, layer in lines.items()
        if layer is not None and layer.coverage is None
    ]


def _systems(
    base: Base, lines: Mapping[str, Layer | None], sides: Mapping[str, Layer | None]
) -> list[ZoneSystem]:
    """Return county, townships, units, lines, and where lines are not complete."""
    county = np.array([base.county], dtype=object)
    systems = [ZoneSystem(id=COUNTY, geometry=county, label=_same(COUNTY, 1))]
    for key, layer in (*sides.items(), *lines.items()):
        if layer is None:
            continue
        label = _labels(layer) if key in lines else layer.attributes["code"]
        systems.append(ZoneSystem(id=key, geometry=layer.geometry, label=label))
        cover = layer.coverage
        if key in lines and cover is not None and not cover.equals(base.county):
            shape = np.array([cover], dtype=object)
            name = f"{_COVERAGE}{key}"
            systems.append(ZoneSystem(id=name, geometry=shape, label=_same(key, 1)))
    return systems


def _labels(layer: Layer) -> Text:
    """Return the line of each feature; of the urban boundary with its sub-zone."""
    key = layer.info.id
    column = class_column(key)
    if key != _SUB_ZONES or column is None:
        return _same(key, len(layer.geometry))
    values = layer.attributes[column]
    return np.array([*(f"{key}.{value}" for value in values), None], object)[:-1]


def _same(word: str, count: int) -> Text:
    return np.full(count, word, dtype=object)


def _pieces(
    base: Base,
    systems: Sequence[ZoneSystem],
    faces: Faces,
    *,
    twice: tuple[CoveredTwice, ...],
    problems: tuple[Problem, ...],
) -> Partition:
    inside = faces.zone[:, 0] != NOWHERE
    keys, shapes = dissolve(faces.geometry[inside], faces.zone[inside, 1:])
    place = {system.id: row for row, system in enumerate(systems[1:])}
    zones = {
        system.id: np.append(system.zones, "")[keys[:, row]]
        for row, system in enumerate(systems[1:])
    }
    claims = [zones[key] for key in control_lines() if key in place]
    line, also = _by_precedence(claims, len(keys))
    line[(line == "") & _uncovered(zones, len(keys))] = NOT_KNOWN
    line[line == ""] = REST
    free = _same("", len(keys))
    ground = {"line": line, "also": also}
    ground |= {"township": zones.get(TOWNSHIP, free), "unit": zones.get(UNIT, free)}
    order = np.lexsort([ground[k].astype(str) for k in ("also", "line", "unit")])
    order = order[np.argsort(ground["township"][order].astype(str), kind="stable")]
    county = np.array([base.county], dtype=object)
    return Partition(
        crs=base.crs,
        line=line[order],
        also=also[order],
        township=ground["township"][order],
        unit=ground["unit"][order],
        geometry=shapes[order],
        area_m2=measure.area_m2(shapes[order], base.crs),
        area_plane_m2=measure.plane_area_m2(shapes[order], base.crs),
        control_m2=float(measure.area_m2(county, base.crs)[0]),
        control_plane_m2=float(measure.plane_area_m2(county, base.crs)[0]),
        names=_names(base),
        outside_m2=_outside(systems, faces, base.crs),
        twice=twice,
        problems=problems,
    )


def _by_precedence(claims: Sequence[Text], count: int) -> tuple[Text, Text]:
    """Return the first claim of each piece, and the others joined by ``+``."""
    line, also = _same("", count), _same("", count)
    for claim in claims:
        later = (line != "") & (claim != "")
        also[later & (also != "")] += "+"
        also[later] += claim[later]
        line = np.where(line == "", claim, line)
    return line, also


def _uncovered(zones: Mapping[str, Text], count: int) -> NDArray[np.bool_]:
    """Say where the layer of some line is not complete."""
    bare = np.zeros(count, dtype=bool)
    for name, zone in zones.items():
        if name.startswith(_COVERAGE):
            bare |= zone == ""
    return bare


def _outside(
    systems: Sequence[ZoneSystem], faces: Faces, crs: str
) -> dict[str, float]:
    """Return how much of each line lies beyond the county, square metres."""
    beyond = faces.zone[:, 0] == NOWHERE
    area = measure.area_m2(faces.geometry[beyond], crs)
    return {
        system.id: math.fsum(area[faces.zone[beyond, row] != NOWHERE])
        for row, system in enumerate(systems)
        if system.id in control_lines()
    }


def _names(base: Base) -> dict[str, str]:
    names: dict[str, str] = {}
    for key in (TOWNSHIP, UNIT):
        layer = base.layers.get(key)
        if layer is not None and "name" in layer.attributes:
            columns = layer.attributes["code"], layer.attributes["name"]
            names |= {str(c): str(n) for c, n in zip(*columns, strict=True)}
    return dict(sorted(names.items()))
