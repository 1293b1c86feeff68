"""A plot that keeps its shape, led out of what prohibits it; lines in pieces."""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from plots import TODAY, site
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry
from trim_rules import trim_rules

from zoning.check import check
from zoning.check.fixes import FixOptions, FixOutcome, SiteFix
from zoning.check.trimming import fix_report
from zoning.model import Base, CheckOptions, State, Verdict
from zoning.report.trim_words import move_of, notes_of

HOTEL, WIND = {"activity": "hotel_resort"}, {"activity": "wind"}
HOLE = shapely.box(395_800, 3_435_800, 396_200, 3_436_200)
RED = shapely.box(395_000, 3_435_000, 398_000, 3_437_000).difference(HOLE)
INSIDE = shapely.box(397_800, 3_435_500, 397_900, 3_435_600)
COUNTY = shapely.box(390_000, 3_430_000, 410_000, 3_450_000)


def fix_of(
    base: Base, shape: BaseGeometry, project: dict[str, str], **options: float
) -> SiteFix:
    report = check(
        (site(shape, project),), base, trim_rules(), options=CheckOptions(as_of=TODAY)
    )
    fixed = fix_report(report, trim_rules(), FixOptions(**options))  # type: ignore[arg-type]
    return fixed.fixes[0]


def test_a_plot_inside_is_led_out_the_shortest_way(base: Base) -> None:
    fix = fix_of(base, INSIDE, HOTEL)

    assert fix.outcome is FixOutcome.NOTHING_LEFT
    assert fix.escape is not None
    way = fix.escape.way
    assert way.bearing_deg == pytest.approx(90)
    assert way.shift_m == pytest.approx((200.11, 0), abs=0.011)
    # on the ground: the plane is 1.13 per 10 000 longer here
    assert way.distance_m == pytest.approx(way.shift_m[0], rel=2e-4)
    assert way.distance_m != pytest.approx(way.shift_m[0], rel=5e-5)
    assert shapely.equals_exact(
        way.geometry, translate(INSIDE, *way.shift_m), 1e-6, normalize=True
    )


def test_the_place_was_checked_and_is_not_called_clear(base: Base) -> None:
    fix = fix_of(base, INSIDE, HOTEL)

    assert fix.escape is not None
    after = fix.escape.after
    assert after.verdict is Verdict.UNDETERMINED  # other lines have no rule here
    again = check(
        (replace(after.site),), base, trim_rules(), options=CheckOptions(as_of=TODAY)
    )
    assert again.sites[0].verdict is after.verdict
    move = move_of(fix)
    assert move is not None
    assert move.code == "FIX_MOVE"
    assert move.values["gaps"] == str(len(after.gaps)) != "0"
    assert "UNDETERMINED" in move.values["verdict"].upper() or after.gaps


def test_a_place_that_another_rule_prohibits_is_no_option(base: Base) -> None:
    """East of the red line lies farmland that the same rule closes."""
    farm = base.layers["permanent_basic_farmland"]
    wall = shapely.box(398_000, 3_434_000, 398_150, 3_438_000)
    ids = farm.feature_ids[:1]
    columns = {name: column[:1] for name, column in farm.attributes.items()}
    walled = replace(
        farm,
        geometry=np.array([wall], dtype=object),
        feature_ids=ids,
        attributes=columns,
    )
    there = replace(base, layers={**base.layers, "permanent_basic_farmland": walled})
    fix = fix_of(there, INSIDE, {"activity": "livestock_scale"})

    assert fix.escape is not None
    assert fix.escape.way.shift_m[0] == pytest.approx(350.11, abs=0.011)
    assert fix.escape.after.verdict is not Verdict.PROHIBITED


def test_what_reads_the_project_is_not_fled_from(base: Base) -> None:
    plot = shapely.box(395_100, 3_431_100, 395_200, 3_431_200)
    fix = fix_of(base, plot, {"activity": "solar"})

    assert fix.outcome is FixOutcome.NOT_CURABLE
    assert not fix.searched
    assert move_of(fix) is None


def test_a_plot_does_not_leave_the_county(base: Base) -> None:
    """The county's limit is 50 m away, the other side 700 m."""
    layer = base.layers["ecological_redline"]
    band = shapely.box(390_000, 3_439_000, 390_800, 3_441_000)
    columns = {name: column[:1] for name, column in layer.attributes.items()}
    along = replace(
        layer,
        geometry=np.array([band], dtype=object),
        feature_ids=layer.feature_ids[:1],
        attributes=columns,
    )
    there = replace(base, layers={**base.layers, "ecological_redline": along})
    plot = shapely.box(390_050, 3_440_000, 390_100, 3_440_050)
    fix = fix_of(there, plot, HOTEL)

    assert fix.escape is not None
    assert COUNTY.covers(fix.escape.way.geometry)
    assert fix.escape.way.shift_m[0] == pytest.approx(750.11, abs=0.011)


def test_where_nothing_is_open_it_is_said(base: Base) -> None:
    layer = base.layers["ecological_redline"]
    columns = {name: column[:1] for name, column in layer.attributes.items()}
    everywhere = replace(
        layer,
        geometry=np.array([COUNTY], dtype=object),
        feature_ids=layer.feature_ids[:1],
        attributes=columns,
    )
    there = replace(base, layers={**base.layers, "ecological_redline": everywhere})
    fix = fix_of(there, INSIDE, HOTEL)

    assert fix.escape is None
    move = move_of(fix)
    assert move is not None
    assert move.code == "FIX_MOVE_NOWHERE"


PLOTS = (
    shapely.box(0, 0, 60, 40),
    shapely.Polygon([(0, 0), (90, 0), (90, 20), (20, 20), (20, 90), (0, 90)]),
    shapely.MultiPolygon([shapely.box(0, 0, 20, 20), shapely.box(50, 10, 70, 70)]),
)


@limits(max_examples=20)
@given(
    plot=st.sampled_from(PLOTS),
    east=st.integers(394_900, 398_050),
    north=st.integers(3_434_900, 3_437_050),
    turn=st.sampled_from([0.0, 20.0, 45.0, 210.0]),
)
def test_no_shorter_shift_is_open(
    base: Base, plot: BaseGeometry, east: int, north: int, turn: float
) -> None:
    shape = translate(rotate(plot, turn), east, north)
    fix = fix_of(base, shape, HOTEL)
    if fix.outcome is FixOutcome.NOT_NEEDED:
        return

    assert fix.escape is not None
    way = fix.escape.way
    assert 0.09 < way.geometry.distance(RED) < 0.2
    assert fix.escape.after.verdict is not Verdict.PROHIBITED
    reach = float(np.hypot(*way.shift_m))
    for angle in np.arange(0, 2 * np.pi, np.pi / 24):
        for share in (0.25, 0.6, 0.9, 1.0):
            step = share * max(0.0, reach - 0.2)
            tried = translate(shape, step * np.cos(angle), step * np.sin(angle))
            assert tried.distance(RED) < 0.11


def test_a_line_through_what_needs_an_approval_is_told_to_be_in_pieces(
    base: Base,
) -> None:
    # enters R1 after 500 m, crosses its hole, leaves R2 500 m before the end
    road = shapely.LineString([(394_500, 3_436_000), (398_500, 3_436_000)])
    fix = fix_of(base, road, WIND, also_conditional=True)

    assert fix.outcome is FixOutcome.CROSSINGS
    assert {cut.finding.state for cut in fix.cuts} == {State.CONDITIONAL}
    lengths = [run.run_m for run in fix.runs]
    assert lengths == pytest.approx([500, 400, 500], abs=0.1)
    broken, mild = notes_of(fix, FixOptions(also_conditional=True), "zh")
    assert "缺口 2 处" in broken
    assert "只余 3 段" in broken
    assert "不成通道" in broken
    assert "其中 3 处只涉及须办理" in mild


def test_a_line_wholly_inside_is_not_called_a_route(base: Base) -> None:
    road = shapely.LineString([(397_100, 3_436_000), (397_500, 3_436_000)])
    fix = fix_of(base, road, HOTEL)

    assert fix.runs == ()
    (said,) = notes_of(fix, FixOptions(), "zh")
    assert "另行选线" in said


def test_a_road_drawn_as_a_strip_is_no_passage_when_trimmed(base: Base) -> None:
    # 10 m wide, across R1's hole: 500 m, then 800 and 1800 m closed, 500 m
    strip = shapely.box(394_500, 3_435_995, 398_500, 3_436_005)
    linear = {**WIND, "linear": "true"}
    fix = fix_of(base, strip, linear, also_conditional=True)

    assert fix.outcome is FixOutcome.TRIMMED
    assert fix.breaks_m == pytest.approx((1800, 800), abs=0.7)
    assert fix.left_m == pytest.approx((500, 500, 400), abs=0.4)
    said = notes_of(fix, FixOptions(also_conditional=True), "zh")
    assert any("不成通道：缺 2 处" in line and "余 3 段" in line for line in said)
    plain = fix_of(base, strip, WIND, also_conditional=True)
    assert plain.breaks_m == ()


def test_a_rest_that_is_still_prohibited_says_so(base: Base) -> None:
    """The red line is left; a clause for the whole county stands."""
    (clause,) = (one for one in base.clauses or () if one.id == "C-1")
    ban = replace(clause, activities=("hotel_resort",), industries=(), natures=())
    plot = shapely.box(397_900, 3_435_500, 398_300, 3_435_800)
    fix = fix_of(replace(base, clauses=(ban,)), plot, HOTEL)

    assert fix.outcome is FixOutcome.TRIMMED
    assert fix.result.verdict is Verdict.PROHIBITED
    assert "复核结论仍为禁止" in notes_of(fix, FixOptions(), "zh")[1]
    assert fix.escape is None  # no place in the county is an option
    assert "复核结论仍为禁止" not in "".join(
        notes_of(fix_of(base, plot, HOTEL), FixOptions(), "zh")
    )
