"""A layer that is a table of PostGIS: the rows near the county, or none at all.

Everything is read in one snapshot. The box of the county is asked of the server
in the table's own system, so that its index serves; the rows read are compared
with a count by a scan of the whole table, and rows without a usable shape are
read too, wherever they would lie.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from zoning.errors import LayerError, Problem
from zoning.io.catalogue import LayerDefinition, same_name
from zoning.io.config import LayerEntry
from zoning.io.database import Connection, snapshot
from zoning.io.database_shapes import shapes_of
from zoning.io.database_source import table_name
from zoning.io.database_table import (
    Box,
    Census,
    DatabaseTable,
    Query,
    count_rows,
    described_table,
    srid,
)
from zoning.io.layer_place import unplaced_layer
from zoning.io.raw_layer import RawLayer
from zoning.io.text import plain_text
from zoning.io.vector import settled_crs
from zoning.measure import is_geographic
from zoning.model.problems import layer_problem

__all__ = ["DatabaseLayer", "Surroundings", "read_database"]

CHUNK = 2_000
"""Rows that are under way at a time."""
ROWS_SHOWN = 8
_FLOATS = {"float4", "float8"}
_SEAL = b"zoning/database/1\0"
Cells = tuple[str | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """What is asked of the server: bounds of the county and the ways round it.

    Parameters
    ----------
    county : geometry
        In `crs`.
    crs : str
        Working plane.
    near_m : float
        Rows whose box comes so near are read.
    reach_m : float
        Rows beyond are out of place even in a layer larger than the county.
    """

    county: BaseGeometry
    crs: str
    near_m: float
    reach_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DatabaseLayer:
    """The rows read, the hash of their content, and doubts about the rest.

    `sha256` covers CRS, column names, shapes and values of the rows read, in
    any order; rows far from the county may change without it.
    """

    raw: RawLayer
    sha256: str
    problems: tuple[Problem, ...]


def read_database(
    entry: LayerEntry, definition: LayerDefinition, around: Surroundings | None
) -> DatabaseLayer:
    """Read the table that an entry of zoning.yaml names.

    Parameters
    ----------
    entry : LayerEntry
        With `source` and `table`.
    definition : LayerDefinition
        For names of id columns, and for messages.
    around : Surroundings or None
        None reads all rows.

    Returns
    -------
    DatabaseLayer
        Rows in the order of their ids, then of their content: the server
        keeps none.

    Raises
    ------
    LayerError
        With a code of E29x, or of the CRS, when nothing can be relied on.
    """
    layer_id = definition.id
    with snapshot(entry.source or "", layer_id) as connection:
        table = described_table(
            connection,
            table_name(entry.table or ""),
            layer_id,
            geometry=entry.geometry,
        )
        number, found = srid(connection, table, layer_id)
        crs = settled_crs(found, layer_id, declared=entry.crs)
        query = _query(table, number, crs, around=around)
        census = count_rows(connection, query)
        label = _label_column(table, entry, definition)
        reading = _Reading(connection, entry, layer_id)
        rows = reading.rows(query, label=label)
        away = _away(connection, query, census, entry=entry, label=label)
    problems = [_away_problem(away, census, layer_id)] if away else []
    if len(rows.wkb_digests) != census.inside + census.odd:
        counts = {
            "found": str(len(rows.wkb_digests)),
            "expected": str(census.inside + census.odd),
        }
        problems.append(layer_problem("COUNT_MISMATCH", layer_id, **counts))
    return DatabaseLayer(
        raw=rows.layer(crs, encoding=reading.encoding),
        sha256=rows.sha256(crs),
        problems=tuple(problems),
    )


# ----------------------------------------------------------------------- the box
def _query(
    table: DatabaseTable, number: int, crs: str, *, around: Surroundings | None
) -> Query:
    if around is None:
        return Query(table=table, srid=number, box=None)
    near, reach = (
        _box(around.county, around.crs, crs, margin_m=margin)
        for margin in (around.near_m, around.reach_m)
    )
    return Query(table=table, srid=number, box=near, reach=reach)


def _box(county: BaseGeometry, plane: str, crs: str, *, margin_m: float) -> Box | None:
    """Return the bounds in the table's system, rounded outwards to a kilometre.

    Rounding keeps the seal the same where PROJ's last digits differ.
    """
    west, south, east, north = county.bounds
    edges = (west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    carry = Transformer.from_crs(plane, crs, always_xy=True)
    low_x, low_y, high_x, high_y = carry.transform_bounds(*edges, densify_pts=21)
    step = 0.01 if is_geographic(crs) else 1000.0
    box = np.array([low_x, low_y, high_x, high_y]) / step
    box = np.array([*np.floor(box[:2]), *np.ceil(box[2:])]) * step
    if not np.isfinite(box).all() or box[0] >= box[2]:
        return None  # all rows are read then
    return float(box[0]), float(box[1]), float(box[2]), float(box[3])


# ---------------------------------------------------------------------- the rows
class _Rows:
    """Rows as they come in: shapes, texts and a hash of each."""

    def __init__(self, columns: Sequence[str], label: int | None) -> None:
        self.columns = columns
        self.label = label
        self.shapes: list[NDArray[np.object_]] = []
        self.texts: list[list[str]] = [[] for _ in columns]
        self.wkb_digests: list[bytes] = []

    def take(self, wkb: Sequence[bytes | None], cells: Sequence[Cells]) -> None:
        """Add rows; their bytes are not kept."""
        self.shapes.append(shapes_of(wkb))
        for column, values in zip(self.texts, zip(*cells, strict=True), strict=False):
            column += ["" if value is None else value for value in values]
        self.wkb_digests += map(_digest, wkb, cells)

    def sha256(self, crs: str) -> str:
        """Return the hash of the content, whatever order it came in."""
        head = _digest(crs.encode(), tuple(self.columns))
        digests = b"".join(sorted(self.wkb_digests))
        return hashlib.sha256(_SEAL + head + digests).hexdigest()

    def layer(self, crs: str, *, encoding: str | None) -> RawLayer:
        """Return the rows in the order of their ids, then of their hashes."""
        count = len(self.wkb_digests)
        labels = [""] * count if self.label is None else self.texts[self.label]
        order = sorted(
            range(count), key=lambda row: (labels[row], self.wkb_digests[row])
        )
        geometry = np.concatenate([*self.shapes, np.zeros(0, dtype=object)])
        columns = {
            name: np.array([*values, None], dtype=object)[:-1][order]
            for name, values in zip(self.columns, self.texts, strict=True)
        }
        named = self.label is not None
        return RawLayer(
            geometry=geometry[order],
            columns=columns,
            crs=crs,
            encoding=encoding,
            expected=count,
            labels=columns[self.columns[self.label or 0]] if named else None,
        )


class _Reading:
    """How rows are asked for, and their text made out."""

    def __init__(
        self, connection: Connection, entry: LayerEntry, layer_id: str
    ) -> None:
        self.connection = connection
        self.layer_id = layer_id
        encoding = str(connection.info.parameter_status("server_encoding"))
        self.raw_text = encoding == "SQL_ASCII"
        if self.raw_text and entry.encoding == "auto":
            problem = layer_problem("DATABASE_ENCODING", layer_id, encoding=encoding)
            raise LayerError(problem)
        self.encoding = entry.encoding if self.raw_text else encoding

    def rows(self, query: Query, *, label: str | None) -> _Rows:
        """Read the rows inside the box and the odd ones, a chunk at a time."""
        from psycopg import sql

        names = [name for name, _ in query.table.columns]
        found = _Rows(names, None if label is None else names.index(label))
        cells = [self._cell(name) for name in names]
        columns = sql.SQL("").join(sql.SQL(", ") + cell for cell in cells)
        text = query.sql(
            "SELECT {f}ST_AsBinary({f}ST_Force2D({g}), 'NDR'){columns} FROM {t}"
            " WHERE {in} UNION ALL "
            "SELECT {f}ST_AsBinary({f}ST_Force2D({g}), 'NDR'){columns} FROM {t}"
            " WHERE {odd}",
            columns=columns,
        )
        kinds = [kind for _, kind in query.table.columns]
        for chunk in self._chunks(text):
            wkb = [None if row[0] is None else bytes(row[0]) for row in chunk]
            found.take(wkb, [self._texts(row[1:], kinds) for row in chunk])
        return found

    def _chunks(self, text: object) -> Iterator[list[tuple[Any, ...]]]:
        with self.connection.cursor(name="zoning", binary=True) as cursor:
            cursor.execute(text)
            while chunk := cursor.fetchmany(CHUNK):
                yield chunk

    def _cell(self, name: str) -> Any:
        from psycopg import sql

        text = sql.SQL("{}::text").format(sql.Identifier(name))
        if not self.raw_text:
            return text
        return sql.SQL("convert_to({}, 'SQL_ASCII')").format(text)

    def _texts(self, cells: Sequence[object], kinds: Sequence[str]) -> Cells:
        return tuple(
            None if cell is None else _plain(self._decoded(cell), kind)
            for cell, kind in zip(cells, kinds, strict=True)
        )

    def _decoded(self, cell: object) -> str:
        if not isinstance(cell, bytes | memoryview):
            return str(cell)
        try:
            return bytes(cell).decode(self.encoding)
        except (UnicodeError, LookupError) as error:
            problem = layer_problem("ENCODING_DOUBTFUL", self.layer_id)
            raise LayerError(problem) from error


def _plain(text: str, kind: str) -> str:
    """Return numbers as files give them: without zeros behind the point."""
    if kind in _FLOATS:
        return plain_text(float(text))
    if kind == "numeric" and "." in text:
        return text.rstrip("0").rstrip(".")
    return {"true": "True", "false": "False"}[text] if kind == "bool" else text


def _digest(wkb: bytes | None, cells: Cells) -> bytes:
    digest = hashlib.sha256()
    for value in (wkb, *(None if cell is None else cell.encode() for cell in cells)):
        digest.update(b"-" if value is None else b"%d:" % len(value) + value)
    return digest.digest()


# ------------------------------------------------------------------ what is left
def _label_column(
    table: DatabaseTable, entry: LayerEntry, definition: LayerDefinition
) -> str | None:
    declared = entry.fields.get("id")
    aliases = definition.id_aliases if declared is None else (declared,)
    names = [name for name, _ in table.columns]
    return next((n for a in aliases for n in names if same_name(a, n)), None)


def _away(
    connection: Connection,
    query: Query,
    census: Census,
    *,
    entry: LayerEntry,
    label: str | None,
) -> tuple[int, str] | None:
    """Return how many rows lie out of place, and the first of them."""
    from psycopg import sql

    count = census.beyond if entry.beyond_county else census.outside
    if not count:
        return None
    if label is None:
        return count, "…"
    text = (
        "SELECT {label}::text FROM {t} WHERE NOT ({in}) AND NOT {odd}"
        " AND ({every} OR NOT ({reached})) ORDER BY 1 LIMIT {shown}"
    )
    filled = query.sql(
        text,
        label=sql.Identifier(label),
        every=sql.Literal(not entry.beyond_county),
        shown=sql.Literal(ROWS_SHOWN),
    )
    names = [str(row[0]) for row in connection.execute(filled).fetchall()]
    return count, ", ".join(names) + ("…" if count > ROWS_SHOWN else "")


def _away_problem(away: tuple[int, str], census: Census, layer_id: str) -> Problem:
    count, rows = away
    if census.inside == 0:
        detail = f"{count}/{census.total}"
        return unplaced_layer("LAYER_OUTSIDE_COUNTY", layer_id, detail=detail)
    return layer_problem("FEATURES_AWAY", layer_id, count=str(count), rows=rows)
