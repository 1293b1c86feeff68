"""Shapes against a widened box: told from their own boxes where these suffice."""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.overlay.shapes import as_shapes

__all__ = [
    "all_deep_inside",
    "meet_widened",
    "rows_meeting",
    "rows_near",
    "within_widened",
]

FEW = 192
"""Boxes up to which each is compared; of more, the box of all. 64 sites in degrees
have three readings each."""

DEEP = 0.7
"""Part of the width by which a box may grow on all sides, corners too, and stay
within the round corners of the widened one (half the root of 2, less a facet)."""

Box = tuple[float, float, float, float]


def rows_near(
    features: Any, boxes: NDArray[np.float64], by_m: float
) -> NDArray[np.intp]:
    """Return the rows of features that may lie within a distance of some box.

    Parameters
    ----------
    boxes : ndarray, shape (k, 4)
        West, south, east, north.

    Returns
    -------
    ndarray of int, shape (r,)
        Ascending; it holds every feature within `by_m` of a box, and others.
    """
    bounds = as_shapes(features).bounds
    wide = boxes + np.array([-1, -1, 1, 1]) * (by_m * (1 + 1e-9) + 1e-6)
    if len(wide) > FEW:
        wide = np.hstack([wide[:, :2].min(axis=0), wide[:, 2:].max(axis=0)])[None]
    near = np.zeros(len(bounds), dtype=bool)
    for west, south, east, north in wide:
        near |= (
            (bounds[:, 0] <= east)
            & (bounds[:, 2] >= west)
            & (bounds[:, 1] <= north)
            & (bounds[:, 3] >= south)
        )
    return np.flatnonzero(near)


def rows_meeting(features: Any, shape: BaseGeometry) -> NDArray[np.intp]:
    """Return the rows of features that meet a shape, ascending, shape (r,).

    Only what lies near by its box is drawn.
    """
    shapes = as_shapes(features)
    if shape.is_empty:
        return np.zeros(0, dtype=np.intp)
    rows = rows_near(shapes, np.array([shape.bounds]), 0.0)
    meet = np.asarray(shapely.intersects(shapes[rows], shape), dtype=bool)
    return np.asarray(rows[meet])


def within_widened(features: Any, box: Box, by_m: float) -> NDArray[np.bool_]:
    """Say which shapes lie within a box and `by_m` around it, shape (n,)."""
    shapes = as_shapes(features)
    inside, unsure = _sorted_out(shapes.bounds, box, by_m)
    around = shapely.buffer(shapely.box(*box), by_m)
    inside[unsure] = shapely.covered_by(shapes[unsure], around)
    return inside


def meet_widened(features: Any, box: Box, by_m: float) -> NDArray[np.bool_]:
    """Say which shapes meet a box and `by_m` around it, shape (n,)."""
    shapes = as_shapes(features)
    inside, unsure = _sorted_out(shapes.bounds, box, by_m)
    around = shapely.buffer(shapely.box(*box), by_m)
    inside[unsure] = shapely.intersects(shapes[unsure], around)
    return inside


def all_deep_inside(features: Any, box: Box, by_m: float) -> bool:
    """Say whether one box round all shapes lies well within a widened box.

    Where it does, every shape lies within that box and around it, by
    `within_widened` and by `meet_widened`.
    """
    bounds = as_shapes(features).bounds
    # column by column: numpy takes thirty times as long over short rows
    west, south = (bounds[:, k].min(initial=np.inf) for k in (0, 1))
    east, north = (bounds[:, k].max(initial=-np.inf) for k in (2, 3))
    room = DEEP * by_m
    return bool(
        west >= box[0] - room
        and south >= box[1] - room
        and east <= box[2] + room
        and north <= box[3] + room
    )


def _sorted_out(
    bounds: NDArray[np.float64], box: Box, by_m: float
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Return which boxes lie within for sure, and the rows that may."""
    west, south, east, north = box
    upright = _within(bounds, (west, south - by_m, east, north + by_m))
    lying = _within(bounds, (west - by_m, south, east + by_m, north))
    apart = (bounds[:, 0] > east + by_m) | (bounds[:, 2] < west - by_m)
    apart |= (bounds[:, 1] > north + by_m) | (bounds[:, 3] < south - by_m)
    inside = upright | lying
    return inside, np.flatnonzero(~inside & ~apart)


def _within(bounds: NDArray[np.float64], box: Box) -> NDArray[np.bool_]:
    inside = (bounds[:, :2] >= box[:2]).all(axis=1)
    return np.asarray(inside & (bounds[:, 2:] <= box[2:]).all(axis=1))
