"""The sheet of an access list: which one, where its header stands, its columns.

Offices lay these workbooks out for print: titles above the header, a header of
two rows, cells merged over the clauses of a unit, section lines between them,
line ends inside cells, codes kept as numbers.
"""

import warnings
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning import strict_yaml
from zoning.errors import LayerError
from zoning.io.catalogue import LayerDefinition, same_name
from zoning.io.config import LayerEntry
from zoning.io.reader_remarks import unreadable
from zoning.model.problems import layer_problem

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["listed", "read_columns", "unread_columns"]

HEADER_ROWS = 10
SHOWN = 5
WHOLE_CLASS = 1000  # below, a number may be an industry code without its zero
_BANNER = 3  # columns that a section line spans at least
_COMPACT = ("clause_id", "level", "dimension", "severity")
"""Fields whose words hold no blanks; unit codes are split where they are compared."""

_TELLING = ("level", "dimension")
"""Fields whose words, side by side in a row, make it a clause."""

Row = list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A sheet as text: headings, rows below them, the fields found."""

    header: Row
    body: list[Row]
    fields: Mapping[int, str]


def read_columns(
    path: Path, entry: LayerEntry, definition: LayerDefinition
) -> dict[str, Any]:
    """Return the columns of the list as text, and notes on what was not read.

    Returns
    -------
    dict
        ``columns`` and ``notes``, as JSON holds them.

    Raises
    ------
    LayerError
        When the workbook or the sheet named cannot be read, or holds nothing.
    """
    values, formulas = _open(path, definition.id)
    pages = {page.title: page for page in values.worksheets}
    if not pages or (entry.layer and entry.layer not in pages):
        detail = f"{entry.layer}?"
        raise LayerError(unreadable(definition.id, detail))
    wanted = _Fields(definition, entry.fields)
    tables = {name: _table(page, wanted) for name, page in pages.items()}
    lists = [name for name, table in tables.items() if wanted.complete(table.fields)]
    chosen = entry.layer or next(iter(lists), values.worksheets[0].title)
    table = tables[chosen]
    if not table.body:
        raise LayerError(layer_problem("LAYER_EMPTY", definition.id))
    notes: list[tuple[str, dict[str, str]]] = []
    blank = _uncomputed(pages[chosen], formulas[chosen])
    if blank:
        notes.append(("ACCESS_LIST_FORMULA", {"cells": listed(blank)}))
    others = [
        name
        for name, page in pages.items()
        if name != chosen and (name in lists or _holds_clauses(page, definition))
    ]
    if others and not entry.layer:
        notes.append(("ACCESS_LIST_SHEETS", {"sheets": listed(others)}))
    return {"columns": list(_columns(table).items()), "notes": notes}


def _holds_clauses(page: "Worksheet", definition: LayerDefinition) -> bool:
    """Say whether a sheet holds a clause, whatever its headings."""
    words = [set(definition.fields[name].values or {}) for name in _TELLING]
    return any(
        all(not known.isdisjoint(map(_compact, row)) for known in words)
        for row in _texts(page)
    )


def _compact(cell: str) -> str:
    return "".join(cell.split())


def unread_columns(
    names: Iterable[str], entry: LayerEntry, definition: LayerDefinition
) -> list[str]:
    """Return the headings that are no field of the list and not known to be beside."""
    fields = _Fields(definition, entry.fields)
    return [
        name
        for name in names
        if fields.of(name) is None
        and not any(same_name(word, name) for word in _beside())
    ]


def listed(words: Iterable[str]) -> str:
    """Return the first words, each once."""
    unique = list(dict.fromkeys(words))
    return "、".join(unique[:SHOWN]) + ("…" if len(unique) > SHOWN else "")


class _Fields:
    """Which field a heading names, by the catalogue or by zoning.yaml."""

    def __init__(
        self, definition: LayerDefinition, declared: Mapping[str, str]
    ) -> None:
        self.definition = definition
        self.declared = declared

    def of(self, heading: str) -> str | None:
        """Return the field that a heading names."""
        for name, column in self.declared.items():
            if same_name(column, heading):
                return name
        for name, field in self.definition.fields.items():
            if any(same_name(alias, heading) for alias in field.aliases):
                return name
        return None

    def row(self, cells: Sequence[str]) -> dict[int, str]:
        """Return position → field of the headings in a row."""
        found = {k: self.of(cell) for k, cell in enumerate(cells) if cell}
        return {k: name for k, name in found.items() if name is not None}

    def complete(self, found: Mapping[int, str]) -> bool:
        """Say whether all that a list must have is there."""
        needed = {n for n, field in self.definition.fields.items() if field.required}
        return needed <= set(found.values())


@cache
def _beside() -> tuple[str, ...]:
    text = files("zoning").joinpath("data/access_list.yaml").read_text("utf-8")
    return tuple(strict_yaml.load_text(text)["beside"])


# ---------------------------------------------------------------- the workbook
def _open(path: Path, layer_id: str) -> tuple["Workbook", "Workbook"]:
    """Open a workbook twice: results and formulas.

    Not in the streaming mode, which trusts the recorded extent of a sheet and
    knows no merged cells.
    """
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # remarks on styles are of no concern
            values = openpyxl.load_workbook(path, data_only=True)
            return values, openpyxl.load_workbook(path)
    except (
        InvalidFileException,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
        SyntaxError,  # xml.etree.ElementTree.ParseError is one
        zipfile.BadZipFile,
    ) as error:
        raise LayerError(unreadable(layer_id, str(error))) from error


def _uncomputed(page: "Worksheet", formulas: "Worksheet") -> list[str]:
    """Return the cells whose formula has no stored result."""
    return [
        cell.coordinate
        for row in formulas.iter_rows()
        for cell in row
        if cell.data_type == "f" and page[cell.coordinate].value is None
    ]


# ------------------------------------------------------------------- the table
def _table(page: "Worksheet", fields: _Fields) -> _Table:
    """Return a sheet below its header; section lines and repeats are left out."""
    rows = [row for row in _texts(page) if any(row)]
    if not rows:
        return _Table(header=[], body=[], fields={})
    top = _header_row(rows, fields)
    header, start = rows[top], top + 1
    if start < len(rows) and _goes_on(rows[start], fields.row(header), fields):
        sub = fields.row(rows[start])
        header = [rows[start][k] if k in sub else cell for k, cell in enumerate(header)]
        start += 1
    found = fields.row(header)
    body = [row for row in rows[start:] if not _repeats(row, header, found)]
    return _Table(header=header, body=body, fields=found)


def _header_row(rows: Sequence[Row], fields: _Fields) -> int:
    """Return the row with the most headings; of equal ones the lowest."""
    scores = [len(set(fields.row(row).values())) for row in rows[:HEADER_ROWS]]
    best = max(scores)
    return 0 if best == 0 else max(k for k, score in enumerate(scores) if score == best)


def _goes_on(row: Row, above: Mapping[int, str], fields: _Fields) -> bool:
    """Say whether a row is the second half of the header: headings, no clause."""
    below = fields.row(row)
    own = [k for k, name in above.items() if name == "clause_id"]
    return (
        bool(below)
        and all(not row[k] or k in below for k in own)
        and len(below) == sum(map(bool, row))
    )


def _repeats(row: Row, header: Row, found: Mapping[int, str]) -> bool:
    """Say whether a row is the header again, at the top of a printed page."""
    return bool(found) and all(row[k] == header[k] for k in found)


def _columns(table: _Table) -> dict[str, list[str]]:
    """Return the columns by header; those under the same header are joined."""
    places: dict[str, list[int]] = {}
    for k, name in enumerate(table.header):
        if name:
            places.setdefault(name, []).append(k)
    return {
        name: [_joined(row, ks, table.fields.get(ks[0])) for row in table.body]
        for name, ks in places.items()
    }


def _joined(row: Row, columns: Sequence[int], field: str | None) -> str:
    cells = (_kept(row[k], field) for k in columns if row[k])
    return "、".join(dict.fromkeys(cells))


def _kept(text: str, field: str | None) -> str:
    """Return a cell as its field wants it.

    A number may have lost the zero of an industry code: 0313 is another
    industry than 313. It is marked, so that nobody takes it for a code.
    """
    if field == "industries" and isinstance(text, _Bare):
        return f"{text}（数值）"
    return "".join(text.split()) if field in _COMPACT else text


# ------------------------------------------------------------------- the cells
class _Bare(str):
    """A number that may have lost leading zeros, as text."""

    __slots__ = ()


def _texts(page: "Worksheet") -> list[Row]:
    """Return the cells as text; a cell merged downwards fills its rows.

    A section line, one cell over the width of the table, becomes empty.
    """
    rows = [[_text(cell) for cell in row] for row in page.iter_rows()]
    for merged in page.merged_cells.ranges:
        column = merged.min_col - page.min_column
        first, last = merged.min_row - page.min_row, merged.max_row - page.min_row
        wide = merged.max_col - merged.min_col + 1 >= _BANNER
        alone = sum(map(bool, rows[first])) == 1 and bool(rows[first][column])
        if wide and alone:
            rows[first][column] = ""
        for row in range(first + 1, last + 1):
            rows[row][column] = rows[first][column]
    return rows


def _text(cell: "Cell | MergedCell") -> str:
    """Return a cell as it reads: whole numbers without a point, zeros as shown."""
    value: Any = cell.value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, float):
        return _Bare(value)
    if isinstance(value, int) and not isinstance(value, bool):
        shape = cell.number_format
        zeros = len(shape) if shape and set(shape) == {"0"} else 0
        text = f"{value:0{zeros}d}"
        return text if zeros > 1 or value >= WHOLE_CLASS else _Bare(text)
    return "" if value is None else str(value).strip()
