"""From the bank to the first ridge line: how far a river's green belt reaches.

The belt along both banks (两岸青山) is drawn up to the first ridge line, and about
1,000 m wide where the ground is gentle. Profiles start on the bank at equal
steps and run along its normal. Going outward the height is followed from turn to
turn: a rise or a fall counts once it exceeds the *prominence*, so that knolls and
noise of the terrain model are passed over. The first top that stands so far above
the ground before it, and behind which the ground falls as far, is the ridge.

References
----------
.. [1] 新华社 2021-01-19, 长江重庆段两岸青山·千里林带: both banks up to the first ridge
   line, about 1,000 m outside the bank in gentle terrain. The prominence that
   makes a top a ridge is stated nowhere: a parameter, printed with each result.
.. [2] Helman, A. (2005). The Finest Peaks: Prominence and Other Mountain
   Measures: the height of a top above the ground that must be crossed.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates
from shapely.geometry.base import BaseGeometry

from zoning.corridors.banks import AHEAD_M, BankStations, bank_stations
from zoning.corridors.grid import Grid

__all__ = ["BankProfiles", "BeltLimit", "BeltRules", "bank_profiles"]

Floats = NDArray[np.float64]


class BeltLimit(StrEnum):
    """What ends a profile.

    UNKNOWN: the heights end before a limit is found; no belt is drawn there.
    """

    RIDGE = "ridge"
    FLAT = "flat"
    CAP = "cap"
    WATER = "water"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class BeltRules:
    """Where the belt ends; metres.

    Parameters
    ----------
    prominence_m : float
        Height by which a ridge stands above the ground before and behind it.
    gentle_rise_m : float
        Ground that rises less than this above the bank within `gentle_width_m`
        is gentle.
    gentle_width_m : float
        Width of the belt on gentle ground.
    cap_m : float
        The farthest a ridge is looked for; ground that rises on beyond it gets a
        belt of this width. The fall behind a ridge is looked for as far again.
    spacing_m : float
        Distance of profiles along the bank.
    smooth_m : float
        Each profile takes the width of the middle one, by width, of those within
        half this distance along the bank on either side, so that single gullies
        make no spikes. 0: every profile its own.
    """

    prominence_m: float = 50.0
    gentle_rise_m: float = 50.0
    gentle_width_m: float = 1_000.0
    cap_m: float = 3_000.0
    spacing_m: float = 60.0
    smooth_m: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BankProfiles:
    """Profiles from the banks outward, one for each station; n of them.

    Attributes
    ----------
    stations : BankStations
        Where the profiles start; they run along its normals.
    edge : ndarray of float64, shape (n, 2)
        Plane point where the belt ends; nan where unknown.
    width_m : ndarray of float64, shape (n,)
        Plane distance from start to edge.
    limit : ndarray of str, shape (n,)
        A `BeltLimit`.
    bank_height_m, top_height_m : ndarray of float64, shape (n,)
        Height at the start and at the edge.
    """

    stations: BankStations
    edge: Floats
    width_m: Floats
    limit: NDArray[np.str_]
    bank_height_m: Floats
    top_height_m: Floats


def bank_profiles(
    water: BaseGeometry,
    dem: Grid,
    rules: BeltRules | None = None,
    *,
    county: BaseGeometry | None = None,
) -> BankProfiles:
    """Follow the ground from the banks of a river to where its belt ends.

    Parameters
    ----------
    water : Polygon or MultiPolygon
        The river between its banks, in the CRS of `dem`. Islands have no belt.
    dem : Grid
        Heights in metres.
    rules : BeltRules, optional
        Defaults are those of `BeltRules`.
    county : Polygon, optional
        Banks are looked for inside it, as in `bank_stations`.

    Returns
    -------
    BankProfiles
        Heights between cell centres are bilinear; a profile is sampled every half
        cell. A profile that meets the river again ends there.

    Raises
    ------
    LayerError
        ``BELT_NO_BANK`` where no bank lies inside the county.
    """
    rules = rules or BeltRules()
    stations = bank_stations(water, rules.spacing_m, county=county)
    step = min(dem.cell_m) / 2
    far = np.arange(0.0, 2 * rules.cap_m + step, step)
    heights = _heights(dem, stations, far)
    at, limit = _limits(heights, far, rules)
    width = np.where(limit == BeltLimit.UNKNOWN, np.nan, at)
    around = int(rules.smooth_m / rules.spacing_m / 2)
    middle = _middle_of(stations, width, around)
    width, limit = width[middle], limit[middle]
    width, limit = _cut_at_water(water, stations, width, limit=limit)
    return BankProfiles(
        stations=stations,
        edge=stations.xy + stations.normal * width[:, None],
        width_m=width,
        limit=limit,
        bank_height_m=heights[:, 0],
        top_height_m=_height_at(heights, width, step),
    )


def _heights(dem: Grid, stations: BankStations, far: Floats) -> Floats:
    """Return heights along profiles, shape (n, m); nan off the model."""
    a, _, west, _, e, north = dem.transform
    x = stations.xy[:, :1] + stations.normal[:, :1] * far
    y = stations.xy[:, 1:] + stations.normal[:, 1:] * far
    places = np.stack([(y - north) / e - 0.5, (x - west) / a - 0.5])
    found: Floats = map_coordinates(
        dem.floats(), places, order=1, mode="constant", cval=np.nan, prefilter=False
    )
    return found


def _limits(
    heights: Floats, far: Floats, rules: BeltRules
) -> tuple[Floats, NDArray[np.str_]]:
    """Return where each profile ends and why: gentle ground, a ridge or the cap."""
    ridge, pending = _first_ridges(heights, rules.prominence_m)
    near, inside_cap = far <= rules.gentle_width_m, far <= rules.cap_m
    rise = (heights[:, near] - heights[:, :1]).max(axis=1)  # nan where unknown
    measured = ~np.isnan(heights[:, inside_cap]).any(axis=1)
    found = (ridge >= 0) & (far[ridge] <= rules.cap_m)
    # a top inside the cap, the ground behind it unknown: perhaps a ridge
    doubtful = (pending >= 0) & (far[pending] <= rules.cap_m)
    limit = np.full(len(heights), BeltLimit.UNKNOWN, dtype="<U8")
    limit[measured & ~doubtful] = BeltLimit.CAP
    limit[found] = BeltLimit.RIDGE
    limit[rise < rules.gentle_rise_m] = BeltLimit.FLAT
    at = np.where(found, far[ridge], rules.cap_m)
    return np.where(limit == BeltLimit.FLAT, rules.gentle_width_m, at), limit


def _first_ridges(
    heights: Floats, prominence_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the sample of the first ridge, and of a top behind which heights end.

    Both -1 where there is none.

    Goes outward from turn to turn: below, the lowest ground since the last fall;
    once the ground stands `prominence_m` above it, the highest since; a fall by as
    much makes that top the ridge.
    """
    low, high = heights[:, 0].copy(), heights[:, 0].copy()
    rising = np.zeros(len(heights), dtype=np.bool_)
    top = np.zeros(len(heights), dtype=np.int64)
    ridge = np.full(len(heights), -1, dtype=np.int64)
    open_ = ~np.isnan(low)
    for number, z in enumerate(heights.T):
        open_ &= ~np.isnan(z)
        fallen = open_ & rising & (high - z >= prominence_m)
        ridge[fallen] = top[fallen]
        open_ &= ~fallen
        low = np.where(open_ & ~rising, np.minimum(low, z), low)
        higher = open_ & rising & (z > high)
        begun = open_ & ~rising & (z - low >= prominence_m)
        rising |= begun
        high = np.where(higher | begun, z, high)
        top[higher | begun] = number
    return ridge, np.where(rising & ~open_ & (ridge < 0), top, -1)


def _middle_of(stations: BankStations, width: Floats, around: int) -> NDArray[np.int64]:
    """Return, for each profile, the one of middle width among its neighbours.

    Neighbours are those up to `around` places away on the same stretch of bank;
    unknown ones are left out, and stay themselves.
    """
    rows = np.arange(len(width))
    stretch = np.cumsum(np.append(True, stations.followers()[:-1] != rows[1:]))
    near = rows + np.arange(-around, around + 1)[:, None]
    there = np.clip(near, 0, len(width) - 1)
    usable = (near == there) & (stretch[there] == stretch) & ~np.isnan(width[there])
    order = np.argsort(np.where(usable, width[there], np.inf), axis=0, kind="stable")
    middle = np.maximum(usable.sum(axis=0) - 1, 0) // 2
    chosen = np.clip(rows + order[middle, rows] - around, 0, len(width) - 1)
    return np.where(np.isnan(width), rows, chosen)


def _cut_at_water(
    water: BaseGeometry,
    stations: BankStations,
    width: Floats,
    *,
    limit: NDArray[np.str_],
) -> tuple[Floats, NDArray[np.str_]]:
    """End profiles where they come to the river again."""
    ends = stations.xy + stations.normal * np.nan_to_num(width)[:, None]
    begun = stations.xy + stations.normal * AHEAD_M
    lines = shapely.linestrings(np.stack([begun, ends], axis=1))
    wet = shapely.intersection(lines, water)
    xy, who = shapely.get_coordinates(wet, return_index=True)
    first = np.full(len(ends), np.inf)
    np.minimum.at(first, who, np.hypot(*(xy - stations.xy[who]).T))
    again = first < np.nan_to_num(width)
    return (
        np.where(again, first, width),
        np.where(again, np.str_(BeltLimit.WATER), limit),
    )


def _height_at(heights: Floats, width: Floats, step: float) -> Floats:
    sample = np.rint(np.nan_to_num(width) / step).astype(np.int64)
    sample = np.minimum(sample, heights.shape[1] - 1)
    found = heights[np.arange(len(heights)), sample]
    return np.where(np.isnan(width), np.nan, found)
