"""Which boxes of two sides meet: a packed tree over one, asked for each of the other.

Compiled; for many boxes, where drawing each for GEOS would cost more than all
answers.

References
----------
.. [1] S. T. Leutenegger, M. A. Lopez and J. Edgington (1997), STR: a simple and
   efficient algorithm for R-tree packing, ICDE '97.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["BoxTree", "grown", "meeting"]

FANOUT = 8
"""Boxes under one node."""
_DEEPEST = 16 * FANOUT
"""Nodes that can wait: more levels than numbers can count."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
BoxTree = tuple[Indices, Floats, Indices]
"""Rows in the order of the leaves; boxes of all nodes, level by level, the rows
themselves first; where each level begins."""


def grown(boxes: Floats) -> BoxTree:
    """Pack boxes, shape (n, 4), into a tree."""
    order = _tiled(boxes)
    levels = [boxes[order]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        first = np.arange(0, len(below), FANOUT)
        low = np.minimum.reduceat(below[:, :2], first, axis=0)
        levels.append(
            np.hstack([low, np.maximum.reduceat(below[:, 2:], first, axis=0)])
        )
    starts = np.cumsum([0, *(len(level) for level in levels)])
    return order, np.concatenate(levels), starts.astype(np.int64)


def _tiled(boxes: Floats) -> Indices:
    """Return rows by columns of the plane, those of a column from south to north."""
    middle = boxes[:, :2] + boxes[:, 2:]
    by_x = np.argsort(middle[:, 0], kind="stable")
    per_column = FANOUT * max(int(np.sqrt(len(boxes) / FANOUT)), 1)
    column = np.empty(len(boxes), dtype=np.int64)
    column[by_x] = np.arange(len(boxes)) // per_column
    return np.lexsort((middle[:, 1], column)).astype(np.int64)


def meeting(left: Floats, tree: BoxTree) -> Indices:
    """Return pairs of rows whose boxes meet, shape (m, 2), by left, then right row.

    Boxes that touch meet.
    """
    return np.asarray(_meeting(np.ascontiguousarray(left), *tree))


@compiled
def _meeting(left: Floats, order: Indices, nodes: Floats, starts: Indices) -> Indices:
    found = np.empty((2 * len(left) + 64, 2), dtype=np.int64)
    levels, places = (
        np.empty(_DEEPEST, dtype=np.int64),
        np.empty(_DEEPEST, dtype=np.int64),
    )
    n, top = 0, len(starts) - 2
    for row in range(len(left)):
        begin, waiting = n, 0
        if len(order) > 0 and _meet(left, row, nodes, starts[top]):
            levels[0], places[0] = top, 0
            waiting = 1
        while waiting > 0:
            waiting -= 1
            level, place = levels[waiting], places[waiting]
            if level == 0:
                n, found = _put(found, n, row, order[place])
                continue
            base, end = starts[level - 1], starts[level]
            first = base + FANOUT * place
            for node in range(first, min(first + FANOUT, end)):
                if not _meet(left, row, nodes, node):
                    continue
                if level == 1:
                    n, found = _put(found, n, row, order[node])
                    continue
                levels[waiting], places[waiting] = level - 1, node - base
                waiting += 1
        if n > begin + 1:
            found[begin:n, 1].sort()
    return found[:n].copy()


@compiled
def _meet(left: Floats, row: int, nodes: Floats, node: int) -> bool:
    across = (nodes[node, 0] <= left[row, 2]) & (nodes[node, 2] >= left[row, 0])
    up = (nodes[node, 1] <= left[row, 3]) & (nodes[node, 3] >= left[row, 1])
    return bool(across & up)  # no branch in between: hardly any would be foreseen


@compiled
def _put(found: Indices, n: int, row: int, other: int) -> tuple[int, Indices]:
    if n == len(found):
        wider = np.empty((2 * n, 2), dtype=np.int64)
        wider[:n] = found
        found = wider
    found[n, 0], found[n, 1] = row, other
    return n + 1, found
