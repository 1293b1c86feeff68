"""How green the banks of a river are, reach by reach along its center line."""

from dataclasses import dataclass
from math import fsum

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.riverside.values import RiverSide

__all__ = ["Reach", "reaches_of"]

Floats = NDArray[np.float64]
_SIDES = ("left", "right")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """A stretch of one bank; metres in the plane.

    Parameters
    ----------
    side : str
        ``left`` or ``right``, seen downstream.
    start_m, end_m : float
        Along the center line, from its western end, the southern one of two.
    bank_m, unknown_m : float
        Length of bank, and of that without a classified cell.
    green_share, continuity : float or None
        Mean share of green cells, and share of the known length that is green;
        None where nothing is known.
    """

    side: str
    start_m: float
    end_m: float
    bank_m: float
    unknown_m: float
    green_share: float | None
    continuity: float | None


def reaches_of(
    river: RiverSide, reach_m: float, green_from: float
) -> tuple[Reach, ...]:
    """Return the reaches of both banks, the left one first, along the center line.

    Parameters
    ----------
    river : RiverSide
    reach_m : float
        Length along the center line.
    green_from : float
        Share of green cells from which a station is green.

    Returns
    -------
    tuple of Reach
        Those with a bank; none where green was not made, or where the center line is
        not one line.
    """
    axis = _one_line(river.axis)
    stations = river.stations
    if river.green is None or stations is None or axis is None:
        return ()
    along = shapely.line_locate_point(axis, shapely.points(stations.xy))
    number = np.floor(along / reach_m).astype(np.int64)
    found = []
    for side in _SIDES:
        mine = river.green.sides == side
        for k in np.unique(number[mine]).tolist():
            here = mine & (number == k)
            found.append(
                _reach(
                    (side, k * reach_m, min((k + 1) * reach_m, float(axis.length))),
                    stations.step_m[here],
                    river.green.green_share[here],
                    green_from=green_from,
                )
            )
    return tuple(found)


def _reach(
    place: tuple[str, float, float], step: Floats, share: Floats, *, green_from: float
) -> Reach:
    known = ~np.isnan(share)
    length = fsum(step[known])
    side, start, end = place
    return Reach(
        side=side,
        start_m=start,
        end_m=end,
        bank_m=fsum(step),
        unknown_m=fsum(step[~known]),
        green_share=fsum(step[known] * share[known]) / length if length > 0 else None,
        continuity=fsum(step[known & (share >= green_from)]) / length
        if length > 0
        else None,
    )


def _one_line(axis: BaseGeometry) -> shapely.LineString | None:
    """Return the center line from its western end, or None where it is not one."""
    merged = shapely.line_merge(axis) if not shapely.is_empty(axis) else axis
    if not isinstance(merged, shapely.LineString) or shapely.is_empty(merged):
        return None
    first, last = shapely.get_coordinates(merged)[[0, -1]].tolist()
    return merged if tuple(first) <= tuple(last) else shapely.reverse(merged)
