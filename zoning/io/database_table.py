"""A table of PostGIS as its catalogue describes it, and its rows counted.

All names reach the server through `psycopg.sql`; functions and operators carry
the schema of the extension, so that nothing of the same name is called instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from zoning.errors import LayerError
from zoning.io.database import Connection, sequential_scans
from zoning.io.database_crs import crs_of_row
from zoning.io.database_source import TableName
from zoning.model.problems import layer_problem

__all__ = ["Census", "DatabaseTable", "Query", "count_rows", "described_table", "srid"]

Box = tuple[float, float, float, float]
_RELATIONS = {"r", "v", "m", "p", "f"}
_BINARY = {"bytea", "geometry", "geography", "raster", "box2d", "box3d", "topogeometry"}
_PRESENT = "SELECT n.nspname FROM pg_extension e JOIN pg_namespace n \
ON n.oid = e.extnamespace WHERE e.extname = 'postgis'"
_RELATION = (
    "SELECT c.oid, c.relkind::text, c.relname = %(table)s, n.nspname, c.relname \
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
WHERE lower(c.relname) = lower(%(table)s) AND lower(n.nspname) = lower(%(schema)s) \
AND c.relkind::text = ANY(%(kinds)s) \
ORDER BY c.relname = %(table)s AND n.nspname = %(schema)s DESC, n.nspname, c.relname"
)
_COLUMNS = "SELECT a.attname, t.typname, n.nspname FROM pg_attribute a \
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace n ON n.oid = t.typnamespace \
WHERE a.attrelid = %s AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"
_FINITE = "(abs({f}ST_XMin({g})) < 'Infinity' AND abs({f}ST_XMax({g})) < 'Infinity' \
AND abs({f}ST_YMin({g})) < 'Infinity' AND abs({f}ST_YMax({g})) < 'Infinity')"


@dataclass(frozen=True, slots=True, kw_only=True)
class DatabaseTable:
    """A relation with one column of shapes.

    Parameters
    ----------
    name : TableName
    extension : str
        Schema that PostGIS is installed in.
    geometry : str
        The column of shapes.
    columns : tuple of (str, str)
        The others that can be text, with the name of their type.
    """

    name: TableName
    extension: str
    geometry: str
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Census:
    """Rows of a table, counted without its indexes.

    `inside` touch the box; `odd` have no shape, an empty one, or bounds that
    are not finite; `beyond` lie outside the county's reach.
    """

    total: int
    inside: int
    odd: int
    beyond: int

    @property
    def outside(self) -> int:
        """Rows that are left on the server."""
        return self.total - self.inside - self.odd


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A table, the system of its shapes and the box that is asked for."""

    table: DatabaseTable
    srid: int
    box: Box | None
    reach: Box | None = None

    def sql(self, text: LiteralString, **more: Any) -> Any:
        """Fill in names: {g} column, {t} table, {f} schema and dot, {in}, {odd}."""
        from psycopg import sql

        table = self.table
        parts = {
            "g": sql.Identifier(table.geometry),
            "t": sql.Identifier(table.name.schema, table.name.table),
            "f": sql.SQL("{}.").format(sql.Identifier(table.extension)),
            "touches": sql.SQL("OPERATOR({}.&&)").format(
                sql.Identifier(table.extension)
            ),
        }
        finite = sql.SQL(_FINITE).format(**parts)
        parts["in"] = self._touching(self.box, parts)
        parts["reached"] = self._touching(self.reach, parts)
        parts["odd"] = sql.SQL(
            "(({g} IS NULL OR {f}ST_IsEmpty({g}) OR NOT {finite})"
            " AND ({inside}) IS NOT TRUE)"
        ).format(finite=finite, inside=parts["in"], **parts)
        return sql.SQL(text).format(**parts, **more)

    def _touching(self, box: Box | None, parts: dict[str, Any]) -> Any:
        from psycopg import sql

        if box is None:
            return sql.SQL("NOT {f}ST_IsEmpty({g})").format(**parts)
        corners = sql.SQL(", ").join(sql.Literal(float(edge)) for edge in box)
        return sql.SQL("{g} {touches} {f}ST_MakeEnvelope({corners}, {srid})").format(
            corners=corners, srid=sql.Literal(self.srid), **parts
        )


def described_table(
    connection: Connection, name: TableName, layer_id: str, *, geometry: str | None
) -> DatabaseTable:
    """Look a table up in the catalogue.

    Raises
    ------
    LayerError
        ``DATABASE_TABLE_UNUSABLE`` without PostGIS, without the table, or
        without one plane column of shapes.
    """
    extension = connection.execute(_PRESENT).fetchone()
    if extension is None:
        raise _unusable("CREATE EXTENSION postgis", layer_id)
    asked = {"table": name.table, "schema": name.schema, "kinds": [*_RELATIONS]}
    found = connection.execute(_RELATION, asked).fetchall()
    exact = [row for row in found if row[3:] == (name.schema, name.table)]
    if not exact:
        like = ", ".join(f'"{row[3]}"."{row[4]}"' for row in found) or "-"
        raise _unusable(f'"{name.schema}"."{name.table}"; {like}', layer_id)
    columns = connection.execute(_COLUMNS, (exact[0][0],)).fetchall()
    shapes = [c for c in columns if c[1:] == ("geometry", extension[0])]
    wanted = [c[0] for c in shapes if geometry in {None, c[0]}]
    if len(wanted) != 1:
        told = ", ".join(f"{c[0]} {c[1]}" for c in columns if c[1] in _BINARY)
        raise _unusable(f"geometry: {told or '-'}", layer_id)
    return DatabaseTable(
        name=name,
        extension=extension[0],
        geometry=wanted[0],
        columns=tuple((c[0], c[1]) for c in columns if c[1] not in _BINARY),
    )


def srid(
    connection: Connection, table: DatabaseTable, layer_id: str
) -> tuple[int, str]:
    """Return the one SRID of all rows, and the CRS that it stands for.

    Raises
    ------
    LayerError
        ``LAYER_EMPTY``, ``DATABASE_SRID`` when it is 0, several or unknown,
        ``DATABASE_SRID_DOUBTFUL``.
    """
    query = Query(table=table, srid=0, box=None)
    text = "SELECT {f}ST_SRID({g}), count(*) FROM {t} GROUP BY 1 ORDER BY 2 DESC, 1"
    with sequential_scans(connection):
        rows = connection.execute(query.sql(text)).fetchall()
    if not rows:
        raise LayerError(layer_problem("LAYER_EMPTY", layer_id))
    counts = [row for row in rows if row[0] is not None]
    if len(counts) != 1 or counts[0][0] == 0:
        raise _no_srid(counts, layer_id)
    text = (
        "SELECT auth_name, auth_srid, srtext, proj4text"
        " FROM {f}spatial_ref_sys WHERE srid = %s"
    )
    known = connection.execute(query.sql(text), (counts[0][0],)).fetchone()
    if known is None:
        raise _no_srid(counts, layer_id)
    return int(counts[0][0]), crs_of_row(int(counts[0][0]), known, layer_id)


def count_rows(connection: Connection, query: Query) -> Census:
    """Count rows inside and outside the box by a scan of the whole table."""
    text = (
        "SELECT count(*), count(*) FILTER (WHERE {in}),"
        " count(*) FILTER (WHERE {odd}),"
        " count(*) FILTER (WHERE NOT ({in}) AND NOT {odd} AND NOT ({reached}))"
        " FROM {t}"
    )
    with sequential_scans(connection):
        total, inside, odd, beyond = connection.execute(query.sql(text)).fetchone()
    return Census(total=total, inside=inside, odd=odd, beyond=beyond)


def _no_srid(counts: Sequence[tuple[int, int]], layer_id: str) -> LayerError:
    told = ", ".join(f"SRID {number} × {count}" for number, count in counts)
    return LayerError(layer_problem("DATABASE_SRID", layer_id, detail=told or "SRID -"))


def _unusable(detail: str, layer_id: str) -> LayerError:
    return LayerError(layer_problem("DATABASE_TABLE_UNUSABLE", layer_id, detail=detail))
