"""The told cases: every verdict, rule and figure of a page is worked out again."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from guide_files import ROOT, tables, zoning_calls

from zoning import terms
from zoning.api import CheckReport, check_sites, open_base, read_sites
from zoning.check.fixes import FixOptions
from zoning.check.trimming import fix_report
from zoning.cli import cli
from zoning.model import Base, CheckOptions
from zoning.rules.packs import read_rule_book

CASES = ROOT / "docs/cases"
SAMPLE = ROOT / "data/sample_layers"
FOLDERS = tuple(sorted(path for path in CASES.iterdir() if path.is_dir()))
PAGES = (CASES / "README.md", *(folder / "README.md" for folder in FOLDERS))
PICTURES = tuple(sorted(CASES.rglob("*.png")))
LARGEST_PICTURE = 150_000  # bytes
LARGEST_FOLDER = 4_000_000

each_case = pytest.mark.parametrize("folder", FOLDERS, ids=lambda path: path.name)
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: path.parent.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One check or fix as `expected.yaml` of a case tells it."""

    folder: Path
    values: dict[str, Any]

    @property
    def words(self) -> tuple[str, str, str]:
        """What picks the run: site file, project file, day."""
        return self.values["site"], self.values["project"], self.values["as_of"]


def told(folder: Path, key: str) -> list[Told]:
    text = (folder / "expected.yaml").read_text(encoding="utf-8")
    values = yaml.safe_load(text).get(key, [])
    return [Told(folder=folder, values=one) for one in values]


CHECKS = [one for folder in FOLDERS for one in told(folder, "checks")]
FIXES = [one for folder in FOLDERS for one in told(folder, "fixes")]


def name_of(one: Told) -> str:
    return "-".join((one.folder.name[:2], *one.words))


each_check = pytest.mark.parametrize("one", CHECKS, ids=name_of)


@cache
def sample_base() -> Base:
    return open_base(SAMPLE)


@cache
def checked(folder: Path, site: str, project: str, as_of: str) -> CheckReport:
    sites = read_sites(folder / site, project=folder / project)
    options = CheckOptions(as_of=date.fromisoformat(as_of))
    return check_sites(sites, sample_base(), options)


def report_of(one: Told) -> CheckReport:
    return checked(one.folder, *one.words)


def page_of(one: Told) -> str:
    return (one.folder / "README.md").read_text(encoding="utf-8")


def printed(value: float) -> str:
    return f"{value:,.2f}"


# ------------------------------------------------------------- verdicts, figures
@pytest.mark.slow
@each_check
def test_the_verdict_and_the_rules_behind_it_are_those_told(one: Told) -> None:
    report = report_of(one)
    (site,) = report.sites.itertuples()
    state = dict(zip(report.findings["rule_id"], report.findings["state"], strict=True))

    def rules(wanted: str) -> list[str]:
        return sorted(rule for rule, found in state.items() if found == wanted)

    assert site.verdict == one.values["verdict"]
    assert site.complete is one.values["complete"]
    assert rules("PROHIBITED") == sorted(one.values["prohibited"])
    assert rules("CONDITIONAL") == sorted(one.values["conditional"])
    told_states = one.values["states"]
    assert {rule: state[rule] for rule in told_states} == told_states


@pytest.mark.slow
@each_check
def test_the_figures_are_measured_and_stand_in_the_page(one: Told) -> None:
    report = report_of(one)
    (site,) = report.report.sites
    page = page_of(one)
    findings = {finding.rule_id: finding for finding in site.findings}

    assert site.area_m2 == pytest.approx(one.values["area_m2"], abs=0.0051)
    assert printed(one.values["area_m2"]) in page
    for fact in one.values["facts"]:
        finding = findings[fact["rule"]]
        for quantity in fact.keys() - {"rule"}:
            value = fact[quantity]
            assert getattr(finding, quantity) == pytest.approx(value, abs=0.0051)
            assert printed(value) in page, (fact["rule"], quantity)


@pytest.mark.slow
@each_check
def test_the_articles_cited_are_those_of_the_day(one: Told) -> None:
    findings = report_of(one).findings.set_index("rule_id")

    for rule, clause in one.values["cites"].items():
        assert clause in findings.loc[rule, "clause"]
        assert clause in page_of(one)


@pytest.mark.slow
@pytest.mark.parametrize(
    "one", [one for one in CHECKS if "corridor" in one.values], ids=name_of
)
def test_the_width_of_the_corridor_is_measured(one: Told) -> None:
    (site,) = report_of(one).report.sites
    (corridor,) = site.layout

    for quantity, value in one.values["corridor"].items():
        assert getattr(corridor, quantity) == pytest.approx(value, abs=0.0051)
        assert printed(value) in page_of(one)


@pytest.mark.slow
@pytest.mark.parametrize(
    "one", [one for one in CHECKS if "steep_share" in one.values], ids=name_of
)
def test_the_steep_share_lies_where_the_page_says(one: Told) -> None:
    terrain = report_of(one).report.sites[0].terrain
    least, most = one.values["steep_share"]

    assert terrain is not None
    assert terrain.slope_ge_25_share is not None
    assert least < terrain.slope_ge_25_share < most
    assert terrain.slope_max_deg is not None
    assert terrain.slope_max_deg > 35


@pytest.mark.slow
@pytest.mark.parametrize("one", FIXES, ids=name_of)
def test_what_a_trim_keeps_and_gives_up_is_worked_out(one: Told) -> None:
    base = sample_base()
    options = FixOptions(
        also_conditional=one.values.get("also_conditional", False),
        min_part_m2=one.values.get("min_part_m2", FixOptions().min_part_m2),
    )
    book = read_rule_book(base.packs, base.folder)
    fixed = fix_report(report_of(one).report, book, options)
    (fix,) = fixed.fixes

    assert str(fix.result.verdict) == one.values["verdict"]
    for quantity in ("kept_m2", "lost_m2"):
        value = one.values[quantity]
        assert getattr(fix, quantity) == pytest.approx(value, abs=0.0051)
        assert printed(value) in page_of(one)


# ----------------------------------------------------------------- pages, commands
@each_case
def test_the_page_runs_exactly_the_checks_and_fixes_told(folder: Path) -> None:
    runs: dict[str, set[tuple[str, ...]]] = {"check": set(), "fix": set()}
    for name, site, *rest in zoning_calls(folder / "README.md"):
        if name in runs:
            options = dict(pairwise(rest))
            for path in (site, options["--project"]):
                assert (ROOT / path).parent == folder
                assert (ROOT / path).is_file()
            project = Path(options["--project"]).name
            runs[name].add((Path(site).name, project, options["--as-of"]))

    assert runs["check"] == {one.words for one in told(folder, "checks")}
    assert runs["fix"] == {one.words for one in told(folder, "fixes")}


@each_case
def test_every_command_of_a_page_parses(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    calls = zoning_calls(folder / "README.md")

    assert calls
    for name, *arguments in calls:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        if name == "explain":  # its run is made by the check above it
            arguments[0] = "."
        command.make_context(name, list(arguments))


def test_the_index_lists_every_case_with_its_verdict_and_a_rule() -> None:
    rows = tables(CASES / "README.md")["七个案例 · Seven cases"]

    assert len(rows) == len(FOLDERS) == 7
    for folder, (case, verdict, rule, sentence) in zip(FOLDERS, rows, strict=True):
        last = {str(one.values["verdict"]) for one in told(folder, "checks")}
        assert f"({folder.name}/README.md)" in case
        assert set(re.findall(r"[A-Z]{5,}", verdict)) == last
        for word in last:
            assert f"`{word} {terms.group('verdict')[word]['zh']}`" in verdict
        known = {
            name
            for one in told(folder, "checks")
            for name in (
                *one.values["prohibited"],
                *one.values["conditional"],
                *one.values["states"],
            )
        }
        assert rule in known
        assert sentence.endswith(".")


@each_page
def test_a_page_is_told_in_chinese_and_in_english(page: Path) -> None:
    text = page.read_text(encoding="utf-8")

    if page.parent == CASES:
        assert "Technical reference only." in text
        return
    chinese, english = text.split("\n## English\n")
    for heading in (
        "## 来了什么",
        "## 怎么查",
        "## 答案",
        "## 怎么办",
        "## 没有查什么",
    ):
        assert f"\n{heading}" in chinese
    assert "**Not checked:**" in english
    assert len(english) < len(text) / 2


# ------------------------------------------------------------------------ pictures
@each_case
def test_a_page_shows_all_pictures_of_its_folder(folder: Path) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    shown = {folder / path for path in re.findall(r"!\[[^\]]+\]\(([^)]+)\)", text)}

    assert shown == {path for path in PICTURES if folder in path.parents}
    assert len(shown) >= 2


@pytest.mark.parametrize(
    "path", PICTURES, ids=lambda path: path.relative_to(CASES).as_posix()
)
def test_a_picture_is_a_small_png(path: Path) -> None:
    assert path.stat().st_size < LARGEST_PICTURE
    assert path.read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_all_cases_together_stay_small() -> None:
    sizes = [path.stat().st_size for path in CASES.rglob("*") if path.is_file()]

    assert sum(sizes) <= LARGEST_FOLDER
