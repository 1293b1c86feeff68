"""Outlines from one CRS to another so that no edge leaves its place.

An edge is straight in the CRS in which it is written: a straight line in the
Gauss-Krüger plane bows in degrees, by 12 mm on a kilometre from east to west
at 31° north. Where that exceeds a tolerance points are put in. WGS 84 and
CGCS2000 are taken as one datum, as everywhere in this program.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.survey_plane import survey_plane

__all__ = ["Carried", "carry", "is_survey_plane", "rounded"]

Pairs = NDArray[np.float64]

_BOW_M = 0.01  # a fifth of what a survey of boundary points may err by
_AREA_M2 = 0.02
_ROUNDS = 8
_TOUCH_M = 1e-6
_DEGREE_M = 111_320.0
_PLACES = {True: 10, False: 4}  # 0.01 mm, 0.1 mm: below any survey, above any noise


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Carried:
    """A geometry in its new CRS and how many points it got beside its own."""

    geometry: BaseGeometry
    inserted: int = 0


def carry(geometry: BaseGeometry, source: str, target: str) -> Carried:
    """Carry a geometry to another CRS.

    Parameters
    ----------
    geometry : geometry
        In `source`, x = east or longitude.
    source, target : str
        EPSG codes on CGCS2000 or WGS 84.

    Returns
    -------
    Carried
        Coordinates rounded to 0.1 mm or 1e-10 degrees, unless only the zone
        is put before the eastings or taken off; then they are exact. Points
        are put in until the ellipsoidal area agrees within 0.02 m².
    """
    if source == target or _same_degrees(source, target):
        return Carried(geometry=geometry)
    shift = _prefix_shift(source, target)
    if shift is not None:
        offset = np.array([shift, 0.0])
        moved = shapely.transform(geometry, lambda xy: xy + offset)
        return Carried(geometry=rounded(moved, 9))
    before, tolerance = _area(geometry, source), _BOW_M
    noded = _with_touching_points(geometry, source)
    made = _carried(noded, source, target, most_m=tolerance)
    for _ in range(_ROUNDS):
        if abs(_area(made, target) - before) <= _AREA_M2:
            break
        tolerance /= 4
        made = _carried(noded, source, target, most_m=tolerance)
    count = shapely.get_num_coordinates
    return Carried(geometry=made, inserted=int(count(made) - count(geometry)))


def _carried(
    geometry: BaseGeometry, source: str, target: str, *, most_m: float
) -> BaseGeometry:
    dense = _rebuilt(geometry, lambda xy: _dense(xy, source, target, most_m=most_m))
    moved = shapely.transform(dense, lambda xy: _moved(xy, source, target))
    return rounded(moved, _PLACES[measure.is_geographic(target)])


def rounded(geometry: BaseGeometry, places: int) -> BaseGeometry:
    """Return a geometry with coordinates of so many decimals, points kept."""
    made: BaseGeometry = shapely.transform(
        geometry, lambda xy: np.round(xy, places) + 0.0
    )
    return made


def is_survey_plane(crs: str) -> bool:
    """Say whether a CRS is a Gauss-Krüger plane of CGCS2000."""
    return survey_plane(crs, crs, 0.0).zone > 0 and _eastings(crs) is not None


def _eastings(crs: str) -> tuple[str, float] | None:
    """Return the plane by central meridian and what its eastings have before them."""
    plane = survey_plane(crs, crs, 0.0)
    number = int(crs.removeprefix("EPSG:"))
    by_meridian = int(plane.crs.removeprefix("EPSG:"))
    offset = {3: 21, 6: 11}[plane.width_deg]
    if number not in {by_meridian, by_meridian - offset}:
        return None
    return plane.crs, plane.prefix_m if number != by_meridian else 0.0


def _prefix_shift(source: str, target: str) -> float | None:
    one, two = _eastings(source), _eastings(target)
    if one is None or two is None or one[0] != two[0]:
        return None
    return two[1] - one[1]


def _same_degrees(source: str, target: str) -> bool:
    return measure.is_geographic(source) and measure.is_geographic(target)


def _with_touching_points(shape: BaseGeometry, crs: str) -> BaseGeometry:
    """Give an edge the points of other rings that lie on it.

    Such a ring touches the edge exactly in one CRS only: without a point of
    their own to share they would cross by a hair in any other.
    """
    if shapely.get_dimensions(shape) < 2 or _ring_count(shape) < 2:  # noqa: PLR2004 - polygons
        return shape
    reach = _TOUCH_M / (_DEGREE_M if measure.is_geographic(crs) else 1.0)
    corners = np.unique(shapely.get_coordinates(shape), axis=0)
    tree = shapely.STRtree([shapely.Point(pair) for pair in corners])

    def shared(xy: Pairs) -> Pairs:
        ring = shapely.LineString(xy)
        own = {tuple(pair) for pair in xy.tolist()}
        near = np.sort(tree.query(ring, predicate="dwithin", distance=reach)).tolist()
        new = [k for k in near if tuple(corners[k].tolist()) not in own]
        if not new:
            return xy
        steps = np.diff(xy, axis=0)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(steps[:, 0], steps[:, 1]))])
        where = np.array([ring.project(shapely.Point(corners[k])) for k in new])
        order = np.argsort(where, kind="stable")
        places = np.searchsorted(along, where[order]).clip(1, len(xy) - 1)
        return np.insert(xy, places, corners[new][order], axis=0)

    return _rebuilt(shape, shared)


def _ring_count(shape: BaseGeometry) -> int:
    return len(shapely.get_rings(shapely.get_parts(shape)))


def _moved(xy: Pairs, source: str, target: str) -> Pairs:
    """Carry coordinate pairs by way of degrees, without a shift of datum."""
    degrees = measure.to_lonlat(xy, source)
    return (
        degrees
        if measure.is_geographic(target)
        else measure.from_lonlat(degrees, target)
    )


def _dense(xy: Pairs, source: str, target: str, *, most_m: float) -> Pairs:
    """Put points on the edges that bow by more than `most_m` in `target`."""
    if len(xy) < 2:  # noqa: PLR2004 - an edge has two ends
        return xy
    ends = _moved(xy, source, target)
    middle = _moved((xy[:-1] + xy[1:]) / 2, source, target)
    off = middle - (ends[:-1] + ends[1:]) / 2
    if measure.is_geographic(target):
        off = off * _DEGREE_M
        off[:, 0] *= np.cos(np.radians(middle[:, 1]))
    pieces = np.maximum(np.ceil(np.sqrt(np.hypot(*off.T) / most_m)), 1).astype(int)
    steps = [
        start + (end - start) * (np.arange(count)[:, None] / count)
        for start, end, count in zip(xy[:-1], xy[1:], pieces, strict=True)
    ]
    return np.vstack([*steps, xy[-1:]])


def _rebuilt(shape: BaseGeometry, change: Callable[[Pairs], Pairs]) -> BaseGeometry:
    if isinstance(shape, shapely.MultiPolygon | shapely.MultiLineString):
        parts: Any = [_rebuilt(part, change) for part in shape.geoms]
        return type(shape)(parts)
    if isinstance(shape, shapely.Polygon):
        shell, *holes = (
            change(shapely.get_coordinates(r)) for r in shapely.get_rings(shape)
        )
        return shapely.Polygon(shell, holes)
    if isinstance(shape, shapely.LineString):
        return shapely.LineString(change(shapely.get_coordinates(shape)))
    return shape


def _area(geometry: BaseGeometry, crs: str) -> float:
    return float(measure.area_m2(np.array([geometry], dtype=object), crs)[0])
