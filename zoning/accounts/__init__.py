"""Accounts of change: what became of each class between two vintages of a layer.

`matrix` is exact, on polygons; `cells` the fast route on a grid; `changes`
builds the polygons that changed, with slivers apart.
"""

from zoning.accounts.cells import Grid, burn, cell_areas, grid_over, raster_matrix
from zoning.accounts.changes import SLIVER_M2, Changes, change_polygons
from zoning.accounts.matrix import (
    ABSENT,
    ChangeMatrix,
    Vintage,
    change_matrix,
    matrix_of_cells,
)

__all__ = [
    "ABSENT",
    "SLIVER_M2",
    "ChangeMatrix",
    "Changes",
    "Grid",
    "Vintage",
    "burn",
    "cell_areas",
    "change_matrix",
    "change_polygons",
    "grid_over",
    "matrix_of_cells",
    "raster_matrix",
]
