"""Classes on a grid: polygons burnt in, areas of cells on the ellipsoid."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.accounts.matrix import ABSENT, ChangeMatrix, Vintage, matrix_of_cells
from zoning.corridors.burning import cells_inside

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

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.rows, self.columns

    @property
    def transform(self) -> tuple[float, float, float, float, float, float]:
        """Affine coefficients (a, b, c, d, e, f) from (column, row) to (x, y)."""
        return self.cell, 0.0, self.west, 0.0, -self.cell, self.north


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
    number = np.searchsorted(classes[:-1], vintage.label.astype(str))
    order = np.argsort(-number, kind="stable")
    cell, owner = cells_inside(vintage.geometry[order], grid.transform, grid.shape)
    burnt = np.full(grid.rows * grid.columns, len(classes) - 1, dtype=np.intp)
    burnt[cell] = number[order][owner]  # in their order: the last one stands
    return burnt.reshape(grid.shape)


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
