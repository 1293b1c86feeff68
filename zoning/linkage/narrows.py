"""Corridors about links, and where they are narrow: pinch points and barriers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage

from zoning import measure
from zoning.corridors import barriers as restoring
from zoning.corridors.grid import Grid
from zoning.corridors.network import Link
from zoning.linkage.joining import Joined
from zoning.linkage.outlines import outlines_of
from zoning.linkage.table import ModelSettings
from zoning.linkage.values import Barrier, PinchPoint

__all__ = ["BarrierMap", "Swaths", "pinched", "restored", "swaths_of"]

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]
_SQUARE = np.ones((3, 3), dtype=np.bool_)
_APART = 2.0
"""Circles restored lie at least this many radii apart."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Swaths:
    """The corridors of the links kept.

    Parameters
    ----------
    cells : tuple of ndarray of int64
        Flat cells of each link, in order, its sources included.
    mosaic : ndarray of float64, shape (rows, columns)
        By how much the cheapest way through a cell costs more than its link,
        least over the links; inf where there is none.
    """

    cells: tuple[Cells, ...]
    mosaic: Floats

    def union(self) -> NDArray[np.bool_]:
        """Return the cells of all corridors, shape (rows, columns)."""
        mask = np.zeros(self.mosaic.shape, dtype=np.bool_)
        for own in self.cells:
            mask.ravel()[own] = True
        return mask


def swaths_of(joined: Joined, settings: ModelSettings) -> Swaths:
    """Return the ground of each link on which a way costs little more."""
    costs = joined.net.costs
    mosaic = np.full_like(joined.net.mosaic, np.inf)
    cells = []
    for link in joined.kept:
        more = costs[link.start] + costs[link.end]
        more -= more.min()
        np.minimum(mosaic, more, out=mosaic)
        cells.append(np.flatnonzero(more <= settings.swath_share * link.cost))
    return Swaths(cells=tuple(cells), mosaic=mosaic)


def pinched(
    current: Floats, swaths: Swaths, grid: Grid, *, settings: ModelSettings
) -> tuple[PinchPoint, ...]:
    """Return the places where the current crowds, greatest first.

    Parameters
    ----------
    current : ndarray of float64, shape (rows, columns)
        The greatest of any link, kept to the corridors; 0 or nan where it does
        not count.
    """
    flows = np.nan_to_num(current, nan=0.0)
    carrying = flows > 0
    if not carrying.any():
        return ()
    least = np.quantile(flows[carrying], 1 - settings.pinch_share)
    labels, count = ndimage.label(flows >= least, _SQUARE)
    numbers = np.arange(1, count + 1)
    peaks = np.atleast_1d(ndimage.maximum(flows, labels, numbers))
    order = np.argsort(-peaks, kind="stable")[: settings.pinch_points]
    again = np.zeros(count + 1, dtype=np.int32)
    again[order + 1] = np.arange(1, len(order) + 1)
    shapes = outlines_of(grid, again[labels], len(order))
    areas = measure.area_m2(np.array([*shapes, None], dtype=object)[:-1], grid.crs)
    at = ndimage.maximum_position(flows, labels, numbers[order])
    found = []
    for k, (row, column) in enumerate(at):
        cell = int(row) * grid.shape[1] + int(column)
        found.append(
            PinchPoint(
                number=k + 1,
                shape=shapes[k],
                area_m2=float(areas[k]),
                current=float(peaks[order[k]]),
                links=_holding(swaths.cells, cell),
            )
        )
    return tuple(found)


def _holding(cells: Sequence[Cells], cell: int) -> tuple[int, ...]:
    """Return the numbers of the links whose corridor holds a cell."""
    places = [(own, int(np.searchsorted(own, cell))) for own in cells]
    return tuple(
        k
        for k, (own, at) in enumerate(places, start=1)
        if at < len(own) and own[at] == cell
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BarrierMap:
    """Gains of restoring, and the best circles.

    `spread` has the gain of the best circle that holds the cell, shape (rows,
    columns), nan where there is none.
    """

    spread: Floats
    barriers: tuple[Barrier, ...]
    radius_m: float


def restored(joined: Joined, grid: Grid, *, settings: ModelSettings) -> BarrierMap:
    """Return what restoring a circle would gain, one link after the other."""
    radius_m = max(settings.barrier_radius_m, *grid.cell_m)
    gain = np.full(grid.shape, -np.inf)
    percent, spread = gain.copy(), gain.copy()
    owner = np.zeros(grid.shape, dtype=np.int32)
    for number, link in enumerate(joined.kept, start=1):
        one = _gains(joined, link, grid, radius_m=radius_m)
        better = np.nan_to_num(one.gain_per_m, nan=-np.inf) > gain
        gain[better] = one.gain_per_m[better]
        percent[better] = one.percent[better]
        owner[better] = number
        np.fmax(spread, one.spread, out=spread)
    spread[np.isinf(spread)] = np.nan
    picked = _best(gain, grid, radius_m=radius_m, count=settings.barriers)
    found = tuple(
        Barrier(
            number=k,
            shape=shapely.buffer(shapely.Point(x, y), radius_m, quad_segs=16),
            gain_per_m=float(gain.ravel()[cell]),
            percent=float(percent.ravel()[cell]),
            link=int(owner.ravel()[cell]),
        )
        for k, (cell, x, y) in enumerate(picked, start=1)
    )
    return BarrierMap(spread=spread, barriers=found, radius_m=radius_m)


def _gains(
    joined: Joined, link: Link, grid: Grid, *, radius_m: float
) -> restoring.Barriers:
    costs = joined.net.costs
    one = restoring.Link(
        from_one=costs[link.start], from_other=costs[link.end], least_cost=link.cost
    )
    return restoring.barriers([one], radius_m=radius_m, cell_m=grid.cell_m)


def _best(
    gain: Floats, grid: Grid, *, radius_m: float, count: int
) -> list[tuple[int, float, float]]:
    """Return cell and centre of the best circles that do not overlap."""
    x, y = grid.centers()
    left = np.where(gain > 0, gain, -np.inf)
    found: list[tuple[int, float, float]] = []
    while len(found) < count:
        cell = int(np.argmax(left))
        row, column = divmod(cell, grid.shape[1])
        if not np.isfinite(left[row, column]):
            break
        found.append((cell, float(x[column]), float(y[row])))
        near = np.hypot(y[:, None] - y[row], x[None, :] - x[column])
        left[near < _APART * radius_m] = -np.inf
    return found
