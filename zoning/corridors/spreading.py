"""Dijkstra on the cells of a grid, compiled: an indexed heap, no graph.

The heap has four children a node: fewer levels than two, and the four lie in
one line of the processor's cache. A cell is in it at most once; its place is
kept, so that a better cost moves it up.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["COLUMN_STEP", "NEIGHBOURS", "NOWHERE", "ORIGIN", "ROW_STEP", "spread"]

Floats = NDArray[np.float64]
NEIGHBOURS = 8
ORIGIN, NOWHERE = -1, -2
"""Back-links of a cell that is a source, and of one that was not reached."""
# east, west, south, north, then the diagonals; an odd and an even one are opposite
ROW_STEP = np.array([0, 0, 1, -1, 1, -1, 1, -1], dtype=np.int64)
COLUMN_STEP = np.array([1, -1, 0, 0, 1, -1, -1, 1], dtype=np.int64)
_WAYS = 4
_UNSEEN, _SETTLED = -1, -2


@compiled
def _up(
    heap: NDArray[np.int32], place: NDArray[np.int32], cost: Floats, at: int
) -> None:
    """Move an entry up until its parent costs no more."""
    cell = heap[at]
    mine = cost[cell]
    while at > 0:
        parent = (at - 1) // _WAYS
        above = heap[parent]
        if cost[above] <= mine:
            break
        heap[at] = above
        place[above] = at
        at = parent
    heap[at] = cell
    place[cell] = at


@compiled
def _down(
    heap: NDArray[np.int32], place: NDArray[np.int32], cost: Floats, size: int
) -> None:
    """Move the first entry down until no child costs less."""
    cell = heap[0]
    mine = cost[cell]
    at = 0
    while True:
        first = at * _WAYS + 1
        if first >= size:
            break
        best, least = first, cost[heap[first]]
        for child in range(first + 1, min(first + _WAYS, size)):
            if cost[heap[child]] < least:
                best, least = child, cost[heap[child]]
        if least >= mine:
            break
        heap[at] = heap[best]
        place[heap[best]] = at
        at = best
    heap[at] = cell
    place[cell] = at


@compiled
def spread(
    resistance: Floats,
    label: NDArray[np.int32],
    wanted: NDArray[np.bool_],
    steps: Floats,
    limit: float,
) -> tuple[Floats, NDArray[np.int8], NDArray[np.int32], int]:
    """Spread from the labelled cells to the rest, least cost first.

    Parameters
    ----------
    resistance : ndarray of float64, shape (rows, columns)
        Per metre; nan or infinite where nothing passes, else above 0.
    label : ndarray of int32, shape (rows, columns)
        Sources by number, 0 for none.
    wanted : ndarray of bool, shape (rows, columns)
        Cells to reach: when the last one is settled, it stops. None: all.
    steps : ndarray of float64, shape (8,)
        Metres of a step in each direction.
    limit : float
        Costs above it are not looked for.

    Returns
    -------
    cost : ndarray of float64, shape (rows, columns)
        inf where not settled.
    back : ndarray of int8
        Direction of the step that led here; `ORIGIN`, `NOWHERE`.
    owner : ndarray of int32
        Label of the source; 0 where not settled.
    left : int
        How many wanted cells were not reached.
    """
    rows, columns = resistance.shape
    cost = np.full(rows * columns, np.inf)
    back = np.full(rows * columns, NOWHERE, dtype=np.int8)
    owner = np.zeros(rows * columns, dtype=np.int32)
    place = np.full(rows * columns, _UNSEEN, dtype=np.int32)
    heap = np.empty(rows * columns, dtype=np.int32)
    here, marks, targets = resistance.ravel(), label.ravel(), wanted.ravel()
    size, left = 0, 0
    for cell in range(rows * columns):
        if targets[cell]:
            left += 1
        if marks[cell] != 0 and np.isfinite(here[cell]):
            cost[cell] = 0.0
            back[cell] = ORIGIN
            owner[cell] = marks[cell]
            heap[size] = cell
            place[cell] = size
            size += 1
    bounded = left > 0
    while size > 0:
        cell = heap[0]
        size -= 1
        place[cell] = _SETTLED
        if size > 0:
            heap[0] = heap[size]
            place[heap[0]] = 0
            _down(heap, place, cost, size)
        if targets[cell]:
            left -= 1
            if bounded and left == 0:
                break
        row, column = divmod(cell, columns)
        for way in range(NEIGHBOURS):
            r, c = row + ROW_STEP[way], column + COLUMN_STEP[way]
            if r < 0 or r >= rows or c < 0 or c >= columns:
                continue
            other = r * columns + c
            if place[other] == _SETTLED or not np.isfinite(here[other]):
                continue
            reached = cost[cell] + steps[way] * (here[cell] + here[other]) / 2
            if reached < cost[other] and reached <= limit:
                cost[other] = reached
                back[other] = way
                owner[other] = owner[cell]
                if place[other] == _UNSEEN:
                    heap[size] = other
                    place[other] = size
                    size += 1
                _up(heap, place, cost, place[other])
    for cell in range(rows * columns):
        if place[cell] != _SETTLED:  # its cost is not final
            cost[cell] = np.inf
            back[cell] = NOWHERE
            owner[cell] = 0
    return (
        cost.reshape(rows, columns),
        back.reshape(rows, columns),
        owner.reshape(rows, columns),
        left,
    )
