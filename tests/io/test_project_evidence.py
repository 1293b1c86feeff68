"""Declared papers: read, carried through tables, counted on the day, printed."""

from datetime import date
from pathlib import Path

import pytest
import shapely
import small_base
from hypothesis import given
from hypothesis import strategies as st

import zoning
from zoning import terms
from zoning.errors import UsageError
from zoning.io.declared_evidence import evidence_text, papers_of_text
from zoning.io.project import Projects, read_projects
from zoning.io.site_table import sites_of_table
from zoning.model import CheckOptions, DeclaredEvidence

OPINION = DeclaredEvidence(
    kind="limited_activity_opinion",
    number="渝府函〔2026〕12号",
    date=date(2026, 5, 1),
    issuer="重庆市人民政府",
)
APPROVAL = DeclaredEvidence(
    kind="project_approval", number="7号", date=date(2026, 3, 1)
)
PROJECT = """\
project:
  activity: road
  evidence:
    - {kind: project_approval, number: 7号, date: 2026-03-01}
sites:
  DK01:
    证明材料:
      - 种类: 省级人民政府有限人为活动认定意见
        文号: 渝府函〔2026〕12号
        日期: 2026-05-01
        出具机关: 重庆市人民政府
"""
# Inside the red line, outside its core: a site that needs an opinion.
INSIDE = shapely.box(395_100, 3_435_100, 395_200, 3_435_200)

words = st.text(
    st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="|"),
    min_size=1,
    max_size=20,
)
papers = st.builds(
    DeclaredEvidence,
    kind=st.sampled_from(sorted(terms.group("evidence"))),
    number=words.map(lambda text: f"{text}〔2026〕7号"),
    date=st.dates(date(1990, 1, 1), date(2090, 1, 1)),
    issuer=words | st.just(""),
)


def refuse(_key: object, chinese: str, _english: str) -> None:
    raise AssertionError(chinese)


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    small_base.write_base(tmp_path / "base")
    small_base.write_txt(tmp_path / "plot.txt", INSIDE)  # its parcel is DK01
    (tmp_path / "p.yaml").write_text(PROJECT, encoding="utf-8")
    return tmp_path


def test_papers_of_a_site_add_to_those_of_all(desk: Path) -> None:
    projects = read_projects(desk / "p.yaml")

    assert projects.default_evidence == (APPROVAL,)
    assert projects.evidence_for("DK01", "", "") == (APPROVAL, OPINION)
    assert projects.evidence_for("DK02", "", "") == (APPROVAL,)
    assert projects.for_site("DK01", "", "") == {"activity": "road"}


def test_a_paper_named_twice_counts_once() -> None:
    projects = Projects(
        default_evidence=(OPINION,), evidence_by_site={"DK01": (OPINION, APPROVAL)}
    )

    assert projects.evidence_for("DK01", "", "") == (OPINION, APPROVAL)


@given(st.lists(papers, max_size=4, unique=True))
def test_a_column_gives_back_every_paper(given_papers: list[DeclaredEvidence]) -> None:
    text = evidence_text(given_papers)

    assert papers_of_text(text, refuse) == tuple(given_papers)


def test_a_table_carries_papers_to_the_check(desk: Path) -> None:
    table = zoning.read_sites(desk / "plot.txt", project=desk / "p.yaml")

    (site,) = sites_of_table(table)

    assert site.evidence == (APPROVAL, OPINION)
    assert "limited_activity_opinion | 渝府函〔2026〕12号" in table.evidence.iloc[0]


def test_papers_of_a_project_add_to_those_of_a_table(desk: Path) -> None:
    table = zoning.read_sites(desk / "plot.txt", project=desk / "p.yaml")
    more = {"kind": "plan_inclusion", "number": "9号", "date": date(2026, 6, 1)}

    again = zoning.read_sites(table, project={"evidence": [more]})

    kinds = [paper.kind for paper in sites_of_table(again)[0].evidence]
    assert kinds == ["project_approval", "limited_activity_opinion", "plan_inclusion"]


def test_a_malformed_column_is_refused(desk: Path) -> None:
    table = zoning.read_sites(desk / "plot.txt")
    table["evidence"] = "limited_activity_opinion | 12号 | 2026年5月1日"

    with pytest.raises(UsageError, match="E195"):
        sites_of_table(table)
    with pytest.raises(UsageError, match="E195"):
        zoning.read_sites(desk / "plot.txt", project={"evidence": ["opinion"]})


def state_of(desk: Path, as_of: date, **project: object) -> str:
    """Return the state of the rule that asks for an opinion on limited activities."""
    table = zoning.read_sites(
        desk / "plot.txt",
        project={"activity": "road", "construction_nature": "new", **project},
    )
    report = zoning.check_sites(table, desk / "base", CheckOptions(as_of=as_of))
    (state,) = report.findings.set_index("rule_id").loc[["ECR-003"], "state"]
    return str(state)


def test_an_opinion_turns_the_finding_that_names_it_from_its_day_on(desk: Path) -> None:
    first_day = date(2026, 5, 1)
    opinion = {
        "kind": "limited_activity_opinion",
        "number": "渝府函〔2026〕12号",
        "date": "2026-05-01",
    }
    other = {**opinion, "kind": "non_avoidance_opinion"}

    assert state_of(desk, first_day) == "CONDITIONAL"
    assert state_of(desk, first_day, evidence=[other]) == "CONDITIONAL"
    assert state_of(desk, date(2026, 4, 30), evidence=[opinion]) == "CONDITIONAL"
    assert state_of(desk, first_day, evidence=[other, opinion]) == "NOTICE"


@pytest.mark.parametrize(
    ("as_of", "says"),
    [
        (date(2026, 11, 23), "申报，未核验"),
        (date(2026, 4, 30), "晚于核查基准日 2026-04-30"),
    ],
)
def test_papers_are_printed_as_declared(desk: Path, as_of: date, says: str) -> None:
    table = zoning.read_sites(desk / "plot.txt", project=desk / "p.yaml")
    report = zoning.check_sites(table, desk / "base", CheckOptions(as_of=as_of))

    run = zoning.write_run(report, desk / "run")

    page = (run / "report.html").read_text(encoding="utf-8")
    assert "渝府函〔2026〕12号" in page
    assert says in page
    assert '"kind":"limited_activity_opinion"' in "".join(
        (run / "verdict.json").read_text(encoding="utf-8").split()
    )
