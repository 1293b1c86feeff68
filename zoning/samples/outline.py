"""The county outline as a mask on the 60 m grid."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.samples.frame import Frame, Grid, resample
from zoning.samples.terrain import Relief

__all__ = ["county_mask"]

_AREA_KM2 = 2951.0  # plane; about 2 950 on the ellipsoid
_WEST_EAST = (363_900.0, 422_800.0)  # inside 109.56-110.20 E
_SOUTH_NORTH = (3_406_000.0, 3_483_800.0)  # inside 30.76-31.48 N


def county_mask(frame: Frame, grid: Grid, relief: Relief) -> NDArray[np.bool_]:
    """Return the cells of the county: one piece, no holes, 2 950 km2.

    The outline keeps to high ground where it can, as old county lines do.
    """
    x, y = grid.mesh()
    east = (x - sum(_WEST_EAST) / 2) / 29_500
    north = (y - sum(_SOUTH_NORTH) / 2) / 38_900
    tilt = east + 0.1 * north
    score = 1 - np.abs(tilt) ** 2.6 - np.abs(north) ** 2.6
    high = ndimage.gaussian_filter(relief.height, 12)
    score += 0.05 * (resample(high, relief.grid, grid) / 1000 - 0.8)
    score += 0.2 * frame.noise("outline", grid, 15_000)
    score += 0.06 * frame.noise("outline detail", grid, 3500)
    free = (x > _WEST_EAST[0]) & (x < _WEST_EAST[1])
    free &= (y > _SOUTH_NORTH[0]) & (y < _SOUTH_NORTH[1])
    wanted = _AREA_KM2 * 1e6 / grid.cell**2
    low, top = float(score.min()), float(score.max())
    mask = free
    for _ in range(24):
        middle = (low + top) / 2
        mask = _main_piece(free & (score > middle))
        if mask.sum() > wanted:
            low = middle
        else:
            top = middle
    return mask


def _main_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    labels, count = ndimage.label(mask)
    if not count:
        return mask
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return np.asarray(ndimage.binary_fill_holes(labels == sizes.argmax()))
