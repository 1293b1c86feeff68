"""Accounts of change as tables, document and folder; identities hold to the digit."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import fsum
from pathlib import Path
from typing import Any

import numpy as np

from zoning.accounts import ABSENT, ChangeMatrix, Changes
from zoning.errors import Problem
from zoning.report.features import frame_of
from zoning.report.one_map.book import Cell, Table
from zoning.report.one_map.closure import UNITS, closed_groups, rounded
from zoning.report.one_map.words import class_name, class_place
from zoning.report.one_map.writing import (
    Contents,
    signed,
    write_contents,
)
from zoning.report.one_map.writing import rounded as plain
from zoning.report.texts import text
from zoning.report.verdict import problem_document

__all__ = [
    "ACCOUNT_SCHEMA",
    "Account",
    "account_document",
    "account_tables",
    "write_account",
]

ACCOUNT_SCHEMA = "zoning/account/1"
_HA = UNITS[1]

Json = dict[str, Any]
Grid = tuple[tuple[Decimal, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Account:
    """What is told of two vintages.

    `cell_m` is the size of a cell where the fast route was taken, else None;
    `changes` are there on the exact route alone.
    """

    layer: str
    old: str
    new: str
    matrix: ChangeMatrix
    crs: str
    changes: Changes | None = None
    sliver_m2: float = 0.0
    cell_m: float | None = None
    problems: tuple[Problem, ...] = ()


def account_tables(account: Account, lang: str = "zh") -> tuple[Table, ...]:
    """Return matrix, extent account, stock table and changes, in hectares."""
    cells = _closed(account.matrix)
    changes = account.changes
    told = () if changes is None else (_changes(account, changes, lang),)
    return (
        _matrix(account, cells, lang),
        _extent(account, cells, lang),
        _stock(account, cells, lang),
        *told,
    )


def _closed(matrix: ChangeMatrix) -> Grid:
    """Round cells so that they add up to the opening extents, those to the whole."""
    area = matrix.area_m2
    count = len(matrix.classes)
    flat = area.reshape(-1).tolist()
    group = np.repeat(np.arange(count), count).tolist()
    values, _, _ = closed_groups(flat, group, rounded(fsum(flat), _HA), unit=_HA)
    return tuple(values[k * count : (k + 1) * count] for k in range(count))


def _shown(account: Account) -> list[int]:
    """Return the classes in their order, the absent one last.

    That only where ground came or went.
    """
    matrix = account.matrix
    last = len(matrix.classes) - 1
    there = matrix.area_m2[last].any() or matrix.area_m2[:, last].any()
    own = sorted(
        range(last), key=lambda n: class_place(account.layer, matrix.classes[n])
    )
    return [*own, last] if there else own


def _name(account: Account, number: int, lang: str) -> str:
    value = account.matrix.classes[number]
    if value == ABSENT:
        return text("one_map.absent", lang)
    return class_name(account.layer, value, lang)


def _matrix(account: Account, cells: Grid, lang: str) -> Table:
    shown = _shown(account)
    rows: list[tuple[Cell, ...]] = [
        (
            _name(account, row, lang),
            *(cells[row][column] for column in shown),
            _sum(cells[row]),
        )
        for row in shown
    ]
    closing = [_sum(line[column] for line in cells) for column in shown]
    total = _sum(closing)
    rows.append((text("one_map.closing", lang), *closing, total))
    heads = (
        text("one_map.from_to", lang),
        *(_name(account, column, lang) for column in shown),
        text("one_map.opening", lang),
    )
    return _table("matrix", heads, rows, lang=lang, total=True)


def _extent(account: Account, cells: Grid, lang: str) -> Table:
    """Return the extent account: classes in columns, as SEEA has it."""
    shown = _shown(account)
    flows = [_flow(cells, number) for number in shown]
    kinds = ("opening", "additions", "reductions", "net_change", "closing")
    rows: list[tuple[Cell, ...]] = [
        (
            text(f"one_map.{kind}", lang),
            *(flow[kind] for flow in flows),
            _sum(flow[kind] for flow in flows),
        )
        for kind in kinds
    ]
    heads = (
        text("one_map.unit_of_account", lang),
        *(_name(account, number, lang) for number in shown),
        text("one_map.total", lang),
    )
    return _table("extent", heads, rows, lang=lang)


def _stock(account: Account, cells: Grid, lang: str) -> Table:
    """Return the stock table: 期初存量 + 本期增加 - 本期减少 = 期末存量."""
    flows = [(n, _flow(cells, n)) for n in _shown(account)]
    kinds = ("opening", "additions", "reductions", "closing", "net_change")
    rows: list[tuple[Cell, ...]] = [
        (_name(account, number, lang), *(flow[kind] for kind in kinds))
        for number, flow in flows
    ]
    sums = [_sum(flow[kind] for _, flow in flows) for kind in kinds]
    rows.append((text("one_map.total", lang), *sums))
    heads = tuple(text("one_map.columns_stock", lang).split("|"))
    return _table("stock", heads, rows, lang=lang, total=True)


def _flow(cells: Grid, number: int) -> dict[str, Decimal]:
    """Return opening, additions, reductions and closing of one class."""
    opening = _sum(cells[number])
    closing = _sum(line[number] for line in cells)
    stayed = cells[number][number]
    return {
        "opening": opening,
        "additions": closing - stayed,
        "reductions": opening - stayed,
        "closing": closing,
        "net_change": closing - opening,
    }


def _changes(account: Account, changes: Changes, lang: str) -> Table:
    """Return changes by class, slivers apart."""
    pairs = list(zip(changes.before.tolist(), changes.after.tolist(), strict=True))
    rows: list[tuple[Cell, ...]] = []
    for pair in sorted(set(pairs), key=lambda pair: _places(account, pair)):
        own = np.array([one == pair for one in pairs], dtype=bool)
        cells: list[Cell] = []
        for kept in (own & ~changes.sliver, own & changes.sliver):
            area = fsum(changes.area_m2[kept].tolist())
            cells += [int(kept.sum()), rounded(area, _HA)]
        names = (
            class_name(account.layer, value, lang)
            if value != ABSENT
            else text("one_map.absent", lang)
            for value in pair
        )
        rows.append((*names, *cells))
    heads = text("one_map.columns_changes", lang, limit=f"{account.sliver_m2:g}")
    return _table("changes", tuple(heads.split("|")), rows, lang=lang)


def _places(account: Account, pair: tuple[str, str]) -> list[tuple[bool, int, str]]:
    return [(one == ABSENT, *class_place(account.layer, one)) for one in pair]


def _sum(values: Any) -> Decimal:
    return sum(values, Decimal("0.0000"))


def _table(
    name: str,
    heads: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    *,
    lang: str,
    total: bool = False,
) -> Table:
    return Table(
        name=name,
        title=text(f"one_map.table_{name}", lang),
        headings=tuple(heads),
        rows=tuple(rows),
        total=total,
    )


def account_document(account: Account) -> Json:
    """Return an account as plain JSON values, square metres."""
    matrix, changes = account.matrix, account.changes
    classes = list(matrix.classes)
    told: Json = {}
    if changes is not None:
        told = {
            "sliver_m2": account.sliver_m2,
            "changes": [
                {
                    "before": str(changes.before[row]),
                    "after": str(changes.after[row]),
                    "area_m2": plain(float(changes.area_m2[row])),
                    "sliver": bool(changes.sliver[row]),
                }
                for row in range(len(changes.area_m2))
            ],
        }
    return signed(
        {
            "schema": ACCOUNT_SCHEMA,
            "layer": account.layer,
            "old": account.old,
            "new": account.new,
            "crs": account.crs,
            "route": "vector" if account.cell_m is None else "cells",
            "cell_m": account.cell_m,
            "complete": not account.problems,
            "problems": [problem_document(problem) for problem in account.problems],
            "classes": classes,
            "matrix_m2": [[plain(v) for v in row] for row in matrix.area_m2.tolist()],
            "accounts": [
                {
                    "class": name,
                    "opening_m2": plain(float(matrix.opening_m2[k])),
                    "additions_m2": plain(float(matrix.additions_m2[k])),
                    "reductions_m2": plain(float(matrix.reductions_m2[k])),
                    "closing_m2": plain(float(matrix.closing_m2[k])),
                }
                for k, name in enumerate(classes)
            ],
            **told,
        }
    )


def write_account(account: Account, folder: Path, *, lang: str = "zh") -> Path:
    """Write tables, document and, on the exact route, the changes as a package."""
    layers = {}
    if account.changes is not None:
        for name, kept in (
            ("changes", ~account.changes.sliver),
            ("slivers", account.changes.sliver),
        ):
            if kept.any() or name == "changes":
                layers[name] = _frame(account, account.changes, np.flatnonzero(kept))
    contents = Contents(
        name="account",
        title=text("one_map.title_account", lang, old=account.old, new=account.new),
        base=f"{account.old} → {account.new}",
        document=account_document(account),
        tables=account_tables(account, lang),
        layers=layers,
    )
    return write_contents(folder, contents, lang=lang)


def _frame(account: Account, changes: Changes, rows: Any) -> Any:
    told = [
        {
            "before": str(changes.before[row]),
            "after": str(changes.after[row]),
            "before_zh": class_name(account.layer, str(changes.before[row]), "zh"),
            "after_zh": class_name(account.layer, str(changes.after[row]), "zh"),
            "area_m2": float(changes.area_m2[row]),
        }
        for row in rows
    ]
    return frame_of(told, changes.geometry[rows].tolist(), crs=account.crs)
