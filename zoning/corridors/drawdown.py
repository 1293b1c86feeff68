"""The drawdown belt of a reservoir: ground between its low and its high level.

Levels and heights are compared only in one vertical datum. Where the heights
state none, or another without the offset between the two, nothing is compared.
How far the edge may lie from where it is drawn follows from the errors of
offset and heights, over the slope of the ground.
"""

from dataclasses import dataclass
from math import hypot

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning.corridors.burning import burned, cells_inside
from zoning.corridors.grid import Grid
from zoning.corridors.resistance import slope_degrees
from zoning.errors import LayerError, Problem

__all__ = ["DrawdownBelt", "WaterLevels", "drawdown_belt"]

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
_EIGHT = np.ones((3, 3), dtype=np.int8)
_NONE = np.zeros(0, dtype=object)
_OWN, _OTHERS = 1.0, 2.0
_FLAT_DEG = 0.1
"""Flatter ground is taken as this steep: its edge lies anywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaterLevels:
    """Low and high level of a reservoir, metres.

    Parameters
    ----------
    low_m, high_m : float
        Of the Three Gorges reservoir 145 and 175 (operating range; 长江保护法
        第五十六条 speaks of the drawdown belt and states no level).
    datum : str
        The levels' vertical datum, as `vertical_datum` of a base (1985, wusong).
    offset_m, offset_error_m : float
        Height in the datum of the terrain model less height in that of the levels,
        and its error. None: not known.
    """

    low_m: float
    high_m: float
    datum: str
    offset_m: float | None = None
    offset_error_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawdownBelt:
    """Cells of the belt.

    Attributes
    ----------
    cells : Grid
        True in the belt: between the levels and joined to the water by ground
        below the high level.
    edge_error_m : float
        Median over the cells along the upper edge of its error on the ground; nan
        where the belt has none.
    edge_error_p90_m : float
        The ninth decile of it.
    gap_share : float
        Share of cells without a height among those that touch the belt or water.
    """

    cells: Grid
    edge_error_m: float
    edge_error_p90_m: float
    gap_share: float


def drawdown_belt(
    dem: Grid,
    water: BaseGeometry,
    levels: WaterLevels,
    *,
    dem_datum: str | None,
    dem_error_m: float,
    others: Shapes | None = None,
) -> DrawdownBelt:
    """Return the ground that falls dry and is drowned in turn.

    Parameters
    ----------
    dem : Grid
        Heights in metres of `dem_datum`.
    water : Polygon or MultiPolygon
        The reservoir in the CRS of `dem`: only ground joined to it belongs.
    levels : WaterLevels
        The two levels.
    dem_datum : str or None
        Vertical datum of the heights; None when nobody states it.
    dem_error_m : float
        Standard error of the heights, as their maker states it.
    others : ndarray of object, optional
        Water of other rivers, a polygon or multipolygon each. Ground that lies
        nearer to theirs is theirs, so that the belts of all rivers add up.

    Raises
    ------
    LayerError
        ``VERTICAL_DATUM`` when `dem_datum` is None, or differs from that of the
        levels and their offset is not given.
    """
    offset = _offset(levels, dem_datum)
    heights = dem.floats()
    below = heights <= levels.high_m + offset
    waters = _waters(dem, water, _NONE if others is None else others)
    wet = waters == _OWN
    labels, _ = ndimage.label(below | wet, _EIGHT)
    reached = np.isin(labels, np.unique(labels[wet])) & (labels > 0)
    belt = reached & below & (heights >= levels.low_m + offset)
    error = hypot(levels.offset_error_m, dem_error_m)
    slope = np.maximum(slope_degrees(dem).values, _FLAT_DEG)
    rim = ndimage.binary_dilation(reached, _EIGHT)
    own = _nearest_own(waters, dem.cell_m)
    belt &= own
    edge = belt & ndimage.binary_dilation(rim & ~reached, _EIGHT)
    rim &= own
    spread = error / np.tan(np.radians(slope[edge & ~np.isnan(slope)]))
    return DrawdownBelt(
        cells=dem.with_values(belt),
        edge_error_m=float(np.median(spread)) if len(spread) else float("nan"),
        edge_error_p90_m=float(np.quantile(spread, 0.9))
        if len(spread)
        else float("nan"),
        gap_share=float(np.isnan(heights[rim]).mean()) if rim.any() else 0.0,
    )


def _waters(dem: Grid, water: BaseGeometry, others: Shapes) -> Floats:
    """Return whose water a cell is: `_OWN`, `_OTHERS` or 0.

    Where two rivers meet, the order of their outlines decides, whichever of them
    is asked for. One that is narrower than a cell is where its banks are.
    """
    shapes = np.concatenate([np.array([water], dtype=object), others])
    order = np.argsort(shapely.to_wkb(shapes), kind="stable")
    shapes = shapes[order]
    _, who = cells_inside(shapes, dem.transform, dem.shape)
    narrow = np.bincount(who, minlength=len(shapes)) == 0
    shapes[narrow] = shapely.boundary(shapes[narrow])
    marks = np.where(order == 0, _OWN, _OTHERS)
    return burned(dem.with_values(np.zeros(dem.shape)), shapes, marks).floats()


def _nearest_own(waters: Floats, cell_m: tuple[float, float]) -> NDArray[np.bool_]:
    """Say of each cell whether the water nearest to it is the river's own."""
    if not (waters == _OTHERS).any():
        return np.ones(waters.shape, dtype=np.bool_)
    width, height = cell_m
    rows, columns = ndimage.distance_transform_edt(
        waters == 0,
        sampling=(height, width),
        return_distances=False,
        return_indices=True,
    )
    return np.asarray(waters[rows, columns] == _OWN)


def _offset(levels: WaterLevels, dem_datum: str | None) -> float:
    """Return what to add to a level to find it in the terrain model."""
    if dem_datum is not None and dem_datum == levels.datum:
        return levels.offset_m or 0.0
    if dem_datum is None or levels.offset_m is None:
        values = {"found": dem_datum or "-", "expected": levels.datum}
        raise LayerError(Problem(code="VERTICAL_DATUM", values=values))
    return levels.offset_m
