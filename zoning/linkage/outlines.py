"""Cells as shapes: the outline of a set of cells, exactly along their edges."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid

__all__ = ["outline_of", "outlines_of"]


def outline_of(grid: Grid, cells: NDArray[np.int64]) -> BaseGeometry:
    """Return the polygon of some cells, in the plane of the grid.

    Parameters
    ----------
    grid : Grid
    cells : ndarray of int64, shape (n,)
        Flat cell numbers, row * columns + column.

    Returns
    -------
    Polygon or MultiPolygon
        Empty for no cell. Cells that meet at a corner only are two parts.
    """
    rows, columns = np.divmod(np.unique(cells), grid.shape[1])
    if not len(rows):
        return shapely.Polygon()
    # cells that follow one another in a row are one box: few shapes to unite
    new = np.ones(len(rows), dtype=np.bool_)
    new[1:] = (np.diff(rows) != 0) | (np.diff(columns) != 1)
    first = np.flatnonzero(new)
    last = np.append(first[1:], len(rows)) - 1
    a, _, west, _, e, north = grid.transform
    boxes = shapely.box(
        west + a * columns[first],
        north + e * (rows[first] + 1),
        west + a * (columns[last] + 1),
        north + e * rows[first],
    )
    return shapely.normalize(shapely.union_all(np.atleast_1d(boxes)))


def outlines_of(
    grid: Grid, labels: NDArray[np.int32], count: int
) -> list[BaseGeometry]:
    """Return the outline of each number from 1 to `count` on a map of numbers.

    Parameters
    ----------
    labels : ndarray of int32, shape (rows, columns)
        0 for none.
    """
    flat = labels.ravel()
    cells = np.flatnonzero(flat)
    order = np.argsort(flat[cells], kind="stable")
    sorted_cells = cells[order]
    ends = np.searchsorted(flat[sorted_cells], np.arange(1, count + 2))
    return [outline_of(grid, sorted_cells[ends[k] : ends[k + 1]]) for k in range(count)]
