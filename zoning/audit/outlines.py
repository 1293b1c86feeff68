"""Faults of outlines: slivers, small parts, holes that vanish, spikes, breaks."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.audit.patches import Patches, narrow

__all__ = [
    "Lengths",
    "breaks",
    "duplicates",
    "holes_that_vanish",
    "mismatched_edges",
    "sliver_parts",
    "small_parts",
    "spikes",
]

Shapes = NDArray[np.object_]
Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
POLYGONS = 2
JOINED_M = 0.01
"""Vertices closer than this count as one where a spike has a blunt tip; two edges
no further apart are meant to be one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lengths:
    """Stretches, each with the feature it belongs to; arrays of shape (n,).

    `length_m` is along the plane, `shape` what is drawn.
    """

    row: Rows
    length_m: Floats
    shape: Shapes


def small_parts(
    shapes: Shapes, least_m2: Floats, *, crs: str, sliver_m: float
) -> Patches:
    """Return parts below the mapping minimum of their feature.

    Parameters
    ----------
    least_m2 : ndarray, shape (n,)
        The minimum of each feature; 0 where there is none.
    sliver_m : float
        Parts nowhere wider than this are left to `sliver_parts`.
    """
    parts = _parts(shapes, crs)
    few = parts.only(parts.area_m2 < least_m2[parts.row])
    return few.only(~narrow(few.shape, sliver_m))


def sliver_parts(shapes: Shapes, *, crs: str, sliver_m: float) -> Patches:
    """Return parts that are nowhere wider than `sliver_m`."""
    parts = _parts(shapes, crs)
    return parts.only(narrow(parts.shape, sliver_m))


def holes_that_vanish(
    shapes: Shapes, *, crs: str, most_m2: float, width_m: float
) -> Patches:
    """Return holes below an area or nowhere wider than a width."""
    parts, row = _polygons(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    inner = np.r_[False, part[1:] == part[:-1]] if len(part) else np.zeros(0, bool)
    holes = np.asarray(shapely.polygons(rings[inner]), dtype=object)
    area = measure.area_m2(holes, crs)
    gone = (area < most_m2) | narrow(holes, width_m)
    return Patches(
        row=row[part[inner]][gone],
        other=np.full(int(gone.sum()), -1),
        area_m2=area[gone],
        shape=holes[gone],
    )


def spikes(shapes: Shapes, *, angle_deg: float, least_m: float) -> Lengths:
    """Return spikes: two edges that leave a vertex in nearly one direction.

    Parameters
    ----------
    angle_deg : float
        The greatest angle between the edges.
    least_m : float
        The least length of the shorter one.

    Returns
    -------
    Lengths
        Length of the shorter edge; a triangle to draw. Vertices within
        `JOINED_M` of the one before are left out first, so that a blunt tip
        is a tip.
    """
    parts, row = _polygons(shapes)
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy, ring = _thinned(xy, ring)
    before, after = _around(ring)
    back, ahead = xy[before] - xy, xy[after] - xy
    short = np.minimum(np.hypot(*back.T), np.hypot(*ahead.T))
    turn = np.abs(
        np.arctan2(
            back[:, 0] * ahead[:, 1] - back[:, 1] * ahead[:, 0],
            (back * ahead).sum(axis=1),
        )
    )
    at = np.flatnonzero((turn < np.radians(angle_deg)) & (short >= least_m))
    corners = np.stack([xy[before[at]], xy[at], xy[after[at]], xy[before[at]]], axis=1)
    return Lengths(
        row=row[part[ring[at]]],
        length_m=short[at],
        shape=np.asarray(shapely.linestrings(corners[:, :3]), dtype=object),
    )


def mismatched_edges(shapes: Shapes, known: Shapes, *, least_m: float) -> Lengths:
    """Return edges of a tiling that its neighbours do not share vertex by vertex.

    Parameters
    ----------
    known : ndarray of object
        Overlaps and gaps that are told of already: edges along them are left
        out.
    least_m : float
        The least length that counts, feature by feature.
    """
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == POLYGONS)
    edges = np.asarray(
        shapely.coverage_invalid_edges(shapes[areal], gap_width=JOINED_M), dtype=object
    )
    wrong = np.flatnonzero(~shapely.is_empty(edges))
    lines, row = edges[wrong], areal[wrong]
    if len(known) and len(lines):
        told = shapely.union_all(shapely.buffer(known, JOINED_M))
        lines = np.asarray(shapely.difference(lines, told), dtype=object)
    length = shapely.length(lines)
    kept = length >= least_m
    return Lengths(row=row[kept], length_m=length[kept], shape=lines[kept])


def duplicates(shapes: Shapes) -> tuple[Rows, Rows]:
    """Return features whose geometry another one has too: (row, the first one)."""
    whole = shapely.to_wkb(shapely.normalize(shapes))
    first: dict[bytes, int] = {}
    again = [
        (row, kept)
        for row, data in enumerate(whole)
        if (kept := first.setdefault(data, row)) != row
    ]
    found = np.array(again, dtype=np.int64).reshape(-1, 2)
    return found[:, 0], found[:, 1]


def breaks(shapes: Shapes, rows: Rows) -> Lengths:
    """Return where features that should hang together come apart.

    Every part but the first is joined to the nearest of those already joined;
    the shortest line across is the break.
    """
    row: list[int] = []
    lines: list[object] = []
    for feature in rows:
        parts = list(shapely.get_parts(shapes[feature]))
        joined = [parts.pop(0)]
        while parts:
            across = [
                (float(shapely.distance(np.array(joined), part).min()), number)
                for number, part in enumerate(parts)
            ]
            _, number = min(across)
            part = parts.pop(number)
            near = int(np.argmin(shapely.distance(np.array(joined), part)))
            lines.append(shapely.shortest_line(joined[near], part))
            row.append(int(feature))
            joined.append(part)
    shape = np.array([*lines, None], dtype=object)[:-1]
    return Lengths(
        row=np.array(row, dtype=np.int64), length_m=shapely.length(shape), shape=shape
    )


def _parts(shapes: Shapes, crs: str) -> Patches:
    parts, row = _polygons(shapes)
    area = measure.area_m2(parts, crs)
    return Patches(row=row, other=np.full(len(row), -1), area_m2=area, shape=parts)


def _polygons(shapes: Shapes) -> tuple[Shapes, Rows]:
    """Return the polygons of all features with their rows."""
    parts, row = shapely.get_parts(shapes, return_index=True)
    areal = shapely.get_dimensions(parts) == POLYGONS
    return np.asarray(parts[areal], dtype=object), row[areal].astype(np.int64)


def _thinned(xy: Floats, ring: Rows) -> tuple[Floats, Rows]:
    """Leave out the closing vertex of each ring, and those that barely move."""
    last = np.r_[ring[1:] != ring[:-1], True] if len(ring) else np.zeros(0, bool)
    xy, ring = xy[~last], ring[~last]
    before, _ = _around(ring)
    near = np.hypot(*(xy - xy[before]).T) < JOINED_M
    return xy[~near], ring[~near]


def _around(ring: Rows) -> tuple[Rows, Rows]:
    """Return the row before and after each vertex, going round its ring."""
    count = len(ring)
    before, after = np.arange(count) - 1, np.arange(count) + 1
    first = np.flatnonzero(np.diff(ring, prepend=-1) != 0)
    last = np.append(first[1:], count) - 1
    if count:
        before[first] = last
        after[last] = first
    return before, after
