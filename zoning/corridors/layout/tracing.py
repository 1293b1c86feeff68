"""How the axis of a corridor is found.

It is the line that comes with a corridor where there is one (a river's centre
line, a corridor drawn as a line), else the middle line of its area. The pieces of
a broken corridor are joined from end to nearest end.
"""

from collections.abc import Iterable
from itertools import combinations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis, axis_of
from zoning.corridors.layout.medial import MedialPath, mean_width, medial_paths, run_on
from zoning.corridors.layout.spans import cover_of

__all__ = ["axis_along", "axis_through", "follows"]

Floats = NDArray[np.float64]
_CLOSE = 1 / 8
"""Of the mean width: what two halves may lie apart and still have one middle."""
_CRUMB = 1.0
"""Of the mean width: pieces no longer than this lie on no axis of their own."""
_SAMPLES_ACROSS = 20
"""Points along the outline for each mean width, where a line is cut off."""
_SMOOTH = 1 / 20
"""Of the mean width: bends of the middle line that come from the sampling alone."""
_FOLLOWED = 0.9
"""Share of the middle line beside which a given line must run."""


def axis_through(shape: BaseGeometry, crs: str) -> tuple[Axis | None, Floats]:
    """Return the middle line of a corridor and the clearance on it.

    Parameters
    ----------
    shape : geometry
        Polygons in the working plane; pieces of a broken corridor are joined.
    crs : str
        The working plane.

    Returns
    -------
    axis : Axis or None
        None where the shape has no area.
    clearance_m : ndarray of float64, shape (n,)
        From the middle line to the nearest bank, at its corners.
    """
    width = mean_width(shape)
    if not width > 0:
        return None, np.empty(0)
    closed = _closed_up(shape, width * _CLOSE)
    paths = [path for part in shapely.get_parts(closed) for path in medial_paths(part)]
    longest = max((_length(path.xy) for path in paths), default=0.0)
    kept = [p for p in paths if _length(p.xy) >= min(width * _CRUMB, longest)]
    if not kept:
        return None, np.empty(0)
    clearance = np.concatenate([path.clearance_m for path in kept])
    line = _one_line(kept).simplify(width * _SMOOTH)
    return axis_of(line, crs, given=False), clearance


def axis_along(line: BaseGeometry, shape: BaseGeometry, crs: str) -> Axis | None:
    """Return a given line as the axis of a corridor.

    Parameters
    ----------
    line : geometry
        One line or several that follow each other, in any order and direction.
    shape : geometry
        The corridor. Where the line ends inside it, it runs straight on; where
        it leads on beyond, it is cut off.
    crs : str
        The working plane.

    Returns
    -------
    Axis or None
        None where the line has no length, or no part of the corridor beside it.
    """
    merged = shapely.get_parts(shapely.line_merge(line))
    paths = [
        MedialPath(
            xy=shapely.get_coordinates(part),
            clearance_m=np.empty(0),
            closed=bool(part.is_closed),
        )
        for part in merged
        if part.length > 0
    ]
    if not paths:
        return None
    joined = _one_line(paths)
    width = mean_width(shape) or 1.0
    if not joined.is_closed:
        xy = shapely.get_coordinates(joined)
        ends = [run_on(shape, xy[::-1], base=width), run_on(shape, xy, base=width)]
        joined = LineString(np.vstack([ends[0], xy, ends[1]]))
    whole = axis_of(joined, crs, given=True)
    cover = cover_of(whole, shape, sample_m=width / _SAMPLES_ACROSS)
    if whole.closed or len(cover) == 0:
        return whole if len(cover) else None
    return axis_of(whole.stretch(cover[0, 0], cover[-1, 1]), crs, given=True)


def follows(line: BaseGeometry, middle: Axis, shape: BaseGeometry) -> bool:
    """Say whether a line runs along a corridor, from end to end.

    It does where nine tenths of the middle line's points have the line nearer
    than the farthest bank of their cross-section.
    """
    banks = shapely.boundary(shape)
    count = max(int(middle.line.length / max(mean_width(shape), 1e-6)), 8)
    at = np.linspace(0, middle.line.length, count)
    points = shapely.line_interpolate_point(middle.line, at)
    inside = shapely.intersects(shape, points)
    points = points[inside]
    if len(points) == 0:
        return False
    near = shapely.distance(points, line)
    room = np.maximum(shapely.distance(points, banks), mean_width(shape) / 2)
    return bool(np.mean(near <= room) >= _FOLLOWED)


def _closed_up(shape: BaseGeometry, by: float) -> BaseGeometry:
    """Close what is narrower than twice `by`, corners kept."""
    grown = shapely.buffer(shape, by, join_style="mitre", cap_style="flat")
    shrunk = shapely.buffer(grown, -by, join_style="mitre", cap_style="flat")
    both: BaseGeometry = shapely.union(shrunk, shape)
    return both


def _west_end(xy: Floats) -> tuple[float, float]:
    first, last = xy[[0, -1]].tolist()
    return min((first[0], first[1]), (last[0], last[1]))


def _length(xy: Floats) -> float:
    return float(np.hypot(*np.diff(xy, axis=0).T).sum())


def _one_line(paths: Iterable[MedialPath]) -> LineString:
    """Join lines from end to nearest end until there is one; rings stay whole."""
    chains = sorted((p.xy for p in paths), key=_west_end)
    rings = [xy for xy in chains if (xy[0] == xy[-1]).all()]
    if rings:
        return LineString(max(rings, key=_length))
    while len(chains) > 1:
        one, other = min(
            combinations(range(len(chains)), 2), key=lambda k: _gap(chains, k)
        )
        _, flip, swap = _nearest_ends(chains[one], chains[other])
        first = chains[one][::-1] if flip else chains[one]
        second = chains[other][::-1] if swap else chains[other]
        rest = [xy for k, xy in enumerate(chains) if k not in {one, other}]
        chains = [*rest, np.vstack([first, second])]
    return LineString(chains[0])


def _gap(chains: list[Floats], pair: tuple[int, int]) -> float:
    return _nearest_ends(chains[pair[0]], chains[pair[1]])[0]


def _nearest_ends(one: Floats, other: Floats) -> tuple[float, bool, bool]:
    """Return how far apart, and which of the two to turn so that they meet."""
    options = [
        (float(np.hypot(*(a - b))), flip, swap)
        for flip, a in ((False, one[-1]), (True, one[0]))
        for swap, b in ((False, other[0]), (True, other[-1]))
    ]
    return min(options)
