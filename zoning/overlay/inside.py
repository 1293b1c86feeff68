"""Points in polygons and lines through them, from the same edges as areas.

Over a place x the polygon lies between its edges: those above a point, counted
by sign, are one if it lies inside and none if not. A point on the outline
itself belongs to one side or the other by the last bit; where that matters,
GEOS is asked.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.columns import summed
from zoning.overlay.cutting import height_at
from zoning.overlay.density import local_densities
from zoning.overlay.edges import RaggedEdges

__all__ = ["lengths_inside", "points_inside"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def points_inside(
    polygons: RaggedEdges, feature: Indices, xy: Floats
) -> NDArray[np.bool_]:
    """Say of each point whether it lies in its polygon.

    Parameters
    ----------
    polygons : RaggedEdges
        The polygons.
    feature : ndarray of int64, shape (n,)
        Row of the polygon that each point is asked of.
    xy : ndarray, shape (n, 2)
        Points in the plane of `polygons`.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    row, edge, floor = _edges_of(polygons, feature)
    x, y = xy[row].T
    x0, y0, x1, y1 = polygons.ends[edge].T
    over = (x0 <= x) & (x < x1) & (floor <= y)
    over &= height_at(x, x0, y0, x1=x1, y1=y1) > y
    return summed(row, np.where(over, polygons.sign[edge], 0.0), len(xy)) > 0


def lengths_inside(
    polygons: RaggedEdges, feature: Indices, segments: Floats, *, crs: str
) -> Floats:
    """Return how much of each segment lies in its polygon, metres.

    Parameters
    ----------
    polygons : RaggedEdges
        The polygons.
    feature : ndarray of int64, shape (n,)
        Row of the polygon that each segment is asked of.
    segments : ndarray, shape (n, 4)
        Both ends, in the plane of `polygons`.
    crs : str
        That plane, conformal: the scale of a length is the root of that of an
        area, taken at the middle of the segment (3e-9 off per
        metre of it). Or `density.PLAIN`.

    Returns
    -------
    ndarray, shape (n,)
        Along an outline: all or nothing.
    """
    row, edge, floor = _edges_of(polygons, feature)
    flipped = segments[:, 0] > segments[:, 2]
    flipped |= (segments[:, 0] == segments[:, 2]) & (segments[:, 1] > segments[:, 3])
    ways = np.where(flipped[:, None], segments[:, [2, 3, 0, 1]], segments)
    way, ends = ways[row], polygons.ends[edge]
    upright = way[:, 0] == way[:, 2]
    part = np.where(
        upright, _upright(way, ends, floor=floor), _sloping(way, ends, floor=floor)
    )
    share = summed(row, polygons.sign[edge] * part, len(segments))
    middle = np.tile((segments[:, :2] + segments[:, 2:]) / 2, 2)
    scale = np.sqrt(local_densities(middle, crs)[:, 0])
    length = np.hypot(*(segments[:, 2:] - segments[:, :2]).T) * scale
    return np.asarray(np.clip(share, 0.0, 1.0) * length)


def _edges_of(
    polygons: RaggedEdges, feature: Indices
) -> tuple[Indices, Indices, Floats]:
    """Return row, edge and floor of the piece, for all edges of each feature."""
    first = polygons.edge_starts[polygons.piece_starts[feature]]
    count = polygons.edge_starts[polygons.piece_starts[feature + 1]] - first
    row = np.repeat(np.arange(len(feature)), count)
    edge = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count) + first[row]
    piece = np.searchsorted(polygons.edge_starts, edge, side="right") - 1
    return row, edge, polygons.box[piece, 1]


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _sloping(way: Floats, ends: Floats, *, floor: Floats) -> Floats:
    """Return the part of a way that runs between a floor and an edge."""
    x0, y0, x1, y1 = way.T
    west, east = np.maximum(x0, ends[:, 0]), np.minimum(x1, ends[:, 2])
    low, high = (height_at(x, x0, y0, x1=x1, y1=y1) for x in (west, east))
    roof = [
        height_at(x, ends[:, 0], ends[:, 1], x1=ends[:, 2], y1=ends[:, 3])
        for x in (west, east)
    ]
    part = _below(low - roof[0], high - roof[1]) - _below(low - floor, high - floor)
    return np.where(west < east, part * (east - west) / (x1 - x0), 0.0)


def _below(start: Floats, end: Floats) -> Floats:
    """Return the part of a straight course from `start` to `end` that is below 0."""
    crossing = np.where(start < 0, start, end) / np.where(
        start < 0, start - end, end - start
    )
    return np.where((start < 0) == (end < 0), np.where(start < 0, 1.0, 0.0), crossing)


@np.errstate(divide="ignore", invalid="ignore", over="ignore")
def _upright(way: Floats, ends: Floats, *, floor: Floats) -> Floats:
    x, low, _, high = way.T
    roof = height_at(x, ends[:, 0], ends[:, 1], x1=ends[:, 2], y1=ends[:, 3])
    part = np.minimum(high, roof) - np.maximum(low, floor)
    over = (ends[:, 0] <= x) & (x < ends[:, 2]) & (high > low)
    return np.where(over, np.maximum(part, 0.0) / (high - low), 0.0)
