"""`ledger.xlsx` and CSV: text stays text, numbers stay numbers, nothing is lost."""

import csv
from dataclasses import replace
from functools import cache
from io import BytesIO, StringIO
from typing import Any

import pytest
from handmade import handmade_report, report_of
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from zoning.model import State
from zoning.report.ledger import csv_twins, guarded, ledger_bytes
from zoning.report.tables import findings_table, gaps_table, layers_table, sites_table

SHEETS = ["选址", "结论", "未核查", "条款复核", "边界残差", "图层"]


@cache
def book() -> Any:
    return load_workbook(BytesIO(ledger_bytes(handmade_report())))


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(StringIO(data.decode("utf-8-sig"), newline="")))


def test_the_same_report_gives_the_same_bytes() -> None:
    assert ledger_bytes(handmade_report()) == ledger_bytes(handmade_report())


def test_there_are_six_sheets_with_filters_and_frozen_heads() -> None:
    assert book().sheetnames == SHEETS
    for sheet in book():
        assert sheet.auto_filter.ref
        assert sheet.freeze_panes == "D2"


def test_every_site_has_its_row_the_rejected_one_too() -> None:
    sites = book()["选址"]

    ids = [row[1].value for row in sites.iter_rows(min_row=2)]

    assert ids == [result.site.id for result in handmade_report().sites]
    assert "输入不合格" in [row[3].value for row in sites.iter_rows(min_row=2)]
    numbers = [row[0].value for row in sites.iter_rows(min_row=2)]
    assert numbers == list(range(1, len(ids) + 1))


def test_every_finding_gap_and_layer_has_its_row() -> None:
    report = handmade_report()
    findings = sum(len(result.findings) for result in report.sites)
    gaps = sum(len(result.gaps) for result in report.sites)
    rejected = sum(result.site.rejection is not None for result in report.sites)
    base = report.base
    layers = [*base.layers, *base.rasters, *base.tables, *base.missing, *base.absent]

    assert book()["结论"].max_row == 1 + findings == 1 + len(findings_table(report))
    assert (
        book()["未核查"].max_row == 1 + gaps + rejected == 1 + len(gaps_table(report))
    )
    assert book()["图层"].max_row == 1 + len(layers) == 1 + len(layers_table(report))


def test_headings_carry_units_and_areas_are_numbers() -> None:
    heads = [cell.value for cell in book()["选址"][1]]
    hectares = heads.index("面积（公顷）")

    cell = book()["选址"].cell(row=2, column=hectares + 1)

    assert "面积（平方米）" in heads
    assert isinstance(cell.value, float)
    area = handmade_report().sites[0].area_m2
    assert area is not None
    assert cell.value == pytest.approx(area / 10_000, abs=0.00005)


FORMULAS = [
    '=HYPERLINK("http://x","a")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1",
    "＝1+1",
    "  =1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_becomes_a_formula(formula: str) -> None:
    result = handmade_report().sites[-1]
    report = report_of(replace(result, site=replace(result.site, name=formula)))

    cell = load_workbook(BytesIO(ledger_bytes(report)))["选址"]["C2"]
    written = rows_of(csv_twins(report)["sites.csv"])[1][2]

    assert cell.data_type == "s"
    assert cell.value == formula
    assert written == f"'{formula}"


@given(st.text(min_size=1))
def test_a_guarded_text_never_starts_like_a_formula(words: str) -> None:
    shown = guarded(words).lstrip(" \u3000")

    assert not shown.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert guarded(words).endswith(words)


def test_csv_twins_open_in_a_chinese_excel_and_agree_with_the_sheets() -> None:
    twins = csv_twins(handmade_report())

    assert len(twins) == len(SHEETS)
    for (name, data), title in zip(twins.items(), SHEETS, strict=True):
        assert data.startswith(b"\xef\xbb\xbf"), name
        rows = rows_of(data)
        assert rows[0] == [cell.value for cell in book()[title][1]]
        assert len(rows) == book()[title].max_row


def test_long_text_is_cut_with_a_sign_and_control_characters_are_shown() -> None:
    result = handmade_report().sites[-1]
    site = replace(result.site, name="长" * 40_000, id="a\x00b")

    sheet = load_workbook(BytesIO(ledger_bytes(report_of(replace(result, site=site)))))[
        "选址"
    ]

    assert len(sheet["C2"].value) == 32_767
    assert sheet["C2"].value.endswith("…")
    assert sheet["B2"].value == "a\ufffdb"


def test_an_empty_report_still_makes_a_ledger() -> None:
    empty = load_workbook(BytesIO(ledger_bytes(report_of())))

    assert empty.sheetnames == SHEETS
    assert sites_table(report_of()) == []


def test_english_headings() -> None:
    english = load_workbook(BytesIO(ledger_bytes(handmade_report(), lang="en")))

    assert english.sheetnames[0] == "Sites"
    assert english["Sites"]["B1"].value == "Site id"


def test_findings_stand_worst_first_with_clear_ones_last() -> None:
    heads = [cell.value for cell in book()["结论"][1]]
    column = heads.index("结论")

    words = [row[column].value for row in book()["结论"].iter_rows(min_row=2)]

    assert heads.count("结论") == 1
    assert words[0] == "禁止/不符合"
    first_clear = words.index("不涉及")
    assert set(words[first_clear:]) == {"不涉及"}


def test_no_cell_of_the_ledger_holds_a_bare_code() -> None:
    first = handmade_report().sites[0]
    clear = replace(
        first.findings[0], state=State.CLEAR, reason="CONDITION_NOT_MET", view="pbf"
    )
    report = report_of(replace(first, findings=(clear, *first.findings[1:])))

    cells = {
        cell.value
        for sheet in load_workbook(BytesIO(ledger_bytes(report)))
        for row in sheet.iter_rows()
        for cell in row
    }

    codes = {"CONDITION_NOT_MET", "LAYER_MISSING", "pbf", "statutory", "county"}
    assert not cells & (codes | {"vector", "raster", "CLEAR", "PROHIBITED", "demo"})
    assert {"不适用", "条件不成立", "矢量"} <= cells
