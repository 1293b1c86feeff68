"""`zoning corridors riverside`: a run folder that says one thing, told again."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import jsonschema
import openpyxl
import pytest
from click.testing import CliRunner
from map_reading import page_data

import zoning
from zoning.cli import cli
from zoning.cli.schema_command import schema_text
from zoning.errors import ZoningError
from zoning.io.base import open_base
from zoning.io.riverside_table import read_riverside_table
from zoning.riverside import packaged_table

SAMPLE = Path(zoning.__file__).parents[1] / "data" / "sample_layers"
RIVER = "抱石河"
FILES = {
    "MANIFEST.json",
    "ledger.xlsx",
    "map.html",
    "report.docx",
    "report.html",
    "result.gpkg",
    "result.qgs",
    "riverside.json",
    "riverside.yaml",
    "ledger/breaks.csv",
    "ledger/reaches.csv",
    "ledger/remarks.csv",
    "ledger/rivers.csv",
}


def call(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, list(arguments), standalone_mode=False)
    if isinstance(done.exception, ZoningError):
        return 2, done.exception.problem.number
    assert done.exception is None, done.exception
    return int(done.return_value or 0), done.output


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("riverside") / "run"
    asked = ["corridors", "riverside", "--base", str(SAMPLE), "--river", RIVER]
    code, told = call(*asked, "--as-of", "2026-11-23", "--out", str(place))
    assert code == 0
    assert RIVER in told
    return place


@pytest.mark.slow
def test_every_output_tells_the_same_banks(folder: Path) -> None:
    names = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file()
    }
    assert names == FILES
    document = json.loads((folder / "riverside.json").read_bytes())
    jsonschema.validate(
        document,
        json.loads(schema_text("riverside")),
        cls=jsonschema.Draft202012Validator,
    )
    (river,) = document["rivers"]
    book = openpyxl.load_workbook(folder / "ledger.xlsx", read_only=True)
    row = list(book["河流"].iter_rows(values_only=True))[1]
    belt = sum(river["belt"]["area_m2"].values()) / 10_000
    assert row[1] == RIVER
    assert row[4] == pytest.approx(belt, abs=1e-2)
    breaks = list(book["断点"].iter_rows(values_only=True))[1:]
    assert len(breaks) == len(river["green"]["breaks"])
    with closing(sqlite3.connect(folder / "result.gpkg")) as package:
        (count,) = package.execute("SELECT count(*) FROM bank_breaks").fetchone()
        (length,) = package.execute("SELECT sum(length_m) FROM bank_breaks").fetchone()
    assert count == len(breaks)
    lost = sum(
        (bank["bank_m"] - bank["unknown_m"]) * (1 - bank["continuity"])
        for bank in river["green"]["banks"].values()
    )
    assert length == pytest.approx(lost, rel=0.02)
    reached = sum(one["bank_m"] for one in river["reaches"])
    banks = sum(bank["bank_m"] for bank in river["green"]["banks"].values())
    assert reached == pytest.approx(banks, rel=1e-6)
    assert RIVER in (folder / "report.html").read_text("utf-8")
    page = page_data((folder / "map.html").read_text("utf-8"))
    assert [one["title"] for one in page["sites"][0]["findings"]] == [RIVER]
    assert {"belt_ridge", "strip", "bank_break"} <= page["told"].keys()


@pytest.mark.slow
def test_the_folder_is_verified_and_replayed(folder: Path) -> None:
    assert call("verify", str(folder))[0] == 0
    code, told = call("replay", str(folder), "--base", str(SAMPLE), "--lang", "en")
    assert code == 0
    assert "the same: the river banks" in told


def test_a_river_that_is_not_there_and_a_base_without_table_are_refused(
    base_folder: Path,
) -> None:
    asked = ["corridors", "riverside", "--base", str(SAMPLE), "--river", "无此河"]
    assert call(*asked, "--json")[0] == 2
    base = open_base(base_folder)
    if base.demo:
        assert read_riverside_table(None, base).name == packaged_table("demo").name
    else:
        with pytest.raises(ZoningError) as raised:
            read_riverside_table(None, base)
        assert raised.value.problem.number == "E690"


def test_the_table_of_the_package_is_printed_whole() -> None:
    code, told = call("corridors", "table", "riverside")
    assert code == 0
    assert told.rstrip("\n") == packaged_table("worldcover").text.rstrip("\n")
