"""Resistance: sums done by hand, nothing assumed, and draws that two runs share."""

import math
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from shapely.geometry import LineString

from zoning.corridors.grid import Grid
from zoning.corridors.resistance import (
    Factor,
    ResistanceSurface,
    ResistanceTable,
    distance_m,
    example_table,
    resistance_surface,
    sensitivity,
    slope_degrees,
    table_of,
    varied,
)
from zoning.errors import UsageError

LAND = Factor(
    name="land",
    weight=3.0,
    source="by hand",
    classes=((1.0, 2.0), (2.0, 10.0), (3.0, math.inf)),
)
SLOPE = Factor(
    name="slope", weight=1.0, source="by hand", bands=((8.0, 1.0), (math.inf, 5.0))
)
TABLE = ResistanceTable(
    name="two", source="by hand", assumption=True, factors=(LAND, SLOPE)
)


def grid(rows: list[list[float]]) -> Grid:
    return Grid(
        values=np.array(rows),
        transform=(10.0, 0, 400_000, 0, -20.0, 3_440_000),
        crs="EPSG:4546",
    )


def grids() -> dict[str, Grid]:
    return {
        "land": grid([[1, 2, 3, np.nan]]),
        "slope": grid([[7.9, 8.0, 1.0, 1.0]]),
    }


def test_a_surface_is_the_weighted_sum_and_barriers_bar() -> None:
    found = resistance_surface(TABLE, grids())
    assert found.grid.values[0, :2].tolist() == [
        0.75 * 2 + 0.25 * 1,
        0.75 * 10 + 0.25 * 5,
    ]
    assert np.isnan(found.grid.values[0, 2:]).all()
    assert found.barrier.tolist() == [[False, False, True, False]]
    assert found.unknown.tolist() == [[False, False, False, True]]


def test_a_class_that_the_table_does_not_know_is_never_given_a_value() -> None:
    strange = grids() | {"land": grid([[1, 2, 7, 4.5]])}
    with pytest.raises(UsageError) as raised:
        resistance_surface(TABLE, strange)
    assert raised.value.problem.code == "RESISTANCE_CLASS"
    assert raised.value.problem.values["codes"] == "4.5, 7"


def test_factors_without_a_grid_and_grids_without_a_factor_are_named() -> None:
    with pytest.raises(UsageError) as raised:
        resistance_surface(TABLE, {"land": grids()["land"], "noise": grids()["slope"]})
    assert raised.value.problem.values == {"missing": "slope", "unused": "noise"}


def test_distance_is_that_between_cell_centres_of_oblong_cells() -> None:
    road = np.array([LineString([(400_005, 3_440_000), (400_005, 3_439_941)])])
    like = grid([[0.0] * 4] * 3)
    assert distance_m(like, road).values.tolist() == [[0.0, 10.0, 20.0, 30.0]] * 3
    none = distance_m(like, np.array([], dtype=object))
    assert np.isposinf(none.values).all()


def test_the_slope_of_a_plane_is_that_of_its_normal() -> None:
    rows, columns = np.mgrid[0:5, 0:6]
    plane = grid((0.3 * 10 * columns + 0.4 * 20 * rows).tolist())
    inner = slope_degrees(plane).values[1:-1, 1:-1]
    assert np.allclose(inner, math.degrees(math.atan(0.5)))


def test_the_table_of_the_package_says_that_it_is_an_assumption() -> None:
    table = example_table()
    assert table.assumption
    assert all("assumed" in factor.source for factor in table.factors)
    assert {factor.name for factor in table.factors} == {
        "land_cover",
        "slope",
        "distance_to_road",
        "distance_to_river",
        "distance_to_settlement",
        "protection",
    }


@pytest.mark.parametrize(
    "change",
    [
        {"weight": 0.0},
        {"classes": ()},
        {"classes": ((1.0, 0.0),)},
        {"classes": ((1.0, math.nan),)},
        {"classes": ((1.0, 1.0), (1.0, 2.0))},
        {"classes": (), "bands": ((5.0, 1.0), (3.0, 1.0), (math.inf, 2.0))},
        {"classes": (), "bands": ((5.0, 1.0),)},
    ],
)
def test_a_faulty_factor_is_refused_by_name(change: dict[str, object]) -> None:
    with pytest.raises(UsageError) as raised:
        replace(TABLE, factors=(replace(LAND, **change),))  # type: ignore[arg-type]
    assert raised.value.problem.code == "RESISTANCE_TABLE"
    assert "land" in raised.value.problem.values["faults"]


def test_a_table_is_read_with_its_barriers() -> None:
    text = (
        "name: mine\nassumption: 'false'\nsource: survey\nfactors:\n"
        "  land: {weight: '2', source: survey, classes: {'1': '3', '2': barrier}}\n"
    )
    (factor,) = table_of(text).factors
    assert factor.classes == ((1.0, 3.0), (2.0, math.inf))
    for broken in (text.replace("weight: '2', ", ""), "name: [", "- list"):
        with pytest.raises(UsageError) as raised:
            table_of(broken)
        assert raised.value.problem.code == "RESISTANCE_TABLE"


def test_draws_stay_within_the_spread_and_repeat() -> None:
    tables = list(varied(TABLE, spread=0.5, runs=200, seed=7))
    assert tables == list(varied(TABLE, spread=0.5, runs=200, seed=7))
    values = np.array([t.factors[0].classes[1][1] for t in tables])
    assert values.min() >= 10 / 1.5
    assert values.max() <= 10 * 1.5
    # even in the logarithm: mean 0, variance a third of the square of its bound
    u = np.log(values / 10) / math.log(1.5)
    assert abs(u.mean()) < 4 / math.sqrt(3 * 200)
    assert abs(u.var() - 1 / 3) < 0.1
    assert all(t.factors[0].classes[2][1] == math.inf for t in tables)


def test_a_class_keeps_its_draw_whatever_else_is_in_the_table() -> None:
    alone = replace(TABLE, factors=(LAND,))
    for one, both in zip(
        varied(alone, spread=0.5, runs=5),
        varied(TABLE, spread=0.5, runs=5),
        strict=True,
    ):
        assert one.factors[0] == both.factors[0]


def test_two_scenarios_under_the_same_draws_differ_by_the_plan_alone() -> None:
    def highest(surface: ResistanceSurface) -> float:
        return float(np.nanmax(surface.grid.values))

    def told(second: float) -> NDArray[np.float64]:
        changed = grids() | {"land": grid([[1, second, 3, np.nan]])}
        return sensitivity(TABLE, changed, highest, spread=0.5, runs=50)

    assert (told(2.0) - told(2.0) == 0).all()
    assert (told(2.0) > told(1.0)).all()


def test_no_spread_gives_the_table_itself() -> None:
    (only,) = varied(TABLE, spread=0.0, runs=1)
    assert only.factors == TABLE.factors
    with pytest.raises(UsageError) as raised:
        list(varied(TABLE, spread=-0.1, runs=1))
    assert raised.value.problem.code == "RESISTANCE_SPREAD"
