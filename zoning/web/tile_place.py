"""Where a tile lies: the usual pyramid of Web Mercator."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.measure import from_lonlat, to_lonlat
from zoning.web.tile_bytes import EXTENT

__all__ = ["MARGIN", "SCREEN", "TilePlace", "mercator"]

SCREEN = 512
"""Pixels along the edge of a tile as the page draws it."""
MARGIN = 0.03
"""Share of a tile that is drawn beyond each of its edges."""
_MERCATOR_RADIUS = 6_378_137.0
_HALF = np.pi * _MERCATOR_RADIUS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


def mercator(xy: Floats, crs: str) -> Floats:
    """Return plane coordinates, shape (n, 2), in metres of Web Mercator."""
    lonlat = np.radians(to_lonlat(xy, crs))
    north = np.log(np.tan(np.pi / 4 + lonlat[:, 1] / 2))
    return _MERCATOR_RADIUS * np.column_stack([lonlat[:, 0], north])


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePlace:
    """A tile of the usual pyramid: Web Mercator, north up, x east, y south."""

    z: int
    x: int
    y: int

    @property
    def size_m(self) -> float:
        """Edge in metres of the Mercator plane."""
        return float(2 * _HALF / 2**self.z)

    def box(self, crs: str) -> Floats:
        """Return west, south, east, north of the tile in a plane, with a margin."""
        along = np.linspace(-MARGIN, 1 + MARGIN, 9)
        near, far = np.full(9, -MARGIN), np.full(9, 1 + MARGIN)
        u = np.concatenate([along, along, near, far])
        v = np.concatenate([near, far, along, along])
        east = -_HALF + (self.x + u) * self.size_m
        north = _HALF - (self.y + v) * self.size_m
        lon = np.degrees(east / _MERCATOR_RADIUS)
        lat = np.degrees(2 * np.arctan(np.exp(north / _MERCATOR_RADIUS)) - np.pi / 2)
        xy = from_lonlat(np.column_stack([lon, lat]), crs)
        return np.concatenate([xy.min(axis=0), xy.max(axis=0)])

    def units(self, xy: Floats, crs: str) -> Integers:
        """Return plane coordinates, shape (n, 2), as units of the tile, y south."""
        return np.rint(self.within(mercator(xy, crs)) * EXTENT).astype(np.int64)

    def within(self, xy: Floats) -> Floats:
        """Return Mercator coordinates as shares of the tile, y south."""
        u = (xy[..., 0] + _HALF) / self.size_m - self.x
        v = (_HALF - xy[..., 1]) / self.size_m - self.y
        return np.stack([u, v], axis=-1)
