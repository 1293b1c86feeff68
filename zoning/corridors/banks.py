"""The banks of a river: stations at equal steps along its water, and their side.

Everything told bank by bank (the green belt, green corridors along a river,
the drawdown belt) starts from these stations. Left and right are those of
somebody who looks downstream.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid
from zoning.errors import LayerError, Problem

__all__ = ["BankStations", "bank_stations", "sides_of"]

Floats = NDArray[np.float64]
AHEAD_M = 1.0
"""So far from a bank its normal has left the bank."""
_SURE_FALL_M = 1.0
"""A line whose halves differ by less in height has no downstream end to be told."""
_SAMPLES = 32


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BankStations:
    """Points along the banks in order of the rings; n of them, plane metres.

    Attributes
    ----------
    rings : ndarray of object, shape (r,)
        The outer rings of the water, the water to their left.
    ring : ndarray of int64, shape (n,)
        The ring of a station.
    along_m, step_m : ndarray of float64, shape (n,)
        Distance along the ring, and to the next station.
    xy, normal : ndarray of float64, shape (n, 2)
        The station, and the unit vector away from the water.
    """

    rings: NDArray[np.object_]
    ring: NDArray[np.int64]
    along_m: Floats
    step_m: Floats
    xy: Floats
    normal: Floats

    def followers(self) -> NDArray[np.int64]:
        """Return the next station along the bank, -1 where the border lies between."""
        turn = shapely.length(self.rings)[self.ring]
        place = np.rint(self.along_m / self.step_m).astype(np.int64)
        count = np.rint(turn / self.step_m).astype(np.int64)
        first = np.searchsorted(self.ring, self.ring)
        at = np.arange(len(self.ring)) + 1
        at[(at == len(at)) | (self.ring[at % len(at)] != self.ring)] = -1
        at = np.where(at < 0, first, at)
        return np.where(place[at] == (place + 1) % count, at, -1)


def bank_stations(
    water: BaseGeometry, spacing_m: float, *, county: BaseGeometry | None = None
) -> BankStations:
    """Return stations along the banks of a river.

    Parameters
    ----------
    water : Polygon or MultiPolygon
        The river between its banks, in a plane of metres. Islands have no station.
    spacing_m : float
        The most between two stations.
    county : Polygon, optional
        Only stations inside it that lead into it: where the river is cut at the
        border, the cut is no bank.

    Raises
    ------
    LayerError
        ``BELT_NO_BANK`` where no bank lies inside the county.
    """
    parts = shapely.get_parts(shapely.orient_polygons(water))
    rings = shapely.get_exterior_ring(parts[shapely.area(parts) > 0])
    length = shapely.length(rings)
    count = np.maximum(np.ceil(length / spacing_m), 3).astype(np.int64)
    ring = np.repeat(np.arange(len(rings)), count)
    number = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
    step = (length / count)[ring]
    xy, normal = _normals(rings[ring], number * step, spacing_m)
    kept = np.ones(len(ring), dtype=np.bool_)
    if county is not None and len(ring):
        kept = _off_the_border(xy, normal, county)
    if not kept.any():
        raise LayerError(Problem(code="BELT_NO_BANK", values={}))
    return BankStations(
        rings=rings,
        ring=ring[kept],
        along_m=(number * step)[kept],
        step_m=step[kept],
        xy=xy[kept],
        normal=normal[kept],
    )


def sides_of(xy: Floats, axis: BaseGeometry, dem: Grid) -> NDArray[np.str_]:
    """Say on which side of a river points lie, seen downstream.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
        Plane points.
    axis : LineString or MultiLineString
        The river's line; the direction it is drawn in does not matter.
    dem : Grid
        Heights: the lower half of a line is downstream.

    Returns
    -------
    ndarray of str, shape (n,)
        ``left`` or ``right``; empty where the halves of the nearest line are level
        within a metre, or one of them is off the heights.
    """
    lines = shapely.get_parts(shapely.line_merge(axis))
    points = shapely.points(xy)
    which = shapely.STRtree(lines).nearest(points)
    nearest = lines[which]
    at = shapely.line_locate_point(nearest, points)
    length = shapely.length(nearest)
    reach = np.minimum(AHEAD_M, length / 2)
    start = np.clip(at - reach, 0, length - 2 * reach)
    back, front = (
        shapely.get_coordinates(shapely.line_interpolate_point(nearest, place))
        for place in (start, start + 2 * reach)
    )
    ahead, out = front - back, xy - back
    turn = ahead[:, 0] * out[:, 1] - ahead[:, 1] * out[:, 0]
    fall = _fall(dem, lines)[which]
    left = turn * fall > 0
    side = np.where(left, "left", "right")
    return np.where(np.abs(fall) >= _SURE_FALL_M, side, "")


def _fall(dem: Grid, lines: NDArray[np.object_]) -> Floats:
    """Return by how much the second half of lines lies lower; nan where unknown."""
    share = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    at = shapely.line_interpolate_point(lines[:, None], share, normalized=True)
    rows, columns = dem.cells_at(shapely.get_coordinates(at.ravel()))
    found = np.where(rows < 0, np.nan, dem.floats()[rows, columns])
    halves = found.reshape(len(lines), 2, _SAMPLES // 2)
    known = ~np.isnan(halves)
    count = known.sum(axis=2)
    total = np.where(known, halves, 0.0).sum(axis=2)
    mean = np.full(count.shape, np.nan)
    np.divide(total, count, out=mean, where=count > 0)
    return np.asarray(mean[:, 0] - mean[:, 1])


def _normals(
    rings: NDArray[np.object_], along: Floats, spacing_m: float
) -> tuple[Floats, Floats]:
    """Return points on rings and unit vectors to the right, over a spacing's chord."""
    length = shapely.length(rings)
    here, before, after = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(rings, (along + shift) % length)
        )
        for shift in (0.0, -spacing_m / 2, spacing_m / 2)
    )
    chord = after - before
    right = np.column_stack([chord[:, 1], -chord[:, 0]])
    return here, right / np.maximum(np.hypot(*right.T), 1e-12)[:, None]


def _off_the_border(
    xy: Floats, normal: Floats, county: BaseGeometry
) -> NDArray[np.bool_]:
    """Say which stations lie in the county and lead into it."""
    ahead = xy + normal * AHEAD_M
    shapely.prepare(county)
    inside: NDArray[np.bool_] = shapely.intersects_xy(county, xy[:, 0], xy[:, 1])
    return inside & shapely.contains_xy(county, ahead[:, 0], ahead[:, 1])
