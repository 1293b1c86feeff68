"""Sites against one layer: who meets whom, by how much, and how far away.

Everything that rules and reports say about space comes from two calls: a
table of the pairs that meet (`measure_overlaps`) and the nearest feature of
each site (`nearest_features`). Nothing here knows a rule.

Notes
-----
Shapes are cut in the working plane and measured on the ellipsoid. An overlap
is *residue* when its area is below the tolerance and it vanishes when shrunk
by half the printed width; both tests only grow with the site, so that a
larger site never loses a finding.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model import CheckOptions
from zoning.topology import polygonal

__all__ = [
    "RESIDUE",
    "SUBSTANTIVE",
    "TOUCHING",
    "Nearest",
    "Overlaps",
    "SiteSums",
    "measure_overlaps",
    "nearest_features",
    "outside_parts",
    "sum_by_site",
    "uncovered_share",
    "within_tolerance",
]

SUBSTANTIVE, RESIDUE, TOUCHING = "substantive", "residue", "touching"
LINEAR, AREAL = 1, 2  # topological dimensions


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlaps:
    """Pairs of sites and features that meet, ordered by site, then feature.

    All arrays have shape (n,) but `witness_lonlat`, (n, 2), a point that lies
    in both. `geometry` is the common part in the working plane; `area_m2` its
    ellipsoidal area; `length_m` the geodesic length of the common line (nan
    between two polygons); `share` the part of the site, by area for polygons,
    by length for lines, 1 for points; `overlap_class` one of ``substantive``,
    ``residue``, ``touching``.
    """

    site: NDArray[np.intp]
    feature: NDArray[np.intp]
    geometry: NDArray[np.object_]
    area_m2: NDArray[np.float64]
    length_m: NDArray[np.float64]
    share: NDArray[np.float64]
    witness_lonlat: NDArray[np.float64]
    overlap_class: NDArray[np.object_]

    def rows_of(self, site: int) -> range:
        """Return the rows of one site."""
        first, last = np.searchsorted(self.site, [site, site + 1])
        return range(int(first), int(last))

    def only(self, keep: NDArray[np.bool_]) -> "Overlaps":
        """Return the rows where `keep` is True."""
        return Overlaps(
            site=self.site[keep],
            feature=self.feature[keep],
            geometry=self.geometry[keep],
            area_m2=self.area_m2[keep],
            length_m=self.length_m[keep],
            share=self.share[keep],
            witness_lonlat=self.witness_lonlat[keep],
            overlap_class=self.overlap_class[keep],
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SiteSums:
    """Overlaps summed by site; arrays have shape (sites,).

    `area_m2` adds features up, `deduplicated_m2` counts doubly covered ground
    once. `overlap_class` is that of the union ('' when nothing meets): many
    slivers together may be substantive.
    """

    area_m2: NDArray[np.float64]
    deduplicated_m2: NDArray[np.float64]
    length_m: NDArray[np.float64]
    share: NDArray[np.float64]
    overlap_class: NDArray[np.object_]
    union: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Nearest feature of each site; arrays have shape (sites,).

    `feature` is -1 and `distance_m` inf where none is within reach.
    """

    feature: NDArray[np.intp]
    distance_m: NDArray[np.float64]
    witness_lonlat: NDArray[np.float64]


def measure_overlaps(
    sites: NDArray[np.object_],
    features: NDArray[np.object_],
    options: CheckOptions,
    *,
    crs: str,
) -> Overlaps:
    """Measure every pair of a site and a feature that have a point in common.

    Parameters
    ----------
    sites, features : ndarray of object
        Valid 2-D geometries in the working plane; polygons, lines and points
        may be mixed on both sides.
    options : CheckOptions
        Residue tolerances.
    crs : str
        The working plane.

    Returns
    -------
    Overlaps
        One row per pair, ordered by site row, then feature row.
    """
    tree = shapely.STRtree(features)
    site, feature = tree.query(sites, predicate="intersects")
    order = np.lexsort((feature, site))
    site, feature = site[order], feature[order]
    common = shapely.intersection(sites[site], features[feature])
    dims = (
        shapely.get_dimensions(sites)[site],
        shapely.get_dimensions(features)[feature],
    )
    both_areal = (dims[0] == AREAL) & (dims[1] == AREAL)
    crossing = (dims[0] == LINEAR) & (dims[1] == LINEAR)
    shape = common.copy()
    shape[both_areal] = polygonal(common[both_areal])
    area = measure.area_m2(shape, crs)
    length = measure.length_m(shape, crs)
    whole_m2 = measure.area_m2(sites, crs)[site]
    whole_m = measure.length_m(sites, crs)[site]
    share = np.where(
        whole_m2 > 0,
        area / np.where(whole_m2 > 0, whole_m2, 1.0),
        np.where(whole_m > 0, length / np.where(whole_m > 0, whole_m, 1.0), 1.0),
    )
    return Overlaps(
        site=site,
        feature=feature,
        geometry=shape,
        area_m2=area,
        length_m=np.where(both_areal, np.nan, length),
        share=np.minimum(share, 1.0),
        witness_lonlat=_witness(np.where(shapely.is_empty(shape), common, shape), crs),
        overlap_class=_classify(
            shape,
            area,
            options,
            # two lines cross in a point; any other pair that has less in common
            # than its smaller partner only touches
            seam=(_extent(shape) < np.minimum(*dims)) & ~crossing,
        ),
    )


def sum_by_site(
    overlaps: Overlaps, sites: NDArray[np.object_], options: CheckOptions, *, crs: str
) -> SiteSums:
    """Sum a table of overlaps by site.

    Parameters
    ----------
    overlaps : Overlaps
        As made by `measure_overlaps`, possibly filtered by feature.
    sites : ndarray of object, shape (n,)
        The sites of the table.
    """
    n = len(sites)
    union = np.full(n, shapely.Polygon(), dtype=object)
    met = np.zeros(n, dtype=bool)
    met[overlaps.site] = True
    starts = np.searchsorted(overlaps.site, np.arange(n + 1))
    for row in np.flatnonzero(met):
        parts = overlaps.geometry[starts[row] : starts[row + 1]]
        union[row] = parts[0] if len(parts) == 1 else shapely.union_all(parts)
    area = np.zeros(n)
    np.add.at(area, overlaps.site, overlaps.area_m2)
    deduplicated = measure.area_m2(union, crs)
    length = measure.length_m(union, crs)
    whole_m2, whole_m = measure.area_m2(sites, crs), measure.length_m(sites, crs)
    point = (whole_m2 == 0) & (whole_m == 0)
    share = np.divide(deduplicated, whole_m2, out=np.zeros(n), where=whole_m2 > 0)
    np.divide(length, whole_m, out=share, where=(whole_m2 == 0) & (whole_m > 0))
    share[point & met] = 1.0
    seam = np.ones(n, dtype=bool)
    seam[overlaps.site[overlaps.overlap_class != TOUCHING]] = False
    overlap_class = _classify(union, deduplicated, options, seam=seam)
    overlap_class[~met] = ""
    return SiteSums(
        area_m2=area,
        deduplicated_m2=deduplicated,
        length_m=length,
        share=np.minimum(share, 1.0),
        overlap_class=overlap_class,
        union=union,
    )


def nearest_features(
    sites: NDArray[np.object_],
    features: NDArray[np.object_],
    reach_m: float,
    *,
    crs: str,
) -> Nearest:
    """Find the nearest feature of each site within `reach_m`.

    The nearest points are found in the plane and their distance is geodesic;
    of equally near features the first in order is taken.
    """
    n = len(sites)
    feature = np.full(n, -1, dtype=np.intp)
    distance = np.full(n, np.inf)
    witness = np.full((n, 2), np.nan)
    if len(features) == 0 or n == 0:
        return Nearest(feature=feature, distance_m=distance, witness_lonlat=witness)
    tree = shapely.STRtree(features)
    site, near = tree.query_nearest(sites, max_distance=reach_m, all_matches=True)
    order = np.lexsort((near, site))
    site, near = site[order], near[order]
    site, first = np.unique(site, return_index=True)
    feature[site] = near[first]
    lines = _shortest_lines(sites[site], features[feature[site]])
    ends = measure.to_lonlat(shapely.get_coordinates(lines), crs).reshape(-1, 2, 2)
    distance[site] = measure.geodesic_m(ends[:, 0], ends[:, 1])
    witness[site] = ends[:, 1]
    return Nearest(feature=feature, distance_m=distance, witness_lonlat=witness)


def outside_parts(
    sites: NDArray[np.object_], sums: SiteSums, options: CheckOptions, *, crs: str
) -> tuple[NDArray[np.object_], NDArray[np.float64], NDArray[np.object_]]:
    """Return the part of each site that lies outside what `sums` met.

    Returns
    -------
    parts, area_m2, overlap_class : ndarray, shape (sites,)
        The class is '' where nothing of the site is outside.
    """
    parts = np.asarray(shapely.difference(sites, sums.union), dtype=object)
    area = measure.area_m2(parts, crs)
    kind = _classify(parts, area, options, seam=np.zeros(len(sites), dtype=bool))
    kind[shapely.is_empty(parts)] = ""
    return parts, area, kind


def within_tolerance(
    shapes: NDArray[np.object_], options: CheckOptions
) -> NDArray[np.bool_]:
    """Say of each shape whether it has area, but only within boundary error."""
    area = shapely.area(shapes)
    shrunk = shapely.buffer(shapes, -options.residue_width_m / 2)
    small = (area > 0) & (area < options.residue_area_m2)
    return np.asarray(small & shapely.is_empty(shrunk))


def uncovered_share(
    sites: NDArray[np.object_],
    coverage: BaseGeometry,
    reach_m: float,
    *,
    options: CheckOptions,
) -> NDArray[np.float64]:
    """Return which share of each site's reach a layer does not cover.

    The reach is the site widened by `reach_m`. Ground within the residue
    tolerances counts as covered, so that a site drawn along the county line is
    not held up by millimetres.
    """
    reach = shapely.buffer(sites, reach_m) if reach_m > 0 else sites
    inside = shapely.covers(coverage, reach)
    share = np.zeros(len(sites))
    for row in np.flatnonzero(~inside):
        rest = shapely.difference(reach[row], coverage)
        shrunk = shapely.buffer(rest, -options.residue_width_m / 2)
        areal = shapely.area(reach[row]) > 0
        tiny = areal and shapely.area(rest) < options.residue_area_m2
        if not (tiny and shapely.is_empty(shrunk)):
            share[row] = _part(rest, reach[row])
    return share


def _shortest_lines(
    sites: NDArray[np.object_], features: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return the line from each site to its feature; of no length where they meet.

    GEOS measures a *prepared* line within a polygon to the polygon's outline,
    so shapes that meet are not left to it.
    """
    lines = shapely.shortest_line(sites, features)
    meet = shapely.intersects(sites, features)
    points = shapely.get_coordinates(
        shapely.point_on_surface(shapely.intersection(sites[meet], features[meet]))
    )
    lines[meet] = shapely.linestrings(np.stack([points, points], axis=1))
    return np.asarray(lines, dtype=object)


def _part(rest: BaseGeometry, whole: BaseGeometry) -> float:
    for size in (shapely.area, shapely.length):
        if size(whole) > 0:
            return float(max(size(rest) / size(whole), np.nextafter(0, 1)))
    return 1.0


def _extent(shape: NDArray[np.object_]) -> NDArray[np.int_]:
    """Topological dimension of each shape; -1 when empty."""
    return np.where(shapely.is_empty(shape), -1, shapely.get_dimensions(shape))


def _classify(
    shape: NDArray[np.object_],
    area: NDArray[np.float64],
    options: CheckOptions,
    *,
    seam: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Class of each overlap; `seam` marks polygon pairs that only touch."""
    kind = np.full(len(shape), SUBSTANTIVE, dtype=object)
    small = (area > 0) & (area < options.residue_area_m2)
    if small.any():
        shrunk = shapely.buffer(shape[small], -options.residue_width_m / 2)
        kind[np.flatnonzero(small)[shapely.is_empty(shrunk)]] = RESIDUE
    kind[seam] = TOUCHING
    return kind


def _witness(common: NDArray[np.object_], crs: str) -> NDArray[np.float64]:
    """Return a point inside each common part, degrees, shape (n, 2)."""
    points = shapely.point_on_surface(common)
    if len(points) == 0:
        return np.zeros((0, 2))
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return measure.to_lonlat(xy, crs)
