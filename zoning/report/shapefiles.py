"""Shapefiles for ArcMap: GBK tables, short names with a table of aliases.

Written record by record from the published layout; a value that has no room is
shortened in sight and told whole in a table of its own.

References
----------
.. [1] ESRI Shapefile Technical Description, July 1998: 100-byte header, big-
   endian record headers, little-endian contents; outlines run clockwise.
"""

import struct
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import OutputError, Problem
from zoning.report.dbf_bytes import ENCODING, Field, LostValue, Table, table_bytes
from zoning.report.gis_words import short_names
from zoning.report.run_layers import Column, RunLayer

__all__ = ["RECORD", "Shapefile", "projection_text", "shape_bytes", "shapefile"]

RECORD = Column(name="rec_id", kind="whole")
"""First column of every table: the fid in ``result.gpkg``, for joins."""

_CODE, _VERSION = 9994, 1000
_HEAD_BYTES = 100
_NULL, _POINT, _LINE, _POLYGON, _MULTIPOINT = 0, 1, 3, 5, 8
_TYPES = {"polygon": _POLYGON, "line": _LINE}
_MOST_BYTES = 2**31 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapefile:
    """The parts of one Shapefile.

    Parameters
    ----------
    parts : mapping of str to bytes
        Contents by suffix: ``.shp .shx .dbf .prj .cpg``.
    fields : tuple of Field
        The columns as the .dbf has them.
    lost : tuple of LostValue
        Values that the .dbf does not hold whole.
    """

    parts: Mapping[str, bytes]
    fields: tuple[Field, ...]
    lost: tuple[LostValue, ...]


def shapefile(layer: RunLayer, *, day: date) -> Shapefile:
    """Return a layer as a Shapefile, rows in order.

    Raises
    ------
    OutputError
        When the format has no room for it.
    """
    columns = (RECORD, *layer.columns)
    rows = [(key, *row) for key, row in zip(layer.ids, layer.rows, strict=True)]
    try:
        shorts = short_names([column.name for column in columns])
        table: Table = table_bytes(columns, shorts, rows, day=day)
        shapes, index = shape_bytes(layer)
    except (ValueError, struct.error) as error:
        raise _too_large(layer, str(error)) from error
    if max(len(shapes), len(table.content)) > _MOST_BYTES:
        raise _too_large(layer, "> 2 GB")
    parts = {
        ".shp": shapes,
        ".shx": index,
        ".dbf": table.content,
        ".prj": projection_text(layer.crs).encode("ascii"),
        ".cpg": ENCODING.upper().encode("ascii"),
    }
    return Shapefile(parts=parts, fields=table.fields, lost=table.lost)


def projection_text(crs: str) -> str:
    """Return the .prj of a CRS in the words that ArcMap knows, without a code."""
    from pyproj import CRS

    return CRS.from_user_input(crs).to_wkt(version="WKT1_ESRI")


def _too_large(layer: RunLayer, detail: str) -> OutputError:
    values = {"name": layer.name, "detail": detail}
    return OutputError(Problem(code="EXPORT_TOO_LARGE", values=values))


# ------------------------------------------------------------------- .shp, .shx
def shape_bytes(layer: RunLayer) -> tuple[bytes, bytes]:
    """Return .shp and .shx; one point per row makes points, else multi-points.

    Raises
    ------
    struct.error
        When they exceed what the format can count.
    """
    singles = bool((shapely.get_num_geometries(layer.geometry) <= 1).all())
    kind = _TYPES.get(layer.shape, _POINT if singles else _MULTIPOINT)
    bodies = [_body(shape, kind) for shape in layer.geometry]
    lengths = [len(body) // 2 for body in bodies]
    ends = list(accumulate((4 + words for words in lengths), initial=50))
    records = b"".join(
        struct.pack(">2I", number, words) + body
        for number, (words, body) in enumerate(
            zip(lengths, bodies, strict=True), start=1
        )
    )
    index = b"".join(
        struct.pack(">2I", start, words)
        for start, words in zip(ends[:-1], lengths, strict=True)
    )
    box = _total(layer)
    return _head(len(records), kind, box) + records, _head(
        len(index), kind, box
    ) + index


def _total(layer: RunLayer) -> tuple[float, ...]:
    if bool(shapely.is_empty(layer.geometry).all()):
        return 0.0, 0.0, 0.0, 0.0
    return tuple(float(edge) for edge in shapely.total_bounds(layer.geometry))


def _head(content: int, kind: int, box: Sequence[float]) -> bytes:
    words = (_HEAD_BYTES + content) // 2
    return (
        struct.pack(">7I", _CODE, 0, 0, 0, 0, 0, words)
        + struct.pack("<2I", _VERSION, kind)
        + struct.pack("<8d", *box, 0.0, 0.0, 0.0, 0.0)
    )


def _body(shape: BaseGeometry, kind: int) -> bytes:
    """Return the content of one record; an empty shape is a null shape."""
    if shapely.is_empty(shape):
        return struct.pack("<I", _NULL)
    flat = shapely.force_2d(shape)
    if kind == _POINT:
        x, y = shapely.get_coordinates(flat)[0]
        return struct.pack("<I2d", kind, x, y)
    box = struct.pack("<I4d", kind, *shapely.bounds(flat))
    if kind == _MULTIPOINT:
        xy = shapely.get_coordinates(flat)
        return box + struct.pack("<I", len(xy)) + xy.astype("<f8").tobytes()
    pieces = list(_rings(flat) if kind == _POLYGON else _lines(flat))
    starts = [0, *accumulate(len(piece) for piece in pieces)]
    return (
        box
        + struct.pack("<2I", len(pieces), starts[-1])
        + struct.pack(f"<{len(pieces)}I", *starts[:-1])
        + np.concatenate(pieces).astype("<f8").tobytes()
    )


def _rings(shape: BaseGeometry) -> Iterator[NDArray[np.float64]]:
    """Yield each part's outline, clockwise, then its holes the other way."""
    turned = shapely.orient_polygons(shape, exterior_cw=True)
    for part in shapely.get_parts(turned):
        yield from (shapely.get_coordinates(ring) for ring in shapely.get_rings(part))


def _lines(shape: BaseGeometry) -> Iterator[NDArray[np.float64]]:
    yield from (shapely.get_coordinates(part) for part in shapely.get_parts(shape))
