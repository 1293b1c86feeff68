"""Townships and control units: partitions of the county."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.samples.ground import (
    Ground,
    absorb,
    nearest_label,
    spread_points,
    top_share,
)
from zoning.samples.nature import Nature
from zoning.samples.shapes import largest_parts, softened
from zoning.samples.towns import Towns

__all__ = ["ADMIN_CODE", "UNITS", "draw_townships", "draw_units"]

Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

ADMIN_CODE = "500237"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A control unit: code, name and class as the layer words it."""

    code: str
    name: str
    unit_class: str


def _units() -> tuple[Unit, ...]:
    priority = (
        "示范云岭自然保护区",
        "示范清宁湖湿地公园",
        "示范南屏森林公园",
        "示范高峡风景名胜区",
        "北部水源涵养一区",
        "北部水源涵养二区",
        "东部生物多样性一区",
        "东部生物多样性二区",
        "西部水土保持一区",
        "西部水土保持二区",
        "南部水土保持一区",
        "南部水土保持二区",
    )
    key = ("城区", "内陆集镇", "临江产业片区", "南岸集镇")
    general = ("西北片区", "东北片区", "南岸片区")
    groups = (
        ("1", "优先保护单元", priority),
        ("2", "重点管控单元", key),
        ("3", "一般管控单元", general),
    )
    return tuple(
        Unit(
            code=f"ZH{ADMIN_CODE}{digit}{serial:04d}",
            name=f"示范县{name}{kind}",
            unit_class=kind,
        )
        for digit, kind, names in groups
        for serial, name in enumerate(names, start=1)
    )


UNITS = _units()
"""Twelve priority, four key, three general; labels run from 1 in this order."""


def draw_townships(ground: Ground, towns: Towns, count: int = 26) -> Labels:
    """Return township labels 1-26; 1 holds the county town, 3 the inland town.

    Borders never cross the main stem.
    """
    stream = ground.frame.random("townships")
    points = spread_points(ground.county, ground.grid, count, stream=stream)
    north = _north_of_stem(ground)
    label = np.zeros(ground.grid.shape, dtype=np.int32)
    bank = north[ground.grid.index(points)]
    for side in (True, False):
        own = np.flatnonzero(bank == side)
        near = nearest_label(ground, points[own], "townships", warp=1500.0)
        label = np.where(north == side, own[near - 1] + 1, label).astype(np.int32)
    label = absorb(label, ground.county & ~(ground.to_stem == 0), 2500)
    label = _fill(label, ground.county)
    for number, centre in enumerate(towns.centres, start=1):
        # A town lies in one township, with room around it on its own bank.
        row, column = (int(index[0]) for index in ground.grid.index(np.array([centre])))
        around = ground.away_from(towns.zone // 10 == number) < 600
        around &= ground.county & (north == north[row, column])
        label[around] = label[row, column]
    label = absorb(label, ground.county, 400)
    return _renumber(ground, label, towns, points=points)


def _north_of_stem(ground: Ground) -> Mask:
    x, y = ground.grid.mesh()
    line = np.array(ground.rivers[0].line.coords)
    order = np.argsort(line[:, 0], kind="stable")
    return np.asarray(y > np.interp(x, line[order, 0], line[order, 1]))


def _fill(label: Labels, within: Mask) -> Labels:
    nearest = ndimage.distance_transform_edt(
        label == 0, return_distances=False, return_indices=True
    )
    return np.where(within, label[tuple(nearest)], 0).astype(np.int32)


def _renumber(
    ground: Ground, label: Labels, towns: Towns, *, points: NDArray[np.float64]
) -> Labels:
    xy = np.array(towns.centres)
    town = label[ground.grid.index(xy)]
    away = np.hypot(points[:, 0] - xy[0, 0], points[:, 1] - xy[0, 1])
    first = [int(town[0])]
    close = [int(i) + 1 for i in np.argsort(away, kind="stable")]
    second = next(i for i in close if i not in {first[0], int(town[1])})
    order = [first[0], second, int(town[1])]
    down = [int(i) + 1 for i in np.argsort(-points[:, 1], kind="stable")]
    order += [i for i in down if i not in order]
    number = np.zeros(len(points) + 1, dtype=np.int32)
    number[order] = np.arange(1, len(points) + 1)
    return np.asarray(number[label], dtype=np.int32)


def draw_units(
    ground: Ground, towns: Towns, nature: Nature, *, opening: Mask
) -> Labels:
    """Return unit labels: 1-12 priority, 13-16 key, 17-19 general.

    Parameters
    ----------
    opening : ndarray of bool
        Cells that must lie in a general unit.
    """
    key = _key(ground, towns, nature)
    line = (nature.redline > 0) | (nature.protected > 0)
    soft = ndimage.gaussian_filter(line.astype(float), 9) + 2.0 * line
    free = ground.county & (key == 0) & ~ndimage.binary_dilation(opening, iterations=8)
    priority = top_share(soft, free, 0.40 * ground.county.sum())
    priority = largest_parts(softened(priority, 3, 300) & free, 300)
    label = np.where(priority, _priority(ground, nature, priority), 0)
    label = np.where(key > 0, key + 12, label)
    label = np.where(label > 0, label, _general(ground) + 16)
    return absorb(label.astype(np.int32), ground.county, 120)


def _priority(ground: Ground, nature: Nature, within: Mask) -> Labels:
    """Label the four protected areas with their surroundings, then eight districts."""
    group = np.array([0, 1, 1, 2, 3, 4, 4])[nature.protected]
    away = [ground.away_from(group == number) for number in (1, 2, 3, 4)]
    closest = np.argmin(away, axis=0) + 1
    near = np.min(away, axis=0) < 700
    rest = within & ~near
    points = spread_points(rest, ground.grid, 8, stream=ground.frame.random("units"))
    points = points[np.lexsort((points[:, 0], -points[:, 1]))]
    districts = nearest_label(ground, points, "units", warp=1500.0) + 4
    return np.where(near, closest, districts).astype(np.int32)


def _key(ground: Ground, towns: Towns, nature: Nature) -> Labels:
    x, y = ground.grid.mesh()
    mouth = ground.rivers[1].line.coords[-1]
    open_land = ground.county & (nature.protected == 0) & (nature.redline == 0)
    spots = []
    for west, south in ((-9500.0, 4200.0), (6500.0, -5200.0)):
        near = np.hypot(x - mouth[0] - west, y - mouth[1] - south)
        flat = -ndimage.gaussian_filter(ground.slope, 14) - near / 900
        cell = int(np.argmax(np.where(open_land, flat, -np.inf)))
        spots.append(ground.point(*divmod(cell, ground.grid.columns)))
    label = np.zeros(ground.grid.shape, dtype=np.int32)
    plan = ((*towns.centres, *spots), (46.0, 27.0, 23.0, 21.0))
    for number, (centre, size) in enumerate(zip(*plan, strict=True), start=1):
        score = -ground.from_point(centre) / 2000
        score += 0.25 * ground.noise(f"key {number}", 3000)
        score = np.where(towns.zone // 10 == number, 9.0, score)
        free = open_land & (label == 0) | (towns.zone // 10 == number)
        area = top_share(score, free, size * ground.cells_per_km2)
        label[softened(area, 3, 300) & free] = number
    return label


def _general(ground: Ground) -> Labels:
    x, y = ground.grid.mesh()
    line = np.array(ground.rivers[1].line.coords)
    order = np.argsort(line[:, 1], kind="stable")
    west = x < np.interp(y, line[order, 1], line[order, 0])
    north = _north_of_stem(ground)
    return np.where(~north, 3, np.where(west, 1, 2)).astype(np.int32)
