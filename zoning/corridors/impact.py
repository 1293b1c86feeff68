"""What a site does to the links of a network, and what would give it back.

Raising resistance on some cells leaves the cost of a link as it is unless its
least-cost path leads through one of them: the path costs what it did, and no
other way has become cheaper. So only links whose path is touched are spread
again, and the result is that of a whole new run.

References
----------
.. [1] F. Adriaensen et al. (2003), Landscape and Urban Planning 64, 233-247:
   least-cost paths.
.. [2] S. Saura, C. Estreguil, C. Mouton, M. Rodríguez-Freire (2011), Ecological
   Indicators 11, 407-416: the equivalent connected area EC.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from zoning.corridors.grid import Grid, require_aligned
from zoning.corridors.indices import connectivity, probability_of_dispersal
from zoning.corridors.least_cost import accumulate
from zoning.corridors.network import Link, link_between
from zoning.errors import Problem, UsageError

__all__ = [
    "Crossing",
    "Dispersal",
    "LinkImpact",
    "SiteImpact",
    "equivalent_area",
    "rank_crossings",
    "site_impact",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersal:
    """A move of cost `cost_at` happens with `probability`."""

    cost_at: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkImpact:
    """A link whose least-cost path the site touches; `after` None: no way is left."""

    before: Link
    after: Link | None

    @property
    def rise(self) -> float:
        """By how much the link costs more; inf where no way is left."""
        return (np.inf if self.after is None else self.after.cost) - self.before.cost


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteImpact:
    """What becomes of a network.

    Attributes
    ----------
    touched : tuple of LinkImpact
        In the order of the links.
    links : tuple of Link
        All links after: untouched ones as they were, those without a way left out.
    separated : tuple of int
        Sources that had a link and have none.
    parts_before, parts_after : int
        Pieces of the network.
    equivalent_before, equivalent_after : float
        EC in the unit of the attribute.
    """

    touched: tuple[LinkImpact, ...]
    links: tuple[Link, ...]
    separated: tuple[int, ...]
    parts_before: int
    parts_after: int
    equivalent_before: float
    equivalent_after: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Crossing:
    """Cells of the site given back along a link's old path.

    `gain` is what the link then costs less, by `cells` of them; inf where it had
    no way.
    """

    start: int
    end: int
    cells: int
    ground: Flags
    cost: float
    gain: float


def site_impact(
    before: Grid,
    after: Grid,
    sources: Grid,
    *,
    links: Sequence[Link],
    attribute: tuple[Floats, Floats],
    dispersal: Dispersal,
) -> SiteImpact:
    """Return what becomes of the links when resistance rises on a site.

    Parameters
    ----------
    before, after : Grid
        Resistance per metre without and with the site; nowhere lower after.
        Missing and infinite cells are barriers.
    sources : Grid
        Numbers of the sources, as the links were found with.
    links : sequence of Link
        Of `before`.
    attribute : pair of ndarray of float64, shape (n,)
        Of source 1, 2, ... before and after: areas, less what the site takes.
    dispersal : Dispersal

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``.
    UsageError
        ``IMPACT_LOWERED`` where resistance is lower after: then links that are not
        touched may change, and the network has to be built again.
    """
    require_aligned(before=before, after=after, sources=sources)
    raised = _raised(before, after)
    label = np.where(sources.missing, 0, sources.values).astype(np.int32)
    touched = [link for link in links if _is_touched(link, raised)]
    again = _linked_again(after, label, touched)
    changes = tuple(LinkImpact(before=k, after=again[_ends(k)]) for k in touched)
    kept = tuple(
        found for link in links if (found := again.get(_ends(link), link)) is not None
    )
    count = len(attribute[0])
    had, have = ({n for k in some for n in _ends(k)} for some in (links, kept))
    return SiteImpact(
        touched=changes,
        links=kept,
        separated=tuple(sorted(had - have)),
        parts_before=_pieces(links, count),
        parts_after=_pieces(kept, count),
        equivalent_before=equivalent_area(attribute[0], links, dispersal),
        equivalent_after=equivalent_area(attribute[1], kept, dispersal),
    )


def equivalent_area(
    attribute: Floats, links: Sequence[Link], dispersal: Dispersal
) -> float:
    """Return EC of sources 1, 2, ... that are joined by links."""
    apart = np.full((len(attribute),) * 2, np.inf)
    for link in links:
        i, j = link.start - 1, link.end - 1
        apart[i, j] = apart[j, i] = link.cost
    direct = probability_of_dispersal(
        apart, at=dispersal.cost_at, probability=dispersal.probability
    )
    return connectivity(attribute, direct).equivalent


def rank_crossings(
    impact: SiteImpact,
    *,
    before: Grid,
    after: Grid,
    sources: Grid,
    radii: Sequence[int] = (0, 1, 2),
) -> tuple[Crossing, ...]:
    """Return strips to give back, the greatest gain by the cell first.

    For each link that costs more, the cells of the site within `radii` cells of
    its old path get back the resistance they had.

    Parameters
    ----------
    impact : SiteImpact
    before, after, sources : Grid
        As `site_impact` took them.
    radii : sequence of int
        Half widths of the strips, cells.
    """
    raised = _raised(before, after)
    label = np.where(sources.missing, 0, sources.values).astype(np.int32)
    found = []
    for change in impact.touched:
        if change.rise <= 0:
            continue
        way = np.zeros(raised.shape, dtype=np.bool_)
        way[tuple(change.before.path.cells.T)] = True
        for radius in radii:
            ground = _within(way, radius) & raised
            again = np.where(ground, before.floats(), after.floats())
            link = _spread_to(
                after.with_values(again), label, _ends(change.before)
            ).get(_ends(change.before))
            found.append(_crossing(change, link, ground))
    return tuple(
        sorted(
            (one for one in found if one.gain > 0),
            key=lambda one: (-one.gain / one.cells, one.cells, one.start, one.end),
        )
    )


def _crossing(change: LinkImpact, link: Link | None, ground: Flags) -> Crossing:
    cost = np.inf if link is None else link.cost
    was = np.inf if change.after is None else change.after.cost
    return Crossing(
        start=change.before.start,
        end=change.before.end,
        cells=int(ground.sum()),
        ground=ground,
        cost=cost,
        gain=0.0 if cost == was else was - cost,
    )


def _within(cells: Flags, radius: int) -> Flags:
    if radius == 0:
        return cells
    square = np.ones((2 * radius + 1,) * 2, dtype=np.bool_)
    grown: Flags = ndimage.binary_dilation(cells, square)
    return grown


def _raised(before: Grid, after: Grid) -> Flags:
    """Return cells that got dearer; refuse where any got cheaper."""
    old, new = (
        np.where(np.isnan(values), np.inf, values)
        for values in (before.floats(), after.floats())
    )
    lower = new < old
    if lower.any():
        values = {"cells": str(int(lower.sum()))}
        raise UsageError(Problem(code="IMPACT_LOWERED", values=values))
    higher: Flags = new > old
    return higher


def _is_touched(link: Link, raised: Flags) -> bool:
    return bool(raised[tuple(link.path.cells.T)].any())


def _linked_again(
    after: Grid, label: NDArray[np.int32], touched: Sequence[Link]
) -> dict[tuple[int, int], Link | None]:
    """Find touched links again, spreading once from each start."""
    ends: dict[int, list[int]] = {}
    for link in touched:
        ends.setdefault(link.start, []).append(link.end)
    again: dict[tuple[int, int], Link | None] = {}
    for start, goals in sorted(ends.items()):
        again |= _spread_to(after, label, *((start, goal) for goal in goals))
    return again


def _spread_to(
    resistance: Grid, label: NDArray[np.int32], *pairs: tuple[int, int]
) -> dict[tuple[int, int], Link | None]:
    """Return the links of pairs that have one start; None where no way is left."""
    start = pairs[0][0]
    own = np.where(label == start, start, 0)
    barred = ~np.isfinite(resistance.floats())
    goals = np.isin(label, [end for _, end in pairs]) & ~barred
    alone = accumulate(
        resistance, resistance.with_values(own), until=goals if goals.any() else None
    )
    return {pair: link_between(alone, label, pair) for pair in pairs}


def _ends(link: Link) -> tuple[int, int]:
    return link.start, link.end


def _pieces(links: Sequence[Link], count: int) -> int:
    """Return the number of pieces of a net of sources 1 to `count`."""
    ends = np.array([_ends(link) for link in links], dtype=np.int64).reshape(-1, 2) - 1
    joined = coo_array((np.ones(len(ends)), tuple(ends.T)), shape=(count, count))
    return int(connected_components(joined, directed=False, return_labels=False))
