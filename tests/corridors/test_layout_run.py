"""`zoning corridors audit`: exit codes, and a run folder that says one thing."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import jsonschema
import numpy as np
import openpyxl
import pytest
import shapely
from docx import Document

from zoning.cli import main
from zoning.cli.schema_command import schema_text
from zoning.corridors.layout.table import house_table
from zoning.corridors.layout.trial import audit_layout
from zoning.corridors.layout.values import LayoutReport
from zoning.model import Base, LayoutPlan
from zoning.report.layout import write_layout
from zoning.report.manifest import verify_run

DAY = date(2026, 11, 23)
pytestmark = pytest.mark.slow
FILES = {
    "MANIFEST.json",
    "layout.json",
    "ledger.xlsx",
    "map.html",
    "report.docx",
    "report.html",
    "result.gpkg",
    "result.qgs",
    "ledger/areas.csv",
    "ledger/corridors.csv",
    "ledger/gaps.csv",
    "ledger/narrow.csv",
    "ledger/not_audited.csv",
    "ledger/obstacles.csv",
    "ledger/overlaps.csv",
    "ledger/reaches.csv",
    "ledger/worth.csv",
}


@pytest.fixture(scope="module")
def report(base: Base) -> LayoutReport:
    """The small base with a town across its corridor, 300 m from bank to bank."""
    town = base.layers["settlement"]
    shapes = [*town.geometry, shapely.box(406_900, 3_440_000, 407_300, 3_440_300)]
    layer = replace(
        town,
        geometry=np.array([*shapes, None], dtype=object)[:-1],
        feature_ids=np.array([*town.feature_ids, "T9"], dtype=object),
        attributes={},
    )
    plan = LayoutPlan(counts={"corridor": 1, "screen": 1}, source="例")
    layers = {**base.layers, "settlement": layer}
    whole = replace(base, layers=layers, layout=plan)
    return audit_layout(whole, house_table(), as_of=DAY)


@pytest.fixture(scope="module")
def folder(report: LayoutReport, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_layout(report, tmp_path_factory.mktemp("run") / "zh")


def test_the_gap_is_told_alike_by_every_output(folder: Path) -> None:
    document = json.loads((folder / "layout.json").read_bytes())
    schema = json.loads(schema_text("layout"))
    jsonschema.validate(document, schema, cls=jsonschema.Draft202012Validator)
    (corridor,) = [one for one in document["features"] if one["kind"] == "corridor"]
    (gap,) = corridor["gaps"]

    assert corridor["state"] == "BROKEN"
    assert gap["cause"] == "settlement"
    assert gap["length_m"] == pytest.approx(300, rel=1e-3)
    assert gap["start_m"] == pytest.approx(2000, rel=1e-3)
    assert corridor["passable_share"] == pytest.approx(5700 / 6000, abs=1e-4)
    book = openpyxl.load_workbook(folder / "ledger.xlsx", read_only=True)
    row = list(book["断点"].iter_rows(values_only=True))[1]
    assert row[1:5] == ("G001", "甲廊道", "G1", "断缺")
    assert row[7] == pytest.approx(300, rel=1e-3)
    assert "居民点" in row
    with closing(sqlite3.connect(folder / "result.gpkg")) as package:
        found = package.execute("SELECT gap_id, length_m, cause, plan FROM gaps")
        (told,) = found.fetchall()
    assert told[0] == "G001"
    assert told[2:] == ("居民点", "村庄规划 / 乡镇国土空间规划")
    words = "\n".join(
        cell.text
        for table in Document(str(folder / "report.docx")).tables
        for line in table.rows
        for cell in line.cells
    )
    assert "G001" in words
    assert "居民点" in words
    for name in ("map.html", "report.html"):
        assert "甲廊道" in (folder / name).read_text("utf-8")


def test_the_folder_is_whole_and_verified(folder: Path) -> None:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}

    assert found == FILES
    assert verify_run(folder) == ()


def test_a_changed_record_is_noticed(folder: Path, tmp_path: Path) -> None:
    for name in FILES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    record = tmp_path / "layout.json"
    text = record.read_text("utf-8").replace("BROKEN", "WHOLE")
    record.write_text(text, "utf-8")
    codes = {one.code for one in verify_run(tmp_path)}
    assert "RUN_DIGEST_WRONG" in codes


def test_the_same_report_has_the_same_bytes_in_either_language(
    report: LayoutReport, folder: Path, tmp_path: Path
) -> None:
    again = write_layout(report, tmp_path / "again")
    english = write_layout(report, tmp_path / "en", lang="en")

    for name in FILES - {"MANIFEST.json"}:
        assert (again / name).read_bytes() == (folder / name).read_bytes(), name
    assert (english / "layout.json").read_bytes() == (
        folder / "layout.json"
    ).read_bytes()
    page = (english / "report.html").read_text("utf-8")
    assert "Belts and corridors" in page
    assert "settlement" in page


def test_what_was_not_seen_has_no_zero(report: LayoutReport, folder: Path) -> None:
    blind = {k: v for k, v in report.base.layers.items() if k != "road"}
    without = audit_layout(replace(report.base, layers=blind), house_table(), as_of=DAY)
    assert any(one.code == "LAYOUT_NOT_SEEN" for one in without.not_seen)
    assert not without.complete
    assert folder.is_dir()


def test_a_replay_audits_again_and_names_what_changed(
    run: "Run", base_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run("--out", str(tmp_path / "run"))

    def replay(base: Path) -> int:
        words = ["replay", str(tmp_path / "run"), "--base", str(base), "--lang", "en"]
        with pytest.raises(SystemExit) as stop:
            main(words)
        return int(stop.value.code or 0)

    assert replay(base_folder) == 0
    assert "the same: the layout" in capsys.readouterr().out
    other = tmp_path / "other"
    shutil.copytree(base_folder, other)
    settings = (other / "zoning.yaml").read_text("utf-8")
    kept = [line for line in settings.splitlines() if "road" not in line]
    (other / "zoning.yaml").write_text("\n".join(kept) + "\n", "utf-8")
    assert replay(other) == 4


Run = Callable[..., int]


@pytest.fixture
def run(base_folder: Path) -> Run:
    def call(*more: str) -> int:
        words = ["corridors", "audit", "--base", str(base_folder), *more]
        with pytest.raises(SystemExit) as stop:
            main([*words, "--as-of", DAY.isoformat()])
        return int(stop.value.code or 0)

    return call


def test_the_command_writes_a_folder_and_says_what_was_not_audited(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--out", str(tmp_path / "run")) == 4

    printed = capsys.readouterr().out
    assert "甲廊道" in printed
    assert "E639" in printed  # the plan's numbers are not stated
    assert "未审全" in printed
    assert (tmp_path / "run/MANIFEST.json").is_file()
    assert run("--out", str(tmp_path / "run")) != 0


def test_the_command_prints_data_alone_as_json(
    run: Run, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert run("--json") == 4
    document = json.loads(capfdbinary.readouterr().out)
    assert document["schema"] == "zoning/layout/1"
    assert document["complete"] is False
    table = tmp_path / "own.yaml"
    table.write_text("spacing_m: 20\n", "utf-8")
    assert run("--table", str(table)) == 2
    assert b"E636" in capfdbinary.readouterr().err
