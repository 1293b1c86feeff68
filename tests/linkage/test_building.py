"""The corridor model on ground whose answers are known with a pencil."""

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from modelling import Quiet, model_of, report_of
from valley import ACROSS, CELL_M, DOWN, LAND, table_text, walled, write_valley

from zoning import measure
from zoning.corridors.resistance import varied
from zoning.errors import ZoningError
from zoning.linkage.table import model_table_of
from zoning.linkage.values import BuildOptions, CorridorModel

GAP_ROW = 70
CRS = "EPSG:4546"
CORES = [
    shapely.box(395_100, 3_441_100, 397_900, 3_443_900),
    shapely.box(402_100, 3_441_100, 404_900, 3_443_900),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_valley(tmp_path_factory.mktemp("valley"))


@pytest.fixture(scope="module")
def model(folder: Path) -> CorridorModel:
    return model_of(folder)


@pytest.fixture(scope="module")
def gapped(tmp_path_factory: pytest.TempPathFactory) -> CorridorModel:
    """The valley with a wall that one cell lets through."""
    cover = walled(GAP_ROW)
    return model_of(write_valley(tmp_path_factory.mktemp("wall"), cover))


def test_sources_are_the_cores_and_the_red_line(model: CorridorModel) -> None:
    assert [one.protected for one in model.sources] == [False, False, True]
    for one, core in zip(model.sources, CORES, strict=False):
        assert one.shape.equals(core)
        expected = measure.area_m2(np.array([core], dtype=object), CRS)[0]
        assert math.isclose(one.area_m2, expected, rel_tol=1e-12)
    # 30 x 20 cells less the hole of 4 x 4
    assert model.sources[2].shape.area == (600 - 16) * CELL_M**2
    assert [one.resistance for one in model.sources] == [1.0, 1.0, 10.0]


def test_links_cost_what_a_pencil_finds(model: CorridorModel) -> None:
    found = {(one.start, one.end): one for one in model.links}
    assert set(found) == {(1, 2), (1, 3)}
    assert math.isclose(found[1, 2].cost, ACROSS, rel_tol=1e-12)
    assert math.isclose(found[1, 3].cost, DOWN, rel_tol=1e-12)
    assert found[1, 2].path.length == 4300
    assert found[1, 3].path.length == 4200
    assert all(one.tree for one in model.links)


def test_a_corridor_is_the_ground_that_costs_little_more(model: CorridorModel) -> None:
    (link,) = (one for one in model.links if one.end == 2)
    # straight rows between the cores cost the least, each of them
    band = shapely.box(397_900, 3_441_100, 402_100, 3_443_900)
    assert shapely.covers(link.swath, band)
    assert not any(shapely.overlaps(link.swath, core) for core in CORES)
    assert link.width_m is not None
    assert math.isclose(link.width_m, link.swath_m2 / link.length_m)


def test_the_net_is_worth_what_the_formula_says(model: CorridorModel) -> None:
    areas = [one.area_m2 for one in model.sources]
    rate = (ACROSS / 4300 + DOWN / 4200) / 2
    cost_at = 4000 * rate
    east, south = (0.5 ** (cost / cost_at) for cost in (ACROSS, DOWN))
    best = np.array([[1, east, south], [east, 1, east * south], [south, 1, 1]])
    best[2, 1] = east * south
    numerator = float(np.array(areas) @ best @ np.array(areas))
    assert math.isclose(model.net.cost_at, cost_at, rel_tol=1e-12)
    assert math.isclose(model.net.equivalent_m2, numerator**0.5, rel_tol=1e-12)
    without = areas[0] ** 2 + areas[1] ** 2 + areas[2] ** 2
    assert math.isclose(model.net.alone_m2, without**0.5, rel_tol=1e-12)
    lost = areas[1] ** 2 + areas[2] ** 2
    expected = 100 * (numerator - lost) / numerator
    assert math.isclose(model.sources[0].importance, expected, rel_tol=1e-12)
    # the eastern and southern source meet in the western one alone
    assert [one.betweenness for one in model.sources] == [1.0, 0.0, 0.0]
    assert (model.net.indices.beta, model.net.parts) == (2 / 3, 1)


def test_gravity_is_that_of_the_formula(model: CorridorModel) -> None:
    pull = [
        math.log(one.area_m2 / 10_000) / (one.resistance or 0) for one in model.sources
    ]
    expected = [
        pull[0] * pull[1] * (DOWN / ACROSS) ** 2,
        pull[0] * pull[2],
    ]
    found = [one.gravity for one in model.links]
    assert np.allclose(np.array(found, dtype=float), expected, rtol=1e-12)


def test_all_current_goes_through_the_one_gap(gapped: CorridorModel) -> None:
    # a little of the other link's ampere eddies in the gap and comes back
    assert 1.0 <= gapped.current[GAP_ROW, 100] < 1.001
    assert math.isclose(gapped.pinch[GAP_ROW, 100], 1.0, rel_tol=1e-8)
    first = gapped.pinch_points[0]
    x, y = 400_050.0, 3_450_000 - (GAP_ROW + 0.5) * CELL_M
    assert first.shape.contains(shapely.Point(x, y))
    assert math.isclose(first.current, 1.0, rel_tol=1e-8)
    assert first.links == (1,)


def test_without_the_wall_no_cell_carries_it_all(model: CorridorModel) -> None:
    assert np.nanmax(model.pinch[:, 80:120]) < 0.1
    assert np.isnan(model.pinch[150:, :50]).all()  # far from every corridor
    assert (model.current[model.labels > 0] >= 0).all()


def test_the_best_barrier_lies_on_the_wall(tmp_path: Path) -> None:
    cover = walled(None)
    cover[:, 100] = 2.0
    land = LAND.replace("'3': barrier", "'3': '900'")
    cover[20:120, 100] = 3.0
    found = model_of(write_valley(tmp_path, cover), table_text(land))
    best = found.barriers[0]
    assert best.shape.intersects(shapely.box(400_000, 3_438_000, 400_100, 3_448_000))
    over = [one.number for one in found.links if 2 in {one.start, one.end}]
    assert best.link in over
    gains = [one.gain_per_m for one in found.barriers]
    assert gains == sorted(gains, reverse=True)
    apart = [
        one.shape.centroid.distance(other.shape.centroid)
        for k, one in enumerate(found.barriers)
        for other in found.barriers[:k]
    ]
    assert min(apart) > 399.9


def test_a_source_that_no_way_leads_to_is_named(tmp_path: Path) -> None:
    found = model_of(write_valley(tmp_path, walled(None)))
    assert [one.isolated for one in found.sources] == [False, True, False]
    (remark,) = (one for one in found.remarks if one.code == "CORRIDOR_ISOLATED")
    assert remark.values["sources"] == "2"
    assert found.net.parts == 2
    assert found.complete


def test_the_twin_with_a_gap_has_no_lonely_source(gapped: CorridorModel) -> None:
    assert not any(one.code == "CORRIDOR_ISOLATED" for one in gapped.remarks)
    assert gapped.net.parts == 1


def test_ranges_are_those_of_the_tables_drawn(folder: Path) -> None:
    options = BuildOptions(samples=8, spread=0.3, seed=5)
    found = model_of(folder, options=options)
    table = model_table_of(table_text()).resistance
    costs = []
    for drawn in varied(table, spread=0.3, runs=8, seed=5):
        forest, meadow = (value for _, value in drawn.factors[0].classes[:2])
        costs.append(100 * (2 * forest + (forest + meadow) + 39 * meadow))
    link = found.links[0].sampled
    assert link is not None
    assert link.cost is not None
    told = (link.cost.low, link.cost.middle, link.cost.high)
    assert np.allclose(told, np.quantile(costs, (0.05, 0.5, 0.95)), rtol=1e-12)
    assert (link.kept_share, link.same_share) == (1.0, 1.0)
    assert model_of(folder, options=options).links[0].sampled == link


def test_coarser_cells_cover_the_same_ground(folder: Path) -> None:
    found = model_of(folder, table_text(edge_m="200"), BuildOptions(cell_m=200.0))
    assert found.resistance.shape == (100, 100)
    assert found.edge_cells == 1
    assert found.resistance.extent == (390_000, 3_430_000, 410_000, 3_450_000)


def test_the_forecast_comes_before_the_long_steps(folder: Path) -> None:
    listener = Quiet()
    report_of(folder, listener=listener)
    (ahead,) = listener.forecasts
    assert ahead.size.sources == 3
    assert ahead.circuit.method == "multigrid"
    assert listener.steps == ["pattern", "spread", "barriers", "current", "pinch"]


def test_too_little_memory_is_refused_with_cells_that_fit(folder: Path) -> None:
    with pytest.raises(ZoningError) as raised:
        report_of(folder, listener=Quiet(free_bytes=2**20))
    assert raised.value.problem.number == "E596"
    cell_m = float(raised.value.problem.values["cell"])
    assert cell_m > CELL_M
    # what it names is enough for the ground: the twin gets past that door
    room = Quiet(free_bytes=64 * 2**20)
    report_of(folder, options=BuildOptions(cell_m=max(cell_m, 200.0)), listener=room)
