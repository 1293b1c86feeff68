"""Centrality of nets: by hand, and against every way tried one by one."""

import math
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.corridors.centrality import betweenness, current_flow
from zoning.corridors.least_cost import Path
from zoning.corridors.network import Link
from zoning.errors import UsageError

Costs = dict[tuple[int, int], float]


def links(costs: Costs) -> list[Link]:
    path = Path(
        cells=np.zeros((1, 2), dtype=np.int64),
        xy=np.zeros((1, 2)),
        cost=0.0,
        length_m=0.0,
    )
    return [
        Link(start=a, end=b, cost=cost, euclid_m=0.0, crossed=(), path=path)
        for (a, b), cost in costs.items()
    ]


def every_way(costs: Costs, start: int, end: int) -> list[tuple[int, ...]]:
    """Return all ways that visit no source twice."""
    found: list[tuple[int, ...]] = []
    open_ways: list[tuple[int, ...]] = [(start,)]
    while open_ways:
        way = open_ways.pop()
        if way[-1] == end:
            found.append(way)
            continue
        for a, b in costs:
            for near, other in ((a, b), (b, a)):
                if near == way[-1] and other not in way:
                    open_ways.append((*way, other))
    return found


def steps(way: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(min(p), max(p)) for p in pairwise(way)]


def test_all_ways_of_a_star_lead_through_its_middle() -> None:
    star = links({(1, 2): 3.0, (1, 3): 5.0, (1, 4): 7.0})
    found = betweenness([1, 2, 3, 4], star)
    assert found.sources.tolist() == [3.0, 0.0, 0.0, 0.0]
    assert found.links.tolist() == [3.0, 3.0, 3.0]
    flow = current_flow([1, 2, 3, 4], star)
    assert np.allclose(flow.sources, [3.0, 0.0, 0.0, 0.0], atol=1e-12)
    assert np.allclose(flow.links, 3.0)


def test_equally_cheap_ways_share_a_pair() -> None:
    ring = links({(1, 2): 1.0, (2, 3): 1.0, (3, 4): 1.0, (1, 4): 1.0})
    found = betweenness([1, 2, 3, 4], ring)
    assert found.sources.tolist() == [0.5, 0.5, 0.5, 0.5]
    assert found.links.tolist() == [2.0, 2.0, 2.0, 2.0]


def test_current_divides_in_a_triangle_as_one_to_two() -> None:
    found = current_flow([1, 2, 3], links({(1, 2): 6.0, (2, 3): 6.0, (1, 3): 6.0}))
    assert np.allclose(found.sources, 1 / 3)
    assert np.allclose(found.links, 2 / 3 + 1 / 3 + 1 / 3)


def test_sources_out_of_reach_count_nowhere() -> None:
    net = links({(1, 2): 1.0, (3, 4): 1.0, (4, 5): 1.0})
    for measure in (betweenness, current_flow):
        found = measure([1, 2, 3, 4, 5, 6], net)
        assert np.allclose(found.sources, [0, 0, 0, 1, 0, 0], atol=1e-12)
        assert np.allclose(found.links, [1, 2, 2])


@given(
    st.dictionaries(
        st.sampled_from(list(combinations(range(1, 7), 2))),
        st.integers(1, 4).map(float),
        min_size=1,
        max_size=10,
    )
)
@settings(max_examples=40)
def test_betweenness_is_what_trying_every_way_gives(costs: Costs) -> None:
    sources = list(range(1, 7))
    nodes = dict.fromkeys(sources, 0.0)
    along = dict.fromkeys(costs, 0.0)
    for start, end in combinations(sources, 2):
        ways = every_way(costs, start, end)
        lengths = [math.fsum(costs[s] for s in steps(way)) for way in ways]
        best = [w for w, n in zip(ways, lengths, strict=True) if n == min(lengths)]
        for way in best:
            for step in steps(way):
                along[step] += 1 / len(best)
            for node in way[1:-1]:
                nodes[node] += 1 / len(best)
    found = betweenness(sources, links(costs))
    assert np.allclose(found.sources, list(nodes.values()))
    assert np.allclose(found.links, list(along.values()))


@given(
    st.dictionaries(
        st.sampled_from(list(combinations(range(1, 7), 2))),
        st.floats(0.1, 100),
        min_size=1,
        max_size=12,
    )
)
@settings(max_examples=40)
def test_current_through_links_obeys_foster_and_the_sum_at_sources(
    costs: Costs,
) -> None:
    """At each source: its own ampere for each pair in reach, twice what passes."""
    sources = list(range(1, 7))
    found = current_flow(sources, links(costs))
    at = dict.fromkeys(sources, 0.0)
    for (a, b), current in zip(costs, found.links.tolist(), strict=True):
        at[a] += current
        at[b] += current
    for place, source in enumerate(sources):
        reached = sum(bool(every_way(costs, source, o)) for o in sources if o != source)
        assert math.isclose(
            at[source], reached + 2 * found.sources[place], rel_tol=1e-9, abs_tol=1e-9
        )


@pytest.mark.parametrize("costs", [{(1, 9): 1.0}, {(1, 2): 0.0}, {(1, 1): 2.0}])
def test_a_net_that_does_not_fit_its_sources_is_refused(costs: Costs) -> None:
    for measure in (betweenness, current_flow):
        with pytest.raises(UsageError) as raised:
            measure([1, 2], links(costs))
        assert raised.value.problem.code == "NET_MALFORMED"
