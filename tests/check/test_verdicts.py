"""Verdicts on the small base, answers checked with a pencil."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from plots import ROAD, TODAY, check_plot, site
from shapely.geometry.base import BaseGeometry

from zoning.check import check
from zoning.errors import Problem
from zoning.model import Base, CheckOptions, Finding, State, Verdict
from zoning.rules.packs import read_rule_book

IN_TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
ON_FARMLAND = shapely.box(400_150, 3_435_050, 400_250, 3_435_100)
IN_CORE = shapely.box(397_100, 3_435_100, 397_150, 3_435_150)
ON_REDLINE = shapely.box(395_100, 3_435_100, 395_200, 3_435_200)
IN_HOLE = shapely.box(395_900, 3_435_900, 396_000, 3_436_000)


def finding(
    base: Base, shape: BaseGeometry, rule_id: str, project: Mapping[str, str]
) -> Finding:
    findings = check_plot(base, shape, project).sites[0].findings
    return next(f for f in findings if f.rule_id == rule_id)


def test_a_harmless_plot_in_town_is_clear_with_evidence(base: Base) -> None:
    report = check_plot(base, IN_TOWN, ROAD)

    result = report.sites[0]
    assert result.verdict is Verdict.CLEAR
    assert result.complete
    assert report.exit_code == 0
    farmland = next(f for f in result.findings if f.rule_id == "PBF-001")
    assert farmland.nearest is not None
    assert farmland.distance_m == pytest.approx(
        3275.27, abs=0.05
    )  # to (400 400, 3 435 000)


def test_farmland_is_prohibited_with_area_features_and_article(base: Base) -> None:
    found = finding(base, ON_FARMLAND, "PBF-001", ROAD)

    assert found.state is State.PROHIBITED
    assert found.overlap_m2 == pytest.approx(5000 * (1 - 2.5e-4), rel=1e-4)
    assert [f.id for f in found.features] == ["F1", "F2"]
    assert found.share == pytest.approx(1.0)
    assert found.source is not None
    assert "土地管理法" in found.source.document
    assert found.witness is not None


def test_a_national_key_project_turns_the_ban_into_a_condition(base: Base) -> None:
    project = {**ROAD, "approval_level": "national_major"}

    found = finding(base, ON_FARMLAND, "PBF-001", project)

    assert found.state is State.CONDITIONAL
    assert found.needs


def test_an_unknown_approval_level_leaves_the_ban_and_asks(base: Base) -> None:
    project = {k: v for k, v in ROAD.items() if k != "approval_level"}

    found = finding(base, ON_FARMLAND, "PBF-001", project)

    assert found.state is State.PROHIBITED
    assert "approval_level" in {q["attribute"] for q in found.questions}


def test_the_core_zone_is_prohibited_and_the_hole_is_not(base: Base) -> None:
    assert finding(base, IN_CORE, "ECR-001", ROAD).state is State.PROHIBITED
    assert finding(base, IN_HOLE, "ECR-001", ROAD).state is State.CLEAR
    assert finding(base, IN_HOLE, "ECR-002", ROAD).state is State.CLEAR


def test_an_unverified_ban_is_conditional_and_says_so(base: Base) -> None:
    project = {**ROAD, "activity": "industrial_park_dev"}

    found = finding(base, ON_REDLINE, "UDB-002", project)

    assert found.severity == "prohibit"
    assert found.state is State.CONDITIONAL
    assert any("待核实依据" in note["zh"] for note in found.notes)


def test_clauses_of_the_access_list(base: Base) -> None:
    chemical = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}

    states = {
        f.rule_id: f.state
        for f in check_plot(base, IN_HOLE, chemical).sites[0].findings
        if f.layer == "access_list"
    }

    assert states == {
        "C-1": State.PROHIBITED,
        "U-1": State.CLEAR,
        "U-2": State.REVIEW,
    }


def test_clauses_of_another_unit_do_not_concern_the_site(base: Base) -> None:
    result = check_plot(base, IN_TOWN, ROAD).sites[0]

    assert {f.rule_id for f in result.findings if f.layer == "access_list"} == {
        "C-1",
        "U-3",
    }
    assert [unit.code for unit in result.units] == ["ZH50023730001"]


def test_the_hit_on_the_layout_carries_widths_and_trim(base: Base) -> None:
    plot = shapely.box(407_080, 3_439_000, 407_300, 3_439_100)

    hit = check_plot(base, plot, ROAD).sites[0].layout[0]

    assert (hit.name, hit.kind) == ("甲廊道", "corridor")
    assert hit.width_m == pytest.approx(200, rel=1e-3)
    assert hit.width_left_m == pytest.approx(80, rel=1e-3)
    assert hit.trim_m2 == pytest.approx(70 * 100, rel=5e-3)


def test_a_sliver_is_residue_and_a_notice(base: Base) -> None:
    plot = shapely.box(399_900, 3_435_050, 400_000.05, 3_435_060)

    result = check_plot(base, plot, {**ROAD, "activity": "rural_house"}).sites[0]

    assert [r.layer for r in result.residue if r.layer.startswith("perm")]
    farmland = next(f for f in result.findings if f.rule_id == "PBF-004")
    assert farmland.state is State.NOTICE
    assert farmland.reason == "RESIDUE"


@pytest.mark.parametrize(
    ("metres", "state"),
    [(999.0, State.PROHIBITED), (1001.0, State.CLEAR)],
    ids=["inside", "outside"],
)
def test_one_kilometre_from_a_tributary(
    base: Base, metres: float, state: State
) -> None:
    scale = 1.00013  # plane metres per metre here
    east = 408_900 - metres * scale
    plot = shapely.box(east - 50, 3_431_000, east, 3_431_050)
    chemical = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}

    assert finding(base, plot, "YRL-001", chemical).state is state


def test_the_limit_itself_is_within_it(base: Base) -> None:
    """`<=`, not `<`: the rule's distance is set to the measured one exactly."""
    plot = shapely.box(405_000, 3_431_000, 405_050, 3_431_050)
    chemical = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}
    measured = finding(base, plot, "YRL-001", chemical).distance_m
    assert measured is not None
    assert 1000 < measured < 4500
    book = read_rule_book(base.packs)
    rule = next(r for r in book.rules if r.id == "YRL-001")
    spaces = tuple(s.model_copy(update={"distance_m": measured}) for s in rule.space)
    exact = replace(book, rules=(rule.model_copy(update={"space": spaces}),))
    options = CheckOptions(as_of=TODAY)

    report = check((site(plot, chemical),), base, exact, options=options)

    assert report.sites[0].findings[0].state is State.PROHIBITED


def test_lines_and_points_are_sites(base: Base) -> None:
    pipe = shapely.LineString([(400_150, 3_434_900), (400_150, 3_435_300)])
    well = shapely.Point(400_150, 3_435_100)

    crossing = finding(base, pipe, "PBF-001", ROAD)
    inside = finding(base, well, "PBF-001", ROAD)

    assert crossing.state is State.PROHIBITED
    assert crossing.length_m == pytest.approx(200, rel=1e-3)
    assert crossing.overlap_m2 == 0
    assert inside.state is State.PROHIBITED


def test_a_site_outside_the_county_cannot_be_determined(base: Base) -> None:
    report = check_plot(base, shapely.box(388_000, 3_432_000, 388_100, 3_432_100), ROAD)

    assert report.verdict is Verdict.UNDETERMINED
    assert report.exit_code == 4
    assert "OUTSIDE_COVERAGE" in {g.problem.code for g in report.sites[0].gaps}


def test_a_site_far_away_is_rejected_with_a_hint_at_the_crs(base: Base) -> None:
    report = check_plot(base, shapely.box(100_000, 3_432_000, 100_100, 3_432_100), ROAD)

    assert report.verdict is Verdict.REJECTED
    assert report.exit_code == 3
    rejection = report.sites[0].site.rejection
    assert rejection is not None
    assert rejection.code == "SITE_FAR_FROM_COUNTY"


def test_a_rejected_row_stays_in_its_place(base: Base) -> None:
    good = site(IN_TOWN, ROAD)
    problem = Problem(code="SITE_FAR_FROM_COUNTY", values={"distance": "9"})
    bad = replace(good, id="bad", geometry=None, rejection=problem)
    book = read_rule_book(base.packs)

    report = check((good, bad, good), base, book, options=CheckOptions(as_of=TODAY))

    assert [s.verdict for s in report.sites] == [
        Verdict.CLEAR,
        Verdict.REJECTED,
        Verdict.CLEAR,
    ]
    assert report.exit_code == 3
    assert not report.complete


def test_an_empty_call_is_never_clear(base: Base) -> None:
    book = read_rule_book(base.packs)

    report = check((), base, book, options=CheckOptions(as_of=TODAY))

    assert report.exit_code == 4
    assert report.verdict is not Verdict.CLEAR


def test_no_rules_are_never_clear(base: Base) -> None:
    book = replace(read_rule_book(base.packs), rules=())
    bare = replace(base, scope=("three_lines",))

    report = check(
        (site(IN_TOWN, ROAD),), bare, book, options=CheckOptions(as_of=TODAY)
    )

    assert report.verdict is Verdict.UNDETERMINED
    assert {g.layer for g in report.sites[0].gaps} == {
        "permanent_basic_farmland",
        "ecological_redline",
        "urban_development_boundary",
    }


def test_a_clause_whose_law_is_unknown_at_the_date_is_not_checked(base: Base) -> None:
    result = check_plot(base, ON_FARMLAND, ROAD, as_of=date(1990, 1, 1)).sites[0]

    found = next(f for f in result.findings if f.rule_id == "PBF-001")
    assert found.state is State.NOT_CHECKED
    assert found.reason == "LAW_UNKNOWN_AT_DATE"
    assert not result.complete


def test_an_unknown_activity_near_the_river_is_asked_for_not_assumed(
    base: Base,
) -> None:
    plot = shapely.box(408_000, 3_431_000, 408_050, 3_431_050)
    unknown = {k: v for k, v in ROAD.items() if k not in {"activity", "industry_code"}}

    result = check_plot(base, plot, unknown).sites[0]

    found = next(f for f in result.findings if f.rule_id == "YRL-001")
    assert found.state is State.NOT_CHECKED
    assert found.reason == "ATTRIBUTE_MISSING"
    assert {q["attribute"] for q in found.questions} >= {"activity", "industry_code"}
    assert not result.complete


def test_far_from_the_river_nothing_is_asked(base: Base) -> None:
    """Space first: a rule that cannot bite here asks nothing."""
    found = finding(base, IN_TOWN, "DW-002", {})

    assert found.state is State.CLEAR
    assert not found.questions


def test_a_ban_hides_questions_that_cannot_change_it(base: Base) -> None:
    unknown = {k: v for k, v in ROAD.items() if k != "discharges_any"}

    findings = check_plot(base, ON_FARMLAND, unknown).sites[0].findings

    asking = {f.rule_id for f in findings if f.questions}
    assert all(f.state is State.PROHIBITED for f in findings if f.rule_id in asking)


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({"valid_to": date(2025, 12, 31)}, "EDITION_NOT_VALID"),
        ({"valid_from": date(2027, 1, 1)}, "EDITION_NOT_VALID"),
        ({"authority": "draft"}, "AUTHORITY_NOT_STATUTORY"),
    ],
    ids=["expired", "not yet valid", "draft"],
)
def test_a_layer_that_does_not_count_proves_nothing_either_way(
    base: Base, info: dict[str, object], reason: str
) -> None:
    farmland = base.layers["permanent_basic_farmland"]
    stale = replace(farmland, info=replace(farmland.info, **info))  # type: ignore[arg-type]
    changed = replace(base, layers={**base.layers, stale.info.id: stale})

    on_it = finding(changed, ON_FARMLAND, "PBF-001", ROAD)
    off_it = finding(changed, IN_TOWN, "PBF-001", ROAD)

    assert {on_it.state, off_it.state} == {State.NOT_CHECKED}
    assert {on_it.reason, off_it.reason} == {reason}


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2025, 1, 1)])
def test_an_edition_counts_on_its_first_and_last_day(base: Base, day: date) -> None:
    farmland = base.layers["permanent_basic_farmland"]
    span = {"valid_from": date(2025, 1, 1), "valid_to": date(2025, 12, 31)}
    dated = replace(farmland, info=replace(farmland.info, **span))  # type: ignore[arg-type]
    changed = replace(base, layers={**base.layers, dated.info.id: dated})

    result = check_plot(changed, ON_FARMLAND, ROAD, as_of=day).sites[0]

    found = next(f for f in result.findings if f.rule_id == "PBF-001")
    assert found.state is State.PROHIBITED


def test_older_dates_cite_the_law_of_the_day(base: Base) -> None:
    project = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}
    water = shapely.box(405_100, 3_437_100, 405_200, 3_437_200)

    new = finding(base, water, "DW-002", project)
    report = check_plot(base, water, project, as_of=date(2024, 6, 1))
    old = next(f for f in report.sites[0].findings if f.rule_id == "DW-002")

    assert new.source is not None
    assert old.source is not None
    assert new.source.document == "生态环境法典"
    assert "水污染防治法" in old.source.document


def test_a_river_known_only_by_its_center_line_holds_nothing_clear(base: Base) -> None:
    """1 km from a center line is less than 1 km from its shore."""
    river = base.layers["river"]
    outline = river.attributes["outline"].copy()
    outline[:] = "center_line"
    lines = river.geometry.copy()
    lines[1] = shapely.LineString([(408_950, 3_430_000), (408_950, 3_444_900)])
    bare = replace(
        river, geometry=lines, attributes={**river.attributes, "outline": outline}
    )
    changed = replace(base, layers={**base.layers, "river": bare})
    plot = shapely.box(407_800, 3_434_000, 407_850, 3_434_050)  # 1 100 m from it
    chemical = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}

    found = finding(changed, plot, "YRL-001", chemical)

    assert found.state is State.NOT_CHECKED
    assert found.reason == "SHORELINE_BASIS"


@given(
    west=st.floats(391_000, 408_000),
    south=st.floats(3_431_000, 3_448_000),
    size=st.floats(10, 1500),
)
def test_taking_a_layer_away_never_makes_a_site_clear(
    base: Base, west: float, south: float, size: float
) -> None:
    plot = shapely.box(west, south, west + size, south + size)
    layers = {k: v for k, v in base.layers.items() if k != "ecological_redline"}

    verdict = check_plot(replace(base, layers=layers), plot, ROAD).verdict

    assert verdict not in {Verdict.CLEAR, Verdict.NOTICE}


@given(
    west=st.floats(391_000, 408_000),
    south=st.floats(3_431_000, 3_446_000),
    size=st.floats(10, 800),
    more=st.floats(0, 500),
)
def test_a_larger_site_meets_at_least_what_the_smaller_one_meets(
    base: Base, west: float, south: float, size: float, more: float
) -> None:
    small = shapely.box(west, south, west + size, south + size)
    large = shapely.box(
        west - more, south - more, west + size + more, south + size + more
    )
    order = list(State)
    bad = {State.CONDITIONAL, State.PROHIBITED}

    first = {f.rule_id: f for f in check_plot(base, small, ROAD).sites[0].findings}
    second = {f.rule_id: f for f in check_plot(base, large, ROAD).sites[0].findings}

    for rule_id, found in first.items():
        if found.state in bad and rule_id in second:
            assert order.index(second[rule_id].state) >= order.index(found.state)
            assert second[rule_id].overlap_m2 >= found.overlap_m2 - 1e-6
