"""Access lists as offices keep them: other words, merged cells, more sheets."""

import re
import zipfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from zoning.errors import LayerError
from zoning.io.access_list import AccessList, read_access_list
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.layer_place import LayerPlace

HEADER = [
    "条款编号",
    "清单层级",
    "单元编码",
    "管控维度",
    "管控要求",
    "适用活动",
    "适用行业代码",
    "适用建设性质",
    "管控类型",
    "来源",
]
CITY = ("C-1", "全市总体", "", "空间布局约束", "甲")
UNIT = "ZH50023710001"
NAME = "access_list.xlsx"


def row(activities: str = "", industries: str = "", natures: str = "") -> list[str]:
    return [*CITY, activities, industries, natures, "禁止", "示例清单"]


def unit_row(number: str, code: str | None) -> list[str | None]:
    level = "单元"
    return [number, level, code, "空间布局约束", "乙", "road", "", "", "禁止", "示例"]


def write(folder: Path, rows: Sequence[list[str] | list[str | None]]) -> Path:
    book = openpyxl.Workbook()
    for cells in [HEADER, *rows]:
        book.worksheets[0].append(cells)
    book.save(folder / NAME)
    return folder


def read(folder: Path, **entry: object) -> AccessList:
    settings = LayerEntry.model_validate({"path": NAME, **entry})
    place = LayerPlace(folder=folder, crs="EPSG:4546", county=None)
    return read_access_list(settings, catalogue()["access_list"], place)


def told(found: AccessList) -> list[tuple[str, str]]:
    """Code and particulars of each problem, in order."""
    keys = ("field", "values", "clauses", "sheets", "cells", "found")
    return [
        (p.code, " ".join(p.values[key] for key in keys if key in p.values))
        for p in found.problems
    ]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("road、railway", ("road", "railway")),
        ("公路", ("road",)),
        ("公路，铁路", ("road", "railway")),
        ("公路；road", ("road",)),
        ("road/railway", ("road", "railway")),
        ("road | railway", ("road", "railway")),
        (" Road\nＲＡＩＬＷＡＹ ", ("road", "railway")),
    ],
)
def test_activities_go_by_id_or_chinese_word(
    tmp_path: Path, cell: str, expected: tuple[str, ...]
) -> None:
    found = read(write(tmp_path, [row(activities=cell)]))
    assert found.clauses[0].activities == expected
    assert found.clauses[0].severity == "prohibit"
    assert found.problems == ()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("E48", ("E48",)),
        ("48", ("E48",)),
        ("e48", ("E48",)),
        ("Ｅ４８", ("E48",)),
        ("C", ("C",)),
        ("03", ("A03",)),
        ("E47-E50", ("E47", "E48", "E49", "E50")),
        ("47～48", ("E47", "E48")),
        ("E47 至 48、C26", ("E47", "E48", "C26")),
        ("B12-13", ("B12", "C13")),
        ("2611-2614", ("C2611", "C2612", "C2613", "C2614")),
        ("R-T", ("R", "S", "T")),
    ],
)
def test_industries_are_codes_with_or_without_letter_and_ranges(
    tmp_path: Path, cell: str, expected: tuple[str, ...]
) -> None:
    found = read(write(tmp_path, [row(industries=cell)]))
    assert found.clauses[0].industries == expected
    assert found.problems == ()


@pytest.mark.parametrize("cell", ["new、expand", "新建、扩建", "新建/expand"])
def test_natures_go_by_id_or_chinese_word(tmp_path: Path, cell: str) -> None:
    found = read(write(tmp_path, [row(activities="road", natures=cell)]))
    assert found.clauses[0].natures == ("new", "expand")
    assert found.problems == ()


@pytest.mark.parametrize(
    ("field", "cell", "unknown"),
    [
        ("activities", "road、公路桥", "公路桥"),
        ("industries", "土木工程建筑业", "土木工程建筑业"),
        ("industries", "C48", "C48"),
        ("industries", "E50-E47", "E50-E47"),
        ("industries", "E47-C50-1", "E47-C50-1"),
        ("industries", "98", "98"),
        ("industries", "C2", "C2"),
        ("industries", "-", "-"),
        ("natures", "新修", "新修"),
    ],
)
def test_an_unknown_word_sends_the_clause_to_a_person(
    tmp_path: Path, field: str, cell: str, unknown: str
) -> None:
    cells = {"activities": "road", field: cell}
    found = read(write(tmp_path, [row(**cells), row(activities="wharf")]))
    clause, other = found.clauses
    assert (clause.activities, clause.industries, clause.natures) == ((), (), ())
    assert clause.severity == "review"
    assert other.severity == "prohibit"
    assert told(found) == [("UNKNOWN_CLASS_VALUE", f"{field} {unknown}")]


def test_a_unit_clause_without_a_code_is_told(tmp_path: Path) -> None:
    found = read(write(tmp_path, [unit_row("U-1", UNIT), unit_row("U-2", "")]))
    assert told(found) == [("CLAUSE_WITHOUT_UNIT", "U-2")]


def test_a_merged_cell_counts_for_every_row_it_spans(tmp_path: Path) -> None:
    rows = [unit_row("U-1", UNIT), unit_row("U-2", None), unit_row("U-3", "X1")]
    path = write(tmp_path, rows) / NAME
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells("C2:C3")
    book.save(path)
    found = read(tmp_path)
    assert [c.unit_code for c in found.clauses] == [UNIT, UNIT, "X1"]
    assert found.problems == ()


def test_a_formula_without_a_stored_result_is_told(tmp_path: Path) -> None:
    found = read(write(tmp_path, [unit_row("U-1", UNIT), unit_row("U-2", '="Z"&"1"')]))
    assert told(found) == [
        ("ACCESS_LIST_FORMULA", "C3"),
        ("CLAUSE_WITHOUT_UNIT", "U-2"),
    ]


def test_rows_beyond_the_recorded_extent_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, [row(activities=a) for a in ("road", "wharf")]) / NAME
    parts = {}
    with zipfile.ZipFile(path) as book:
        for name in book.namelist():
            parts[name] = book.read(name)
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet], changed = re.subn(
        rb'<dimension ref="[^"]+"', b'<dimension ref="A1:J2"', parts[sheet]
    )
    assert changed == 1
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    assert [c.activities for c in read(tmp_path).clauses] == [("road",), ("wharf",)]


def with_second_sheet(folder: Path, header: list[str]) -> Path:
    path = write(folder, [row(activities="road")]) / NAME
    book = openpyxl.load_workbook(path)
    second = book.create_sheet("单元清单")
    second.append(["二、单元"])
    second.append(header)
    second.append(row(activities="wharf"))
    book.save(path)
    return folder


def test_a_further_sheet_of_clauses_is_told_unless_one_is_named(
    tmp_path: Path,
) -> None:
    with_second_sheet(tmp_path, HEADER)
    assert told(read(tmp_path)) == [("ACCESS_LIST_SHEETS", "单元清单")]
    assert told(read(tmp_path, layer="Sheet")) == []


@pytest.mark.parametrize("head", [["编号", "层级", "", "维度", "要求"], []])
def test_a_sheet_of_clauses_under_other_headings_is_told(
    tmp_path: Path, head: list[str]
) -> None:
    book = openpyxl.load_workbook(write(tmp_path, [row()]) / NAME)
    sheet = book.create_sheet("附表")
    for cells in (head, [*CITY[:2], "", CITY[3], "丙"]):
        sheet.append(cells)
    book.save(tmp_path / NAME)

    assert told(read(tmp_path)) == [("ACCESS_LIST_SHEETS", "附表")]


def test_a_sheet_of_something_else_is_no_list(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write(tmp_path, [row()]) / NAME)
    sheet = book.create_sheet("说明")
    for cells in (["条款编号", "说明"], ["C-1", "空间布局约束：见全市总体清单"]):
        sheet.append(cells)
    book.save(tmp_path / NAME)
    assert told(read(tmp_path)) == []


def test_two_columns_under_one_header_both_count(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append([*HEADER, "适用活动"])
    book.worksheets[0].append([*row(activities="road"), "wharf"])
    book.save(tmp_path / NAME)
    assert read(tmp_path).clauses[0].activities == ("road", "wharf")


def test_the_prepared_list_says_the_same_as_the_workbook(tmp_path: Path) -> None:
    with_second_sheet(tmp_path, HEADER)
    first, again = read(tmp_path), read(tmp_path)
    assert again.clauses == first.clauses
    assert told(again) == told(first)


def test_rows_are_counted_against_the_declared_number(tmp_path: Path) -> None:
    write(tmp_path, [row(activities="road")])
    assert told(read(tmp_path, features=2)) == [("COUNT_MISMATCH", "1")]


def test_a_list_without_its_columns_says_which(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["条款编号", "说明"])
    book.worksheets[0].append(["C-1", "甲"])
    book.save(tmp_path / NAME)
    with pytest.raises(LayerError) as caught:
        read(tmp_path)
    fields = [problem.values["field"] for problem in caught.value.problems]
    assert fields == ["level", "dimension", "text"]


def test_an_unknown_sheet_or_a_damaged_file_is_a_layer_error(tmp_path: Path) -> None:
    write(tmp_path, [row(activities="road")])
    with pytest.raises(LayerError):
        read(tmp_path, layer="清单")
    (tmp_path / NAME).write_bytes(b"no workbook")
    with pytest.raises(LayerError):
        read(tmp_path)
