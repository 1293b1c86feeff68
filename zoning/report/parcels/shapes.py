"""Parcels as a Shapefile: GBK unless told, with tables of what it has no room for."""

import csv
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO

import numpy as np
import shapely

from zoning.errors import OutputError, Problem
from zoning.model.parcels import Parcel, ParcelTable, WrittenParcels
from zoning.report.dbf_bytes import Table, cell_text, table_bytes
from zoning.report.ledger import guarded
from zoning.report.parcels.remarks import Change, held, renamed, word
from zoning.report.run_layers import Column, RunLayer, Value
from zoning.report.shapefiles import projection_text, shape_bytes

__all__ = ["FIELDS_END", "TEXTS_END", "shapefile_parcels"]

FIELDS_END, TEXTS_END = ".fields.csv", ".texts.csv"
"""Tables beside the Shapefile: names of fields, and texts that were cut."""

_NAME_BYTES, _MOST_BYTES = 10, 2**31 - 1
_SHORT = {"number": "DKBH", "name": "DKMC", "project_name": "XMMC", "area": "area_m2"}
"""Names that the readers know, in any encoding short enough."""

_DAY = date(1980, 1, 1)
"""A file that depends on its source alone bears no day of its own."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Room:
    """Columns under names that fit, and the parcels with what they hold there."""

    table: ParcelTable
    shorts: tuple[str, ...]


def shapefile_parcels(
    table: ParcelTable, *, encoding: str, stem: str, lang: str = "zh"
) -> WrittenParcels:
    """Write ``.shp .shx .dbf .prj .cpg``, and tables of names and texts where needed.

    Parameters
    ----------
    encoding : str
        ``gbk`` or ``utf-8``, of the table and its field names.
    stem : str
        Name of the file without suffix, for the remarks.

    Raises
    ------
    OutputError
        ``CONVERT_MIXED_KINDS``; ``CONVERT_TOO_LARGE``.
    """
    shorts = field_names(table, encoding)
    room = _Room(table=_with_short_area(table, shorts), shorts=shorts)
    layer = _layer(room.table)
    texts = [Column(name=name, kind="text") for name in table.columns]
    rows: list[tuple[Value, ...]] = [
        tuple(value.strip() for value in parcel.values) for parcel in room.table.parcels
    ]
    key = Column(name="rec_id", kind="whole")
    if not texts:  # a table has to have a field
        texts, shorts, rows = [key], ("rec_id",), [(k + 1,) for k in range(len(rows))]
    try:
        made = table_bytes(texts, shorts, rows, day=_DAY, encoding=encoding)
        shapes, index = shape_bytes(layer)
    except (ValueError, struct.error) as error:
        raise _too_large(str(error)) from error
    if max(len(shapes), len(made.content)) > _MOST_BYTES or len(texts) > 255:  # noqa: PLR2004 - fields
        raise _too_large("> 2 GB / > 255")
    known = held(
        room.table, _change(encoding), columns=table.columns, file=stem + TEXTS_END
    )
    parts = {
        ".shp": shapes,
        ".shx": index,
        ".dbf": made.content,
        ".prj": projection_text(table.crs).encode("ascii"),
        ".cpg": encoding.upper().encode("ascii"),
        **_beside(made, tuple(table.columns), lang),
    }
    return WrittenParcels(
        parts=parts,
        crs=table.crs,
        encoding=encoding,
        parcels=known.parcels,
        columns=room.shorts,
        remarks=(
            *known.remarks,
            *renamed(table.columns, room.shorts, file=stem + FIELDS_END),
        ),
    )


def field_names(table: ParcelTable, encoding: str) -> tuple[str, ...]:
    """Return a name of at most 10 bytes for each column, all different in any case.

    A name that fits stays. A role's column that does not gets the short name
    that the readers know; any other is cut at a character.
    """
    roles = {place: role for role, place in table.roles.items()}
    taken: set[str] = set()
    made = []
    for place, name in enumerate(table.columns):
        plain = re.sub(r"[\x00-\x20\x7f\ud800-\udfff]+", "_", name.strip()) or "field"
        known = plain.encode(encoding, errors="replace").replace(b"?", b"_")
        if (
            len(known) > _NAME_BYTES or known.decode(encoding) != name
        ) and place in roles:
            known = _SHORT[roles[place]].encode()
        own = known[:_NAME_BYTES].decode(encoding, errors="ignore")
        free, number = own, 1
        while free.casefold() in taken:
            number += 1
            ending = f"_{number}"
            start = own.encode(encoding)[: _NAME_BYTES - len(ending)]
            free = start.decode(encoding, errors="ignore") + ending
        taken.add(free.casefold())
        made.append(free)
    return tuple(made)


def _with_short_area(table: ParcelTable, shorts: Sequence[str]) -> ParcelTable:
    """Give areas in square metres where the heading with their unit is lost."""
    place = table.roles.get("area")
    if place is None or shorts[place] == table.columns[place]:
        return table
    return replace(
        table, parcels=tuple(_in_square_metres(p, place) for p in table.parcels)
    )


def _in_square_metres(parcel: Parcel, place: int) -> Parcel:
    if parcel.area_declared_m2 is None:
        return parcel
    values = list(parcel.values)
    values[place] = f"{parcel.area_declared_m2:.4f}"
    return replace(parcel, values=tuple(values))


def _layer(table: ParcelTable) -> RunLayer:
    shapes = np.array([*(p.geometry for p in table.parcels), None], dtype=object)[:-1]
    if len(set(shapely.get_dimensions(shapes).tolist())) > 1:
        raise OutputError(Problem(code="CONVERT_MIXED_KINDS"))
    return RunLayer(
        name="sites",
        crs=table.crs,
        columns=(),
        ids=tuple(range(1, len(shapes) + 1)),
        rows=((),) * len(shapes),
        geometry=shapes,
    )


def _change(encoding: str) -> Change:
    def change(text: str) -> tuple[str, str]:
        cell = cell_text(text, encoding).strip()
        cut = cell.endswith("……") and not text.endswith("……")
        return cell, "too_long" if cut else "no_sign"

    return change


def _beside(made: Table, columns: Sequence[str], lang: str) -> dict[str, bytes]:
    """Return the tables of names and of texts, each where there is need."""
    parts = {}
    if any(field.short != field.column.name for field in made.fields):
        head = [word("table", key, lang) for key in ("short", "full", "width")]
        rows = [[f.short, f.column.name, str(f.width)] for f in made.fields]
        parts[FIELDS_END] = _csv(head, rows)
    lost = [one for one in made.lost if one.field in columns]
    if lost:
        head = [word("table", key, lang) for key in ("row", "short", "full", "value")]
        rows = [[str(one.row + 1), one.short, one.field, one.value] for one in lost]
        parts[TEXTS_END] = _csv(head, rows)
    return parts


def _csv(head: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig", errors="replace")


def _too_large(detail: str) -> OutputError:
    values = {"suffix": ".shp", "detail": detail[:80]}
    return OutputError(Problem(code="CONVERT_TOO_LARGE", values=values))
