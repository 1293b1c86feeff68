"""The one map as a planner meets it: tables on the screen, folders that verify."""

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import one_map_county
import openpyxl
import pytest
import small_base
from map_reading import page_data
from one_map_county import box

from zoning.cli import main
from zoning.report.manifest import verify_run

pytestmark = pytest.mark.slow

PARCELS: one_map_county.Rows = [
    (box(0, 0, 4000, 2000), {"BSM": "P1", "DLBM": "0103"}),
    (box(0, 2000, 4000, 4000), {"BSM": "P2", "DLBM": "0702"}),
]
INDICATORS = (
    "code,indicator_zh,unit,base_year,base_value,target_year,target_value,kind\n"
    "I04,城乡建设用地规模,km2,2022,7.9,2027,8.1,约束性\n"
)


@pytest.fixture
def county(tmp_path: Path) -> Path:
    folder = tmp_path / "试县 base"
    one_map_county.write_county(folder, land_parcel=(PARCELS, 4546))
    (folder / "indicators.csv").write_text(INDICATORS, encoding="utf-8")
    return folder


def call(*words: object) -> int:
    with pytest.raises(SystemExit) as stop:
        main([str(word) for word in words])
    return int(stop.value.code or 0)


def test_the_partition_prints_a_table_and_writes_a_folder_that_verifies(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "分区"

    code = call("partition", "--base", county, "--by", "township", "--out", out)

    assert code == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("乡镇代码\t乡镇")
    assert [line.split("\t")[1] for line in lines[1:]] == ["西镇", "东镇", "合计"]
    assert verify_run(out) == ()
    assert {path.name for path in out.iterdir()} == {
        *("MANIFEST.json", "partition.json", "partition.gpkg", "partition.qgs"),
        *("map.html", "tables.xlsx", "by_line.csv", "by_township.csv", "by_unit.csv"),
        *("overlaps.csv", "closure.csv", "pieces.csv"),
    }
    page = page_data((out / "map.html").read_text(encoding="utf-8"))
    with (out / "by_line.csv").open(encoding="utf-8-sig") as stream:
        *told, _ = list(csv.reader(stream))[1:]
    assert [row["label"] for row in page["overview"]] == [row[0] for row in told]
    rows = [row for part in page["legend"] for row in part["rows"]]
    assert "0" not in {row["count"] for row in rows}  # of other layers it says nothing
    with closing(sqlite3.connect(out / "partition.gpkg")) as database:
        style = database.execute("SELECT styleQML FROM layer_styles").fetchone()[0]
        found = {row[0] for row in database.execute("SELECT line FROM partition")}
    assert all(f'value="{line}"' in style for line in found)


def test_sheets_and_csv_hold_the_same_numbers(county: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call("partition", "--base", county, "--out", out, "--lang", "en")

    book = openpyxl.load_workbook(out / "tables.xlsx")
    for sheet, name in (("by line", "by_line"), ("by township", "by_township")):
        with (out / f"{name}.csv").open(encoding="utf-8-sig") as stream:
            rows = list(csv.reader(stream))
        for told, row in zip(
            book[sheet].iter_rows(values_only=True), rows, strict=True
        ):
            for cell, text in zip(told, row, strict=True):
                same = cell == float(text) if isinstance(cell, float) else True
                assert same, (sheet, cell, text)


def test_a_cap_that_is_passed_ends_with_1_and_names_the_assumption(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_ = ("tabulate", "land_parcel", "--base", county, "--cap", "I04")

    within = call(*call_, "--committed", "0.05", "--lang", "en")
    said = capsys.readouterr().out
    over = call(*call_, "--committed", "0.2")

    assert within == 0
    assert "assumed to be an upper limit" in said
    assert over == 1
    assert "超出上限" in capsys.readouterr().out


def test_the_document_of_a_tabulation_is_json_alone_on_stdout(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = call("tabulate", "land_parcel", "--base", county, "--by", "unit", "--json")

    document = json.loads(capsys.readouterr().out)
    assert code == 0
    assert document["schema"] == "zoning/tabulation/1"
    assert [row["class"] for row in document["rows"]] == ["dwelling", "cropland"]


def test_classes_stand_in_the_order_of_the_survey_not_of_their_english_names(
    county: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parcels = [
        (box(1000 * n, 0, 1000 * n + 1000, 1000), {"BSM": f"P{n}", "DLBM": code})
        for n, code in enumerate(("0702", "0508", "0301", "0103"))
    ]
    small_base.write_geojson(county / "land_parcel.geojson", parcels)

    for use, named in (
        ("land_class", ["耕地", "林地", "商业服务业用地", "住宅用地", "合计"]),
        ("land_use", ["农用地", "建设用地", "合计"]),
    ):
        call("tabulate", "land_parcel", "--base", county, "--classes", use)
        rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
        assert [row[0] for row in rows[1:]] == named


@pytest.mark.parametrize("words", [["--committed", "-1"], ["--cap", "I99"]])
def test_a_wrong_call_ends_with_2(county: Path, words: list[str]) -> None:
    call_ = ["tabulate", "land_parcel", "--base", county, "--cap", "I04", *words]

    assert call(*call_) == 2


def test_accounts_of_two_files_balance(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "new.geojson"
    moved = [(box(0, 0, 4000, 1900), {"BSM": "P1", "DLBM": "0103"}),
             (box(0, 1900, 4000, 4000), {"BSM": "P2", "DLBM": "0702"})]  # fmt: skip
    small_base.write_geojson(other, moved)
    old, out = county / "land_parcel.geojson", tmp_path / "account"

    code = call("accounts", old, other, "--out", out)

    assert code == 0
    assert verify_run(out) == ()
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [row[0] for row in rows] == ["类别（公顷）", "耕地", "住宅用地", "合计"]
    dwelling = [float(cell) for cell in rows[2][1:]]
    assert dwelling[0] + dwelling[1] - dwelling[2] == pytest.approx(dwelling[3])
    assert dwelling[1] == pytest.approx(40, rel=1e-3)
    cells = call("accounts", old, other, "--cells", "50", "--view", "matrix")
    assert cells == 0


def test_a_proposal_is_a_draft_that_a_check_does_not_rely_on(
    county: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "proposal"

    code = call("reconcile", "--base", county, "--out", out)

    said = capsys.readouterr()
    assert code == 4  # core zones of protected areas are not known here
    assert "自然保护地" in said.err
    assert "须补划" in said.out
    assert verify_run(out) == ()
    document = json.loads((out / "reconcile.json").read_bytes())
    assert document["authority"] == "draft"
    assert set(document["owed_m2"]) == {"500237102"}
    again = call("reconcile", "--base", out)
    assert again == 4  # a draft supports nothing
    assert "E216" in capsys.readouterr().err


def test_a_folder_that_holds_something_is_not_written_into(
    county: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("x", encoding="utf-8")

    for words in (
        ("partition", "--base", county),
        ("reconcile", "--base", county),
        ("tabulate", "land_parcel", "--base", county),
    ):
        assert call(*words, "--out", out) != 0
    assert [path.name for path in out.iterdir()] == ["mine.txt"]
