"""Rings written one after the other, and which polygon each is of; compiled."""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["Out", "put_point", "put_ring", "step_across", "surrounds"]

VIEW, PART, IS_HOLE, FIRST, LAST = range(5)
"""Columns of rings."""
POINT, RING, POLYGON = range(3)
"""What is written next."""
NONE = -1

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Point = tuple[float, float]
Out = tuple[Floats, Floats]
"""Points, and the rings that they make."""


@compiled
def step_across(y0: float, y1: float, y: float) -> int:
    """Return 1 where an edge steps over a height, -1 where it steps under it."""
    return int(y0 <= y) * int(y1 > y) - int(y1 <= y) * int(y0 > y)


@compiled
def put_point(point: Point, out: Out, at: Indices) -> None:
    """Write a point."""
    out[0][at[POINT], 0], out[0][at[POINT], 1] = point
    at[POINT] += 1


@compiled
def put_ring(out: Out, at: Indices, begin: int, part: int, hole: int) -> None:
    """Close a ring and write of which polygon it is."""
    points, rings = out
    put_point((points[begin, 0], points[begin, 1]), out, at)
    ring = at[RING]
    rings[ring, PART], rings[ring, IS_HOLE] = part, hole
    rings[ring, FIRST], rings[ring, LAST] = begin, at[POINT]
    at[RING] += 1


@compiled
def surrounds(out: Out, ring: int, x: float, y: float) -> bool:
    """Say whether a ring that was written goes round a point."""
    points, rings = out
    turns = 0
    for k in range(int(rings[ring, FIRST]), int(rings[ring, LAST]) - 1):
        step = step_across(points[k, 1], points[k + 1, 1], y)
        if step != 0:
            part = (y - points[k, 1]) / (points[k + 1, 1] - points[k, 1])
            if points[k, 0] + part * (points[k + 1, 0] - points[k, 0]) < x:
                turns += step
    return turns != 0
