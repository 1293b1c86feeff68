"""Cross-sections of a corridor, normal to its axis, and the widest way through.

A cross-section reaches as far as the axis beside it is still about the nearest
part of the axis: in a bend or a loop it does not measure the ground of the next
leg. The width is that of the longest piece of it that nothing breaks.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis

__all__ = ["Transects", "cut", "stations_of"]

Floats = NDArray[np.float64]
_OWN = 0.7
"""Least distance to the axis, of the offset: a point of which another leg of the
axis is clearly nearer belongs to that leg. A right-angled bend has cos 45° = 0.71."""
_STEPS = 12
"""Points along each half of a cross-section at which this is tried."""
_TOUCH = 1e-6
"""Metres: pieces that come this near are one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transects:
    """Cross-sections at stations of an axis; arrays in the order of stations.

    Parameters
    ----------
    at : ndarray of float64, shape (n,)
        Plane chainage.
    width : ndarray of float64, shape (n,)
        Longest unbroken piece, plane metres; 0 where there is none.
    piece : ndarray of float64, shape (n, 2, 2)
        Ends of that piece; nan where there is none.
    """

    at: Floats
    width: Floats
    piece: Floats


def stations_of(axis: Axis, spacing: float) -> Floats:
    """Return even chainages from end to end, no further apart than `spacing`.

    The ends themselves are left out by a hair, since a cross-section there runs
    along the outline.
    """
    length = float(axis.line.length)
    count = max(int(np.ceil(length / spacing)), 2)
    hair = min(spacing / 1000, length / 1000)
    return np.clip(np.linspace(0, length, count + 1), hair, length - hair)


def cut(
    axis: Axis, at: Floats, ground: BaseGeometry, *, reach: float, smooth: float
) -> Transects:
    """Cut ground along cross-sections.

    Parameters
    ----------
    axis : Axis
        In the plane.
    at : ndarray of float64, shape (n,)
        Plane chainages.
    ground : geometry
        Polygons in the plane.
    reach : float
        Longest half of a cross-section, plane metres.
    smooth : float
        Over how many metres of the axis its direction is taken.
    """
    points, normal = _normals(axis, at, smooth)
    left = _own_reach(axis, points, normal, reach=reach)
    right = _own_reach(axis, points, -normal, reach=reach)
    ends = np.stack(
        [points - normal * right[:, None], points + normal * left[:, None]], axis=1
    )
    lines = np.asarray(shapely.linestrings(ends), dtype=object)
    pieces, owner = _pieces(lines, ground)
    offset = _offsets(pieces, points[owner], normal[owner])
    start, end, owner = _merged(offset, owner)
    width = np.zeros(len(at))
    piece = np.full((len(at), 2, 2), np.nan)
    order = np.lexsort((start, -np.round(end - start, 6), owner))
    best = order[np.append(True, np.diff(owner[order]) > 0)] if len(order) else order
    who = owner[best]
    width[who] = end[best] - start[best]
    for side, offsets in enumerate((start[best], end[best])):
        piece[who, side] = points[who] + offsets[:, None] * normal[who]
    return Transects(at=at, width=width, piece=piece)


def _normals(axis: Axis, at: Floats, smooth: float) -> tuple[Floats, Floats]:
    """Return points on the axis and unit normals, shape (n, 2) each."""
    length = float(axis.line.length)
    behind, ahead = at - smooth / 2, at + smooth / 2
    if axis.closed:
        behind, ahead = behind % length, ahead % length
    line = axis.line
    back, on, fore = (
        shapely.get_coordinates(
            shapely.line_interpolate_point(line, np.clip(s, 0, length))
        )
        for s in (behind, at, ahead)
    )
    along = fore - back
    size = np.hypot(*along.T)
    along /= np.where(size > 0, size, 1.0)[:, None]
    return on, np.column_stack([-along[:, 1], along[:, 0]])


def _own_reach(axis: Axis, points: Floats, normal: Floats, *, reach: float) -> Floats:
    """Return how far from the axis its points still are about the nearest, (n,)."""
    offset = reach * np.arange(1, _STEPS + 1) / _STEPS
    xy = points[:, None] + normal[:, None] * offset[None, :, None]
    shapely.prepare(axis.line)
    near = shapely.distance(shapely.points(xy), axis.line)
    own = near >= _OWN * offset
    lost = np.argmin(own, axis=1)
    return np.where(own.all(axis=1), reach, offset[lost])


def _pieces(
    lines: NDArray[np.object_], ground: BaseGeometry
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Return what of lines lies in the ground, piece by piece, with its line."""
    parts = shapely.get_parts(ground)
    line, part = shapely.STRtree(parts).query(lines, predicate="intersects")
    if len(line) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.int64)
    common = shapely.intersection(lines[line], parts[part])
    pieces, index = shapely.get_parts(common, return_index=True)
    linear = (shapely.get_dimensions(pieces) == 1) & ~shapely.is_empty(pieces)
    return pieces[linear], line[index[linear]]


def _offsets(pieces: NDArray[np.object_], points: Floats, normal: Floats) -> Floats:
    """Return the ends of pieces as offsets from the axis, shape (k, 2), ascending."""
    ends = [
        shapely.get_coordinates(shapely.get_point(pieces, number)) for number in (0, -1)
    ]
    offset = [((xy - points) * normal).sum(axis=1) for xy in ends]
    return np.sort(np.column_stack(offset), axis=1) if len(pieces) else np.empty((0, 2))


def _merged(
    offset: Floats, owner: NDArray[np.int64]
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Join pieces of one cross-section that touch."""
    order = np.lexsort((offset[:, 0], owner))
    start, end, who = offset[order, 0], offset[order, 1], owner[order]
    if len(who) == 0:
        return start, end, who
    apart = np.append(True, (who[1:] != who[:-1]) | (start[1:] > end[:-1] + _TOUCH))
    last = np.append(apart[1:], True)
    return start[apart], end[last], who[apart]
