"""Sheets of the ledger, row by row: in a workbook and as CSV.

Text stays text: no cell becomes a formula, in Excel or in a CSV that Excel
opens. Numbers are numbers, rounded half up, with their unit in the heading.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import IO, Any

from zoning.report.document import clean, colour_of, tint
from zoning.report.numbers import round_half_up
from zoning.report.texts import keys, text

__all__ = ["ROWS_MOST", "Cell", "CsvSheet", "Looks", "Page", "Shape", "guarded"]

ROWS_MOST = 1_048_575
"""Rows below the heading that Excel can hold."""

_CELL_MOST = 32_767
"""Excel's limit of one cell; longer text ends in an ellipsis, never in silence."""

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLACES = {"share": 6, "width_m": 3, "overlap_ha": 4, "area_ha": 4}
_PLACES |= {"corridor_ha": 4, "current_a": 6, "gravity": 6, "gain_pct": 6}
_PLACES |= dict.fromkeys(("kept", "neighbours", "effective_resistance"), 4)
_PLACES |= dict.fromkeys(
    (f"{name}_pct" for name in ("importance", "intra", "flux", "connector")), 4
)
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

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """The columns of one sheet.

    Parameters
    ----------
    key : str
        ``sheet_name`` of the texts, and stem of the CSV.
    columns : tuple of str
        Fields of its rows; the first is the running number.
    state : str
        The field whose state colours a row; '' for none.
    """

    key: str
    columns: tuple[str, ...]
    state: str = ""

    @classmethod
    def of(cls, key: str, row: type[Any]) -> "Shape":
        """Return the sheet of a kind of rows; codes for programs are left out."""
        skipped = _CODES | ({"reason"} if key == "not_checked" else set())
        kept = (field.name for field in fields(row) if field.name not in skipped)
        state = {"sites": "verdict", "findings": "state"}.get(key, "")
        return cls(key=key, columns=("row_number", *kept), state=state)

    def title(self, lang: str) -> str:
        """Return the name of the sheet."""
        return text(f"sheet_name.{self.key}", lang)

    def headings(self, lang: str) -> tuple[str, ...]:
        """Return the headings of the columns."""
        return tuple(text(f"column.{column}", lang) for column in self.columns)

    def cells(self, number: int, row: Any, lang: str) -> tuple[Cell, ...]:
        """Return a row as it is written; `number` counts from 1."""
        return (
            number,
            *(_cell(name, getattr(row, name), lang) for name in self.columns[1:]),
        )

    def state_of(self, row: Any) -> str:
        """Return the state that colours a row."""
        return str(getattr(row, self.state)) if self.state else ""


def guarded(words: str) -> str:
    """Return `words` so that no spreadsheet takes them for a formula.

    References
    ----------
    .. [1] OWASP, CSV injection: a quote sign before ``= + - @``, tab and return.
    """
    return f"'{words}" if words.lstrip(" \u3000").startswith(_FORMULA_SIGNS) else words


def _cell(column: str, value: Any, lang: str) -> Cell:
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


class Page:
    """A worksheet in the making; rows go down one after the other."""

    def __init__(self, book: Any, shape: Shape, looks: Looks, *, lang: str) -> None:
        self._page = book.add_worksheet(shape.title(lang))
        self._shape = shape
        self._looks = looks
        self._rows = 0
        self._page.freeze_panes(1, 3)
        self._page.set_landscape()
        self._page.set_paper(9)  # A4
        self._page.fit_to_pages(1, 0)
        self._page.repeat_rows(0)
        self._page.set_row(0, 32)
        for index, (column, heading) in enumerate(
            zip(shape.columns, shape.headings(lang), strict=True)
        ):
            self._page.set_column(index, index, _WIDE.get(column, 14))
            self._page.write_string(0, index, heading, looks.head)

    def write(self, cells: Sequence[Cell], state: str) -> None:
        """Write the next row, its state in colour; none beyond `ROWS_MOST`."""
        if self._rows == ROWS_MOST:
            return
        self._rows += 1
        for index, (column, value) in enumerate(
            zip(self._shape.columns, cells, strict=True)
        ):
            look = self._looks.of(column, value, state)
            if isinstance(value, str):
                self._page.write_string(self._rows, index, value, look)
            elif value is not None:
                self._page.write_number(self._rows, index, value, look)

    def close(self) -> None:
        """Put the filter over what was written."""
        last = len(self._shape.columns) - 1
        self._page.autofilter(0, 0, max(self._rows, 1), last)


class CsvSheet:
    """A sheet as CSV, UTF-8 with a mark for Excel; `file` takes text."""

    def __init__(self, file: IO[str], shape: Shape, *, lang: str) -> None:
        file.write("\ufeff")
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._writer.writerow(shape.headings(lang))

    def write(self, cells: Sequence[Cell]) -> None:
        """Write the next row."""
        self._writer.writerow([guarded(v) if isinstance(v, str) else v for v in cells])
