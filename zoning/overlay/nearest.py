"""The nearest feature of each site.

Which features may be nearest is told from boxes, generously; which one is, from
the distance of each of them, one by one. So the answer depends neither on the
other sites of a batch nor on where the features lie.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.model.columns import distinct
from zoning.overlay.shapes import LARGE, ShapeColumn, as_shapes
from zoning.overlay.tables import Nearest, Overlaps

__all__ = ["Members", "nearest_features"]

FEW = 4_000_000
"""Pairs of sites and features up to which boxes are compared one by one."""
COLLECTION = 7
"""Type id of shapes that are never divided."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Members:
    """Features that count, in ascending rows, and who is known to meet them.

    `meeting` holds all pairs of the sites and the features in `rows` that meet.
    """

    rows: Rows
    meeting: Overlaps


def nearest_features(
    sites: NDArray[np.object_],
    features: Any,
    reach_m: float,
    *,
    crs: str,
    members: Members | None = None,
) -> Nearest:
    """Find the nearest feature of each site within `reach_m`.

    The nearest points are found in the plane and their distance is geodesic;
    of equally near features the first in order is taken.

    Parameters
    ----------
    sites : ndarray of object, shape (s,)
        Valid geometries in the working plane.
    features : ndarray of object or ShapeColumn, shape (n,)
        Valid geometries in the working plane.
    members : Members, optional
        Which features count; all by default.
    """
    n = len(sites)
    feature = np.full(n, -1, dtype=np.intp)
    distance = np.full(n, np.inf)
    witness = np.full((n, 2), np.nan)
    found = Nearest(feature=feature, distance_m=distance, witness_lonlat=witness)
    shapes = as_shapes(features)
    rows = np.arange(len(shapes)) if members is None else members.rows
    if len(rows) == 0 or n == 0:
        return found
    search = _Search(sites=sites, shapes=shapes, rows=rows, reach_m=reach_m)
    met = _met(search) if members is None else _known_to_meet(members.meeting, n)
    lines = np.full(n, None, dtype=object)
    at = np.flatnonzero(met >= 0)
    feature[at] = met[at]
    lines[at] = _points_of(
        shapely.intersection(sites[at], search.shapes[met[at]])
        if members is None
        else members.meeting.parts.common(at, met[at])
    )
    apart = np.flatnonzero(met < 0)
    feature[apart], lines[apart] = search.nearest(apart)
    site = np.flatnonzero(feature >= 0)
    ends = measure.to_lonlat(shapely.get_coordinates(lines[site]), crs)
    ends = ends.reshape(-1, 2, 2)
    distance[site] = measure.geodesic_m(ends[:, 0], ends[:, 1])
    witness[site] = ends[:, 1]
    return found


@dataclass(frozen=True, kw_only=True, eq=False)
class _Search:
    sites: NDArray[np.object_]
    shapes: ShapeColumn
    rows: Rows
    reach_m: float

    @cached_property
    def bounds(self) -> Floats:
        """Boxes of the features that count."""
        return self.shapes.bounds[self.rows]

    @cached_property
    def boxes(self) -> Floats:
        return np.asarray(shapely.bounds(self.sites))

    @cached_property
    def corners(self) -> Floats:
        """A point of each site."""
        xy, row = shapely.get_coordinates(self.sites, return_index=True)
        first = np.searchsorted(row, np.arange(len(self.sites)))
        return np.asarray(xy[first])

    def nearest(self, sites: Rows) -> tuple[Rows, NDArray[np.object_]]:
        """Return the feature of each of `sites`, -1 for none, and the line to it."""
        best = _Best(sites=self.sites[sites], reach_m=self.reach_m)
        site, member = self._candidates(sites)
        row = self.rows[member]
        large = (self.shapes.sizes_of(row) > LARGE) & (
            self.shapes.kinds[row] < COLLECTION
        )
        small = np.flatnonzero(~large)
        best.offer(site[small], row[small], self.shapes[row[small]])
        for one in distinct(row[large]):
            mine = site[large & (row == one)]
            at, facet = self._near_facets(sites[mine], int(one), best.distance[mine])
            lines = self.shapes.facet_lines(int(one), facet)
            best.offer(mine[at], np.full(len(at), one), lines)
        return best.row, best.lines()

    def _candidates(self, sites: Rows) -> tuple[Rows, Rows]:
        """Return pairs (place in `sites`, member) that may be nearest."""
        boxes, bounds = self.boxes[sites], self.bounds
        if len(sites) * len(bounds) > FEW:
            return self._candidates_by_tree(sites)
        pairs = [
            _may_be_nearest(boxes[k], self.corners[site], bounds, reach_m=self.reach_m)
            for k, site in enumerate(sites)
        ]
        count = [len(rows) for rows in pairs]
        site = np.repeat(np.arange(len(sites)), count)
        return site, np.concatenate([*pairs, np.zeros(0, dtype=np.intp)])

    def _candidates_by_tree(self, sites: Rows) -> tuple[Rows, Rows]:
        bounds = self.bounds
        tree = shapely.STRtree(np.asarray(shapely.box(*bounds.T)))
        points = shapely.points(self.corners[sites])
        site, near = tree.query_nearest(points, all_matches=False)
        limit = np.full(len(sites), self.reach_m)
        at_most = _within(self.corners[sites][site], bounds[near])
        limit[site] = np.minimum(limit[site], at_most)
        boxes = shapely.box(*self.boxes[sites].T)
        site, row = tree.query(boxes, predicate="dwithin", distance=_slack(limit))
        order = np.lexsort((row, site))
        return site[order], row[order]

    def _near_facets(self, sites: Rows, row: int, limit: Floats) -> tuple[Rows, Rows]:
        """Return pairs (place in `sites`, facet) that may be nearer than `limit`.

        How far the facet is whose box is nearest bounds how far to look.
        """
        bounds = self.shapes.facets(row)
        pairs = []
        for site, most in zip(sites, limit, strict=True):
            gaps = _gaps(self.boxes[site], bounds)
            near = int(np.argmin(np.fmin(gaps, np.inf)))
            if gaps[near] <= _slack(most):
                facet = self.shapes.facet_lines(row, np.array([near]))
                away = shapely.distance(self.sites[site], facet[0])
                pairs.append(np.flatnonzero(gaps <= _slack(min(most, away))))
            else:
                pairs.append(np.zeros(0, dtype=np.intp))
        count = [len(facets) for facets in pairs]
        at = np.repeat(np.arange(len(sites)), count)
        return at, np.concatenate([*pairs, np.zeros(0, dtype=np.intp)])


class _Best:
    """The nearest of what was offered, site by site."""

    def __init__(self, *, sites: NDArray[np.object_], reach_m: float) -> None:
        n = len(sites)
        self.sites = sites
        self.distance = np.full(n, reach_m)
        self.row = np.full(n, -1, dtype=np.intp)
        self._shape = np.full(n, None, dtype=object)

    def offer(self, site: Rows, row: Rows, shape: NDArray[np.object_]) -> None:
        """Take what is nearer, or as near and earlier in order."""
        if len(site) == 0:
            return
        away = shapely.distance(self.sites[site], shape)
        order = np.lexsort((row, away, site))
        fresh = np.diff(site[order], prepend=-1) > 0
        first = order[fresh]
        site, row, shape, away = site[first], row[first], shape[first], away[first]
        held = self.row[site]
        better = (away < self.distance[site]) | (
            (away == self.distance[site]) & ((held < 0) | (row < held))
        )
        site = site[better]
        self.distance[site] = away[better]
        self.row[site] = row[better]
        self._shape[site] = shape[better]

    def lines(self) -> NDArray[np.object_]:
        """Return the line from each site to what is nearest; None for nothing."""
        lines = np.full(len(self.sites), None, dtype=object)
        site = np.flatnonzero(self.row >= 0)
        lines[site] = shapely.shortest_line(self.sites[site], self._shape[site])
        return lines


def _may_be_nearest(
    box: Floats, point: Floats, bounds: Floats, *, reach_m: float
) -> Rows:
    """Return the boxes in which the shape nearest to one site may lie.

    A shape touches every side of its box; so one of them is no further from a
    point of the site than `_within`.
    """
    most = reach_m
    if len(bounds) and not np.isnan(bounds).all():
        most = min(reach_m, float(np.nanmin(_within(point, bounds))))
    return np.flatnonzero(_gaps(box, bounds) <= _slack(most))


def _gaps(box: Floats, bounds: Floats) -> Floats:
    """Return how far boxes, shape (n, 4), are from one, shape (n,)."""
    west, south, east, north = box
    gap_x = np.maximum(np.maximum(bounds[:, 0] - east, west - bounds[:, 2]), 0.0)
    gap_y = np.maximum(np.maximum(bounds[:, 1] - north, south - bounds[:, 3]), 0.0)
    return np.asarray(np.hypot(gap_x, gap_y))


def _within(point: Floats, bounds: Floats) -> Floats:
    """Return how far a shape that fills its box can be from a point at most."""
    x, y = point[..., 0], point[..., 1]
    west, south, east, north = bounds.T
    near_x = np.minimum(np.abs(x - west), np.abs(x - east))
    near_y = np.minimum(np.abs(y - south), np.abs(y - north))
    far_x = np.maximum(np.abs(x - west), np.abs(x - east))
    far_y = np.maximum(np.abs(y - south), np.abs(y - north))
    nearest = np.minimum(np.hypot(near_x, far_y), np.hypot(far_x, near_y))
    return np.asarray(nearest)


def _slack(distance: Any) -> Any:
    """Widen a distance by more than rounding."""
    return distance * (1 + 1e-9) + 1e-6


def _known_to_meet(meeting: Overlaps, count: int) -> Rows:
    """Return the first feature that each site meets, -1 where there is none."""
    first = np.full(count, -1, dtype=np.intp)
    first[meeting.site[::-1]] = meeting.feature[::-1]
    return first


def _met(search: _Search) -> Rows:
    """Find the first feature that each site meets, -1 where there is none."""
    first = np.full(len(search.sites), -1, dtype=np.intp)
    tree = shapely.STRtree(np.asarray(shapely.box(*search.bounds.T)))
    site, member = tree.query(search.sites)
    row = search.rows[member]
    meet = shapely.intersects(search.sites[site], search.shapes[row])
    site, row = site[meet], row[meet]
    order = np.lexsort((-row, site))
    first[site[order]] = row[order]
    return first


def _points_of(common: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return a line of no length within each of what pairs share."""
    if len(common) == 0:
        return np.zeros(0, dtype=object)
    points = shapely.get_coordinates(shapely.point_on_surface(common))
    return np.asarray(shapely.linestrings(np.stack([points, points], axis=1)))
