"""The drawdown belt of a reservoir: ground between its low and its high level.

Levels and heights are compared only in one vertical datum. Where the heights
state none, or another without the offset between the two, nothing is compared.
How far the edge may lie from where it is drawn follows from the errors of
offset and heights, over the slope of the ground.
"""

from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid
from zoning.corridors.resistance import slope_degrees
from zoning.errors import LayerError, Problem

__all__ = ["DrawdownBelt", "WaterLevels", "drawdown_belt"]

Floats = NDArray[np.float64]
_EIGHT = np.ones((3, 3), dtype=np.int8)
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

    Raises
    ------
    LayerError
        ``VERTICAL_DATUM`` when `dem_datum` is None, or differs from that of the
        levels and their offset is not given.
    """
    offset = _offset(levels, dem_datum)
    heights = dem.floats()
    below = heights <= levels.high_m + offset
    marks = np.zeros(dem.shape)
    seed = burned(dem.with_values(marks), np.array([water], dtype=object), np.ones(1))
    wet = seed.values > 0
    labels, _ = ndimage.label(below | wet, _EIGHT)
    reached = np.isin(labels, np.unique(labels[wet])) & (labels > 0)
    belt = reached & below & (heights >= levels.low_m + offset)
    error = hypot(levels.offset_error_m, dem_error_m)
    slope = np.maximum(slope_degrees(dem).values, _FLAT_DEG)
    rim = ndimage.binary_dilation(reached, _EIGHT)
    edge = belt & ndimage.binary_dilation(rim & ~reached, _EIGHT)
    spread = error / np.tan(np.radians(slope[edge & ~np.isnan(slope)]))
    return DrawdownBelt(
        cells=dem.with_values(belt),
        edge_error_m=float(np.median(spread)) if len(spread) else float("nan"),
        edge_error_p90_m=float(np.quantile(spread, 0.9))
        if len(spread)
        else float("nan"),
        gap_share=float(np.isnan(heights[rim]).mean()) if rim.any() else 0.0,
    )


def _offset(levels: WaterLevels, dem_datum: str | None) -> float:
    """Return what to add to a level to find it in the terrain model."""
    if dem_datum is not None and dem_datum == levels.datum:
        return levels.offset_m or 0.0
    if dem_datum is None or levels.offset_m is None:
        values = {"found": dem_datum or "-", "expected": levels.datum}
        raise LayerError(Problem(code="VERTICAL_DATUM", values=values))
    return levels.offset_m
