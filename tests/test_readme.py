"""The two READMEs: same commands, and everything they show is done and true."""

import re
import runpy
import subprocess
import sys
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path

import plots
import pytest
import shapely
from guide_files import READMES, ROOT, blocks, lay_out_demo, tables, zoning_calls

import zoning
from zoning import terms
from zoning.api import CheckReport
from zoning.cli import COMMANDS
from zoning.io.config import CONFIG_NAME, AbsentEntry, read_config
from zoning.io.project import read_projects
from zoning.model import Base, Report, SiteResult, Verdict
from zoning.rules.packs import built_in_packs

README, CHINESE_README = READMES
AS_OF = zoning.CheckOptions(as_of=date(2026, 11, 23))

each_readme = pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)


def section(path: Path, heading: str) -> list[list[str]]:
    return tables(path)[heading]


# -------------------------------------------------------------- the two READMEs
def test_both_languages_show_the_same_commands_and_code() -> None:
    assert list(blocks(README)) == list(blocks(CHINESE_README))


def test_both_languages_have_the_same_sections_and_tables() -> None:
    english, chinese = tables(README), tables(CHINESE_README)

    assert [len(rows) for rows in english.values()] == [
        len(rows) for rows in chinese.values()
    ]
    assert README.read_text("utf-8").count("\n## ") == CHINESE_README.read_text(
        "utf-8"
    ).count("\n## ")


@each_readme
def test_every_command_is_named(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    for name in COMMANDS:
        assert f"`{name}`" in text or f"zoning {name}" in text


@each_readme
def test_what_is_not_there_yet_is_not_there(path: Path) -> None:
    line = next(
        line
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(("- **Not there yet", "- **还没有的"))
    )
    there, _, planned = line.partition("To come" if "To come" in line else "以后才有")

    assert set(re.findall(r"`(\w+)`", there)) == set(COMMANDS)
    assert not set(re.findall(r"`(\w+)`", planned)) & set(COMMANDS)


def test_the_files_that_the_install_lines_use_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    text = README.read_text(encoding="utf-8")

    assert (ROOT / "constraints.txt").is_file()
    assert "dev" in project["dependency-groups"]
    for target in re.findall(r"^make ([\w-]+)$", text, flags=re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_the_base_in_the_readme_is_a_base(tmp_path: Path) -> None:
    text = next(b.text for b in blocks(README) if "layers:" in b.text)
    (tmp_path / CONFIG_NAME).write_text(text, encoding="utf-8")

    config = read_config(tmp_path)

    assert {*config.packs, "prudence"} == set(built_in_packs())
    assert set(config.scope) <= set(terms.group("scope"))
    assert isinstance(config.layers["basic_farmland_reserve"], AbsentEntry)


def test_the_project_in_the_readme_is_a_project(tmp_path: Path) -> None:
    text = next(b.text for b in blocks(README) if b.text.startswith("project:"))
    (tmp_path / "project.yaml").write_text(text, encoding="utf-8")

    project = read_projects(tmp_path / "project.yaml").default

    assert project["activity"] == "chemical_project"
    assert project["construction_nature"] == "new"
    assert project["discharges_any"] == "true"


@each_readme
def test_the_verdict_table_gives_the_true_words_and_exit_codes(
    path: Path, base: Base
) -> None:
    site = plots.site(shapely.box(0, 0, 1, 1), {})
    heading = "Verdicts and exit codes" if path == README else "结论与退出码"
    rows = section(path, heading)

    assert {row[0] for row in rows} == {
        f"`{terms.both('verdict', verdict)}`" for verdict in Verdict
    }
    for first, _, codes in rows:
        verdict = Verdict(first.strip("`").split()[0])
        whole = verdict not in {Verdict.UNDETERMINED, Verdict.REJECTED}
        given = {
            Report(
                sites=(SiteResult(site=site, verdict=verdict, complete=whole),),
                base=base,
                packs=(),
                options=AS_OF,
            ).exit_code
        }
        assert given == {int(code) for code in re.findall(r"\d", codes)}, verdict


# ------------------------------------------------------- the commands, executed
@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return lay_out_demo(tmp_path_factory.mktemp("desk"))


@pytest.mark.slow
def test_the_first_five_minutes_work(desk: Path) -> None:
    calls = [call for call in zoning_calls(README) if call[0] != "demo"]

    codes = []
    for call in calls:
        done = subprocess.run(
            [sys.executable, "-m", "zoning", *call],
            cwd=desk,
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert b"E599" not in done.stderr, done.stderr.decode()
        codes.append((call[0], done.returncode))

    assert codes == [
        ("check", 1),
        ("check", 1),
        ("explain", 0),
        ("rules", 0),
        ("map", 0),
        ("verify", 0),
        ("replay", 0),
        ("report", 0),
        ("audit", 1),
        ("convert", 0),
        ("convert", 0),
        ("layers", 0),
        ("doctor", 0),
        ("schema", 0),
        ("partition", 0),
        ("tabulate", 0),
        ("tabulate", 4),  # parcels cover a part of the county
        ("accounts", 0),
        ("reconcile", 0),
        ("corridors", 0),
        ("corridors", 1),  # the site takes ground of a source
        ("corridors", 0),
    ]
    assert (desk / "zoning-runs/chemical_900m/MANIFEST.json").is_file()
    assert (desk / "county.html").stat().st_size > 100_000


@pytest.mark.slow
def test_eight_lines_of_python_give_a_verdict_a_run_and_a_map(
    desk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = next(b.text for b in blocks(README) if b.language == "python")
    assert len(code.splitlines()) == 8
    (tmp_path / "eight.py").write_text(code, encoding="utf-8")
    monkeypatch.chdir(desk)

    runpy.run_path(str(tmp_path / "eight.py"))

    assert "PROHIBITED" in capsys.readouterr().out
    assert (desk / "my-map.html").stat().st_size > 100_000
    told = {
        name.rstrip("/")
        for row in section(README, "What a run folder holds")
        for name in re.findall(r"`([\w./]+)`", row[0])
    }
    assert told == {path.name for path in (desk / "my-run").iterdir()}


# ------------------------------------------------------- one plot, four answers
@pytest.fixture(scope="module")
def answers(desk: Path) -> dict[str, CheckReport]:
    """Return the reports behind the table, by row."""
    base = zoning.open_base(desk / "zoning-demo/base")
    sites = desk / "zoning-demo/sites"
    plant, pond = (
        zoning.read_sites(sites / name, project=sites / "projects.yaml")
        for name in ("chemical_900m.txt", "tailings_900m.txt")
    )
    kept = {k: v for k, v in base.layers.items() if k != "ecological_redline"}
    return {
        "plant": zoning.check_sites(plant, base, AS_OF),
        "pond": zoning.check_sites(pond, base, AS_OF),
        "blind": zoning.check_sites(pond, replace(base, layers=kept), AS_OF),
    }


def four_rows(path: Path) -> list[list[str]]:
    heading = "One plot, four answers" if path == README else "一块地，四个答案"
    return section(path, heading)


@pytest.mark.slow
@each_readme
def test_the_plant_is_prohibited_at_the_distance_told(
    path: Path, answers: dict[str, CheckReport]
) -> None:
    result = answers["plant"].report.sites[0]
    found = next(f for f in result.findings if f.rule_id == "YRL-001")
    _, answer, why = four_rows(path)[0]

    assert answer == f"`{terms.both('verdict', result.verdict)}`"
    assert found.distance_m is not None
    assert found.nearest is not None
    assert found.source is not None
    for word in (
        f"{found.distance_m:.2f} m",
        found.nearest.name,
        f"{found.threshold['distance_m']:,.0f} m",
        found.source.document,
        found.source.clause.partition("(")[0],
        str(found.source.effective_from),
    ):
        assert word in why, word
    assert result.area_m2 is not None
    text = path.read_text(encoding="utf-8")
    assert f"{result.area_m2 / 10_000:.4f} " in text
    assert text.count(f"{found.distance_m:.2f} m") == 2


@pytest.mark.slow
@each_readme
def test_the_pond_is_not_caught_and_without_the_red_line_not_known(
    path: Path, answers: dict[str, CheckReport]
) -> None:
    pond, blind = (answers[key].report for key in ("pond", "blind"))
    rows = four_rows(path)
    asked = next(f for f in pond.sites[0].findings if f.rule_id == "YRL-002")

    assert asked.state == "CLEAR"
    assert rows[1][1] == f"`{terms.both('verdict', pond.verdict)}`"
    assert rows[2][1] == f"`{terms.both('verdict', blind.verdict)}`"
    gaps = blind.sites[0].gaps
    assert {gap.layer for gap in gaps} == {"ecological_redline"}
    assert re.match(r"\d+", rows[2][2])[0] == str(len(gaps))  # type: ignore[index]
    assert f" {blind.exit_code}" in rows[2][2]


@pytest.mark.slow
@each_readme
def test_the_corridor_keeps_the_width_told(
    path: Path, answers: dict[str, CheckReport]
) -> None:
    hit = answers["plant"].report.sites[0].layout[0]
    _, answer, why = four_rows(path)[3]

    assert answer == f"{hit.width_m:.2f} m → {hit.width_left_m:.2f} m"
    assert hit.width_m is not None
    assert hit.width_left_m is not None
    for word in (
        f"{hit.width_left_m / hit.width_m:.0%}".replace("%", " %"),
        f"{hit.trim_m2:,.2f} m²",
        f"{hit.target_width_m:.0f} m",
    ):
        assert word in why, word
