"""Malformed project files, YAML and Excel: every problem at its line or cell."""

from pathlib import Path

import pytest
from sheets import TITLE, write_sheet
from twins import Pair, changed, line_of, pairs, require_words, told

from zoning.errors import SiteError
from zoning.io.project import read_projects

FILES = pairs("projects.yaml")
FORMS = pairs("forms.yaml")
NAME, FORM = "project.yaml", "form.xlsx"

each_file = pytest.mark.parametrize("pair", FILES.values(), ids=FILES.keys())
each_form = pytest.mark.parametrize("pair", FORMS.values(), ids=FORMS.keys())


@each_file
def test_a_bad_file_lists_exactly_its_problems(pair: Pair, tmp_path: Path) -> None:
    bad = changed(pair.twin, pair.wrong)
    (tmp_path / NAME).write_text(bad, encoding="utf-8")

    with pytest.raises(SiteError) as caught:
        read_projects(tmp_path / NAME)

    problems = caught.value.problems
    assert told(problems) == sorted(
        (one.code, f"{NAME}:{line_of(bad, one.at)}") for one in pair.problems
    )
    require_words(problems, pair.problems)


@each_file
def test_the_good_twin_of_a_file_is_read(pair: Pair, tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(changed(pair.twin, pair.right), encoding="utf-8")

    projects = read_projects(tmp_path / NAME)

    assert projects.default["industry_code"] == "C2614"
    assert projects.for_site("DK01", "", "")["activity"] == "road"
    kinds = [paper.kind for paper in projects.evidence_for("DK02", "", "")]
    assert kinds == ["project_approval", "limited_activity_opinion"]


@each_form
def test_a_bad_form_lists_exactly_its_problems(pair: Pair, tmp_path: Path) -> None:
    write_sheet(tmp_path / FORM, pair.twin, pair.wrong)

    with pytest.raises(SiteError) as caught:
        read_projects(tmp_path / FORM)

    problems = caught.value.problems
    assert told(problems) == sorted(
        (one.code, f"{FORM}!{TITLE}!{one.at}" if one.at else FORM)
        for one in pair.problems
    )
    require_words(problems, pair.problems)


@each_form
def test_the_good_twin_of_a_form_is_read(pair: Pair, tmp_path: Path) -> None:
    write_sheet(tmp_path / FORM, pair.twin, pair.right)

    projects = read_projects(tmp_path / FORM)

    assert projects.default == {"linear": "false"}
    assert projects.for_site("DK01", "", "")["activity"] == "road"
    assert projects.for_site("DK01", "", "")["linear"] == "true"
    (paper,) = projects.evidence_for("DK01", "", "")
    assert (paper.kind, paper.number) == (
        "limited_activity_opinion",
        "渝府函〔2026〕12号",
    )
    assert paper.date.isoformat() == "2026-05-01"
    assert "DK02" in projects.by_site


def test_there_are_enough_pairs_and_some_with_many_problems() -> None:
    everything = [*FILES.values(), *FORMS.values()]

    assert len(everything) >= 12
    assert sum(len(pair.problems) >= 3 for pair in everything) >= 6
