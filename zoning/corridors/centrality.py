"""Which sources and links of a net the ways between all others lead through.

Betweenness counts cheapest ways: how many pairs of sources have theirs through
a source or along a link. Current flow sends one ampere between every pair
through the net as resistors: ways that are nearly as cheap take their share.

References
----------
.. [1] L. C. Freeman (1977), A set of measures of centrality based on
   betweenness. Sociometry 40, 35-41.
.. [2] U. Brandes (2001), A faster algorithm for betweenness centrality. Journal
   of Mathematical Sociology 25, 163-177.
.. [3] M. E. J. Newman (2005), A measure of betweenness centrality based on
   random walks. Social Networks 27, 39-54.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, shortest_path

from zoning.corridors.network import Link
from zoning.errors import Problem, UsageError

__all__ = ["Centrality", "betweenness", "current_flow"]

Floats = NDArray[np.float64]
Places = NDArray[np.int64]
_SAME = 1e-9
"""Two ways whose costs differ by less than this, relatively, are equally cheap."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Centrality:
    """How much leads through each part of a net.

    Parameters
    ----------
    sources : ndarray of float64, shape (n,)
        In the order of the sources given. Pairs that start or end at a source
        do not count for it.
    links : ndarray of float64, shape (k,)
        In the order of the links given.
    """

    sources: Floats
    links: Floats


def betweenness(sources: Sequence[int], links: Sequence[Link]) -> Centrality:
    """Return through what the cheapest ways between all pairs lead.

    The sum, over pairs s, t of other sources, of the share of their cheapest
    ways that lead through v: w_sv w_vt / w_st, with w the number of cheapest
    ways, where far_sv + far_vt = far_st; for links likewise [1]_ [2]_.

    Parameters
    ----------
    sources : sequence of int
        Numbers of the nodes; pairs without a way between count nowhere.
    links : sequence of Link
        Their costs are the lengths.

    Returns
    -------
    Centrality
        Pairs; where several ways are equally cheap, each counts its share.

    Raises
    ------
    UsageError
        ``NET_MALFORMED``: a link without cost, or an end that is no source.
    """
    ends, costs = _net(sources, links)
    count = len(sources)
    apart = np.full((count, count), np.inf)
    np.minimum.at(apart, (ends[:, 0], ends[:, 1]), costs)
    np.minimum.at(apart, (ends[:, 1], ends[:, 0]), costs)
    linked = np.isfinite(apart)
    tail, head = np.nonzero(linked)
    graph = coo_array((apart[tail, head], (tail, head)), shape=apart.shape).tocsr()
    far = shortest_path(graph, method="D", directed=False)
    ways = _ways(far, ends, costs)
    nodes, along = np.zeros(count), np.zeros(len(costs))
    for start, end in combinations(range(count), 2):
        if not np.isfinite(far[start, end]):
            continue
        led = _same(far[start] + far[end], far[start, end])
        share = np.where(led, ways[start] * ways[end], 0.0) / ways[start, end]
        share[[start, end]] = 0.0
        nodes += share
        for near, other in (ends.T, ends.T[::-1]):
            used = _same(far[start, near] + costs + far[end, other], far[start, end])
            both = ways[start, near] * ways[end, other] / ways[start, end]
            along += np.where(used, both, 0.0)
    return Centrality(sources=nodes, links=along)


def current_flow(sources: Sequence[int], links: Sequence[Link]) -> Centrality:
    """Return the current through each part, summed over all pairs of sources.

    V = L^+ (e_s - e_t), L the Laplacian of conductances 1 / cost; through a link
    |V_a - V_b| / cost, through a source half of what its links carry [3]_.

    Parameters
    ----------
    sources, links
        As `betweenness` takes them; costs are resistances.

    Returns
    -------
    Centrality
        Amperes, one being sent from source to source for every pair.

    Raises
    ------
    UsageError
        ``NET_MALFORMED``.
    """
    ends, costs = _net(sources, links)
    count = len(sources)
    conductance = np.zeros((count, count))
    np.add.at(conductance, (ends[:, 0], ends[:, 1]), -1 / costs)
    conductance += conductance.T
    np.fill_diagonal(conductance, -conductance.sum(axis=1))
    potential = np.linalg.pinv(conductance, hermitian=True)
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), (count, count))
    _, part = connected_components(graph, directed=False)
    nodes, along = np.zeros(count), np.zeros(len(costs))
    for start, end in combinations(range(count), 2):
        if part[start] != part[end]:
            continue
        volts = potential[:, start] - potential[:, end]
        current = np.abs(volts[ends[:, 0]] - volts[ends[:, 1]]) / costs
        through = np.bincount(ends.ravel(), np.repeat(current, 2), count) / 2
        through[[start, end]] = 0.0
        nodes += through
        along += current
    return Centrality(sources=nodes, links=along)


def _net(sources: Sequence[int], links: Sequence[Link]) -> tuple[Places, Floats]:
    """Return the places of the ends, shape (k, 2), and the costs."""
    place = {number: k for k, number in enumerate(sources)}
    bad = [
        f"{link.start}-{link.end}"
        for link in links
        if not {link.start, link.end} <= place.keys()
        or link.start == link.end
        or not 0 < link.cost < np.inf
    ]
    if bad or len(place) != len(sources):
        values = {"links": ", ".join(bad) or "-"}
        raise UsageError(Problem(code="NET_MALFORMED", values=values))
    ends = [(place[link.start], place[link.end]) for link in links]
    costs = np.array([link.cost for link in links], dtype=np.float64)
    return np.array(ends, dtype=np.int64).reshape(-1, 2), costs


def _same(one: Floats, other: float) -> NDArray[np.bool_]:
    return np.asarray(np.abs(one - other) <= _SAME * other)


def _ways(far: Floats, ends: Places, costs: Floats) -> Floats:
    """Return how many cheapest ways join each pair, shape (n, n)."""
    count = len(far)
    ways = np.zeros((count, count))
    for start in range(count):
        ways[start, start] = 1.0
        for node in np.argsort(far[start], kind="stable")[1:].tolist():
            if not np.isfinite(far[start, node]):
                break
            for near, other in (ends.T, ends.T[::-1]):
                into = (other == node) & _same(
                    far[start, near] + costs, far[start, node]
                )
                ways[start, node] += ways[start, near[into]].sum()
    return ways
