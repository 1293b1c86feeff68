"""`zoning.corridors`: widths and trims on corridors with known answers."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from zoning.corridors import leaves_no_way, narrowest_section, trim_to_width

CRS = "EPSG:4546"
X, Y = 396_000.0, 3_440_000.0
CORRIDOR = shapely.box(X - 1000, Y, X + 1000, Y + 200)


def site(south: float, north: float) -> BaseGeometry:
    return shapely.box(X - 50, Y + south, X + 50, Y + north)


@pytest.mark.parametrize(
    ("shape", "left_m"),
    [
        (site(80, 300), 80),  # from the north bank
        (site(-50, 40), 160),  # from the south bank
        (site(90, 110), 90),  # an island: the wider channel counts
        (site(-10, 210), 0),  # from bank to bank
    ],
    ids=["north", "south", "island", "closed"],
)
def test_width_left_beside_a_site(shape: BaseGeometry, left_m: float) -> None:
    section = narrowest_section(shape, CORRIDOR, crs=CRS)

    assert section is not None
    assert section.width_m == pytest.approx(200, rel=1e-3)
    assert section.width_left_m == pytest.approx(left_m, rel=1e-3, abs=0.05)


def test_a_site_beside_the_corridor_cuts_nothing() -> None:
    assert narrowest_section(site(200, 300), CORRIDOR, crs=CRS) is None
    assert trim_to_width(site(200, 300), CORRIDOR, 150, crs=CRS) is None


@given(angle=st.floats(0, 360), depth=st.floats(20, 180))
def test_widths_do_not_depend_on_direction(angle: float, depth: float) -> None:
    center = (X, Y + 100)
    shape = affinity.rotate(site(depth, 300), angle, origin=center)
    corridor = affinity.rotate(CORRIDOR, angle, origin=center)

    section = narrowest_section(shape, corridor, crs=CRS)

    assert section is not None
    assert section.width_left_m == pytest.approx(depth, rel=2e-3, abs=0.1)


@given(depth=st.floats(5, 140))
def test_a_larger_site_never_leaves_more(depth: float) -> None:
    small = narrowest_section(site(depth + 20, 300), CORRIDOR, crs=CRS)
    large = narrowest_section(site(depth, 300), CORRIDOR, crs=CRS)

    assert small is not None
    assert large is not None
    assert large.width_left_m <= small.width_left_m + 0.05


def test_the_trim_restores_the_width_and_no_more() -> None:
    trim = trim_to_width(site(80, 300), CORRIDOR, 150, crs=CRS)

    assert trim is not None
    assert trim.area_m2 == pytest.approx(70 * 100, rel=2e-3)
    rest = site(80, 300).difference(trim.part)
    again = narrowest_section(rest, CORRIDOR, crs=CRS)
    assert again is not None
    assert again.width_left_m == pytest.approx(150, abs=0.15)


def test_nothing_is_owed_where_enough_is_left() -> None:
    assert trim_to_width(site(160, 300), CORRIDOR, 150, crs=CRS) is None


def test_a_corridor_narrower_than_its_target_asks_for_its_own_width() -> None:
    trim = trim_to_width(site(80, 300), CORRIDOR, 500, crs=CRS)

    assert trim is not None
    assert trim.area_m2 == pytest.approx(120 * 100, rel=2e-3)


def test_a_bend_is_measured_across_not_along() -> None:
    t = np.linspace(0, np.pi / 2, 90)
    outer = np.column_stack([X + 600 * np.cos(t), Y + 600 * np.sin(t)])
    inner = np.column_stack([X + 400 * np.cos(t), Y + 400 * np.sin(t)])[::-1]
    bend = shapely.Polygon(np.vstack([outer, inner]))
    middle = np.array([X, Y]) + 560 * np.array([np.cos(0.8), np.sin(0.8)])
    plot = shapely.Point(middle).buffer(60)

    section = narrowest_section(plot, bend, crs=CRS)

    assert section is not None
    assert section.width_m == pytest.approx(200, rel=0.01)
    assert section.width_left_m == pytest.approx(100, rel=0.02)


def test_a_site_from_bank_to_bank_must_leave_the_corridor() -> None:
    trim = trim_to_width(site(-10, 210), CORRIDOR, 150, crs=CRS)

    assert trim is not None
    assert trim.area_m2 == pytest.approx(200 * 100, rel=2e-3)
    assert not trim.part.difference(CORRIDOR).area > 1e-6


def test_only_ground_in_the_corridor_is_given_up() -> None:
    trim = trim_to_width(site(80, 300), CORRIDOR, 190, crs=CRS)

    assert trim is not None
    assert trim.part.difference(CORRIDOR).area == pytest.approx(0, abs=1e-6)


def test_a_site_thinner_than_a_hair_cuts_nothing() -> None:
    hair = shapely.box(X, Y + 50, X + 0.03, Y + 80)

    assert narrowest_section(hair, CORRIDOR, crs=CRS) is None


def band(*xy: tuple[float, float], across_m: float = 20.0) -> BaseGeometry:
    line = shapely.LineString([(X + x, Y + y) for x, y in xy])
    return shapely.buffer(line, across_m / 2, cap_style="flat")


@pytest.mark.parametrize(
    ("shape", "closed"),
    [
        (site(-10, 210), True),  # from bank to bank
        (band((-400, -50), (400, 250)), True),  # aslant: no section is taken whole
        (site(90, 110), False),  # an island
        (site(80, 300), False),  # from one bank
        (band((-120, -20), (0, 60), (120, -20)), False),  # a corner cut off at a bank
    ],
    ids=["across", "aslant", "island", "bank", "corner"],
)
@pytest.mark.parametrize("angle", [0.0, 37.0])
def test_a_way_is_lost_where_both_sides_hold_a_whole_section(
    shape: BaseGeometry, angle: float, *, closed: bool
) -> None:
    center = (X, Y + 100)
    plot, corridor = (
        affinity.rotate(s, angle, origin=center) for s in (shape, CORRIDOR)
    )
    section = narrowest_section(plot, corridor, crs=CRS)

    assert section is not None
    assert leaves_no_way(plot, corridor, section) is closed


def test_sections_that_were_narrower_are_left_out_when_asked() -> None:
    assert narrowest_section(site(80, 300), CORRIDOR, crs=CRS, at_least_m=201) is None
    wide = narrowest_section(site(80, 300), CORRIDOR, crs=CRS, at_least_m=199)
    assert wide is not None
    assert wide.width_left_m == pytest.approx(80, rel=1e-3)


@given(
    turns=st.lists(st.floats(-60, 60), min_size=2, max_size=12),
    half_m=st.floats(20, 150),
    east=st.floats(-600, 600),
    north=st.floats(-150, 150),
    size_m=st.floats(2, 200),
)
def test_no_chord_that_is_left_uncut_is_the_narrowest(
    turns: list[float], half_m: float, east: float, north: float, size_m: float
) -> None:
    """Where sections of some width are asked for, all chords are cut."""
    bends = np.linspace(-1000, 1000, len(turns))
    line = shapely.LineString(np.column_stack([X + bends, Y + np.cumsum(turns)]))
    corridor = shapely.buffer(line, half_m, quad_segs=2, join_style="mitre")
    shape = shapely.box(X + east, Y + north, X + east + size_m, Y + north + size_m / 2)

    some = narrowest_section(shape, corridor, crs=CRS)
    every = narrowest_section(shape, corridor, crs=CRS, at_least_m=1e-6)

    if some is None or every is None:
        assert some is every
    else:
        assert (some.width_left_m, some.width_m) == (every.width_left_m, every.width_m)
        assert some.chord == every.chord
