"""The law of the day: what is cited, what is not known, and that nothing vanishes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
import shapely
from plots import ROAD, check_plot, site

from zoning.check import check
from zoning.check.checking import rules_in_scope
from zoning.model import Base, CheckOptions, Finding, Gap, State
from zoning.rules.packs import RuleBook, built_in_packs, read_rule_book
from zoning.rules.schema import Rule

IN_RESERVE = shapely.box(397_100, 3_435_100, 397_150, 3_435_150)
IN_WATER_SOURCE = shapely.box(405_100, 3_437_100, 405_150, 3_437_150)
CHEMICAL = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}
BY_RIVER = shapely.box(399_000, 3_445_900, 399_100, 3_446_000)


def months() -> Iterator[date]:
    for year in range(2021, 2027):
        for month in range(1, 13):
            yield date(year, month, 1)


def finding_on(base: Base, day: date, rule_id: str) -> Finding:
    shape = IN_RESERVE if rule_id.startswith("NR") else IN_WATER_SOURCE
    findings = check_plot(base, shape, ROAD, as_of=day).sites[0].findings
    return next(f for f in findings if f.rule_id == rule_id)


def heirs(rule: Rule, book: RuleBook, day: date) -> set[str]:
    """Follow `succeeded_by` until rules that have not lapsed on `day`."""
    if rule.in_force(day):
        return {rule.id}
    by_id = {one.id: one for one in book.rules}
    named = [by_id[name] for name in rule.succeeded_by or ()]
    return {heir for one in named for heir in heirs(one, book, day)}


@pytest.mark.parametrize("day", list(months()), ids=str)
def test_no_topic_vanishes_in_any_month(day: date, base: Base) -> None:
    book = read_rule_book(built_in_packs())
    judged = {r.id for r in rules_in_scope(book, base, CheckOptions(as_of=day))}

    for rule in book.rules:
        if rule.scope in {*base.scope, "three_lines"}:
            assert heirs(rule, book, day), rule.id
            assert heirs(rule, book, day) <= judged, rule.id


@pytest.mark.parametrize("day", list(months())[::6], ids=str)
def test_what_bites_cites_a_clause_of_the_day_or_says_that_none_is_known(
    day: date, base: Base
) -> None:
    for shape in (IN_RESERVE, IN_WATER_SOURCE, BY_RIVER):
        for finding in check_plot(base, shape, CHEMICAL, as_of=day).sites[0].findings:
            since = None if finding.source is None else finding.source.effective_from
            if finding.state in {State.PROHIBITED, State.CONDITIONAL}:
                assert finding.source is not None
                assert since is None or since <= day.isoformat()
            if finding.source is None and finding.reason == "LAW_UNKNOWN_AT_DATE":
                assert finding.state is State.NOT_CHECKED


@pytest.mark.parametrize(
    ("rule_id", "earlier", "later"),
    [
        ("NR-001", "第十八、二十七", "第二十六条"),
        ("DW-002", "水污染防治法", "生态环境法典"),
    ],
)
def test_the_same_site_cites_other_law_two_years_later(
    base: Base, rule_id: str, earlier: str, later: str
) -> None:
    cited = [
        finding_on(base, day, rule_id).source
        for day in (date(2024, 6, 1), date(2026, 11, 1))
    ]

    said = ["" if s is None else s.document + s.clause for s in cited]
    assert earlier in said[0]
    assert later in said[1]


def test_before_the_law_of_the_river_nothing_is_said_of_it(base: Base) -> None:
    report = check_plot(base, BY_RIVER, CHEMICAL, as_of=date(2021, 2, 28))

    by_id = {f.rule_id: f for f in report.sites[0].findings}
    assert by_id["YRL-001"].state is State.NOT_CHECKED
    assert by_id["YRL-001"].reason == "LAW_UNKNOWN_AT_DATE"
    assert not report.sites[0].complete


def test_a_rule_that_lapsed_without_a_successor_is_not_checked(base: Base) -> None:
    book = read_rule_book(built_in_packs())
    old = next(rule for rule in book.rules if rule.effective_to is not None)
    lapsed = {gap.rule_id for gap in gaps_with(base, old, succeeded_by=None)}
    strange = {gap.rule_id for gap in gaps_with(base, old, succeeded_by=("XYZ-001",))}
    ended = {gap.rule_id for gap in gaps_with(base, old, succeeded_by=())}

    assert old.id in lapsed
    assert old.id in strange
    assert old.id not in ended


def gaps_with(base: Base, rule: Rule, **update: object) -> tuple[Gap, ...]:
    book = read_rule_book(base.packs)
    changed = rule.model_copy(update=update)
    rules = tuple(changed if r.id == rule.id else r for r in book.rules)
    options = CheckOptions(as_of=date(2026, 11, 1))
    report = check(
        (site(IN_RESERVE, ROAD),), base, replace(book, rules=rules), options=options
    )
    return report.sites[0].gaps
