"""Readings of coordinates whose CRS is open, tried against the county.

A pair of numbers without a CRS may be read in several ways. Each way that puts
it in or near the county is named, nearest first; which one holds is for a
person to say. The datum cannot be seen from numbers: CGCS2000 is tried, and
Xian 1980 or Beijing 1954 would lie tens of metres beside it.

References
----------
.. [1] EPSG registry: CGCS2000 / 3-degree Gauss-Krüger 4513-4533 (zone prefix)
   and 4534-4554 (none), 6-degree 4491-4501 (zone prefix), WGS 84 / UTM
   32601-32660. The 6-degree codes without prefix (4502-4512) are the same
   plane as a 3-degree code each and are not named twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure, terms
from zoning.errors import Problem
from zoning.georeference.gauss_kruger import (
    SIX_DEGREE,
    THREE_DEGREE,
    plane_of_zone,
)

__all__ = ["NEAR_M", "Change", "Reading", "located", "readings", "unplaced"]

NEAR_M = 30_000.0
"""A reading that lies further from the county explains nothing."""
SHOWN = 3
EXAMPLE = "EPSG:4546"
_HALF_TURN, _QUARTER = 180.0, 90.0
_MILLION = 1_000_000
_UTM, _WEB = 32600, "EPSG:3857"
_ZONES_BESIDE = 2  # how many zones to either side a careless file may name


class Change(StrEnum):
    """What would have to be changed in the numbers before a CRS is named."""

    NONE = "none"
    SWAPPED = "swapped"
    OTHER_ZONE = "other_zone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A way to read a coordinate pair, and how far from the county it then lies.

    `kind` and `number` (zone, or degrees of the central meridian) say in words
    what `crs` is.
    """

    crs: str
    kind: str
    number: int
    change: Change
    distance_m: float


def unplaced(
    code: str,
    where: str = "",
    point: tuple[float, float] | None = None,
    **values: str,
) -> Problem:
    """Return a problem of coordinates that cannot be placed yet.

    Parameters
    ----------
    code : str
        Its text ends in ``{readings}``, its cure may use ``{example}``.
    where : str
        File, row, line or point.
    point : tuple of float, optional
        One pair, as written, first axis taken for east.
    """
    known = {"readings": "", "readings_en": "", "example": EXAMPLE}
    pair = {} if point is None else {"x": repr(point[0]), "y": repr(point[1])}
    return Problem(code=code, where=where, values={**known, **pair, **values})


def located(
    problem: Problem, county: BaseGeometry, plane: str, *, apart_from: str | None = None
) -> Problem:
    """Add to an `unplaced` problem what its point would be in this county.

    Parameters
    ----------
    problem : Problem
        Any; one without a point is returned as it is.
    county : geometry
        In `plane`.
    plane : str
        CRS of `county`, metres.
    apart_from : str, optional
        The CRS in which the point has been read already.
    """
    values = dict(problem.values)
    if not {"x", "y", "readings"} <= values.keys():
        return problem
    point = float(values.pop("x")), float(values.pop("y"))
    found = [
        one
        for one in readings(point, county, plane)
        if (one.crs, one.change) != (apart_from, Change.NONE)
    ][:SHOWN]
    if found:
        plain = [one.crs for one in found if one.change is Change.NONE]
        usable = [crs for crs in plain if crs != _WEB]
        values |= {
            "readings": _listed(found, "zh"),
            "readings_en": _listed(found, "en"),
            "example": usable[0] if usable else values["example"],
        }
    return replace(problem, values=values)


def readings(
    point: tuple[float, float], county: BaseGeometry, plane: str
) -> tuple[Reading, ...]:
    """Return the readings of a pair that lie within 30 km of the county.

    Parameters
    ----------
    point : tuple of float
        As written, first axis taken for east or longitude.
    county : geometry
        In `plane`.
    plane : str
        CRS of `county`, metres.

    Returns
    -------
    tuple of Reading
        Nearest first; at the same distance as written before swapped before
        another zone, and degrees before 3-degree, 6-degree, UTM and Web
        Mercator planes.
    """
    if not np.isfinite(point).all():
        return ()
    middle = np.array([[county.centroid.x, county.centroid.y]])
    longitude = float(measure.to_lonlat(middle, plane)[0, 0])
    tried = []
    for change, pair in _changes(*point):
        for crs, kind, number in _candidates(pair, longitude, change):
            distance = _distance(pair, crs, county, plane=plane)
            if distance <= NEAR_M:  # false for nan too
                tried.append(
                    Reading(
                        crs=crs,
                        kind=kind,
                        number=number,
                        change=change,
                        distance_m=distance,
                    )
                )
    if any(one.change is Change.NONE for one in tried):  # the zone may be right
        tried = [one for one in tried if one.change is not Change.OTHER_ZONE]
    return tuple(sorted(tried, key=lambda one: one.distance_m))


def _changes(x: float, y: float) -> Iterator[tuple[Change, tuple[float, float]]]:
    yield Change.NONE, (x, y)
    yield Change.SWAPPED, (y, x)
    if _zone(x) is not None:
        yield Change.OTHER_ZONE, (x % _MILLION, y)


def _zone(east: float) -> int | None:
    zone = int(east // _MILLION)
    return zone if zone in THREE_DEGREE or zone in SIX_DEGREE else None


def _candidates(
    pair: tuple[float, float], longitude: float, change: Change
) -> Iterator[tuple[str, str, int]]:
    """Yield code, kind and number of what a pair could be near a longitude."""
    x, y = pair
    if abs(x) <= _HALF_TURN and abs(y) <= _QUARTER:
        yield measure.GEOGRAPHIC_CRS, "degrees", 0
        return
    zone = _zone(x)
    if zone is not None:
        kind = "gauss_3" if zone in THREE_DEGREE else "gauss_6"
        yield plane_of_zone(zone, prefixed=True), kind, zone
    elif 0 < x < _MILLION:
        yield from _plain(longitude, change)
    if change is Change.NONE:
        yield _WEB, "web_mercator", 0


def _plain(longitude: float, change: Change) -> Iterator[tuple[str, str, int]]:
    near = round(longitude / 3)
    for zone in range(near - _ZONES_BESIDE, near + _ZONES_BESIDE + 1):
        if zone in THREE_DEGREE:
            yield plane_of_zone(zone, prefixed=False), "gauss_plain", 3 * zone
    if change is Change.NONE:
        zone = int((longitude + _HALF_TURN) // 6) + 1
        yield f"EPSG:{_UTM + zone}", "utm", zone


def _distance(
    pair: tuple[float, float], crs: str, county: BaseGeometry, *, plane: str
) -> float:
    placed = measure.project(np.array([shapely.Point(pair)], dtype=object), crs, plane)
    return float(shapely.distance(placed[0], county))


def _listed(found: list[Reading], lang: str) -> str:
    told = terms.label("reading", "separator", lang).join(
        _told(one, lang) for one in found
    )
    return terms.label("reading", "tried", lang).format(readings=told)


def _told(reading: Reading, lang: str) -> str:
    km = reading.distance_m / 1000
    place = "within" if km == 0 else "beside"
    shown = f"{km:.0f}" if km >= 1 else "<1"
    parts = {
        "crs": terms.label("reading", reading.change, lang).format(crs=reading.crs),
        "kind": terms.label("reading", reading.kind, lang).format(n=reading.number),
        "place": terms.label("reading", place, lang).format(km=shown),
    }
    return terms.label("reading", "one", lang).format(**parts)
