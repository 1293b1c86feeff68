"""Green corridors along rivers and the drawdown belt, on ground drawn by hand."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.corridors.banks import BankStations, bank_stations, sides_of
from zoning.corridors.drawdown import DrawdownBelt, WaterLevels, drawdown_belt
from zoning.corridors.green_banks import GreenBanks, green_banks, strip_along
from zoning.corridors.grid import Grid
from zoning.errors import LayerError
from zoning.linkage.outlines import outline_of

CRS = "EPSG:4546"
CELL_M = 10.0
WEST, NORTH = 400_000.0, 3_440_000.0
ROWS, COLUMNS = 100, 300
AXIS_Y = NORTH - 500.0
LENGTH_M = COLUMNS * CELL_M
COUNTY = shapely.box(WEST, NORTH - ROWS * CELL_M, WEST + LENGTH_M, NORTH)
RIVER = shapely.box(WEST - 300, AXIS_Y - 50, WEST + LENGTH_M + 300, AXIS_Y + 50)
AXIS = shapely.LineString([(WEST - 300, AXIS_Y), (WEST + LENGTH_M + 300, AXIS_Y)])
FOREST, FIELD, BUILT = 20, 10, 80


def grid(values: object, nodata: float | None = None) -> Grid:
    transform = (CELL_M, 0.0, WEST, 0.0, -CELL_M, NORTH)
    return Grid(values=np.asarray(values), transform=transform, crs=CRS, nodata=nodata)


def falling_east(drop_m: float = 30.0) -> Grid:
    return grid(np.tile(np.linspace(drop_m, 0.0, COLUMNS), (ROWS, 1)))


def stations(spacing_m: float = 50.0) -> BankStations:
    return bank_stations(RIVER, spacing_m, county=COUNTY)


def greenness(codes: object, *, river: BaseGeometry = RIVER) -> GreenBanks:
    here = bank_stations(river, 50.0, county=COUNTY)
    return green_banks(
        here,
        sides_of(here.xy, AXIS, falling_east()),
        strip_along(river, width_m=100.0, county=COUNTY),
        cover=grid(codes, nodata=0),
        green=frozenset({FOREST}),
    )


@pytest.mark.parametrize("axis", [AXIS, shapely.reverse(AXIS)])
def test_left_is_left_downstream_however_the_line_is_drawn(
    axis: BaseGeometry,
) -> None:
    points = np.array([[WEST + 700, AXIS_Y + 80], [WEST + 900, AXIS_Y - 80]])
    found = sides_of(points, axis, falling_east())

    # the water flows east: who looks that way has the north on the left
    assert found.tolist() == ["left", "right"]


def test_a_level_river_has_no_left_and_right() -> None:
    points = np.array([[WEST + 700, AXIS_Y + 80]])

    assert sides_of(points, AXIS, falling_east(0.5)).tolist() == [""]


def test_stations_stand_on_both_banks_and_not_on_the_cut_at_the_border() -> None:
    here = stations()

    assert set(np.round(np.abs(here.xy[:, 1] - AXIS_Y), 6)) == {50.0}
    assert len(here.ring) == pytest.approx(2 * LENGTH_M / 50, abs=4)
    # one stretch a bank: two stations have nobody after them
    assert (here.followers() == -1).sum() == 2


def test_a_river_outside_the_county_has_no_bank() -> None:
    with pytest.raises(LayerError) as caught:
        bank_stations(shapely.box(0, 0, 10, 10), 50.0, county=COUNTY)

    assert caught.value.problems[0].code == "BELT_NO_BANK"


def test_a_wooded_bank_with_one_field_has_one_break_of_its_length() -> None:
    codes = np.full((ROWS, COLUMNS), FOREST)
    codes[:50, 100:130] = FIELD  # 300 m of the northern bank

    found = greenness(codes)

    (only,) = found.breaks
    assert only.length_m == pytest.approx(300, abs=50)
    assert only.cover == FIELD


def test_continuity_is_told_for_each_bank() -> None:
    codes = np.full((ROWS, COLUMNS), FOREST)
    codes[:50, 100:130] = FIELD
    codes[50:, :150] = BUILT
    here = bank_stations(RIVER, 50.0, county=COUNTY)

    found = green_banks(
        here,
        sides_of(here.xy, AXIS, falling_east()),
        strip_along(RIVER, width_m=100.0, county=COUNTY),
        cover=grid(codes, nodata=0),
        green=frozenset({FOREST}),
    )

    assert found.by_side["left"].continuity == pytest.approx(0.9, abs=0.02)
    assert found.by_side["right"].continuity == pytest.approx(0.5, abs=0.02)
    assert found.by_side["left"].longest_green_m == pytest.approx(1_700, abs=60)
    assert {(b.side, b.cover) for b in found.breaks} == {
        ("left", FIELD),
        ("right", BUILT),
    }


def test_a_bank_without_classes_is_unknown_not_broken() -> None:
    codes = np.full((ROWS, COLUMNS), FOREST)
    codes[:50, 100:160] = 0

    found = greenness(codes)

    assert found.breaks == ()
    assert found.by_side["left"].unknown_m == pytest.approx(500, abs=110)
    assert found.by_side["left"].continuity == 1.0


def test_the_shore_of_a_lake_runs_on_past_the_first_point_of_its_ring() -> None:
    lake = shapely.Point(WEST + 1_500, AXIS_Y).buffer(200)
    codes = np.full((ROWS, COLUMNS), FOREST)

    found = greenness(codes, river=lake)
    bare = greenness(np.full((ROWS, COLUMNS), FIELD), river=lake)

    half = shapely.length(lake) / 2  # the axis leads through the middle of the lake
    for side in ("left", "right"):
        found_m = found.by_side[side].longest_green_m
        assert found_m == pytest.approx(half, abs=100)
    assert sum(one.length_m for one in bare.breaks) == pytest.approx(2 * half)


def test_the_strip_is_that_of_the_rule_without_the_water() -> None:
    fixed = strip_along(RIVER, width_m=100.0, county=COUNTY)
    line = shapely.box(WEST, AXIS_Y - 200, WEST + LENGTH_M, AXIS_Y + 100)
    managed = strip_along(RIVER, management_line=line, county=COUNTY)

    assert shapely.area(fixed) == pytest.approx(2 * 100 * LENGTH_M)
    assert shapely.area(managed) == pytest.approx(200 * LENGTH_M)
    assert not shapely.intersects(shapely.buffer(managed, -0.01), RIVER)


# ------------------------------------------------------------------ drawdown belt

LEVELS = WaterLevels(low_m=145, high_m=175, datum="wusong")


def shore(slope: float = 0.1) -> Grid:
    """Return ground that rises on both sides of the axis from 140 m."""
    y = NORTH - (np.arange(ROWS) + 0.5) * CELL_M
    return grid(np.repeat((140 + slope * np.abs(y - AXIS_Y))[:, None], COLUMNS, axis=1))


def belt_of(dem: Grid, levels: WaterLevels, datum: str | None) -> DrawdownBelt:
    return drawdown_belt(dem, RIVER, levels, dem_datum=datum, dem_error_m=3.0)


def test_the_drawdown_belt_lies_between_the_levels() -> None:
    found = belt_of(shore(), LEVELS, "wusong")
    heights = shore().values

    assert (found.cells.values == ((heights >= 145) & (heights <= 175))).all()
    # 3 m of height on a slope of 1 in 10 are 30 m on the ground
    assert found.edge_error_m == pytest.approx(30.0, rel=1e-6)


def test_an_offset_between_datums_moves_the_belt_and_its_error() -> None:
    levels = WaterLevels(
        low_m=145, high_m=175, datum="wusong", offset_m=-2.0, offset_error_m=4.0
    )
    found = belt_of(shore(), levels, "1985")
    heights = shore().values

    assert (found.cells.values == ((heights >= 143) & (heights <= 173))).all()
    assert found.edge_error_m == pytest.approx(50.0, rel=1e-6)


@pytest.mark.parametrize("datum", [None, "1985"])
def test_levels_of_another_datum_are_not_compared(datum: str | None) -> None:
    with pytest.raises(LayerError) as caught:
        belt_of(shore(), LEVELS, datum)

    assert caught.value.problems[0].code == "VERTICAL_DATUM"


def test_a_hollow_behind_a_ridge_is_not_drowned() -> None:
    dem = shore()
    dem.values[2:6, 100:110] = 160.0  # low ground far up the slope
    dem.values[2:6, 98:112][:, [0, -1]] = 200.0
    dem.values[7, 98:112] = 200.0

    y = NORTH - (np.arange(ROWS) + 0.5) * CELL_M
    dem.values[np.abs(y - AXIS_Y) > 400] += 40  # a wall all along
    dem.values[2:6, 100:110] = 160.0

    found = belt_of(dem, LEVELS, "wusong")

    assert not found.cells.values[2:6, 100:110].any()
    assert found.cells.values.any()


def test_rivers_of_one_reservoir_share_its_belt_and_add_up_to_it() -> None:
    dem = shore()
    west, south, east, north = RIVER.bounds
    middle = (west + east) / 2
    pieces = [
        shapely.box(west, south, middle, north),
        shapely.box(middle, south, east, north),
        # a brook that no cell centre lies in, on the northern bank
        shapely.box(middle, north + 1, middle + 0.5, north + 200),
    ]
    waters = np.array(pieces, dtype=object)
    whole = belt_of(dem, LEVELS, "wusong").cells.values

    parts = [
        drawdown_belt(
            dem,
            waters[k],
            LEVELS,
            dem_datum="wusong",
            dem_error_m=3.0,
            others=np.delete(waters, k),
        ).cells.values
        for k in range(3)
    ]

    assert (np.sum(parts, axis=0) == whole).all()
    assert all(part.any() for part in parts)


def test_a_river_above_the_levels_has_an_empty_belt() -> None:
    dem = shore()
    dem.values[:] += 100

    found = belt_of(dem, LEVELS, "wusong")

    assert not found.cells.values.any()
    assert np.isnan(found.edge_error_m)
    assert shapely.is_empty(outline_of(found.cells, np.flatnonzero(found.cells.values)))
