"""Ground that features of one layer cover twice."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.areas import NOISE_M2, areas_among
from zoning.overlay.shapes import edges_of

__all__ = ["DoubleCover", "double_cover"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DoubleCover:
    """Pairs of features of one layer that share ground; arrays have shape (n,).

    `first` and `second` are rows of the layer, ``first < second``, in their
    order; `area_m2` is ellipsoidal.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    area_m2: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.area_m2)


def double_cover(geometry: NDArray[np.object_], *, crs: str) -> DoubleCover:
    """Return every pair of polygons of one layer that share ground.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        Valid geometries in the working plane; what is no polygon covers nothing.
    crs : str
        That plane.

    Returns
    -------
    DoubleCover
        Neighbours that only touch are no pair.
    """
    found = areas_among(edges_of(geometry), crs=crs)
    kept = found.area_m2 > NOISE_M2
    return DoubleCover(
        first=found.left[kept], second=found.right[kept], area_m2=found.area_m2[kept]
    )
