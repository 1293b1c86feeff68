"""What a site does to the links of a network, and what would give it back.

Raising resistance on some cells leaves the cost of a link as it is unless its
least-cost path leads through one of them: the path costs what it did, and no
other way has become cheaper. So only links whose path is touched are spread
again, and the result is that of a whole new run. The same holds where a site
takes cells of a source: ways that do not begin or end there stay what they were.

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
from zoning.corridors.landscape import Landscape
from zoning.corridors.least_cost import accumulate
from zoning.corridors.network import Link, link_between
from zoning.errors import Problem, UsageError

__all__ = [
    "Crossing",
    "Dispersal",
    "LinkImpact",
    "SiteImpact",
    "changed_cells",
    "equivalent_area",
    "linked_again",
    "rank_crossings",
    "site_impact",
    "touches",
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
    before: Landscape,
    after: Landscape,
    *,
    links: Sequence[Link],
    attribute: tuple[Floats, Floats],
    dispersal: Dispersal,
) -> SiteImpact:
    """Return what becomes of the links when resistance rises on a site.

    Parameters
    ----------
    before, after : Landscape
        Without and with the site. Resistance is nowhere lower after, and sources
        are nowhere larger.
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
    changed = changed_cells(before, after)
    touched = [link for link in links if touches(link, changed)]
    again = linked_again(after, touched)
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
    before: Landscape,
    after: Landscape,
    radii: Sequence[int] = (0, 1, 2),
    within: Flags | None = None,
) -> tuple[Crossing, ...]:
    """Return strips to give back, the greatest gain by the cell first.

    For each link that costs more, the cells of the site within `radii` cells of
    its old path get back the resistance they had, and belong to their source again.

    Parameters
    ----------
    impact : SiteImpact
    before, after : Landscape
        As `site_impact` took them.
    radii : sequence of int
        Half widths of the strips, cells.
    within : ndarray of bool, shape (rows, columns), optional
        Ground that can be given back; all that the site changes by default.
    """
    changed = changed_cells(before, after)
    if within is not None:
        changed &= within
    costs, labels = (before.costs(), after.costs()), (before.labels(), after.labels())
    found = []
    for change in impact.touched:
        if change.rise <= 0:
            continue
        way = np.zeros(changed.shape, dtype=np.bool_)
        way[tuple(change.before.path.cells.T)] = True
        for radius in radii:
            ground = _within(way, radius) & changed
            if not ground.any():
                continue
            again = _laid(after.resistance, ground, costs=costs, labels=labels)
            link = linked_again(again, [change.before])[_ends(change.before)]
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


def changed_cells(before: Landscape, after: Landscape) -> Flags:
    """Return the cells that cost more, or were taken from a source.

    Raises
    ------
    LayerError, UsageError
        As `site_impact`.
    """
    require_aligned(before=before.resistance, after=after.resistance)
    old, new = before.costs(), after.costs()
    was, left = before.labels(), after.labels()
    lower = (new < old) | ((left != was) & (left != 0))
    if lower.any():
        values = {"cells": str(int(lower.sum()))}
        raise UsageError(Problem(code="IMPACT_LOWERED", values=values))
    changed: Flags = (new > old) | (left != was)
    return changed


def _laid(
    like: Grid,
    ground: Flags,
    *,
    costs: tuple[Floats, Floats],
    labels: tuple[NDArray[np.int32], NDArray[np.int32]],
) -> Landscape:
    """Return the ground after, some cells of it as they were before."""
    return Landscape(
        resistance=like.with_values(np.where(ground, *costs)),
        sources=like.with_values(np.where(ground, *labels)),
    )


def touches(link: Link, changed: Flags) -> bool:
    """Return whether the path of a link leads through cells, shape (rows, columns)."""
    return bool(changed[tuple(link.path.cells.T)].any())


def linked_again(
    land: Landscape, links: Sequence[Link]
) -> dict[tuple[int, int], Link | None]:
    """Find links again on other ground, spreading once from each start.

    Parameters
    ----------
    land : Landscape
    links : sequence of Link
        Their ends are looked for.

    Returns
    -------
    dict of (start, end) to Link or None
        None where no way is left.
    """
    ends: dict[int, list[int]] = {}
    for link in links:
        ends.setdefault(link.start, []).append(link.end)
    again: dict[tuple[int, int], Link | None] = {}
    for start, goals in sorted(ends.items()):
        again |= _spread_to(land, start, goals)
    return again


def _spread_to(
    land: Landscape, start: int, ends: Sequence[int]
) -> dict[tuple[int, int], Link | None]:
    """Return the links from one source to others; None where no way is left."""
    found: dict[tuple[int, int], Link | None] = {(start, end): None for end in ends}
    label, resistance = land.labels(), land.resistance
    own = np.where(label == start, start, 0)
    there = [end for end in ends if (label == end).any()]
    if not own.any() or not there:
        return found
    goals = np.isin(label, there) & np.isfinite(land.costs())
    alone = accumulate(
        resistance, resistance.with_values(own), until=goals if goals.any() else None
    )
    found |= {(start, end): link_between(alone, label, (start, end)) for end in there}
    return found


def _ends(link: Link) -> tuple[int, int]:
    return link.start, link.end


def _pieces(links: Sequence[Link], count: int) -> int:
    """Return the number of pieces of a net of sources 1 to `count`."""
    ends = np.array([_ends(link) for link in links], dtype=np.int64).reshape(-1, 2) - 1
    joined = coo_array((np.ones(len(ends)), tuple(ends.T)), shape=(count, count))
    return int(connected_components(joined, directed=False, return_labels=False))
