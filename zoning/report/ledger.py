"""``ledger.xlsx`` and its CSV twins: the tables an office files and filters.

Text stays text: no cell becomes a formula, in Excel or in a CSV that Excel
opens. Numbers are numbers, rounded half up, with their unit in the heading.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

from zoning.model import Report, State
from zoning.report.archive import repacked
from zoning.report.document import clean, colour_of, tint
from zoning.report.numbers import round_half_up
from zoning.report.tables import (
    FindingRow,
    GapRow,
    LayerRow,
    ResidueRow,
    ReviewRow,
    SiteRow,
    findings_table,
    gaps_table,
    layers_table,
    residue_table,
    reviews_table,
    sites_table,
)
from zoning.report.texts import keys, text
from zoning.report.wording import STATE_ORDER

__all__ = [
    "Cell",
    "Sheet",
    "csv_twins",
    "guarded",
    "ledger_bytes",
    "plain_cell",
    "sheet_csv",
    "workbook_bytes",
]

_CREATED = datetime(1980, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_CELL_MOST = 32_767
"""Excel's limit of one cell; longer text ends in an ellipsis, never in silence."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLACES = {"share": 6, "width_m": 3, "overlap_ha": 4, "area_ha": 4}
_DEGREES = ("witness_lon", "witness_lat")
_DEGREE_PLACES = 8
_CODES = frozenset({"state", "verdict", "layer", "view", "layer_id"})
"""Columns for programs, left to findings.parquet and verdict.json."""

_STATE_WORDS = frozenset({"state_word", "verdict_word", "severity_word"})
_WORDS = {
    "standing": "standing",
    "authority": "authority",
    "coverage": "coverage",
    "layer_kind": "data_kind",
}
_WIDE = {"why": 60, "title": 40, "requirement": 70, "problem": 50, "cure": 50}
_WIDE |= {"needs": 34, "questions": 34, "notes": 34, "feature_ids": 24, "sha256": 18}
_WIDE |= {"document": 30, "site_name": 22, "layer_name": 20, "judgement": 24}
_WRAPPED = frozenset({"why", "title", "requirement", "problem", "cure", "needs"})

_ROWS = {
    "sites": SiteRow,
    "findings": FindingRow,
    "not_checked": GapRow,
    "reviews": ReviewRow,
    "residue": ResidueRow,
    "layers": LayerRow,
}

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: `columns` are field names, `rows` hold cells in that order."""

    key: str
    title: str
    columns: tuple[str, ...]
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    states: tuple[str, ...]


def ledger_bytes(report: Report, *, lang: str = "zh") -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    title = clean(text("report.title", lang))
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def workbook_bytes(sheets: Sequence[Sheet], *, title: str, lang: str) -> bytes:
    """Return a workbook of sheets; the same sheets give the same bytes."""
    import xlsxwriter

    packed = BytesIO()
    safe = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(packed, safe) as book:
        said = clean(text("report.footer", lang))
        book.set_properties({"title": title, "created": _CREATED, "comments": said})
        looks = Looks(book)
        for sheet in sheets:
            _write_sheet(book, sheet, looks)
    return repacked(packed.getvalue())


def csv_twins(report: Report, *, lang: str = "zh") -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name, UTF-8 with a mark for Excel."""
    return {f"{sheet.key}.csv": sheet_csv(sheet) for sheet in _sheets(report, lang)}


def guarded(words: str) -> str:
    """Return `words` so that no spreadsheet takes them for a formula.

    References
    ----------
    .. [1] OWASP, CSV injection: a quote sign before ``= + - @``, tab and return.
    """
    return f"'{words}" if words.lstrip(" \u3000").startswith(_FORMULA_SIGNS) else words


def _sheets(report: Report, lang: str) -> tuple[Sheet, ...]:
    tables: dict[str, Sequence[Any]] = {
        "sites": sites_table(report, lang=lang),
        "findings": _sorted(findings_table(report, lang=lang)),
        "not_checked": gaps_table(report, lang=lang),
        "reviews": reviews_table(report, lang=lang),
        "residue": residue_table(report, lang=lang),
        "layers": layers_table(report, lang=lang),
    }
    return tuple(_sheet(key, rows, lang) for key, rows in tables.items())


def _sorted(rows: list[FindingRow]) -> list[FindingRow]:
    """Return findings worst first, CLEAR ones last; equals keep their order."""
    return sorted(rows, key=lambda row: -STATE_ORDER.index(State(row.state)))


def _sheet(key: str, rows: Sequence[Any], lang: str) -> Sheet:
    skipped = _CODES | ({"reason"} if key == "not_checked" else set())
    kept = (field.name for field in fields(_ROWS[key]) if field.name not in skipped)
    columns = ("row_number", *kept)
    state = {"sites": "verdict", "findings": "state"}.get(key)
    return Sheet(
        key=key,
        title=text(f"sheet_name.{key}", lang),
        columns=columns,
        headings=tuple(text(f"column.{column}", lang) for column in columns),
        rows=tuple(
            (
                number,
                *(plain_cell(name, getattr(row, name), lang) for name in columns[1:]),
            )
            for number, row in enumerate(rows, start=1)
        ),
        states=tuple(getattr(row, state) if state else "" for row in rows),
    )


def plain_cell(column: str, value: Any, lang: str) -> Cell:
    """Return what is written: rounded numbers, words for yes and no, clean text."""
    if isinstance(value, bool):
        return text(f"value.{str(value).lower()}", lang)
    if isinstance(value, float):
        places = _DEGREE_PLACES if column in _DEGREES else _PLACES.get(column, 2)
        return float(round_half_up(value, places))
    if not isinstance(value, str):
        return None if value is None else int(value)
    value = _word(column, value, lang)
    words = clean(value)
    return words if len(words) <= _CELL_MOST else f"{words[: _CELL_MOST - 1]}…"


def _word(column: str, value: str, lang: str) -> str:
    """Return the word for a coded value, else the value itself."""
    key = f"{_WORDS.get(column)}.{value}"
    return text(key, lang) if key in keys(_WORDS.get(column, "")) else value


class Looks:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Any) -> None:
        self.book = book
        top = {"valign": "top"}
        self.head = book.add_format(
            {
                "bold": True,
                "bg_color": "#EEF1F4",
                "bottom": 1,
                "text_wrap": True,
                "valign": "vcenter",
            }
        )
        self.plain = book.add_format(top)
        self.wrapped = book.add_format(top | {"text_wrap": True})
        self.numbers = {
            places: book.add_format(
                top | {"num_format": f"#,##0.{'0' * places}" if places else "0"}
            )
            for places in (0, 2, 3, 4, 6, _DEGREE_PLACES)
        }
        self.states: dict[str, Any] = {}

    def state(self, state: str) -> Any:
        """Return the format of a state's cell, in its colour."""
        if state not in self.states:
            colour = f"#{tint(colour_of(state), 0.25)}"
            self.states[state] = self.book.add_format(
                {"bg_color": colour, "valign": "top"}
            )
        return self.states[state]

    def of(self, column: str, value: Cell, state: str) -> Any:
        """Return the format that suits a cell; `state` is that of its row."""
        if column in _STATE_WORDS and state:
            return self.state(state)
        if isinstance(value, float):
            places = _DEGREE_PLACES if column in _DEGREES else _PLACES.get(column, 2)
            return self.numbers[places]
        return self.wrapped if column in _WRAPPED else self.plain


def _write_sheet(book: Any, sheet: Sheet, looks: Looks) -> None:
    page = book.add_worksheet(sheet.title)
    page.freeze_panes(1, 3)
    page.set_landscape()
    page.set_paper(9)  # A4
    page.fit_to_pages(1, 0)
    page.repeat_rows(0)
    page.set_row(0, 32)
    for index, (column, heading) in enumerate(
        zip(sheet.columns, sheet.headings, strict=True)
    ):
        page.set_column(index, index, _WIDE.get(column, 14))
        page.write_string(0, index, heading, looks.head)
    for number, row in enumerate(sheet.rows, start=1):
        for index, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            look = looks.of(column, value, sheet.states[number - 1])
            if isinstance(value, str):
                page.write_string(number, index, value, look)
            elif value is not None:
                page.write_number(number, index, value, look)
    page.autofilter(0, 0, max(len(sheet.rows), 1), len(sheet.columns) - 1)


def sheet_csv(sheet: Sheet) -> bytes:
    """Return a sheet as CSV, UTF-8 with a mark for Excel."""
    written = StringIO(newline="")
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    for row in sheet.rows:
        writer.writerow([guarded(v) if isinstance(v, str) else v for v in row])
    return written.getvalue().encode("utf-8-sig")
