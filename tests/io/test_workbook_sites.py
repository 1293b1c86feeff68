"""`zoning.io.workbook_sites`: headers and numbers must agree."""

import io
from collections.abc import Sequence

import openpyxl
import pytest

from zoning.errors import SiteError
from zoning.io.site_row import SiteRow
from zoning.io.workbook_sites import read_csv, read_workbook

NORTH, EAST = 3440364.0, 37395030.0
SQUARE = [(0, 0), (80, 0), (80, 100), (0, 100)]
INNER = [(30, 30), (50, 30), (50, 50), (30, 50)]
HEADINGS = ["地块编号", "点号", "圈号", "X(北)", "Y（东）"]
Row = Sequence[object]


def table(
    corners: list[tuple[int, int]] = SQUARE, key: str = "DK01", ring: int = 1
) -> list[Row]:
    return [
        [key, f"J{i}", ring, NORTH + n, EAST + e]
        for i, (n, e) in enumerate(corners, start=1)
    ]


def csv(rows: Sequence[Row], crs: str | None = None, mark: str = ",") -> list[SiteRow]:
    text = "\n".join(mark.join(str(cell) for cell in row) for row in rows)
    return list(read_csv(text.encode("gb18030"), file="a.csv", crs=crs))


def book(sheets: dict[str, Sequence[Row]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()


def area(row: SiteRow) -> float:
    assert row.rejection is None, row.rejection.line()
    assert row.geometry is not None
    return float(row.geometry.area)


def code(row: SiteRow) -> str | None:
    return None if row.rejection is None else row.rejection.code


def test_a_workbook_gives_a_row_per_parcel() -> None:
    rows = [HEADINGS, *table(), *table(INNER, ring=2), *table(key="DK02")]

    first, second = read_workbook(book({"地块": rows}), file="a.xlsx")

    assert first.number == "DK01"
    assert area(first) == pytest.approx(7600)
    assert (second.number, second.crs) == ("DK02", "EPSG:4525")


def test_title_rows_may_state_the_zone() -> None:
    plain = [[a, b, c, d, float(str(e)) - 37e6] for a, b, c, d, e in table()]
    title = [["坐标系：2000国家大地坐标系", "带号：37"]]

    (row,) = csv([*title, HEADINGS, *plain])

    assert row.crs == "EPSG:4546"
    assert row.problems == ()


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_separators_are_told_apart(mark: str) -> None:
    (row,) = csv([HEADINGS, *table()], mark=mark)

    assert area(row) == pytest.approx(8000)
    assert row.encoding == "gb18030"


def test_a_merged_parcel_cell_counts_for_the_rows_below() -> None:
    rows = [[key if i == 0 else "", *rest] for i, (key, *rest) in enumerate(table())]

    (row,) = csv([HEADINGS, *rows])

    assert row.number == "DK01"
    assert area(row) == pytest.approx(8000)


def test_x_and_y_alone_are_decided_by_size() -> None:
    rows = [[e, n] for *_, n, e in table()]

    (standard,) = csv([["X", "Y"], *[[n, e] for e, n in rows]])
    (swapped,) = csv([["X", "Y"], *rows])

    assert area(standard) == area(swapped) == pytest.approx(8000)
    assert "AXES_SWAPPED" not in {p.code for p in standard.problems}
    assert "AXES_SWAPPED" in {p.code for p in swapped.problems}


def test_numbers_that_contradict_their_heading_are_refused() -> None:
    rows = [[*head, e, n] for *head, n, e in table()]

    (row,) = csv([HEADINGS, *rows])

    assert code(row) == "AXES_CONTRADICT"
    assert row.rejection is not None
    assert row.rejection.where == "a.csv:2"


def test_longitude_and_latitude_are_read() -> None:
    pairs = [(109.8999, 31.0799), (109.9010, 31.0799), (109.9010, 31.0809)]

    (row,) = csv([["经度", "纬度"], *pairs])
    (swapped,) = csv([["纬度", "经度"], *pairs])

    assert row.crs == "EPSG:4490"
    assert code(swapped) == "AXES_CONTRADICT"


def test_a_bad_cell_refuses_its_parcel_alone() -> None:
    bad = table(key="DK02")
    bad[1] = ["DK02", "J2", 1, "#REF!", EAST]

    good, refused = csv([HEADINGS, *table(), *bad])

    assert code(good) is None
    assert code(refused) == "POINT_NOT_A_NUMBER"
    assert refused.rejection is not None
    assert refused.rejection.where == "a.csv:7"


def test_rows_without_coordinates_are_named() -> None:
    (row,) = csv([HEADINGS, *table(), ["", "合计", "", "", ""]])

    assert area(row) == pytest.approx(8000)
    assert [p.code for p in row.problems if p.code == "RECORDS_SKIPPED"]


def test_a_sheet_without_coordinates_is_named() -> None:
    content = book({"说明": [["说明文字"]], "坐标": [HEADINGS, *table()], "空": []})

    (row,) = read_workbook(content, file="a.xlsx")

    assert row.problems[0].code == "RECORDS_SKIPPED"
    assert row.problems[0].values["detail"] == "a.xlsx!说明"


def test_a_declared_area_is_compared_in_the_unit_of_its_heading() -> None:
    rows = [[*row, "12"] for row in table()]

    (row,) = csv([[*HEADINGS, "面积(亩)"], *rows])

    assert row.area_declared_m2 == pytest.approx(8000)


def test_a_table_without_coordinate_columns_is_refused() -> None:
    with pytest.raises(SiteError, match="E115"):
        csv([["甲", "乙"], [1, 2]])
    with pytest.raises(SiteError, match="E108"):
        csv([HEADINGS])
    with pytest.raises(SiteError, match="E108"):
        read_workbook(book({"空": []}), file="a.xlsx")


def test_a_broken_workbook_is_refused() -> None:
    with pytest.raises(SiteError, match="E107"):
        read_workbook(b"PK\x03\x04broken", file="a.xlsx")


@pytest.mark.parametrize("names", [HEADINGS, ["b", "c", "d", "x2", "y2"], [""] * 5])
def test_plots_side_by_side_are_refused_not_halved(names: list[str]) -> None:
    beside = [[*one, *other] for one, other in zip(table(), table(), strict=True)]

    with pytest.raises(SiteError, match="E685"):
        csv([[*HEADINGS, *names], *beside])


def test_the_same_points_in_degrees_are_no_second_plot() -> None:
    rows = [[*row, 109.9 + k / 1000, 31.0] for k, row in enumerate(table())]

    (row,) = csv([[*HEADINGS, "经度", "纬度"], *rows])

    assert area(row) == pytest.approx(8000)


def test_a_sheet_of_coordinates_without_a_heading_is_refused() -> None:
    content = book({"甲": [HEADINGS, *table()], "乙": table(key="DK02")})

    with pytest.raises(SiteError, match=r"E115.*乙"):
        read_workbook(content, file="a.xlsx")


def test_a_point_whose_cells_are_empty_refuses_its_parcel() -> None:
    rows = table(SQUARE + INNER)
    rows[2] = [*rows[2][:3], "", ""]

    first, second = csv([HEADINGS, *rows, *table(key="DK02")])
    assert (code(first), code(second)) == ("POINT_NOT_A_NUMBER", None)

    good, lost = csv([HEADINGS, *table(), ["DK02", "J1", 1, "", ""]])
    assert (code(good), code(lost)) == (None, "POINT_NOT_A_NUMBER")
