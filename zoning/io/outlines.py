"""Coordinate arrays with given roles (shell, hole, line, point) to a valid geometry.

For formats that say themselves which ring is a hole: GeoJSON, KML. Nothing is
mended in silence, and nothing ambiguous is mended at all.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem, SiteError
from zoning.georeference.readings import unplaced
from zoning.io.boundary_points import Axis, axis_of
from zoning.io.crs import (
    Coordinates,
    Decision,
    Declaration,
    decide,
    fits,
    is_geographic,
)
from zoning.io.rings import Shape, usable, validated

__all__ = ["Outline", "crs_of", "geometry_of"]

_SAME_AREA = 1e-6
"""Parts whose union is this much smaller (relative) than their sum overlap."""

_MIN_RING = 3


@dataclass(slots=True, kw_only=True)
class Outline:
    """Coordinates of one feature; arrays have shape (n, 2), x = east.

    `polygons` holds a list of rings each, the shell first.
    """

    polygons: list[list[NDArray[np.float64]]] = field(default_factory=list)
    lines: list[NDArray[np.float64]] = field(default_factory=list)
    points: list[NDArray[np.float64]] = field(default_factory=list)
    has_height: bool = False


def geometry_of(outline: Outline, where: str) -> Shape:
    """Make one valid geometry of one dimension.

    Raises
    ------
    SiteError
        ``GEOMETRY_MISSING``, ``GEOMETRY_MIXED``, ``GEOMETRY_NOT_FINITE``, or
        what is wrong with a ring.
    """
    kinds = [bool(outline.polygons), bool(outline.lines), bool(outline.points)]
    if not any(kinds):
        raise SiteError(Problem(code="GEOMETRY_MISSING", where=where))
    if sum(kinds) > 1:
        raise SiteError(Problem(code="GEOMETRY_MIXED", where=where))
    _finite(outline, where)
    if outline.polygons:
        shape = _polygons(outline.polygons, where)
    elif any(_encloses(line) for line in outline.lines):
        shape = _enclosed(outline.lines, where)
    elif outline.lines:
        shape = _lines(outline.lines, where)
    else:
        shape = Shape(geometry=_points(outline.points))
    if not outline.has_height:
        return shape
    note = Problem(code="Z_DROPPED", where=where)
    return Shape(geometry=shape.geometry, problems=(*shape.problems, note))


def crs_of(
    geometry: BaseGeometry, stated: str | None, argument: str | None, *, where: str
) -> Decision:
    """Settle the CRS of a geometry whose axes are known (x = east).

    What the file states is followed and must fit the coordinates. Where it is
    silent, a zone prefix tells, then the argument; degrees tell nothing of
    their datum here.

    Raises
    ------
    SiteError
        When the CRS is missing or does not fit.
    """
    west, south, east, north = shapely.bounds(geometry)
    corners = ((float(west), float(south)), (float(east), float(north)))
    if stated is not None:
        for corner in corners:
            if not fits(stated, *corner):
                raise SiteError(_misfit(stated, corner, where))
        unused = argument is not None and argument != stated
        values = {"crs": argument or "", "found": stated}
        problem = Problem(code="CRS_ARGUMENT_UNUSED", where=where, values=values)
        return Decision(crs=stated, problems=(problem,) if unused else ())
    zones = {_zone(corner) for corner in corners}
    zone = zones.pop() if len(zones) == 1 else None
    if zone is not None:
        return decide(
            Coordinates.PREFIXED,
            corners[0],
            zone=zone,
            declaration=Declaration(),
            argument=argument,
            where=where,
        )
    if argument is None:
        raise SiteError(unplaced("SITE_CRS_MISSING", where, corners[0]))
    if not all(fits(argument, *corner) for corner in corners):
        raise SiteError(
            unplaced("CRS_ARGUMENT_DOES_NOT_FIT", where, corners[0], crs=argument)
        )
    return Decision(crs=argument)


def _misfit(stated: str, corner: tuple[float, float], where: str) -> Problem:
    values = {"first": f"{corner[0]:.10g}", "second": f"{corner[1]:.10g}"}
    if is_geographic(stated):
        return unplaced("DEGREES_OUT_OF_RANGE", where, corner, **values)
    values["crs"] = stated
    return unplaced("STATED_CRS_DOES_NOT_FIT", where, corner, **values)


def _zone(corner: tuple[float, float]) -> int | None:
    east, north = corner
    prefixed = axis_of(east) is Axis.PREFIXED_EAST and axis_of(north) is Axis.NORTH
    return int(east // 1_000_000) if prefixed else None


def _finite(outline: Outline, where: str) -> None:
    rings = [ring for polygon in outline.polygons for ring in polygon]
    for xy in (*rings, *outline.lines, *outline.points):
        if not usable(xy):
            raise SiteError(Problem(code="GEOMETRY_NOT_FINITE", where=where))


def _polygons(polygons: Sequence[Sequence[NDArray[np.float64]]], where: str) -> Shape:
    problems: list[Problem] = []
    parts: list[BaseGeometry] = []
    for rings in polygons:
        closed = [_closed(ring, where, problems) for ring in rings]
        shape = validated(shapely.Polygon(closed[0], closed[1:]), where)
        problems += shape.problems
        parts += list(shapely.get_parts(shape.geometry))
    whole = parts[0] if len(parts) == 1 else _multipolygon(parts)
    if not whole.is_valid:
        whole = _joined(parts, where)
        problems.append(Problem(code="PARTS_JOINED", where=where))
    return Shape(geometry=shapely.orient_polygons(whole), problems=tuple(problems))


def _encloses(line: NDArray[np.float64]) -> bool:
    """Say whether a line returns to its start round some land."""
    distinct = len(np.unique(line, axis=0))
    return distinct >= _MIN_RING and bool((line[0] == line[-1]).all())


def _enclosed(lines: Sequence[NDArray[np.float64]], where: str) -> Shape:
    """Take outlines for the land within: as lines they would cross none of it."""
    if not all(_encloses(line) for line in lines):
        raise SiteError(Problem(code="GEOMETRY_MIXED", where=where))
    shape = _polygons([[line] for line in lines], where)
    note = Problem(code="CLOSED_LINE_TAKEN_AS_POLYGON", where=where)
    return Shape(geometry=shape.geometry, problems=(note, *shape.problems))


def _multipolygon(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    return shapely.MultiPolygon([p for p in parts if isinstance(p, shapely.Polygon)])


def _joined(parts: Sequence[BaseGeometry], where: str) -> BaseGeometry:
    """Unite parts that share edges; parts that overlap have no single meaning."""
    whole = shapely.union_all(np.array(parts, dtype=object))
    total = sum(part.area for part in parts)
    if abs(whole.area - total) > _SAME_AREA * total:
        first, second = _overlapping(parts)
        values = {"first": first, "second": second}
        raise SiteError(Problem(code="RINGS_OVERLAP", where=where, values=values))
    return whole


def _overlapping(parts: Sequence[BaseGeometry]) -> tuple[str, str]:
    areas = np.array(parts, dtype=object)
    inner, outer = shapely.STRtree(areas).query(areas, predicate="intersects")
    for i, j in sorted(zip(inner.tolist(), outer.tolist(), strict=True)):
        if i < j and shapely.intersection(areas[i], areas[j]).area > 0:
            return str(i + 1), str(j + 1)
    return "1", "2"


def _distinct(xy: NDArray[np.float64]) -> int:
    """Return how many different points there are (numpy's own loads much)."""
    return len(set(map(tuple, xy.tolist())))


def _closed(
    ring: NDArray[np.float64], where: str, problems: list[Problem]
) -> NDArray[np.float64]:
    distinct = _distinct(ring)
    if distinct < _MIN_RING:
        values = {
            "ring": "1",
            "count": str(distinct),
            "shape_zh": "面",
            "shape_en": "polygon",
        }
        raise SiteError(Problem(code="RING_TOO_FEW_POINTS", where=where, values=values))
    if (ring[0] == ring[-1]).all():
        return ring
    problem = Problem(code="RING_CLOSED", where=where)
    if problem not in problems:
        problems.append(problem)
    return np.vstack([ring, ring[:1]])


def _lines(lines: Sequence[NDArray[np.float64]], where: str) -> Shape:
    for xy in lines:
        if _distinct(xy) < 2:  # noqa: PLR2004 - a line has two ends
            values = {
                "ring": "1",
                "count": str(_distinct(xy)),
                "shape_zh": "线",
                "shape_en": "line",
            }
            raise SiteError(
                Problem(code="RING_TOO_FEW_POINTS", where=where, values=values)
            )
    made = [shapely.LineString(xy) for xy in lines]
    return Shape(geometry=made[0] if len(made) == 1 else shapely.MultiLineString(made))


def _points(points: Sequence[NDArray[np.float64]]) -> BaseGeometry:
    made = [shapely.Point(xy) for xy in points]
    return made[0] if len(made) == 1 else shapely.MultiPoint(made)
