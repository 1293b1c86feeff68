"""Where water goes on a grid: filling, receivers, catchments, incision."""

import heapq

import numpy as np
from numpy.typing import NDArray

__all__ = ["Drainage", "drain", "fill", "incise"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]

_STEPS = [(-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1)]


class Drainage:
    """The flow tree of a surface.

    Attributes
    ----------
    receiver : ndarray of int, shape (cells,)
        Flat index of the next cell down; an outlet is its own receiver.
    reach : ndarray of float, shape (cells,)
        Metres to the receiver (one cell at outlets).
    levels : list of ndarray of int
        Cells by number of steps to their outlet, outlets first.
    """

    def __init__(self, surface: Array, outlets: NDArray[np.bool_], cell: float) -> None:
        self.shape = surface.shape
        self.receiver, self.reach = _steepest(surface, cell)
        own = np.arange(surface.size)
        flat = outlets.ravel()
        self.receiver[flat] = own[flat]
        self.pits = int(((self.receiver == own) & ~flat).sum())
        depth = _depth(self.receiver)
        order = np.argsort(depth, kind="stable")
        cuts = np.searchsorted(depth[order], np.arange(1, depth.max() + 1))
        self.levels = np.split(order, cuts)

    def gather(self, amount: Array) -> Array:
        """Sum an amount per cell over everything upstream, itself included."""
        total = amount.ravel().astype(np.float64)
        for cells in reversed(self.levels[1:]):
            np.add.at(total, self.receiver[cells], total[cells])
        return total.reshape(self.shape)


def drain(
    surface: Array, outlets: NDArray[np.bool_], cell: float
) -> tuple[Drainage, Array]:
    """Return the flow tree and the surface, filled first where it has pits."""
    tree = Drainage(surface, outlets, cell)
    if tree.pits:
        surface = fill(surface, outlets)
        tree = Drainage(surface, outlets, cell)
    return tree, surface


def fill(surface: Array, outlets: NDArray[np.bool_], step: float = 1e-3) -> Array:
    """Raise pits until every cell drains to an outlet (priority flood).

    References
    ----------
    .. [1] Barnes, Lehman, Mulla (2014), Computers & Geosciences 62, alg. 3.
    """
    rows, columns = surface.shape
    height = surface.ravel().tolist()
    done = [False] * len(height)
    heap: list[tuple[float, int]] = []
    for start in np.flatnonzero(outlets.ravel()).tolist():
        heap.append((height[start], start))
        done[start] = True
    heapq.heapify(heap)
    while heap:
        level, cell = heapq.heappop(heap)
        row, column = divmod(cell, columns)
        for down, right in _STEPS:
            r, c = row + down, column + right
            if 0 <= r < rows and 0 <= c < columns:
                near = r * columns + c
                if not done[near]:
                    done[near] = True
                    height[near] = max(height[near], level + step)
                    heapq.heappush(heap, (height[near], near))
    return np.array(height).reshape(surface.shape)


def incise(surface: Array, tree: Drainage, gain: Array, *, rise: Array) -> Array:
    """Advance a surface by one long step of uplift and river incision.

    Implicit solution of dh/dt = U - K sqrt(A) S, receiver before donor.

    Parameters
    ----------
    gain : ndarray, same shape
        K dt sqrt(A), metres.
    rise : ndarray, same shape
        U dt, metres; must be 0 at outlets.

    References
    ----------
    .. [1] Braun, Willett (2013), Geomorphology 180-181, 170-179.
    """
    height = surface.ravel().copy()
    factor = gain.ravel() / tree.reach
    lift = rise.ravel()
    for cells in tree.levels[1:]:
        below = height[tree.receiver[cells]]
        here = factor[cells]
        height[cells] = (height[cells] + lift[cells] + here * below) / (1 + here)
    return height.reshape(surface.shape)


def _steepest(surface: Array, cell: float) -> tuple[Index, Array]:
    rows, columns = surface.shape
    padded = np.pad(surface, 1, constant_values=np.inf)
    best = np.zeros(surface.shape)
    receiver = np.arange(surface.size).reshape(surface.shape)
    own = receiver.copy()
    reach = np.full(surface.shape, cell)
    for down, right in _STEPS:
        length = cell * np.sqrt(float(down * down + right * right))
        near = padded[1 + down : 1 + down + rows, 1 + right : 1 + right + columns]
        slope = (surface - near) / length
        better = slope > best
        best[better] = slope[better]
        receiver[better] = own[better] + down * columns + right
        reach[better] = length
    return receiver.ravel(), reach.ravel()


def _depth(receiver: Index) -> Index:
    """Count the steps from each cell to its outlet, by pointer doubling."""
    own = np.arange(receiver.size)
    depth = (receiver != own).astype(np.intp)
    jump = receiver.copy()
    while True:
        further = jump[jump]
        if np.array_equal(further, jump):
            return np.asarray(depth, dtype=np.intp)
        depth = depth + depth[jump]
        jump = further
