"""GeoParquet through Arrow: columns, geometry bytes, and the CRS of its metadata.

References
----------
.. [1] GeoParquet 1.1.0: file metadata ``geo``; a column without ``crs`` is
   OGC:CRS84, one with null has none; coordinates are x, y whatever the CRS says.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from zoning.errors import Problem, SiteError
from zoning.io.crs_text import from_wkt
from zoning.io.native.arrow_columns import pack_arrow_bytes, pack_arrow_field
from zoning.io.quarantine.frames import Frame, Gathered

__all__ = ["read_parquet"]

_CRS84 = "EPSG:4326"
_CRS84_ID = {"authority": "OGC", "code": "CRS84"}
_UNPACKED_BYTES = 1 << 30


def read_parquet(source: str | bytes, *, file: str) -> Frame:
    """Read a whole file; see `zoning.io.geoparquet.read_geoparquet`.

    Returns
    -------
    Frame
        Header ``fields``, ``kinds`` of fields, ``crs``, ``bounds``; buffers as of
        `zoning.io.native.vectors.read_table`.

    Raises
    ------
    SiteError
        ``SITE_FILE_DAMAGED``, ``GEOPARQUET_METADATA``,
        ``SITE_CRS_UNSUPPORTED``, ``SITE_COUNT_MISMATCH``.
    """
    content = source if isinstance(source, bytes) else Path(source).read_bytes()
    table, counts = _table(content, file)
    if any(count != table.num_rows for count in counts):
        values = {
            "found": str(table.num_rows),
            "expected": " / ".join(str(count) for count in counts),
        }
        raise SiteError(Problem(code="SITE_COUNT_MISMATCH", where=file, values=values))
    name, column = _geometry_column(table.schema.metadata or {}, file)
    if table.column_names.count(name) != 1:
        raise SiteError(_metadata(f"column {name!r}", file))
    crs = _crs(column, file)
    buffers = _wkb(table.column(name), name, file)
    fields = _fields(table, name, file)
    for _, packed in fields.values():
        buffers += packed
    header = {
        "fields": list(fields),
        "kinds": [kind for kind, _ in fields.values()],
        "crs": crs,
        "bounds": _bounds(column),
    }
    return Frame(header=header, buffers=buffers)


def _table(content: bytes, file: str) -> tuple[Any, tuple[int, int]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        source = pq.ParquetFile(
            pa.BufferReader(content), page_checksum_verification=True
        )
        groups = [source.metadata.row_group(i) for i in range(source.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > _UNPACKED_BYTES:
            raise SiteError(_damaged(f"> {_UNPACKED_BYTES >> 20} MB", file))
        counts = (source.metadata.num_rows, sum(group.num_rows for group in groups))
        return source.read(use_threads=False), counts
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        detail = f"Parquet: {str(error).splitlines()[0][:80]}" if str(error) else "?"
        raise SiteError(_damaged(detail, file)) from error


def _geometry_column(
    metadata: Mapping[bytes, bytes], file: str
) -> tuple[str, dict[str, Any]]:
    """Return the primary geometry column and what the file says of it."""
    try:
        geo = json.loads(metadata[b"geo"])
        name = geo["primary_column"]
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (LookupError, TypeError, ValueError, RecursionError) as error:
        raise SiteError(_metadata("geo", file)) from error
    if encoding != "WKB":
        raise SiteError(_metadata(f"encoding {encoding}"[:60], file))
    if column.get("edges", "planar") != "planar":
        raise SiteError(_metadata(f"edges {column['edges']}"[:60], file))
    return str(name), dict(column)


def _crs(column: Mapping[str, Any], file: str) -> str | None:
    if "crs" not in column:
        return _CRS84
    said = column["crs"]
    if said is None:
        return None
    if not isinstance(said, dict | str):
        raise SiteError(_unsupported(said, file))
    if isinstance(said, dict) and said.get("id") == _CRS84_ID:
        return _CRS84
    try:
        text = said if isinstance(said, str) else CRS.from_json_dict(said).to_wkt()
        found = from_wkt(text)
    except (CRSError, TypeError, AttributeError) as error:
        raise SiteError(_unsupported(said, file)) from error
    if found is None:
        raise SiteError(_unsupported(said, file))
    return found


def _bounds(column: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """Return the plane part of ``bbox``; None where it is not stated, or no box."""
    said = column.get("bbox")
    if not isinstance(said, list) or len(said) not in {4, 6}:
        return None
    if not all(isinstance(value, int | float) for value in said):
        return None
    half = len(said) // 2
    return float(said[0]), float(said[1]), float(said[half]), float(said[half + 1])


def _wkb(column: Any, name: str, file: str) -> list[Gathered]:
    import pyarrow.types as kinds

    if not (kinds.is_binary(column.type) or kinds.is_large_binary(column.type)):
        raise SiteError(_metadata(f"column {name!r}", file))
    try:
        column.validate(full=True)
        return pack_arrow_bytes(column)
    except ValueError as error:
        raise SiteError(_damaged(f"column {name!r}", file)) from error


def _fields(
    table: Any, geometry: str, file: str
) -> dict[str, tuple[str, list[Gathered]]]:
    """Return the columns that hold words or numbers, packed."""
    import pyarrow.types as kinds

    found = {}
    for field in table.schema:
        nested = kinds.is_nested(field.type) or kinds.is_binary(field.type)
        if field.name == geometry or nested or kinds.is_large_binary(field.type):
            continue
        if table.column_names.count(field.name) > 1:
            continue
        column = table.column(field.name)
        try:
            column.validate(full=True)
            found[field.name] = pack_arrow_field(column)
        except ValueError as error:  # text that is no UTF-8, a day out of range
            raise SiteError(_damaged(f"column {field.name!r}", file)) from error
    return found


def _metadata(detail: str, where: str) -> Problem:
    return Problem(code="GEOPARQUET_METADATA", where=where, values={"detail": detail})


def _unsupported(said: object, where: str) -> Problem:
    name = said.get("name") if isinstance(said, dict) else said
    values = {"crs": str(name)[:80]}
    return Problem(code="SITE_CRS_UNSUPPORTED", where=where, values=values)


def _damaged(detail: str, where: str) -> Problem:
    return Problem(code="SITE_FILE_DAMAGED", where=where, values={"detail": detail})
