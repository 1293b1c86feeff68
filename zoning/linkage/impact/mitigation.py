"""What would give back something of what a site takes, ranked by what it gains.

Four kinds are tried: strips of the site given back along the old way of a link, or
that way kept free of what the site does about it too; a circle elsewhere restored;
the site moved. What each gains is computed on the
ground as it would be, not estimated.

References
----------
.. [1] B. H. McRae et al. (2012), PLoS ONE 7(12), e52604: where restoring pays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning import measure, strict_yaml
from zoning.corridors import barriers as restoring
from zoning.corridors.impact import (
    LinkImpact,
    equivalent_area,
    linked_again,
    rank_crossings,
)
from zoning.corridors.landscape import Landscape
from zoning.corridors.least_cost import accumulate
from zoning.corridors.network import Link
from zoning.linkage.impact.laid import Laid
from zoning.linkage.impact.moving import Moved, moves
from zoning.linkage.impact.standing import Standing
from zoning.linkage.impact.values import ImpactListener, Measure
from zoning.linkage.outlines import outline_of

__all__ = ["SearchRules", "measures_for", "search_rules"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchRules:
    """What is tried: ``zoning/data/impact.yaml``."""

    strips_cells: tuple[int, ...]
    shifts_m: tuple[float, ...]
    shifts_tried: int
    measures: int


@cache
def search_rules() -> SearchRules:
    """Return what is tried."""
    text = files("zoning").joinpath("data/impact.yaml").read_text("utf-8")
    loaded = strict_yaml.load_text(text)
    return SearchRules(
        strips_cells=tuple(int(cells) for cells in loaded["strips_cells"]),
        shifts_m=tuple(float(metres) for metres in loaded["shifts_m"]),
        shifts_tried=int(loaded["shifts_tried"]),
        measures=int(loaded["measures"]),
    )


def measures_for(
    standing: Standing, laid: Laid, site: BaseGeometry, *, listener: ImpactListener
) -> tuple[Measure, ...]:
    """Return measures that win back connectivity, the greatest gain first.

    Parameters
    ----------
    standing : Standing
    laid : Laid
        The site on it.
    site : geometry
        In the working plane.

    Returns
    -------
    tuple of Measure
        Those that gain something; none where no link costs more.
    """
    rules = search_rules()
    search = _Search(standing=standing, laid=laid)
    found: list[Measure] = []
    steps = (
        search.crossings(rules.strips_cells),
        search.circles(),
        _shifts(
            moves(
                standing,
                laid,
                site,
                shifts_m=rules.shifts_m,
                tried=rules.shifts_tried,
            )
        ),
    )
    for done, step in enumerate(steps):
        listener.step("measures", done, len(steps))
        found += step
    listener.step("measures", len(steps), len(steps))
    gaining = [one for one in found if one.equivalent_gain_m2 > 0]
    gaining = [one for one in gaining if not _beaten(one, gaining)]
    gaining.sort(key=lambda one: (-one.equivalent_gain_m2, one.cells, one.kind))
    return tuple(
        replace(one, number=number)
        for number, one in enumerate(gaining[: rules.measures], start=1)
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Search:
    """Looks for what helps a single link."""

    standing: Standing
    laid: Laid

    def crossings(self, radii: Sequence[int]) -> Iterator[Measure]:
        """Yield strips given back: of the site alone, and of all that it changes."""
        kinds: tuple[tuple[Literal["crossing", "kept_way"], Flags | None], ...] = (
            ("crossing", self.laid.footprint.taken),
            ("kept_way", None),
        )
        for kind, within in kinds:
            for one in rank_crossings(
                self.laid.impact,
                before=self.standing.land,
                after=self.laid.land,
                radii=radii,
                within=within,
            ):
                pair = one.start, one.end
                yield self._measure(kind, pair, one.ground, cost=one.cost)

    def circles(self) -> Iterator[Measure]:
        """Yield the best circle of each link that costs more."""
        for change in self.laid.impact.touched:
            if change.rise > 0 and change.after is not None:
                ground = self._best_circle(change)
                if ground is not None:
                    pair = change.before.start, change.before.end
                    yield self._measure(
                        "restore", pair, ground, cost=self._restored(change, ground)
                    )

    def _best_circle(self, change: LinkImpact) -> Flags | None:
        """Return the circle off the site that saves most; None where none does."""
        link, land = change.after, self.laid.land
        if link is None:
            return None
        grid, labels = land.resistance, land.labels()
        one, other = (
            accumulate(
                grid,
                grid.with_values(np.where(labels == end, end, 0)),
                limit=link.cost,
            ).cost
            for end in (link.start, link.end)
        )
        settings = self.standing.kept.table.settings
        radius_m = max(settings.barrier_radius_m, *grid.cell_m)
        window = _box(np.isfinite(one + other))
        gain = restoring.barriers(
            [
                restoring.Link(
                    from_one=one[window], from_other=other[window], least_cost=link.cost
                )
            ],
            radius_m=radius_m,
            cell_m=grid.cell_m,
        ).gain_per_m
        centres = np.full(grid.shape, -np.inf)
        centres[window] = np.nan_to_num(gain, nan=-np.inf)
        centres[_near(land, self.laid.footprint.taken, 2 * radius_m)] = -np.inf
        best = int(np.argmax(centres))
        if not centres.ravel()[best] > 0:
            return None
        return _disc(land, best, radius_m) & np.isfinite(grid.floats())

    def _restored(self, change: LinkImpact, ground: Flags) -> float:
        """Return what the link costs when a circle is brought to resistance 1."""
        grid = self.laid.land.resistance
        values = np.where(ground, np.minimum(grid.floats(), 1.0), grid.floats())
        land = Landscape(
            resistance=grid.with_values(values), sources=self.laid.land.sources
        )
        pair = change.before.start, change.before.end
        link = linked_again(land, [change.before])[pair]
        return np.inf if link is None else link.cost

    def _measure(
        self,
        kind: Literal["crossing", "kept_way", "restore"],
        pair: tuple[int, int],
        ground: Flags,
        *,
        cost: float,
    ) -> Measure:
        grid = self.standing.land.resistance
        shape = outline_of(grid, np.flatnonzero(ground))
        area = measure.area_m2(np.array([shape], dtype=object), grid.crs)
        number = [(k.start, k.end) for k in self.standing.links].index(pair)
        return Measure(
            number=0,
            kind=kind,
            link=number + 1,
            cells=int(ground.sum()),
            area_m2=float(area[0]),
            shape=shape,
            cost_after=float(cost) if np.isfinite(cost) else None,
            equivalent_gain_m2=self._gain(number, cost),
        )

    def _gain(self, number: int, cost: float) -> float:
        """Return what EC wins when one link has another cost."""
        impact, link = self.laid.impact, self.standing.links[number]
        others = [k for k in impact.links if (k.start, k.end) != (link.start, link.end)]
        now: list[Link] = [*others, replace(link, cost=float(cost))]
        after = equivalent_area(self.laid.area_m2, now, self.standing.dispersal)
        return after - impact.equivalent_after


def _beaten(one: Measure, others: Sequence[Measure]) -> bool:
    """Return whether one of its kind and link takes less ground and gains as much."""
    enough = one.equivalent_gain_m2 * (1 - _SAME)
    return any(
        (other.kind, other.link) == (one.kind, one.link)
        and other.cells < one.cells
        and other.equivalent_gain_m2 >= enough
        for other in others
    )


def _shifts(found: Sequence[Moved]) -> Iterator[Measure]:
    for one in found:
        yield Measure(
            number=0,
            kind="shift",
            link=None,
            cells=0,
            area_m2=0.0,
            shape=one.site,
            cost_after=None,
            equivalent_gain_m2=one.equivalent_gain_m2,
            moved_m=one.moved_m,
            bearing_deg=one.bearing_deg,
        )


def _box(mask: Flags) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(int(rows[0]), int(rows[-1]) + 1),
        slice(int(columns[0]), int(columns[-1]) + 1),
    )


def _near(land: Landscape, taken: Flags, within_m: float) -> Flags:
    """Return the cells whose centre lies that near to a cell that is taken."""
    width, height = land.resistance.cell_m
    apart = ndimage.distance_transform_edt(~taken, sampling=(height, width))
    near: Flags = np.asarray(apart) <= within_m
    return near


def _disc(land: Landscape, cell: int, radius_m: float) -> Flags:
    """Return the cells of a circle about a cell."""
    x, y = land.resistance.centers()
    row, column = divmod(cell, land.resistance.shape[1])
    found: Flags = np.hypot(y[:, None] - y[row], x[None, :] - x[column]) <= radius_m * (
        1 + 1e-12
    )
    return found
