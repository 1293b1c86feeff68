"""Parcels as tables of points: CSV that Excel opens, and workbooks.

One point a row, what a planner would fill in; the CRS is stated above the
heads. Text stays text: no cell becomes a formula.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import shapely

from zoning import measure
from zoning.errors import OutputError, Problem
from zoning.model.parcels import Parcel, ParcelTable, WrittenParcels
from zoning.report.archive import repacked
from zoning.report.document import clean
from zoning.report.ledger import guarded
from zoning.report.parcels.boundary import survey_statements
from zoning.report.parcels.points import KINDS, Places, listed_points, places_of
from zoning.report.parcels.remarks import (
    Change,
    Held,
    beyond_gbk,
    fields_left,
    held,
    rounding,
)

__all__ = ["csv_parcels", "workbook_parcels"]

_HEADS = (
    *("地块序号", "地块编号", "地块名称", "项目名称", "面积(平方米)"),
    *("图形类型", "圈号", "点号"),
)
_METRES, _DEGREES = ("X(北)", "Y(东)"), ("经度", "纬度")
_WIDTHS = (9, 16, 28, 28, 14, 9, 7, 9, 16, 16)
_CELL_MOST, _ROWS_MOST = 32_767, 1_048_576
_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_QUOTED = frozenset(',;\t"\r\n')


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row: texts, then the two coordinates."""

    texts: tuple[str, ...]
    pair: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sheet:
    """What both formats write."""

    held: Held
    statements: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[_Row, ...]
    places: Places
    remarks: tuple[Problem, ...]


def csv_parcels(table: ParcelTable, *, encoding: str) -> WrittenParcels:
    """Write a table of points, CRLF line ends.

    Parameters
    ----------
    table : ParcelTable
        In a Gauss-Krüger plane of CGCS2000 or in degrees.
    encoding : str
        ``utf-8-sig`` or ``gb18030``.
    """
    sheet = _sheet(table, _csv_text, suffix=".csv")
    lines = [_quoted(statement) for statement in sheet.statements]
    lines.append(",".join(sheet.heads))
    for row in sheet.rows:
        pair = [f"{value:.{sheet.places.count}f}" for value in row.pair]
        lines.append(",".join([*map(_quoted, row.texts), *pair]))
    text = "\r\n".join(lines) + "\r\n"
    gbk = beyond_gbk(text) if encoding == "gb18030" else ()
    return WrittenParcels(
        parts={".csv": text.encode(encoding)},
        crs=table.crs,
        encoding=encoding,
        parcels=sheet.held.parcels,
        remarks=(*sheet.remarks, *gbk),
    )


def workbook_parcels(table: ParcelTable) -> WrittenParcels:
    """Write a workbook of one sheet; coordinates are numbers.

    Raises
    ------
    OutputError
        ``CONVERT_TOO_LARGE`` beyond the rows of a sheet.
    """
    import xlsxwriter

    sheet = _sheet(table, _cell_text, suffix=".xlsx")
    if len(sheet.rows) + len(sheet.statements) >= _ROWS_MOST:
        values = {"suffix": ".xlsx", "detail": f"{len(sheet.rows)} > {_ROWS_MOST}"}
        raise OutputError(Problem(code="CONVERT_TOO_LARGE", values=values))
    packed = BytesIO()
    safe = dict.fromkeys(
        ("strings_to_formulas", "strings_to_numbers", "strings_to_urls"), False
    )
    with xlsxwriter.Workbook(packed, {"in_memory": True, **safe}) as book:
        book.set_properties({"created": _CREATED})
        page = book.add_worksheet("界址点")
        bold = book.add_format({"bold": True, "bg_color": "#EEF1F4", "bottom": 1})
        form = book.add_format({"num_format": f"0.{'0' * sheet.places.count}"})
        for index, width in enumerate(_WIDTHS):
            page.set_column(index, index, width)
        for line, statement in enumerate(sheet.statements):
            page.write_string(line, 0, statement)
        first = len(sheet.statements)
        for index, head in enumerate(sheet.heads):
            page.write_string(first, index, head, bold)
        page.freeze_panes(first + 1, 0)
        for line, row in enumerate(sheet.rows, start=first + 1):
            for index, text in enumerate(row.texts):
                page.write_string(line, index, text)
            for index, value in enumerate(row.pair, start=len(row.texts)):
                page.write_number(line, index, round(value, sheet.places.count), form)
    return WrittenParcels(
        parts={".xlsx": repacked(packed.getvalue())},
        crs=table.crs,
        encoding="utf-8",
        parcels=sheet.held.parcels,
        remarks=sheet.remarks,
    )


def _sheet(table: ParcelTable, change: Change, *, suffix: str) -> _Sheet:
    known = held(table, change, columns=())
    places = places_of(table)
    degrees = measure.is_geographic(table.crs)
    rows = [
        row
        for number, parcel in enumerate(known.parcels, start=1)
        for row in _rows(parcel, number, places, degrees=degrees)
    ]
    stated = (
        _degree_statements(table.crs)
        if degrees
        else survey_statements(table.crs, places.count)
    )
    return _Sheet(
        held=known,
        statements=tuple(line.replace("=", ": ", 1) for line in stated),
        heads=(*_HEADS, *(_DEGREES if degrees else _METRES)),
        rows=tuple(rows),
        places=places,
        remarks=(
            *known.remarks,
            *fields_left(table, suffix),
            *rounding(places.count, places.shift, degrees=degrees),
        ),
    )


def _degree_statements(crs: str) -> list[str]:
    datum = "WGS84" if crs == "EPSG:4326" else "2000国家大地坐标系"
    return [f"坐标系={datum}", "计量单位=度"]


def _rows(
    parcel: Parcel, number: int, places: Places, *, degrees: bool
) -> Iterator[_Row]:
    kind = KINDS[int(shapely.get_dimensions(parcel.geometry))]
    area = parcel.area_declared_m2
    head = (
        *(str(number), parcel.number, parcel.name, parcel.project_name),
        *("" if area is None else f"{area:.4f}", kind),
    )
    for point in listed_points(parcel.geometry, places):
        yield _Row(
            texts=(*head, str(point.ring), point.name),
            pair=(point.x, point.y) if degrees else (point.y, point.x),
        )


def _csv_text(text: str) -> tuple[str, str]:
    known = clean(text).strip()
    plain = guarded(known)
    return plain, "control" if plain == known else "formula"


def _cell_text(text: str) -> tuple[str, str]:
    known = clean(text).strip()
    if len(known) > _CELL_MOST:
        return f"{known[: _CELL_MOST - 1]}…", "too_long"
    return known, "control"


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if _QUOTED & set(text) else text
