"""The access list: a workbook of clauses, keyed to control units.

Its words are checked against the vocabulary of project files: a clause whose
activity, industry or nature is not known could match no project and pass for
met. Such a clause goes to a person, and the list carries no CLEAR.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import store
from zoning.errors import LayerError, Problem
from zoning.io.access_sheet import listed, read_columns, unread_columns
from zoning.io.catalogue import LayerDefinition
from zoning.io.columns import canonical_columns
from zoning.io.config import LayerEntry
from zoning.io.layer_place import LayerPlace
from zoning.io.layers import layer_info, sealed_sha256
from zoning.model import Clause, LayerInfo
from zoning.model.problems import layer_problem
from zoning.rules.conditions import SECTIONS, full_code
from zoning.rules.vocabulary import activities, attributes

__all__ = ["AccessList", "read_access_list"]

READING = "4"
"""Raised when the same workbook is read into other columns than before."""
_NEEDED = ("clause_id", "level", "dimension", "text")
_SEPARATORS = re.compile(r"[、,;/|\s]+")
_DASHES = re.compile(r"\s*[-‐–—−~〜至]\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessList:
    """Clauses in the order of the sheet, with origin and doubts."""

    clauses: tuple[Clause, ...]
    info: LayerInfo
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """The words of a cell: canonical, and those that nobody knows."""

    known: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A clause and, by field, the words of it that nobody knows."""

    clause: Clause
    unknown: Mapping[str, tuple[str, ...]]


def read_access_list(
    entry: LayerEntry, definition: LayerDefinition, place: LayerPlace
) -> AccessList:
    """Read the first sheet with clauses, or the one named by `layer`, of an .xlsx.

    The header may stand below a title, take two rows and end in newlines;
    merged cells count for every row they span. A cell with several activities
    or codes separates them by 、 ， , ； ; / | or blanks; activities and natures
    go by id or Chinese word, industry codes with or without the section
    letter, also as a range (47-50). A number of fewer than four digits is no
    industry code: it may have lost a zero. A column nobody knows is told.

    Raises
    ------
    LayerError
        When the workbook is missing, sealed otherwise, unreadable, or holds
        no clause.
    """
    digest = sealed_sha256(entry, definition.id, place.folder, hashes=place.hashes)
    asked = repr((entry.layer, sorted(entry.fields.items())))
    key = store.store_key(digest, READING, asked, definition.id)
    prepared = store.load(place.folder, definition.id, key)
    if prepared is None:
        read = read_columns(place.folder / entry.path, entry, definition)
        store.save(place.folder, definition.id, key, header=read, arrays=())
    else:
        read = prepared.header
    table = {
        name: np.array([*column, None], dtype=object)[:-1]
        for name, column in read["columns"]
    }
    rows = len(next(iter(table.values()), ()))
    columns = canonical_columns(table, definition, entry.fields, rows=rows)
    found = _rows(columns.attributes, definition, rows)
    problems = (
        *(layer_problem(c, definition.id, **v) for c, v in read["notes"]),
        *columns.problems,
        *_unread(table, entry, definition),
        *_doubts(found, definition.id),
        *_count(entry, definition.id, len(found)),
    )
    if not found:
        empty = layer_problem("LAYER_EMPTY", definition.id)
        raise LayerError(*problems, *(() if columns.problems else (empty,)))
    info = layer_info(entry, definition.id, digest, features=len(found))
    clauses = tuple(row.clause for row in found)
    return AccessList(clauses=clauses, info=info, problems=problems)


# ----------------------------------------------------------------- the clauses
def _rows(
    columns: Mapping[str, NDArray[Any]], definition: LayerDefinition, rows: int
) -> tuple[_Row, ...]:
    names = [name for name in definition.fields if name in columns]
    if not set(_NEEDED) <= set(names):
        return ()
    return tuple(
        _from_cells({name: str(columns[name][row]) for name in names})
        for row in range(rows)
    )


def _from_cells(cell: Mapping[str, str]) -> _Row:
    words = {
        "activities": _named(cell.get("activities", ""), "activity"),
        "industries": _industries(cell.get("industries", "")),
        "natures": _named(cell.get("natures", ""), "construction_nature"),
    }
    unknown = {name: found.unknown for name, found in words.items() if found.unknown}
    if unknown:  # known words alone would let pass what the others meant
        words = dict.fromkeys(words, _Words())
    machine = words["activities"].known or words["industries"].known
    severity = cell.get("severity", "") or "review"
    clause = Clause(
        id=cell["clause_id"],
        level=cell["level"],
        unit_code=cell.get("unit_code", ""),
        dimension=cell["dimension"],
        text=cell["text"],
        # a ban that names no project could only be judged by a person
        severity=severity if machine or severity == "info" else "review",
        activities=words["activities"].known,
        industries=words["industries"].known,
        natures=words["natures"].known,
        source=cell.get("source", ""),
    )
    return _Row(clause=clause, unknown=unknown)


def _doubts(rows: tuple[_Row, ...], layer_id: str) -> list[Problem]:
    """Return the words nobody knows, by field, and clauses of no unit."""
    problems: list[Problem] = []
    for name in ("activities", "industries", "natures"):
        words = [word for row in rows for word in row.unknown.get(name, ())]
        if words:
            problems.append(
                layer_problem(
                    "UNKNOWN_CLASS_VALUE", layer_id, field=name, values=listed(words)
                )
            )
    stray = [
        row.clause.id
        for row in rows
        if row.clause.level == "unit" and not row.clause.unit_code
    ]
    if stray:
        shown = listed(stray)
        problems.append(layer_problem("CLAUSE_WITHOUT_UNIT", layer_id, clauses=shown))
    return problems


def _unread(
    names: Iterable[str], entry: LayerEntry, definition: LayerDefinition
) -> tuple[Problem, ...]:
    """Return the columns that are no field: one of them may be misspelt."""
    found = unread_columns(names, entry, definition)
    if not found:
        return ()
    return (layer_problem("ACCESS_LIST_COLUMNS", definition.id, columns=listed(found)),)


def _count(entry: LayerEntry, layer_id: str, found: int) -> tuple[Problem, ...]:
    if entry.features in {None, found}:
        return ()
    expected = str(entry.features)
    return (
        layer_problem("COUNT_MISMATCH", layer_id, found=str(found), expected=expected),
    )


# ------------------------------------------------------------------- the words
def _named(text: str, attribute: str) -> _Words:
    """Read activities or natures, by id or Chinese word."""
    names = _vocabulary(attribute)
    tokens = _split(_plain(text))
    return _Words(
        known=tuple(dict.fromkeys(names[t] for t in tokens if t in names)),
        unknown=tuple(t for t in tokens if t not in names),
    )


def _industries(text: str) -> _Words:
    """Read industry codes and ranges of them."""
    tokens = _split(_DASHES.sub("-", _plain(text).upper()))
    found = {token: _codes(token) for token in tokens}
    return _Words(
        known=tuple(dict.fromkeys(code for codes in found.values() for code in codes)),
        unknown=tuple(token for token, codes in found.items() if not codes),
    )


def _split(text: str) -> list[str]:
    return [token for token in _SEPARATORS.split(text) if token]


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().casefold()


@cache
def _vocabulary(attribute: str) -> Mapping[str, str]:
    """Return id by id and by Chinese word, both as `_plain` leaves them."""
    entries: Mapping[str, Mapping[str, str]] = (
        activities() if attribute == "activity" else attributes()[attribute]["values"]
    )
    words = [(key, key) for key in entries]
    words += [(entry["zh"], key) for key, entry in entries.items()]
    return {_plain(word): key for word, key in words}


def _codes(token: str) -> list[str]:
    """Return the codes that a code or a range stands for; none: not known."""
    ends = token.split("-")
    first, last = full_code(ends[0]), full_code(ends[-1])
    if first is None or last is None or len(first) != len(last):
        return []
    if len(ends) == 1:
        whole = len(first) != 2  # noqa: PLR2004  letter and one digit is no class
        return [first] if whole else []
    if len(ends) != 2 or first > last:  # noqa: PLR2004  a range has two ends
        return []
    if len(first) == 1:
        return list(SECTIONS[SECTIONS.index(first) : SECTIONS.index(last) + 1])
    width = len(first) - 1
    spanned = range(int(first[1:]), int(last[1:]) + 1)
    codes = (full_code(f"{number:0{width}d}") for number in spanned)
    return [code for code in codes if code is not None]
