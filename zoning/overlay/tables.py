"""Tables of what sites and features have to do with one another."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.overlay.pair_shapes import AGREEMENT_M2, GRID_M
from zoning.overlay.parts import CommonParts

__all__ = ["Nearest", "Overlaps", "SiteSums", "unions"]


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
        shape: BaseGeometry = self.only(np.array([row])).geometry[0]
        return shape

    def rows_of(self, site: int) -> range:
        """Return the rows of one site."""
        first, last = np.searchsorted(self.site, [site, site + 1])
        return range(int(first), int(last))

    def only(self, keep: NDArray[np.bool_] | NDArray[np.intp]) -> "Overlaps":
        """Return the rows where `keep` is True, or which it lists."""
        return Overlaps(
            site=self.site[keep],
            feature=self.feature[keep],
            area_m2=self.area_m2[keep],
            length_m=self.length_m[keep],
            share=self.share[keep],
            overlap_class=self.overlap_class[keep],
            parts=self.parts,
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
        return unions(self.rows, np.arange(len(self.area_m2)))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Nearest:
    """Nearest feature of each site; arrays have shape (sites,).

    `feature` is -1 and `distance_m` inf where none is within reach, nan where
    nobody looked.
    """

    feature: NDArray[np.intp]
    distance_m: NDArray[np.float64]
    witness_lonlat: NDArray[np.float64]

    def extended(self, unknown: int) -> "Nearest":
        """Return the same with so many sites more, about which nobody asked."""
        if unknown == 0:
            return self
        blank = np.full((unknown, 2), np.nan)
        return Nearest(
            feature=np.append(self.feature, [-1] * unknown),
            distance_m=np.append(self.distance_m, blank[:, 0]),
            witness_lonlat=np.concatenate([self.witness_lonlat, blank]),
        )


def unions(overlaps: Overlaps, sites: NDArray[np.intp]) -> NDArray[np.object_]:
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
