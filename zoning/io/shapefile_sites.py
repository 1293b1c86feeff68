"""Shapefiles to site rows, from their published layout.

Read record by record rather than through GDAL: every record that cannot be
read is a row with a reason, the three counts (.shp, .shx, .dbf) are compared,
and a file in disguise never reaches a driver.

References
----------
.. [1] ESRI Shapefile Technical Description, July 1998: 100-byte header, big-
   endian record headers, little-endian contents, parts as point offsets.
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, SiteError
from zoning.io.crs_text import from_wkt
from zoning.io.dbf import Table, read_dbf
from zoning.io.feature_row import described_row, feature_row, shaped_row
from zoning.io.magic import SHP_MAGIC
from zoning.io.outlines import Outline
from zoning.io.rings import Ring, assemble_polygon, usable
from zoning.io.site_row import SiteRow
from zoning.io.text import decode

__all__ = ["count_records", "made_index", "read_shapefile"]

_HEADER_BYTES = 100
_RECORD_HEADER = struct.Struct(">II")
_NULL, _POINT, _LINE, _POLYGON, _MULTIPOINT = 0, 1, 3, 5, 8
_KINDS = (_NULL, _POINT, _LINE, _POLYGON, _MULTIPOINT)
_WITH_HEIGHT = 10  # 11, 13, 15, 18: with Z; 21, 23, 25, 28: with M only
_WITH_MEASURE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Record:
    """Content of one shape, or what is wrong with it."""

    kind: int = _NULL
    content: bytes = b""
    problem: Problem | None = None


def read_shapefile(
    parts: Mapping[str, bytes], *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read every record; deleted ones are left out, with a remark on the rest.

    Parameters
    ----------
    parts : mapping of str to bytes
        Contents by lower-case suffix (`magic.COMPANIONS`); only ``.shp`` is needed.
    file : str
        File name for messages; places read ``file#n``, records from 1.
    crs : str, optional
        ``EPSG:n`` where there is no .prj.

    Raises
    ------
    SiteError
        When the .shp is none, its parts disagree in count, or the .prj names
        a CRS that is in no registry.
    """
    content = parts[".shp"]
    if not content.startswith(SHP_MAGIC) or len(content) < _HEADER_BYTES:
        raise SiteError(_damaged("shp header", file))
    records = _records(content, parts.get(".shx"), file)
    table, problems = _table(parts, len(records), file)
    stated = _prj(parts.get(".prj"), file)
    rows = []
    for index, (record, attributes) in enumerate(
        zip(records, table.rows, strict=True), start=1
    ):
        if attributes is not None:
            described = described_row(
                attributes, encoding=table.encoding if ".dbf" in parts else None
            )
            described = replace(described, problems=problems)
            where = f"{file}#{index}"
            rows.append(_row(record, described, stated=stated, crs=crs, where=where))
    if not rows:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    return tuple(rows)


def _records(content: bytes, index: bytes | None, file: str) -> list[_Record]:
    """Cut the .shp into records: along the .shx when there is one."""
    walked, end = _walk(content)
    if index is None:
        if end != len(content):
            raise SiteError(_damaged("shp length", file))
        return [_cut(content, place, i, file=file) for i, place in enumerate(walked)]
    entries = (len(index) - _HEADER_BYTES) // 8
    if entries < 0:
        raise SiteError(_damaged("shx header", file))
    offsets = [
        _RECORD_HEADER.unpack_from(index, _HEADER_BYTES + 8 * i)[0] * 2
        for i in range(entries)
    ]
    if len(walked) > entries:
        detail = f"shp {len(walked)}, shx {entries}"
        raise SiteError(_mismatch(detail, file))
    return [_cut(content, place, i, file=file) for i, place in enumerate(offsets)]


def count_records(content: bytes, places: NDArray[np.int64] | None) -> int:
    """Count the records of a .shp, as far as they follow each other.

    Parameters
    ----------
    content : bytes
    places : ndarray of int, shape (n,), or None
        Where they start by the .shx: where it agrees with every record, and they
        fill the file, there is no need to walk.
    """
    if places is not None and len(places) and _in_a_row(content, places):
        return len(places)
    return len(_walk(content)[0])


def _in_a_row(content: bytes, places: NDArray[np.int64]) -> bool:
    size = _RECORD_HEADER.size
    if places.min() < _HEADER_BYTES or places.max() + size > len(content):
        return False
    whole = np.frombuffer(content, np.uint8)
    windows = np.lib.stride_tricks.sliding_window_view(whole, size)
    numbers, words = np.ascontiguousarray(windows[places]).view(">u4").T.astype(int)
    starts = np.concatenate([[_HEADER_BYTES], places + size + 2 * words])
    numbered = (numbers == np.arange(1, len(places) + 1)).all()
    return bool(numbered and (starts == [*places, len(content)]).all())


def made_index(content: bytes) -> bytes:
    """Make the .shx of a .shp that came without one, record by record.

    A file that ends within a record gets an index that ends before it: its
    count then differs from the table's.
    """
    places = _walk(content)[0]
    whole = [
        (place, words)
        for place in places
        if place + 8 + 2 * (words := _RECORD_HEADER.unpack_from(content, place)[1])
        <= len(content)
    ]
    size = (_HEADER_BYTES + 8 * len(whole)) // 2
    header = content[:24] + struct.pack(">I", size) + content[28:_HEADER_BYTES]
    return header + b"".join(
        _RECORD_HEADER.pack(place // 2, words) for place, words in whole
    )


def _walk(content: bytes) -> tuple[list[int], int]:
    """Return where records start, one after another, and where they end."""
    places: list[int] = []
    place = _HEADER_BYTES
    while place + 12 <= len(content):
        number, words = _RECORD_HEADER.unpack_from(content, place)
        if number != len(places) + 1:
            break
        places.append(place)
        place += 8 + 2 * words
    return places, place


def _cut(content: bytes, place: int, index: int, *, file: str) -> _Record:
    where = f"{file}#{index + 1}"
    if place < _HEADER_BYTES or place + 12 > len(content):
        return _Record(problem=_damaged("shp", where))
    number, words = _RECORD_HEADER.unpack_from(content, place)
    body = content[place + 8 : place + 8 + 2 * words]
    if number != index + 1 or len(body) < 2 * words or words < 2:  # noqa: PLR2004 - shape type
        return _Record(problem=_damaged("shp", where))
    kind = int.from_bytes(body[:4], "little")
    if _base(kind) not in _KINDS:
        values = {"found": f"Shapefile {kind}"}
        problem = Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=where, values=values)
        return _Record(problem=problem)
    return _Record(kind=kind, content=body)


def _base(kind: int) -> int:
    """Return the plain type of a type with Z or M; itself when there is none."""
    for offset in (_WITH_MEASURE, _WITH_HEIGHT):
        if kind - offset in _KINDS[1:]:
            return kind - offset
    return kind


def _row(
    record: _Record,
    described: SiteRow,
    *,
    stated: str | None,
    crs: str | None,
    where: str,
) -> SiteRow:
    if record.problem is not None:
        return replace(described, rejection=record.problem)
    try:
        outline, rings = _outline(record)
        if not rings:
            return feature_row(
                described, outline, stated=stated, argument=crs, where=where
            )
        if not all(usable(ring.xy) for ring in rings):
            problem = Problem(code="GEOMETRY_NOT_FINITE", where=where)
            return replace(described, rejection=problem)
        shape = assemble_polygon(rings, where, degrees=_in_degrees(rings))
    except SiteError as error:
        return replace(described, rejection=error.problem)
    except (struct.error, ValueError):
        return replace(described, rejection=_damaged("shp", where))
    row = shaped_row(described, shape, stated=stated, argument=crs, where=where)
    note = (Problem(code="Z_DROPPED", where=where),) if outline.has_height else ()
    return replace(row, problems=(*row.problems, *note))


def _outline(record: _Record) -> tuple[Outline, list[Ring]]:
    """Return lines and points as an outline, polygons as rings to be nested."""
    kind, body = _base(record.kind), record.content
    height = _WITH_HEIGHT < record.kind < _WITH_MEASURE
    outline = Outline(has_height=height)
    if kind == _POINT:
        outline.points.append(np.array(struct.unpack_from("<2d", body, 4)))
    elif kind == _MULTIPOINT:
        (count,) = struct.unpack_from("<I", body, 36)
        outline.points += list(_xy(body, 40, count))
    elif kind in {_LINE, _POLYGON}:
        pieces = _pieces(body)
        if kind == _POLYGON:
            return outline, [_ring(i, xy) for i, xy in enumerate(pieces)]
        outline.lines += pieces
    return outline, []


def _pieces(body: bytes) -> list[NDArray[np.float64]]:
    parts, count = struct.unpack_from("<2I", body, 36)
    starts = [*struct.unpack_from(f"<{parts}I", body, 44), count]
    if starts[0] != 0 or sorted(starts) != starts:
        raise ValueError("parts")
    xy = _xy(body, 44 + 4 * parts, count)
    pieces = [xy[a:b] for a, b in pairwise(starts)]
    return [piece for piece in pieces if len(piece)]


def _xy(body: bytes, place: int, count: int) -> NDArray[np.float64]:
    if place + 16 * count > len(body):
        raise ValueError("points")
    return np.frombuffer(body, dtype="<f8", count=2 * count, offset=place).reshape(
        -1, 2
    )


def _ring(index: int, xy: NDArray[np.float64]) -> Ring:
    names = tuple(str(i + 1) for i in range(len(xy)))
    return Ring(label=str(index + 1), names=names, xy=xy.astype(np.float64))


def _in_degrees(rings: list[Ring]) -> bool:
    return all(bool((np.abs(ring.xy) <= 180).all()) for ring in rings)  # noqa: PLR2004 - globe


def _table(
    parts: Mapping[str, bytes], count: int, file: str
) -> tuple[Table, tuple[Problem, ...]]:
    if ".dbf" not in parts:
        problem = _doubtful(".dbf", file)
        return Table(rows=({},) * count, encoding=""), (problem,)
    table = read_dbf(parts[".dbf"], cpg=parts.get(".cpg", b""), where=file)
    if len(table.rows) != count:
        raise SiteError(_mismatch(f"shp {count}, dbf {len(table.rows)}", file))
    deleted = sum(row is None for row in table.rows)
    if not deleted:
        return table, table.problems
    values = {"detail": f"dbf: {deleted} deleted"}
    skipped = Problem(code="RECORDS_SKIPPED", where=file, values=values)
    return table, (*table.problems, skipped)


def _prj(content: bytes | None, file: str) -> str | None:
    if content is None or not content.strip():
        return None
    text = decode(content, file).text.strip()
    crs = from_wkt(text)
    if crs is None:
        values = {"crs": text.partition(",")[0][:80]}
        raise SiteError(Problem(code="SITE_CRS_UNSUPPORTED", where=file, values=values))
    return crs


def _doubtful(detail: str, where: str) -> Problem:
    return Problem(code="ATTRIBUTES_DOUBTFUL", where=where, values={"detail": detail})


def _mismatch(detail: str, where: str) -> Problem:
    return Problem(
        code="SHAPEFILE_COUNT_MISMATCH", where=where, values={"detail": detail}
    )


def _damaged(detail: str, where: str) -> Problem:
    return Problem(code="SITE_FILE_DAMAGED", where=where, values={"detail": detail})
