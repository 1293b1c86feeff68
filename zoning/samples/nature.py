"""Protected areas and the ecological red line, as labels on the 60 m grid."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.samples.ground import Ground, top_share
from zoning.samples.shapes import largest_parts, softened
from zoning.samples.towns import Towns

__all__ = ["PROTECTED", "Nature", "draw_redline", "place_protected"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

PROTECTED = (
    ("示范云岭国家级自然保护区", "自然保护区", "国家级", "核心保护区"),
    ("示范云岭国家级自然保护区", "自然保护区", "国家级", "一般控制区"),
    ("示范清宁湖国家湿地公园", "湿地公园", "国家级", "一般控制区"),
    ("示范南屏市级森林公园", "森林公园", "市级", "一般控制区"),
    ("示范高峡国家级风景名胜区", "风景名胜区", "国家级", "核心景区"),
    ("示范高峡国家级风景名胜区", "风景名胜区", "国家级", "其他"),
)
"""Name, kind, level and zone of the labels 1 to 6."""

_REDLINE_SHARE = 0.27


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nature:
    """Labels per cell.

    Parameters
    ----------
    protected : ndarray of int32
        Index from 1 into `PROTECTED`; 0 outside.
    redline : ndarray of int32
        Function type: 1 water retention, 2 soil conservation, 3 biodiversity.
    former : ndarray of int32
        The same for the older edition.
    """

    protected: Labels
    redline: Labels
    former: Labels


def place_protected(ground: Ground, towns: Towns) -> Labels:
    """Place a reserve, a wetland park, a forest park and a scenic area."""
    free = ground.county & (ground.away_from(towns.zone > 0) > 1500)
    free &= ground.away_from(~ground.county) > 300
    label = np.zeros(ground.grid.shape, dtype=np.int32)
    reserve = _reserve(ground, free)
    core = top_share(
        ground.away_from(~reserve) / 3000 + ground.height / 1500,
        reserve,
        0.49 * reserve.sum(),
    )
    core = softened(core, 6, 400) & reserve
    scenic, heart = _scenic(ground, free & ~reserve)
    wetland = _wetland(ground, free & ~reserve & ~scenic)
    park = _park(ground, free & ~reserve & ~scenic & ~wetland)
    masks = (core, reserve & ~core, wetland, park, heart, scenic & ~heart)
    for number, mask in enumerate(masks, start=1):
        label[mask] = number
    return label


def _reserve(ground: Ground, free: Mask) -> Mask:
    x, y = ground.grid.mesh()
    frame = ground.frame
    corner = (x - frame.west) / frame.width + 1.1 * (
        y - frame.north + frame.height
    ) / frame.height
    score = 4.5 * corner + ground.height / 1600 + 0.3 * ground.noise("reserve", 9000)
    score -= np.exp(-ground.to_tributary / 1500)
    mask = top_share(score, free, 352 * ground.cells_per_km2)
    return softened(mask, 5, 3000) & free


def _scenic(ground: Ground, free: Mask) -> tuple[Mask, Mask]:
    x, _ = ground.grid.mesh()
    mouth = ground.rivers[1].line.coords[-1]
    east = (x > mouth[0] + 4500) & (x < mouth[0] + 17_000)
    sway = 500 * ground.noise("scenic", 4000)
    area = softened(free & east & (ground.to_stem < 2100 + sway), 4, 500) & free
    heart = area & (ground.to_stem < 800 + sway) & (ground.noise("heart", 7000) > -0.4)
    return area, softened(heart, 3, 100) & area


def _wetland(ground: Ground, free: Mask) -> Mask:
    _, y = ground.grid.mesh()
    mouth = ground.rivers[1].line.coords[-1]
    reach = (y > mouth[1] + 12_500) & (y < mouth[1] + 23_500)
    wide = 380 + 160 * ground.noise("wetland", 2500)
    return softened(free & reach & (ground.to_tributary < wide), 2, 200) & free


def _park(ground: Ground, free: Mask) -> Mask:
    _, y = ground.grid.mesh()
    south = free & (y < ground.rivers[0].line.bounds[1] - 4000)
    inner = ndimage.gaussian_filter(ground.height, 25)
    deep = ground.away_from(~ground.county) > 4500
    peak = int(np.argmax(np.where(south & deep, inner, -1)))
    centre = ground.point(*divmod(peak, ground.grid.columns))
    score = -ground.from_point(centre) / 2500 + 0.3 * ground.noise("park", 3000)
    area = top_share(score, south, 29 * ground.cells_per_km2)
    return softened(area, 4, 500) & south


def draw_redline(
    ground: Ground, protected: Labels, taken: Mask, *, towns: Towns
) -> Nature:
    """Draw the red line, about 27 % of the county, around `taken` cells.

    Parameters
    ----------
    taken : ndarray of bool
        Farmland and villages, left out as holes.
    """
    free = ground.county & (towns.zone == 0) & ~towns.windows
    score = 0.75 * ground.noise("redline", 8000) + ground.height / 900
    score += ground.slope / 60 + 0.6 * np.exp(-ground.to_tributary / 900)
    score -= 2 * np.exp(-ground.away_from(towns.zone > 0) / 900)
    score = np.where(np.isin(protected, (1, 2, 3, 5)), 50.0, score)
    score = np.where(np.isin(protected, (4, 6)), score + 0.8, score)
    current = _line(ground, score, (free, taken), share=_REDLINE_SHARE)
    former = _line(
        ground, score - ground.noise("former", 5000) / 3, (free, taken), share=0.3
    )
    kinds = _functions(ground, protected)
    return Nature(
        protected=protected,
        redline=np.where(current, kinds, 0).astype(np.int32),
        former=np.where(former, kinds, 0).astype(np.int32),
    )


def _line(
    ground: Ground, score: Array, masks: tuple[Mask, Mask], *, share: float
) -> Mask:
    free, taken = masks
    wanted = share * ground.county.sum()
    first = softened(top_share(score, free, wanted), 3, 350) & free & ~taken
    cells = 2 * wanted - first.sum()
    area = softened(top_share(score, free, cells), 3, 350) & free & ~taken
    return largest_parts(area, 120)


def _functions(ground: Ground, protected: Labels) -> Labels:
    _, y = ground.grid.mesh()
    sway = 2500 * ground.noise("functions", 12_000)
    stem = ground.rivers[0].line.bounds[3]
    kinds = np.where(y + sway > stem + 9000, 3, np.where(ground.to_stem < 7000, 2, 1))
    kinds = np.where(np.isin(protected, (1, 2)), 3, kinds)
    return np.where(np.isin(protected, (5, 6)), 2, kinds).astype(np.int32)
