"""Readings of coordinates whose CRS is open, tried against the county.

A pair of numbers without a CRS may be read in several ways. Each way that puts
it in or near the county is named, nearest first; which one holds is for a
person to say.

References
----------
.. [1] EPSG registry: CGCS2000 / 3-degree Gauss-Krüger 4513-4533 (zone prefix)
   and 4534-4554 (none), 6-degree 4491-4501 (zone prefix), WGS 84 / UTM
   32601-32660. The 6-degree codes without prefix (4502-4512) are the same
   plane as a 3-degree code each and are not named twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cache

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem

__all__ = ["NEAR_M", "Change", "Reading", "located", "readings", "unplaced"]

NEAR_M = 30_000.0
"""A reading that lies further from the county explains nothing."""
SHOWN = 3
EXAMPLE = "EPSG:4546"
_DEGREES, _HALF_TURN, _QUARTER = measure.GEOGRAPHIC_CRS, 180.0, 90.0
_MILLION = 1_000_000
_THREE_DEGREE, _SIX_DEGREE = range(25, 46), range(13, 24)
_PREFIXED_3, _PLAIN_3, _PREFIXED_6, _UTM, _WEB = 4513, 4534, 4491, 32600, "EPSG:3857"
_ZONES_BESIDE = 2  # how many zones to either side a careless file may name


class Change(Enum):
    """What would have to be changed in the coordinates before a CRS is named."""

    NONE = ("{crs}", "{crs}")
    SWAPPED = ("两列对调后的 {crs}", "{crs} with the columns swapped")
    OTHER_ZONE = ("带号改正后的 {crs}", "{crs} with the zone number corrected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A way to read a coordinate pair, and how far from the county it then lies."""

    crs: str
    change: Change
    distance_m: float


def unplaced(
    code: str,
    where: str,
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
        The first pair, as written, first axis taken for east.
    """
    known = {"readings": "", "readings_en": "", "example": EXAMPLE}
    pair = () if point is None else zip("xy", map(repr, map(float, point)), strict=True)
    return Problem(code=code, where=where, values={**known, **dict(pair), **values})


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
    values = problem.values
    if "x" not in values or "readings" not in values:
        return problem
    point = float(values["x"]), float(values["y"])
    found = [
        one
        for one in readings(point, county, plane)
        if (one.crs, one.change) != (apart_from, Change.NONE)
    ][:SHOWN]
    if not found:
        return problem
    plain = [one.crs for one in found if one.change is Change.NONE]
    told = {
        "readings": "；按县域试算，可能是" + "、".join(_zh(one) for one in found),
        "readings_en": "; tried against the county, it may be "
        + ", ".join(_en(one) for one in found),
        "example": plain[0] if plain else values["example"],
    }
    return replace(problem, values={**values, **told})


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
        Nearest first; at the same distance degrees before 3-degree, 6-degree,
        UTM and Web Mercator planes, as written before swapped before another
        zone.
    """
    tried = []
    middle = np.array([[county.centroid.x, county.centroid.y]])
    longitude = float(measure.to_lonlat(middle, plane)[0, 0])
    for change, pair in _changes(*point):
        for crs in _candidates(pair, longitude, zone_known=change is not Change.NONE):
            distance = _distance(pair, crs, county, plane=plane)
            if distance <= NEAR_M:  # false for nan too
                tried.append(Reading(crs=crs, change=change, distance_m=distance))
    return tuple(sorted(tried, key=lambda one: one.distance_m))


def _changes(x: float, y: float) -> Iterator[tuple[Change, tuple[float, float]]]:
    yield Change.NONE, (x, y)
    yield Change.SWAPPED, (y, x)
    if _zone(x) is not None:
        yield Change.OTHER_ZONE, (x % _MILLION, y)


def _zone(east: float) -> int | None:
    zone = int(east // _MILLION) if np.isfinite(east) else 0
    return zone if zone in _THREE_DEGREE or zone in _SIX_DEGREE else None


def _candidates(
    pair: tuple[float, float], longitude: float, *, zone_known: bool
) -> Iterator[str]:
    """Return the codes by which a pair could be read near a longitude."""
    x, y = pair
    if abs(x) <= _HALF_TURN and abs(y) <= _QUARTER:
        yield _DEGREES
        return
    zone = _zone(x)
    if zone is not None:
        first = _PREFIXED_3 - _THREE_DEGREE.start
        if zone in _SIX_DEGREE:
            first = _PREFIXED_6 - _SIX_DEGREE.start
        yield f"EPSG:{first + zone}"
        return
    near = round(longitude / 3)
    for number in range(near - _ZONES_BESIDE, near + _ZONES_BESIDE + 1):
        if number in _THREE_DEGREE:
            yield f"EPSG:{_PLAIN_3 + number - _THREE_DEGREE.start}"
    if not zone_known:
        yield f"EPSG:{_UTM + int((longitude + _HALF_TURN) // 6) + 1}"
        yield _WEB


def _distance(
    pair: tuple[float, float], crs: str, county: BaseGeometry, *, plane: str
) -> float:
    placed = measure.project(np.array([shapely.Point(pair)], dtype=object), crs, plane)
    return float(shapely.distance(placed[0], county))


def _zh(reading: Reading) -> str:
    far = f"距县域 {reading.distance_m / 1000:.0f} 公里"
    place = far if reading.distance_m >= 1 else "落在县域内"
    named = reading.change.value[0].format(crs=reading.crs)
    return f" {named}（{_name(reading.crs)}，{place}）".replace(" 两", "两").replace(
        " 带", "带"
    )


def _en(reading: Reading) -> str:
    far = f"{reading.distance_m / 1000:.0f} km from the county"
    place = far if reading.distance_m >= 1 else "within the county"
    return (
        f"{reading.change.value[1].format(crs=reading.crs)}"
        f" ({_name(reading.crs)}; {place})"
    )


@cache
def _name(crs: str) -> str:
    return str(CRS.from_user_input(crs).name)
