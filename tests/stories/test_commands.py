"""The commands as a planner meets them: real processes, files, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import shapely
import small_base

pytestmark = pytest.mark.slow

TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
FARM = shapely.box(400_100, 3_435_100, 400_150, 3_435_150)
PROJECT = """
project:
  activity: road
  industry_code: E4812
  construction_nature: new
  approval_level: county
  discharges_any: 否
  discharges_wastewater: 否
  new_outlet: 否
  temporary_land: 否
  linear: 否
  crosses_without_land: 否
  inside_compliant_park: 否
  high_energy_high_emission: 否
  land_permanent_m2: "10000"
  land_temporary_m2: "0"
  earthwork_m3: "0"
"""


def run(
    *arguments: str, cwd: Path, **environment: str
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "zoning", *arguments],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a base and a few site files, as on a planner's desk."""
    folder = tmp_path_factory.mktemp("桌面 desk")
    small_base.write_base(folder / "base")
    small_base.write_txt(folder / "town.txt", TOWN)
    small_base.write_txt(folder / "farm.txt", FARM)
    (folder / "bad.txt").write_text("[地块坐标]\nJ1,1,1,2\n", encoding="utf-8")
    (folder / "project.yaml").write_text(PROJECT, encoding="utf-8")
    return folder


def check(
    desk: Path, *arguments: str, **environment: str
) -> "subprocess.CompletedProcess[bytes]":
    project = ("--project", "project.yaml")
    day = ("--as-of", "2026-11-23")
    return run(
        "check", *arguments, "--base", "base", *project, *day, cwd=desk, **environment
    )


@pytest.mark.parametrize(
    ("files", "code"),
    [
        (["town.txt"], 0),
        (["farm.txt"], 1),
        (["town.txt", "farm.txt"], 1),
        (["bad.txt"], 3),
        (["farm.txt", "bad.txt"], 3),
        (["nowhere.txt"], 2),
        ([], 2),
    ],
    ids=["clear", "conflict", "both", "bad", "bad beside conflict", "no file", "none"],
)
def test_exit_codes(desk: Path, files: list[str], code: int) -> None:
    done = check(desk, *files, "--json")

    assert done.returncode == code
    assert b"Traceback" not in done.stderr


def test_a_missing_layer_is_exit_code_four(desk: Path, tmp_path: Path) -> None:
    folder = small_base.write_base(tmp_path / "base")
    (folder / "ecological_redline.geojson").unlink()

    arguments = ("--project", "project.yaml", "--as-of", "2026-11-23", "--json")
    done = run("check", "town.txt", "--base", str(folder), *arguments, cwd=desk)

    assert done.returncode == 4
    gaps = json.loads(done.stdout)["sites"][0]["gaps"]
    assert {g["reason"] for g in gaps} == {"LAYER_MISSING"}
    assert all(g["cure"] for g in gaps)


def test_the_json_obeys_its_schema_and_stdout_holds_nothing_else(desk: Path) -> None:
    done = check(desk, "town.txt", "farm.txt", "bad.txt", "--json")
    schema = json.loads(run("schema", "verdict", cwd=desk).stdout)

    document = json.loads(done.stdout)

    jsonschema.validate(document, schema)
    assert [s["verdict"] for s in document["sites"]] == [
        "CLEAR",
        "PROHIBITED",
        "REJECTED",
    ]
    assert document["counts"] == {"sites": 3, "rejected": 1}


@pytest.mark.parametrize(
    "environment",
    [
        {"LC_ALL": "C", "LANG": "C"},
        {"TZ": "Pacific/Kiritimati"},
        {"TZ": "America/Anchorage", "PYTHONHASHSEED": "7"},
        {"OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "99"},
        {"PYTHONIOENCODING": "gbk"},
        {"PYTHONUTF8": "1"},
    ],
    ids=["C locale", "east", "west", "one thread", "gbk", "utf-8 mode"],
)
def test_the_same_bytes_everywhere(desk: Path, environment: dict[str, str]) -> None:
    here = check(desk, "town.txt", "farm.txt", "--json").stdout

    assert here == check(desk, "town.txt", "farm.txt", "--json", **environment).stdout


def test_the_same_bytes_from_another_folder(desk: Path, tmp_path: Path) -> None:
    here = check(desk, "farm.txt", "--json").stdout

    arguments = ["check", str(desk / "farm.txt"), "--base", str(desk / "base")]
    arguments += ["--project", str(desk / "project.yaml"), "--as-of", "2026-11-23"]
    there = run(*arguments, "--json", cwd=tmp_path)

    assert here == there.stdout


def test_a_site_alone_equals_the_site_in_a_batch(desk: Path) -> None:
    batch = json.loads(check(desk, "town.txt", "farm.txt", "--json").stdout)
    alone = json.loads(check(desk, "farm.txt", "--json").stdout)

    # the parcel number stands twice in the batch, so ids there are file stems
    for document in (batch["sites"][1], alone["sites"][0]):
        document.pop("id")
    assert batch["sites"][1] == alone["sites"][0]


def test_a_run_folder_is_whole(desk: Path) -> None:
    done = check(desk, "farm.txt", "--out", "run")

    assert done.returncode == 1
    manifest = json.loads((desk / "run/MANIFEST.json").read_text(encoding="utf-8"))
    listed = {entry["name"] for entry in manifest["files"]}
    there = {
        str(p.relative_to(desk / "run").as_posix())
        for p in (desk / "run").rglob("*")
        if p.is_file() and p.name != "MANIFEST.json"
    }
    assert listed == there
    for name in ("verdict.json", "report.docx", "report.html", "ledger.xlsx"):
        assert name in there
    assert {"map.html", "result.gpkg", "findings.parquet"} <= there
    again = check(desk, "farm.txt", "--out", "run")
    assert again.returncode in {2, 3}  # a run is never overwritten
    assert "E4" in again.stderr.decode()


def test_a_gbk_console_reads_the_table(desk: Path) -> None:
    done = check(desk, "town.txt", PYTHONIOENCODING="gbk")

    assert done.returncode == 0
    assert "无冲突" in done.stdout.decode("gbk")


def test_english_on_request(desk: Path) -> None:
    done = check(desk, "farm.txt", "--lang", "en", "--out", "run-en")

    text = done.stdout.decode()
    assert "PROHIBITED 禁止" in text
    assert "main reason" in text


def test_a_wrong_date_is_a_usage_error_with_its_cure(desk: Path) -> None:
    done = run("check", "town.txt", "--base", "base", "--as-of", "23.11.2026", cwd=desk)

    assert done.returncode == 2
    assert "E505" in done.stderr.decode()


def test_no_base_here_is_a_usage_error(desk: Path, tmp_path: Path) -> None:
    done = run("check", str(desk / "town.txt"), cwd=tmp_path)

    assert done.returncode == 2
    assert "E201" in done.stderr.decode()


def test_a_misspelt_project_attribute_stops_the_check(desk: Path) -> None:
    (desk / "wrong.yaml").write_text("project: {activty: road}\n", encoding="utf-8")

    done = run(
        "check", "town.txt", "--base", "base", "--project", "wrong.yaml", cwd=desk
    )

    assert done.returncode == 3
    assert "activty" in done.stderr.decode()


def test_the_map_of_a_base_and_of_a_run(desk: Path) -> None:
    check(desk, "farm.txt", "--out", "run-for-map")

    base = run("map", "base", "--out", "base.html", cwd=desk)
    taken = run("map", "run-for-map", "--out", "run.html", cwd=desk)
    neither = run("map", str(desk.parent), "--out", "no.html", cwd=desk)

    assert (base.returncode, taken.returncode, neither.returncode) == (0, 0, 2)
    run_map = (desk / "run-for-map/map.html").read_bytes()
    assert (desk / "run.html").read_bytes() == run_map
    assert b"leaflet" in (desk / "base.html").read_bytes().lower()


def test_doctor_finds_this_machine_well(desk: Path) -> None:
    done = run("doctor", "--json", cwd=desk, PYTHONIOENCODING="utf-8")

    found = {item["what"]: item for item in json.loads(done.stdout)}
    assert found["PROJ"]["well"]
    assert found["GDAL"]["well"]
    assert found["CJK font"]["well"]


@pytest.mark.parametrize("name", ["verdict", "rules", "base"])
def test_schemas_are_json_schema(desk: Path, name: str) -> None:
    done = run("schema", name, cwd=desk)

    jsonschema.Draft202012Validator.check_schema(json.loads(done.stdout))
