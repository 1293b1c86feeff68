"""The blank form: what it offers is what is read, and it is always the same."""

from pathlib import Path

import openpyxl
import pytest
import shapely
import small_base

from zoning import terms
from zoning.cli import main
from zoning.io.project import Projects, activities, attributes, read_projects
from zoning.io.project_form_blank import TITLE, blank_form, write_project_form

KINDS = [entry["zh"] for entry in terms.group("evidence").values()]


def filled(path: Path, row: int, **values: object) -> Projects:
    """Fill a row of a form by headings and read it."""
    book = openpyxl.load_workbook(path)
    page = book[TITLE]
    columns = {str(cell.value): cell.column or 0 for cell in page[1]}
    for heading, value in values.items():
        page.cell(row, columns[heading]).value = value  # type: ignore[assignment]  # any cell value
    book.save(path)
    return read_projects(path)


def test_an_empty_form_says_nothing(tmp_path: Path) -> None:
    write_project_form(tmp_path / "f.xlsx", ["DK01", "0012"])

    projects = read_projects(tmp_path / "f.xlsx")

    assert projects == Projects(by_site={"DK01": {}, "0012": {}})


def test_the_same_sites_give_the_same_bytes() -> None:
    assert blank_form(["甲"]) == blank_form(["甲"])
    assert blank_form(["甲"]) != blank_form(["乙"])


def test_every_word_that_the_lists_offer_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    write_project_form(path, ["DK01"])
    words = openpyxl.load_workbook(path)["取值"]
    offered = [
        [str(cell.value) for cell in column if cell.value is not None]
        for column in words.iter_cols()
    ]

    assert [entry["zh"] for entry in activities().values()] in offered
    assert offered.count(KINDS) == 2
    for word in offered[2]:
        assert word in {entry["zh"] for entry in activities().values()}
        activity = filled(path, 3, 项目活动类型=word).by_site["DK01"]["activity"]
        assert activities()[activity]["zh"] == word


def test_every_attribute_has_its_column(tmp_path: Path) -> None:
    write_project_form(tmp_path / "f.xlsx")
    header = [
        cell.value for cell in openpyxl.load_workbook(tmp_path / "f.xlsx")[TITLE][1]
    ]

    assert {entry["zh"] for entry in attributes().values()} <= set(header)
    assert header[0] == "地块编号"


def test_a_filled_form_reads_as_the_clerk_meant(tmp_path: Path) -> None:
    path = tmp_path / "f.xlsx"
    write_project_form(path, ["DK01"])
    filled(path, 2, 是否排放废水="否", 材料种类1=KINDS[0], 文号1=7, 日期1="2026-03-01")

    projects = filled(
        path, 3, 国民经济行业代码="0313", 永久用地面积=1200.5, 是否线性工程="是"
    )

    assert projects.default == {"discharges_wastewater": "false"}
    (paper,) = projects.default_evidence
    assert (paper.number, paper.date.isoformat()) == ("7", "2026-03-01")
    assert projects.by_site["DK01"] == {
        "industry_code": "0313",
        "land_permanent_m2": "1200.5",
        "linear": "true",
    }


def test_the_command_writes_a_row_for_every_site(tmp_path: Path) -> None:
    small_base.write_txt(
        tmp_path / "plot.txt", shapely.box(4e5, 3.44e6, 400_100, 3.4401e6)
    )
    out = tmp_path / "form.xlsx"
    call = ["schema", "project-form", str(tmp_path / "plot.txt"), "--out", str(out)]

    with pytest.raises(SystemExit) as stop:
        main(call)

    assert stop.value.code == 0
    assert read_projects(out).by_site == {"DK01": {}}
    with pytest.raises(SystemExit) as again:
        main(call)
    assert again.value.code != 0


def test_an_old_workbook_or_a_broken_one_is_told(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 64)
    (tmp_path / "cut.xlsx").write_bytes(blank_form()[:900])

    for name, number in (("old.xls", "E196"), ("cut.xlsx", "E107")):
        with pytest.raises(Exception, match=number):
            read_projects(tmp_path / name)
