"""Loops of the spatial pattern: thinning that no order decides, and what reaches.

References
----------
.. [1] V. Ranwez, P. Soille (2002), Order independent homotopic thinning for
   binary and grey tone anchored skeletons. Pattern Recognition Letters 23,
   687-702.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["RING", "reached_by_others", "thinned"]

Bools = NDArray[np.bool_]
Indices = NDArray[np.int64]

RING: Indices = np.array(
    [(-1, -1), (-1, 0), (-1, 1), (0, 1), (1, 1), (1, 0), (1, -1), (0, -1)],
    dtype=np.int64,
)
"""The eight neighbours in a turn, (row, column); odd places share an edge."""


@compiled
def _ring(values: Bools, row: int, column: int, ring: Indices) -> int:
    """Return the neighbours as eight bits."""
    bits = 0
    for place in range(8):
        if values[row + ring[place, 0], column + ring[place, 1]]:
            bits |= 1 << place
    return bits


@compiled
def thinned(
    shape: Bools, anchor: Bools, simple: Bools, free: Bools, ring: Indices
) -> int:
    """Take simple cells off a shape until none is left to take; in place.

    Parameters
    ----------
    shape, anchor : ndarray of bool, shape (rows, columns)
        `anchor` stays. The outermost two rows and columns of `shape` are False.
    simple : ndarray of bool, shape (256,)
        By the neighbours: whether a cell is simple.
    free : ndarray of bool, shape (256, 256)
        By the neighbours and those of them that are simple themselves: whether
        the cell may go at the same time as they.

    Returns
    -------
    int
        Rounds taken.
    """
    rows, columns = shape.shape
    loose = np.zeros((rows, columns), np.bool_)
    stamp = np.zeros((rows, columns), np.int64)
    count = 0
    for row in range(rows):
        for column in range(columns):
            if shape[row, column] and not anchor[row, column]:
                count += 1
    todo = np.empty((count, 2), np.int64)
    after = np.empty((count, 2), np.int64)
    gone = np.empty(count, np.int64)
    count = 0
    for row in range(rows):
        for column in range(columns):
            if shape[row, column] and not anchor[row, column]:
                todo[count, 0], todo[count, 1] = row, column
                count += 1
    rounds = 0
    while count > 0:
        rounds += 1
        for k in range(count):
            row, column = todo[k, 0], todo[k, 1]
            loose[row, column] = simple[_ring(shape, row, column, ring)]
        taken = 0
        for k in range(count):
            row, column = todo[k, 0], todo[k, 1]
            if loose[row, column]:
                near = _ring(shape, row, column, ring)
                if free[near, _ring(loose, row, column, ring)]:
                    gone[taken] = k
                    taken += 1
        for k in range(taken):
            row, column = todo[gone[k], 0], todo[gone[k], 1]
            shape[row, column] = False
            loose[row, column] = False
        follow = 0
        for k in range(taken):
            row, column = todo[gone[k], 0], todo[gone[k], 1]
            for i in range(max(row - 2, 0), min(row + 3, rows)):
                for j in range(max(column - 2, 0), min(column + 3, columns)):
                    if shape[i, j] and not anchor[i, j] and stamp[i, j] != rounds:
                        stamp[i, j] = rounds
                        after[follow, 0], after[follow, 1] = i, j
                        follow += 1
        todo, after = after, todo
        count = follow
    return rounds


@compiled
def reached_by_others(
    cells: Indices, parent: Indices, core: NDArray[np.int32], width: int
) -> Bools:
    """Return which cells lie within the edge width of a core not their parent.

    Parameters
    ----------
    cells : ndarray of int64, shape (n, 2)
        Rows and columns.
    parent : ndarray of int64, shape (n,)
        The number of the core whose hole each lies in.
    core : ndarray of int32, shape (rows, columns)
        Numbers of the cores; 0 elsewhere.
    width : int
        Edge width in cells.
    """
    rows, columns = core.shape
    limit = (width + 1) ** 2
    found = np.zeros(len(cells), np.bool_)
    for k in range(len(cells)):
        row, column = cells[k, 0], cells[k, 1]
        for i in range(max(row - width, 0), min(row + width + 1, rows)):
            for j in range(max(column - width, 0), min(column + width + 1, columns)):
                other = core[i, j]
                near = (i - row) ** 2 + (j - column) ** 2 < limit
                if near and other != 0 and other != parent[k]:
                    found[k] = True
    return found
