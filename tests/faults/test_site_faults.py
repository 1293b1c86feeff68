"""Bad site files: never clear, the reason told, the rest of the batch answered."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from fault_case import OVERLAP_M2, Outcome, SiteFault, write
from fault_yaml import text_faults
from plots import ROAD, TODAY

from zoning.check import check
from zoning.errors import Problem
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report, SiteResult, Verdict
from zoning.rules.packs import read_rule_book

FARMLAND = "permanent_basic_farmland"
CONFLICT = {Verdict.CONDITIONAL, Verdict.PROHIBITED}
EXITS = {Outcome.REJECTED: 3, Outcome.TOLD: 1, Outcome.GAP: 4, Outcome.WORSE: 1}
SITE_FAULTS = tuple(
    fault
    for stem in ("boundary_txt", "geojson", "kml", "tables", "wkt", "dxf")
    for fault in text_faults(stem)
)
BESIDE = next(f for f in SITE_FAULTS if f.name.startswith("boundary_txt")).good()


def cases() -> list[object]:
    return [
        pytest.param(
            fault,
            id=fault.name,
            marks=[pytest.mark.xfail(strict=True, reason=fault.unmended)]
            * bool(fault.unmended),
        )
        for fault in SITE_FAULTS
    ]


def answer(paths: Sequence[Path], base: Base, crs: str | None) -> Report:
    """Check files as the command does, for a project that endangers nothing."""
    sites = tuple(replace(s, project=ROAD) for s in read_sites(paths, crs=crs))
    book = read_rule_book(base.packs)
    return check(sites, base, book, options=CheckOptions(as_of=TODAY))


def told(result: SiteResult) -> Iterator[Problem]:
    """Yield every problem that is printed of a site."""
    if result.site.rejection is not None:
        yield result.site.rejection
    yield from result.problems
    yield from (gap.problem for gap in result.gaps)


def overlap_m2(results: Sequence[SiteResult]) -> float:
    return sum(
        conflict.overlap_m2
        for result in results
        for conflict in result.conflicts
        if conflict.layer == FARMLAND
    )


def require_words(problem: Problem) -> None:
    for lang in ("zh", "en"):
        for text in (problem.text(lang), problem.cure(lang)):
            assert text.strip(), problem.code
            assert "{" not in text.replace("{}", ""), text


def require_conflict(results: Sequence[SiteResult], area_m2: float) -> None:
    assert not [r.site.rejection.line() for r in results if r.site.rejection]
    assert CONFLICT & {r.verdict for r in results}
    assert overlap_m2(results) == pytest.approx(area_m2, rel=2e-5)


@pytest.mark.parametrize("fault", cases())
def test_a_bad_site_is_never_clear(
    fault: SiteFault, tmp_path: Path, base: Base
) -> None:
    bad = write(tmp_path / "bad", fault.spoil(fault.good()))
    beside = write(tmp_path, {"beside.txt": BESIDE["site.txt"]})

    report = answer([beside, bad, beside], base, fault.crs)

    first, *found, last = report.sites
    require_conflict([first], OVERLAP_M2)
    require_conflict([last], OVERLAP_M2)
    assert found
    assert Verdict.CLEAR not in {result.verdict for result in found}
    problems = [problem for result in found for problem in told(result)]
    assert set(fault.codes) <= {problem.code for problem in problems}
    for problem in problems:
        require_words(problem)
    alone = replace(report, sites=tuple(found))
    assert alone.exit_code == EXITS[fault.outcome]
    if fault.outcome is Outcome.TOLD:
        require_conflict(found, fault.overlap_m2)


@pytest.mark.parametrize("fault", SITE_FAULTS, ids=lambda fault: fault.name)
def test_its_good_twin_loads_and_conflicts(
    fault: SiteFault, tmp_path: Path, base: Base
) -> None:
    good = write(tmp_path, fault.good())

    report = answer([good], base, fault.good_crs)

    require_conflict(report.sites, OVERLAP_M2)
    assert report.exit_code == 1
