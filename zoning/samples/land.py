"""Farmland, forest and the rest: what covers each 60 m cell."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.samples.ground import Ground, nearest_label, spread_points, top_share
from zoning.samples.shapes import largest_parts
from zoning.samples.towns import Towns

__all__ = [
    "BARE",
    "BUILT",
    "CROP",
    "FARMLAND",
    "FOREST",
    "GARDEN",
    "GRASS",
    "VILLAGE",
    "Land",
    "cover_land",
    "place_farmland",
]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Labels = NDArray[np.int32]

FARMLAND, CROP, GARDEN, FOREST, GRASS, VILLAGE, BUILT, BARE = range(1, 9)
"""Cover classes; FARMLAND is permanent basic farmland."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Land:
    """Labels per cell.

    Parameters
    ----------
    cover : ndarray of int32
        One of the cover classes; 0 outside the county.
    field : ndarray of int32
        Number of the farmland or land parcel.
    stand : ndarray of int32
        Number of the forest stand (小班).
    forest_kind : ndarray of int32
        1 public welfare, 2 shelterbelt, 3 commercial; 0 no forest.
    """

    cover: Labels
    field: Labels
    stand: Labels
    forest_kind: Labels


def place_farmland(ground: Ground, towns: Towns, closed: Mask) -> tuple[Mask, Mask]:
    """Return basic farmland, about 9 % of the county, and other cropland.

    Parameters
    ----------
    closed : ndarray of bool
        Cells where nothing is farmed (reserve, villages, openings).
    """
    free = ground.county & ~ground.water & ~closed & (towns.zone == 0)
    free &= ~towns.windows & (ground.height < 1500) & (ground.slope < 27)
    free &= (ground.to_stem > 150) & (ground.to_tributary > 100)
    score = -ground.slope / 9 - np.abs(ground.height - 560) / 420
    score += 0.7 * ground.noise("farming", 2600) - ground.to_side / 9000
    cells = 0.093 * ground.county.sum()
    basic = largest_parts(top_share(score, free, cells), 5) | towns.windows
    near = ground.away_from(basic) < 400
    rest = free & ~basic & near
    patch = score + 0.8 * ground.noise("other crops", 900)
    other = largest_parts(top_share(patch, rest, 0.042 * ground.county.sum()), 3)
    return basic, other


def cover_land(
    ground: Ground,
    towns: Towns,
    masks: tuple[Mask, Mask, Labels],
    *,
    openings: Mask,
    strict: Mask,
) -> Land:
    """Cover the county.

    Parameters
    ----------
    masks : (basic farmland, other cropland, village labels)
    openings : ndarray of bool
        Cells kept as open grassland.
    strict : ndarray of bool
        Red line and protected areas: forest there is public welfare.
    """
    basic, other, villages = masks
    cover = _wild(ground, basic | other | (villages > 0) | openings)
    garden = top_share(
        ground.noise("gardens", 1600) - ground.slope / 30 - ground.height / 900,
        ground.county & (cover == GRASS) & (ground.away_from(basic) < 600) & ~openings,
        0.017 * ground.county.sum(),
    )
    cover[garden] = GARDEN
    cover[other] = CROP
    cover[towns.zone > 0] = GRASS
    _build_towns(ground, towns, cover)
    cover[villages > 0] = VILLAGE
    cover[basic] = FARMLAND
    cover[~ground.county] = 0
    kind = _forest_kind(ground, strict)
    return Land(
        cover=cover,
        field=_parcels(ground),
        stand=_stands(ground),
        forest_kind=np.where(cover == FOREST, kind, 0).astype(np.int32),
    )


def _wild(ground: Ground, cleared: Mask) -> Labels:
    """Forest on two thirds of the county, grass and bare rock elsewhere."""
    score = ground.noise("forest", 1500) + ground.slope / 22
    score += (ground.height.clip(0, 1900) - 600) / 900
    score -= 2 * np.exp(-ground.away_from(cleared) / 120)
    free = ground.county & ~cleared
    forest = top_share(score, free, 0.675 * ground.county.sum())
    forest = ndimage.gaussian_filter(forest.astype(float), 0.9) > 0.5
    forest = largest_parts(forest & free, 6)
    forest = ~largest_parts(~forest, 4) & free
    cover = np.where(forest, FOREST, GRASS).astype(np.int32)
    rock = top_share(
        ground.slope / 12 + ground.noise("rock", 1200),
        free & ~forest,
        0.008 * ground.county.sum(),
    )
    cover[largest_parts(rock, 4)] = BARE
    return cover


def _build_towns(ground: Ground, towns: Towns, cover: Labels) -> None:
    for number, centre in enumerate(towns.centres, start=1):
        inner = np.isin(towns.zone, (10 * number + 1, 10 * number + 2))
        score = -ground.from_point(centre) / 900 + 0.6 * ground.noise("built", 800)
        cover[top_share(score, inner, 0.55 * inner.sum())] = BUILT


def _forest_kind(ground: Ground, strict: Mask) -> Labels:
    near = np.minimum(ground.to_stem, ground.to_tributary)
    belt = near < 1300 + 300 * ground.noise("shelter", 3000)
    steep = ground.slope + 4 * ground.noise("welfare", 6000) > 23
    kind = np.where(steep | strict, 1, 3)
    return np.where(belt & ~strict, 2, kind).astype(np.int32)


def _parcels(ground: Ground) -> Labels:
    cells = ground.county.sum() * ground.grid.cell**2
    points = spread_points(
        ground.county,
        ground.grid,
        round(cells / 105_000),
        stream=ground.frame.random("fields"),
    )
    return nearest_label(ground, points, "fields", warp=90.0)


def _stands(ground: Ground) -> Labels:
    points = spread_points(
        ground.county, ground.grid, 1100, stream=ground.frame.random("stands")
    )
    return nearest_label(ground, points, "stands", warp=350.0)
