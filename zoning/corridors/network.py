"""The network of least-cost links between sources, and what it is worth as a net.

Sources are numbered cells of a grid. Links join pairs of them along least-cost
paths; a corridor is the ground about a link that costs little more; the mosaic
of all corridors is the network on the map.

References
----------
.. [1] B. H. McRae, D. M. Kavanagh (2011), Linkage Mapper: cost-weighted
   distance, adjacency by allocation, normalised corridors and their mosaic.
.. [2] R. T. T. Forman, M. Godron (1986), Landscape Ecology: the indices alpha,
   beta and gamma of a net.
.. [3] C. Kong, H. Yin, N. Nakagoshi, Y. Zong (2010), Landscape and Urban
   Planning 95, 16-27: the gravity model between patches.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import minimum_spanning_tree

from zoning.corridors.grid import Grid
from zoning.corridors.least_cost import (
    Accumulated,
    Path,
    accumulate,
    corridor,
    least_cost_path,
    numbered,
)
from zoning.errors import Problem, UsageError

__all__ = [
    "Link",
    "Net",
    "NetIndices",
    "SourcePull",
    "adjacent_pairs",
    "connect",
    "gravity",
    "indices_of",
    "link_between",
    "nearest_links",
    "net_indices",
    "spanning_links",
]

Floats = NDArray[np.float64]
Pairs = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Link:
    """The least-cost link between two sources.

    Parameters
    ----------
    start, end : int
        Numbers of the sources, `start` the smaller.
    cost : float
        Accumulated along the path, metres weighted by resistance.
    euclid_m : float
        Between the nearest cell centres of both, in the plane.
    crossed : tuple of int
        Other sources that the path leads through.
    path : Path
        From `start` to `end`.
    """

    start: int
    end: int
    cost: float
    euclid_m: float
    crossed: tuple[int, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Net:
    """Sources and what joins them.

    Parameters
    ----------
    sources : tuple of int
        Their numbers, ascending.
    links : tuple of Link
        In the order of (start, end); a pair without a way between has none.
    allocation : ndarray of int32, shape (rows, columns)
        The source that each cell is nearest to by cost; 0 where none reaches it.
    mosaic : ndarray of float64, shape (rows, columns)
        By how much the cheapest way through a cell costs more than that of its
        link, least over all links; inf where there is none.
    costs : mapping of int to ndarray of float64, shape (rows, columns)
        Accumulated from each source by itself; inf where there is no way.
    """

    sources: tuple[int, ...]
    links: tuple[Link, ...]
    allocation: NDArray[np.int32]
    mosaic: Floats
    costs: Mapping[int, Floats]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetIndices:
    """Loops, links a node, and filled share of a net; nan where it is too small.

    Parameters
    ----------
    alpha : float
        (L - V + 1) / (2V - 5): loops there are, of those there could be.
    beta : float
        L / V: links for each node.
    gamma : float
        L / (3 (V - 2)): links there are, of those there could be.
    cost_ratio : float
        1 - L / total length in km.
    """

    alpha: float
    beta: float
    gamma: float
    cost_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourcePull:
    """What the gravity model asks of the sources.

    Parameters
    ----------
    area_m2 : mapping of source number to float
    resistance : mapping of source number to float
        Mean resistance of the source itself.
    unit_m2 : float
        Square metres of the unit in which areas enter the logarithm, 10 000 for
        hectares: the order of the links depends on it, so it has to be said.
    """

    area_m2: dict[int, float]
    resistance: dict[int, float]
    unit_m2: float


def adjacent_pairs(allocation: NDArray[np.int32]) -> Pairs:
    """Return the pairs of sources whose ground touches, shape (k, 2), ascending."""
    touching = []
    for rows, columns in ((0, 1), (1, 0), (1, 1), (1, -1)):
        left = slice(max(0, -columns), allocation.shape[1] - max(0, columns))
        right = slice(max(0, columns), allocation.shape[1] - max(0, -columns))
        one = allocation[: allocation.shape[0] - rows, left]
        other = allocation[rows:, right]
        edge = (one != other) & (one != 0) & (other != 0)
        touching.append(np.column_stack([one[edge], other[edge]]))
    pairs = np.sort(np.concatenate(touching).astype(np.int64), axis=1)
    return np.unique(pairs, axis=0).reshape(-1, 2)


def connect(
    resistance: Grid,
    sources: Grid,
    *,
    every_pair: bool = False,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Net:
    """Join sources by least-cost links.

    Pairs of sources whose allocated ground touches are joined by the cheapest
    way between any of their cells; the mosaic is the least CWD_A + CWD_B - LCD
    over all links, metres of resistance 1 [1]_.

    Parameters
    ----------
    resistance, sources : Grid
        As `accumulate` takes them.
    every_pair : bool
        All pairs; else those whose allocated ground touches.
    threads : int
        How many sources are spread from at once; changes no byte.
    progress : callable, optional
        Called with the number of sources done and of all.

    Raises
    ------
    LayerError, UsageError
        As `accumulate`; ``SOURCES_ONE`` when there is nothing to join.
    """
    nearest = accumulate(resistance, sources)
    label = numbered(sources)
    numbers = [int(n) for n in np.unique(label) if n != 0]
    if len(numbers) == 1:
        raise UsageError(Problem(code="SOURCES_ONE"))
    pairs = adjacent_pairs(nearest.allocation)
    if every_pair:
        pairs = np.array(list(combinations(numbers, 2)), dtype=np.int64)
    alone = _each_alone(resistance, label, numbers, threads=threads, progress=progress)
    mosaic = np.full(label.shape, np.inf)
    links = []
    for start, end in pairs.tolist():
        link = link_between(alone[start], label, (start, end))
        if link is not None:
            links.append(link)
            np.minimum(mosaic, corridor(alone[start], alone[end]), out=mosaic)
    return Net(
        sources=tuple(numbers),
        links=tuple(links),
        allocation=nearest.allocation,
        mosaic=mosaic,
        costs={number: one.cost for number, one in alone.items()},
    )


def nearest_links(links: Sequence[Link], count: int) -> tuple[Link, ...]:
    """Keep the links that are among the `count` cheapest of either end.

    Links that lead through a third source are left out: two others stand for
    them. Equal costs are ordered by the numbers of the sources.
    """
    direct = [link for link in links if not link.crossed]
    ordered = sorted(direct, key=lambda link: (link.cost, link.start, link.end))
    taken: dict[int, int] = {}
    kept = set()
    for link in ordered:
        for end in (link.start, link.end):
            if taken.get(end, 0) < count:
                taken[end] = taken.get(end, 0) + 1
                kept.add((link.start, link.end))
    return tuple(link for link in direct if (link.start, link.end) in kept)


def spanning_links(links: Sequence[Link]) -> tuple[Link, ...]:
    """Keep the cheapest links that join all that can be joined."""
    if not links:
        return ()
    ends = np.array([(link.start, link.end) for link in links])
    numbers, place = np.unique(ends, return_inverse=True)
    tail, head = place.reshape(-1, 2).T
    costs = np.array([link.cost for link in links])
    rank = np.argsort(costs, kind="stable")
    order = np.empty(len(links))
    order[rank] = np.arange(1, len(links) + 1)  # no ties, and none is zero
    graph = coo_array((order, (tail, head)), shape=(len(numbers),) * 2)
    kept = minimum_spanning_tree(graph.tocsr()).data.astype(int) - 1
    chosen = set(rank[kept].tolist())
    return tuple(link for i, link in enumerate(links) if i in chosen)


def net_indices(nodes: int, links: Sequence[Link]) -> NetIndices:
    """Return alpha, beta, gamma and the cost ratio of a net; dimensionless [2]_.

    Formulas: see `NetIndices`. Links count as they are given; a net in several
    parts has fewer loops than alpha counts.
    """
    length_m = sum(link.path.length_m for link in links)
    return indices_of(nodes, len(links), length_m)


def indices_of(nodes: int, count: int, length_m: float) -> NetIndices:
    """Return alpha, beta, gamma and the cost ratio of `count` links.

    Parameters
    ----------
    nodes, count : int
        V and L.
    length_m : float
        Of all links together.
    """
    enough = nodes > 2  # noqa: PLR2004  two nodes have one link and no loop
    nothing = float("nan")
    return NetIndices(
        alpha=(count - nodes + 1) / (2 * nodes - 5) if enough else nothing,
        beta=count / nodes if nodes else nothing,
        gamma=count / (3 * (nodes - 2)) if enough else nothing,
        cost_ratio=1 - count / (length_m / 1000) if length_m > 0 else nothing,
    )


def gravity(links: Sequence[Link], pull: SourcePull) -> Floats:
    """Return the gravity of each link, shape (k,), dimensionless.

    G = L_max² ln S_a ln S_b / (L_ab² P_a P_b): areas S in the unit of `pull`,
    mean resistances P, costs L [3]_.

    Raises
    ------
    UsageError
        ``SOURCE_BELOW_UNIT`` when an area is not above one unit: its logarithm
        would turn the sign.
    """
    small = sorted(n for n, area_m2 in pull.area_m2.items() if area_m2 <= pull.unit_m2)
    if small:
        values = {
            "sources": ", ".join(map(str, small)),
            "unit_m2": f"{pull.unit_m2:g}",
        }
        raise UsageError(Problem(code="SOURCE_BELOW_UNIT", values=values))
    weight = {
        n: float(np.log(area_m2 / pull.unit_m2)) / pull.resistance[n]
        for n, area_m2 in pull.area_m2.items()
    }
    costs = np.array([link.cost for link in links], dtype=np.float64)
    both = np.array([weight[k.start] * weight[k.end] for k in links], dtype=np.float64)
    return np.asarray(both * (costs.max(initial=0.0) / costs) ** 2)


def _each_alone(
    resistance: Grid,
    label: NDArray[np.int32],
    numbers: list[int],
    *,
    threads: int,
    progress: Callable[[int, int], None] | None,
) -> dict[int, Accumulated]:
    """Spread from each source by itself."""

    def alone(number: int) -> Accumulated:
        own = np.where(label == number, number, 0)
        return accumulate(resistance, resistance.with_values(own))

    found: dict[int, Accumulated] = {}
    with ThreadPoolExecutor(threads) as pool:
        for number, one in zip(numbers, pool.map(alone, numbers), strict=True):
            found[number] = one
            if progress is not None:
                progress(len(found), len(numbers))
    return found


def link_between(
    alone: Accumulated, label: NDArray[np.int32], ends: tuple[int, int]
) -> Link | None:
    """Return the link from a source, spread from by itself, to another.

    Parameters
    ----------
    alone : Accumulated
        From source ``ends[0]`` only, at least as far as ``ends[1]``.
    label : ndarray of int32, shape (rows, columns)
        Numbers of the sources.
    ends : tuple of int

    Returns
    -------
    Link or None
        None where there is no way.
    """
    goal = np.argwhere(label == ends[1])
    costs = alone.cost[goal[:, 0], goal[:, 1]]
    row, column = goal[int(np.argmin(costs))].tolist()
    path = least_cost_path(alone, row, column)
    if path is None:
        return None
    led = set(label[path.cells[:, 0], path.cells[:, 1]].tolist())
    return Link(
        start=ends[0],
        end=ends[1],
        cost=path.cost,
        euclid_m=_apart(alone.resistance, label, ends),
        crossed=tuple(sorted(led - {0, *ends})),
        path=path,
    )


def _apart(grid: Grid, label: NDArray[np.int32], ends: tuple[int, int]) -> float:
    """Return the distance of the nearest cell centres of two sources, metres."""
    from scipy.spatial import cKDTree

    size = np.array(grid.cell_m[::-1])
    one, other = (np.argwhere(label == end) * size for end in ends)
    return float(cKDTree(one).query(other)[0].min())
