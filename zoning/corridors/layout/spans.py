"""Stretches of a line as pairs of chainages: unions, rests, cover by ground.

All spans are float64 arrays of shape (n, 2), start before end, in plane metres
of an axis. Those of a ring stay below its length: what passes the seam is two.
"""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis

__all__ = ["cover_of", "joined", "joined_over_seam", "rest_of", "total"]

Floats = NDArray[np.float64]
_SAME = 1e-6
"""Metres: spans that come this near are one."""
_SKIP = 2.2
"""Times the distance to the axis: how far a nearest point may leap at a corner of
the axis (twice the distance at a right angle) without leaving ground out."""


def joined(spans: Floats, *, apart: float = _SAME) -> Floats:
    """Return the union of spans, ordered; those no more than `apart` apart are one."""
    if len(spans) == 0:
        return np.empty((0, 2))
    ordered = spans[np.argsort(spans[:, 0], kind="stable")]
    reach = np.maximum.accumulate(ordered[:, 1])
    first = np.append(True, ordered[1:, 0] > reach[:-1] + apart)
    last = np.append(first[1:], True)
    return np.column_stack([ordered[first, 0], reach[last]])


def rest_of(spans: Floats, start: float, end: float) -> Floats:
    """Return what spans leave bare of the stretch from `start` to `end`."""
    covered = joined(spans)
    edges = np.concatenate([[start], covered.ravel(), [end]]).reshape(-1, 2)
    edges = np.clip(edges, start, end)
    kept: Floats = edges[edges[:, 1] - edges[:, 0] > _SAME]
    return kept


def total(spans: Floats) -> float:
    """Return the length of disjoint spans together."""
    return float((spans[:, 1] - spans[:, 0]).sum()) if len(spans) else 0.0


def joined_over_seam(spans: Floats, length: float) -> Floats:
    """Join the last span to the first across the seam of a ring.

    The joined span ends beyond `length`.
    """
    if len(spans) < 2:  # noqa: PLR2004  one span meets nothing
        return spans
    meets = spans[0, 0] <= _SAME and spans[-1, 1] >= length - _SAME
    if not meets:
        return spans
    seam = np.array([[spans[-1, 0], length + spans[0, 1]]])
    return np.vstack([spans[1:-1], seam])


def cover_of(axis: Axis, ground: BaseGeometry, *, sample_m: float) -> Floats:
    """Return the stretches of an axis beside which there is ground.

    A point of the axis has ground beside it when it is the nearest one to some
    point of the ground: when its cross-section, as far as no other part of the
    axis is nearer, meets the ground. Nothing falls between samples: the outline
    of the ground is followed, and where it leaps the leap must be that of a bend.

    Parameters
    ----------
    axis : Axis
        In the plane.
    ground : geometry
        Polygons in the same plane.
    sample_m : float
        Step along the outlines.
    """
    line, length = axis.line, float(axis.line.length)
    rings = shapely.get_rings(shapely.get_parts(ground))
    xy, ring = shapely.get_coordinates(
        shapely.segmentize(rings, sample_m), return_index=True
    )
    if len(xy) == 0:
        return np.empty((0, 2))
    points = shapely.points(xy)
    shapely.prepare(line)
    at = np.asarray(shapely.line_locate_point(line, points))
    away = np.asarray(shapely.distance(points, line))
    same = ring[1:] == ring[:-1]
    pair = np.column_stack([at[:-1], at[1:]])[same]
    low, high = pair.min(axis=1), pair.max(axis=1)
    may = np.maximum(4 * sample_m, _SKIP * np.maximum(away[:-1], away[1:])[same])
    beside = np.column_stack([low, high])[high - low <= may]
    spans = [beside, _inside(axis, ground)]
    if axis.closed:
        around = length - (high - low) <= may
        spans += [
            np.column_stack([high[around], np.full(around.sum(), length)]),
            np.column_stack([np.zeros(around.sum()), low[around]]),
        ]
    return joined(np.vstack(spans))


def _inside(axis: Axis, ground: BaseGeometry) -> Floats:
    """Return the stretches of an axis that lie in the ground."""
    inside = shapely.get_parts(shapely.intersection(axis.line, ground))
    inside = inside[(shapely.get_dimensions(inside) == 1) & ~shapely.is_empty(inside)]
    if len(inside) == 0:
        return np.empty((0, 2))
    middle = shapely.line_interpolate_point(inside, 0.5, normalized=True)
    at = np.asarray(shapely.line_locate_point(axis.line, middle))
    half = np.asarray(shapely.length(inside)) / 2
    return np.clip(np.column_stack([at - half, at + half]), 0, axis.line.length)
