"""Features too small to be drawn one by one: the cells of a tile they cover.

A cell is two pixels of the screen. Surfaces become rectangles of cells, lines a
stroke through theirs, points a point; each kind by itself.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.web.tile_bytes import EXTENT, Outlines

__all__ = ["CELL_UNITS", "merged_outlines"]

CELL_UNITS = 16
"""Edge of a cell in units of the tile."""
_CELLS = EXTENT // CELL_UNITS
_BEYOND = 8
_SIDE = _CELLS + 2 * _BEYOND

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def merged_outlines(
    boxes: Floats, marks: Integers, dimension: Integers
) -> tuple[Outlines, Integers] | None:
    """Return the outlines of the cells that boxes cover.

    Parameters
    ----------
    boxes : ndarray, shape (n, 2, 2)
        Two corners of each, as shares of the tile.
    marks : ndarray of int64, shape (n,)
        The kind of each.
    dimension : ndarray of int64, shape (n,)
        0 for points, 1 for lines, 2 for surfaces.

    Returns
    -------
    tuple or None
        Outlines whose owners are pairs of kind and dimension, and the kind of
        each owner; None where no cell is covered.
    """
    first, last = _ranges(boxes)
    parts: list[tuple[Integers, Integers, int]] = []
    own: list[int] = []
    for pair in np.unique(marks * 3 + dimension):
        mine = marks * 3 + dimension == pair
        covered = _covered(first[mine], last[mine])
        if covered.any():
            mark, kind = divmod(int(pair), 3)
            parts.append((*_drawn(covered, kind), kind))
            own.append(mark)
    if not parts:
        return None
    counts = np.concatenate([counts for _, counts, _ in parts])
    pieces = [len(counts) for _, counts, _ in parts]
    outlines = Outlines(
        xy=np.concatenate([xy for xy, _, _ in parts]),
        starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        owner=np.repeat(np.arange(len(parts)), pieces),
        dimension=np.repeat([kind for _, _, kind in parts], pieces),
    )
    return outlines, np.array(own, dtype=np.int64)


def _ranges(boxes: Floats) -> tuple[Integers, Integers]:
    """Return the cells of boxes, shapes (n, 2): to the nearest, at least one."""
    low, high = boxes.min(axis=1) * _CELLS, boxes.max(axis=1) * _CELLS
    first, last = np.floor(low + 0.5), np.floor(high + 0.5)
    thin = last <= first
    first = np.where(thin, np.floor((low + high) / 2), first)
    last = np.where(thin, first + 1, last)
    first, last = (
        np.clip(edge + _BEYOND, 0, _SIDE).astype(np.int64) for edge in (first, last)
    )
    return first, last


def _covered(first: Integers, last: Integers) -> NDArray[np.bool_]:
    """Return which cells lie in any of the ranges, shape (side, side), y first."""
    width = _SIDE + 1
    steps = np.zeros(width * width, dtype=np.int64)
    for x, y, sign in ((first, first, 1), (last, last, 1), (first, last, -1)):
        spot = y[:, 1] * width + x[:, 0]
        steps += sign * np.bincount(spot, minlength=width * width)
    spot = first[:, 1] * width + last[:, 0]
    steps -= np.bincount(spot, minlength=width * width)
    grid = steps.reshape(width, width).cumsum(axis=0).cumsum(axis=1)
    return np.asarray(grid[:_SIDE, :_SIDE] > 0)


def _drawn(covered: NDArray[np.bool_], kind: int) -> tuple[Integers, Integers]:
    """Return points, in units, and how many belong to each outline."""
    if kind == 0:
        y, x = np.nonzero(covered)
        return _units(np.column_stack([x, y]), middle=1), np.ones(len(x), np.int64)
    row, start, stop = _runs(covered)
    if kind == 1:
        ends = np.stack([start, row, stop, row], axis=1).reshape(-1, 2)
        xy = _units(ends, middle=1)
        xy[:, 0] -= CELL_UNITS // 2
        return xy, np.full(len(row), 2, dtype=np.int64)
    top, bottom, start, stop = _stacked(row, start, stop)
    ring = [start, top, stop, top, stop, bottom, start, bottom]
    xy = _units(np.stack(ring, axis=1).reshape(-1, 2), middle=0)
    return xy, np.full(len(top), 4, dtype=np.int64)


def _units(cells: Integers, *, middle: int) -> Integers:
    units: Integers = (cells - _BEYOND) * CELL_UNITS + middle * CELL_UNITS // 2
    return units


def _runs(covered: NDArray[np.bool_]) -> tuple[Integers, Integers, Integers]:
    """Return row, start and stop of every run of cells along x."""
    step = np.diff(np.pad(covered, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    row, start = np.nonzero(step == 1)
    _, stop = np.nonzero(step == -1)
    return row, start, stop


def _stacked(
    row: Integers, start: Integers, stop: Integers
) -> tuple[Integers, Integers, Integers, Integers]:
    """Join equal runs of rows that follow on each other: top, bottom, start, stop."""
    order = np.lexsort((row, stop, start))
    row, start, stop = row[order], start[order], stop[order]
    fresh = np.ones(len(row), dtype=bool)
    fresh[1:] = (start[1:] != start[:-1]) | (stop[1:] != stop[:-1])
    fresh[1:] |= row[1:] != row[:-1] + 1
    first = np.flatnonzero(fresh)
    last = np.append(first[1:], len(row)) - 1
    return row[first], row[last] + 1, start[first], stop[first]
