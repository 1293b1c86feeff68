"""Papers are asked where they soften a finding, and nowhere else."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
import shapely
from plots import ROAD, TODAY, site
from shapely.geometry.base import BaseGeometry

from zoning import terms
from zoning.check import check
from zoning.check.declarable import open_papers
from zoning.check.judging import STATES
from zoning.model import Base, CheckOptions, DeclaredEvidence, Report
from zoning.rules.packs import read_rule_book

FARMLAND = shapely.box(400_150, 3_435_050, 400_250, 3_435_100)
REDLINE = shapely.box(395_100, 3_435_100, 395_200, 3_435_200)
CORE = shapely.box(397_100, 3_435_100, 397_150, 3_435_150)
QUIET = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
NATIONAL = {**ROAD, "approval_level": "national_major"}
KINDS = tuple(terms.group("evidence"))


def checked(
    base: Base,
    shape: BaseGeometry,
    project: Mapping[str, str],
    kinds: tuple[str, ...] = (),
    day: date = TODAY,
) -> Report:
    papers = tuple(
        DeclaredEvidence(kind=kind, number="函〔2026〕1号", date=day) for kind in kinds
    )
    plot = replace(site(shape, project), evidence=papers)
    book = read_rule_book(base.packs)
    return check((plot,), base, book, options=CheckOptions(as_of=TODAY))


def states(report: Report) -> dict[str, int]:
    return {f.rule_id: STATES.index(f.state) for f in report.sites[0].findings}


@pytest.mark.parametrize("project", [NATIONAL, ROAD, {}], ids=["key", "road", "silent"])
@pytest.mark.parametrize("shape", [FARMLAND, REDLINE, CORE, QUIET])
def test_all_papers_asked_soften_what_asks_and_the_others_change_nothing(
    base: Base, shape: BaseGeometry, project: Mapping[str, str]
) -> None:
    before = checked(base, shape, project)
    asked = open_papers(before.sites[0], read_rule_book(base.packs), TODAY)
    kinds = {kind for kind, _ in asked}
    with_all = states(checked(base, shape, project, tuple(sorted(kinds))))
    others = states(
        checked(base, shape, project, tuple(k for k in KINDS if k not in kinds))
    )

    assert others == states(before)
    for _, finding in asked:
        assert with_all[finding.rule_id] < STATES.index(finding.state)


def test_what_is_declared_is_not_asked_again_unless_it_is_of_tomorrow(
    base: Base,
) -> None:
    book = read_rule_book(base.packs)
    kinds = tuple(
        kind
        for kind, _ in open_papers(
            checked(base, FARMLAND, NATIONAL).sites[0], book, TODAY
        )
    )
    assert "state_council_approval" in kinds

    declared = checked(base, FARMLAND, NATIONAL, kinds[:1])
    late = checked(base, FARMLAND, NATIONAL, kinds, date(2027, 1, 1))

    assert kinds[0] not in {k for k, _ in open_papers(declared.sites[0], book, TODAY)}
    assert {k for k, _ in open_papers(late.sites[0], book, TODAY)} == set(kinds)
