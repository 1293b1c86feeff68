"""Compiled code loaded before a clock starts."""

import numpy as np
import shapely

from zoning.overlay import common_shapes, ragged_edges
from zoning.overlay.density import PLAIN
from zoning.overlay.sizes import densities

__all__ = ["warm", "warm_shapes"]


def warm() -> None:
    """Have the kernel ready, as it is in every check but the first of a process."""
    from zoning.overlay import box_kernel, kernel

    few = ragged_edges(np.array([shapely.box(0, 0, 1, 1)]))
    for planes in ((PLAIN,), (PLAIN, PLAIN)):
        density = densities(few.box, planes)
        kernel.own_areas(few, density, np.zeros(1, dtype=np.int64))
        side, pairs = (
            (few, np.zeros((0, len(planes)))),
            np.zeros((1, 2), dtype=np.int64),
        )
        kernel.piece_areas(side, side, pairs, boxes=few.box, density=density)
    box_kernel.meeting(few.box, box_kernel.grown(few.box))


def warm_shapes() -> None:
    """Have the code ready that builds shapes."""
    one = np.array([shapely.Point(0, 0).buffer(3, quad_segs=200)])
    many, square = np.repeat(one, 5000), np.array([shapely.box(0, 0, 9, 9)])
    sides = np.array([*many, *square])
    last = np.full(len(many), len(many))
    pairs = np.column_stack([np.arange(len(many)), last])
    common_shapes(sides, sides, pairs)  # in general position
    level = shapely.box(0, -1, 3, 1)  # an edge through vertices
    common_shapes(np.array([*many, level]), np.array([*many, level]), pairs)
