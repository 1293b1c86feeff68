"""Coordinate tables (xlsx, csv) to site rows: one point a line, parcels by key.

The header names the columns; the size of the numbers must agree with it where
it names north and east, and decides where it only says X and Y.
"""

import csv
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from zoning.errors import Problem, SiteError
from zoning.io import archives
from zoning.io.boundary_points import (
    Axis,
    Kind,
    PointRow,
    Reading,
    axis_of,
    locate,
    number,
)
from zoning.io.boundary_txt import declaration_of
from zoning.io.declared_area import read_area
from zoning.io.site_columns import column, names_of
from zoning.io.site_row import SiteRow
from zoning.io.table_doubts import has_number, unread_pair
from zoning.io.text import decode

__all__ = ["DAMAGE", "read_csv", "read_workbook"]

# What a broken workbook makes openpyxl and the libraries below it raise.
DAMAGE = (
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    ArithmeticError,
    OSError,
    EOFError,
    SyntaxError,  # xml.etree.ElementTree.ParseError is one
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
)
_HEADER_ROWS = 30
_MAX_COLUMNS = 256
_COORDINATE_ROLES = (("north", "east"), ("x", "y"), ("longitude", "latitude"))
_WRONG = {
    "north": {Axis.EAST, Axis.PREFIXED_EAST},
    "east": {Axis.NORTH},
    "longitude": {Axis.LATITUDE},
    "latitude": {Axis.LONGITUDE},
}
_TEXT_ROLES = ("number", "name", "project_name", "area", "point", "ring", "kind")
_KEY_ROLES = ("serial", "number", "name")
"""What tells parcels apart; of two alike only a serial number makes two."""
_QUOTED = re.compile(r'"[^"]*"')
_STATEMENT = re.compile(r"\s*([^:：=]+?)\s*[:：=]\s*(.*)")


_Entry = tuple[int, tuple[str, ...], tuple[str, ...]]  # line, key, cells


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    """A table as text; `label` is the place, rows carry their line from 1."""

    label: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Which column holds what, and what the lines above the header state."""

    roles: Mapping[str, int]
    pair: tuple[str, str]
    first_line: int
    statements: Mapping[str, str] = field(default_factory=dict)

    def text(self, cells: Sequence[str], role: str) -> str:
        """Return the cell of a role; empty when there is no such column."""
        index = self.roles.get(role)
        return cells[index] if index is not None and index < len(cells) else ""


def read_workbook(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read every sheet of an .xlsx that has coordinate columns.

    Formulas count by their stored value. Places read ``file!sheet:line``.

    Raises
    ------
    SiteError
        When the workbook cannot be opened or no sheet has coordinates.
    """
    import openpyxl

    parts = archives.members(content, file, wanted=lambda path: path.suffix == ".xml")
    if any(b"<!DOCTYPE" in part or b"<!ENTITY" in part for part in parts.values()):
        raise SiteError(Problem(code="XML_ENTITY_REFUSED", where=file))
    with warnings.catch_warnings(record=True):
        warnings.simplefilter("always")  # remarks on styles are of no concern
        try:
            book = openpyxl.load_workbook(
                io.BytesIO(content), read_only=True, data_only=True
            )
            sheets = [
                _Sheet(
                    label=f"{file}!{sheet.title}",
                    rows=_texts(sheet.iter_rows(values_only=True)),
                )
                for sheet in book.worksheets
            ]
        except DAMAGE as error:
            values = {"detail": f"xlsx: {type(error).__name__}"}
            raise SiteError(
                Problem(code="SITE_FILE_DAMAGED", where=file, values=values)
            ) from error
    return _read(sheets, file, crs, encoding=None)


def read_csv(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read a table separated by commas, semicolons or tabs.

    Places read ``file:line``.

    Raises
    ------
    SiteError
        When the text cannot be decoded or has no coordinate columns.
    """
    decoded = decode(content, file)
    head = _QUOTED.sub("", decoded.text[:65536])
    separator = max(",;\t", key=head.count)
    try:
        table = list(csv.reader(io.StringIO(decoded.text), delimiter=separator))
    except csv.Error as error:
        values = {"detail": f"csv: {error}"}
        raise SiteError(
            Problem(code="SITE_FILE_DAMAGED", where=file, values=values)
        ) from error
    sheet = _Sheet(label=file, rows=_texts(iter(table)))
    return _read([sheet], file, crs, encoding=decoded.encoding)


def _texts(
    rows: Iterator[Sequence[object]],
) -> tuple[tuple[int, tuple[str, ...]], ...]:
    return tuple(
        (line, texts)
        for line, row in enumerate(rows, start=1)
        if any(texts := tuple(_text(value) for value in row[:_MAX_COLUMNS]))
    )


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _read(
    sheets: Sequence[_Sheet], file: str, crs: str | None, *, encoding: str | None
) -> tuple[SiteRow, ...]:
    rows: list[SiteRow] = []
    skipped = []
    for sheet in sheets:
        layout = _layout(sheet)
        if layout is not None:
            rows += _parcels(sheet, layout, crs)
        elif sheet.rows:
            _refuse_unnamed(sheet)
            skipped.append(sheet.label)
    if not rows:
        missing = bool(skipped) or not any(sheet.rows for sheet in sheets)
        code = "TABLE_COLUMNS_MISSING" if missing and skipped else "SITE_NO_ROWS"
        raise SiteError(Problem(code=code, where=file, values=_known_names()))
    values = {"detail": ", ".join(skipped)}
    remark = Problem(code="RECORDS_SKIPPED", where=file, values=values)
    remarks = (remark,) if skipped else ()
    return tuple(
        replace(row, encoding=encoding, problems=(*remarks, *row.problems))
        for row in rows
    )


def _known_names() -> dict[str, str]:
    roles = (role for pair in _COORDINATE_ROLES for role in pair)
    return {"names": names_of(*roles)}


def _refuse_unnamed(sheet: _Sheet) -> None:
    """Refuse a sheet that holds coordinates under no heading that is known."""
    if unread_pair(sheet.rows) is not None:
        code, values = "TABLE_COLUMNS_MISSING", _known_names()
        raise SiteError(Problem(code=code, where=sheet.label, values=values))


def _refuse_second_pair(sheet: _Sheet, layout: _Layout) -> None:
    """Refuse plots side by side: only one pair of columns would be read."""
    below = [row for row in sheet.rows if row[0] > layout.first_line]
    degrees = layout.pair == ("longitude", "latitude")
    used = set(layout.roles.values())
    other = unread_pair(below, used, degrees=degrees)
    if other is not None:
        columns = [str(index + 1) for index in other]
        values = {"columns": "、".join(columns), "columns_en": ", ".join(columns)}
        raise SiteError(
            Problem(code="TABLE_SECOND_PAIR", where=sheet.label, values=values)
        )


def _layout(sheet: _Sheet) -> _Layout | None:
    for position, (line, cells) in enumerate(sheet.rows[:_HEADER_ROWS]):
        roles = {
            role: index
            for role in (*sum(_COORDINATE_ROLES, ()), *_KEY_ROLES, *_TEXT_ROLES)
            if (index := column(role, cells)) is not None
        }
        pair = next(
            (p for p in _COORDINATE_ROLES if p[0] in roles and p[1] in roles), None
        )
        if pair is not None:
            above = [cells for _, cells in sheet.rows[:position]]
            return _Layout(
                roles=roles, pair=pair, first_line=line, statements=_stated(above)
            )
    return None


def _stated(rows: Sequence[Sequence[str]]) -> dict[str, str]:
    """Read ``key: value`` cells above the header, such as 带号: 37."""
    found = (_STATEMENT.fullmatch(cell) for cells in rows for cell in cells)
    return {match.group(1): match.group(2) for match in found if match}


def _parcels(sheet: _Sheet, layout: _Layout, crs: str | None) -> list[SiteRow]:
    _refuse_second_pair(sheet, layout)
    lines = _filled(sheet, layout)
    points = _points_of(lines, layout)
    known = {line for line, _, _ in points}
    empty = [line for line, _, _ in lines if line not in known]
    rows = [
        _parcel(list(group), sheet, layout, crs=crs)
        for _, group in groupby(points, key=lambda entry: entry[1])
    ]
    if not empty:
        return rows
    values = {"detail": ", ".join(f"{sheet.label}:{line}" for line in empty[:20])}
    remark = Problem(code="RECORDS_SKIPPED", where=sheet.label, values=values)
    return [replace(row, problems=(remark, *row.problems)) for row in rows]


def _points_of(lines: Sequence[_Entry], layout: _Layout) -> list[_Entry]:
    """Return the lines that are points, those whose coordinates are lost too.

    A numbered point among others, or the one line of a numbered parcel, is a point
    also where its cells are empty (formulas without a stored value): its parcel is
    refused, not drawn without it.
    """
    given = [entry for entry in lines if any(_pair(entry[2], layout))]
    last = max((line for line, _, _ in given), default=0)
    keys = {key for _, key, _ in given}

    def is_point(entry: _Entry) -> bool:
        line, key, cells = entry
        if any(_pair(cells, layout)):
            return True
        own = layout.text(cells, "serial") + layout.text(cells, "number")
        lost = line < last and has_number(layout.text(cells, "point"))
        return lost or (key not in keys and has_number(own))

    return [entry for entry in lines if is_point(entry)]


def _filled(sheet: _Sheet, layout: _Layout) -> list[_Entry]:
    """Return (line, parcel key, cells) below the header; empty keys repeat."""
    result = []
    key: tuple[str, ...] = ("",) * len(_KEY_ROLES)
    for line, cells in sheet.rows:
        if line > layout.first_line:
            own = tuple(layout.text(cells, role) for role in _KEY_ROLES)
            key = own if any(own) else key
            result.append((line, key, cells))
    return result


def _pair(cells: Sequence[str], layout: _Layout) -> tuple[str, str]:
    return layout.text(cells, layout.pair[0]), layout.text(cells, layout.pair[1])


def _parcel(
    entries: Sequence[_Entry],
    sheet: _Sheet,
    layout: _Layout,
    *,
    crs: str | None,
) -> SiteRow:
    line, key, head = entries[0]
    where = f"{sheet.label}:{line}"
    words = {kind.value: kind for kind in Kind}
    row = SiteRow(
        number=key[1], name=key[2], project_name=layout.text(head, "project_name")
    )
    reading = Reading(declaration=declaration_of(layout.statements), argument=crs)
    try:
        points = [_point(entry, sheet, layout) for entry in entries]
        kind = words.get(layout.text(head, "kind"), Kind.POLYGON)
        located = locate(points, kind, reading, where=where)
    except SiteError as error:
        return replace(row, rejection=error.problem)
    area = read_area(
        layout.text(head, "area") if kind is Kind.POLYGON else "",
        located.shape.geometry,
        located.crs,
        where=where,
        unit_hint=_heading(sheet, layout),
    )
    return replace(
        row,
        geometry=located.shape.geometry,
        crs=located.crs,
        area_declared_m2=area.square_metres,
        problems=(*located.shape.problems, *area.problems),
    )


def _heading(sheet: _Sheet, layout: _Layout) -> str:
    cells = next(cells for line, cells in sheet.rows if line == layout.first_line)
    return layout.text(cells, "area")


def _point(entry: _Entry, sheet: _Sheet, layout: _Layout) -> PointRow:
    line, _, cells = entry
    first, second = _pair(cells, layout)
    row = PointRow(
        where=f"{sheet.label}:{line}",
        name=layout.text(cells, "point"),
        ring=layout.text(cells, "ring"),
        first=first,
        second=second,
    )
    for role, text in zip(layout.pair, (first, second), strict=True):
        if axis_of(number(text)) in _WRONG.get(role, set()):
            values = {"point": row.name or "?", "first": first, "second": second}
            raise SiteError(
                Problem(code="AXES_CONTRADICT", where=row.where, values=values)
            )
    return row
