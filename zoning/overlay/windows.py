"""Large polygons seen through windows: no edge inside is moved, none is forgotten.

The overlay of a pair needs its polygons only where their boxes meet. A window
is laid around that place, wide enough to hold every edge that reaches into it
to its ends; so nothing that the overlay looks at was cut. Of the outline beyond
the window only that is kept which tells what is inside: it runs along the frame.

References
----------
.. [1] Clipping a polygon to a region by following its border from exit to entry:
   K. Weiler and P. Atherton (1977), Hidden surface removal using polygon area
   sorting, SIGGRAPH '77.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.outlines import Outlines, polygons_of

__all__ = ["edges_near", "seen_through", "windows_around"]

MARGIN = 0.125
"""Of the smaller side. GEOS itself cuts polygons at a tenth around the place."""
LEAST_M = 1.0

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Shapes = NDArray[np.object_]


def edges_near(outlines: Outlines, row: Indices, box: Floats) -> Floats:
    """Return boxes grown by every edge of their polygons that reaches in.

    Parameters
    ----------
    outlines : Outlines
    row : ndarray of int, shape (m,)
        Which polygon.
    box : ndarray, shape (m, 4)
        West, south, east, north.
    """
    from zoning.overlay.window_kernel import ends_of_near_edges

    arrays, starts = outlines.arrays, outlines.run_starts
    grown = ends_of_near_edges(arrays, starts, row, box)
    return np.asarray(grown, dtype=np.float64)


def windows_around(box: Floats) -> Floats:
    """Return windows that leave room for the frame around boxes, shape (m, 4)."""
    size = (box[:, 2:] - box[:, :2]).min(axis=1)
    room = (MARGIN * size + LEAST_M)[:, None] * np.array([-1, -1, 1, 1])
    return np.asarray(box + room)


def seen_through(outlines: Outlines, row: Indices, window: Floats) -> Shapes:
    """Return polygons as seen through windows.

    Parameters
    ----------
    outlines : Outlines
    row : ndarray of int, shape (m,)
        Which polygon.
    window : ndarray, shape (m, 4)
        West, south, east, north; none without width or height.

    Returns
    -------
    ndarray of object, shape (m,)
        Valid polygons within their windows; an empty one where nothing is seen,
        None where outlines meet in the very frame.
    """
    from zoning.overlay.window_kernel import looked_through

    xy, rings, failed = looked_through(
        outlines.arrays, outlines.run_starts, row, window
    )
    seen = polygons_of(xy, rings, len(row))
    seen[failed] = None
    return seen
