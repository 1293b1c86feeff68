"""Compiled code loaded before a clock starts."""

import numpy as np
import shapely

from zoning.overlay import ragged_edges
from zoning.overlay.density import PLAIN, local_densities

__all__ = ["warm"]


def warm() -> None:
    """Have the kernel ready, as it is in every check but the first of a process."""
    from zoning.overlay import kernel

    few = ragged_edges(np.array([shapely.box(0, 0, 1, 1)]))
    side, pairs = (few, np.zeros(0)), np.zeros((1, 2), dtype=np.int64)
    density = local_densities(few.box, PLAIN)
    kernel.piece_areas(side, side, pairs, boxes=few.box, density=density)
