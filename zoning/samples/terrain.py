"""Relief: uplift against rivers, from 360 m down to 90 m cells.

Two courses are drawn: the main stem, west to east, and the main tributary from
the north. All other valleys are left to the water.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely import LineString

from zoning.samples.drainage import Drainage, drain, incise
from zoning.samples.frame import Frame, Grid, resample

__all__ = ["RESERVOIR_M", "Relief", "make_relief"]

Array = NDArray[np.float64]

RESERVOIR_M = 175.0
"""Highest operating level of the reservoir, 1985 height datum."""

_TOP_M = 2600.0
_STEEPNESS_M = 175.0  # K/U: slope times sqrt(catchment) of a graded river
_HILLSLOPE_M2 = 300.0**2  # catchment below which slopes stop getting steeper


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Relief:
    """Heights on the 90 m grid and the water that runs over them.

    Parameters
    ----------
    height : ndarray of float64
        Metres above the 1985 datum.
    tree : Drainage
        Flow tree; outlets are the cells of the two drawn courses.
    catchment : ndarray of float64
        Square kilometres upstream, within the window.
    main_stem, main_tributary : LineString
        Drawn courses, downstream; EPSG:4546.
    hardness : ndarray of float64
        0 soft (open valley) to 1 hard (gorge).
    """

    grid: Grid
    height: Array
    tree: Drainage
    catchment: Array
    main_stem: LineString
    main_tributary: LineString
    hardness: Array


def make_relief(frame: Frame) -> Relief:
    """Raise and erode the county's mountains."""
    stem, tributary = _courses(frame)
    height = np.zeros((1, 1))
    previous: Grid | None = None
    for cell, rounds in ((360.0, 60), (180.0, 12), (90.0, 4)):
        grid = frame.grid(cell)
        if previous is None:
            height = 700 + 260 * frame.noise("start", grid, 9000)
        else:
            height = resample(height, previous, grid)
            height = _bend(frame, grid, height, courses=(stem, tributary))
            height = height + 25 * frame.noise("grain", grid, 1500)
        height = _erode(frame, grid, height, plan=(stem, tributary, rounds))
        previous = grid
    grid = frame.grid(90.0)
    height = _finish(frame, grid, height)
    _, outlets = _base_level(grid, stem, tributary)
    tree, height = drain(height, outlets, grid.cell)
    return Relief(
        grid=grid,
        height=height,
        tree=tree,
        catchment=tree.gather(np.full(grid.shape, (grid.cell / 1000) ** 2)),
        main_stem=stem,
        main_tributary=tributary,
        hardness=_hardness(frame, grid),
    )


def _courses(frame: Frame) -> tuple[LineString, LineString]:
    phase = frame.random("courses").random(8) * 2 * np.pi
    x = np.linspace(frame.west - 400, frame.west + frame.width + 400, 900)
    s = (x - frame.west) / frame.width
    y = (
        3_436_500
        + 5200 * s
        + 2600 * np.sin(2 * np.pi * 1.6 * s + phase[0])
        + 1300 * np.sin(2 * np.pi * 4.3 * s + phase[1])
        + 520 * np.sin(2 * np.pi * 9.7 * s + phase[2])
    )
    stem = LineString(np.round(np.column_stack([x, y]), 3))
    mouth = stem.interpolate(0.47, normalized=True)
    top = frame.north + 400
    t = np.linspace(0, 1, 1100)  # 1 at the mouth
    calm = np.sin(np.pi * t.clip(0, 0.985) / 0.985) ** 0.5
    east = (
        (1 - t) * (frame.west + 0.56 * frame.width)
        + t * mouth.x
        + calm * 3600 * np.sin(2 * np.pi * 1.5 * t + phase[3])
        + calm * 1900 * np.sin(2 * np.pi * 4.6 * t + phase[4])
        + calm * 800 * np.sin(2 * np.pi * 11.0 * t + phase[5])
    )
    north = top + t * (mouth.y - top)
    tributary = LineString(np.round(np.column_stack([east, north]), 3))
    return stem, tributary


def _base_level(
    grid: Grid, stem: LineString, tributary: LineString
) -> tuple[Array, NDArray[np.bool_]]:
    """Bed levels along the two courses, and where they are."""
    level = np.full(grid.shape, np.nan)
    for course, upper, lower in ((tributary, 330.0, 173.0), (stem, 173.0, 168.0)):
        cells = _cells_of(grid, course)
        share = np.linspace(0, 1, len(cells[0]))
        level[cells] = np.round(upper + (lower - upper) * share**0.8, 3)
    return level, np.isfinite(level)


def _cells_of(
    grid: Grid, course: LineString
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Cells along a line, in its order, first visits only."""
    along = np.arange(0, course.length, grid.cell / 4)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(course, along))
    inside = (
        (xy[:, 0] > grid.west)
        & (xy[:, 0] < grid.west + grid.cell * grid.columns)
        & (xy[:, 1] < grid.north)
        & (xy[:, 1] > grid.north - grid.cell * grid.rows)
    )
    row, column = grid.index(xy[inside])
    _, first = np.unique(row * grid.columns + column, return_index=True)
    first.sort()
    return row[first], column[first]


def _hardness(frame: Frame, grid: Grid) -> Array:
    """Folded beds striking north-east: bands of hard and soft rock."""
    x, y = grid.mesh()
    across = (x - frame.west) * 0.8 - (y - (frame.north - frame.height)) * 0.35
    across = across + 2600 * frame.noise("folds", grid, 16000)
    wave = np.sin(across / 9000 * 2 * np.pi) + 0.45 * frame.noise("beds", grid, 6000)
    return np.round(1 / (1 + np.exp(-3 * wave)), 6)


def _erode(
    frame: Frame,
    grid: Grid,
    height: Array,
    *,
    plan: tuple[LineString, LineString, int],
) -> Array:
    stem, tributary, rounds = plan
    level, outlets = _base_level(grid, stem, tributary)
    _, y = grid.mesh()
    north = (y - (frame.north - frame.height)) / frame.height
    rise = 60 * (0.85 + 0.5 * (north - 0.35) ** 2 * 4)
    rise = rise * (1 + 0.25 * frame.noise("uplift", grid, 22000))
    rise = np.where(outlets, 0.0, rise.clip(15, None))
    patchy = 1 + 0.3 * frame.noise("joints", grid, 2500).clip(-2, 2)
    weak = 60 / _STEEPNESS_M * (1.45 - 0.8 * _hardness(frame, grid)) * patchy
    height = np.where(outlets, level, np.maximum(height, 180.0))
    area = np.full(grid.shape, grid.cell**2)
    for turn in range(rounds):
        if grid.cell > 200:
            # Uneven ground keeps young valleys from running straight.
            rough = 40 * (1 - turn / rounds) * frame.noise(f"rough{turn}", grid, 1600)
            height = np.where(outlets, level, np.maximum(height + rough, 174.0))
        tree, height = drain(height, outlets, grid.cell)
        gain = weak * np.sqrt(tree.gather(area) + _HILLSLOPE_M2)
        height = np.round(incise(height, tree, gain, rise=rise), 6)
    return height


def _bend(
    frame: Frame, grid: Grid, height: Array, *, courses: tuple[LineString, LineString]
) -> Array:
    """Shift the ground sideways in smooth waves, less near the drawn courses."""
    _, drawn = _base_level(grid, *courses)
    away = ndimage.distance_transform_edt(~drawn) * grid.cell
    reach = 420 / grid.cell * (away / 2500).clip(0, 1)
    row, column = np.indices(grid.shape, dtype=np.float64)
    row += reach * frame.noise(f"bend north {grid.cell}", grid, 3600)
    column += reach * frame.noise(f"bend east {grid.cell}", grid, 3600)
    bent = ndimage.map_coordinates(height, [row, column], order=1, mode="nearest")
    return np.asarray(np.round(bent, 6))


def _finish(frame: Frame, grid: Grid, height: Array) -> Array:
    """Round the crests, stretch to the county's highest peak, add grain."""
    soft = ndimage.gaussian_filter(height, 0.8)
    height = np.where(height > 220, 0.5 * height + 0.5 * soft, height)
    inner = height[60:-60, 60:-60]
    tall = float(np.quantile(inner, 0.9995))
    stretched = 300 + (height - 300) * ((_TOP_M - 150 - 300) / (tall - 300))
    over = (stretched - (_TOP_M - 300)).clip(0, None)
    stretched = stretched - over + 300 * over / (over + 300)
    height = np.where(height > 300, stretched, height)
    grain = 5 * frame.noise("stones", grid, 600) * ((height - 240) / 300).clip(0, 1)
    return np.asarray(np.round(height + grain, 3))
