"""Ways that small circuits do not take by themselves give the same figures."""

from itertools import combinations

import numpy as np
import pytest
from circuit_ground import habitats, joined_cells, rough
from hypothesis import given, settings
from hypothesis import strategies as st

from zoning.corridors import (
    Grid,
    algebraic,
    conductors,
    multigrid,
)
from zoning.corridors import (
    pairwise as pairwise_module,
)
from zoning.corridors import (
    star as star_module,
)
from zoning.corridors.advanced import Conflict, advanced, settled
from zoning.corridors.foci import Foci
from zoning.corridors.habitat import Habitat
from zoning.corridors.pairwise import pairwise
from zoning.corridors.star import StarMode, star
from zoning.corridors.watching import Watch
from zoning.errors import LayerError, SiteError, UsageError


def scene(count: int = 6) -> tuple[Habitat, Foci]:
    habitat = Habitat(conductance=rough((20, 25), 4))
    cells = joined_cells(habitat, count, 2)
    rows, columns = np.divmod(cells, 25)
    return habitat, Foci.from_cells(
        np.arange(1, count + 1), rows, columns, shape=habitat.shape
    )


def test_pairs_in_tiles_are_the_pairs_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    habitat, foci = scene()
    at_once = {flow.foci: flow for flow in pairwise(habitat, foci)}
    told: list[tuple[int, int]] = []
    monkeypatch.setattr(pairwise_module, "COLUMN_BYTES", 1)  # two at a time

    watch = Watch(progress=lambda done, total: told.append((done, total)))
    in_tiles = {flow.foci: flow for flow in pairwise(habitat, foci, watch=watch)}

    assert set(in_tiles) == set(combinations(range(1, 7), 2))
    for pair, flow in in_tiles.items():
        assert flow.resistance == pytest.approx(at_once[pair].resistance, rel=1e-10)
        one, other = flow.voltage_map(), at_once[pair].voltage_map()
        assert one is not None
        assert other is not None
        np.testing.assert_allclose(one, other, atol=1e-9)
    assert told[-1][0] == told[-1][1]


@pytest.mark.parametrize("mode", list(StarMode))
def test_one_run_after_the_other_is_all_at_once(
    monkeypatch: pytest.MonkeyPatch, mode: StarMode
) -> None:
    habitat, foci = scene()
    at_once = list(star(habitat, foci, mode=mode))
    monkeypatch.setattr(star_module, "COLUMN_BYTES", 1)

    for one, other in zip(star(habitat, foci, mode=mode), at_once, strict=True):
        assert one.resistance == pytest.approx(other.resistance, rel=1e-9)
        ours, theirs = one.current_map(), other.current_map()
        assert ours is not None
        assert theirs is not None
        np.testing.assert_allclose(ours, theirs, atol=1e-9)


@pytest.mark.parametrize("steps", [(1, 500), (1, 1)], ids=["aggregation", "factor"])
def test_a_stalled_solver_hands_over(
    monkeypatch: pytest.MonkeyPatch, steps: tuple[int, int]
) -> None:
    habitat = Habitat(conductance=rough((40, 50), 4))
    cells = joined_cells(habitat, 3, 2)
    foci = Foci.from_cells(np.arange(1, 4), *np.divmod(cells, 50), shape=habitat.shape)
    expected = [flow.resistance for flow in pairwise(habitat, foci)]
    monkeypatch.setattr(multigrid, "MOST_STEPS", steps[0])
    monkeypatch.setattr(algebraic, "MOST_STEPS", steps[1])

    found = [flow.resistance for flow in pairwise(habitat, foci, method="multigrid")]

    assert found == pytest.approx(expected, rel=1e-8)


def test_compiled_node_currents_are_those_of_numpy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    habitat, foci = scene()
    expected = [flow.current_map() for flow in pairwise(habitat, foci)]
    monkeypatch.setattr(conductors, "NUMPY_EDGES", 0)

    for flow, theirs in zip(pairwise(habitat, foci), expected, strict=True):
        ours = flow.current_map()
        assert ours is not None
        assert theirs is not None
        np.testing.assert_allclose(ours, theirs, atol=1e-12)


@settings(max_examples=15)
@given(habitat=habitats(), seed=st.integers(0, 10_000))
def test_any_sources_and_grounds_balance_by_any_solver(
    habitat: Habitat, seed: int
) -> None:
    cells = joined_cells(habitat, 2, seed)
    if len(cells) < 2:
        return
    random = np.random.default_rng(seed)
    shape = habitat.shape
    sources = np.where(random.random(shape) < 0.2, 1.0, 0.0)
    grounds = np.where(random.random(shape) < 0.2, random.random(shape), 0.0)
    grounds[random.random(shape) < 0.1] = np.inf
    sources.ravel()[cells], grounds.ravel()[cells] = (1.0, 0.0), (0.0, np.inf)

    one, *others = (
        advanced(habitat, sources=sources, grounds=grounds, method=method)
        for method in ("superlu", "multigrid", "algebraic")
    )

    for other in others:
        for ours, theirs in (
            (other.voltage_map(), one.voltage_map()),
            (other.current_map(), one.current_map()),
        ):
            assert ours is not None
            assert theirs is not None
            np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-8)


@pytest.mark.parametrize(
    ("conflict", "theirs", "sources", "hard", "leak"),
    [
        ("keepall", False, [1, 1, 0], [2], [0, 0.5, 0]),
        ("rmvsrc", False, [0, 0, 0], [0, 2], [0, 0.5, 0]),
        ("rmvgnd", False, [1, 1, 0], [2], [0, 0, 0]),
        ("rmvgnd", True, [1, 1, 0], [2], [0, 0.5, 0]),
        ("rmvall", False, [0, 0, 0], [2], [0, 0, 0]),
        ("rmvall", True, [0, 0, 0], [0, 2], [0, 0.5, 0]),
    ],
)
def test_conflicts_are_settled_as_the_policy_says(
    *,
    conflict: str,
    theirs: bool,
    sources: list[float],
    hard: list[int],
    leak: list[float],
) -> None:
    found = settled(
        np.array([1.0, 1.0, 0.0]),
        np.array([np.inf, 0.5, np.inf]),
        conflict=Conflict(conflict),
        as_circuitscape=theirs,
    )

    assert found[0].tolist() == sources
    assert found[1].tolist() == hard
    assert found[2].tolist() == leak


def test_a_resistance_grid_becomes_a_habitat() -> None:
    grid = Grid(
        values=np.array([[1, 2, -9], [4, 1, 1]]),
        transform=(30.0, 0.0, 0.0, 0.0, -30.0, 60.0),
        crs="EPSG:4546",
        nodata=-9,
    )
    polygons = grid.with_values(np.array([[3, 0, 0], [3, 0, 0]]))

    habitat = Habitat.from_resistance(grid, polygons=polygons)

    assert habitat.conductance.tolist() == [[1.0, 0.5, 0.0], [0.25, 1.0, 1.0]]
    assert len(set(habitat.circuit().node.ravel().tolist()) - {-1}) == 4
    moved = Grid(
        values=grid.values, transform=(30.0, 0, 9.0, 0, -30.0, 60.0), crs=grid.crs
    )
    with pytest.raises(LayerError) as refused:
        Habitat.from_resistance(grid, polygons=moved)
    assert refused.value.problem.number == "E541"
    with pytest.raises(UsageError) as wrong:
        Habitat(conductance=np.ones((2, 2)), neighbours=6)
    assert wrong.value.problem.number == "E547"


def test_focal_points_have_numbers_of_their_own() -> None:
    grid = Grid(
        values=np.ones((2, 3)),
        transform=(30.0, 0.0, 0.0, 0.0, -30.0, 60.0),
        crs="EPSG:4546",
    )
    xy = np.array([[5.0, 55.0], [85.0, 5.0]])

    assert Foci.from_points(np.array([7, 9]), xy, grid).cells.tolist() == [0, 5]
    for ids, places, number in (
        ([7, 7], xy, "E550"),
        ([7, 9], xy + 500, "E548"),
        ([7], xy[:1], "E549"),
    ):
        with pytest.raises(SiteError) as refused:
            Foci.from_points(np.array(ids), places, grid)
        assert refused.value.problem.number == number


def test_regions_that_meet_one_polygon_are_one_node() -> None:
    conductance = np.ones((3, 5))
    polygons = np.zeros((3, 5), dtype=np.int64)
    polygons[1] = 4
    foci = Foci.from_map(np.array([[1, 0, 0, 0, 2], [1, 0, 0, 0, 2], [0, 0, 3, 0, 0]]))
    habitat = Habitat(conductance=conductance, polygons=polygons)

    flows = {flow.foci: flow for flow in pairwise(habitat, foci)}

    assert flows[1, 2].resistance == 0
    assert flows[1, 3].resistance > 0
    assert flows[1, 3].resistance == pytest.approx(flows[2, 3].resistance)
