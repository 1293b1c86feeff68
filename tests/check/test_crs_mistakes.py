"""No mistake of coordinates clears a plot that lies on farmland without being named."""

from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from crs_mistakes import MISTAKES, Mistake, written
from plots import ROAD, TODAY

from zoning.api import check_sites
from zoning.api import read_sites as read_table
from zoning.check import check
from zoning.errors import Problem
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, SiteResult, State, Verdict
from zoning.rules.packs import RuleBook, read_rule_book

FARMLAND = "permanent_basic_farmland"
OVERLAP_M2 = 100 * 50 / 1.000122**2
"""100 x 50 m of the plane 99.65 km from its meridian, on the ellipsoid by hand."""


def name(mistake: Mistake) -> str:
    crs = f", {mistake.crs}" if mistake.crs and mistake.crs.startswith("EPSG") else ""
    return f"{mistake.suffix[1:]}: {mistake.name}{crs}"


@cache
def rules(packs: tuple[str, ...]) -> RuleBook:
    return read_rule_book(packs)


def checked(path: Path, base: Base, crs: str | None) -> SiteResult:
    (site,) = read_sites([path], crs=crs)
    book = rules(base.packs)
    options = CheckOptions(as_of=TODAY)
    (result,) = check((replace(site, project=ROAD),), base, book, options=options).sites
    return result


def told(result: SiteResult) -> Iterator[Problem]:
    if result.site.rejection is not None:
        yield result.site.rejection
    yield from result.problems
    yield from (gap.problem for gap in result.gaps)


def farmland_m2(result: SiteResult) -> float:
    return sum(c.overlap_m2 for c in result.conflicts if c.layer == FARMLAND)


def outcome(result: SiteResult) -> str:
    if result.verdict is Verdict.REJECTED:
        return "refused"
    if farmland_m2(result) == pytest.approx(OVERLAP_M2, rel=2e-5):
        return "found"
    doubts = {gap.problem.code for gap in result.gaps}
    return "doubted" if "READING_CHANGES_ANSWER" in doubts else "missed"


@pytest.mark.parametrize("mistake", MISTAKES, ids=name)
def test_a_mistake_of_coordinates_is_refused_doubted_or_harmless(
    mistake: Mistake, tmp_path: Path, base: Base
) -> None:
    result = checked(written(tmp_path, mistake), base, mistake.argument)

    problems = {problem.code: problem for problem in told(result)}
    assert result.verdict is not Verdict.CLEAR
    assert outcome(result) == mistake.outcome, [p.line("en") for p in problems.values()]
    if mistake.outcome == "doubted":
        assert not result.complete
        assert State.NOT_CHECKED in {finding.state for finding in result.findings}
    if mistake.code:
        assert mistake.code in problems, set(problems)
        for lang in ("zh", "en"):
            assert mistake.names in problems[mistake.code].line(lang)


@pytest.mark.parametrize(
    "mistake",
    [m for m in MISTAKES if m.outcome != "found" and m.suffix in {".kml", ".geojson"}],
    ids=name,
)
def test_no_mistake_is_lost_on_the_way_through_a_table(
    mistake: Mistake, tmp_path: Path, base: Base
) -> None:
    table = read_table(written(tmp_path, mistake), crs=mistake.argument, project=ROAD)

    (result,) = check_sites(table, base, CheckOptions(as_of=TODAY)).report.sites

    assert outcome(result) == mistake.outcome
