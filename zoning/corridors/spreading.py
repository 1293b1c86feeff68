"""Dijkstra on the cells of a grid, compiled: an indexed heap, no graph.

The heap has four children a node: fewer levels than two. It holds the costs
beside the cells, so that the four children that are compared lie in one line of
the processor's cache. A cell is in it at most once; its place is kept, so that
a better cost moves it up. A ring of cells that count as settled lies about the
grid, and barriers count as settled from the start: a step needs one look.
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
Numbers = NDArray[np.int32]


@compiled
def _up(heap: Numbers, keys: Floats, place: Numbers, at: int) -> None:
    """Move an entry up until its parent costs no more."""
    cell, mine = heap[at], keys[at]
    while at > 0:
        parent = (at - 1) // _WAYS
        if keys[parent] <= mine:
            break
        heap[at], keys[at] = heap[parent], keys[parent]
        place[heap[at]] = at
        at = parent
    heap[at], keys[at] = cell, mine
    place[cell] = at


@compiled
def _down(heap: Numbers, keys: Floats, place: Numbers, size: int) -> None:
    """Move the first entry down until no child costs less."""
    cell, mine = heap[0], keys[0]
    at = 0
    while True:
        first = at * _WAYS + 1
        if first >= size:
            break
        best, least = first, keys[first]
        for child in range(first + 1, min(first + _WAYS, size)):
            if keys[child] < least:
                best, least = child, keys[child]
        if least >= mine:
            break
        heap[at], keys[at] = heap[best], least
        place[heap[at]] = at
        at = best
    heap[at], keys[at] = cell, mine
    place[cell] = at


@compiled
def _start(
    resistance: Floats,
    label: Numbers,
    here: Floats,
    place: Numbers,
    heap: Numbers,
) -> int:
    """Lay the resistance into its ring and the sources into the heap; how many."""
    rows, columns = resistance.shape
    size = 0
    for row in range(rows):
        for column in range(columns):
            if not np.isfinite(resistance[row, column]):
                continue
            cell = (row + 1) * (columns + 2) + column + 1
            here[cell] = resistance[row, column]
            place[cell] = _UNSEEN
            if label[row, column] != 0:
                heap[size], place[cell] = cell, size
                size += 1
    return size


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
    shape = rows + 2, columns + 2
    offset = ROW_STEP * shape[1] + COLUMN_STEP
    here = np.empty(shape[0] * shape[1])
    place = np.full(here.size, _SETTLED, dtype=np.int32)
    heap, keys = np.empty(rows * columns, dtype=np.int32), np.zeros(rows * columns)
    size = _start(resistance, label, here, place, heap)
    cost = np.full(here.size, np.inf)
    back = np.full(here.size, NOWHERE, dtype=np.int8)
    owner = np.zeros(here.size, dtype=np.int32)
    for cell in heap[:size]:
        cost[cell], back[cell] = 0.0, ORIGIN
        owner[cell] = label[cell // shape[1] - 1, cell % shape[1] - 1]
    left = int(wanted.sum())
    bounded = left > 0
    while size > 0:
        cell = heap[0]
        size -= 1
        place[cell] = _SETTLED
        if size > 0:
            heap[0], keys[0] = heap[size], keys[size]
            _down(heap, keys, place, size)
        if bounded and wanted[cell // shape[1] - 1, cell % shape[1] - 1]:
            left -= 1
            if left == 0:
                break
        for way in range(NEIGHBOURS):
            other = cell + offset[way]
            at = place[other]
            if at == _SETTLED:
                continue
            reached = cost[cell] + steps[way] * (here[cell] + here[other]) / 2
            if reached < cost[other] and reached <= limit:
                cost[other], back[other] = reached, way
                owner[other] = owner[cell]
                if at == _UNSEEN:
                    at = size
                    heap[at] = other
                    size += 1
                keys[at] = reached
                _up(heap, keys, place, at)
    for cell in heap[:size]:  # seen, and their costs not final
        cost[cell], back[cell], owner[cell] = np.inf, NOWHERE, 0
    return (
        cost.reshape(shape)[1:-1, 1:-1].copy(),
        back.reshape(shape)[1:-1, 1:-1].copy(),
        owner.reshape(shape)[1:-1, 1:-1].copy(),
        left,
    )
