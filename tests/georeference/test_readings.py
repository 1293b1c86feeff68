"""Readings of a pair of numbers: named by where they fall, never chosen."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from zoning.errors import Problem
from zoning.georeference.readings import Change, located, readings, unplaced

COUNTY = shapely.box(390_000, 3_430_000, 410_000, 3_450_000)
PLANE = "EPSG:4546"
EAST, NORTH = 400_300.0, 3_435_100.0
TO_DEGREES = Transformer.from_crs(PLANE, "EPSG:4490", always_xy=True)
LON, LAT = TO_DEGREES.transform(EAST, NORTH)
MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)


def named(x: float, y: float) -> list[tuple[str, Change]]:
    return [(one.crs, one.change) for one in readings((x, y), COUNTY, PLANE)]


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        ((EAST, NORTH), ["EPSG:4546", "EPSG:32649"]),
        ((37e6 + EAST, NORTH), ["EPSG:4525"]),
        ((19e6 + EAST, NORTH), ["EPSG:4497"]),
        ((LON, LAT), ["EPSG:4490"]),
        (MERCATOR.transform(LON, LAT), ["EPSG:3857"]),
    ],
    ids=["plain", "3-degree prefix", "6-degree prefix", "degrees", "web mercator"],
)
def test_numbers_as_written_are_named_by_the_systems_that_put_them_here(
    pair: tuple[float, float], expected: list[str]
) -> None:
    assert named(*pair) == [(crs, Change.NONE) for crs in expected]


@pytest.mark.parametrize("zone", [13, 18, 20, 25, 36, 38, 45])
def test_another_zone_before_the_easting_is_told_as_a_wrong_zone(zone: int) -> None:
    assert named(zone * 1e6 + EAST, NORTH) == [("EPSG:4546", Change.OTHER_ZONE)]


@pytest.mark.parametrize(
    ("pair", "crs"),
    [
        ((NORTH, EAST), "EPSG:4546"),
        ((NORTH, 37e6 + EAST), "EPSG:4525"),
        ((LAT, LON), "EPSG:4490"),
    ],
)
def test_swapped_columns_are_told_as_swapped(
    pair: tuple[float, float], crs: str
) -> None:
    assert named(*pair) == [(crs, Change.SWAPPED)]


def test_eastings_of_the_neighbouring_meridian_are_named_with_it() -> None:
    to_zone_36 = Transformer.from_crs(PLANE, "EPSG:4545", always_xy=True)

    assert named(*to_zone_36.transform(EAST, NORTH)) == [("EPSG:4545", Change.NONE)]


@pytest.mark.parametrize(
    "pair",
    [(0.0, 0.0), (5e9, 1.0), (float("nan"), 1.0), (float("inf"), 3e6), (EAST, 1e5)],
)
def test_numbers_that_come_near_in_no_system_have_no_reading(
    pair: tuple[float, float],
) -> None:
    assert named(*pair) == []


@settings(max_examples=40)
@given(east=st.floats(300_000, 500_000), north=st.floats(3_340_000, 3_540_000))
def test_readings_come_nearest_first_and_within_reach(
    east: float, north: float
) -> None:
    found = [one.distance_m for one in readings((east, north), COUNTY, PLANE)]

    assert found == sorted(found)
    assert all(distance <= 30_000 for distance in found)
    own = float(shapely.distance(shapely.Point(east, north), COUNTY))
    assert (own <= 30_000) == bool(np.isclose(found, own, atol=1e-6).any())


def test_a_problem_tells_the_readings_and_the_exact_option() -> None:
    told = located(unplaced("SITE_CRS_MISSING", "a.shp", (EAST, NORTH)), COUNTY, PLANE)

    for lang in ("zh", "en"):
        text = told.text(lang)
        assert text.index("EPSG:4546") < text.index("EPSG:32649")
        assert "--crs EPSG:4546" in told.cure(lang)
    assert "落在县域内" in told.text("zh")
    assert "111" in told.text("en")
    assert located(told, COUNTY, PLANE) == told


def test_web_mercator_is_named_but_never_proposed() -> None:
    pair = MERCATOR.transform(LON, LAT)
    told = located(unplaced("SITE_CRS_MISSING", "a.shp", pair), COUNTY, PLANE)

    assert "EPSG:3857" in told.text("en")
    assert "3857" not in told.cure("en")


def test_the_system_that_was_tried_already_is_not_proposed_again() -> None:
    far = unplaced("SITE_FAR_FROM_COUNTY", "a", (EAST, NORTH), distance="9")

    told = located(far, COUNTY, PLANE, apart_from="EPSG:4546")

    assert "EPSG:4546" not in told.text("zh")
    assert "EPSG:32649" in told.text("zh")


def test_a_problem_without_a_place_stays_as_it_is() -> None:
    other = Problem(code="SITE_NO_ROWS", where="a")

    assert located(other, COUNTY, PLANE) is other
    assert (
        located(unplaced("SITE_CRS_MISSING"), COUNTY, PLANE).text("en").endswith("CRS")
    )
