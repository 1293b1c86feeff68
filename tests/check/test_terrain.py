"""Slope, elevation and cover of a site, on grids with known answers."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from plots import ROAD, check_plot

from zoning.check.terrain import describe_terrain, horn_slope
from zoning.model import Base, LayerInfo, Raster, State

ORCHARD = {**ROAD, "activity": "reclamation_cropland"}
PLOT = shapely.box(402_100, 3_432_100, 402_400, 3_432_400)


def raster(
    values: "np.ndarray[tuple[int, int], np.dtype[np.float64]]", **info: str
) -> Raster:
    """A grid of 30 m cells whose north-west corner is (402 000, 3 432 600)."""
    return Raster(
        info=LayerInfo(id="dem", path="dem.tif", sha256="", features=1, **info),  # type: ignore[arg-type]
        values=values,
        transform=(30.0, 0.0, 402_000.0, 0.0, -30.0, 3_432_600.0),
        crs="EPSG:4546",
    )


def plane(
    slope_deg: float, size: int = 20
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    rise = np.tan(np.radians(slope_deg)) * 30
    return np.tile(np.arange(size) * rise, (size, 1)) + 500.0


def with_rasters(base: Base, **rasters: Raster) -> Base:
    scope = (*base.scope, "soil")
    return replace(base, rasters=rasters, missing={}, scope=scope)


@given(slope=st.floats(0, 70), turn=st.integers(0, 3))
def test_horn_slope_of_a_plane_is_its_slope(slope: float, turn: int) -> None:
    grid = np.rot90(plane(slope), turn)

    found = horn_slope(grid, 30.0, 30.0)

    assert found[1:-1, 1:-1] == pytest.approx(slope, abs=1e-6)
    assert np.isnan(found[0]).all()


def test_a_grid_too_small_has_no_slope() -> None:
    assert np.isnan(horn_slope(np.zeros((2, 5)), 30, 30)).all()


def test_elevation_slope_and_cover_of_a_plot(base: Base) -> None:
    cover = np.where(np.arange(20) < 8, 1.0, 2.0) * np.ones((20, 1))
    rasters = {
        "dem": raster(plane(10.0), vertical_datum="1985"),
        "land_cover": raster(cover),
    }

    terrain = describe_terrain(PLOT, with_rasters(base, **rasters))

    assert terrain is not None
    assert terrain.slope_mean_deg == pytest.approx(10.0, abs=1e-6)
    assert terrain.slope_ge_25_share == 0.0
    assert terrain.vertical_datum == "1985"
    # cell centers from x = 402 105 to 402 375: columns 3 to 12
    rise = np.tan(np.radians(10.0)) * 30
    assert terrain.elevation_min_m == pytest.approx(500 + 3 * rise)
    assert terrain.elevation_max_m == pytest.approx(500 + 12 * rise)
    assert terrain.cover == {"1": pytest.approx(0.5), "2": pytest.approx(0.5)}


def test_a_plot_smaller_than_a_cell_takes_the_cell_it_lies_in(base: Base) -> None:
    tiny = shapely.box(402_101, 3_432_101, 402_103, 3_432_103)

    terrain = describe_terrain(tiny, with_rasters(base, dem=raster(plane(30.0))))

    assert terrain is not None
    assert terrain.slope_max_deg == pytest.approx(30.0, abs=1e-6)
    assert terrain.slope_ge_25_share == 1.0


def test_a_grid_in_degrees_uses_the_ground_size_of_its_cells(base: Base) -> None:
    step = 0.001
    metres = 95_420.0 * step  # of longitude at 31°
    heights = np.tile(np.arange(40) * metres, (40, 1))  # 45°
    grid = Raster(
        info=LayerInfo(id="dem", path="dem.tif", sha256="", features=1),
        values=heights,
        transform=(step, 0.0, 109.96, 0.0, -step, 31.03),
        crs="EPSG:4490",
    )

    terrain = describe_terrain(PLOT, with_rasters(base, dem=grid))

    assert terrain is not None
    assert terrain.slope_mean_deg == pytest.approx(45.0, abs=0.1)


@pytest.mark.parametrize(
    ("slope", "state"), [(24.9, State.CLEAR), (25.1, State.PROHIBITED)]
)
def test_the_slope_rule_bites_from_25_degrees(
    base: Base, slope: float, state: State
) -> None:
    ground = with_rasters(base, dem=raster(plane(slope)))

    findings = check_plot(ground, PLOT, ORCHARD).sites[0].findings

    assert next(f for f in findings if f.rule_id == "SWC-001").state is state


def test_without_elevation_the_slope_rule_is_not_checked(base: Base) -> None:
    bare = replace(base, scope=(*base.scope, "soil"))

    result = check_plot(bare, PLOT, ORCHARD).sites[0]

    found = next(f for f in result.findings if f.rule_id == "SWC-001")
    assert found.state is State.NOT_CHECKED
    assert found.reason == "LAYER_MISSING"


def test_off_the_grid_the_slope_rule_is_not_checked(base: Base) -> None:
    away = shapely.box(395_100, 3_441_100, 395_200, 3_441_200)
    ground = with_rasters(base, dem=raster(plane(5.0)), land_cover=raster(plane(0.0)))

    result = check_plot(ground, away, ORCHARD).sites[0]

    found = next(f for f in result.findings if f.rule_id == "SWC-001")
    assert found.state is State.NOT_CHECKED
    assert result.terrain is not None
    assert result.terrain.slope_max_deg is None
    assert result.terrain.cover == {}


def test_only_land_cover_gives_only_cover(base: Base) -> None:
    terrain = describe_terrain(
        PLOT, with_rasters(base, land_cover=raster(np.ones((20, 20))))
    )

    assert terrain is not None
    assert terrain.cover == {"1": 1.0}
    assert terrain.elevation_mean_m is None
    assert describe_terrain(PLOT, with_rasters(base)) is None
