"""Twenty-five rivers: courses, water, management limits, and the carved DEM."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from zoning.samples.frame import Frame, Grid
from zoning.samples.names import RIVERS
from zoning.samples.shapes import burn, ribbon, smooth_line
from zoning.samples.terrain import RESERVOIR_M, Relief

__all__ = ["River", "carve", "trace_rivers"]

Array = NDArray[np.float64]
Index = NDArray[np.intp]

_STEP_M = 60.0
_HEAD_KM2 = 2.5
_SHORTEST_M = 6000.0
_MAIN_BASINS_KM2 = (985_000.0, 4_185.0)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class River:
    """A river, downstream; geometry in EPSG:4546.

    Parameters
    ----------
    rank : str
        ``干流`` or ``支流``.
    basin_km2 : float
        Whole basin, also outside the county.
    widths : ndarray
        Water width every 60 m along `line`, metres.
    limit : geometry or None
        Management limit, where drawn.
    """

    name: str
    rank: str
    basin_km2: float
    line: LineString
    widths: Array
    water: BaseGeometry
    limit: BaseGeometry | None = None


def trace_rivers(
    frame: Frame, relief: Relief, county: NDArray[np.bool_], *, grid: Grid
) -> list[River]:
    """Return the main stem, the main tributary and 23 others, largest first.

    Parameters
    ----------
    county, grid
        Mask of the county and its grid.
    """
    rivers = [
        _main_river(frame, relief, relief.main_stem, order=0),
        _main_river(frame, relief, relief.main_tributary, order=1),
    ]
    taken = relief.tree.receiver == np.arange(relief.height.size)
    owner = np.where(taken, 0, -1)
    row, column = np.divmod(np.arange(relief.height.size), relief.grid.columns)
    xy = _centres(relief, row, column)
    home = county[grid.index(xy)]
    paths = _paths(relief, taken, home, owner=owner)
    paths.sort(key=lambda path: -path[1])
    for (cells, basin), name in zip(paths, RIVERS[2:], strict=True):
        line = _course(xy[cells], [river.line for river in rivers])
        rivers.append(_side_river(relief, line, (name, basin), cells=cells))
    return rivers


def _centres(relief: Relief, row: Index, column: Index) -> Array:
    x, y = relief.grid.centres()
    return np.column_stack([x[column], y[row]])


def _paths(
    relief: Relief,
    taken: NDArray[np.bool_],
    home: NDArray[np.bool_],
    *,
    owner: Index,
) -> list[tuple[Index, float]]:
    """Pick 23 courses by catchment; cells run downstream, basin in km2."""
    receiver = relief.tree.receiver
    area = relief.catchment.ravel()
    upward = np.full(receiver.size, -1)
    order = np.argsort(area, kind="stable")
    inner = order[receiver[order] != order]
    upward[receiver[inner]] = inner
    taken = taken.copy()
    refused = np.zeros_like(taken)
    paths: list[tuple[Index, float]] = []
    while len(paths) < len(RIVERS) - 2:
        open_mouths = ~taken & taken[receiver] & ~refused & home
        mouth = int(np.argmax(np.where(open_mouths, area, -1)))
        chain = [int(receiver[mouth]), mouth]
        while upward[chain[-1]] >= 0 and area[upward[chain[-1]]] > _HEAD_KM2:
            chain.append(int(upward[chain[-1]]))
        cells = np.array(chain[::-1])
        if home[cells].sum() * relief.grid.cell * 1.15 < _SHORTEST_M:
            refused[mouth] = True
            continue
        taken[cells] = True
        owner[cells] = len(paths)
        paths.append((cells, float(area[mouth])))
    return paths


def _course(cells: Array, others: list[LineString]) -> LineString:
    """Smooth a chain of cells and end it on the river it joins."""
    xy = smooth_line(cells, 1.3)
    joined = shapely.distance(others, shapely.Point(xy[-1]))
    parent = others[int(np.argmin(joined))]
    mouth = parent.interpolate(parent.project(shapely.Point(xy[-1])))
    xy = np.vstack([xy[:-1], [[mouth.x, mouth.y]]])
    fine = LineString(xy).segmentize(40)
    xy = smooth_line(shapely.get_coordinates(fine), 1.5)
    return LineString(np.round(shapely.get_coordinates(LineString(xy).simplify(2)), 3))


def _marks(line: LineString) -> Array:
    return np.arange(0, line.length, _STEP_M)


def _at(relief: Relief, values: Array, line: LineString) -> Array:
    """Values of the 90 m grid under the line, every 60 m."""
    points = shapely.line_interpolate_point(line, _marks(line))
    picked: Array = values[relief.grid.index(shapely.get_coordinates(points))]
    return picked


def _main_river(frame: Frame, relief: Relief, line: LineString, *, order: int) -> River:
    open_valley = 1 - _at(relief, relief.hardness, line)
    sway = _at(relief, frame.noise("river width", relief.grid, 3000), line)
    if order == 0:
        widths = 430 + 560 * open_valley + 70 * sway
    else:
        widths = 85 + 110 * open_valley + 14 * sway
        to_mouth = line.length - _marks(line)
        widths = widths * (1 + 1.1 * np.exp(-to_mouth / 5000))
    widths = np.round(smooth_line(widths[:, None], 6.0)[:, 0].clip(60, None), 2)
    water = ribbon(line, widths, _STEP_M).simplify(3)
    return River(
        name=RIVERS[order],
        rank="干流" if order == 0 else "支流",
        basin_km2=_MAIN_BASINS_KM2[order],
        line=line,
        widths=widths,
        water=water,
        limit=water.buffer((45.0, 25.0)[order], quad_segs=4).simplify(4),
    )


def _side_river(
    relief: Relief, line: LineString, label: tuple[str, float], *, cells: Index
) -> River:
    name, basin = label
    own = relief.catchment.ravel()[cells]
    area = np.interp(
        _marks(line), np.linspace(0, line.length, len(own) - 1), np.sort(own[:-1])
    )
    bed = _at(relief, relief.height, line)
    backwater = 1 + 1.6 / (1 + np.exp((bed - RESERVOIR_M - 12) / 6))
    widths = (5 + 1.7 * np.sqrt(area)) * backwater
    widths = np.round(smooth_line(widths[:, None], 5.0)[:, 0].clip(7, None), 2)
    return River(
        name=name,
        rank="支流",
        basin_km2=round(basin, 1),
        line=line,
        widths=widths,
        water=ribbon(line, widths, _STEP_M).simplify(1.0),
    )


def carve(relief: Relief, rivers: list[River]) -> Relief:
    """Return relief in which every river runs downhill and lies in its valley.

    Below the reservoir level only the main stem's water remains; land is kept
    at least a metre above it.
    """
    grid = relief.grid
    height = relief.height.copy()
    lake = burn([rivers[0].water], grid) == 1
    height = np.where(lake, height, np.maximum(height, RESERVOIR_M + 1.0))
    stem = _cells(grid, rivers[0].line)
    level = np.round(np.linspace(174.0, 170.0, len(stem[0])), 3)
    x, y = grid.mesh()
    points = shapely.points(np.column_stack([x[lake], y[lake]]))
    share = shapely.line_locate_point(rivers[0].line, points) / rivers[0].line.length
    height[lake] = np.round(174.0 - 4.0 * share, 3)
    height[stem] = level
    for river in rivers[1:]:
        cells = _cells(grid, river.line)
        profile = np.minimum.accumulate(height[cells])
        height[cells] = np.minimum(height[cells], profile)
    for river in reversed(rivers):
        # Once more, mouth first: a junction may have been lowered since.
        cells = _cells(grid, river.line)
        height[cells] = np.minimum.accumulate(height[cells])
    return replace(relief, height=np.round(height, 1))


def _cells(grid: Grid, line: LineString) -> tuple[Index, Index]:
    along = np.arange(0, line.length, 1.0)  # so fine that no clipped corner is missed
    xy = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
    inside = (xy[:, 0] > grid.west) & (xy[:, 1] < grid.north)
    inside &= xy[:, 0] < grid.west + grid.cell * grid.columns
    inside &= xy[:, 1] > grid.north - grid.cell * grid.rows
    return grid.index(xy[inside])
