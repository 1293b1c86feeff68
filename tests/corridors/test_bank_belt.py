"""The belt along both banks: against valleys whose ridge is known."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from zoning.corridors.bank_belt import bank_belt, belt_cover
from zoning.corridors.grid import Grid
from zoning.corridors.ridges import BankProfiles, BeltLimit, BeltRules, bank_profiles

CRS = "EPSG:4546"
CELL_M = 30.0
WEST, NORTH = 400_000.0, 3_440_000.0
ROWS, COLUMNS = 400, 200
MIDDLE = NORTH - ROWS * CELL_M / 2
HALF_WIDTH_M = 150.0
# the river runs from edge to edge of the county, so that its ends are no banks
COUNTY = shapely.box(WEST, MIDDLE - 5_900, WEST + COLUMNS * CELL_M, MIDDLE + 5_900)
RIVER = shapely.box(
    WEST - 500,
    MIDDLE - HALF_WIDTH_M,
    WEST + COLUMNS * CELL_M + 500,
    MIDDLE + HALF_WIDTH_M,
)


def terrain(height_at: NDArray[np.float64] | None = None) -> Grid:
    """Return a grid whose rows have the heights of a cross-section."""
    values = np.repeat(np.asarray(height_at)[:, None], COLUMNS, axis=1)
    transform = (CELL_M, 0.0, WEST, 0.0, -CELL_M, NORTH)
    return Grid(values=values.astype(np.float64), transform=transform, crs=CRS)


def off_the_middle() -> NDArray[np.float64]:
    """Return the distance of cell centres from the river's axis, by row."""
    y = NORTH - (np.arange(ROWS) + 0.5) * CELL_M
    return np.asarray(np.abs(y - MIDDLE))


def valley(ridge_m: float, *, slope: float = 0.3) -> Grid:
    """Return a V whose ridges lie `ridge_m` from the axis."""
    away = off_the_middle()
    return terrain(175 + slope * (ridge_m - np.abs(away - ridge_m)))


def profiles_in(dem: Grid, **rules: float) -> BankProfiles:
    return bank_profiles(RIVER, dem, BeltRules(**rules), county=COUNTY)


@pytest.mark.parametrize("ridge_m", [620.0, 1_200.0, 2_700.0])
def test_the_belt_ends_at_the_ridge_of_a_valley_on_every_profile(
    ridge_m: float,
) -> None:
    found = profiles_in(valley(ridge_m))

    assert set(found.limit) == {BeltLimit.RIDGE}
    off = np.abs(found.edge[:, 1] - MIDDLE)
    assert np.abs(off - ridge_m).max() <= CELL_M
    # both banks, to the same extent
    north = found.stations.xy[:, 1] > MIDDLE
    assert north.sum() == (~north).sum() > 90


def test_gentle_ground_gets_a_kilometre() -> None:
    found = profiles_in(terrain(np.full(ROWS, 175.0)))

    assert set(found.limit) == {BeltLimit.FLAT}
    assert np.abs(found.width_m - 1_000).max() <= CELL_M


@pytest.mark.parametrize(("dip_m", "expected_m"), [(40.0, 1_800.0), (60.0, 900.0)])
def test_a_knoll_counts_from_the_stated_prominence(
    dip_m: float, expected_m: float
) -> None:
    corners = np.array([0, 900, 1_200, 1_800, 3_000], dtype=np.float64)
    heights = np.array([175, 375, 375 - dip_m, 600, 300], dtype=np.float64)

    found = profiles_in(terrain(np.interp(off_the_middle(), corners, heights)))

    assert set(found.limit) == {BeltLimit.RIDGE}
    assert np.abs(np.abs(found.edge[:, 1] - MIDDLE) - expected_m).max() <= CELL_M


def test_a_top_lower_than_the_bank_is_a_ridge_when_a_valley_lies_before_it() -> None:
    corners = np.array([0, 150, 600, 1_000, 1_500, 6_000], dtype=np.float64)
    heights = np.array([300, 300, 200, 290, 180, 180], dtype=np.float64)

    found = profiles_in(
        terrain(np.interp(off_the_middle(), corners, heights)), gentle_rise_m=-1.0
    )

    assert set(found.limit) == {BeltLimit.RIDGE}
    assert np.abs(np.abs(found.edge[:, 1] - MIDDLE) - 1_000).max() <= CELL_M


def test_a_gully_makes_no_spike_when_widths_are_smoothed() -> None:
    dem = valley(620.0)
    # a way up to the cap
    dem.values[:, 99:103] = (175 + 0.3 * off_the_middle())[:, None]

    plain = profiles_in(dem, cap_m=2_000.0)
    smooth = profiles_in(dem, cap_m=2_000.0, smooth_m=480.0)

    assert plain.width_m.max() == 2_000
    assert np.abs(smooth.width_m - (620 - HALF_WIDTH_M)).max() <= CELL_M
    assert set(smooth.limit) == {BeltLimit.RIDGE}


def test_ground_that_rises_on_is_cut_at_the_cap() -> None:
    found = profiles_in(terrain(175 + 0.3 * off_the_middle()), cap_m=2_000.0)

    assert set(found.limit) == {BeltLimit.CAP}
    assert np.allclose(found.width_m, 2_000)


def test_where_heights_end_before_a_limit_there_is_no_belt_and_it_says_so() -> None:
    dem = valley(2_700.0)
    dem.values[: ROWS // 2 - 60] = np.nan  # from 1 800 m north of the axis

    found = profiles_in(dem)
    belt = bank_belt(found, RIVER, crs=CRS, county=COUNTY)

    north = found.stations.xy[:, 1] > MIDDLE
    assert set(found.limit[north]) == {BeltLimit.UNKNOWN}
    assert set(found.limit[~north]) == {BeltLimit.RIDGE}
    assert belt.unknown_m == pytest.approx(COLUMNS * CELL_M, rel=0.02)
    assert shapely.bounds(belt.ground)[3] <= MIDDLE


def test_a_top_behind_which_heights_end_is_not_taken_for_a_slope() -> None:
    dem = valley(1_500.0)
    dem.values[off_the_middle() > 1_560] = np.nan

    assert set(profiles_in(dem, cap_m=1_530.0).limit) == {BeltLimit.UNKNOWN}


def test_no_cell_seen_from_the_river_lies_behind_the_belt() -> None:
    dem = valley(1_200.0)
    belt = bank_belt(profiles_in(dem), RIVER, crs=CRS, county=COUNTY)
    heights, away = dem.values[:, 0], off_the_middle()
    eye = np.interp(HALF_WIDTH_M, away[: ROWS // 2][::-1], heights[: ROWS // 2][::-1])
    north = np.flatnonzero(away[: ROWS // 2] > HALF_WIDTH_M)[::-1]  # outward
    angle = (heights[north] - eye) / (away[north] - HALF_WIDTH_M)
    before = np.maximum.accumulate(np.append(-np.inf, angle[:-1]))
    seen = angle >= before - 1e-9

    y = MIDDLE + away[north][seen]
    x = np.full(len(y), WEST + COLUMNS * CELL_M / 2)

    assert seen.sum() > 30
    assert shapely.distance(shapely.points(x, y), belt.ground).max() <= CELL_M


def test_the_area_of_a_straight_belt_is_length_times_width() -> None:
    belt = bank_belt(profiles_in(valley(1_200.0)), RIVER, crs=CRS, county=COUNTY)

    plane = shapely.area(belt.ground)
    length, width = COLUMNS * CELL_M, 1_200 - HALF_WIDTH_M

    assert shapely.is_valid(belt.ground)
    assert plane == pytest.approx(2 * length * width, rel=0.03)
    # 3-degree plane of 111 degrees, 100 km off the meridian: larger by 1 in 4 000
    assert sum(belt.area_m2.values()) == pytest.approx(plane, rel=5e-4)
    assert not shapely.intersects(shapely.buffer(belt.ground, -0.01), RIVER)


def test_a_bend_is_filled_and_the_far_arm_of_the_river_ends_a_profile() -> None:
    middle_x = WEST + COLUMNS * CELL_M / 2
    arm = shapely.LineString(
        [
            (middle_x - 400, MIDDLE - 2_000),
            (middle_x - 400, MIDDLE),
            (middle_x + 400, MIDDLE),
            (middle_x + 400, MIDDLE - 2_000),
        ]
    )
    water = shapely.buffer(arm, 60, cap_style="flat", join_style="mitre")
    dem = terrain(np.full(ROWS, 175.0))

    found = bank_profiles(water, dem, BeltRules())
    belt = bank_belt(found, water, crs=CRS)

    assert BeltLimit.WATER in set(found.limit)
    between = shapely.box(middle_x - 330, MIDDLE - 1_990, middle_x + 330, MIDDLE - 70)
    missed = shapely.area(shapely.difference(between, belt.ground))
    assert missed <= 1e-3 * shapely.area(between)
    assert shapely.area(shapely.intersection(belt.ground, water)) < 1.0
    parts = shapely.area(list(belt.parts.values()))
    assert parts.sum() == pytest.approx(shapely.area(belt.ground), rel=1e-6)


def test_what_is_to_plant_leaves_out_farmland_and_counts_gaps() -> None:
    ground = shapely.box(WEST, NORTH - 3_000, WEST + 3_000, NORTH)  # 100 x 100 cells
    codes = np.full((ROWS, COLUMNS), 30)
    codes[:50, :100] = 20  # half of the belt is forest
    codes[50:60, :100] = 10  # a tenth is cropland
    codes[60:65, :100] = 0  # without a class
    cover = terrain(np.zeros(ROWS)).with_values(codes, nodata=0)
    farmland = shapely.box(WEST, NORTH - 1_800, WEST + 1_500, NORTH - 1_500)

    found = belt_cover(
        ground,
        cover,
        forest=frozenset({20}),
        plantable=frozenset({10, 30}),
        kept=np.array([farmland], dtype=object),
    )

    cell = CELL_M**2
    assert found.gap_share == pytest.approx(0.05)
    assert found.known_m2 == pytest.approx(9_500 * cell, rel=5e-4)
    assert found.forest_share == pytest.approx(5_000 / 9_500)
    assert found.plantable_m2 == pytest.approx(4_000 * cell, rel=5e-4)
