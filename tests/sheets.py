"""Small workbooks from rows and changes, for `tests/malformed/*.yaml`."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl

TITLE = "项目属性"


def write_sheet(
    path: Path, rows: Sequence[Sequence[Any]], changes: Sequence[Any]
) -> None:
    """Write rows as the first sheet, then apply changes in their order."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.title = TITLE
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row, start=1):
            page.cell(number, column).value = None if value == "" else value
    for change in changes:
        _apply(book, page, [*change])
    book.save(path)


def _apply(book: Any, page: Any, change: list[Any]) -> None:
    """Apply a named change; [cell, value] sets a cell."""
    name, *rest = change
    if name in _CHANGES:
        _CHANGES[name](book, page, *rest)
    else:
        (value,) = rest
        page[name] = None if value == "" else value


def _hide(book: Any, _page: Any, name: str) -> None:
    book.create_sheet("空")  # a workbook shows one sheet at least
    book[name].sheet_state = "hidden"


def _add_sheet(book: Any, _page: Any, *entry: str) -> None:
    name, cell, text = entry
    book.create_sheet(name)[cell] = text


def _copy(book: Any, page: Any, name: str) -> None:
    book.copy_worksheet(page).title = name


def _set_day(_book: Any, page: Any, *entry: str) -> None:
    cell, text = entry
    page[cell] = datetime.fromisoformat(text)


def _set_format(_book: Any, page: Any, *entry: str) -> None:
    cell, shape = entry
    page[cell].number_format = shape


_CHANGES: dict[str, Callable[..., None]] = {
    "merge": lambda _book, page, where: page.merge_cells(where),
    "insert": lambda _book, page, row: page.insert_rows(row),
    "clear": lambda _book, page, row: page.delete_rows(row, page.max_row),
    "sheet": _add_sheet,
    "copy": _copy,
    "hide": _hide,
    "day": _set_day,
    "format": _set_format,
}
