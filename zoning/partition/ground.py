"""The ground of a county divided by what is asked for: lines, townships, layers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.errors import Problem, UsageError
from zoning.model import Base, Layer
from zoning.model.problems import layer_problem
from zoning.partition.rules import class_column, control_lines
from zoning.partition.trust import required_layer
from zoning.partition.zones import NOWHERE, ZoneSystem, dissolve, divide

__all__ = [
    "ALSO",
    "LINE",
    "NOT_KNOWN",
    "REST",
    "SIDES",
    "Ground",
    "coverage_problems",
    "divide_ground",
    "is_areal",
    "layers_asked",
]

REST = "rest"
"""Ground that no control line claims."""

NOT_KNOWN = "not_known"
"""Ground that no line claims and some line's layer does not cover."""

LINE, ALSO = "line", "also"
SIDES = {"township": "township", "unit": "control_unit"}
"""Divisions by the codes of a layer."""

_COUNTY = "county"
_COVERAGE = "coverage of "
_SUB_ZONES = "urban_development_boundary"

Text = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ground:
    """Ground within and round a county, divided; arrays have shape (g,).

    Parameters
    ----------
    geometry : ndarray of object
        Multipolygons, together a valid coverage.
    labels : mapping of str to ndarray of object
        For each division the zone of each piece; '' where it leaves the ground
        free. ``line`` has beside it ``also``: the other lines that claim it.
    inside : ndarray of bool
        Whether the piece lies within the county.
    claims : mapping of str to ndarray of bool
        For each control line whether it claims the piece; empty unless asked.
    """

    geometry: NDArray[np.object_]
    labels: Mapping[str, Text]
    inside: NDArray[np.bool_]
    claims: Mapping[str, NDArray[np.bool_]]


def layers_asked(base: Base, by: Sequence[str]) -> dict[str, Layer]:
    """Return the layers that divisions need, by id.

    Raises
    ------
    LayerError
        When one is missing.
    UsageError
        When a division is no layer of polygons.
    """
    found: dict[str, Layer] = {}
    for name in by:
        keys = control_lines() if name == LINE else (SIDES.get(name, name),)
        for key in keys:
            if key not in {*base.layers, *base.absent, *base.missing}:
                values = {"by": name, "known": "、".join((*SIDES, LINE))}
                raise UsageError(Problem(code="DIVISION_UNKNOWN", values=values))
            layer = required_layer(base, key)
            if layer is not None:
                found[key] = layer
    return found


def divide_ground(base: Base, by: Sequence[str], *, tiles: int = 1) -> Ground:
    """Divide the ground of a county.

    Parameters
    ----------
    base : Base
        Opened base.
    by : sequence of str
        ``line``, ``township``, ``unit``, or the id of a polygon layer, which
        divides by its classes. Layers that are missing divide nothing.
    tiles : int
        Bounds the memory of the search for crossings; changes no byte.
    """
    systems = [_county(base), *_systems(base, by)]
    faces = divide(systems, tiles=tiles)
    kept = (faces.zone != NOWHERE).any(axis=1)
    keys, shapes = dissolve(faces.geometry[kept], faces.zone[kept])
    zones = {
        system.id: np.append(system.zones, "")[keys[:, row]]
        for row, system in enumerate(systems)
    }
    count = len(keys)
    labels: dict[str, Text] = {}
    for name in by:
        if name == LINE:
            labels |= _line(zones, count)
        else:
            labels[name] = zones.get(SIDES.get(name, name), _same("", count))
    claimed = control_lines() if LINE in by else ()
    return Ground(
        geometry=shapes,
        labels=labels,
        inside=zones[_COUNTY] != "",
        claims={key: zones[key] != "" for key in claimed if key in zones},
    )


def _county(base: Base) -> ZoneSystem:
    shape = np.array([base.county], dtype=object)
    return ZoneSystem(id=_COUNTY, geometry=shape, label=_same(_COUNTY, 1))


def _systems(base: Base, by: Sequence[str]) -> list[ZoneSystem]:
    """Return the systems of zones; of lines also where they are complete."""
    systems: list[ZoneSystem] = []
    for name in by:
        for key in control_lines() if name == LINE else (SIDES.get(name, name),):
            layer = base.layers.get(key)
            if layer is None:
                continue
            label = _line_labels(layer) if name == LINE else _zone_labels(layer)
            areal = is_areal(layer.geometry)
            systems.append(
                ZoneSystem(id=key, geometry=layer.geometry[areal], label=label[areal])
            )
            if name == LINE:
                systems += _coverage(base, layer)
    return systems


def is_areal(geometry: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say of each geometry whether it is a polygon or multipolygon."""
    return np.isin(shapely.get_type_id(geometry), [3, 6])


def _coverage(base: Base, layer: Layer) -> list[ZoneSystem]:
    """Return the extent of a layer that does not cover the county."""
    cover = layer.coverage
    if cover is None or cover.equals(base.county):
        return []
    shape = np.array([cover], dtype=object)
    name = f"{_COVERAGE}{layer.info.id}"
    return [ZoneSystem(id=name, geometry=shape, label=_same(name, 1))]


def _line_labels(layer: Layer) -> Text:
    """Return the line of each feature; of the urban boundary with its sub-zone."""
    key = layer.info.id
    if key != _SUB_ZONES:
        return _same(key, len(layer.geometry))
    values = layer.attributes["sub_zone"]
    return np.array([*(f"{key}.{value}" for value in values), None], object)[:-1]


def _zone_labels(layer: Layer) -> Text:
    """Return codes of townships and units, else the class of each feature."""
    key = layer.info.id
    column = "code" if key in SIDES.values() else class_column(key)
    if column is None or column not in layer.attributes:
        return _same(key, len(layer.geometry))
    values = layer.attributes[column].astype(str).astype(object)
    values[values == ""] = key
    return np.asarray(values)


def _line(zones: Mapping[str, Text], count: int) -> dict[str, Text]:
    """Return the first claim of each piece, and the others joined by ``+``."""
    line, also = _same("", count), _same("", count)
    for claim in (zones[key] for key in control_lines() if key in zones):
        later = (line != "") & (claim != "")
        also[later & (also != "")] += "+"
        also[later] += claim[later]
        line = np.where(line == "", claim, line)
    bare = np.zeros(count, dtype=bool)
    for name, zone in zones.items():
        if name.startswith(_COVERAGE):
            bare |= zone == ""
    line[(line == "") & bare] = NOT_KNOWN
    line[line == ""] = REST
    return {LINE: line, ALSO: also}


def _same(word: str, count: int) -> Text:
    return np.full(count, word, dtype=object)


def coverage_problems(layers: Mapping[str, Layer]) -> list[Problem]:
    """Return the lines of which it is not known where they are complete."""
    return [
        layer_problem("LINE_COVERAGE_UNKNOWN", key)
        for key, layer in layers.items()
        if key in control_lines() and layer.coverage is None
    ]
