"""Sites against one layer: who meets whom, by how much, and how far away.

`pairs` builds the common shapes for people and rules; the other modules give
areas without building any shape: `edges` holds polygons as arrays, `areas`
asks the kernel for numbers.
"""

from zoning.overlay.pairs import (
    RESIDUE,
    SUBSTANTIVE,
    TOUCHING,
    Nearest,
    Overlaps,
    SiteSums,
    measure_overlaps,
    nearest_features,
    outside_parts,
    sum_by_site,
    uncovered_share,
    within_tolerance,
)

__all__ = [
    "RESIDUE",
    "SUBSTANTIVE",
    "TOUCHING",
    "Nearest",
    "Overlaps",
    "SiteSums",
    "measure_overlaps",
    "nearest_features",
    "outside_parts",
    "sum_by_site",
    "uncovered_share",
    "within_tolerance",
]
