"""Well-known binary to outlines, byte by byte: nothing is mended or left over.

Curves become chords within a centimetre of them, heights are dropped. A
length that does not add up, an unknown type or bytes behind the end refuse
the geometry.

References
----------
.. [1] OGC 06-103r4 (Simple Feature Access) 8.2 and ISO 13249-3: types 1-17,
   +1000 with Z, +2000 with M, +3000 with both; Z and M as the high bits of the
   type in the older form.
"""

import struct
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, SiteError
from zoning.io.arcs import chords
from zoning.io.outlines import Outline

__all__ = ["WkbOutline", "read_wkb"]

_POINT, _LINE, _POLYGON = 1, 2, 3
_CIRCULAR, _COMPOUND, _CURVE_POLYGON = 8, 9, 10
_GATHERED = {4, 5, 6, 7, 11, 12}  # multi-things and collections
_HIGH_Z, _HIGH_M, _HIGH_SRID = 0x80000000, 0x40000000, 0x20000000
_WITH_Z, _WITH_M = {1, 3}, {2, 3}
_MAX_DEPTH = 20


@dataclass(slots=True, kw_only=True)
class WkbOutline:
    """An outline, and whether it was drawn with arcs."""

    outline: Outline = field(default_factory=Outline)
    arcs: bool = False


@dataclass(slots=True, kw_only=True)
class _Cursor:
    """Bytes, read from one end to the other."""

    content: bytes
    where: str
    place: int = 0

    def unpack(self, form: str) -> int:
        (value,) = struct.unpack_from(form, self.content, self.place)
        self.place += struct.calcsize(form)
        return int(value)

    def finish(self) -> None:
        """Refuse bytes that are left over."""
        if self.place != len(self.content):
            raise ValueError(f"+{len(self.content) - self.place}")

    def coordinates(self, order: str, count: int, width: int) -> NDArray[np.float64]:
        """Return x and y of `count` points, shape (count, 2)."""
        if self.place + 8 * count * width > len(self.content):
            raise ValueError("points")
        found = np.frombuffer(
            self.content, dtype=f"{order}f8", count=count * width, offset=self.place
        )
        self.place += 8 * count * width
        return found.reshape(count, width)[:, :2].astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Head:
    order: str
    kind: int
    width: int


def read_wkb(content: bytes, where: str) -> WkbOutline:
    """Read one geometry, as stored by GeoPackage and GeoParquet.

    Parameters
    ----------
    content : bytes
    where : str
        Place for the messages.

    Raises
    ------
    SiteError
        ``GEOMETRY_TYPE_UNSUPPORTED`` or ``SITE_FILE_DAMAGED``.
    """
    cursor = _Cursor(content=content, where=where)
    found = WkbOutline()
    try:
        _geometry(cursor, found, depth=0)
        cursor.finish()
    except (struct.error, ValueError) as error:
        values = {"detail": f"WKB: {error}"}
        raise SiteError(
            Problem(code="SITE_FILE_DAMAGED", where=where, values=values)
        ) from error
    return found


def _head(cursor: _Cursor, found: WkbOutline) -> _Head:
    mark = cursor.unpack("B")
    if mark > 1:
        raise ValueError("byte order")
    order = "<" if mark else ">"
    kind = cursor.unpack(f"{order}I")
    if kind & _HIGH_SRID:
        raise ValueError("SRID")
    thousands, base = divmod(kind & 0x1FFFFFFF, 1000)
    if thousands > 3:  # noqa: PLR2004 - Z and M
        raise ValueError("type")
    height = bool(kind & _HIGH_Z) or thousands in _WITH_Z
    measure = bool(kind & _HIGH_M) or thousands in _WITH_M
    found.outline.has_height |= height
    return _Head(order=order, kind=base, width=2 + height + measure)


def _geometry(cursor: _Cursor, found: WkbOutline, *, depth: int) -> None:
    if depth > _MAX_DEPTH:
        raise ValueError("nesting")
    start = cursor.place
    head = _head(cursor, found)
    outline = found.outline
    if head.kind == _POINT:
        xy = cursor.coordinates(head.order, 1, head.width)
        # The standard's empty point is one of NaN.
        outline.points += [] if np.isnan(xy).all() else [xy[0]]
    elif head.kind in _GATHERED:
        for _ in range(cursor.unpack(f"{head.order}I")):
            _geometry(cursor, found, depth=depth + 1)
    elif head.kind in {_POLYGON, _CURVE_POLYGON}:
        rings = _rings(cursor, head, found, depth=depth)
        outline.polygons += [rings] if rings else []
    elif head.kind in {_LINE, _CIRCULAR, _COMPOUND}:
        cursor.place = start
        xy = _curve(cursor, found, depth=depth)
        outline.lines += [xy] if len(xy) else []
    else:
        values = {"found": f"WKB {head.kind}"}
        raise SiteError(
            Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=cursor.where, values=values)
        )


def _rings(
    cursor: _Cursor, head: _Head, found: WkbOutline, *, depth: int
) -> list[NDArray[np.float64]]:
    rings = []
    for _ in range(cursor.unpack(f"{head.order}I")):
        if head.kind == _CURVE_POLYGON:
            rings.append(_curve(cursor, found, depth=depth + 1))
        else:
            count = cursor.unpack(f"{head.order}I")
            rings.append(cursor.coordinates(head.order, count, head.width))
    filled = [ring for ring in rings if len(ring)]
    if filled and not len(rings[0]):
        raise ValueError("holes without shell")
    return filled


def _curve(cursor: _Cursor, found: WkbOutline, *, depth: int) -> NDArray[np.float64]:
    """Read a line, a circular string, or a chain of both."""
    if depth > _MAX_DEPTH:
        raise ValueError("nesting")
    head = _head(cursor, found)
    count = cursor.unpack(f"{head.order}I")
    if head.kind == _LINE:
        return cursor.coordinates(head.order, count, head.width)
    if head.kind == _CIRCULAR:
        found.arcs = True
        return chords(cursor.coordinates(head.order, count, head.width))
    if head.kind != _COMPOUND:
        raise ValueError("curve")
    pieces = [_curve(cursor, found, depth=depth + 1) for _ in range(count)]
    for before, after in pairwise(pieces):
        if not (len(before) and len(after) and (before[-1] == after[0]).all()):
            raise ValueError("broken curve")
    later = [piece[1:] for piece in pieces[1:]]
    return np.vstack([*pieces[:1], *later]) if pieces else np.zeros((0, 2))
