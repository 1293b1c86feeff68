"""A partition as tables: by line, township and unit, each closed to the county."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

import numpy as np
from numpy.typing import NDArray

from zoning.partition import NOT_KNOWN, REST, Partition
from zoning.report.numbers import round_half_up
from zoning.report.one_map.book import Cell, Table
from zoning.report.one_map.closure import UNITS, AreaUnit, closed_groups, rounded
from zoning.report.one_map.words import line_name
from zoning.report.texts import text
from zoning.terms import label

__all__ = [
    "ClosedPartition",
    "by_line",
    "close_partition",
    "partition_tables",
]

_SHARE_PLACES = 4
_ELLIPSOID, _PLANE = "ellipsoid", "plane"
Rounded = dict[str, tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """Where a residual of rounding and closure stands, in which unit."""

    measure: str
    unit: str
    township: str
    piece: int | None
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ClosedPartition:
    """A partition with printed areas that add up to the county in each unit.

    `area` holds for each unit (``m2``, ``ha``, ``mu``) and ``plane_m2`` one
    value per piece; `control` what they add up to; `placed` every residual.
    """

    partition: Partition
    area: Rounded
    control: dict[str, Decimal]
    placed: tuple[Placement, ...]


def close_partition(found: Partition) -> ClosedPartition:
    """Round the pieces so that townships add up to the county, pieces to townships.

    References
    ----------
    .. [1] Domain dossier 5.4: the areas of plots add up to the control area.
    """
    area: Rounded = {}
    control: dict[str, Decimal] = {}
    placed: list[Placement] = []
    sides = [(unit.key, _ELLIPSOID, unit) for unit in UNITS]
    for key, measured, unit in (*sides, ("plane_m2", _PLANE, UNITS[0])):
        on_plane = measured == _PLANE
        parts = found.area_plane_m2 if on_plane else found.area_m2
        whole = found.control_plane_m2 if on_plane else found.control_m2
        control[key] = rounded(whole, unit)
        area[key], own = _closed(found, parts, control[key], unit=unit, key=measured)
        placed += own
    return ClosedPartition(
        partition=found, area=area, control=control, placed=tuple(placed)
    )


def _closed(
    found: Partition,
    parts: NDArray[np.float64],
    total: Decimal,
    *,
    unit: AreaUnit,
    key: str,
) -> tuple[tuple[Decimal, ...], list[Placement]]:
    townships, group = np.unique(found.township.astype(str), return_inverse=True)
    values, whole, groups = closed_groups(
        parts.tolist(), group.tolist(), total, unit=unit
    )
    placed = []
    if whole.place is not None:
        name = str(townships[whole.place])
        placed.append(_placement(key, unit, name, piece=None, amount=whole.residual))
    for number, own in groups.items():
        if own.place is not None:
            piece = int(np.flatnonzero(group == number)[own.place])
            name = str(townships[number])
            placed.append(_placement(key, unit, name, piece=piece, amount=own.residual))
    return values, placed


def _placement(
    key: str, unit: AreaUnit, township: str, *, piece: int | None, amount: Decimal
) -> Placement:
    return Placement(
        measure=key, unit=unit.key, township=township, piece=piece, amount=amount
    )


def partition_tables(closed: ClosedPartition, lang: str = "zh") -> tuple[Table, ...]:
    """Return every table of a partition; sums of one table are those of another."""
    return (
        by_line(closed, lang),
        _cross(closed, "township", lang),
        _cross(closed, "unit", lang),
        _overlaps(closed, lang),
        _closure(closed, lang),
        _pieces(closed, lang),
    )


def _lines(found: Partition) -> list[str]:
    """Return the lines that are there, in order of precedence."""
    order = {
        "ecological_redline": 0,
        "permanent_basic_farmland": 1,
        "urban_development_boundary": 2,
        REST: 3,
        NOT_KNOWN: 4,
    }
    there = sorted({str(line) for line in found.line})
    return sorted(there, key=lambda line: (order[line.partition(".")[0]], line))


def by_line(closed: ClosedPartition, lang: str) -> Table:
    """Return the ground of each line and the whole, the table that comes first."""
    found, control = closed.partition, closed.control
    rows: list[tuple[Cell, ...]] = []
    for line in _lines(found):
        own = np.flatnonzero(found.line == line)
        sums = [_sum(closed.area[key], own) for key in closed.area]
        rows.append((line_name(line, lang), *sums, _share(sums[0], control["m2"])))
    every = np.arange(len(found.line))
    whole = [_sum(closed.area[key], every) for key in closed.area]
    rows.append((text("one_map.total", lang), *whole, _share(whole[0], control["m2"])))
    return _table("by_line", rows, lang, total=True)


def _cross(closed: ClosedPartition, side: str, lang: str) -> Table:
    """Return townships or units in rows, lines in columns, square metres."""
    found = closed.partition
    own: NDArray[np.object_] = getattr(found, side)
    lines = _lines(found)
    rows: list[tuple[Cell, ...]] = []
    for code in sorted({str(one) for one in own}):
        here = own == code
        cells = [
            _sum(closed.area["m2"], np.flatnonzero(here & (found.line == line)))
            for line in lines
        ]
        total = _sum(closed.area["m2"], np.flatnonzero(here))
        rows.append((code, _place(found, code, lang), *cells, total))
    every = np.arange(len(found.line))
    sums = [
        _sum(closed.area["m2"], np.flatnonzero(found.line == line)) for line in lines
    ]
    sums.append(_sum(closed.area["m2"], every))
    rows.append(("", text("one_map.total", lang), *sums))
    name = f"by_{side}"
    heads = (
        text(f"one_map.column_{side}_code", lang),
        text(f"one_map.column_{side}", lang),
        *(f"{line_name(line, lang)} m²" for line in lines),
        text("one_map.column_total_m2", lang),
    )
    title = text(f"one_map.table_{name}", lang)
    return Table(name=name, title=title, headings=heads, rows=tuple(rows), total=True)


def _overlaps(closed: ClosedPartition, lang: str) -> Table:
    """Return ground claimed twice: by two lines, by one layer, beyond the county."""
    found = closed.partition
    rows: list[tuple[Cell, ...]] = []
    for row in np.flatnonzero(found.also != ""):
        names = (line_name(str(found.line[row]), lang), str(found.also[row]))
        place = _place(found, str(found.township[row]), lang)
        kind = text("one_map.claimed_twice", lang)
        area = rounded(float(found.area_m2[row]), UNITS[0])
        rows.append((kind, names[0], line_name(names[1], lang), place, area))
    for pair in found.twice:
        kind = "residue_of_itself" if pair.residue else "overlaps_itself"
        name = label("layer", pair.layer, lang)
        pairs = f"{pair.first} + {pair.second}"
        area = rounded(pair.area_m2, UNITS[0])
        rows.append((text(f"one_map.{kind}", lang), name, pairs, "", area))
    for layer, area_m2 in found.outside_m2.items():
        if rounded(area_m2, UNITS[0]):
            kind = text("one_map.beyond_county", lang)
            name = label("layer", layer, lang)
            rows.append((kind, name, "", "", rounded(area_m2, UNITS[0])))
    return _table("overlaps", rows, lang)


def _closure(closed: ClosedPartition, lang: str) -> Table:
    """Return control area, sum of the parts, and where each residual stands."""
    found = closed.partition
    rows: list[tuple[Cell, ...]] = []
    for key, control in closed.control.items():
        measured = _PLANE if key == "plane_m2" else _ELLIPSOID
        unit = key.removeprefix("plane_")
        own = [p for p in closed.placed if (p.measure, p.unit) == (measured, unit)]
        head = (text(f"one_map.{measured}", lang), text(f"one_map.unit_{unit}", lang))
        total = sum(closed.area[key], Decimal(0))
        rows.append((*head, control, total, None, text("one_map.closes", lang)))
        for one in own:
            place = _placed_on(found, one.township, one.piece, lang=lang)
            rows.append((*head, None, None, one.amount, place))
    return _table("closure", rows, lang)


def _placed_on(found: Partition, township: str, piece: int | None, *, lang: str) -> str:
    name = _place(found, township, lang)
    if piece is None:
        return text("one_map.placed_township", lang, township=name)
    line = line_name(str(found.line[piece]), lang)
    unit = _place(found, str(found.unit[piece]), lang)
    return text("one_map.placed_piece", lang, township=name, unit=unit, line=line)


def _pieces(closed: ClosedPartition, lang: str) -> Table:
    found = closed.partition
    return _table("pieces", list(_piece_rows(closed, found, lang)), lang)


def _piece_rows(
    closed: ClosedPartition, found: Partition, lang: str
) -> Iterator[tuple[Cell, ...]]:
    for row in range(len(found.line)):
        township, unit = str(found.township[row]), str(found.unit[row])
        also = str(found.also[row])
        yield (
            *(township, _place(found, township, lang)),
            *(unit, _place(found, unit, lang)),
            line_name(str(found.line[row]), lang),
            line_name(also, lang) if also else "",
            *(closed.area[key][row] for key in closed.area),
        )


def _place(found: Partition, code: str, lang: str) -> str:
    """Return the name of a township or unit; a word where there is none."""
    if not code:
        return text("one_map.nowhere", lang)
    return found.names.get(code) or code


def _sum(values: Sequence[Decimal], rows: NDArray[np.intp]) -> Decimal:
    return sum((values[row] for row in rows), Decimal("0.00"))


def _share(part: Decimal, whole: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = 40
        return round_half_up(part * 100 / whole, _SHARE_PLACES)


def _table(
    name: str, rows: Sequence[tuple[Cell, ...]], lang: str, *, total: bool = False
) -> Table:
    columns = text(f"one_map.columns_{name}", lang).split("|")
    return Table(
        name=name,
        title=text(f"one_map.table_{name}", lang),
        headings=tuple(columns),
        rows=tuple(rows),
        total=total,
    )
