"""A project file whose site keys do not match must not pass for silence."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import shapely
import small_base
import yaml
from plots import ROAD

import zoning
from zoning.errors import UsageError
from zoning.io.project import Projects, read_projects
from zoning.io.site_folder import site_files
from zoning.io.sites import read_sites

SAMPLE = Path(__file__).parents[2] / "data" / "sample_layers" / "sites"
PLANT = shapely.box(402_000, 3_444_000, 402_050, 3_444_050)  # 950 m from the river
CHEMICAL = {"activity": "chemical_project", "industry_code": "C2614"}


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    small_base.write_base(tmp_path / "base")
    small_base.write_txt(tmp_path / "plot.txt", PLANT)  # its parcel is DK01
    return tmp_path


def check(desk: Path, key: str) -> subprocess.CompletedProcess[str]:
    project = {"project": ROAD, "sites": {key: CHEMICAL}}
    (desk / "p.yaml").write_text(yaml.safe_dump(project), encoding="utf-8")
    command = ["check", "plot.txt", "--base", "base", "--project", "p.yaml", "--json"]
    return subprocess.run(
        [sys.executable, "-m", "zoning", *command, "--as-of", "2026-11-23"],
        cwd=desk,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        check=False,
        encoding="utf-8",
        timeout=120,
    )


@pytest.mark.slow
def test_a_misspelt_key_stops_the_check(desk: Path) -> None:
    done = check(desk, "DK1")

    assert done.returncode == 2
    assert "E507" in done.stdout + done.stderr
    assert "DK01: {}" in done.stdout + done.stderr


@pytest.mark.slow
def test_the_right_key_finds_the_plant(desk: Path) -> None:
    done = check(desk, "DK01")

    assert done.returncode == 1
    assert json.loads(done.stdout)["sites"][0]["verdict"] == "PROHIBITED"


def test_an_empty_entry_says_that_the_default_holds(desk: Path) -> None:
    projects = Projects(
        default={"activity": "road"}, by_site={"DK01": {}, "DK77": CHEMICAL}
    )

    (site,) = read_sites([desk / "plot.txt"], projects=projects)

    assert site.project == {"activity": "road"}


def test_a_rejected_file_does_not_stop_a_batch(desk: Path) -> None:
    # DK02 may be the parcel of the file that cannot be read: it is never clear
    (desk / "bad.txt").write_text("nothing", encoding="utf-8")
    projects = Projects(by_site={"DK01": {}, "DK02": CHEMICAL})

    good, bad = read_sites([desk / "plot.txt", desk / "bad.txt"], projects=projects)

    assert good.rejection is None
    assert bad.rejection is not None


def test_all_sample_sites_go_with_their_project_file() -> None:
    projects = read_projects(SAMPLE / "projects.yaml")

    sites = read_sites(site_files(SAMPLE), projects=projects)

    without = {Path(site.source.path).stem for site in sites if not site.project}
    assert without == {"incomplete"}


@pytest.mark.parametrize(
    "name", ["chemical_900m.txt", "two_parts.zip", "town_park.dxf"]
)
def test_one_sample_site_goes_with_the_file_of_all(name: str) -> None:
    sites = zoning.read_sites(SAMPLE / name, project=SAMPLE / "projects.yaml")

    assert (sites["activity"] != "").all()


def test_a_file_of_other_sites_alone_is_refused(desk: Path) -> None:
    projects = read_projects(SAMPLE / "projects.yaml")

    with pytest.raises(UsageError) as caught:
        read_sites([desk / "plot.txt"], projects=projects)

    assert caught.value.problem.code == "PROJECT_SITE_UNKNOWN"
    assert caught.value.problem.values["sites"] == "DK01"
