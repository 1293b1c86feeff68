"""A site laid on the cells of a model: what its ground and the ground about it cost.

A cell is taken as soon as the site meets it, however little: what a site does may
come out too great by part of a cell on each side, and never too small. Cells keep
what they cost where the site would make them cheaper.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid
from zoning.corridors.landscape import Landscape
from zoning.corridors.resistance import Factor, ResistanceTable, resistance_surface
from zoning.linkage.table import SiteRules

__all__ = ["Footprint", "costs_with", "footprint_of", "land_with"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Window = tuple[slice, slice]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footprint:
    """Where a site lies on the cells.

    Parameters
    ----------
    taken : ndarray of bool, shape (rows, columns)
        Cells that the site meets.
    window : tuple of slice
        Rows and columns beyond which nothing changes.
    """

    taken: Flags
    window: Window


def footprint_of(
    site: BaseGeometry, like: Grid, *, table: ResistanceTable, rules: SiteRules
) -> Footprint:
    """Return the cells of a site, and the window of what it changes.

    Parameters
    ----------
    site : geometry
        Polygon, line or point, in the plane of the grid.
    """
    blank = like.with_values(np.zeros(like.shape))
    shapes = np.array([site, shapely.boundary(site)], dtype=object)
    taken: Flags = burned(blank, shapes, np.ones(2)).values > 0
    reach = max(
        (_reach(factor) for factor in table.factors if factor.name in rules.counts_as),
        default=0.0,
    )
    return Footprint(taken=taken, window=_window(taken, like, reach))


def _reach(factor: Factor) -> float:
    """Return the distance beyond which a factor knows no difference."""
    return max((limit for limit, _ in factor.bands[:-1]), default=0.0)


def _window(taken: Flags, like: Grid, reach_m: float) -> Window:
    rows, columns = np.flatnonzero(taken.any(axis=1)), np.flatnonzero(taken.any(axis=0))
    if not len(rows):
        return slice(0, 0), slice(0, 0)
    width, height = like.cell_m
    down, across = int(reach_m // height) + 1, int(reach_m // width) + 1
    return (
        slice(max(0, int(rows[0]) - down), int(rows[-1]) + down + 1),
        slice(max(0, int(columns[0]) - across), int(columns[-1]) + across + 1),
    )


def costs_with(
    before: Grid,
    factors: Mapping[str, Grid],
    footprint: Footprint,
    *,
    table: ResistanceTable,
    rules: SiteRules,
) -> Grid:
    """Return the resistance with a site: nowhere lower, missing where nothing passes.

    Parameters
    ----------
    before : Grid
        Resistance without it, of the same table.
    factors : mapping of str to Grid
        As they are without it.
    """
    window = footprint.window
    taken = footprint.taken[window]
    values = before.floats()
    if not taken.any():
        return before.with_values(values)
    near = {name: _cut(grid, window) for name, grid in factors.items()}
    height, width = before.cell_m[1], before.cell_m[0]
    apart = ndimage.distance_transform_edt(~taken, sampling=(height, width))
    for name, grid in near.items():
        own = grid.floats()
        if name == "land_cover":
            own[taken & ~np.isnan(own)] = rules.land_cover
        elif name in rules.counts_as:
            own = np.where(np.isnan(own), own, np.minimum(own, apart))
        near[name] = grid.with_values(own)
    made = resistance_surface(table, near).grid.values
    known = ~np.isnan(values[window])
    raised = np.where(np.isnan(made), np.inf, np.maximum(values[window], made))
    values[window] = np.where(known, raised, np.nan)
    values[np.isposinf(values)] = np.nan
    return before.with_values(values)


def _cut(grid: Grid, window: Window) -> Grid:
    """Return the part of a grid within a window."""
    rows, columns = window
    a, b, west, d, e, north = grid.transform
    transform = (a, b, west + a * columns.start, d, e, north + e * rows.start)
    return Grid(
        values=grid.values[window],
        transform=transform,
        crs=grid.crs,
        nodata=grid.nodata,
    )


def land_with(land: Landscape, costs: Grid, footprint: Footprint) -> Landscape:
    """Return a landscape with a site: its costs, and sources without its cells."""
    left = np.where(footprint.taken, 0, land.labels())
    return Landscape(resistance=costs, sources=costs.with_values(left))
