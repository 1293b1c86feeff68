"""Barriers: where restoring a small patch shortens a link most, by the metre.

A circle of radius r is thought restored, to a resistance of 1. With the
cost-weighted distances CWD_A and CWD_B from the two ends of a link, the best
way through the circle enters and leaves by its rim, and the cost of the link
would be

    min over the rim of CWD_A  +  min over the rim of CWD_B  +  2 r,

so that the gain of a metre restored is

    gain = (LCD - rim_min(CWD_A) - rim_min(CWD_B) - 2 r) / (2 r)

where LCD is the least cost of the link now. The rim are the cells whose centre
is within r, but not within r less one cell. Over several links the greatest
gain counts, or their sum; each cell then shows the best circle that holds it.

References
----------
.. [1] McRae, B. H., Hall, S. A., Beier, P. & Theobald, D. M. (2012). Where to
   restore ecological connectivity? Detecting barriers and quantifying
   restoration benefits. PLoS ONE 7(12), e52604.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.corridors.grid import require_same_shape
from zoning.errors import Problem, UsageError

__all__ = ["Barriers", "Link", "barriers"]

Floats = NDArray[np.float64]
Shape = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """Two ends and what lies between.

    Parameters
    ----------
    from_one, from_other : ndarray, shape (rows, columns)
        Cost-weighted distance from each end, in metres of resistance 1; nan or
        inf where it does not reach.
    least_cost : float
        Of the way between the ends.
    """

    from_one: Floats
    from_other: Floats
    least_cost: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Barriers:
    """Gains of a radius, each of shape (rows, columns).

    Parameters
    ----------
    gain_per_m : ndarray
        Cost saved for each metre restored, a circle around each cell; at most
        the greatest resistance less 1. Negative where nothing is saved; nan
        where a rim is not reached.
    percent : ndarray
        100 * gain_per_m over the least cost of the link.
    spread : ndarray
        `gain_per_m` of the best circle that holds the cell.
    """

    gain_per_m: Floats
    percent: Floats
    spread: Floats


def barriers(
    links: Sequence[Link],
    *,
    radius_m: float,
    cell_m: tuple[float, float],
    summed: bool = False,
) -> Barriers:
    """Return what restoring a circle would gain.

    Parameters
    ----------
    links : sequence of Link
        On the same cells.
    radius_m : float
        At least one cell.
    cell_m : tuple of float
        Width and height of a cell in metres.
    summed : bool
        Whether gains above 0 of several links add up, instead of the greatest
        one counting.

    Raises
    ------
    UsageError
        ``BARRIER_RADIUS`` below one cell, ``BARRIER_LINKS`` for no link,
        ``GRID_SHAPE`` for links on other cells.
    """
    if not radius_m >= max(cell_m):
        values = {"radius": f"{radius_m:g}", "cell": f"{max(cell_m):g}"}
        raise UsageError(Problem(code="BARRIER_RADIUS", values=values))
    if not links:
        raise UsageError(Problem(code="BARRIER_LINKS"))
    for link in links:
        shapes = link.from_one.shape, link.from_other.shape
        require_same_shape(links[0].from_one.shape, *shapes)
    disc, rim = _circle(radius_m, cell_m)
    gains = np.array([_gain(link, rim, radius_m) for link in links])
    costs = np.array([link.least_cost for link in links])[:, None, None]
    gain, percent = _together(gains, summed), _together(100 * gains / costs, summed)
    lowest = np.where(np.isnan(gain), -np.inf, gain)
    spread = ndimage.maximum_filter(
        lowest, footprint=disc, mode="constant", cval=-np.inf
    )
    spread[np.isinf(spread)] = np.nan
    return Barriers(gain_per_m=gain, percent=percent, spread=spread)


def _circle(radius_m: float, cell_m: tuple[float, float]) -> tuple[Shape, Shape]:
    width, height = cell_m
    across, down = int(radius_m // width), int(radius_m // height)
    rows, columns = np.ogrid[-down : down + 1, -across : across + 1]
    distance = np.hypot(rows * height, columns * width)
    disc = distance <= radius_m * (1 + 1e-12)
    return disc, disc & (distance > radius_m - max(cell_m))


def _gain(link: Link, rim: Shape, radius_m: float) -> Floats:
    one, other = (_least_on(rim, cwd) for cwd in (link.from_one, link.from_other))
    gain = (link.least_cost - one - other - 2 * radius_m) / (2 * radius_m)
    return np.where(np.isfinite(gain), gain, np.nan)


def _least_on(rim: Shape, cwd: Floats) -> Floats:
    reached = np.where(np.isnan(cwd), np.inf, cwd)
    found: Floats = ndimage.minimum_filter(
        reached, footprint=rim, mode="constant", cval=np.inf
    )
    return found


def _together(gains: Floats, summed: bool) -> Floats:  # noqa: FBT001  private
    none = np.isnan(gains).all(axis=0)
    if summed:
        total = np.maximum(np.nan_to_num(gains), 0.0).sum(axis=0)
    else:
        total = np.where(np.isnan(gains), -np.inf, gains).max(axis=0)
    return np.where(none, np.nan, total)
