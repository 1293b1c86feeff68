"""Outlines of polygons laid out to be looked at in part.

A ring is divided into *runs* of edges with a box each, so that what is far from
a place is told from its box. Shells run counter-clockwise here, holes clockwise.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.shapes import boxes_of_runs, facet_runs

__all__ = ["Outlines", "polygons_of"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[np.object_]


class Outlines:
    """The rings of n polygons and multipolygons.

    Attributes
    ----------
    arrays : tuple
        Coordinates, shape (v, 2); first place and the one after the last of
        each run, (r, 2), its box, (r, 4), and its ring, (r,); whether each ring
        is a hole.
    run_starts : ndarray of int64, shape (n + 1,)
        Runs of each polygon.
    ring_starts : ndarray of int64, shape (rings + 1,)
        First coordinate of each ring.
    """

    def __init__(self, shapes: Shapes) -> None:
        parts, shape = shapely.get_parts(shapes, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        hole = np.diff(part, prepend=-1) == 0
        xy, size = shapely.get_coordinates(rings), shapely.get_num_points(rings)
        self.ring_starts = np.concatenate([[0], np.cumsum(size, dtype=np.int64)])
        _turn_back(xy, self.ring_starts, np.flatnonzero(shapely.is_ccw(rings) == hole))
        runs = facet_runs(self.ring_starts)
        of_ring = np.searchsorted(self.ring_starts, runs[:, 0], side="right") - 1
        self.arrays = (xy, runs, boxes_of_runs(xy, runs), of_ring, hole)
        owner = shape[part[of_ring]]
        self.run_starts = np.searchsorted(owner, np.arange(len(shapes) + 1))

    @property
    def side(self) -> tuple[Any, Indices, Indices]:
        """What `clip_kernel` takes."""
        return self.arrays, self.run_starts, self.ring_starts


def _turn_back(xy: Floats, starts: Indices, rings: Indices) -> None:
    """Write some rings the other way round."""
    size = starts[rings + 1] - starts[rings]
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    ahead = np.repeat(starts[rings], size) + place
    xy[np.repeat(starts[rings + 1] - 1, size) - place] = xy[ahead]


def polygons_of(xy: Floats, rings: Floats, count: int) -> Shapes:
    """Make polygons of rings as the kernels write them.

    Parameters
    ----------
    xy : ndarray, shape (p, 2)
        Closed rings, one after the other.
    rings : ndarray, shape (q, 5)
        Row, polygon, whether it is a hole, first place and the one after the last.
    count : int

    Returns
    -------
    ndarray of object, shape (count,)
        Polygons, multipolygons where a row has several, empty where none.
    """
    made = np.full(count, shapely.Polygon(), dtype=object)
    if len(rings) == 0:
        return made
    row, part, hole, first, last = rings.astype(np.int64).T
    size = last - first
    ring = np.repeat(np.arange(len(size)), size)
    place = np.arange(len(ring)) - (np.cumsum(size) - size - first)[ring]
    lines = np.asarray(shapely.linearrings(xy[place], indices=ring))
    order = np.lexsort((hole, part))
    new = np.diff(part[order], prepend=-1) != 0
    parts = np.asarray(shapely.polygons(lines[order], indices=np.cumsum(new) - 1))
    owner = row[order][new]
    several = np.bincount(owner, minlength=count)[owner] > 1
    made[owner[~several]] = parts[~several]
    if several.any():
        rows, number = np.unique(owner[several], return_inverse=True)
        made[rows] = shapely.multipolygons(parts[several], indices=number)
    return made
