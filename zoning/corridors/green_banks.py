"""Green corridors along rivers (河流水系绿廊): how green a bank is, and how unbroken.

The corridor is the ground within a width of the water, or within the river's
management line. Its cells are given to the nearest station of the bank; a
station is green when the share of green cells reaches a limit, and a bank is as
continuous as the share of its length that is green. No norm states that limit:
it is a parameter, printed with each result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from zoning.corridors.banks import BankStations
from zoning.corridors.burning import cells_inside
from zoning.corridors.grid import Grid
from zoning.topology import polygonal

__all__ = ["BankBreak", "BankSummary", "GreenBanks", "green_banks", "strip_along"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class BankBreak:
    """A stretch of bank that is not green; plane metres along its ring.

    `start_m` and `end_m` run with the ring; a stretch may pass its beginning, then
    `end_m` is the smaller. `cover` is the commonest class there that is not green.
    """

    ring: int
    side: str
    start_m: float
    end_m: float
    length_m: float
    cover: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BankSummary:
    """A bank as a whole.

    `continuity` is the share of the known length that is green, `unknown_m` the
    length without a classified cell; both nan-free, 0 where nothing is known.
    """

    bank_m: float
    unknown_m: float
    green_share: float
    continuity: float
    longest_green_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GreenBanks:
    """What grows along the banks.

    Attributes
    ----------
    green_share : ndarray of float64, shape (n,)
        Green cells of the classified ones of each station; nan without any.
    sides : ndarray of str, shape (n,)
        As given.
    breaks : tuple of BankBreak
        In order of the stations.
    by_side : mapping
        Side to `BankSummary`.
    """

    green_share: Floats
    sides: NDArray[np.str_]
    breaks: tuple[BankBreak, ...]
    by_side: Mapping[str, BankSummary]


def strip_along(
    water: BaseGeometry,
    *,
    width_m: float = 0.0,
    management_line: BaseGeometry | None = None,
    county: BaseGeometry | None = None,
) -> BaseGeometry:
    """Return the ground of a green corridor: beside the water, without it.

    Parameters
    ----------
    water : Polygon or MultiPolygon
        The river in the plane.
    width_m : float
        Plane width from the water's edge, fixed or by the river's order.
    management_line : Polygon or MultiPolygon, optional
        The river's management range; with a width, the ground of both.
    county : Polygon, optional
        The strip ends at its border.
    """
    ground: BaseGeometry = shapely.Polygon()
    if width_m > 0:
        ground = shapely.buffer(water, width_m)
    if management_line is not None:
        ground = shapely.union(ground, management_line)
    ground = shapely.difference(ground, water)
    if county is not None:
        ground = shapely.intersection(ground, county)
    strip: BaseGeometry = polygonal(np.array([ground], dtype=object))[0]
    return strip


def green_banks(
    stations: BankStations,
    sides: NDArray[np.str_],
    strip: BaseGeometry,
    *,
    cover: Grid,
    green: frozenset[int],
    green_from: float = 0.5,
) -> GreenBanks:
    """Say how green the banks of a river are.

    Parameters
    ----------
    stations : BankStations
        Of the river; n of them.
    sides : ndarray of str, shape (n,)
        Of each station, as by `sides_of`.
    strip : Polygon or MultiPolygon
        The corridor, as by `strip_along`, in the plane of `cover`.
    cover : Grid
        Class codes.
    green : frozenset of int
        Codes that count as green.
    green_from : float
        Share of green cells from which a station is green.
    """
    cells, _ = cells_inside(
        np.array([strip], dtype=object), cover.transform, cover.shape
    )
    known = ~cover.missing.ravel()[cells]
    cells = cells[known]
    codes = cover.values.ravel()[cells].astype(np.int64)
    rows, columns = np.divmod(cells, cover.shape[1])
    x, y = cover.centers()
    _, owner = cKDTree(stations.xy).query(np.column_stack([x[columns], y[rows]]))
    is_green = np.isin(codes, sorted(green))
    count = np.bincount(owner, minlength=len(sides))
    greens = np.bincount(owner[is_green], minlength=len(sides))
    share = np.full(len(sides), np.nan)
    np.divide(greens, count, out=share, where=count > 0)
    broken = share < green_from  # nan is not known, not a break
    bare = _Bare(owner=owner[~is_green], codes=codes[~is_green])
    summaries = {
        side: _summary(stations, share, sides == side, green_from=green_from)
        for side in sorted(set(sides.tolist()))
    }
    return GreenBanks(
        green_share=share,
        sides=sides,
        breaks=_breaks(stations, sides, broken, bare=bare),
        by_side=MappingProxyType(summaries),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bare:
    """Cells that are not green: their station and class."""

    owner: NDArray[np.int64]
    codes: NDArray[np.int64]


def _summary(
    stations: BankStations, share: Floats, mine: NDArray[np.bool_], *, green_from: float
) -> BankSummary:
    known = mine & ~np.isnan(share)
    green = known & (share >= green_from)
    length = fsum(stations.step_m[known])
    runs = _runs(stations, green)
    return BankSummary(
        bank_m=fsum(stations.step_m[mine]),
        unknown_m=fsum(stations.step_m[mine & ~known]),
        green_share=float(np.average(share[known], weights=stations.step_m[known]))
        if length
        else 0.0,
        continuity=fsum(stations.step_m[green]) / length if length else 0.0,
        longest_green_m=max((fsum(stations.step_m[run]) for run in runs), default=0.0),
    )


def _runs(stations: BankStations, chosen: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return unbroken runs of chosen stations along the banks, in their order."""
    after = stations.followers()
    goes_on = chosen & (after >= 0) & chosen[np.maximum(after, 0)]
    led_to = np.zeros(len(chosen), dtype=np.bool_)
    led_to[after[goes_on]] = True
    heads = np.flatnonzero(chosen & ~led_to)
    runs = [_followed(int(head), after, goes_on) for head in heads]
    seen = np.zeros(len(chosen), dtype=np.bool_)
    for run in runs:
        seen[run] = True
    # a ring chosen all round has no head
    runs.extend(
        np.flatnonzero(chosen & ~seen & (stations.ring == number))
        for number in np.unique(stations.ring[chosen & ~seen])
    )
    return sorted(runs, key=lambda run: int(run[0]))


def _followed(
    head: int, after: NDArray[np.int64], goes_on: NDArray[np.bool_]
) -> NDArray[np.int64]:
    found = [head]
    while goes_on[found[-1]]:
        found.append(int(after[found[-1]]))
    return np.array(found, dtype=np.int64)


def _breaks(
    stations: BankStations,
    sides: NDArray[np.str_],
    broken: NDArray[np.bool_],
    *,
    bare: _Bare,
) -> tuple[BankBreak, ...]:
    """Return the breaks of each bank, with the commonest class in them."""
    found = []
    for side in sorted(set(sides[broken].tolist())):
        for run in _runs(stations, broken & (sides == side)):
            codes = np.bincount(bare.codes[np.isin(bare.owner, run)])
            turn = float(shapely.length(stations.rings[stations.ring[run[0]]]))
            end = float(stations.along_m[run[-1]] + stations.step_m[run[-1]])
            one = BankBreak(
                ring=int(stations.ring[run[0]]),
                side=side,
                start_m=float(stations.along_m[run[0]]),
                end_m=end if end <= turn else end - turn,
                length_m=fsum(stations.step_m[run]),
                cover=int(np.argmax(codes)),
            )
            found.append((int(run[0]), one))
    return tuple(one for _, one in sorted(found, key=lambda pair: pair[0]))
