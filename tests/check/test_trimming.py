"""Trims: what is given up, what is kept, and that the second check agrees.

Features of the small base that the rules read (EPSG:4546): red line 395 000 to
398 000 by 3 435 000 to 3 437 000 with a hole 395 800 to 396 200 by 3 435 800 to
3 436 200; settlement 404 500 to 404 700 by 3 432 000 to 3 432 200; urban
boundary 402 000 to 404 000 by 3 432 000 to 3 434 000.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from plots import TODAY, site
from pyproj import Geod, Transformer
from shapely.affinity import rotate
from shapely.geometry.base import BaseGeometry
from trim_rules import trim_rules

from zoning.check import check, forbidden
from zoning.check.crossings import find_crossings
from zoning.check.fixes import FixOptions, FixOutcome, FixReport, SiteFix
from zoning.check.forbidden import Piece
from zoning.check.trimming import fix_report
from zoning.model import Base, CheckOptions, Report, State, Verdict
from zoning.rules.packs import RuleBook, read_rule_book

HOTEL, PLANT = {"activity": "hotel_resort"}, {"activity": "chemical_project"}
TOWN, SOLAR = {"activity": "new_town_dev"}, {"activity": "solar"}
HOLE = shapely.box(395_800, 3_435_800, 396_200, 3_436_200)
RED = shapely.box(395_000, 3_435_000, 398_000, 3_437_000).difference(HOLE)
HOMES = shapely.box(404_500, 3_432_000, 404_700, 3_432_200)
GEOD = Geod(a=6_378_137.0, rf=298.257222101)
TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
MM = 0.001


def checked(
    base: Base, shape: BaseGeometry, project: Mapping[str, str], book: RuleBook
) -> Report:
    options = CheckOptions(as_of=TODAY)
    return check((site(shape, project),), base, book, options=options)


def fixed(
    base: Base,
    shape: BaseGeometry,
    project: Mapping[str, str],
    *,
    book: RuleBook | None = None,
    **options: float,
) -> FixReport:
    rules = book or trim_rules()
    report = checked(base, shape, project, rules)
    return fix_report(report, rules, FixOptions(**options))  # type: ignore[arg-type]


def fix_of(
    base: Base,
    shape: BaseGeometry,
    project: Mapping[str, str],
    *,
    book: RuleBook | None = None,
    **options: float,
) -> SiteFix:
    (fix,) = fixed(base, shape, project, book=book, **options).fixes
    return fix


def kept(fix: SiteFix) -> BaseGeometry:
    assert fix.kept is not None
    return fix.kept


def states(fix: SiteFix) -> dict[str, State]:
    assert fix.after is not None
    return {f.rule_id: f.state for f in fix.after.findings}


def metres_to(feature: BaseGeometry, points: np.ndarray) -> np.ndarray:
    """Geodesic distances from plane points to the nearest point of a feature."""
    lines = shapely.shortest_line(shapely.points(points), feature)
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    lonlat = [TO_DEGREES.transform(*ends[:, k].T) for k in (0, 1)]
    return np.asarray(GEOD.inv(*lonlat[0], *lonlat[1])[2])


# --------------------------------------------------------- laws of every trim
boxes = st.builds(
    lambda x, y, w, h, a: rotate(shapely.box(x, y, x + w, y + h), a),
    st.integers(394_700, 398_200),
    st.integers(3_434_700, 3_437_200),
    st.integers(40, 900),
    st.integers(40, 900),
    st.sampled_from([0.0, 0.0, 12.3, 45.0, 77.7]),
)


def assert_lawful(fix: SiteFix, shape: BaseGeometry) -> None:
    """A trim takes nothing from outside the site and loses nothing unsaid."""
    rest = kept(fix)
    rim = shape.length * MM
    assert rest.is_valid
    assert shapely.get_num_geometries(rest) == fix.parts
    assert shape.buffer(MM).covers(rest)
    assert fix.lost is not None
    assert rest.intersection(fix.lost).area <= 2 * rim
    assert rest.area + fix.lost.area == pytest.approx(shape.area, abs=2 * rim + 0.1)
    assert fix.kept_m2 is not None
    assert fix.lost_m2 is not None
    assert fix.kept_m2 + fix.lost_m2 == pytest.approx(fix.before.area_m2, abs=1e-6)
    xy = shapely.get_coordinates(rest) * 1000
    assert np.abs(xy - np.round(xy)).max() < 1e-4  # whole millimetres


@limits(max_examples=60)
@given(shape=boxes)
def test_a_site_withdraws_from_the_features_it_meets(
    base: Base, shape: BaseGeometry
) -> None:
    fix = fix_of(base, shape, HOTEL, min_part_m2=50)

    if fix.outcome is FixOutcome.NOT_NEEDED:
        assert shape.intersection(RED).area < 1
        return
    if fix.outcome is FixOutcome.NOTHING_LEFT:
        parts = shapely.get_parts(shape.difference(RED.buffer(0.06)))
        assert shapely.area(parts).max(initial=0) < 52
        return
    assert_lawful(fix, shape)
    assert states(fix)["T-001"] is State.CLEAR
    assert fix.after is not None
    assert fix.after.residue == ()
    assert kept(fix).distance(RED) > 0.048
    # and no more than that strip, and remnants, is given up
    strip = shape.difference(RED).area - kept(fix).area
    assert strip <= 0.06 * (RED.boundary.intersection(shape.buffer(1)).length + 10) + (
        fix.dropped_m2 * 1.001 + 1
    )


@limits(max_examples=40)
@given(
    x=st.integers(-700, 700),
    y=st.integers(-700, 700),
    side=st.integers(60, 500),
    turn=st.sampled_from([0.0, 30.0, 61.0]),
)
def test_a_site_withdraws_beyond_a_distance(
    base: Base, x: int, y: int, side: int, turn: float
) -> None:
    center = shapely.Point(404_600 + x, 3_432_100 + y)
    shape = rotate(center.buffer(side / 2, cap_style="square"), turn)
    fix = fix_of(base, shape, PLANT, min_part_m2=50)

    if fix.outcome is not FixOutcome.TRIMMED:
        assert (fix.outcome is FixOutcome.NOT_NEEDED) == (
            metres_to(HOMES, shapely.get_coordinates(_nearest(shape)))[0] > 300
        )
        return
    assert_lawful(fix, shape)
    assert states(fix)["T-002"] is State.CLEAR
    along = shapely.get_coordinates(shapely.segmentize(kept(fix), 2.0))
    away = metres_to(HOMES, along)
    assert 300.09 < away.min() < 300.40  # the limit is within; the trim is tight


def _nearest(shape: BaseGeometry) -> BaseGeometry:
    return shapely.get_point(shapely.shortest_line(shape, HOMES), 0)


@limits(max_examples=20)
@given(shape=boxes)
def test_trimming_what_was_trimmed_changes_nothing(
    base: Base, shape: BaseGeometry
) -> None:
    first = fix_of(base, shape, HOTEL)
    if first.outcome is not FixOutcome.TRIMMED:
        return
    again = fix_of(base, kept(first), HOTEL)

    assert again.outcome is FixOutcome.NOT_NEEDED
    assert again.before.verdict is first.result.verdict


# --------------------------------------------------------------- exact places
def test_an_edge_on_the_edge_of_a_feature_is_no_reason_to_trim(base: Base) -> None:
    beside = shapely.box(398_000, 3_435_500, 398_300, 3_435_800)

    assert fix_of(base, beside, HOTEL).outcome is FixOutcome.NOT_NEEDED


def test_the_cut_runs_half_the_tolerance_off_the_feature(base: Base) -> None:
    fix = fix_of(base, shapely.box(397_900, 3_435_500, 398_300, 3_435_800), HOTEL)

    assert kept(fix).bounds == (398_000.05, 3_435_500, 398_300, 3_435_800)
    assert fix.result.verdict is not Verdict.PROHIBITED
    assert fix.clear_m == 0.05


def test_vertices_that_the_cut_spares_stay_as_surveyed(base: Base) -> None:
    outline = [
        (397_950.0, 3_435_500.0),
        (398_100.123, 3_435_500.0),  # in line with its neighbours
        (398_300.456, 3_435_500.0),
        (398_300.456, 3_435_777.789),
        (397_950.0, 3_435_777.789),
    ]
    fix = fix_of(base, shapely.Polygon(outline), HOTEL)

    left = {tuple(np.round(xy, 6)) for xy in shapely.get_coordinates(kept(fix))}
    assert set(outline[1:4]) <= left


def test_a_hole_in_the_closed_ground_is_kept(base: Base) -> None:
    fix = fix_of(base, HOLE.buffer(100, join_style="mitre"), HOTEL)

    assert kept(fix).equals(HOLE.buffer(-0.05, join_style="mitre"))
    assert fix.lost is not None
    assert shapely.get_num_interior_rings(fix.lost) == 1


def test_a_feature_inside_the_site_becomes_a_hole(base: Base) -> None:
    fix = fix_of(base, HOMES.buffer(600, join_style="mitre"), PLANT)

    _, ring = shapely.get_rings(kept(fix))
    hole = shapely.Polygon(ring)
    corner = HOMES.buffer(300.2, quad_segs=64)
    assert hole.contains(HOMES.buffer(300.05, quad_segs=64))
    assert hole.difference(corner).area < 0.2 * corner.length
    assert len(ring.coords) < 200  # a point each 11 m, not one each metre


def test_exactly_at_the_limit_is_within(base: Base) -> None:
    # on the ground 300 m; the plane stretches them by 3.4 cm here
    east = 404_500 - 300.033_8
    fix = fix_of(base, shapely.box(404_100, 3_432_050, east, 3_432_150), PLANT)

    (distance,) = [f.distance_m for f in fix.before.findings if f.rule_id == "T-002"]
    assert distance == pytest.approx(300, abs=2e-3)
    assert distance is not None
    assert distance <= 300
    assert fix.outcome is FixOutcome.TRIMMED
    assert 0.1 < east - kept(fix).bounds[2] < 0.22


def test_the_part_inside_a_boundary_is_kept(base: Base) -> None:
    fix = fix_of(base, shapely.box(403_900, 3_433_000, 404_200, 3_433_100), TOWN)

    assert kept(fix).bounds == (403_900, 3_433_000, 403_999.95, 3_433_100)
    assert states(fix)["T-003"] is State.CLEAR


def test_two_spaces_of_a_rule_are_both_left(base: Base) -> None:
    both = shapely.MultiPolygon(
        [
            shapely.box(400_350, 3_435_000, 400_500, 3_435_100),  # farmland to 400 400
            shapely.box(397_950, 3_435_000, 398_100, 3_435_100),
        ]
    )
    fix = fix_of(base, both, {"activity": "livestock_scale"})

    assert fix.parts == 2
    assert states(fix)["T-008"] is State.CLEAR
    assert kept(fix).area == pytest.approx(2 * 99.95 * 100, abs=0.01)


# ------------------------------------------------------- what is left, or not
def test_nothing_left_is_said(base: Base) -> None:
    fixes = fixed(base, shapely.box(395_100, 3_435_100, 395_200, 3_435_200), HOTEL)
    (fix,) = fixes.fixes

    assert fix.outcome is FixOutcome.NOTHING_LEFT
    assert fix.kept is None
    assert fix.kept_m2 == 0
    assert fix.lost_m2 == fix.before.area_m2
    assert fixes.after.verdict is Verdict.PROHIBITED
    assert fixes.exit_code == 1


def test_remnants_below_the_least_part_are_given_up(base: Base) -> None:
    shape = shapely.box(397_900, 3_435_500, 398_002, 3_435_600)  # 195 m² are outside

    assert fix_of(base, shape, HOTEL).outcome is FixOutcome.NOTHING_LEFT
    fix = fix_of(base, shape, HOTEL, min_part_m2=190)
    assert fix.outcome is FixOutcome.TRIMMED
    assert kept(fix).area == pytest.approx(195)


@pytest.mark.parametrize(
    ("area", "given", "least"),
    [
        (150, None, 7.5),
        (4000, None, 200),
        (90_000, None, 200),
        (150, 200.0, 200),
        (90_000, 0.0, 0),
    ],
)
def test_the_least_part_goes_by_the_plot_unless_given(
    area: float, given: float | None, least: float
) -> None:
    assert FixOptions(min_part_m2=given).least_m2(area) == pytest.approx(least)


def test_a_small_parcel_that_the_cut_does_not_touch_stays(base: Base) -> None:
    cut = shapely.box(397_900, 3_435_500, 398_100, 3_435_600)
    small = shapely.box(398_200, 3_435_500, 398_210, 3_435_510)  # 100 m²
    fix = fix_of(base, shapely.MultiPolygon([cut, small]), HOTEL)

    assert fix.parts == 2
    assert kept(fix).intersects(small)


def test_a_spike_along_the_feature_is_given_up(base: Base) -> None:
    # 8 cm run free beside the feature, over 100 m
    shape = shapely.Polygon(
        [
            (397_990, 3_435_500),
            (398_000.13, 3_435_500),
            (398_000.13, 3_435_600),
            (398_050, 3_435_600),
            (398_050, 3_435_650),
            (397_990, 3_435_650),
        ]
    )
    fix = fix_of(base, shape, HOTEL)

    assert kept(fix).bounds[1] > 3_435_599.9
    assert_lawful(fix, shape)


def test_a_rule_on_the_project_alone_is_not_trimmed(base: Base) -> None:
    fix = fix_of(base, shapely.box(395_100, 3_431_100, 395_200, 3_431_200), SOLAR)

    assert fix.outcome is FixOutcome.NOT_CURABLE
    assert [cut.obstacle for cut in fix.cuts] == ["attribute"]
    assert fix.lost is None


def test_a_share_is_not_trimmed_and_named(base: Base) -> None:
    mine = {"activity": "mining_open"}
    fix = fix_of(base, shapely.box(397_900, 3_435_500, 398_100, 3_435_600), mine)

    assert [cut.obstacle for cut in fix.cuts] == ["share_ge"]
    assert fix.outcome is FixOutcome.NOT_CURABLE


def test_the_rest_is_worth_what_the_second_check_says(base: Base) -> None:
    """A real pack: the rest of a plant beside the river still needs approvals."""
    book = read_rule_book(base.packs)
    plant = PLANT | {"industry_code": "C2614", "construction_nature": "new"}
    fixes = fixed(
        base,
        shapely.box(402_000, 3_443_500, 402_300, 3_444_000),
        plant,
        book=book,
    )
    (fix,) = fixes.fixes
    after = fix.after

    assert fix.outcome is FixOutcome.TRIMMED
    assert after is not None
    assert states(fix)["YRL-001"] is State.CLEAR
    # the management range of the main stem begins at 3 444 800
    assert 3_443_799.2 < kept(fix).bounds[3] < 3_443_799.9
    replayed = check(
        (replace(after.site),), base, book, options=CheckOptions(as_of=TODAY)
    )
    assert replayed.sites[0].verdict is after.verdict
    assert fixes.after.sites == (after,)
    assert after.site.project == fix.before.site.project


def test_a_clause_of_a_unit_is_cured_by_leaving_the_unit(base: Base) -> None:
    # units part at 400 000; U-1 restricts tourism in the western one
    book = read_rule_book(base.packs)
    shape = shapely.box(399_800, 3_441_000, 400_300, 3_441_200)
    fix = fix_of(
        base,
        shape,
        {"activity": "tourism_facility", "industry_code": "N7862"},
        book=book,
        also_conditional=True,
    )
    cut = next(cut for cut in fix.cuts if cut.finding.rule_id == "U-1")

    assert cut.obstacle is None
    assert not cut.stands
    assert kept(fix).bounds[0] == 400_000.05


@pytest.mark.parametrize("number", ["T-001", "T-004", "T-005"])
def test_a_clause_that_bears_the_id_of_a_rule_is_drawn_from_its_unit(
    base: Base, number: str
) -> None:
    clauses = tuple(
        replace(clause, id=number, severity="prohibit")
        if clause.id == "U-1"
        else clause
        for clause in base.clauses or ()
    )
    named = replace(base, clauses=clauses)
    shape = shapely.box(399_800, 3_441_000, 400_300, 3_441_200)
    fix = fix_of(named, shape, {"activity": "tourism_facility"})
    (cut,) = fix.cuts

    assert cut.obstacle is None
    assert not cut.stands
    assert kept(fix).bounds[0] == 400_000.05


def test_clauses_of_two_units_with_one_number_are_two(base: Base) -> None:
    """Out of the one unit a point must not be led into the other."""
    (clause,) = (one for one in base.clauses or () if one.id == "U-1")
    ban = replace(clause, id="1", severity="prohibit")
    other = replace(ban, unit_code="ZH50023730001")
    point = shapely.Point(399_000, 3_441_100)
    tour = {"activity": "tourism_facility"}

    one = fix_of(replace(base, clauses=(ban,)), point, tour)
    assert one.escape is not None
    assert one.escape.way.distance_m == pytest.approx(1000, abs=1)
    assert fix_of(replace(base, clauses=(ban, other)), point, tour).escape is None


def test_conditions_are_trimmed_only_when_asked(base: Base) -> None:
    wind = {"activity": "wind"}
    shape = shapely.box(397_900, 3_435_500, 398_100, 3_435_600)

    assert fix_of(base, shape, wind).outcome is FixOutcome.NOT_NEEDED
    fix = fix_of(base, shape, wind, also_conditional=True)
    assert fix.outcome is FixOutcome.TRIMMED
    assert states(fix)["T-006"] is State.CLEAR


def test_a_condition_over_the_whole_site_is_not_trimmed(base: Base) -> None:
    shape = shapely.box(395_100, 3_435_100, 395_200, 3_435_200)
    fix = fix_of(base, shape, {"activity": "wind"}, also_conditional=True)

    assert fix.outcome is FixOutcome.NOT_CURABLE
    assert [cut.obstacle for cut in fix.cuts] == ["whole"]
    assert fix.kept_m2 == fix.before.area_m2


def test_a_site_in_degrees_is_laid_out_in_the_plane_of_its_zone(base: Base) -> None:
    shape = shapely.box(397_900, 3_435_500, 398_300, 3_435_800)
    degrees = shapely.transform(
        shape, lambda xy: np.column_stack(TO_DEGREES.transform(*xy.T))
    )
    plot = replace(site(degrees, HOTEL), crs="EPSG:4490")
    report = check((plot,), base, trim_rules(), options=CheckOptions(as_of=TODAY))
    (fix,) = fix_report(report, trim_rules()).fixes

    assert fix.plane is not None
    assert (fix.plane.crs, fix.plane.zone) == ("EPSG:4546", 37)
    assert kept(fix).bounds == pytest.approx(
        (398_000.05, 3_435_500, 398_300, 3_435_800), abs=0.002
    )


def test_a_rejected_site_is_left_alone(base: Base) -> None:
    far = shapely.box(800_000, 3_435_000, 800_100, 3_435_100)
    fixes = fixed(base, far, HOTEL)

    assert fixes.fixes[0].outcome is FixOutcome.REJECTED
    assert fixes.exit_code == 3


# ------------------------------------------------------------ lines and points
def test_a_line_is_told_where_it_runs_through(base: Base) -> None:
    # through the red line, across its hole, and out
    road = shapely.LineString([(394_500, 3_436_000), (398_500, 3_436_000)])
    fixes = fixed(base, road, HOTEL)
    (fix,) = fixes.fixes

    assert fix.outcome is FixOutcome.CROSSINGS
    assert fix.kept is None
    assert [crossing.feature for crossing in fix.crossings] == ["R1", "R1", "R2"]
    feet = [c.geometry.bounds[k] for c in fix.crossings for k in (0, 2)]
    expected = [395_000, 395_800, 396_200, 397_000, 397_000, 398_000]
    assert np.abs(np.subtract(feet, expected)).max() < 1e-4
    assert {len(c.geometry.coords) for c in fix.crossings} == {2}
    lon, lat = TO_DEGREES.transform([394_500, 395_000], [3_436_000] * 2)
    start = GEOD.inv(lon[0], lat[0], lon[1], lat[1])[2]
    assert fix.crossings[0].start_m == pytest.approx(start, abs=1e-4)
    assert fix.crossings[0].start.lon == pytest.approx(lon[1], abs=1e-9)
    assert fix.crossings[1].end_m == pytest.approx(fix.crossings[2].start_m, abs=1e-6)
    assert fixes.exit_code == 1


def test_a_line_that_comes_back_keeps_both_passages(base: Base) -> None:
    loop = shapely.LineString(
        [
            (397_500, 3_437_500),
            (397_500, 3_436_500),
            (397_600, 3_436_500),
            (397_600, 3_437_500),
        ]
    )
    (crossing,) = fix_of(base, loop, HOTEL).crossings

    assert crossing.start_m == pytest.approx(500, abs=0.1)
    assert crossing.run_m == pytest.approx(1100, abs=0.2)


def test_where_a_line_only_touches_nothing_is_to_move(base: Base) -> None:
    # out of R2, then past the north-western corner of R1
    road = shapely.LineString(
        [
            (397_500, 3_436_500),
            (397_500, 3_437_500),
            (395_500, 3_437_500),
            (394_900, 3_436_900),
        ]
    )
    (crossing,) = fix_of(base, road, HOTEL).crossings

    assert crossing.feature == "R2"


def test_a_line_crossed_by_a_line_is_crossed_in_a_point() -> None:
    ditch = shapely.LineString([(400_100, 3_435_000), (400_100, 3_436_000)])
    piece = Piece("river", "H9", "沟", None, ditch)
    road = shapely.LineString([(400_000, 3_435_500), (400_300, 3_435_500)])
    (crossing,) = find_crossings(
        road, [("A-1", piece), ("A-2", piece)], crs="EPSG:4546"
    )

    assert crossing.rule_ids == ("A-1", "A-2")
    assert crossing.run_m == 0
    assert crossing.geometry.equals(shapely.Point(400_100, 3_435_500))
    assert crossing.start_m == pytest.approx(100, abs=0.02)


def test_a_line_that_only_touches_has_nothing_to_move(base: Base) -> None:
    along = shapely.LineString([(395_100, 3_437_000), (395_900, 3_437_100)])

    assert fix_of(base, along, HOTEL).crossings == ()


def test_a_point_is_shown_the_nearest_way_out(base: Base) -> None:
    fix = fix_of(base, shapely.Point(397_900, 3_436_000), HOTEL)

    assert fix.outcome is FixOutcome.POINT
    assert fix.escape is not None
    assert fix.escape.way.bearing_deg == pytest.approx(90)
    assert fix.escape.way.distance_m == pytest.approx(100.1, abs=0.02)
    assert fix.escape.after.verdict is not Verdict.PROHIBITED


def test_a_point_is_not_led_out_of_one_feature_into_the_next(base: Base) -> None:
    # R1 ends at 397 000, where R2 begins: the way out is north, not east
    fix = fix_of(base, shapely.Point(396_950, 3_436_900), HOTEL)

    assert fix.escape is not None
    assert fix.escape.way.bearing_deg == pytest.approx(0, abs=1e-6)
    assert fix.escape.way.distance_m == pytest.approx(100.1, abs=0.02)


def test_several_points_are_not_moved_at_once(base: Base) -> None:
    points = shapely.MultiPoint([(397_900, 3_436_000), (397_800, 3_436_000)])
    fix = fix_of(base, points, HOTEL)

    assert fix.outcome is FixOutcome.POINT
    assert fix.escape is None


def test_a_cut_that_the_second_check_finds_short_is_made_wider(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    # a plane taken for shorter than it is: the limit is drawn 30 cm too near
    monkeypatch.setattr(forbidden, "stretch", lambda *_: 0.999)
    fix = fix_of(base, shapely.box(404_000, 3_432_050, 404_300, 3_432_150), PLANT)

    assert fix.margin_m == 0.4
    assert states(fix)["T-002"] is State.CLEAR
