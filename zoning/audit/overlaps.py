"""Ground that two layers, or two features of one layer, both cover.

Areas come from the overlay kernel; GEOS builds the shape of a pair only when
the pair is reported.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.audit.patches import Patches, patches
from zoning.overlay import (
    RaggedEdges,
    areas_among,
    edges_of,
    own_areas,
    shared_areas,
)
from zoning.overlay.areas import NOISE_M2

__all__ = [
    "overlap_areas",
    "overlaps_between",
    "overlaps_of_edges",
    "overlaps_within",
]

ROUNDING = 1e-10
"""Of a feature that lies inside another (decision 0014)."""

Shapes = NDArray[np.object_]
Rows = NDArray[np.int64]
Floats = NDArray[np.float64]


def overlap_areas(
    left: RaggedEdges, right: RaggedEdges, *, crs: str
) -> tuple[Rows, Rows, Floats]:
    """Return the pairs that share more than rounding: left, right, area in m².

    Ordered by left row, then right row. Of a side with itself every pair comes
    once, the lower row on the left.
    """
    if left is right:
        found = areas_among(left, crs=crs)
    else:
        found = shared_areas(left, right, crs=crs)
    keep = found.area_m2 > NOISE_M2
    return found.left[keep], found.right[keep], found.area_m2[keep]


def overlaps_between(left: Shapes, right: Shapes, *, crs: str) -> Patches:
    """Return what features of two layers have in common.

    Parameters
    ----------
    left, right : ndarray of object
        Valid geometries in the plane `crs`; what is no polygon takes no part.
    crs : str
        The working plane, or `zoning.overlay.density.PLAIN`.

    Returns
    -------
    Patches
        Ordered by left row, then right row.
    """
    sides = (edges_of(left), edges_of(right))
    return overlaps_of_edges(left, right, sides, crs=crs)


def overlaps_within(shapes: Shapes, *, crs: str) -> Patches:
    """Return what features of one layer have in common; see `overlaps_between`."""
    edges = edges_of(shapes)
    return overlaps_of_edges(shapes, shapes, (edges, edges), crs=crs)


def overlaps_of_edges(
    left: Shapes,
    right: Shapes,
    sides: tuple[RaggedEdges, RaggedEdges],
    *,
    crs: str,
) -> Patches:
    """Return what features have in common, their edges laid out already.

    A feature whose common area is its own lies inside the other: it is the
    shape, and GEOS builds none.
    """
    row, other, area = overlap_areas(*sides, crs=crs)
    shape = np.empty(len(row), dtype=object)
    whole = _inside(area, own_areas(sides[0], crs=crs)[row])
    shape[whole] = left[row[whole]]
    part = ~whole & _inside(area, own_areas(sides[1], crs=crs)[other])
    shape[part] = right[other[part]]
    rest = ~whole & ~part
    shape[rest] = shapely.intersection(left[row[rest]], right[other[rest]])
    return patches(row, other, area_m2=area, shape=shape)


def _inside(area: Floats, own: Floats) -> NDArray[np.bool_]:
    return np.asarray(np.abs(area - own) <= np.maximum(NOISE_M2, ROUNDING * own))
