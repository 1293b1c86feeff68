"""Pinch points and barriers on ground whose answer is known beforehand."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from zoning.corridors.barriers import Link, barriers
from zoning.corridors.foci import Foci
from zoning.corridors.habitat import Habitat
from zoning.corridors.pinch_points import pinch_points
from zoning.errors import UsageError

Floats = NDArray[np.float64]


def ends(shape: tuple[int, int]) -> Foci:
    """Two regions: the first and the last column."""
    rows = np.tile(np.arange(shape[0]), 2)
    columns = np.repeat([0, shape[1] - 1], shape[0])
    ids = np.repeat([1, 2], shape[0])
    return Foci.from_cells(ids, rows, columns, shape=shape)


@pytest.mark.parametrize("method", ["superlu", "multigrid"])
def test_all_current_passes_the_one_gap(method: str) -> None:
    shape = (7, 9)
    corridor = np.ones(shape, dtype=bool)
    corridor[:, 4] = False
    corridor[3, 4] = True

    found = pinch_points(
        Habitat(conductance=np.ones(shape), neighbours=4),
        ends(shape),
        corridor,
        method=method,
    )

    assert found.maximum[3, 4] == pytest.approx(1.0)
    assert np.nanmax(found.maximum) == pytest.approx(1.0)
    assert np.isnan(found.cumulative[0, 4])
    assert (found.cumulative[:, [0, -1]] == 0).all()  # foci
    assert [flow.foci for flow in found.flows] == [(1, 2)]


def test_outside_the_corridor_nothing_flows() -> None:
    shape = (7, 9)
    lane = np.zeros(shape, dtype=bool)
    lane[2] = True

    found = pinch_points(Habitat(conductance=np.ones(shape)), ends(shape), lane)

    assert found.cumulative[2, 1:-1] == pytest.approx(np.ones(7))
    assert np.isnan(found.cumulative[5, 1:-1]).all()


def cost_distance(
    resistance: Floats, cells: NDArray[np.int64], cell_m: float
) -> Floats:
    """Cost-weighted distance by scipy: mean of two cells times the step."""
    shape = resistance.shape
    number = np.arange(resistance.size).reshape(shape)
    parts = []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        left, moved = max(0, -right), max(0, right)
        one = number[: shape[0] - down, left : shape[1] - moved].ravel()
        other = number[down:, moved : shape[1] - left].ravel()
        step = np.hypot(down, right) * cell_m
        cost = step * (resistance.ravel()[one] + resistance.ravel()[other]) / 2
        parts.append((one, other, cost))
    one, other, cost = (np.concatenate(part) for part in zip(*parts, strict=True))
    graph = coo_array((cost, (one, other)), shape=(resistance.size,) * 2).tocsr()
    found: Floats = dijkstra(graph, directed=False, indices=cells, min_only=True)
    return found.reshape(shape)


def walled(cell_m: float) -> tuple[Floats, Link]:
    """Ground of resistance 1 with a wall of 101 across, three cells thick."""
    resistance = np.ones((31, 41))
    resistance[:, 19:22] = 101.0
    number = np.arange(resistance.size).reshape(resistance.shape)
    one = cost_distance(resistance, number[:, 0], cell_m)
    other = cost_distance(resistance, number[:, -1], cell_m)
    return resistance, Link(
        from_one=one, from_other=other, least_cost=float((one + other).min())
    )


@pytest.mark.parametrize("cell_m", [1.0, 30.0])
def test_the_gain_is_what_restoring_the_wall_saves(cell_m: float) -> None:
    resistance, link = walled(cell_m)
    radius = 3 * cell_m
    found = barriers([link], radius_m=radius, cell_m=(cell_m, cell_m))

    restored = resistance.copy()
    restored[15, 17:24] = 1.0  # along the middle of the circle around (15, 20)
    number = np.arange(resistance.size).reshape(resistance.shape)
    now = float(cost_distance(restored, number[:, 0], cell_m)[:, -1].min())

    gain = found.gain_per_m[15, 20]
    assert gain == pytest.approx((link.least_cost - now) / (2 * radius))
    assert found.percent[15, 20] == pytest.approx(100 * gain / link.least_cost)
    assert np.nanmax(found.gain_per_m) == pytest.approx(gain)
    assert gain <= 100  # at most the greatest resistance less 1


def test_a_circle_within_the_wall_saves_less_and_on_open_ground_nothing() -> None:
    _, link = walled(1.0)

    narrow = barriers([link], radius_m=1.0, cell_m=(1.0, 1.0))
    wide = barriers([link], radius_m=3.0, cell_m=(1.0, 1.0))

    assert narrow.gain_per_m[15, 20] * 2 == pytest.approx(200)  # two steps of the wall
    assert wide.gain_per_m[15, 20] * 6 == pytest.approx(300)  # all three
    assert wide.gain_per_m[15, 8] <= 1e-9
    assert wide.spread[15, 20 + 3] >= wide.gain_per_m[15, 20]
    assert np.nanmax(wide.spread) == np.nanmax(wide.gain_per_m)


def test_the_best_link_counts_or_their_sum() -> None:
    _, link = walled(1.0)
    worse = Link(
        from_one=link.from_one,
        from_other=link.from_other,
        least_cost=link.least_cost / 2,
    )

    best = barriers([worse, link], radius_m=3.0, cell_m=(1.0, 1.0))
    both = barriers([link, link], radius_m=3.0, cell_m=(1.0, 1.0), summed=True)
    alone = barriers([link], radius_m=3.0, cell_m=(1.0, 1.0))

    np.testing.assert_allclose(best.gain_per_m, alone.gain_per_m)
    np.testing.assert_allclose(
        both.gain_per_m, 2 * np.maximum(alone.gain_per_m, 0), atol=1e-12
    )


def test_no_link_and_less_than_a_cell_are_refused() -> None:
    _, link = walled(30.0)
    for links, radius, number in (([link], 29.0, "E565"), ([], 60.0, "E566")):
        with pytest.raises(UsageError) as refused:
            barriers(links, radius_m=radius, cell_m=(30.0, 30.0))
        assert refused.value.problem.number == number
