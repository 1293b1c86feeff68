"""What pairs of geometries have in common, as shapes.

Three ways to one shape, the quickest first. Two polygons in general position are
told from the crossings of their outlines (`clip_kernel`). Of the others GEOS is
shown what lies where their boxes meet (`windows`). Few and small ones it gets
whole. Nothing is cut to be joined again: a shape has the vertices of its two
outlines and of their crossings, and no others. Docs: decision 0026.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.outlines import Outlines, polygons_of
from zoning.overlay.shapes import LARGE
from zoning.overlay.windows import edges_near, seen_through, windows_around

__all__ = ["common_shapes"]

FEW = 3_000_000
"""Coordinates of all pairs up to which GEOS is done before code is compiled."""
AT_ONCE = 500_000
"""Coordinates of pairs that are built together: bounds the memory."""
FARTHEST_M = 1e8
"""Beyond, coordinates are not sure to `clip_kernel.NEAR_M`."""
POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[np.object_]


def common_shapes(left: Shapes, right: Shapes, pairs: Indices) -> Shapes:
    """Return what pairs have in common.

    Parameters
    ----------
    left, right : ndarray of object
        Valid geometries in one plane.
    pairs : ndarray of int, shape (n, 2)
        Rows of both.

    Returns
    -------
    ndarray of object, shape (n,)
        As GEOS intersects whole geometries: where outlines touch, also lines
        and points.
    """
    row, other = pairs.T
    one, two = left[row], right[other]
    total = sum(int(shapely.get_num_coordinates(side).sum()) for side in (one, two))
    if total <= FEW:
        return np.asarray(shapely.intersection(one, two), dtype=object)
    sides = (_Side(left, row), _Side(right, other))
    work = np.sum([side.sizes[side.place] for side in sides], axis=0)
    shapes = np.full(len(row), None, dtype=object)
    boxes = _common_boxes(*sides)
    lying = np.flatnonzero((boxes[:, :2] < boxes[:, 2:]).all(axis=1))
    lying = lying[np.logical_and(*(s.polygonal[s.place[lying]] for s in sides))]
    near = np.minimum(work, 2 * LARGE)  # what is looked at edge by edge

    def follow(rows: Indices) -> None:
        shapes[rows] = _followed(sides, rows, boxes[rows])

    def build(rows: Indices) -> None:
        shapes[rows] = _built(sides, rows, boxes[rows])

    _ = [side.outlines for side in sides]  # laid out now, for all threads
    _in_chunks(follow, lying, near)
    _in_chunks(build, np.flatnonzero(shapely.is_missing(shapes)), near)
    return shapes


class _Side:
    """Shapes of one side that some pair asks for; `place` is the one of each pair."""

    def __init__(self, shapes: Shapes, rows: Indices) -> None:
        used, self.place = np.unique(rows, return_inverse=True)
        self.shapes = shapes[used]
        self.sizes = np.asarray(shapely.get_num_coordinates(self.shapes))
        self.bounds = np.asarray(shapely.bounds(self.shapes)).reshape(-1, 4)
        self.polygonal = np.isin(shapely.get_type_id(self.shapes), POLYGONAL)
        self.polygonal &= np.abs(self.bounds).max(axis=1, initial=0.0) < FARTHEST_M

    @cached_property
    def outlines(self) -> Outlines:
        """Of the polygons; what is none has no ring."""
        nothing = np.array(shapely.Polygon(), dtype=object)
        return Outlines(np.where(self.polygonal, self.shapes, nothing))


def _common_boxes(one: _Side, two: _Side) -> Floats:
    """Return what the boxes of each pair share, shape (n, 4)."""
    a, b = one.bounds[one.place], two.bounds[two.place]
    low = np.maximum(a[:, :2], b[:, :2])
    return np.hstack([low, np.minimum(a[:, 2:], b[:, 2:])])


def _in_chunks(work: Callable[[Indices], None], rows: Indices, size: Indices) -> None:
    """Do work on rows, some at a time, on all processors."""
    if len(rows) == 0:
        return
    chunk = np.cumsum(size[rows]) // AT_ONCE
    chunks = np.split(rows, np.flatnonzero(np.diff(chunk)) + 1)
    crew = min(os.cpu_count() or 1, len(chunks))
    with ThreadPoolExecutor(crew) as pool:
        list(pool.map(work, chunks))


def _followed(sides: tuple[_Side, _Side], rows: Indices, boxes: Floats) -> Shapes:
    """Return shapes of pairs of polygons; None where GEOS is to be asked."""
    from zoning.overlay.clip_kernel import followed

    pairs = np.stack([side.place[rows] for side in sides], axis=1)
    one, two = (side.outlines.side for side in sides)
    xy, rings, failed, clear = followed(one, two, pairs, boxes)
    shapes = polygons_of(xy, rings, len(rows))
    doubted = np.flatnonzero(~failed & ~clear)
    failed[doubted] = ~shapely.is_valid(shapes[doubted])
    shapes[failed] = None
    return shapes


def _built(sides: tuple[_Side, _Side], rows: Indices, boxes: Floats) -> Shapes:
    """Have GEOS intersect pairs; it sees of large polygons what is near."""
    shown = [side.shapes[side.place[rows]] for side in sides]
    wide = (boxes[:, :2] < boxes[:, 2:]).all(axis=1)
    large = [
        wide & (side.sizes[side.place[rows]] > LARGE) & side.polygonal[side.place[rows]]
        for side in sides
    ]
    some = np.flatnonzero(large[0] | large[1])
    if len(some):
        windows = _windows(sides, rows, boxes, some=some)
        for k, side in enumerate(sides):
            own = np.flatnonzero(large[k])
            window = windows[np.searchsorted(some, own)]
            seen = seen_through(side.outlines, side.place[rows[own]], window)
            there = ~shapely.is_missing(seen)
            shown[k][own[there]] = seen[there]
    return np.asarray(shapely.intersection(shown[0], shown[1]), dtype=object)


def _windows(
    sides: tuple[_Side, _Side], rows: Indices, boxes: Floats, *, some: Indices
) -> Floats:
    """Return windows around every edge that reaches into the boxes of `some`."""
    grown = [
        edges_near(side.outlines, side.place[rows[some]], boxes[some]) for side in sides
    ]
    low = np.minimum(grown[0][:, :2], grown[1][:, :2])
    high = np.maximum(grown[0][:, 2:], grown[1][:, 2:])
    return windows_around(np.hstack([low, high]))
