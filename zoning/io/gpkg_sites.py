"""GeoPackages to site rows, by SQLite alone.

The file is opened from memory, read-only, without its views, triggers and
extensions: only a plain table that the package lists is read. The counts that
the package keeps of itself are compared, never trusted.

References
----------
.. [1] OGC 12-128r19 (GeoPackage 1.4): gpkg_contents, gpkg_geometry_columns,
   gpkg_spatial_ref_sys (-1 and 0: undefined), and the binary header ``GP`` of
   2.1.3 before the well-known binary.
.. [2] SQLite file format 1.3: bytes 18 and 19 read 2 in write-ahead mode.
"""

import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace

from zoning.errors import Problem, SiteError
from zoning.io.crs_text import code_of, from_wkt, same_plane
from zoning.io.feature_row import described_row
from zoning.io.magic import WAL_MODE
from zoning.io.site_row import SiteRow
from zoning.io.text import plain_text
from zoning.io.wkb_rows import wkb_row

__all__ = ["read_gpkg"]

"""Where the header says whether edits are kept in a -wal file beside it."""
_ROLLBACK_MODE = b"\x01\x01"
_UNDEFINED = {-1, 0}
_GIVEN_NONE = ("GDAL", "99999")
_STEPS = 200_000_000  # of SQLite's machine; the largest site file takes a tenth
_ENVELOPES = (0, 32, 48, 48, 64)
_HEADER = struct.Struct("<2sBB")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    name: str
    column: str
    srs: int
    crs: str | None


def read_gpkg(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the one feature table, in the order of its rows.

    Parameters
    ----------
    content : bytes
    file : str
        File name for messages; places read ``file#n``, rows from 1.
    crs : str, optional
        ``EPSG:n`` where the package says that its CRS is undefined.

    Raises
    ------
    SiteError
        ``SITE_FILE_DAMAGED``; ``SITE_SEVERAL_TABLES`` with their names;
        ``SITE_CRS_UNSUPPORTED``; ``SITE_NO_ROWS``.
    """
    try:
        with _opened(content, file) as database:
            table = _table(database, file)
            rows = _rows(database, table, file=file, crs=crs)
            notes = _kept_count(database, table, found=len(rows), file=file)
    except sqlite3.Error as error:
        raise SiteError(_damaged(f"SQLite: {error}", file)) from error
    if not rows:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    return tuple(replace(row, problems=(*row.problems, *notes)) for row in rows)


@contextmanager
def _opened(content: bytes, file: str) -> Iterator[sqlite3.Connection]:
    """Open a copy in memory, in which no edit of another file can be missing."""
    image = bytearray(content)
    image[WAL_MODE] = _ROLLBACK_MODE
    with closing(sqlite3.connect(":memory:")) as database:
        database.deserialize(bytes(image))
        database.set_progress_handler(lambda: 1, _STEPS)
        for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON"):
            database.execute(f"PRAGMA {pragma}")
        (state,) = database.execute("PRAGMA integrity_check(1)").fetchone()
        if state != "ok":
            raise SiteError(_damaged(f"SQLite: {state}"[:120], file))
        yield database


def _table(database: sqlite3.Connection, file: str) -> _Table:
    listed = database.execute(
        "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
        " ORDER BY table_name"
    ).fetchall()
    names = [str(name) for (name,) in listed]
    if not names:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    if len(names) > 1:
        values = {"names": "、".join(names)[:200], "names_en": ", ".join(names)[:200]}
        raise SiteError(Problem(code="SITE_SEVERAL_TABLES", where=file, values=values))
    stored = database.execute(
        "SELECT count(*) FROM sqlite_master"
        " WHERE type = 'table' AND rootpage > 0 AND lower(name) = lower(?)",
        (names[0],),
    ).fetchone()
    columns = database.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns"
        " WHERE lower(table_name) = lower(?)",
        (names[0],),
    ).fetchall()
    if stored != (1,) or len(columns) != 1:
        raise SiteError(_damaged(f"gpkg_geometry_columns: {names[0]}", file))
    column, srs = str(columns[0][0]), int(columns[0][1])
    crs = None if srs in _UNDEFINED else _crs(database, srs, file)
    return _Table(name=names[0], column=column, srs=srs, crs=crs)


def _crs(database: sqlite3.Connection, srs: int, file: str) -> str | None:
    """Return the CRS of a reference: its EPSG number, checked by its definition.

    None for the reference by which GDAL says that it was given none.
    """
    row = database.execute(
        "SELECT organization, organization_coordsys_id, definition"
        " FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs,),
    ).fetchone()
    if row is None:
        raise SiteError(_damaged(f"gpkg_spatial_ref_sys: {srs}", file))
    organization, number, definition = (plain_text(value) for value in row)
    if (organization.upper(), number) == _GIVEN_NONE:
        return None
    defined = from_wkt(definition)
    if organization.upper() != "EPSG":
        if defined is None:
            raise SiteError(_unsupported(f"{organization}:{number}", file))
        return defined
    code = code_of(f"EPSG:{number}")
    if code is None:
        raise SiteError(_unsupported(f"EPSG:{number}", file))
    if defined is not None and not same_plane(defined, code):
        raise SiteError(_contradiction(code, defined, file))
    return code


def _rows(
    database: sqlite3.Connection, table: _Table, *, file: str, crs: str | None
) -> list[SiteRow]:
    quoted = '"' + table.name.replace('"', '""') + '"'
    (count,) = database.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608 - quoted identifier
    cursor = database.execute(f"SELECT * FROM {quoted}")  # noqa: S608 - quoted identifier
    names = [str(column[0]) for column in cursor.description]
    places = [i for i, name in enumerate(names) if name.lower() == table.column.lower()]
    if len(places) != 1:
        raise SiteError(_damaged(f"{table.name}.{table.column}", file))
    keys = _keys(database, quoted)
    rows = []
    for index, values in enumerate(cursor, start=1):
        attributes = {
            name: plain_text(value)
            for i, (name, value) in enumerate(zip(names, values, strict=True))
            if i != places[0] and name not in keys
        }
        described = described_row(attributes, encoding="utf-8")
        rows.append(
            _row(described, values[places[0]], table, crs=crs, where=f"{file}#{index}")
        )
    if len(rows) != count:
        raise SiteError(_miscounted(str(len(rows)), str(count), file))
    return rows


def _keys(database: sqlite3.Connection, quoted: str) -> set[str]:
    """Return the row-number column: it names no parcel."""
    described = database.execute(f"PRAGMA table_info({quoted})").fetchall()
    return {
        str(name)
        for _, name, kind, _, _, key in described
        if key == 1 and str(kind).upper() == "INTEGER"
    }


def _row(
    described: SiteRow, value: object, table: _Table, *, crs: str | None, where: str
) -> SiteRow:
    try:
        content = _wkb(value, table, where)
    except SiteError as error:
        return replace(described, rejection=error.problem)
    return wkb_row(described, content, stated=table.crs, argument=crs, where=where)


def _wkb(value: object, table: _Table, where: str) -> bytes | None:
    """Take the header off a geometry; None where there is none."""
    if value is None:
        return None
    if not isinstance(value, bytes) or len(value) < 8:  # noqa: PLR2004 - header
        raise SiteError(_damaged("GeoPackageBinary", where))
    magic, version, flags = _HEADER.unpack_from(value)
    envelope = (flags >> 1) & 7
    if magic != b"GP" or version or envelope >= len(_ENVELOPES) or flags & 0x20:
        raise SiteError(_damaged("GeoPackageBinary", where))
    (srs,) = struct.unpack_from("<i" if flags & 1 else ">i", value, 4)
    if srs not in _UNDEFINED | {table.srs}:
        raise SiteError(_contradiction(str(table.srs), str(srs), where))
    content = value[8 + _ENVELOPES[envelope] :]
    if flags & 0x10:  # said to be empty
        return None
    return content


def _kept_count(
    database: sqlite3.Connection, table: _Table, *, found: int, file: str
) -> tuple[Problem, ...]:
    """Compare the number that GDAL keeps beside the table, if there is one."""
    known = database.execute(
        "SELECT count(*) FROM sqlite_master WHERE name = 'gpkg_ogr_contents'"
    ).fetchone()
    if known == (0,):
        return ()
    row = database.execute(
        "SELECT feature_count FROM gpkg_ogr_contents"
        " WHERE lower(table_name) = lower(?)",
        (table.name,),
    ).fetchone()
    if row is None or row[0] in {None, found}:
        return ()
    values = {"declared": str(row[0]), "found": str(found)}
    return (Problem(code="KEPT_COUNT_STALE", where=file, values=values),)


def _damaged(detail: str, where: str) -> Problem:
    return Problem(code="SITE_FILE_DAMAGED", where=where, values={"detail": detail})


def _unsupported(crs: str, where: str) -> Problem:
    return Problem(code="SITE_CRS_UNSUPPORTED", where=where, values={"crs": crs})


def _contradiction(first: str, second: str, where: str) -> Problem:
    values = {"first": first, "second": second}
    return Problem(code="SITE_CRS_CONTRADICTION", where=where, values=values)


def _miscounted(found: str, expected: str, where: str) -> Problem:
    values = {"found": found, "expected": expected}
    return Problem(code="SITE_COUNT_MISMATCH", where=where, values=values)
