"""Boundary points with their numbers, thinned where paper has no room for all."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.measure import project
from zoning.model import SiteResult
from zoning.report.coordinates import boundary_points
from zoning.report.numbers import fixed
from zoning.report.sheets.lettering import MM_PER_POINT, width_mm
from zoning.report.sheets.looks import item_look
from zoning.report.sheets.naming import Names

__all__ = ["Numbered", "draw_points", "site_points"]

MOST_NUMBERED = 60
MOST_EDGES = 14
"""Up to so many points the lengths of the sides are written as well."""

_SIZE = 7.5
_EDGE_SIZE = 6.0
_LEAST_EDGE_MM = 14.0
_EIGHT = ((1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbered:
    """Boundary points in the working plane, in the order of the survey.

    `edges` holds the length of the side to the next point, metres, nan at the
    last of a line; `after` the row of that next point.
    """

    names: tuple[str, ...]
    xy: NDArray[np.float64]
    edges: NDArray[np.float64]
    after: NDArray[np.intp]


def site_points(result: SiteResult, crs: str) -> Numbered:
    """Return the points of a site once each, J1 first, in the plane `crs`."""
    listed = boundary_points(result)
    own = result.site.crs or crs
    rows: dict[str, int] = {}
    for point in listed:
        rows.setdefault(point.name, len(rows))
    first = {point.name: point for point in reversed(listed)}
    places = np.array([shapely.Point(first[n].y, first[n].x) for n in rows], object)
    after = np.arange(len(rows))
    edges = np.full(len(rows), np.nan)
    for here, there in pairwise(listed):
        if here.edge_m is not None:
            edges[rows[here.name]] = here.edge_m
            after[rows[here.name]] = rows[there.name]
    xy = shapely.get_coordinates(project(places, own, crs))
    return Numbered(names=tuple(rows), xy=xy, edges=edges, after=after)


def draw_points(names: Names, points: Numbered) -> int:
    """Draw the points and as many numbers as have room; return how many.

    Above 60 points the corners are numbered that matter most for the outline;
    all points are drawn while they stay apart on paper.
    """
    page = names.page
    look = item_look("point", page.lang).style
    apart = len(points.names) <= MOST_NUMBERED
    chosen = np.arange(len(points.names)) if apart else _corners(points)
    page.map.plot(
        points.xy[chosen, 0],
        points.xy[chosen, 1],
        linestyle="none",
        marker="o",
        markersize=3.6,
        color=look.fill,
        markeredgecolor=look.line,
        markeredgewidth=look.width,
        zorder=look.order,
    )
    for row in chosen:
        x, y = names.at(*points.xy[row])
        names.reserve((x - 0.7, y - 0.7, x + 0.7, y + 0.7))
    shown = sum(_number(names, points, int(row)) for row in chosen)
    if len(points.names) <= MOST_EDGES:
        _draw_edges(names, points)
    return shown


def _corners(points: Numbered) -> NDArray[np.intp]:
    """Return J1 and the rows that the outline turns at, at most 60."""
    line = shapely.LineString(points.xy)
    step = float(np.ptp(points.xy, axis=0).max()) / 400 or 1.0
    kept = points.xy
    while len(kept) > MOST_NUMBERED:
        kept = shapely.get_coordinates(
            shapely.simplify(line, step, preserve_topology=False)
        )
        step *= 1.3
    keys = {tuple(place) for place in kept.tolist()}
    rows = [row for row, xy in enumerate(points.xy.tolist()) if tuple(xy) in keys]
    return np.array(sorted({0, *rows}), dtype=np.intp)


def _number(names: Names, points: Numbered, row: int) -> bool:
    """Write one number beside its point, outside the outline first."""
    size = _SIZE * names.page.layout.text
    words = points.names[row]
    x, y = names.at(*points.xy[row])
    half = width_mm(words, size) / 2
    high = size * MM_PER_POINT / 2
    away = _outward(points, row)
    sides = sorted(_EIGHT, key=lambda side: -float(np.dot(side, away)))
    centres = [
        (x + dx * (half + 1.5) * reach, y + dy * (high + 1.3) * reach)
        for reach in (1.0, 1.7)
        for dx, dy in sides
    ]
    return names.write(words, centres, size=size, colour="#b40f2e")


def _outward(points: Numbered, row: int) -> NDArray[np.float64]:
    """Return the direction away from the two neighbours of a point."""
    following = points.after[row]
    before = np.flatnonzero(points.after == row)
    near = points.xy[[following, *before[:1]]]
    away = points.xy[row] - near.mean(axis=0)
    size = float(np.hypot(*away))
    return away / size if size > 0 else np.array([1.0, 1.0])


def _draw_edges(names: Names, points: Numbered) -> None:
    """Write the length of each side long enough on paper, beside its middle."""
    size = _EDGE_SIZE * names.page.layout.text
    for row, edge in enumerate(points.edges):
        start = np.array(names.at(*points.xy[row]))
        end = np.array(names.at(*points.xy[points.after[row]]))
        along = end - start
        room = float(np.hypot(*along))
        if not np.isfinite(edge) or room < _LEAST_EDGE_MM:
            continue
        across = np.array([along[1], -along[0]]) / room  # right hand: outside
        middle = (start + end) / 2
        centres = [tuple((middle + across * d).tolist()) for d in (3, -3, 5, -5)]
        words = fixed(float(edge), 2)
        names.write(words, centres, size=size, colour="#4c525a")
