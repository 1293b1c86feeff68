"""Ground that a layer which must tile leaves bare, and ground beyond its bounds."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.audit.patches import Patches, plane_patches
from zoning.topology import polygonal

__all__ = ["beyond", "gaps", "neighbours"]

Shapes = NDArray[np.object_]
TOUCH_M = 1e-3
POLYGONS = 2


def gaps(shapes: Shapes, control: BaseGeometry, *, crs: str) -> Patches:
    """Return the parts of `control` that no feature covers.

    Parameters
    ----------
    shapes : ndarray of object, shape (n,)
        Valid geometries in the plane `crs`.
    control : geometry
        What they must tile.

    Returns
    -------
    Patches
        West to east; `row` is the feature with the longest border on the gap,
        `other` the next (-1: none).
    """
    areal = np.flatnonzero(shapely.get_dimensions(shapes) == POLYGONS)
    bare = _parts(control.difference(_union(shapes[areal])))
    found = plane_patches(np.full(len(bare), -1), bare, crs=crs)
    first, second = neighbours(found.shape, shapes[areal])
    row = np.append(areal, -1)
    return Patches(
        row=row[first],
        other=row[second],
        area_m2=found.area_m2,
        shape=found.shape,
    )


def beyond(shapes: Shapes, control: BaseGeometry, *, crs: str) -> Patches:
    """Return what features cover outside of `control`, by feature."""
    shapely.prepare(control)
    areal = shapely.get_dimensions(shapes) == POLYGONS
    out = np.flatnonzero(areal & ~shapely.covered_by(shapes, control))
    shape = np.asarray(shapely.difference(shapes[out], control), dtype=object)
    return plane_patches(out, shape, crs=crs)


def neighbours(
    parts: Shapes, shapes: Shapes
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the two features with the longest borders on each part; -1: none.

    An edge borders on the features that its middle touches.
    """
    size = len(shapes)
    best = np.full((2, len(parts)), -1, dtype=np.int64)
    if size == 0 or len(parts) == 0:
        return best[0], best[1]
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    joined = owner[1:] == owner[:-1]
    middle = ((xy[1:] + xy[:-1]) / 2)[joined]
    length = np.hypot(*(xy[1:] - xy[:-1])[joined].T)
    points = shapely.points(middle)
    edge, feature = shapely.STRtree(shapes).query(
        points, predicate="dwithin", distance=TOUCH_M
    )
    key = owner[1:][joined][edge] * size + feature
    pairs, place = np.unique(key, return_inverse=True)
    border = np.bincount(place, weights=length[edge], minlength=len(pairs))
    order = np.lexsort((pairs % size, -border, pairs // size))
    part, feature = pairs[order] // size, pairs[order] % size
    start = np.searchsorted(part, np.arange(len(parts)))
    for rank in range(2):
        place = np.minimum(start + rank, max(len(part) - 1, 0))
        there = (start + rank < len(part)) & (part[place] == np.arange(len(parts)))
        best[rank, there] = feature[place[there]]
    return best[0], best[1]


def _union(shapes: Shapes) -> BaseGeometry:
    """Return the union; where edges match, the quick way."""
    if shapely.coverage_is_valid(shapes):
        joined = np.asarray([shapely.coverage_union_all(shapes)], dtype=object)
        if bool(shapely.is_valid(joined)[0]):
            return polygonal(joined)[0]  # type: ignore[no-any-return]
    return shapely.union_all(shapes)


def _parts(shape: BaseGeometry) -> Shapes:
    """Return the polygons of a shape, west to east."""
    whole = polygonal(np.asarray([shape], dtype=object))
    parts = shapely.get_parts(whole)
    parts = np.asarray(parts[~shapely.is_empty(parts)], dtype=object)
    bounds = shapely.bounds(parts)
    return parts[np.lexsort((bounds[:, 3], bounds[:, 2], bounds[:, 1], bounds[:, 0]))]
