"""Vectors laid on a grid: land by cell centres, lines by every cell they cross.

Polygons follow the even-odd rule along each row of cell centres: the outline
is crossed, the span between two crossings lies inside. A cell belongs to a
polygon when its centre does, so that polygons which share an edge share no
cell. Lines take every cell that they pass through, so that a road or a river
has no gap. Points take the cell they lie in.

References
----------
.. [1] Foley, J. D., van Dam, A., Feiner, S. K. & Hughes, J. F. (1990). Computer
   Graphics: Principles and Practice, 2nd ed., 3.6 (filling polygons by scan
   lines).
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.errors import Problem, UsageError

__all__ = ["burned", "cells_inside"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Cells = tuple[Indices, Indices]
Affine = tuple[float, float, float, float, float, float]


def burned(grid: Grid, geometries: NDArray[np.object_], values: Floats) -> Grid:
    """Return a grid with the values of geometries burnt in.

    Parameters
    ----------
    grid : Grid
        What lies beneath.
    geometries : ndarray of object, shape (n,)
        Polygons, lines or points in the CRS of the grid.
    values : ndarray of float64, shape (n,)
        One value each. Where geometries meet in a cell, the later one stands.

    Returns
    -------
    Grid
        The same cells, float64, nan where missing.
    """
    if len(geometries) != len(values):
        shapes = {"found": str(len(values)), "expected": str(len(geometries))}
        raise UsageError(Problem(code="GRID_SHAPE", values=shapes))
    found = [
        cells_inside(geometries, grid.transform, grid.shape),
        _crossed(grid, geometries),
    ]
    cells = np.concatenate([cell for cell, _ in found])
    owner = np.concatenate([who for _, who in found])
    order = np.argsort(owner, kind="stable")
    out = grid.floats()
    out.ravel()[cells[order]] = np.asarray(values, dtype=np.float64)[owner[order]]
    return grid.with_values(out)


def _in_cells(transform: Affine, xy: Floats) -> Floats:
    """Carry plane points to columns and rows, cell centres at whole numbers."""
    a, _, west, _, e, north = transform
    return np.column_stack([(xy[:, 0] - west) / a, (xy[:, 1] - north) / e]) - 0.5


def _segments(transform: Affine, lines: NDArray[np.object_]) -> tuple[Floats, Indices]:
    """Return segments as (column, row, column, row), and the line of each."""
    xy, index = shapely.get_coordinates(lines, return_index=True)
    ends = _in_cells(transform, xy)
    whole = index[1:] == index[:-1]
    return np.hstack([ends[:-1], ends[1:]])[whole], index[1:][whole]


def cells_inside(
    geometries: NDArray[np.object_], transform: Affine, shape: tuple[int, int]
) -> Cells:
    """Return cells whose centre lies in a polygon, and the row of the polygon.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)
        Valid; what is no polygon has no cell.
    transform, shape
        Of a grid, as `Grid.transform` and `Grid.shape`; of any CRS.

    Returns
    -------
    ndarray of int64, shape (m,)
        Flat cells. A centre on a border belongs to the polygon right of it, or
        below.
    ndarray of int64, shape (m,)
        Rows of `geometries`, ascending.
    """
    parts, owner = shapely.get_parts(geometries, return_index=True)
    areal = shapely.get_dimensions(parts) == 2  # noqa: PLR2004
    rings, ring_of = shapely.get_rings(parts[areal], return_index=True)
    segments, ring = _segments(transform, rings)
    who = owner[areal][ring_of][ring]
    low = np.minimum(segments[:, 1], segments[:, 3])
    high = np.maximum(segments[:, 1], segments[:, 3])
    first = np.clip(np.ceil(low), 0, shape[0]).astype(np.int64)
    last = np.clip(np.ceil(high), 0, shape[0]).astype(np.int64)
    each, row = _ranges(first, last)
    x0, y0, x1, y1 = segments[each].T
    column = x0 + (row - y0) * (x1 - x0) / (y1 - y0)
    order = np.lexsort((column, row, who[each]))
    start = np.clip(np.ceil(column[order][0::2]), 0, shape[1]).astype(np.int64)
    stop = np.clip(np.ceil(column[order][1::2]), 0, shape[1]).astype(np.int64)
    span, at = _ranges(start, np.maximum(start, stop))
    return row[order][0::2][span] * shape[1] + at, who[each][order][0::2][span]


def _crossed(grid: Grid, geometries: NDArray[np.object_]) -> Cells:
    """Return cells that a line passes through or a point lies in, and whose."""
    parts, owner = shapely.get_parts(geometries, return_index=True)
    linear = shapely.get_dimensions(parts) == 1
    segments, line = _segments(grid.transform, parts[linear])
    middles, of = _between_cell_edges(segments)
    single = shapely.get_dimensions(parts) == 0
    points = _in_cells(grid.transform, shapely.get_coordinates(parts[single]))
    places = np.floor(np.vstack([middles, points]) + 0.5).astype(np.int64)
    who = np.concatenate([owner[linear][line][of], owner[single]])
    rows, columns = grid.shape
    on = (places[:, 0] >= 0) & (places[:, 0] < columns)
    on &= (places[:, 1] >= 0) & (places[:, 1] < rows)
    return places[on, 1] * columns + places[on, 0], who[on]


def _between_cell_edges(segments: Floats) -> tuple[Floats, Indices]:
    """Return a point of each segment in every cell it passes, and the segment."""
    shares = [np.zeros(len(segments)), np.ones(len(segments))]
    who = [np.arange(len(segments))] * 2
    for axis in (0, 1):
        low = np.minimum(segments[:, axis], segments[:, axis + 2]) + 0.5
        high = np.maximum(segments[:, axis], segments[:, axis + 2]) + 0.5
        each, edge = _ranges(
            np.ceil(low).astype(np.int64), np.floor(high).astype(np.int64) + 1
        )
        length = segments[each, axis + 2] - segments[each, axis]
        along = length != 0
        each, edge, length = each[along], edge[along], length[along]
        shares.append((edge - 0.5 - segments[each, axis]) / length)
        who.append(each)
    share, owner = np.concatenate(shares), np.concatenate(who)
    order = np.lexsort((share, owner))
    share, owner = share[order], owner[order]
    same = owner[1:] == owner[:-1]
    middle, of = ((share[1:] + share[:-1]) / 2)[same], owner[1:][same]
    start, end = segments[of, :2], segments[of, 2:]
    return start + (end - start) * middle[:, None], of


def _ranges(start: Indices, stop: Indices) -> Cells:
    """Return, for ranges start..stop, which range and which number, flat."""
    count = np.maximum(stop - start, 0)
    each = np.repeat(np.arange(len(start)), count)
    before = np.cumsum(count) - count
    return each, np.arange(len(each)) - before[each] + start[each]
