"""Ground that two layers, or two features of one layer, both cover.

Areas come from the overlay kernel; GEOS builds the shape of a pair only when
the pair is reported.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.audit.patches import Patches, patches
from zoning.overlay import RaggedEdges, ragged_edges, shared_areas
from zoning.overlay.areas import NOISE_M2

__all__ = ["built_pairs", "overlap_areas", "overlaps_between", "overlaps_within"]

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
    found = shared_areas(left, right, crs=crs)
    keep = found.area_m2 > NOISE_M2
    if left is right:
        keep &= found.left < found.right
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
    pairs = overlap_areas(ragged_edges(left), ragged_edges(right), crs=crs)
    return built_pairs(left, right, pairs)


def overlaps_within(shapes: Shapes, *, crs: str) -> Patches:
    """Return what features of one layer have in common; see `overlaps_between`."""
    edges = ragged_edges(shapes)
    return built_pairs(shapes, shapes, overlap_areas(edges, edges, crs=crs))


def built_pairs(
    left: Shapes, right: Shapes, pairs: tuple[Rows, Rows, Floats]
) -> Patches:
    """Return the pairs with their common shapes, without those that only touch."""
    row, other, area = pairs
    shape = shapely.intersection(left[row], right[other])
    return patches(row, other, area_m2=area, shape=np.asarray(shape, dtype=object))
