"""Survey points to a geometry: axis by size of the numbers, rings by their rows.

Shared by the boundary TXT, coordinate tables and drawings. The standard puts
north first (X), but exporters differ; in China the size of a number tells its
axis: an easting with zone has 8 digits, a northing 7, an easting 6, and
longitude and latitude never overlap.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from zoning.errors import Problem, SiteError
from zoning.georeference.readings import unplaced
from zoning.io import rings
from zoning.io.crs import Coordinates, Declaration, decide, is_geographic
from zoning.io.rings import Ring, Shape

__all__ = [
    "Axis",
    "Kind",
    "Located",
    "PointRow",
    "Reading",
    "axis_of",
    "locate",
    "number",
]

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?")
_ZONES = frozenset(range(13, 24)) | frozenset(range(25, 46))
_MILLION = 1_000_000
_MIN_RING = 3


class Kind(StrEnum):
    """What a parcel is said to be."""

    POLYGON = "面"
    LINE = "线"
    POINT = "点"


class Axis(StrEnum):
    """What a number can be, by its size."""

    PREFIXED_EAST = "prefixed east"
    NORTH = "north"
    EAST = "east"
    LONGITUDE = "longitude"
    LATITUDE = "latitude"


# (first, second) → how the pair is written, and whether east comes first.
_PAIRS = {
    (Axis.NORTH, Axis.PREFIXED_EAST): (Coordinates.PREFIXED, False),
    (Axis.PREFIXED_EAST, Axis.NORTH): (Coordinates.PREFIXED, True),
    (Axis.NORTH, Axis.EAST): (Coordinates.PLAIN, False),
    (Axis.EAST, Axis.NORTH): (Coordinates.PLAIN, True),
    (Axis.LATITUDE, Axis.LONGITUDE): (Coordinates.DEGREES, False),
    (Axis.LONGITUDE, Axis.LATITUDE): (Coordinates.DEGREES, True),
}
_RANGES = (
    (Axis.NORTH, 1.5e6, 6.0e6),
    (Axis.EAST, 1.0e5, 9.0e5),
    (Axis.LONGITUDE, 73.0, 136.0),
    (Axis.LATITUDE, 3.0, 54.0),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PointRow:
    """One point as written; `where` is file and line, `ring` may be empty."""

    where: str
    name: str
    ring: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read the points of a file.

    Parameters
    ----------
    declaration : Declaration
        What the file states of its CRS.
    argument : str or None
        The caller's CRS.
    north_first : bool
        Order that needs no remark: True for survey files, False for drawings.
    degrees_allowed : bool
        Whether degrees without a stated CRS may be read as CGCS2000.
    """

    declaration: Declaration
    argument: str | None
    north_first: bool = True
    degrees_allowed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Located:
    """Geometry of one parcel in its CRS.

    `counts` are the numbers of points that a correct file may declare: with
    and without closing rows.
    """

    shape: Shape
    crs: str
    counts: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    row: PointRow
    x: float
    y: float
    kind: Coordinates
    east_first: bool
    zone: int | None


def number(text: str) -> float | None:
    """Read a plain decimal number; None for anything else (nan, 1_000, 0x10)."""
    text = text.strip()
    return float(text) if _NUMBER.fullmatch(text) else None


def axis_of(value: float | None) -> Axis | None:
    """Say which axis a number can lie on, None when on none."""
    if value is None or not math.isfinite(value):
        return None
    zone, rest = divmod(value, _MILLION)
    if int(zone) in _ZONES and 1e5 <= rest <= 9e5:  # noqa: PLR2004 - 400 km off
        return Axis.PREFIXED_EAST
    return next((axis for axis, low, high in _RANGES if low <= value <= high), None)


def pair_of(first: str, second: str) -> tuple[Coordinates, bool] | None:
    """Say how two texts form a coordinate pair, None when they do not."""
    one, two = axis_of(number(first)), axis_of(number(second))
    return None if one is None or two is None else _PAIRS.get((one, two))


def locate(
    rows: Sequence[PointRow], kind: Kind, reading: Reading, *, where: str
) -> Located:
    """Turn the points of one parcel into a geometry with a CRS.

    Parameters
    ----------
    rows : sequence of PointRow
        In file order.
    kind : Kind
        Polygon, line or point.
    reading : Reading
    where : str
        Place of the parcel (its line), for messages that concern all of it.

    Raises
    ------
    SiteError
        With the line of the first point that cannot be used.
    """
    parsed = [_parse(row) for row in rows]
    if not parsed:
        raise SiteError(_nothing(kind, where))
    _same_writing(parsed)
    head = parsed[0]
    _refuse_packed(parsed, reading)
    decision = decide(
        head.kind,
        (head.x, head.y),
        zone=head.zone,
        declaration=reading.declaration,
        argument=reading.argument,
        where=where,
    )
    problems = list(decision.problems)
    degrees = head.kind is Coordinates.DEGREES
    if not degrees and head.east_first is reading.north_first:
        problems.append(Problem(code="AXES_SWAPPED", where=where))
    split = _Splitter(kind)
    ring_points = split.rings(parsed)
    made = [_ring(index, ring) for index, ring in enumerate(ring_points)]
    shape = _shape(made, kind, where, degrees=degrees)
    closing = sum(_closed(ring) for ring in ring_points) if kind is Kind.POLYGON else 0
    return Located(
        shape=replace(shape, problems=(*problems, *split.problems, *shape.problems)),
        crs=decision.crs,
        counts=(len(rows), len(rows) - closing),
    )


def _parse(row: PointRow) -> _Point:
    first, second = number(row.first), number(row.second)
    for value, text in ((first, row.first), (second, row.second)):
        if value is None or not math.isfinite(value):
            raise SiteError(
                _of_point("POINT_NOT_A_NUMBER", row, {"value": text.strip() or "-"})
            )
    one, two = axis_of(first), axis_of(second)
    pair = None if one is None or two is None else _PAIRS.get((one, two))
    if first is None or second is None or one is None or two is None or pair is None:
        code = "POINT_SAME_AXIS" if _same_axis(one, two) else "POINT_OUT_OF_RANGE"
        values = {"first": row.first.strip(), "second": row.second.strip()}
        raise SiteError(_of_point(code, row, values))
    kind, east_first = pair
    x, y = (first, second) if east_first else (second, first)
    zone = int(x // _MILLION) if kind is Coordinates.PREFIXED else None
    return _Point(row=row, x=x, y=y, kind=kind, east_first=east_first, zone=zone)


def _same_axis(one: Axis | None, two: Axis | None) -> bool:
    east = {Axis.EAST, Axis.PREFIXED_EAST}
    return one is not None and (one == two or {one, two} == east)


def _same_writing(points: Sequence[_Point]) -> None:
    head = points[0]
    for point in points:
        same = (
            point.kind is head.kind
            and point.zone == head.zone
            and (point.east_first is head.east_first)
        )
        if not same:
            raise SiteError(_of_point("COORDINATES_MIXED", point.row, {}))


def _refuse_packed(points: Sequence[_Point], reading: Reading) -> None:
    """Refuse degrees that might be packed ddd.mmss and are not said to be decimal."""
    head = points[0]
    given = reading.argument is not None and is_geographic(reading.argument)
    if head.kind is not Coordinates.DEGREES:
        return
    if not (reading.degrees_allowed or given):
        point = head.x, head.y
        raise SiteError(unplaced("SITE_CRS_MISSING", head.row.where, point))
    if reading.declaration.degrees or given:
        return
    if all(_may_be_packed(v) for point in points for v in (point.x, point.y)):
        raise SiteError(
            _of_point("DEGREES_PACKED", head.row, {"value": head.row.first.strip()})
        )


def _may_be_packed(value: float) -> bool:
    """Say whether the digits after the point can be minutes and seconds."""
    minutes, rest = divmod(round((value % 1) * 1e8), 1_000_000)
    return minutes < 60 and rest < 600_000  # noqa: PLR2004 - sixty to the degree


def _ring(index: int, ring: Sequence[_Point]) -> Ring:
    return Ring(
        label=ring[0].row.ring or str(index + 1),
        names=tuple(point.row.name or str(i + 1) for i, point in enumerate(ring)),
        xy=np.array([(point.x, point.y) for point in ring]),
    )


def _shape(made: Sequence[Ring], kind: Kind, where: str, *, degrees: bool) -> Shape:
    if kind is Kind.LINE:
        return rings.lines(made, where)
    if kind is Kind.POINT:
        return rings.points(made)
    return rings.assemble_polygon(made, where, degrees=degrees)


class _Splitter:
    """Cuts the rows of a parcel into rings.

    A new ring begins with a new ring number, after a row that closes the
    current ring, or where point numbers start again. A closing row that bears
    a wrong ring number is told by its coordinates.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.problems: list[Problem] = []
        self.finished: list[list[_Point]] = []
        self.current: list[_Point] = []

    def rings(self, points: Sequence[_Point]) -> list[list[_Point]]:
        """Return the rings, in order, each in file order."""
        if self.kind is Kind.POINT:
            return [list(points)]
        for index, point in enumerate(points):
            following = points[index + 1] if index + 1 < len(points) else None
            self._add(point, following)
        self._finish()
        return self.finished

    def _add(self, point: _Point, following: _Point | None) -> None:
        current = self.current
        if not current:
            self._start(point)
            return
        new_number = point.row.ring != current[-1].row.ring
        closes = (
            self.kind is Kind.POLYGON
            and len(current) >= _MIN_RING
            and _same_place(point, current[0])
        )
        if new_number and closes and not self._continues(point, following):
            self._typo(point)
        elif new_number:
            self._finish()
            self._start(point)
        elif self.kind is Kind.POLYGON and _closed(current):
            if not _same_place(point, current[-1]):
                self._finish()
                self._start(point)
        elif self._restarts(point):
            self._restart(point, following)
        else:
            current.append(point)

    @staticmethod
    def _continues(point: _Point, following: _Point | None) -> bool:
        return following is not None and following.row.ring == point.row.ring

    def _typo(self, point: _Point) -> None:
        values = {"point": point.row.name, "ring": point.row.ring}
        self.problems.append(
            Problem(code="RING_NUMBER_TYPO", where=point.row.where, values=values)
        )
        row = replace(point.row, ring=self.current[0].row.ring)
        self.current.append(replace(point, row=row))

    def _restarts(self, point: _Point) -> bool:
        """Say whether a point bears the name the ring began with, elsewhere."""
        head = self.current[0]
        return (
            self.kind is Kind.POLYGON
            and bool(point.row.name)
            and point.row.name == head.row.name
            and not _same_place(point, head)
        )

    def _restart(self, point: _Point, following: _Point | None) -> None:
        if not self._continues(point, following):
            raise SiteError(_of_point("RING_NOT_CLOSED", point.row, {}))
        self._finish()
        self._start(point)

    def _start(self, point: _Point) -> None:
        for ring in self.finished:
            repeated = point.row.ring and ring[0].row.ring == point.row.ring
            if repeated and ring is not self.finished[-1] and not _closed(ring):
                values = {"ring": point.row.ring}
                raise SiteError(
                    Problem(
                        code="RING_INTERRUPTED", where=point.row.where, values=values
                    )
                )
        self.current = [point]

    def _finish(self) -> None:
        self.finished.append(self.current)
        self.current = []


def _closed(ring: Sequence[_Point]) -> bool:
    return len(ring) > _MIN_RING and _same_place(ring[0], ring[-1])


def _same_place(one: _Point, two: _Point) -> bool:
    """Compare exactly: a closing row repeats its point to the last digit."""
    return (one.x, one.y) == (two.x, two.y)


def _of_point(code: str, row: PointRow, values: dict[str, str]) -> Problem:
    return Problem(
        code=code, where=row.where, values={"point": row.name or "?", **values}
    )


def _nothing(kind: Kind, where: str) -> Problem:
    english = {Kind.POLYGON: "polygon", Kind.LINE: "line", Kind.POINT: "point"}
    values = {
        "ring": "1",
        "count": "0",
        "shape_zh": kind.value,
        "shape_en": english[kind],
    }
    return Problem(code="RING_TOO_FEW_POINTS", where=where, values=values)
