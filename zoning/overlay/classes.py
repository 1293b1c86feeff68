"""Substantive, residue, touching: what an overlap counts as (decision 0003)."""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model import CheckOptions
from zoning.overlay.parts import CommonParts, dimensions

__all__ = [
    "RESIDUE",
    "SUBSTANTIVE",
    "TOUCHING",
    "classes",
    "classify",
    "within_tolerance",
]

SUBSTANTIVE, RESIDUE, TOUCHING = "substantive", "residue", "touching"
LINEAR, AREAL = 1, 2  # topological dimensions


def classes(
    parts: CommonParts,
    site: NDArray[np.intp],
    feature: NDArray[np.intp],
    *,
    area: NDArray[np.float64],
    options: CheckOptions,
) -> tuple[NDArray[np.object_], NDArray[np.bool_]]:
    """Return the class of each pair, and where it only touches."""
    kind = np.full(len(site), SUBSTANTIVE, dtype=object)
    seam = np.zeros(len(site), dtype=bool)
    small = np.flatnonzero(area < options.residue_area_m2)
    site, feature = site[small], feature[small]
    shape = parts.shapes(site, feature)
    dims = (
        shapely.get_dimensions(parts.sites)[site],
        dimensions(parts.features, feature),
    )
    crossing = (dims[0] == LINEAR) & (dims[1] == LINEAR)
    # two lines cross in a point; any other pair that has less in common than
    # its smaller partner only touches
    seam[small] = (_extent(shape) < np.minimum(*dims)) & ~crossing
    kind[small] = classify(shape, area[small], options, seam=seam[small])
    return kind, seam


def classify(
    shape: NDArray[np.object_],
    area: NDArray[np.float64],
    options: CheckOptions,
    *,
    seam: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Class of each overlap; `seam` marks polygon pairs that only touch."""
    kind = np.full(len(shape), SUBSTANTIVE, dtype=object)
    # a sliver of rounding has a shape, and no area that the sum would see
    small = (area < options.residue_area_m2) & (_extent(shape) == AREAL)
    if small.any():
        shrunk = shapely.buffer(shape[small], -options.residue_width_m / 2)
        kind[np.flatnonzero(small)[shapely.is_empty(shrunk)]] = RESIDUE
    kind[seam] = TOUCHING
    return kind


def within_tolerance(
    shapes: NDArray[np.object_], options: CheckOptions
) -> NDArray[np.bool_]:
    """Say of each shape whether it has area, but only within boundary error."""
    area = shapely.area(shapes)
    shrunk = shapely.buffer(shapes, -options.residue_width_m / 2)
    small = (area > 0) & (area < options.residue_area_m2)
    return np.asarray(small & shapely.is_empty(shrunk))


def _extent(shape: NDArray[np.object_]) -> NDArray[np.int_]:
    """Topological dimension of each shape; -1 when empty."""
    return np.where(shapely.is_empty(shape), -1, shapely.get_dimensions(shape))
