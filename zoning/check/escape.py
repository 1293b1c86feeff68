"""The way out of closed ground for a site that keeps its shape: which shift.

Notes
-----
A shape A, shifted by s, meets closed ground G exactly when s lies in the
Minkowski sum of G and the reflected A. Of that sum only its outline matters:
it is drawn from the sums of their edges, of G as it stands, and of A. The
nearest place outside is the shortest shift [1]_.

References
----------
.. [1] T. Lozano-Pérez (1983), Spatial planning: a configuration space
   approach, IEEE Transactions on Computers C-32.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.affinity import translate
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.forbidden import ForbiddenGround
from zoning.model import Base, CheckOptions, Finding, LonLat, SiteResult
from zoning.rules.packs import RuleBook

__all__ = ["Escape", "WayOut", "find_way_out"]

SEARCHED_M = (500.0, 2_000.0, 8_000.0)
"""How far round the site the ground is drawn: near first, for speed."""

SURE = 0.99  # the rim of what was drawn is no way out
SEAM_M = 0.01  # closes seams between the sums of edges
MILLIMETRE = 3  # places
EDGE_PAIRS = 30_000
COARSER_M = (0.1, 0.5, 2.0, 10.0)
"""By how much ground with very many edges may be drawn wider, step by step."""
MITRE_LIMIT = 5.0
AREAL = 2  # dimension


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WayOut:
    """The nearest place that some findings leave open.

    `distance_m` is geodesic, from centre to centre; `bearing_deg` counts
    clockwise from grid north; `geometry` lies in the working plane, moved by
    `shift_m` (east, north), whole millimetres for a polygon; `place` is its
    centre.
    """

    geometry: BaseGeometry
    place: LonLat
    distance_m: float
    bearing_deg: float
    shift_m: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Escape:
    """A way out and what the check says of the place it leads to."""

    way: WayOut
    after: SiteResult


def find_way_out(
    shape: BaseGeometry,
    findings: Sequence[Finding],
    *,
    base: Base,
    book: RuleBook,
    options: CheckOptions,
    margin_m: float,
) -> WayOut | None:
    """Return the nearest place outside all that `findings` close.

    Parameters
    ----------
    shape : geometry
        A point or polygon in the working plane.
    margin_m : float
        How far outside the closed ground the place lies.

    Returns
    -------
    WayOut or None
        None when there is none within 8 km. A site that lies in the county
        does not leave it.

    Notes
    -----
    Where shape and ground have very many edges together, the ground is drawn a
    little wider or the shape by its hull: what is found then is open, but a
    shorter shift may exist.
    """
    for around in SEARCHED_M:
        drawn = ForbiddenGround(
            site=shape, base=base, book=book, options=options, around_m=around
        )
        grounds = [
            piece.ground
            for finding in findings
            for piece in drawn.pieces(finding, margin_m=margin_m, clear_m=margin_m)
        ]
        closed = shapely.union_all(grounds)
        if not shapely.intersects(closed, shape):
            return None
        abroad = _abroad(shape, base.county, around)
        blocked = _blocked(shape, shapely.union(closed, abroad))
        if blocked is None:
            return None
        line = shapely.shortest_line(shapely.Point(0, 0), shapely.boundary(blocked))
        east, north = shapely.get_coordinates(line)[1]
        if float(np.hypot(east, north)) <= SURE * around:
            return _way(shape, (float(east), float(north)), base.crs)
    return None


def _abroad(shape: BaseGeometry, county: BaseGeometry, around_m: float) -> BaseGeometry:
    """Return what lies beyond the county, for a site inside."""
    if not shapely.covers(county, shape):
        return shapely.Polygon()
    reach = shapely.box(*shape.bounds).buffer(around_m, join_style="mitre")
    return shapely.difference(reach, county)


def _blocked(shape: BaseGeometry, closed: BaseGeometry) -> BaseGeometry | None:
    """Return the shifts (east, north) that leave a shape on closed ground."""
    if shapely.get_dimensions(shape) < AREAL:
        ((x, y),) = shapely.get_coordinates(shape)
        return _moved(closed, -x, -y)
    sized = _sized(shape, closed)
    if sized is None:
        return None
    parts, closed = sized
    edges = _edges(closed)
    pieces: list[BaseGeometry] = []
    for part in parts:
        pieces += _sums(part, edges).tolist()
        x, y = shapely.get_coordinates(part)[0]
        pieces.append(_moved(closed, -x, -y))
        turned = shapely.transform(part, np.negative)
        pieces += [_moved(turned, x, y) for x, y in _corners(closed).tolist()]
    return shapely.buffer(shapely.union_all(pieces), SEAM_M, join_style="mitre")


def _sized(
    shape: BaseGeometry, closed: BaseGeometry
) -> tuple[list[BaseGeometry], BaseGeometry] | None:
    """Return parts and ground with few enough edges, None when it cannot be."""
    outlines = shapely.get_exterior_ring(shapely.get_parts(shape))
    parts: list[BaseGeometry] = [shapely.Polygon(one) for one in outlines]
    for wider in (0.0, *COARSER_M):
        ground = closed
        if wider > 0:
            grown = shapely.buffer(
                closed, wider, join_style="mitre", mitre_limit=MITRE_LIMIT
            )
            ground = shapely.simplify(grown, wider)
            parts = [shapely.convex_hull(part) for part in parts]
            parts = [_fewer_corners(part, wider) for part in parts]
        pairs = len(_edges(ground)) * sum(shapely.get_num_coordinates(parts) - 1)
        if pairs <= EDGE_PAIRS:
            return parts, ground
    return None


def _fewer_corners(hull: BaseGeometry, wider_m: float) -> BaseGeometry:
    """Return a hull drawn wider with fewer corners."""
    grown = shapely.buffer(hull, wider_m, join_style="mitre", mitre_limit=MITRE_LIMIT)
    simple: BaseGeometry = shapely.convex_hull(shapely.simplify(grown, wider_m))
    return simple if simple.covers(hull) else hull


def _edges(ground: BaseGeometry) -> NDArray[np.float64]:
    """Return the edges of all rings, shape (n, 2, 2)."""
    rings = shapely.get_rings(shapely.get_parts(ground))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.stack([xy[:-1][same], xy[1:][same]], axis=1)


def _corners(ground: BaseGeometry) -> NDArray[np.float64]:
    """Return one vertex of each part, shape (parts, 2)."""
    xy, part = shapely.get_coordinates(shapely.get_parts(ground), return_index=True)
    first = np.unique(part, return_index=True)[1]
    return np.asarray(xy[first])


def _sums(part: BaseGeometry, edges: NDArray[np.float64]) -> NDArray[np.object_]:
    """Return the sum of each edge with the reflected outline of a part.

    Of a convex part one hull an edge, of any other one parallelogram for each
    pair of edges; flat ones add nothing.
    """
    outline = -shapely.get_coordinates(shapely.get_exterior_ring(part))
    if shapely.equals(part, shapely.convex_hull(part)):
        corners = (edges[:, :, None, :] + outline[None, None, :-1, :]).reshape(
            len(edges), -1, 2
        )
    else:
        own = np.stack([outline[:-1], outline[1:]], axis=1)
        pairs = edges[:, None, :, None, :] + own[None, :, None, :, :]
        corners = pairs.reshape(-1, 4, 2)
    count = corners.shape[1]
    points = np.asarray(shapely.points(corners.reshape(-1, 2)), dtype=np.object_)
    owner = np.repeat(np.arange(len(corners)), count)
    sums = shapely.multipoints(points, indices=owner)
    hulls = np.asarray(shapely.convex_hull(sums), dtype=np.object_)
    areal: NDArray[np.object_] = hulls[shapely.get_dimensions(hulls) == AREAL]
    return areal


def _moved(shape: BaseGeometry, east: float, north: float) -> BaseGeometry:
    moved: BaseGeometry = translate(shape, east, north)
    return moved


def _way(shape: BaseGeometry, shift: tuple[float, float], crs: str) -> WayOut:
    east, north = shift
    if shapely.get_dimensions(shape) == AREAL:
        east, north = round(east, MILLIMETRE), round(north, MILLIMETRE)
    moved = _moved(shape, east, north)
    centres = shapely.get_coordinates(shapely.centroid([shape, moved]))
    lonlat = measure.to_lonlat(centres, crs)
    return WayOut(
        geometry=moved,
        place=LonLat(lon=float(lonlat[1, 0]), lat=float(lonlat[1, 1])),
        distance_m=float(measure.geodesic_m(lonlat[:1], lonlat[1:])[0]),
        bearing_deg=float(np.degrees(np.arctan2(east, north)) % 360),
        shift_m=(east, north),
    )
