"""Links between sources: on nets done by hand, and against all pairs tried."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.corridors.network import (
    Net,
    SourcePull,
    adjacent_pairs,
    connect,
    gravity,
    nearest_links,
    net_indices,
    spanning_links,
)
from zoning.errors import UsageError

Floats = NDArray[np.float64]


def grid(values: NDArray[np.generic]) -> Grid:
    return Grid(
        values=values,
        transform=(10.0, 0, 400_000, 0, -10.0, 3_440_000),
        crs="EPSG:4546",
    )


def row_of_three() -> Net:
    """Join three sources in a row of 9 cells of 10 m: 0, 4 and 8."""
    label = np.zeros((1, 9), dtype=np.int32)
    label[0, [0, 4, 8]] = [1, 2, 3]
    return connect(grid(np.ones((1, 9))), grid(label), every_pair=True)


def test_links_of_a_row_cost_what_the_pencil_says() -> None:
    net = row_of_three()
    told = [(k.start, k.end, k.cost, k.euclid_m, k.crossed) for k in net.links]
    assert told == [
        (1, 2, 40.0, 40.0, ()),
        (1, 3, 80.0, 80.0, (2,)),
        (2, 3, 40.0, 40.0, ()),
    ]
    assert net.mosaic.tolist() == [[0.0] * 9]


def test_adjacent_pairs_leave_out_what_lies_beyond_another() -> None:
    net = row_of_three()
    assert adjacent_pairs(net.allocation).tolist() == [[1, 2], [2, 3]]


def test_a_link_through_a_third_source_is_not_kept() -> None:
    kept = nearest_links(row_of_three().links, 4)
    assert [(k.start, k.end) for k in kept] == [(1, 2), (2, 3)]


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_the_spanning_links_are_as_cheap_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ground = np.exp(rng.uniform(0, 3, (12, 12)))
    label = np.zeros((12, 12), dtype=np.int32)
    label.ravel()[rng.choice(144, 5, replace=False)] = [1, 2, 3, 4, 5]
    net = connect(grid(ground), grid(label), every_pair=True)
    kept = spanning_links(net.links)
    assert sum(k.cost for k in kept) == pytest.approx(_kruskal(net))
    assert (net.mosaic >= -1e-9).all()
    threaded = connect(grid(ground), grid(label), every_pair=True, threads=2)
    assert np.array_equal(threaded.mosaic, net.mosaic)


def _kruskal(net: Net) -> float:
    group = {n: n for n in net.sources}
    total = 0.0
    for link in sorted(net.links, key=lambda k: k.cost):
        a, b = group[link.start], group[link.end]
        if a != b:
            total += link.cost
            group = {n: a if g == b else g for n, g in group.items()}
    return total


def test_the_indices_of_a_triangle_and_of_nets_too_small() -> None:
    """V = 3, L = 3: alpha (3-3+1)/1 = 1, beta 1, gamma 3/3 = 1; 160 m of paths."""
    links = row_of_three().links
    full = net_indices(3, links)
    assert (full.alpha, full.beta, full.gamma) == (1.0, 1.0, 1.0)
    assert full.cost_ratio == pytest.approx(1 - 3 / 0.16)
    tree = net_indices(3, nearest_links(links, 4))
    assert [tree.alpha, tree.gamma] == pytest.approx([0.0, 2 / 3])
    assert np.isnan(net_indices(2, links[:1]).alpha)


def test_gravity_by_hand_and_its_unit_is_asked_for() -> None:
    """Equal sources of e² ha, resistance 2, costs 40 80 40: (2/2)² (80/40)² = 4."""
    links = row_of_three().links
    area = dict.fromkeys((1, 2, 3), float(np.exp(2)) * 1e4)
    pull = SourcePull(
        area_m2=area, resistance=dict.fromkeys((1, 2, 3), 2.0), unit_m2=1e4
    )
    assert gravity(links, pull) == pytest.approx([4.0, 1.0, 4.0])
    small = SourcePull(area_m2=area, resistance=pull.resistance, unit_m2=1e6)
    with pytest.raises(UsageError, match="E585"):
        gravity(links, small)


def test_one_source_cannot_be_joined_and_islands_have_no_link() -> None:
    label = np.zeros((1, 5), dtype=np.int32)
    label[0, 0] = 1
    with pytest.raises(UsageError, match="E584"):
        connect(grid(np.ones((1, 5))), grid(label))
    label[0, 4] = 2
    ground = np.ones((1, 5))
    ground[0, 2] = np.nan
    net = connect(grid(ground), grid(label), every_pair=True)
    assert net.links == ()
    assert np.isinf(net.mosaic).all()
