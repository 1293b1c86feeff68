"""Ground that two layers, or two features of one layer, both cover."""

import numpy as np
from numpy.typing import NDArray

from zoning.audit.patches import Patches, patches
from zoning.overlay import RaggedEdges, edges_of, shared_shapes

__all__ = ["overlaps_between", "overlaps_of_edges", "overlaps_within"]

Shapes = NDArray[np.object_]


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
    """Return what features have in common, their edges laid out already."""
    found = shared_shapes(left, right, sides, crs=crs)
    return patches(found.left, found.right, area_m2=found.area_m2, shape=found.shape)
