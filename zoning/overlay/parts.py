"""Common shapes of pairs, built by GEOS when somebody asks for one.

A table of thousands of pairs is measured without a shape; the few that are
printed, drawn, or may be boundary error are built here, once each.
"""

from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model.columns import numbered
from zoning.overlay.intersections import common_shapes
from zoning.overlay.shapes import ShapeColumn
from zoning.topology import polygonal

__all__ = [
    "AREAL",
    "CommonParts",
    "SiteSizes",
    "dimensions",
    "sizes_of_sites",
    "witnesses",
]

AREAL = 2  # topological dimension
DIMENSIONS = np.array([0, 1, 1, 2, 0, 1, 2, -1])  # by type id; see `dimensions`
Rows = NDArray[np.intp]
SiteSizes = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CommonParts:
    """What sites and features have in common, in the working plane `crs`.

    `site_sizes` holds ellipsoidal area and geodesic length of each site.
    """

    sites: NDArray[np.object_]
    features: ShapeColumn
    crs: str
    site_sizes: SiteSizes
    _built: dict[tuple[int, int], BaseGeometry] = field(default_factory=dict)

    def common(self, site: Rows, feature: Rows) -> NDArray[np.object_]:
        """Return everything the pairs share: also points and lines."""
        keys = list(zip(site.tolist(), feature.tolist(), strict=True))
        new = np.array([key not in self._built for key in keys], dtype=bool)
        used, place = numbered(feature[new])
        drawn = np.asarray(self.features[used], dtype=object)
        built = common_shapes(self.sites, drawn, np.column_stack([site[new], place]))
        self._built.update(
            zip((keys[k] for k in np.flatnonzero(new)), built, strict=True)
        )
        return np.array([*(self._built[key] for key in keys), None], dtype=object)[:-1]

    def shapes(self, site: Rows, feature: Rows) -> NDArray[np.object_]:
        """Return the common parts; of two polygons only what has area."""
        shape = self.common(site, feature)
        areal = shapely.get_dimensions(self.sites[site]) == AREAL
        areal &= dimensions(self.features, feature) == AREAL
        shape[areal] = polygonal(shape[areal])
        return shape

    def witness(self, site: Rows, feature: Rows) -> NDArray[np.float64]:
        """Return a point inside each common part, degrees, shape (n, 2)."""
        shape = self.shapes(site, feature)
        bare = shapely.is_empty(shape)
        shape[bare] = self.common(site[bare], feature[bare])
        return witnesses(shape, self.crs)


def sizes_of_sites(sites: NDArray[np.object_], crs: str) -> SiteSizes:
    """Return ellipsoidal area and geodesic length of sites, each shape (n,)."""
    return measure.area_m2(sites, crs), measure.length_m(sites, crs)


def dimensions(features: ShapeColumn, rows: Rows) -> NDArray[np.int64]:
    """Return the topological dimension of features, shape (rows,)."""
    found = DIMENSIONS[features.kinds[rows]]
    mixed = np.flatnonzero(found < 0)
    found[mixed] = shapely.get_dimensions(features[rows[mixed]])
    return np.asarray(found)


def witnesses(shapes: NDArray[np.object_], crs: str) -> NDArray[np.float64]:
    """Return a point on each shape, degrees, shape (n, 2)."""
    points = shapely.point_on_surface(shapes)
    if len(points) == 0:
        return np.zeros((0, 2))
    xy = np.column_stack([shapely.get_x(points), shapely.get_y(points)])
    return measure.to_lonlat(xy, crs)
