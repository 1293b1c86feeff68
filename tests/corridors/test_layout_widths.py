"""Length, width and continuity of corridors whose numbers are known by hand."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_ground import COUNTY, X, Y, box, line, obstacle, tried
from shapely import affinity

from zoning.corridors.layout.values import CorridorState

STRIP = box(0, 0, 3000, 200)
BEND = shapely.union(box(0, 0, 2000, 200), box(1800, 0, 2000, 1500))
RING = shapely.Point(X, Y).buffer(1100, 64) - shapely.Point(X, Y).buffer(900, 64)


def test_a_rectangle_is_as_long_and_as_wide_as_drawn() -> None:
    found = tried(STRIP)

    assert found.length_m == pytest.approx(3000, abs=0.01)
    assert found.continuity_share == pytest.approx(1, abs=1e-6)
    assert found.passable_share == 1
    assert found.permeable_m is not None
    assert found.permeable_m.least_m == pytest.approx(200, abs=0.01)
    assert found.permeable_m.median_m == pytest.approx(200, abs=0.01)
    assert found.drawn_m is not None
    assert found.drawn_m.least_m == pytest.approx(200, abs=0.5)
    assert found.state is CorridorState.WHOLE


def test_a_block_on_one_bank_narrows_and_does_not_break() -> None:
    found = tried(STRIP, obstacle("town", box(1000, 150, 1500, 300)))

    assert found.gaps == ()
    (stretch,) = found.narrow
    assert (stretch.start_m, stretch.end_m) == pytest.approx((1000, 1500), abs=0.2)
    assert stretch.least_m == pytest.approx(150, abs=0.01)
    assert found.continuity_share == pytest.approx(2500 / 3000, abs=1e-3)
    assert found.passable_share == 1
    assert found.state is CorridorState.NARROW


def test_an_island_leaves_its_wider_channel() -> None:
    found = tried(STRIP, obstacle("town", box(1000, 120, 1500, 140)))

    (stretch,) = found.narrow
    assert stretch.least_m == pytest.approx(120, abs=0.01)


def test_what_only_counts_takes_no_width() -> None:
    farm = obstacle("farm", box(1000, -50, 1100, 250), effect="counts")
    found = tried(STRIP, farm)

    assert found.gaps == ()
    assert found.continuity_share == pytest.approx(1, abs=1e-6)
    (burden,) = found.burdens
    assert burden.share == pytest.approx(100 / 3000, abs=1e-6)
    assert burden.area_m2 == pytest.approx(100 * 200, rel=1e-3)


def test_a_bend_keeps_its_width_around_the_corner() -> None:
    found = tried(BEND)

    # inner leg 1900 + 1400 along the middle, the corner itself cut short
    assert 3200 < (found.length_m or 0) < 3300
    assert found.permeable_m is not None
    assert found.permeable_m.least_m == pytest.approx(200, abs=1)
    assert found.continuity_share == pytest.approx(1, abs=1e-6)


def test_a_ring_is_followed_all_the_way_round() -> None:
    found = tried(RING)

    assert found.axis is not None
    assert found.axis.closed
    assert found.length_m == pytest.approx(2 * np.pi * 1000, rel=3e-3)
    assert found.permeable_m is not None
    assert found.permeable_m.least_m == pytest.approx(200, abs=0.5)
    assert found.gaps == ()


def test_a_given_line_is_the_axis_where_it_leads_along() -> None:
    river = line((-500, 60), (4000, 60))
    found = tried(STRIP, lines={"example river": river})

    assert found.axis_name == "example river"
    assert found.length_m == pytest.approx(3000, abs=0.01)
    across = tried(STRIP, lines={"another": line((1500, -900), (1500, 900))})
    assert across.axis_name == ""


def test_a_line_with_a_target_width_is_a_corridor() -> None:
    found = tried(line((0, 0), (3000, 0)), obstacle("town", box(500, 30, 700, 90)))

    assert found.length_m == pytest.approx(3000, abs=0.01)
    (stretch,) = found.narrow
    assert stretch.least_m == pytest.approx(130, abs=0.01)


def test_without_a_target_continuity_is_not_stated() -> None:
    found = tried(STRIP, target=float("nan"))

    assert found.continuity_share is None
    assert found.state is CorridorState.NOT_AUDITED
    assert [one.code for one in found.problems] == ["LAYOUT_TARGET_NONE"]
    assert tried(STRIP).problems == ()


def test_a_line_without_a_width_has_no_axis_and_says_so() -> None:
    found = tried(line((0, 0), (3000, 0)), target=float("nan"))

    assert found.state is CorridorState.NOT_AUDITED
    assert [one.code for one in found.problems] == ["LAYOUT_NO_AXIS"]


def test_a_fork_that_the_axis_does_not_follow_is_told() -> None:
    fork = shapely.union(STRIP, box(1400, 200, 1600, 1500))
    found = tried(fork)

    assert "LAYOUT_NOT_FOLLOWED" in [one.code for one in found.problems]
    assert found.state is not CorridorState.WHOLE


def test_ground_that_no_layer_covers_is_not_taken_for_free() -> None:
    unseen = tried(STRIP, obstacle("town", coverage=None))
    half = tried(STRIP, obstacle("town", coverage=box(0, -500, 1500, 500)))
    seen = tried(STRIP, obstacle("town", coverage=COUNTY))

    assert unseen.state is half.state is CorridorState.NOT_AUDITED
    assert half.unseen[0].share == pytest.approx(0.5)
    assert seen.state is CorridorState.WHOLE


@given(angle=st.floats(0, 360), turned=st.booleans())
@settings(max_examples=6)
def test_direction_and_order_of_what_is_drawn_change_nothing(
    angle: float, *, turned: bool
) -> None:
    town = box(1000, -50, 1100, 250)
    parts = [affinity.rotate(p, angle, origin=(X, Y)) for p in (STRIP, town)]
    shape = shapely.difference(parts[0], parts[1])
    pieces = list(shapely.get_parts(shape))
    again = shapely.multipolygons(pieces[::-1] if turned else pieces)
    rings = [shapely.reverse(p) for p in pieces] if turned else pieces
    one, other = tried(again), tried(shapely.multipolygons(rings))

    assert len(one.gaps) == 1
    assert one.gaps[0].length_m == pytest.approx(100, abs=0.05)
    assert one.gaps[0].start_m == other.gaps[0].start_m
    assert one.continuity_share == other.continuity_share
    river = affinity.rotate(line((-10, 70), (3010, 70)), angle, origin=(X, Y))
    there = tried(again, lines={"r": river})
    back = tried(again, lines={"r": shapely.reverse(river)})
    assert there.gaps[0].start_m == pytest.approx(back.gaps[0].start_m, abs=1e-6)
    assert there.continuity_share == pytest.approx(back.continuity_share, abs=1e-9)
