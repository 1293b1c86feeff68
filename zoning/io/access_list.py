"""The access list: a workbook of clauses, keyed to control units."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import store
from zoning.errors import LayerError, Problem
from zoning.io.catalogue import LayerDefinition
from zoning.io.columns import canonical_columns
from zoning.io.config import LayerEntry
from zoning.io.layers import LayerPlace, layer_info, sealed_sha256
from zoning.model import Clause, LayerInfo
from zoning.model.problems import layer_problem

__all__ = ["AccessList", "read_access_list"]

SEPARATORS = "、，,；; \n"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """Clauses in the order of the sheet, with origin and doubts."""

    clauses: tuple[Clause, ...]
    info: LayerInfo
    problems: tuple[Problem, ...]


def read_access_list(
    entry: LayerEntry, definition: LayerDefinition, place: LayerPlace
) -> AccessList:
    """Read the first sheet (or the one named by `layer`) of an .xlsx workbook.

    Header cells may end in a newline; a cell with several activities or codes
    separates them by 、 ， , ； ; or blanks.

    Raises
    ------
    LayerError
        When the workbook is missing, sealed otherwise or unreadable.
    """
    digest = sealed_sha256(entry, definition.id, place.folder)
    shaping = repr((entry.layer, sorted(entry.fields.items())))
    key = store.store_key(digest, shaping, definition.id)
    prepared = store.load(place.folder, definition.id, key)
    if prepared is None:
        prepared = _read(place.folder / entry.path, entry, definition)
        store.save(place.folder, definition.id, key, prepared=prepared)
    clauses = tuple(_clause(item) for item in prepared.header["clauses"])
    problems = tuple(
        Problem(code=code, where=where, values=values)
        for code, where, values in prepared.header["problems"]
    )
    if not clauses:
        raise LayerError(layer_problem("LAYER_EMPTY", definition.id))
    if entry.features not in {None, len(clauses)}:
        expected = str(entry.features)
        found = str(len(clauses))
        problems += (
            layer_problem(
                "COUNT_MISMATCH", definition.id, found=found, expected=expected
            ),
        )
    info = layer_info(entry, definition.id, digest, features=len(clauses))
    return AccessList(clauses=clauses, info=info, problems=problems)


def _read(path: Path, entry: LayerEntry, definition: LayerDefinition) -> store.Prepared:
    table = _table(path, entry.layer, definition.id)
    rows = len(next(iter(table.values()), ()))
    columns = canonical_columns(table, definition, entry.fields, rows=rows)
    names = [name for name in definition.fields if name in columns.attributes]
    clauses = []
    if {"clause_id", "level", "dimension", "text"} <= set(names):
        for row in range(rows):
            cell = {name: str(columns.attributes[name][row]) for name in names}
            clauses.append(asdict(_from_cells(cell)))
    header = {
        "clauses": clauses,
        "problems": [[p.code, p.where, dict(p.values)] for p in columns.problems],
    }
    return store.Prepared(header=header, arrays={})


def _table(
    path: Path, sheet: str | None, layer_id: str
) -> dict[str, NDArray[np.object_]]:
    """Return the sheet's columns as text, by header."""
    import zipfile

    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        page = book[sheet] if sheet else book.worksheets[0]
        rows = [[_cell(v) for v in row] for row in page.iter_rows(values_only=True)]
        book.close()
    except (KeyError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise LayerError(
            layer_problem("LAYER_UNREADABLE", layer_id, detail=str(error))
        ) from error
    rows = [row for row in rows if any(row)]
    if not rows:
        raise LayerError(layer_problem("LAYER_EMPTY", layer_id))
    header, body = rows[0], rows[1:]
    return {
        name: np.array([*(row[k] for row in body), None], dtype=object)[:-1]
        for k, name in enumerate(header)
        if name
    }


def _cell(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _from_cells(cell: dict[str, str]) -> Clause:
    machine = cell.get("activities", "") or cell.get("industries", "")
    severity = cell.get("severity", "") or "review"
    return Clause(
        id=cell["clause_id"],
        level=cell["level"],
        unit_code=cell.get("unit_code", ""),
        dimension=cell["dimension"],
        text=cell["text"],
        # a ban that names no project could only be judged by a person
        severity=severity if machine or severity == "info" else "review",
        activities=_split(cell.get("activities", "")),
        industries=_split(cell.get("industries", "")),
        natures=_split(cell.get("natures", "")),
        source=cell.get("source", ""),
    )


def _split(text: str) -> tuple[str, ...]:
    for separator in SEPARATORS:
        text = text.replace(separator, " ")
    return tuple(text.split())


def _clause(item: dict[str, Any]) -> Clause:
    lists = {
        name: tuple(item[name]) for name in ("activities", "industries", "natures")
    }
    return Clause(**{**item, **lists})
