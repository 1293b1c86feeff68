"""The nearest feature of each site."""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.overlay.tables import Nearest

__all__ = ["nearest_features"]


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
