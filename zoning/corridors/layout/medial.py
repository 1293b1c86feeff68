"""The middle of an area: points farthest from both banks, and how wide it is there.

The middle line is taken from the Voronoi diagram of points along the outline:
its edges inside the area run where two banks are equally near. Of them the
longest way from end to end is kept, or the way around where the area is a ring;
the forks into the corners of the ends are cut off and the line runs straight on
to the outline.

References
----------
.. [1] H. Blum (1967), A transformation for extracting new descriptors of shape:
   the medial axis.
.. [2] J. W. Brandt (1994), Convergence and continuity criteria for discrete
   approximations of the continuous planar skeleton. CVGIP: Image Understanding
   59, 116-124: from the Voronoi diagram of samples to the axis.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from shapely import LineString
from shapely.geometry.base import BaseGeometry

__all__ = ["MedialPath", "mean_width", "medial_paths", "run_on"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
_SAMPLES_ACROSS = 10
"""Points along the outline for each mean width."""
_SAMPLES = 20_000
"""Points along an outline at most, before they are laid closer."""
_HALVINGS = 4
"""How often the points are laid closer where a neck falls between them."""
_FORK = 1.5
"""A fork into a corner is at most 1.42 clearances long; longer is the line."""
_NO_PATH = -9999


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MedialPath:
    """A middle line and the room on it.

    Parameters
    ----------
    xy : ndarray of float64, shape (n, 2)
        Corners of the line in the plane; the last repeats the first of a ring.
    clearance_m : ndarray of float64, shape (k,)
        Distance from the line to the nearest bank, corner by corner, without the
        straight pieces at the ends.
    closed : bool
        Whether the line runs around a hole and back.
    """

    xy: Floats
    clearance_m: Floats
    closed: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Graph:
    """Edges of the diagram inside an area, and their corners."""

    xy: Floats
    clearance: Floats
    tail: Indices
    head: Indices
    length: Floats

    def lengths(self, keep: NDArray[np.bool_] | None = None) -> csr_array:
        used = slice(None) if keep is None else keep
        ends = (self.tail[used], self.head[used])
        count = len(self.xy)
        return coo_array((self.length[used], ends), (count, count)).tocsr()


def mean_width(shape: BaseGeometry) -> float:
    """Return 2 A / P: the width of a long strip of that area and outline, metres."""
    outline = float(shapely.length(shape))
    return 2 * float(shapely.area(shape)) / outline if outline > 0 else 0.0


def medial_paths(part: BaseGeometry) -> list[MedialPath]:
    """Return the middle line of one polygon.

    Parameters
    ----------
    part : geometry
        A valid polygon in a plane of metres.

    Returns
    -------
    list of MedialPath
        One; several where the polygon has necks too narrow to be followed.
    """
    if not mean_width(part) > 0:
        return []
    fine = mean_width(part) / _SAMPLES_ACROSS
    step = max(fine, float(shapely.length(part)) / _SAMPLES)
    graph = _inner_edges(part, step)
    pieces = _long_pieces(graph, mean_width(part))
    for _ in range(_HALVINGS):
        if len(pieces) == 1:
            break
        step /= 2
        graph = _inner_edges(part, step)
        pieces = _long_pieces(graph, mean_width(part))
    found = [_longest(graph, piece) for piece in pieces]
    if len(found) == 1:
        around = _way_around(part, graph)
        if around is not None and _length(graph, around) > _length(graph, found[0]):
            return [_ring(graph, around)]
    return [_strip(part, graph, nodes) for nodes in found if len(nodes) > 1]


def _inner_edges(part: BaseGeometry, step: float) -> _Graph:
    """Return the edges of the Voronoi diagram that lie in a polygon."""
    from scipy.spatial import Voronoi

    origin = np.floor(np.array(part.bounds[:2]))
    local = shapely.transform(part, lambda xy: xy - origin)
    outline = shapely.segmentize(shapely.boundary(local), step)
    points = np.unique(shapely.get_coordinates(outline), axis=0)
    diagram = Voronoi(points)
    shapely.prepare(local)
    inside = shapely.contains_xy(local, diagram.vertices)
    ridges = np.asarray(diagram.ridge_vertices, dtype=np.int64)
    ridges = ridges[(ridges >= 0).all(axis=1)]
    ridges = ridges[inside[ridges].all(axis=1)]
    used, place = np.unique(ridges, return_inverse=True)
    tail, head = place.reshape(-1, 2).T
    xy = diagram.vertices[used]
    banks = shapely.boundary(local)
    shapely.prepare(banks)
    clearance = np.asarray(shapely.distance(shapely.points(xy), banks))
    length = np.hypot(*(xy[tail] - xy[head]).T)
    tiny = np.nextafter(0.0, 1.0)  # two corners in one place still are joined
    return _Graph(
        xy=xy + origin,
        clearance=clearance,
        tail=tail,
        head=head,
        length=np.maximum(length, tiny),
    )


def _long_pieces(graph: _Graph, least: float) -> list[Indices]:
    """Return the nodes of each connected piece longer than `least`, or the longest."""
    count, piece = connected_components(graph.lengths(), directed=False)
    if count == 0:
        return []
    sizes = np.bincount(piece[graph.tail], graph.length, count)
    kept = np.flatnonzero(sizes > least)
    kept = kept if len(kept) else np.array([int(np.argmax(sizes))])
    return [np.flatnonzero(piece == one) for one in kept]


def _longest(graph: _Graph, nodes: Indices) -> Indices:
    """Return the longest of the shortest ways in a piece, as nodes."""
    lengths = graph.lengths()
    corner = int(nodes[np.lexsort(graph.xy[nodes].T)[0]])
    far, _ = _spread(lengths, corner)
    start = int(np.argmax(far))
    far, back = _spread(lengths, start)
    return _walked(back, start, int(np.argmax(far)))


def _spread(lengths: csr_array, start: int) -> tuple[Floats, NDArray[np.int32]]:
    """Return how far each node is, -1 where there is no way, and the node before it."""
    far, back = dijkstra(
        lengths, directed=False, indices=start, return_predecessors=True
    )
    return np.where(np.isfinite(far), far, -1.0), back


def _walked(back: NDArray[np.int32], start: int, end: int) -> Indices:
    way = [end]
    while way[-1] != start:
        before = int(back[way[-1]])
        if before == _NO_PATH:
            return np.empty(0, dtype=np.int64)
        way.append(before)
    return np.array(way[::-1], dtype=np.int64)


def _way_around(part: BaseGeometry, graph: _Graph) -> Indices | None:
    """Return the way around the largest hole, the first node repeated at the end."""
    rings = shapely.get_rings(part)
    if len(rings) == 1:
        return None
    hole = rings[1:][int(np.argmax(shapely.area(shapely.polygons(rings[1:]))))]
    cut = shapely.shortest_line(hole, rings[0])
    ends = np.stack([graph.xy[graph.tail], graph.xy[graph.head]], axis=1)
    crossing = np.asarray(shapely.intersects(shapely.linestrings(ends), cut))
    if not crossing.any():
        return None
    gate = int(np.flatnonzero(crossing)[0])
    start, end = int(graph.tail[gate]), int(graph.head[gate])
    _, back = _spread(graph.lengths(~crossing), start)
    way = _walked(back, start, end)
    return np.append(way, start) if len(way) else None


def _length(graph: _Graph, nodes: Indices) -> float:
    return float(np.hypot(*np.diff(graph.xy[nodes], axis=0).T).sum())


def _ring(graph: _Graph, nodes: Indices) -> MedialPath:
    return MedialPath(
        xy=graph.xy[nodes], clearance_m=graph.clearance[nodes[:-1]], closed=True
    )


def _strip(part: BaseGeometry, graph: _Graph, nodes: Indices) -> MedialPath:
    """Cut the forks off both ends and run straight on to the outline."""
    xy, clearance = graph.xy[nodes], graph.clearance[nodes]
    along = np.append(0.0, np.hypot(*np.diff(xy, axis=0).T).cumsum())
    first = _beyond_fork(along, clearance)
    last = len(xy) - 1 - _beyond_fork(along[-1] - along[::-1], clearance[::-1])
    if first >= last:  # as broad as long: there is no line without its forks
        first, last = 0, len(xy) - 1
    kept = slice(first, last + 1)
    middle = xy[kept]
    ends = [run_on(part, middle[::-1], base=clearance[first])]
    ends.append(run_on(part, middle, base=clearance[last]))
    return MedialPath(
        xy=np.vstack([ends[0], middle, ends[1]]),
        clearance_m=clearance[kept],
        closed=False,
    )


def _beyond_fork(along: Floats, clearance: Floats) -> int:
    past = np.flatnonzero(along >= _FORK * clearance)
    return int(past[0]) if len(past) else len(along) - 1


def run_on(part: BaseGeometry, xy: Floats, *, base: float) -> Floats:
    """Return where a line, run straight on from its last point, leaves an area.

    Parameters
    ----------
    part : geometry
        Polygons in the plane.
    xy : ndarray of float64, shape (n, 2)
        The line; its direction is taken over the last `base` metres.
    base : float
        Metres.

    Returns
    -------
    ndarray of float64, shape (m, 2)
        The point; none where the line already ends on or off the outline.
    """
    if len(xy) < 2:  # noqa: PLR2004  a point has no direction
        return np.empty((0, 2))
    line = LineString(xy)
    end = xy[-1]
    behind = shapely.get_coordinates(
        shapely.line_interpolate_point(line, max(line.length - base, 0.0))
    )[0]
    ahead = end - behind
    size = float(np.hypot(*ahead))
    west, south, east, north = part.bounds
    far = end + ahead / max(size, 1e-12) * (east - west + north - south)
    inside = shapely.intersection(part, shapely.linestrings([end, far]))
    pieces = shapely.get_parts(inside)
    pieces = pieces[(shapely.get_dimensions(pieces) == 1) & ~shapely.is_empty(pieces)]
    if size == 0 or len(pieces) == 0:
        return np.empty((0, 2))
    apart = shapely.distance(pieces, shapely.points(end))
    if apart.min() > 1e-6:  # noqa: PLR2004  metres: the line ends off the area
        return np.empty((0, 2))
    ends = shapely.get_coordinates(pieces[int(np.argmin(apart))])
    return ends[[int(np.argmax(np.hypot(*(ends - end).T)))]]
