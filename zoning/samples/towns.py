"""Two towns with their development boundary, and the villages."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.samples.ground import Ground, top_share
from zoning.samples.shapes import largest_parts, softened

__all__ = ["SUB_ZONES", "Towns", "place_towns", "place_villages"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

SUB_ZONES = (
    ("100", "城镇集中建设区"),
    ("200", "城镇弹性发展区"),
    ("300", "特别用途区"),
)
_TOWN_KM2 = (14.0, 5.5)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Towns:
    """The county town (first) and the inland town (second).

    Parameters
    ----------
    centres : tuple of (x, y)
        Metres, EPSG:4546.
    zone : ndarray of int32
        Ten times the town (1, 2) plus the sub-zone (1 concentrated, 2
        elastic, 3 special); 0 outside the boundary.
    windows : ndarray of bool
        Farmland kept open inside the boundary (开天窗).
    """

    centres: tuple[tuple[float, float], tuple[float, float]]
    zone: Labels
    windows: Mask


def place_towns(ground: Ground) -> Towns:
    """Place a town at the confluence and one in an inland basin."""
    centres = (_river_town(ground), _inland_town(ground))
    zone = np.zeros(ground.grid.shape, dtype=np.int32)
    windows = np.zeros(ground.grid.shape, dtype=bool)
    for number, centre in enumerate(centres, start=1):
        area = _town_area(ground, centre, number)
        opened = _windows(ground, centre, area, number=number)
        part = _sub_zones(ground, centre, area, number=number)
        zone = np.where(area & ~opened, 10 * number + part, zone)
        windows |= opened
    return Towns(centres=centres, zone=zone.astype(np.int32), windows=windows)


def _best(ground: Ground, score: Array, among: Mask) -> tuple[float, float]:
    cell = int(np.argmax(np.where(among, score, -np.inf)))
    row, column = divmod(cell, ground.grid.columns)
    return ground.point(row, column)


def _river_town(ground: Ground) -> tuple[float, float]:
    mouth = ground.rivers[1].line.coords[-1]
    near = ground.from_point((mouth[0], mouth[1]))
    among = (near < 3500) & (ground.to_stem > 700) & (ground.to_stem < 1900)
    _, y = ground.grid.mesh()
    among &= (ground.to_tributary > 500) & (y > mouth[1])
    flat = -ndimage.gaussian_filter(ground.slope, 12)
    return _best(ground, flat, among)


def _inland_town(ground: Ground) -> tuple[float, float]:
    deep = ground.away_from(~ground.county)
    among = ground.county & (deep > 6500) & (ground.height < 1150)
    among &= (ground.to_stem > 6500) & (ground.to_tributary > 3200)
    among &= (ground.to_side > 400) & (ground.to_side < 1800)
    flat = -ndimage.gaussian_filter(ground.slope, 14)
    return _best(ground, flat, among)


def _town_area(ground: Ground, centre: tuple[float, float], number: int) -> Mask:
    wanted = _TOWN_KM2[number - 1] * ground.cells_per_km2
    score = -ground.from_point(centre) / 1500 - ground.slope / 26
    score += 0.35 * ground.noise(f"town {number}", 1800)
    among = ground.county & ~ground.water & (ground.from_point(centre) < 5500)
    among &= (ground.to_stem > 120) & (ground.to_tributary > 90)
    area = softened(top_share(score, among, wanted * 1.05), 1.5, 60) & among
    parts = ndimage.label(area)[0]
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def _windows(
    ground: Ground, centre: tuple[float, float], area: Mask, *, number: int
) -> Mask:
    edge = ground.away_from(~area)
    score = ground.noise(f"window {number}", 900) - ground.slope / 40
    among = area & (edge > 180) & (ground.from_point(centre) > 700)
    return largest_parts(top_share(score, among, 0.05 * area.sum()), 6)


def _sub_zones(
    ground: Ground, centre: tuple[float, float], area: Mask, *, number: int
) -> Labels:
    away = ground.from_point(centre) / 1500
    outward = away + 0.5 * ground.noise(f"zones {number}", 2600)
    special = top_share(ground.slope / 20 + 0.6 * outward, area, 0.16 * area.sum())
    special = softened(special, 1.5, 14) & area
    rest = area & ~special
    elastic = softened(top_share(outward, rest, 0.17 * area.sum()), 1.5, 14) & rest
    return np.where(special, 3, np.where(elastic, 2, 1)).astype(np.int32)


def place_villages(
    ground: Ground, towns: Towns, allowed: Mask, *, count: int = 430
) -> Labels:
    """Return hamlets of 1-12 cells, labelled from 1, on the gentler slopes."""
    stream = ground.frame.random("villages")
    score = 0.5 * ground.noise("village", 2500) - ground.slope / 12
    score -= np.abs(ground.height - 650) / 700
    score += 2.2 * stream.random(ground.grid.shape)
    free = ground.county & ~ground.water & (towns.zone == 0) & ~towns.windows
    free &= allowed
    free &= ground.away_from(~ground.county) > 400
    order = np.argsort(np.where(free, -score, np.inf), axis=None, kind="stable")
    labels = np.zeros(ground.grid.shape, dtype=np.int32)
    blocked = ~free
    number = 0
    for cell in order[:60_000].tolist():
        row, column = divmod(cell, ground.grid.columns)
        if blocked[row, column]:
            continue
        number += 1
        _settle(labels, free, (row, column, number), stream=stream)
        blocked[max(row - 16, 0) : row + 17, max(column - 16, 0) : column + 17] = True
        if number == count:
            break
    return labels


def _settle(
    labels: Labels,
    free: Mask,
    spot: tuple[int, int, int],
    *,
    stream: np.random.Generator,
) -> None:
    row, column, number = spot
    for _ in range(int(stream.integers(3, 15))):
        down, right = (np.round(stream.random(2) * 3 - 1.5)).astype(int)
        r, c = row + int(down), column + int(right)
        if free[r, c]:
            labels[r, c] = number
    labels[row, column] = number
