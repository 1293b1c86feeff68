"""Laws that every circuit obeys, on random ground with holes."""

import os
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from circuit_ground import habitats, joined_cells, rough
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.corridors.foci import Foci
from zoning.corridors.habitat import Habitat
from zoning.corridors.pairwise import Flow, driven, pairwise, resistance_table
from zoning.corridors.star import StarMode, star
from zoning.corridors.stencil import Averaging

seeds = st.integers(0, 10_000)
METHODS = ("superlu", "multigrid", "algebraic")
few = settings(max_examples=300 if os.environ.get("ZONING_THOROUGH") else 12)


def foci_at(habitat: Habitat, cells: NDArray[np.int64]) -> Foci:
    ids = np.arange(1, len(cells) + 1)
    rows, columns = np.divmod(cells, habitat.shape[1])
    return Foci.from_cells(ids, rows, columns, shape=habitat.shape)


def table(habitat: Habitat, foci: Foci, method: str) -> NDArray[np.float64]:
    return resistance_table(pairwise(habitat, foci, method=method), foci.numbers)


@few
@given(habitat=habitats(), seed=seeds, method=st.sampled_from(METHODS))
def test_currents_balance_and_voltages_stay_between_the_ends(
    habitat: Habitat, seed: int, method: str
) -> None:
    cells = joined_cells(habitat, 3, seed)
    if len(cells) < 2:
        return

    for flow in pairwise(habitat, foci_at(habitat, cells), method=method):
        assert flow.circuit is not None
        assert flow.potential is not None
        ends = [int(flow.circuit.node.ravel()[cells[n - 1]]) for n in flow.foci]
        expected = np.zeros(flow.circuit.conductor.size)
        expected[ends[1]], expected[ends[0]] = 1.0, -1.0

        balance = flow.circuit.conductor.inflow(flow.potential) - expected

        assert np.abs(balance).max() <= 1e-8
        assert flow.potential.min() >= -1e-8 * flow.resistance
        assert flow.potential.max() <= flow.resistance * (1 + 1e-8)
        currents = flow.node_currents()
        assert currents is not None
        assert currents[ends] == pytest.approx([1, 1], abs=1e-8)
        assert currents.max() <= 1 + 1e-8


@few
@given(habitat=habitats(), seed=seeds)
def test_resistance_is_a_metric(habitat: Habitat, seed: int) -> None:
    cells = joined_cells(habitat, 4, seed)
    if len(cells) < 3:
        return

    found = table(habitat, foci_at(habitat, cells), "superlu")

    assert (found == found.T).all()
    assert (found[~np.eye(len(found), dtype=bool)] > 0).all()
    for a, b, c in permutations(range(len(found)), 3):
        assert found[a, c] <= (found[a, b] + found[b, c]) * (1 + 1e-10)


@few
@given(habitat=habitats(), seed=seeds, factor=st.floats(1.01, 50))
def test_a_better_cell_never_raises_a_resistance(
    habitat: Habitat, seed: int, factor: float
) -> None:
    cells = joined_cells(habitat, 4, seed)
    if len(cells) < 3:
        return
    better = habitat.conductance.copy()
    better.ravel()[cells[-1]] *= factor
    foci = foci_at(habitat, cells[:2])

    before = table(habitat, foci, "superlu")
    after = table(replace(habitat, conductance=better), foci, "superlu")

    assert (after <= before * (1 + 1e-10)).all()


@few
@given(habitat=habitats(most=30), seed=seeds)
def test_solvers_agree(habitat: Habitat, seed: int) -> None:
    cells = joined_cells(habitat, 4, seed)
    if len(cells) < 2:
        return
    foci = foci_at(habitat, cells)

    one, *others = (table(habitat, foci, method) for method in METHODS)

    for other in others:
        np.testing.assert_allclose(other, one, rtol=1e-8)


@pytest.mark.parametrize("neighbours", [4, 8])
@pytest.mark.parametrize("averaging", list(Averaging))
def test_solvers_agree_on_many_levels(neighbours: int, averaging: Averaging) -> None:
    habitat = Habitat(
        conductance=rough((90, 130), 3),
        neighbours=neighbours,
        averaging=averaging,
    )
    foci = foci_at(habitat, joined_cells(habitat, 5, 1))

    one, *others = (table(habitat, foci, method) for method in METHODS)

    for other in others:
        np.testing.assert_allclose(other, one, rtol=1e-8)


def maze(size: int) -> NDArray[np.float64]:
    """One long corridor, one cell wide, that turns at every other row."""
    values = np.full((size, size), np.nan)
    values[1::2] = 1.0
    turns = np.arange(0, size, 2)
    values[turns, np.where(turns // 2 % 2, size - 1, 0)] = 1.0
    return values


def test_a_corridor_one_cell_wide_is_solved_whole() -> None:
    size = 60
    habitat = Habitat(conductance=maze(size), neighbours=4)
    ends = np.array([size, size * size - 1])
    rows = size // 2  # the way starts at the first and stops where it enters the last

    for method in METHODS:
        found = table(habitat, foci_at(habitat, ends), method)[0, 1]
        assert found == pytest.approx((rows - 1) * (size - 1 + 2), rel=1e-8)


def test_resistances_in_series_and_side_by_side_are_those_of_the_book() -> None:
    line = Habitat(
        conductance=1 / np.array([[1.0, 2.0, 4.0]]), averaging=Averaging.RESISTANCE
    )
    square = Habitat(conductance=np.ones((2, 2)), neighbours=4)

    series = table(line, foci_at(line, np.array([0, 2])), "superlu")[0, 1]
    corner = table(square, foci_at(square, np.array([0, 3])), "superlu")[0, 1]

    assert series == pytest.approx((1 + 2) / 2 + (2 + 4) / 2)
    assert corner == pytest.approx(1.0)  # two ways of 2 side by side


def test_a_diagonal_of_square_cells_is_longer_by_the_root_of_two() -> None:
    conductance = np.array([[1.0, np.nan], [np.nan, 1.0]])
    square = Habitat(conductance=conductance)
    flat = Habitat(conductance=conductance, cell_m=(40.0, 10.0))

    along = [
        table(h, foci_at(h, np.array([0, 3])), "superlu")[0, 1] for h in (square, flat)
    ]

    assert along == pytest.approx([2**0.5, np.hypot(40, 10) / 20])


@few
@given(habitat=habitats(), seed=seeds, method=st.sampled_from(METHODS))
def test_one_to_all_is_the_sum_of_ways_and_all_to_one_takes_in_all(
    habitat: Habitat, seed: int, method: str
) -> None:
    cells = joined_cells(habitat, 4, seed)
    if len(cells) < 2:
        return
    foci = foci_at(habitat, cells)

    out = list(star(habitat, foci, mode=StarMode.ONE_TO_ALL, method=method))
    back = list(star(habitat, foci, mode=StarMode.ALL_TO_ONE, method=method))

    for number, flow in enumerate(out, start=1):
        rest = np.delete(cells, number - 1)
        assert potential_at(flow, rest) == pytest.approx(0, abs=1e-8 * flow.resistance)
        assert net_at(flow, cells[[number - 1]]) == pytest.approx([1], abs=1e-7)
    for number, flow in enumerate(back, start=1):
        rest = np.delete(cells, number - 1)
        assert net_at(flow, rest) == pytest.approx(np.ones(len(rest)), abs=1e-7)
        assert potential_at(flow, cells[[number - 1]]) == pytest.approx(0, abs=1e-9)


def potential_at(flow: Flow, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    volts = flow.voltage_map()
    assert volts is not None
    found: NDArray[np.float64] = volts.ravel()[cells]
    return found


def net_at(flow: Flow, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    assert flow.circuit is not None
    assert flow.potential is not None
    net = flow.circuit.conductor.inflow(flow.potential)
    found: NDArray[np.float64] = net[flow.circuit.node.ravel()[cells]]
    return found


@few
@given(habitat=habitats(), seed=seeds)
def test_regions_held_at_a_voltage_equal_regions_merged(
    habitat: Habitat, seed: int
) -> None:
    cells = joined_cells(habitat, 6, seed)
    if len(cells) < 4:
        return
    rows, columns = np.divmod(cells, habitat.shape[1])
    ids = np.arange(len(cells)) % 2 + 1
    foci = Foci.from_cells(ids, rows, columns, shape=habitat.shape)

    merged, held = (
        next(iter(pairwise(habitat, foci, method=method)))
        for method in ("superlu", "multigrid")
    )

    assert held.resistance == pytest.approx(merged.resistance, rel=1e-8)
    for one, other in (
        (held.voltage_map(), merged.voltage_map()),
        (held.current_map(), merged.current_map()),
    ):
        assert one is not None
        assert other is not None
        np.testing.assert_allclose(one, other, atol=1e-7 * max(1, held.resistance))


def test_one_ampere_crosses_every_cut() -> None:
    habitat = Habitat(conductance=rough((20, 30), 5, 0.1))
    circuit = habitat.circuit(method="multigrid")
    cells = joined_cells(habitat, 2, 1)

    potential = driven(circuit.conductor, cells[:1], cells[1:])
    net = circuit.conductor.inflow(potential).reshape(habitat.shape)

    west, east = sorted(cells % 30)
    for column in range(int(west), int(east)):
        crossing = abs(net[:, : column + 1].sum())
        assert crossing == pytest.approx(1.0 if west != east else 0.0, abs=1e-8)
