"""Rings to polygons: part or hole by containment, self-crossings named.

A ring number says nothing reliable about a ring's role: exporters write the
parts of a multipart parcel as rings 2, 3, ... just as they write holes. Here
rings nest by even-odd depth. An outline that crosses itself has no single
meaning and is refused with the two edges that cross.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem, SiteError

__all__ = [
    "Ring",
    "Shape",
    "assemble_polygon",
    "lines",
    "points",
    "usable",
    "validated",
]

_SAME_AREA = 1e-6  # two repairs that differ by less (relative) mean the same
_PRECISION = {False: 1e-3, True: 1e-8}  # a vertex's worth of doubt: metres, degrees
_MIN_RING = 3
_LARGEST = 1e9  # beyond any plane coordinate; products still fit a double
_POLYGONAL = (3, 6)  # shapely type ids of Polygon and MultiPolygon


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ring:
    """One ring as written.

    Parameters
    ----------
    label : str
        Ring number, for messages.
    names : tuple of str
        Point names, one per vertex.
    xy : ndarray of float64, shape (n, 2)
        East (or longitude) and north; the closing row may be repeated or not.
    """

    label: str
    names: tuple[str, ...]
    xy: NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """A valid geometry and what was done to make it so."""

    geometry: BaseGeometry
    problems: tuple[Problem, ...] = ()


def assemble_polygon(rings: Sequence[Ring], where: str, *, degrees: bool) -> Shape:
    """Make one polygon or multipolygon of all rings of a parcel.

    Ring order and starting points are kept, shells run counterclockwise and
    holes clockwise. Points repeated in a row are dropped.

    Raises
    ------
    SiteError
        ``RING_TOO_FEW_POINTS``, ``RING_CROSSES_ITSELF`` or ``RINGS_OVERLAP``.
    """
    shapes = [_ring_polygon(ring, where) for ring in rings]
    problems = [problem for shape in shapes for problem in shape.problems]
    areas = np.array([shape.geometry for shape in shapes], dtype=object)
    parents = _nesting(areas, rings, where, degrees=degrees)
    depth = [_depth(index, parents) for index in range(len(rings))]
    parts = []
    for index, shell in enumerate(areas):
        if depth[index] % 2 == 0:
            holes = [areas[j] for j, parent in enumerate(parents) if parent == index]
            parts.append(_with_holes(shell, holes))
    whole, joined = _together(parts)
    if joined:
        problems.append(Problem(code="PARTS_JOINED", where=where))
    return Shape(geometry=shapely.orient_polygons(whole), problems=tuple(problems))


def lines(rings: Sequence[Ring], where: str) -> Shape:
    """Make a line of each ring, together one line or multiline."""
    made = []
    for ring in rings:
        xy = _without_repeats(ring.xy)[0]
        if len(xy) < 2:  # noqa: PLR2004 - a line has two ends
            raise SiteError(_too_few(ring, len(xy), where, line=True))
        made.append(shapely.LineString(xy))
    return Shape(geometry=made[0] if len(made) == 1 else shapely.MultiLineString(made))


def points(rings: Sequence[Ring]) -> Shape:
    """Make a point or multipoint of all vertices."""
    xy = np.concatenate([ring.xy for ring in rings])
    return Shape(
        geometry=shapely.Point(xy[0]) if len(xy) == 1 else shapely.MultiPoint(xy)
    )


def usable(xy: NDArray[np.float64]) -> bool:
    """Say whether all coordinates are finite and of a size that can be measured."""
    return bool((np.abs(xy) < _LARGEST).all())


def validated(geometry: BaseGeometry, where: str) -> Shape:
    """Make a polygon or multipolygon whose roles are given valid, or refuse it.

    Two independent repairs (by lines and by structure) must agree in area
    with each other and with the outline as drawn; otherwise the geometry has
    no single meaning.

    Raises
    ------
    SiteError
        ``RING_CROSSES_ITSELF`` with the edges that cross, by vertex number.
    """
    if geometry.is_valid:
        return Shape(geometry=shapely.orient_polygons(geometry))
    mended = _mended(geometry)
    if mended is None:
        raise SiteError(_crossing(geometry, where))
    detail = shapely.is_valid_reason(geometry)
    problem = Problem(
        code="RING_TOUCHES_ITSELF", where=where, values={"detail": detail}
    )
    return Shape(geometry=shapely.orient_polygons(mended), problems=(problem,))


def _ring_polygon(ring: Ring, where: str) -> Shape:
    xy, names = _without_repeats(ring.xy, ring.names)
    if len(xy) > 1 and bool(np.all(xy[0] == xy[-1])):
        xy, names = xy[:-1], names[:-1]
    distinct = len(np.unique(xy, axis=0))
    if distinct < _MIN_RING:
        raise SiteError(_too_few(ring, distinct, where))
    polygon = shapely.Polygon(xy)
    if polygon.is_valid:
        return Shape(geometry=polygon)
    mended = _mended(polygon)
    if mended is None:
        first, second = crossing_edges(xy, names)
        values = {"first": first, "second": second}
        raise SiteError(Problem(code="RING_CROSSES_ITSELF", where=where, values=values))
    values = {"detail": shapely.is_valid_reason(polygon)}
    problem = Problem(code="RING_TOUCHES_ITSELF", where=where, values=values)
    return Shape(geometry=mended, problems=(problem,))


def crossing_edges(xy: NDArray[np.float64], names: Sequence[str]) -> tuple[str, str]:
    """Name the first two edges of a ring that cross or overlap."""
    following = [*range(1, len(xy)), 0]
    ends = np.stack([xy, xy[following]], axis=1)
    edges = np.array([shapely.LineString(pair) for pair in ends], dtype=object)
    first, second = shapely.STRtree(edges).query(edges, predicate="intersects")
    ordered = first < second
    pairs = sorted(zip(first[ordered].tolist(), second[ordered].tolist(), strict=True))
    labels = [f"{names[i]}–{names[j]}" for i, j in enumerate(following)]
    for i, j in pairs:
        adjacent = j == i + 1 or (i == 0 and j == len(xy) - 1)
        if not adjacent or shapely.intersection(edges[i], edges[j]).length > 0:
            return labels[i], labels[j]
    return labels[0], labels[-1]


def _crossing(geometry: BaseGeometry, where: str) -> Problem:
    """Name crossing edges by vertex number, or the place the check stopped at."""
    for number, part in enumerate(shapely.get_parts(geometry), start=1):
        for ring in shapely.get_rings(part):
            xy = shapely.get_coordinates(ring)[:-1]
            if not shapely.Polygon(xy).is_valid:
                prefix = f"{number}." if number > 1 else ""
                names = [f"{prefix}{index + 1}" for index in range(len(xy))]
                first, second = crossing_edges(xy, names)
                values = {"first": first, "second": second}
                return Problem(code="RING_CROSSES_ITSELF", where=where, values=values)
    values = {"detail": shapely.is_valid_reason(geometry)}
    return Problem(code="COORDINATES_MALFORMED", where=where, values=values)


def _mended(geometry: BaseGeometry) -> BaseGeometry | None:
    """Return the repaired polygons if both repairs mean the outline as drawn."""
    by_lines = _polygons_of(shapely.make_valid(geometry, method="linework"))
    by_structure = _polygons_of(
        shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    )
    drawn = float(geometry.area)
    allowed = _SAME_AREA * drawn
    agree = (
        abs(by_lines.area - drawn) <= allowed
        and abs(by_structure.area - drawn) <= allowed
        and shapely.symmetric_difference(by_lines, by_structure).area <= allowed
    )
    return by_lines if agree and drawn > 0 else None


def _polygons_of(geometry: BaseGeometry) -> BaseGeometry:
    parts = shapely.get_parts(shapely.get_parts(geometry))
    kept = parts[np.isin(shapely.get_type_id(parts), _POLYGONAL)]
    return shapely.union_all(kept)


def _nesting(
    areas: NDArray[np.object_], rings: Sequence[Ring], where: str, *, degrees: bool
) -> list[int | None]:
    """Return the innermost ring that holds each ring, None for outermost ones."""
    size = shapely.area(areas)
    holders: list[list[int]] = [[] for _ in rings]
    inner, outer = shapely.STRtree(areas).query(areas, predicate="intersects")
    for i, j in sorted(zip(inner.tolist(), outer.tolist(), strict=True)):
        if i >= j:
            continue
        common = shapely.intersection(areas[i], areas[j]).area
        reach = min(areas[i].length, areas[j].length)
        doubt = min(_PRECISION[degrees] * reach, 0.5 * min(size[i], size[j]))
        i_in_j, j_in_i = size[i] - common <= doubt, size[j] - common <= doubt
        if common <= doubt:
            continue
        if i_in_j == j_in_i:
            values = {"first": rings[i].label, "second": rings[j].label}
            raise SiteError(Problem(code="RINGS_OVERLAP", where=where, values=values))
        child, parent = (i, j) if i_in_j else (j, i)
        holders[child].append(parent)
    return [
        min(candidates, key=lambda index: (size[index], index)) if candidates else None
        for candidates in holders
    ]


def _depth(index: int, parents: Sequence[int | None]) -> int:
    depth, parent = 0, parents[index]
    while parent is not None:
        depth, parent = depth + 1, parents[parent]
    return depth


def _with_holes(shell: BaseGeometry, holes: Sequence[BaseGeometry]) -> BaseGeometry:
    """Cut holes out of a shell; vertices stay as written where that is valid."""
    if not holes:
        return shell
    if all(part.geom_type == "Polygon" for part in (shell, *holes)):
        exact = shapely.Polygon(
            shapely.get_exterior_ring(shell),
            [shapely.get_exterior_ring(hole) for hole in holes],
        )
        if exact.is_valid:
            return exact
    return _polygons_of(shapely.difference(shell, shapely.union_all(holes)))


def _together(parts: Sequence[BaseGeometry]) -> tuple[BaseGeometry, bool]:
    single = [part for shape in parts for part in shapely.get_parts(shape)]
    if len(single) == 1:
        return single[0], False
    whole = shapely.MultiPolygon(single)
    if whole.is_valid:
        return whole, False
    return shapely.union_all(single), True


def _without_repeats(
    xy: NDArray[np.float64], names: Sequence[str] = ()
) -> tuple[NDArray[np.float64], list[str]]:
    new = np.ones(len(xy), dtype=bool)
    new[1:] = np.any(xy[1:] != xy[:-1], axis=1)
    return xy[new], [name for name, keep in zip(names, new, strict=False) if keep]


def _too_few(ring: Ring, count: int, where: str, *, line: bool = False) -> Problem:
    shape = ("线", "line") if line else ("面", "polygon")
    values = {
        "ring": ring.label,
        "count": str(count),
        "shape_zh": shape[0],
        "shape_en": shape[1],
    }
    return Problem(code="RING_TOO_FEW_POINTS", where=where, values=values)
