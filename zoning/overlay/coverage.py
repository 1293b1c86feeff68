"""What lies outside: of the features met, of the ground that a layer covers."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model import CheckOptions
from zoning.overlay.classes import classify
from zoning.overlay.tables import SiteSums

__all__ = ["outside_parts", "uncovered_share"]


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
    kind = classify(parts, area, options, seam=np.zeros(len(sites), dtype=bool))
    kind[shapely.is_empty(parts)] = ""
    return parts, area, kind


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


def _part(rest: BaseGeometry, whole: BaseGeometry) -> float:
    for size in (shapely.area, shapely.length):
        if size(whole) > 0:
            return float(max(size(rest) / size(whole), np.nextafter(0, 1)))
    return 1.0
