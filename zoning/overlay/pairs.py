"""Sites against one layer: who meets whom, by how much, and how far away.

Everything that rules and reports say about space comes from two calls: a
table of the pairs that meet (`measure_overlaps`) and the nearest feature of
each site (`nearest_features`). Nothing here knows a rule.

Notes
-----
Areas are summed from edges (`areas`), straight in the working plane and
measured on the ellipsoid; shapes are built for what is asked for. An overlap is *residue* when its area is below the tolerance and it vanishes when shrunk
by half the printed width; both tests only grow with the site, so that a
larger site never loses a finding.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model import CheckOptions
from zoning.overlay import columns
from zoning.overlay.areas import NOISE_M2, own_areas, shared_areas
from zoning.overlay.density import PLAIN
from zoning.overlay.edges import ragged_edges
from zoning.overlay.parts import AREAL, CommonParts

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
LINEAR = 1  # topological dimension
ROUNDING = 1e-10  # of a site that lies inside a feature
AGREEMENT_M2, GRID_M = 0.01, 1e-4  # between an area and its shape


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlaps:
    """Pairs of sites and features that meet, ordered by site, then feature.

    All arrays have shape (n,). `area_m2` is the ellipsoidal area of the common
    part, summed from edges; `length_m` the geodesic length of the common line
    (nan between two polygons); `share` the part of the site, by area for
    polygons, by length for lines, 1 for points; `overlap_class` one of
    ``substantive``, ``residue``, ``touching``. Shapes are built on demand.
    """

    site: NDArray[np.intp]
    feature: NDArray[np.intp]
    area_m2: NDArray[np.float64]
    length_m: NDArray[np.float64]
    share: NDArray[np.float64]
    overlap_class: NDArray[np.object_]
    parts: CommonParts

    @property
    def geometry(self) -> NDArray[np.object_]:
        """The common parts in the working plane, shape (n,); built by GEOS."""
        return self.parts.shapes(self.site, self.feature)

    @property
    def witness_lonlat(self) -> NDArray[np.float64]:
        """A point that lies in both, degrees, shape (n, 2)."""
        return self.parts.witness(self.site, self.feature)

    def shape_of(self, row: int) -> BaseGeometry:
        """Return the common part of one row."""
        return self.only(np.array([row])).geometry[0]

    def rows_of(self, site: int) -> range:
        """Return the rows of one site."""
        first, last = np.searchsorted(self.site, [site, site + 1])
        return range(int(first), int(last))

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Overlaps":
        """Return the rows where `keep` is True, or which it lists."""
        return replace(
            self,
            site=self.site[keep],
            feature=self.feature[keep],
            area_m2=self.area_m2[keep],
            length_m=self.length_m[keep],
            share=self.share[keep],
            overlap_class=self.overlap_class[keep],
        )

    def disagree(self) -> NDArray[np.bool_]:
        """Say of each row whether area and built shape tell different things.

        Two ways to one number: the sum over edges and the area of the shape
        that GEOS builds. They must agree within `AGREEMENT_M2`, or within the
        outline of the shape times `GRID_M`.
        """
        shape = self.geometry
        allowed = np.maximum(AGREEMENT_M2, shapely.length(shape) * GRID_M)
        apart = np.abs(measure.area_m2(shape, self.parts.crs) - self.area_m2)
        return np.asarray(np.isnan(self.length_m) & ~(apart <= allowed))


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
    rows: Overlaps

    @property
    def union(self) -> NDArray[np.object_]:
        """What each site meets, as one shape; built by GEOS."""
        return _unions(self.rows, np.arange(len(self.area_m2)))


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
    site, feature = _near(sites, features)
    both_areal = _areal(sites)[site] & _areal(features)[feature]
    area = np.zeros(len(site))
    area[both_areal] = _areas(
        sites, features, site[both_areal], feature=feature[both_areal], crs=crs
    )
    # A pair with a sure area meets; of the others GEOS says whether they do.
    meets = area >= options.residue_area_m2
    meets[~meets] = shapely.intersects(sites[site[~meets]], features[feature[~meets]])
    site, feature, area = site[meets], feature[meets], area[meets]
    both_areal = both_areal[meets]
    parts = CommonParts(sites=sites, features=features, crs=crs)
    kind, seam = _classes(parts, site, feature, area=area, options=options)
    area[seam] = 0.0
    length = np.full(len(site), np.nan)
    length[~both_areal] = measure.length_m(
        parts.shapes(site[~both_areal], feature[~both_areal]), crs
    )
    return Overlaps(
        site=site,
        feature=feature,
        area_m2=area,
        length_m=length,
        share=_shares(sites, site, area, length_m=np.nan_to_num(length), crs=crs),
        overlap_class=kind,
        parts=parts,
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
    met = np.zeros(n, dtype=bool)
    met[overlaps.site] = True
    area = columns.summed(overlaps.site, overlaps.area_m2, n)
    seam = np.ones(n, dtype=bool)
    seam[overlaps.site[overlaps.overlap_class != TOUCHING]] = False
    flat = np.zeros(n, dtype=bool)  # meets lines or points, or is one
    flat[overlaps.site[~np.isnan(overlaps.length_m)]] = True
    double = _doubly_covered(overlaps, n)
    deduplicated, length = area.copy(), np.zeros(n)
    drawn = np.flatnonzero(flat | double)
    shapes = _unions(overlaps, drawn)
    deduplicated[drawn] = measure.area_m2(shapes, crs)
    length[drawn] = measure.length_m(shapes, crs)
    overlap_class = np.full(n, SUBSTANTIVE, dtype=object)
    small = np.flatnonzero(met & ~seam & (deduplicated < options.residue_area_m2))
    overlap_class[small] = _classify(
        _unions(overlaps, small), deduplicated[small], options, seam=seam[small]
    )
    overlap_class[seam] = TOUCHING
    overlap_class[~met] = ""
    every = np.arange(n)
    share = _shares(sites, every, deduplicated, length_m=length, crs=crs)
    return SiteSums(
        area_m2=area,
        deduplicated_m2=deduplicated,
        length_m=length,
        share=np.where(met, share, 0.0),
        overlap_class=overlap_class,
        rows=overlaps,
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


def _near(
    sites: NDArray[np.object_], features: NDArray[np.object_]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs whose bounds meet, ordered by site, then feature."""
    site, feature = shapely.STRtree(features).query(sites)
    order = np.lexsort((feature, site))
    return site[order], feature[order]


def _areal(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_dimensions(shapes) == AREAL)


def _areas(
    sites: NDArray[np.object_],
    features: NDArray[np.object_],
    site: NDArray[np.intp],
    *,
    feature: NDArray[np.intp],
    crs: str,
) -> NDArray[np.float64]:
    """Return the area that each pair of polygons shares.

    A site that lies inside a feature within rounding has its own area.
    """
    used_sites, left = np.unique(site, return_inverse=True)
    used_features, right = np.unique(feature, return_inverse=True)
    edges = ragged_edges(sites[used_sites])
    found = shared_areas(edges, ragged_edges(features[used_features]), crs=crs)
    width = max(len(used_features), 1)
    place = np.searchsorted(found.left * width + found.right, left * width + right)
    area = np.append(found.area_m2, 0.0)[place]
    key = np.append(found.left * width + found.right, -1)[place]
    area[key != left * width + right] = 0.0  # no pair of pieces is near
    own = own_areas(edges, crs=crs)[left]
    whole = np.abs(area - own) <= np.maximum(NOISE_M2, ROUNDING * own)
    return np.where(whole, measure.area_m2(sites[used_sites], crs)[left], area)


def _classes(
    parts: CommonParts,
    site: NDArray[np.intp],
    feature: NDArray[np.intp],
    *,
    area: NDArray[np.float64],
    options: CheckOptions,
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the class of each pair, and where it only touches."""
    kind = np.full(len(site), SUBSTANTIVE, dtype=object)
    seam = np.zeros(len(site), dtype=bool)
    small = np.flatnonzero(area < options.residue_area_m2)
    site, feature = site[small], feature[small]
    shape = parts.shapes(site, feature)
    dims = (
        shapely.get_dimensions(parts.sites)[site],
        shapely.get_dimensions(parts.features)[feature],
    )
    crossing = (dims[0] == LINEAR) & (dims[1] == LINEAR)
    # two lines cross in a point; any other pair that has less in common than
    # its smaller partner only touches
    seam[small] = (_extent(shape) < np.minimum(*dims)) & ~crossing
    kind[small] = _classify(shape, area[small], options, seam=seam[small])
    return kind, seam


def _shares(
    sites: NDArray[np.object_],
    row: NDArray[np.intp],
    area_m2: NDArray[np.float64],
    *,
    length_m: NDArray[np.float64],
    crs: str,
) -> NDArray[np.float64]:
    """Return the part of the sites in `row`: by area, by length, 1 for points."""
    whole_m2 = measure.area_m2(sites, crs)[row]
    whole_m = measure.length_m(sites, crs)[row]
    share = np.ones(len(row))
    np.divide(length_m, whole_m, out=share, where=whole_m > 0)
    np.divide(area_m2, whole_m2, out=share, where=whole_m2 > 0)
    return np.minimum(share, 1.0)


def _unions(overlaps: Overlaps, sites: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return what each of `sites` meets as one shape; an empty one for nothing."""
    union = np.full(len(sites), shapely.Polygon(), dtype=object)
    for place, site in enumerate(sites):
        rows = overlaps.rows_of(int(site))
        if rows:
            shapes = overlaps.parts.shapes(
                overlaps.site[rows.start : rows.stop],
                overlaps.feature[rows.start : rows.stop],
            )
            union[place] = shapes[0] if len(shapes) == 1 else shapely.union_all(shapes)
    return union


def _doubly_covered(overlaps: Overlaps, count: int) -> NDArray[np.bool_]:
    """Say which sites meet features that overlap one another, shape (count,)."""
    double = np.zeros(count, dtype=bool)
    several = np.bincount(overlaps.site, minlength=count)[overlaps.site] > 1
    several &= overlaps.area_m2 > 0
    site, feature = overlaps.site[several], overlaps.feature[several]
    used, place = np.unique(feature, return_inverse=True)
    edges = ragged_edges(overlaps.parts.features[used])
    found = shared_areas(edges, edges, crs=PLAIN)
    twice = (found.left < found.right) & (found.area_m2 > NOISE_M2)
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(len(used) + 1))
    by_feature = np.split(site[order], starts[1:-1])
    for one, other in zip(found.left[twice], found.right[twice], strict=True):
        double[np.intersect1d(by_feature[one], by_feature[other])] = True
    return double
