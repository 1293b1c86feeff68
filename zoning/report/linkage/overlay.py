"""The current as a picture that lies under the lines of the web map.

A web map is Mercator's; the picture is drawn on its lattice, each pixel with the
cell that its centre lies in, so that it fits the lines to the pixel.
"""

import base64
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.corridors.grid import Grid
from zoning.report.linkage.grids import Coloured

__all__ = ["overlay_picture"]

_WIDEST = 1000
_DECIMALS = 7
_EDGE_POINTS = 33


def overlay_picture(coloured: Coloured, grid: Grid) -> tuple[str, list[list[float]]]:
    """Return a PNG as a data URL, and its corners [[south, west], [north, east]]."""
    west, south, east, north = _bounds(grid)
    low, high = _mercator(np.array([south, north])).tolist()
    columns = min(_WIDEST, grid.shape[1])
    rows = max(1, round(columns * (high - low) / np.radians(east - west)))
    lon = west + (np.arange(columns) + 0.5) * (east - west) / columns
    lat = _latitude(high - (np.arange(rows) + 0.5) * (high - low) / rows)
    lonlat = np.column_stack([np.tile(lon, rows), np.repeat(lat, columns)])
    row, column = grid.cells_at(measure.from_lonlat(lonlat, grid.crs))
    classes = coloured.classes[row, column]
    classes[(row < 0) | (column < 0)] = -1
    picture = Coloured(
        limits=coloured.limits,
        colours=coloured.colours,
        classes=classes.reshape(rows, columns),
    )
    packed = base64.b64encode(_png(picture.pixels())).decode("ascii")
    return f"data:image/png;base64,{packed}", [[south, west], [north, east]]


def _png(pixels: NDArray[np.uint8]) -> bytes:
    from matplotlib import image

    packed = BytesIO()
    unsigned: Any = {"Software": None}  # None leaves the entry out
    image.imsave(packed, pixels, format="png", metadata=unsigned)
    return packed.getvalue()


def _bounds(grid: Grid) -> tuple[float, float, float, float]:
    """Return west, south, east, north in degrees, of all four edges."""
    west, south, east, north = grid.extent
    x, y = (
        np.linspace(west, east, _EDGE_POINTS),
        np.linspace(south, north, _EDGE_POINTS),
    )
    sides = [
        np.column_stack([x, np.full_like(x, south)]),
        np.column_stack([x, np.full_like(x, north)]),
        np.column_stack([np.full_like(y, west), y]),
        np.column_stack([np.full_like(y, east), y]),
    ]
    lonlat = np.round(measure.to_lonlat(np.concatenate(sides), grid.crs), _DECIMALS)
    (w, s), (e, n) = lonlat.min(axis=0).tolist(), lonlat.max(axis=0).tolist()
    return w, s, e, n


def _mercator(latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2)))


def _latitude(mercator: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.degrees(2 * np.arctan(np.exp(mercator)) - np.pi / 2))
