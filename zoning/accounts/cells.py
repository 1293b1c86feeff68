"""Classes on a grid: polygons burnt by numpy, areas of cells on the ellipsoid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.accounts.matrix import ABSENT, ChangeMatrix, Vintage, matrix_of_cells

__all__ = ["Grid", "burn", "cell_areas", "grid_over", "raster_matrix"]

_NODE_M = 1024.0
"""Between nodes this far apart the density is a plane to within 6e-9."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A north-up grid of square cells: `west`, `north` are its outer corner."""

    west: float
    north: float
    cell: float
    rows: int
    columns: int


def grid_over(geometry: NDArray[np.object_], cell_m: float) -> Grid:
    """Return a grid over shapes; its lines are multiples of the cell."""
    west, south, east, north = shapely.total_bounds(geometry)
    left, top = np.floor(west / cell_m) * cell_m, np.ceil(north / cell_m) * cell_m
    return Grid(
        west=float(left),
        north=float(top),
        cell=cell_m,
        rows=max(int(np.ceil((top - south) / cell_m)), 1),
        columns=max(int(np.ceil((east - left) / cell_m)), 1),
    )


def raster_matrix(
    old: Vintage, new: Vintage, cell_m: float, *, crs: str
) -> ChangeMatrix:
    """Return the change matrix by the class at the middle of each cell.

    The fast route: it differs from `change_matrix` by what borders cut off
    cells. `crs` is the working plane of both.
    """
    grid = grid_over(np.concatenate([old.geometry, new.geometry]), cell_m)
    words = {str(word) for vintage in (old, new) for word in vintage.label}
    classes = (*sorted(words - {ABSENT}), ABSENT)
    return matrix_of_cells(
        burn(old, grid, classes),
        burn(new, grid, classes),
        cell_areas(grid, crs),
        classes=classes,
    )


def burn(vintage: Vintage, grid: Grid, classes: tuple[str, ...]) -> NDArray[np.intp]:
    """Return the class at the middle of each cell, shape (rows, columns).

    Where classes overlap, the first of `classes` counts; the last, where none
    is. A middle on a border belongs to the polygon right of it, or below.
    """
    absent = len(classes) - 1
    number = np.searchsorted(classes[:-1], vintage.label.astype(str))
    fallen = _crossings(vintage.geometry, grid)
    layers = _below(fallen, np.ones(len(number)), grid)
    total = _below(fallen, number.astype(np.float64), grid)
    burnt = np.where(layers > 0, total, absent).astype(np.intp)
    if (layers > 1).any():  # a sum of classes tells none of them
        for own in range(absent - 1, -1, -1):
            there = _below(fallen, (number == own).astype(np.float64), grid)
            burnt[(there > 0) & (layers > 1)] = own
    return burnt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Crossings:
    """Where edges cross the middle lines of columns; arrays have shape (m,).

    `cell` is the flat place of the first cell below the edge, `feature` whose
    edge it is, `sign` +1 where the polygon begins, -1 where it ends.
    """

    cell: NDArray[np.int64]
    feature: NDArray[np.int64]
    sign: Floats


def _below(found: _Crossings, value: Floats, grid: Grid) -> Floats:
    """Return the sum of `value` over the polygons that each middle lies in.

    Every edge adds to the cells below it in its column.
    """
    weights = found.sign * value[found.feature]
    added = np.bincount(found.cell, weights=weights, minlength=grid.rows * grid.columns)
    return np.asarray(np.cumsum(added.reshape(grid.rows, grid.columns), axis=0))


def _crossings(geometry: NDArray[np.object_], grid: Grid) -> _Crossings:
    ends, sign, feature = _edges(geometry)
    x = (ends[:, [0, 2]] - grid.west) / grid.cell - 0.5
    first, last = np.clip(np.ceil(x), 0, grid.columns).astype(np.int64).T
    count = last - first
    edge = np.repeat(np.arange(len(ends)), count)
    column = np.arange(len(edge)) - np.repeat(np.cumsum(count) - count - first, count)
    x0, y0, x1, y1 = ends[edge].T
    middle = grid.west + (column + 0.5) * grid.cell
    height = y0 + (middle - x0) / (x1 - x0) * (y1 - y0)
    row = np.floor((grid.north - height) / grid.cell - 0.5).astype(np.int64) + 1
    row = np.maximum(row, 0)
    seen = row < grid.rows
    return _Crossings(
        cell=row[seen] * grid.columns + column[seen],
        feature=feature[edge[seen]],
        sign=sign[edge[seen]],
    )


def _edges(
    geometry: NDArray[np.object_],
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return edges, west end first, +1 where the polygon lies below, and whose."""
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(
        shapely.orient_polygons(parts, exterior_cw=False), return_index=True
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    ends, feature = np.hstack([xy[:-1], xy[1:]])[joined], owner[part[ring[1:][joined]]]
    slant = ends[:, 0] != ends[:, 2]
    ends, feature = ends[slant], feature[slant]
    west = ends[:, 0] > ends[:, 2]
    turned = np.where(west[:, None], ends[:, [2, 3, 0, 1]], ends)
    return turned, np.where(west, 1.0, -1.0), feature


def cell_areas(grid: Grid, crs: str) -> Floats:
    """Return the ellipsoidal area of each cell, m², shape (rows, columns)."""
    x = grid.west + (np.arange(grid.columns) + 0.5) * grid.cell
    y = grid.north - (np.arange(grid.rows) + 0.5) * grid.cell
    if measure.is_geographic(crs):
        half = grid.cell / 2
        boxes = shapely.box(x[0] - half, y - half, x[0] + half, y + half)
        rows = measure.area_m2(np.asarray(boxes, dtype=object), crs)
        return np.repeat(rows[:, None], grid.columns, axis=1)
    node_x, node_y = _nodes(np.asarray(x)), _nodes(np.asarray(y[::-1]))
    across, up = np.meshgrid(node_x, node_y)
    places = np.column_stack([across.ravel(), up.ravel()])
    density = measure.area_density(places, crs).reshape(across.shape)
    along = np.array([np.interp(x, node_x, row) for row in density])
    place = np.clip(np.searchsorted(node_y, y, side="right") - 1, 0, len(node_y) - 2)
    part = ((y - node_y[place]) / (node_y[place + 1] - node_y[place]))[:, None]
    blend: Floats = along[place] * (1 - part) + along[place + 1] * part
    return blend * grid.cell**2


def _nodes(values: NDArray[Any]) -> Floats:
    """Return places from the first value to the last, at most `_NODE_M` apart."""
    span = float(values[-1] - values[0])
    count = max(int(np.ceil(span / _NODE_M)), 1) + 1
    return np.asarray(values[0] + np.arange(count) * max(span / (count - 1), 1.0))
