"""Every pair of polygons that share ground: its area, and its shape beside it.

Areas are the kernel's, shapes are built; the two are compared in one plane.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.areas import (
    NOISE_M2,
    Side,
    areas_in_planes,
    own_areas,
)
from zoning.overlay.candidates import PieceTree
from zoning.overlay.density import PLAIN
from zoning.overlay.intersections import common_shapes

__all__ = ["SharedShapes", "agree", "shared_shapes"]

AGREEMENT_M2, GRID_M = 0.01, 1e-4  # between an area and its shape
ROUNDING = 1e-10  # of a feature that lies inside another (decision 0014)

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[np.object_]
Sides = tuple[Side, Side]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedShapes:
    """Pairs that share more than rounding, ordered by left row, then right row.

    Arrays have shape (n,). `area_m2` is the kernel's; `agrees` says whether the
    shape has that area, within 0.01 m² or its outline times 0.1 mm.
    """

    left: Indices
    right: Indices
    area_m2: Floats
    shape: Shapes
    agrees: NDArray[np.bool_]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.area_m2)


def shared_shapes(
    left: Shapes, right: Shapes, sides: Sides, *, crs: str
) -> SharedShapes:
    """Return every pair of polygons of two layers that share ground, with its shape.

    Parameters
    ----------
    left, right : ndarray of object
        Valid geometries in one plane; what is no polygon takes no part.
    sides : tuple of RaggedEdges or PieceTree
        Both laid out; when one and the same is given twice, pairs within it,
        each once, the lower row on the left.
    crs : str
        The plane, or `density.PLAIN`.

    Returns
    -------
    SharedShapes
        A feature that lies inside the other is the shape, to the last bit.
        Shapes may hold lines and points beside their polygons, as GEOS has it.
    """
    found, plane = areas_in_planes(*sides, (crs, PLAIN))
    keep = np.flatnonzero(found.area_m2 > NOISE_M2)
    pairs = np.column_stack([found.left[keep], found.right[keep]])
    area = found.area_m2[keep]
    shape, rest = _features(left, right, sides, pairs=pairs, area_m2=area, crs=crs)
    shape[rest] = common_shapes(left, right, pairs[rest])
    plane_m2, agrees = plane.area_m2[keep], np.ones(len(keep), dtype=bool)
    bad = rest[~agree(shape[rest], plane_m2[rest])]
    if len(bad):  # another way, before anybody is told
        sites, others = left[pairs[bad, 0]], right[pairs[bad, 1]]
        shape[bad] = shapely.intersection(sites, others, grid_size=GRID_M)
        agrees[bad] = agree(shape[bad], plane_m2[bad])
    return SharedShapes(
        left=pairs[:, 0], right=pairs[:, 1], area_m2=area, shape=shape, agrees=agrees
    )


def _features(
    left: Shapes,
    right: Shapes,
    sides: Sides,
    *,
    pairs: Indices,
    area_m2: Floats,
    crs: str,
) -> tuple[Shapes, Indices]:
    """Return the shapes that are features themselves, and which pairs have others."""
    shape = np.full(len(pairs), None, dtype=object)
    boxes = [
        np.asarray(shapely.bounds(shapes))[pairs[:, k]]
        for k, shapes in enumerate((left, right))
    ]
    for k, shapes in enumerate((left, right)):
        within = _inside(
            sides[k], pairs[:, k], area_m2, boxes=(boxes[k], boxes[1 - k]), crs=crs
        )
        within &= shapely.is_missing(shape)
        shape[within] = shapes[pairs[within, k]]
    return shape, np.flatnonzero(shapely.is_missing(shape))


def agree(shapes: Shapes, area_m2: Floats) -> NDArray[np.bool_]:
    """Say which shapes have the plane areas that were summed from edges."""
    allowed = np.maximum(AGREEMENT_M2, shapely.length(shapes) * GRID_M)
    return np.asarray(np.abs(shapely.area(shapes) - area_m2) <= allowed)


def _inside(
    side: Side,
    row: Indices,
    area_m2: Floats,
    *,
    boxes: tuple[Floats, Floats],
    crs: str,
) -> NDArray[np.bool_]:
    """Say of which pairs the feature in `row` is all that is shared.

    `boxes` are those of the feature and of what it meets.
    """
    own_box, met = boxes
    inside = np.zeros(len(row), dtype=bool)
    low = (own_box[:, :2] >= met[:, :2]).all(axis=1)
    may = np.flatnonzero(low & (own_box[:, 2:] <= met[:, 2:]).all(axis=1))
    edges = side.edges if isinstance(side, PieceTree) else side
    used, place = np.unique(row[may], return_inverse=True)
    own = own_areas(edges, crs=crs, rows=used)[place]
    allowed = np.maximum(NOISE_M2, ROUNDING * own)
    inside[may] = np.abs(area_m2[may] - own) <= allowed
    return inside
