"""Slope, elevation and land cover of a site, from the base's rasters.

Slope is Horn's weighted difference over the 3 x 3 neighbourhood.

References
----------
.. [1] B. K. P. Horn (1981), Hill shading and the reflectance map, Proc. IEEE 69.
"""

from collections.abc import Iterable

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.relations import Slopes
from zoning.errors import Problem
from zoning.model import Base, Raster, Terrain

__all__ = ["describe_terrain", "horn_slope", "known_heights", "slopes_of"]

STEEP_DEG = 25.0  # 水土保持法 第二十条
LOWEST_M, HIGHEST_M = -500.0, 9000.0  # outside: an undeclared nodata value
AREAL = 2  # topological dimension
DEM, LAND_COVER = "dem", "land_cover"


def describe_terrain(site: BaseGeometry, base: Base) -> Terrain | None:
    """Return terrain of a site given in the working plane; None without rasters."""
    dem, cover = base.rasters.get(DEM), base.rasters.get(LAND_COVER)
    if dem is None and cover is None:
        return None
    shares = {} if cover is None else _cover_shares(site, cover, base.crs)
    if dem is None:
        return Terrain(cover=shares)
    window, inside, met = _cells(site, dem, base.crs, margin=1)
    window = known_heights(window)
    slope = horn_slope(window, *_cell_size_m(dem, site, base.crs))
    heights, slopes, steepest = window[inside], slope[inside], slope[met]
    gap = float(np.isnan(steepest).mean()) if len(steepest) else 1.0
    heights, slopes = heights[~np.isnan(heights)], slopes[~np.isnan(slopes)]
    steepest = steepest[~np.isnan(steepest)]
    if len(heights) == 0:
        datum = dem.info.vertical_datum
        return Terrain(cover=shares, vertical_datum=datum, gap_share=gap)
    return Terrain(
        elevation_min_m=float(heights.min()),
        elevation_mean_m=float(heights.mean()),
        elevation_max_m=float(heights.max()),
        vertical_datum=dem.info.vertical_datum,
        slope_mean_deg=float(slopes.mean()) if len(slopes) else None,
        slope_max_deg=float(steepest.max()) if len(steepest) else None,
        slope_ge_25_share=float((slopes >= STEEP_DEG).mean()) if len(slopes) else None,
        cover=shares,
        gap_share=gap,
    )


def known_heights(heights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return heights, nan where no ground is as low or as high, any shape."""
    there = (heights >= LOWEST_M) & (heights <= HIGHEST_M)
    return np.where(there, heights, np.nan)


def slopes_of(
    terrain: tuple[Terrain | None, ...], problems: tuple[Problem, ...]
) -> Slopes:
    """Return the slopes of sites as columns, shape (n,)."""
    blank = Terrain(gap_share=1.0)
    known = [blank if one is None else one for one in terrain]
    return Slopes(
        steepest_deg=_column(one.slope_max_deg for one in known),
        steep_share=_column(one.slope_ge_25_share for one in known),
        gap_share=_column(
            1.0 if one.slope_max_deg is None else one.gap_share for one in known
        ),
        problems=problems,
    )


def _column(values: Iterable[float | None]) -> NDArray[np.float64]:
    given = [np.nan if value is None else value for value in values]
    return np.array(given, dtype=np.float64)


def horn_slope(
    heights: NDArray[np.float64], width_m: float, height_m: float
) -> NDArray[np.float64]:
    """Return slope in degrees for each cell; nan on the rim and beside gaps.

    Parameters
    ----------
    heights : ndarray, shape (rows, columns)
        Metres, north at the top.
    width_m, height_m : float
        Ground size of a cell.
    """
    slope = np.full(heights.shape, np.nan)
    if min(heights.shape) < 3:  # noqa: PLR2004  the neighbourhood is 3 x 3
        return slope
    z = {
        (i, j): heights[
            1 + i : heights.shape[0] - 1 + i, 1 + j : heights.shape[1] - 1 + j
        ]
        for i in (-1, 0, 1)
        for j in (-1, 0, 1)
    }
    east = (z[-1, 1] + 2 * z[0, 1] + z[1, 1]) - (z[-1, -1] + 2 * z[0, -1] + z[1, -1])
    south = (z[1, -1] + 2 * z[1, 0] + z[1, 1]) - (z[-1, -1] + 2 * z[-1, 0] + z[-1, 1])
    rise = np.hypot(east / (8 * width_m), south / (8 * height_m))
    slope[1:-1, 1:-1] = np.degrees(np.arctan(rise))
    return slope


def _cells(
    site: BaseGeometry, raster: Raster, crs: str, *, margin: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """Return the window of cells round a site, which lie in it, and which it meets.

    A cell lies in a polygon when its center does; where no center does, and
    for lines and points, the cells that are met. A limit is put to every cell
    met: half of a narrow plot may lie in cells whose center is outside.
    """
    shape = measure.project(np.array([site], dtype=object), crs, raster.crs)[0]
    a, _, left, _, e, top = raster.transform
    west, south, east, north = shape.bounds
    r0, r1 = int((north - top) // e) - margin, int((south - top) // e) + 1 + margin
    c0, c1 = int((west - left) // a) - margin, int((east - left) // a) + 1 + margin
    x = left + a * (np.arange(c0, c1) + 0.5)
    y = top + e * (np.arange(r0, r1) + 0.5)
    grid_x, grid_y = np.meshgrid(x, y)
    inside = np.asarray(shapely.contains_xy(shape, grid_x, grid_y))
    shapely.destroy_prepared(shape)  # it may be the caller's own, left as it was
    cells = shapely.box(
        grid_x - abs(a) / 2,
        grid_y - abs(e) / 2,
        grid_x + abs(a) / 2,
        grid_y + abs(e) / 2,
    )
    met = np.asarray(shapely.intersects(shape, cells))
    areal = shapely.get_dimensions(shape) == AREAL
    if areal:
        met &= ~np.asarray(shapely.touches(shape, cells))
    inside = inside if areal and inside.any() else met
    return _window(raster.values, (r0, r1), (c0, c1)), inside, met


def _window(
    values: NDArray[np.float64], rows: tuple[int, int], columns: tuple[int, int]
) -> NDArray[np.float64]:
    """Cut a window out of a grid; nan where it reaches beyond."""
    height, width = values.shape
    out = np.full((rows[1] - rows[0], columns[1] - columns[0]), np.nan)
    r0, r1 = max(rows[0], 0), min(rows[1], height)
    c0, c1 = max(columns[0], 0), min(columns[1], width)
    if r0 < r1 and c0 < c1:
        out[r0 - rows[0] : r1 - rows[0], c0 - columns[0] : c1 - columns[0]] = values[
            r0:r1, c0:c1
        ]
    return out


def _cell_size_m(raster: Raster, site: BaseGeometry, crs: str) -> tuple[float, float]:
    """Ground size (width, height) of a cell at the site."""
    a, _, _, _, e, _ = raster.transform
    if not measure.is_geographic(raster.crs):
        return abs(a), abs(e)
    center = shapely.get_coordinates(shapely.point_on_surface(site))
    lon, lat = measure.to_lonlat(center, crs)[0]
    start = np.array([[lon, lat], [lon, lat]])
    end = np.array([[lon + abs(a), lat], [lon, lat + abs(e)]])
    width, height = measure.geodesic_m(start, end)
    return float(width), float(height)


def _cover_shares(site: BaseGeometry, cover: Raster, crs: str) -> dict[str, float]:
    window, inside, _ = _cells(site, cover, crs, margin=0)
    values = window[inside]
    codes, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    total = int(counts.sum())
    return {
        f"{code:g}": count / total for code, count in zip(codes, counts, strict=True)
    }
