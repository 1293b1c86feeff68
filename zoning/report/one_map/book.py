"""Tables as CSV and as one workbook: numbers are numbers, text is never a formula."""

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

from zoning.report.archive import repacked
from zoning.report.document import clean
from zoning.report.ledger import guarded

__all__ = ["Cell", "Table", "csv_bytes", "workbook_bytes"]

_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_SHEET_NAME_MOST = 31
_WIDEST, _NARROWEST = 44, 8
_WIDE_SIGN = 0x2E80  # from here on a sign takes two cells

Cell = str | int | Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table: a file name, a title, headings and rows.

    `total` says that the last row is the sum of those above.
    """

    name: str
    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: bool = False


def csv_bytes(table: Table) -> bytes:
    """Return a table as CSV, UTF-8 with a mark for Excel."""
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow([guarded(heading) for heading in table.headings])
    for row in table.rows:
        writer.writerow([guarded(c) if isinstance(c, str) else c for c in row])
    return written.getvalue().encode("utf-8-sig")


def workbook_bytes(tables: Sequence[Table], *, title: str, note: str) -> bytes:
    """Return tables as the sheets of one workbook; the same tables, same bytes."""
    import xlsxwriter

    packed = BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(packed, safe) as book:
        book.set_properties({"title": title, "created": _CREATED, "comments": note})
        looks = _Looks(book)
        for table in tables:
            _sheet(book, table, looks)
    return repacked(packed.getvalue())


class _Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        head = {"bold": True, "bg_color": "#EEF1F4", "bottom": 1}
        self.head = book.add_format(head | {"text_wrap": True, "valign": "vcenter"})
        self.made: dict[tuple[int, bool], Any] = {}

    def of(self, value: Cell, *, total: bool) -> Any:
        """Return the format of a cell, by its decimals."""
        places = -1
        if isinstance(value, Decimal):
            places = max(-int(value.as_tuple().exponent), 0)
        elif isinstance(value, int):
            places = 0
        if (places, total) not in self.made:
            look: dict[str, Any] = {"valign": "top"}
            if places >= 0:
                look["num_format"] = f"#,##0.{'0' * places}" if places else "0"
            if total:
                look |= {"bold": True, "top": 1}
            self.made[places, total] = self.book.add_format(look)
        return self.made[places, total]


def _sheet(book: Any, table: Table, looks: _Looks) -> None:
    page = book.add_worksheet(clean(table.title)[:_SHEET_NAME_MOST])
    page.freeze_panes(1, 0)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_row(0, 32)
    for column, heading in enumerate(table.headings):
        page.set_column(column, column, _width(table, column))
        page.write_string(0, column, clean(heading), looks.head)
    for number, row in enumerate(table.rows, start=1):
        total = table.total and number == len(table.rows)
        for column, value in enumerate(row):
            look = looks.of(value, total=total)
            if isinstance(value, str):
                page.write_string(number, column, clean(value), look)
            elif value is not None:
                page.write_number(number, column, float(value), look)


def _width(table: Table, column: int) -> int:
    heading = _cells(table.headings[column])
    longest = max((_cells(_text(row[column])) for row in table.rows), default=0)
    return max(_NARROWEST, min(_WIDEST, max(longest, (heading + 1) // 2) + 2))


def _text(value: Cell) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else f"{value:,}"


def _cells(words: str) -> int:
    return sum(2 if ord(sign) >= _WIDE_SIGN else 1 for sign in words)
