"""Sites against one layer: who meets whom, and by how much.

Everything that rules and reports say about common ground comes from the table
of the pairs that meet (`measure_overlaps`) and its sums. Nothing here knows a
rule.

Notes
-----
Areas are summed from edges (`areas`), straight in the working plane and
measured on the ellipsoid; shapes are built for what is asked for. An overlap
is *residue* when its area is below the tolerance and it vanishes when shrunk
by half the printed width; both tests only grow with the site, so that a
larger site never loses a finding.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.model import CheckOptions
from zoning.model.columns import numbered
from zoning.overlay import columns
from zoning.overlay.areas import NOISE_M2, own_areas, shared_areas
from zoning.overlay.classes import SUBSTANTIVE, TOUCHING, classes, classify
from zoning.overlay.doubles import Doubles, doubly_covered
from zoning.overlay.edges import ragged_edges
from zoning.overlay.parts import (
    AREAL,
    CommonParts,
    SiteSizes,
    dimensions,
    sizes_of_sites,
)
from zoning.overlay.shapes import as_shapes
from zoning.overlay.tables import Overlaps, SiteSums, unions

__all__ = ["measure_overlaps", "sum_by_site"]

ROUNDING = 1e-10  # of a site that lies inside a feature
FEW = 2_000_000
"""Pairs of boxes up to which comparing all costs less than a tree."""


def measure_overlaps(
    sites: NDArray[np.object_],
    features: Any,
    options: CheckOptions,
    *,
    crs: str,
    sizes: SiteSizes | None = None,
) -> Overlaps:
    """Measure every pair of a site and a feature that have a point in common.

    Parameters
    ----------
    sites : ndarray of object, shape (s,)
        Valid 2-D geometries in the working plane; polygons, lines and points
        may be mixed.
    features : ndarray of object or ShapeColumn, shape (n,)
        The same, of a layer; only shapes near a site are drawn.
    options : CheckOptions
        Residue tolerances.
    crs : str
        The working plane.
    sizes : tuple of ndarray, optional
        `sizes_of_sites`, where they are known.

    Returns
    -------
    Overlaps
        One row per pair, ordered by site row, then feature row.
    """
    shapes = as_shapes(features)
    site, feature = _near(sites, shapes.bounds)
    both_areal = _areal(sites)[site] & (dimensions(shapes, feature) == AREAL)
    area, apart = np.zeros(len(site)), np.zeros(len(site), dtype=bool)
    parts = CommonParts(
        sites=sites,
        features=shapes,
        crs=crs,
        site_sizes=sizes or sizes_of_sites(sites, crs),
    )
    area[both_areal], apart[both_areal] = _areas(
        parts, site[both_areal], feature[both_areal]
    )
    # A pair with a sure area meets, one without two pieces that are near does
    # not; of the others GEOS says whether they do.
    meets = area >= options.residue_area_m2
    unsure = np.flatnonzero(~meets & ~apart)
    meets[unsure] = shapely.intersects(sites[site[unsure]], shapes[feature[unsure]])
    site, feature, area = site[meets], feature[meets], area[meets]
    both_areal = both_areal[meets]
    kind, seam = classes(parts, site, feature, area=area, options=options)
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
        share=_shares(parts, site, area, length_m=np.nan_to_num(length)),
        overlap_class=kind,
        parts=parts,
    )


def sum_by_site(
    overlaps: Overlaps,
    sites: NDArray[np.object_],
    options: CheckOptions,
    *,
    crs: str,
    doubles: Doubles | None = None,
) -> SiteSums:
    """Sum a table of overlaps by site.

    Parameters
    ----------
    overlaps : Overlaps
        As made by `measure_overlaps`, possibly filtered by feature.
    sites : ndarray of object, shape (n,)
        The sites of the table.
    doubles : Doubles, optional
        `doubles_of` the table before it was filtered, where several are summed.
    """
    n = len(sites)
    met = np.zeros(n, dtype=bool)
    met[overlaps.site] = True
    area = columns.summed(overlaps.site, overlaps.area_m2, n)
    seam = np.ones(n, dtype=bool)
    seam[overlaps.site[overlaps.overlap_class != TOUCHING]] = False
    flat = np.zeros(n, dtype=bool)  # meets lines or points, or is one
    flat[overlaps.site[~np.isnan(overlaps.length_m)]] = True
    double = doubly_covered(overlaps, sites, doubles)
    deduplicated, length = area.copy(), np.zeros(n)
    drawn = np.flatnonzero(flat | double)
    shapes = unions(overlaps, drawn)
    deduplicated[drawn] = measure.area_m2(shapes, crs)
    length[drawn] = measure.length_m(shapes, crs)
    overlap_class = np.full(n, SUBSTANTIVE, dtype=object)
    small = np.flatnonzero(met & ~seam & (deduplicated < options.residue_area_m2))
    overlap_class[small] = classify(
        unions(overlaps, small), deduplicated[small], options, seam=seam[small]
    )
    overlap_class[seam] = TOUCHING
    overlap_class[~met] = ""
    every = np.arange(n)
    share = _shares(overlaps.parts, every, deduplicated, length_m=length)
    return SiteSums(
        area_m2=area,
        deduplicated_m2=deduplicated,
        length_m=length,
        share=np.where(met, share, 0.0),
        overlap_class=overlap_class,
        rows=overlaps,
    )


def _near(
    sites: NDArray[np.object_], bounds: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return pairs whose bounds meet, ordered by site, then feature."""
    ours = np.asarray(shapely.bounds(sites))
    if len(ours) * len(bounds) <= FEW:
        meet = (ours[:, None, :2] <= bounds[None, :, 2:]).all(axis=2)
        meet &= (ours[:, None, 2:] >= bounds[None, :, :2]).all(axis=2)
        site, feature = np.nonzero(meet)
        return site, feature
    site, feature = shapely.STRtree(np.asarray(shapely.box(*bounds.T))).query(sites)
    order = np.lexsort((feature, site))
    return site[order], feature[order]


def _areal(shapes: NDArray[np.object_]) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_dimensions(shapes) == AREAL)


def _areas(
    parts: CommonParts, site: NDArray[np.intp], feature: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the area that each pair of polygons shares, and which are apart.

    A site that lies inside a feature within rounding has its own area.
    """
    if len(site) == 0:
        return np.zeros(0), np.zeros(0, dtype=bool)
    used_sites, left = numbered(site)
    used_features, right = numbered(feature)
    sites, crs = parts.sites[used_sites], parts.crs
    edges = ragged_edges(sites)
    near = tuple(shapely.total_bounds(sites).tolist())
    found = shared_areas(edges, parts.features.edges(used_features, near), crs=crs)
    width = max(len(used_features), 1)
    place = np.searchsorted(found.left * width + found.right, left * width + right)
    area = np.append(found.area_m2, 0.0)[place]
    key = np.append(found.left * width + found.right, -1)[place]
    apart = key != left * width + right  # no pair of pieces is near
    area[apart] = 0.0
    own = own_areas(edges, crs=crs)[left]
    whole = np.abs(area - own) <= np.maximum(NOISE_M2, ROUNDING * own)
    whole &= ~apart
    own_m2 = parts.site_sizes[0][site]
    return np.where(whole, own_m2, area), apart


def _shares(
    parts: CommonParts,
    row: NDArray[np.intp],
    area_m2: NDArray[np.float64],
    *,
    length_m: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the part of the sites in `row`: by area, by length, 1 for points."""
    whole_m2, whole_m = (size[row] for size in parts.site_sizes)
    share = np.ones(len(row))
    np.divide(length_m, whole_m, out=share, where=whole_m > 0)
    np.divide(area_m2, whole_m2, out=share, where=whole_m2 > 0)
    return np.minimum(share, 1.0)
