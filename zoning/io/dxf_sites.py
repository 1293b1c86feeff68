"""DXF polylines to site rows, by a small reader of group codes.

Closed polylines are outlines, open ones lines. A drawing never states its
CRS: zone-prefixed eastings tell, else the caller. What is no polyline is
counted and named, so that nothing vanishes unseen.

References
----------
.. [1] DXF reference: group codes 8 layer, 10/20 vertex, 42 bulge (tangent of a
   quarter of the arc's angle), 67 paper space, 70 flags (1 = closed).
"""

import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import shapely

from zoning.errors import Problem, SiteError
from zoning.io.boundary_points import Kind, PointRow, Reading, locate, number
from zoning.io.crs import Declaration
from zoning.io.site_row import SiteRow
from zoning.io.text import decode, lines_of

__all__ = ["read_dxf"]

_SAGITTA_M = 0.01  # chords stay this close to the arc
_PAPER = "paper space 图纸空间"
_POLYLINES = {"LWPOLYLINE", "POLYLINE", "LINE", "POINT"}
_CURVES = {"SPLINE", "ELLIPSE", "REGION", "3DFACE", "MLINE"}
"""Kinds that may bound a plot and are not read; circles and blocks mark points."""
_PARTS = {"VERTEX", "SEQEND"}
# Marks and lettering that never are an outline.
_ANNOTATION = {"TEXT", "MTEXT", "ATTRIB", "ATTDEF", "DIMENSION", "LEADER", "VIEWPORT"}
_MESH_FLAGS = 16 | 64
_SPLINE_FRAME = 16
_ESCAPE = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_Pair = tuple[int, str, int]


@dataclass(slots=True, kw_only=True)
class _Entity:
    """One entity as written: vertices are (line, x, y, bulge).

    `damage` is a value that is no number where one decides on the shape.
    """

    kind: str
    line: int
    layer: str = ""
    flags: int = 0
    paper: bool = False
    height: bool = False
    damage: str = ""
    vertices: list[tuple[int, str, str, float]] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        """Whether the last vertex is joined to the first."""
        ends = [vertex[1:3] for vertex in (*self.vertices[:1], *self.vertices[-1:])]
        meets = len(self.vertices) > 3 and ends[0] == ends[-1]  # noqa: PLR2004 - a ring
        return self.kind.endswith("POLYLINE") and (bool(self.flags & 1) or meets)


def read_dxf(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the polylines, lines and points of model space, in drawing order.

    Parameters
    ----------
    content : bytes
        Text DXF; GBK drawings (ANSI_936) and UTF-8 ones.
    file : str
        File name for messages; places read ``file:line``, lines from 1.
    crs : str, optional
        ``EPSG:n``; needed unless eastings carry their zone.

    Raises
    ------
    SiteError
        When it is no text DXF, or holds neither polyline nor point.
    """
    decoded = decode(content, file)
    entities = list(_entities(_pairs(decoded.text, file)))
    shapes = _POLYLINES | _CURVES
    drawn = [e for e in entities if e.kind in shapes and not e.paper]
    skipped = Counter(
        f"{e.kind} ({_PAPER})" if e.paper else e.kind
        for e in entities
        if (e.kind in shapes if e.paper else e.kind not in shapes | _ANNOTATION)
    )
    detail = ", ".join(f"{kind} × {n}" for kind, n in sorted(skipped.items()))
    missed = Problem(code="RECORDS_SKIPPED", where=file, values={"detail": detail})
    if not drawn:
        empty = Problem(code="SITE_NO_ROWS", where=file)
        raise SiteError(missed if skipped else empty)
    reading = Reading(
        declaration=Declaration(),
        argument=crs,
        north_first=False,
        degrees_allowed=False,
    )
    rows = [_row(entity, reading, file) for entity in drawn]
    remarks = (missed,) if skipped else ()
    rows = [
        replace(row, encoding=decoded.encoding, problems=(*remarks, *row.problems))
        for row in rows
    ]
    return tuple(_with_nested(rows, file))


def _pairs(text: str, file: str) -> Iterator[_Pair]:
    """Yield (group code, value, line of the value)."""
    lines = lines_of(text)
    for index in range(0, len(lines) - 1, 2):
        code = lines[index].strip()
        if not re.fullmatch(r"-?\d+", code):
            values = {"detail": f"DXF {index + 1}: {code[:20]!r}"}
            where = f"{file}:{index + 1}"
            raise SiteError(
                Problem(code="SITE_FILE_DAMAGED", where=where, values=values)
            )
        yield int(code), lines[index + 1].strip(), index + 2
    if not any(line.strip() == "EOF" for line in lines[-4:]):
        values = {"detail": "DXF: EOF"}
        raise SiteError(Problem(code="SITE_FILE_DAMAGED", where=file, values=values))


def _entities(pairs: Iterator[_Pair]) -> Iterator[_Entity]:
    """Yield the entities of the ENTITIES section; vertices join their polyline."""
    inside, awaiting = False, False
    current: _Entity | None = None
    polyline: _Entity | None = None
    for code, value, line in pairs:
        if code == 0:
            if current is not None and current.kind not in _PARTS | {"POLYLINE"}:
                yield current
            current, awaiting = None, value == "SECTION"
            inside = inside and value != "ENDSEC"
            if inside:
                current = _Entity(kind=value, line=line)
                polyline = current if value == "POLYLINE" else polyline
            if value == "SEQEND" and polyline is not None:
                yield polyline
                polyline = None
        elif awaiting and code == 2:  # noqa: PLR2004 - name of a section
            inside, awaiting = value == "ENTITIES", False
        elif current is not None:
            owner = polyline if current.kind == "VERTEX" and polyline else current
            _fill(current, owner, (code, value, line))


def _fill(current: _Entity, owner: _Entity, pair: _Pair) -> None:
    code, value, line = pair
    vertex = current.kind in {"VERTEX", "LWPOLYLINE", "LINE", "POINT"}
    if code == 8 and current is owner:  # noqa: PLR2004 - layer
        owner.layer = _ESCAPE.sub(lambda found: chr(int(found.group(1), 16)), value)
    elif code == 70 and current is owner:  # noqa: PLR2004 - flags
        flags = number(value)
        owner.flags = int(flags or 0) if _finite(flags) else 0
        owner.damage = owner.damage or ("" if _finite(flags) else f"70: {value}")
    elif code == 67:  # noqa: PLR2004 - paper space
        owner.paper = value == "1"
    elif vertex:
        _fill_vertex(owner, pair, line)


def _fill_vertex(owner: _Entity, pair: _Pair, line: int) -> None:
    code, value, _ = pair
    if code in {10, 11}:
        owner.vertices.append((line, value, "", 0.0))
    elif code in {20, 21, 42} and owner.vertices:
        at, x, y, bulge = owner.vertices[-1]
        if code == 42:  # noqa: PLR2004 - bulge
            said = number(value)
            bulge = float(said or 0) if _finite(said) else 0.0
            owner.damage = owner.damage or ("" if _finite(said) else f"42: {value}")
        else:
            y = value
        owner.vertices[-1] = (at, x, y, bulge)
    elif code in {30, 38}:
        owner.height |= (number(value) or 0.0) != 0


def _finite(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _row(entity: _Entity, reading: Reading, file: str) -> SiteRow:
    where = f"{file}:{entity.line}"
    row = SiteRow(attributes={"图层": entity.layer})
    mesh = entity.kind == "POLYLINE" and entity.flags & _MESH_FLAGS
    if mesh or entity.kind in _CURVES:
        values = {"found": "POLYLINE mesh" if mesh else entity.kind}
        problem = Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=where, values=values)
        return replace(row, rejection=problem)
    if entity.damage:
        values = {"detail": f"DXF {entity.damage}"[:60]}
        problem = Problem(code="SITE_FILE_DAMAGED", where=where, values=values)
        return replace(row, rejection=problem)
    kind = Kind.POLYGON if entity.closed else Kind.LINE
    kind = Kind.POINT if entity.kind == "POINT" else kind
    points, arcs = _points(entity, file)
    try:
        located = locate(points, kind, reading, where=where)
    except SiteError as error:
        return replace(row, rejection=error.problem)
    found = {
        "ARC_LINEARISED": arcs,
        "CLOSED_LINE_TAKEN_AS_POLYGON": kind is Kind.POLYGON,
        "Z_DROPPED": entity.height,
    }
    remarks = [Problem(code=code, where=where) for code, here in found.items() if here]
    return replace(
        row,
        geometry=located.shape.geometry,
        crs=located.crs,
        problems=(*remarks, *located.shape.problems),
    )


def _points(entity: _Entity, file: str) -> tuple[list[PointRow], bool]:
    """Return the vertices as point rows, arcs replaced by chords."""
    vertices = entity.vertices
    following = [*vertices[1:], *(vertices[:1] if entity.closed else [])]
    rows: list[PointRow] = []
    arcs = False
    for index, (line, x, y, bulge) in enumerate(vertices):
        chain = [(x, y)]
        if bulge and index < len(following):
            chain += _chords((x, y), following[index][1:3], bulge)
            arcs = True
        rows += [
            PointRow(
                where=f"{file}:{line}", name=str(index + 1), ring="", first=a, second=b
            )
            for a, b in chain
        ]
    names = len({row.name for row in rows}) < len(rows)
    if names:
        rows = [replace(row, name=str(i + 1)) for i, row in enumerate(rows)]
    return rows, arcs


def _chords(
    start: tuple[str, str], end: tuple[str, str], bulge: float
) -> list[tuple[str, str]]:
    """Return points on the arc between two vertices, ends left out."""
    numbers = [number(value) for value in (*start, *end)]
    ax, ay, bx, by = (math.nan if value is None else value for value in numbers)
    chord = math.hypot(bx - ax, by - ay)
    if not chord > 0:
        return []
    angle = 4 * math.atan(bulge)
    radius = abs(chord / (2 * math.sin(angle / 2)))
    step = 2 * math.acos(max(1 - _SAGITTA_M / radius, 0.0))
    count = max(1, min(10_000, math.ceil(abs(angle) / step)))
    offset = 0.5 / math.tan(angle / 2)
    cx = (ax + bx) / 2 - (by - ay) * offset
    cy = (ay + by) / 2 + (bx - ax) * offset
    turns = [angle * i / count for i in range(1, count)]
    return [
        (
            repr(cx + (ax - cx) * math.cos(t) - (ay - cy) * math.sin(t)),
            repr(cy + (ax - cx) * math.sin(t) + (ay - cy) * math.cos(t)),
        )
        for t in turns
    ]


def _with_nested(rows: Sequence[SiteRow], file: str) -> Iterator[SiteRow]:
    """Remark on outlines that lie inside another: a drawing has no holes."""
    outlines = [
        row.geometry
        for row in rows
        if row.geometry is not None and row.geometry.area > 0
    ]
    for row in rows:
        inside = row.geometry is not None and any(
            other is not row.geometry and shapely.covers(other, row.geometry)
            for other in outlines
        )
        remark = Problem(code="OUTLINE_INSIDE_ANOTHER", where=file)
        yield replace(row, problems=(*row.problems, remark)) if inside else row
