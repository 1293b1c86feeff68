"""Edges cut where they meet, on a grid: until none meets another off its ends.

Two edges that cross far from all ends are cut in the place on the grid that is
nearest to their crossing. Whatever comes closer than that to anything else is
noded by GEOS on the same grid, which is robust for any input; both give the
same edges where both are sure.

References
----------
.. [1] J. Hobby (1999), Practical segment intersection with finite precision
   output, Computational Geometry 13: why ground beyond a cell is not touched.
"""

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["GRID_M", "REACH_M", "as_lines", "directed", "on_grid", "settled", "unique"]

GRID_M = 1e-4
"""Vertices lie on tenths of a millimetre."""
REACH_M = 2 * GRID_M

_STEPS = round(1 / GRID_M)  # GEOS multiplies and divides by it
_ROUNDS = 4
_APART = 6.0
"""Grid steps: crossings this far from ends and from one another are sure."""
_TIE = 1e-3
"""A crossing so close to the middle between two places is left to GEOS."""
_WIDEST = 2**31
"""Grid steps: a place in a county is one whole number."""
_LONGEST = 2**25
"""Grid steps: up to here products of lengths are whole numbers to a float."""

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.intp]
Steps = NDArray[np.int64]
Lines = NDArray[np.object_]


def on_grid(xy: Floats) -> Floats:
    """Move places to the nearest of the grid."""
    return np.round(xy * _STEPS) / _STEPS


def in_steps(places: Floats) -> Steps:
    """Return places on the grid as whole numbers."""
    return np.round(places * _STEPS).astype(np.int64)


def ranked(xy: Floats) -> tuple[Floats, Rows]:
    """Return places, each once, by x, then y, and which of them each is.

    Places on the grid are told apart; others are not, when they lie in one step.
    """
    first, row = np.unique(_key(xy), return_index=True, return_inverse=True)[1:]
    return xy[first], np.asarray(row)


def _key(xy: Floats) -> NDArray[np.generic]:
    """Return numbers in the order of places."""
    steps = in_steps(xy)
    steps -= steps.min(axis=0, initial=2**62)
    if steps.max(initial=0) < _WIDEST:
        return np.asarray(steps[:, 0] * _WIDEST + steps[:, 1])
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def settled(edges: Floats, rows: Rows) -> Floats:
    """Return edges, those in `rows` cut until none meets another off its ends.

    Parameters
    ----------
    edges : ndarray, shape (n, 4)
        Both ends on the grid, the smaller first; each edge once.
    rows : ndarray of int
        Edges that come closer than `REACH_M` to another off a common end.
    """
    for _ in range(_ROUNDS):
        if len(rows) == 0:
            return edges
        kept, new = np.delete(edges, rows, axis=0), _cut(edges[rows])
        edges, fresh = unique(np.concatenate([kept, new]), len(kept))
        steps = in_steps(edges)
        pairs = _meeting(steps, fresh, within=0.0)
        rows = np.unique(pairs)
    return _noded(edges)  # what keeps colliding on the grid is noded as a whole


def unique(edges: Floats, old: int = 0) -> tuple[Floats, Rows]:
    """Return edges sorted, each once, and which are those from row `old` on."""
    key = _key(edges.reshape(-1, 2))
    order = np.lexsort((key[1::2], key[::2]))
    one = edges[order]
    new = np.ones(len(one), dtype=bool)
    new[1:] = (one[1:] != one[:-1]).any(axis=1)
    fresh = np.zeros(int(new.sum()), dtype=bool)
    fresh[(np.cumsum(new) - 1)[order >= old]] = True
    return one[new], np.flatnonzero(fresh)


def directed(ends: Floats) -> Floats:
    """Turn edges to begin with the smaller end."""
    x0, y0, x1, y1 = ends.T
    back = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    return np.where(back[:, None], ends[:, [2, 3, 0, 1]], ends)


def as_lines(ends: Floats) -> Lines:
    """Return edges as lines."""
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def _meeting(steps: Steps, probed: Rows, *, within: float) -> Rows:
    """Return pairs of edges that meet off a common end, (m, 2), one of them probed."""
    from zoning.overlay import box_kernel
    from zoning.partition.meeting_kernel import close_pairs

    boxes = np.hstack(
        [
            np.minimum(steps[:, :2], steps[:, 2:]) - within,
            np.maximum(steps[:, :2], steps[:, 2:]) + within,
        ]
    ).astype(np.float64)
    pairs = box_kernel.meeting(boxes[probed], box_kernel.grown(boxes))
    pairs[:, 0] = probed[pairs[:, 0]]
    some = np.zeros(len(steps), dtype=bool)
    some[probed] = True
    pairs = pairs[(pairs[:, 0] < pairs[:, 1]) | ~some[pairs[:, 1]]]
    close = close_pairs(steps, pairs, float(within))
    return np.asarray(pairs[close])


# --------------------------------------------------------------------- one round
def _cut(edges: Floats) -> Floats:
    """Node edges on the grid; as `_noded`, which sees what is not sure alone."""
    steps = in_steps(edges)
    within = REACH_M * _STEPS
    pairs = _meeting(steps, np.arange(len(steps)), within=within)
    group = _groups(pairs, len(steps))
    places, sure = _crossings(steps[pairs[:, 0]], steps[pairs[:, 1]])
    doubtful = np.zeros(len(steps), dtype=bool)  # by group
    doubtful[group[pairs[~sure, 0]]] = True
    doubtful[group[_crowded(pairs, places, steps)]] = True
    while True:
        left = doubtful[group]
        taken = ~left[pairs[:, 0]]
        parts, of = _divided(steps, ~left, pairs=pairs[taken], places=places[taken])
        both = np.concatenate([parts, steps[left]])
        owner = np.concatenate([group[of], group[left]])
        wrong = _meeting(both, np.arange(len(parts)), within=within)
        if len(wrong) == 0:
            break
        doubtful[owner[wrong]] = True
    ends = parts / _STEPS
    if left.any():
        ends = np.concatenate([ends, _noded(edges[left])])
    return unique(directed(ends))[0]


def _noded(ends: Floats) -> Floats:
    """Have GEOS node edges on the grid."""
    crossed = shapely.get_parts(shapely.union_all(as_lines(ends), grid_size=GRID_M))
    xy, line = shapely.get_coordinates(crossed, return_index=True)
    joined = line[1:] == line[:-1]
    return unique(directed(np.hstack([xy[:-1], xy[1:]])[joined]))[0]


def _groups(pairs: Rows, count: int) -> Rows:
    """Return a number for each edge, the same for those that pairs connect."""
    from zoning.partition.meeting_kernel import connected

    return np.asarray(connected(pairs, count))


def _crossings(one: Steps, other: Steps) -> tuple[Steps, Flags]:
    """Return where edges cross, on the grid, and of which that is sure.

    Sure: they cross, all ends lie off the other's line, and no rounding could
    have chosen another place.
    """
    way, across = one[:, 2:] - one[:, :2], other[:, 2:] - other[:, :2]
    long = np.maximum(np.abs(way), np.abs(across)).max(axis=1, initial=0)
    gap = other[:, :2] - one[:, :2]
    far = long > _LONGEST
    way, across, gap = (np.where(far[:, None], 1, v) for v in (way, across, gap))
    whole = _turn(way, across).astype(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        part = _turn(gap, across) / whole
        second = _turn(gap, way) / whole
        exact = part[:, None] * way
        off = np.abs(whole) * np.minimum.reduce([part, 1 - part, second, 1 - second])
        off /= np.maximum(np.hypot(*way.T), np.hypot(*across.T))
        sure = ~far & (whole != 0) & (off > _APART)
        sure &= (np.abs(exact - np.floor(exact) - 0.5) > _TIE).all(axis=1)
    near = np.round(np.where(sure[:, None], exact, 0.0)).astype(np.int64)
    return one[:, :2] + near, sure


def _turn(one: Steps, other: Steps) -> Steps:
    return np.asarray(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])


def _crowded(pairs: Rows, places: Steps, steps: Steps) -> Rows:
    """Return edges on which two crossings, or one and an end, are close."""
    row, xy = pairs.reshape(-1), np.repeat(places, 2, axis=0)
    order = _along(row, xy, steps)
    row, xy = row[order], xy[order]
    close = np.hypot(*np.diff(xy, axis=0).T) < _APART
    close &= np.diff(row) == 0
    return np.asarray(row[1:][close])


def _along(row: Rows, xy: Steps, steps: Steps) -> Rows:
    """Return the order of places on edges, by edge, then from its start."""
    gone = np.abs(xy - steps[row, :2]).sum(axis=1)
    return np.lexsort((gone, row))


def _divided(
    steps: Steps, some: Flags, *, pairs: Rows, places: Steps
) -> tuple[Steps, Rows]:
    """Return some edges in their parts, and the edge of each part."""
    rows = np.flatnonzero(some)
    row = np.concatenate([rows, pairs.reshape(-1), rows])
    xy = [steps[rows, :2], np.repeat(places, 2, axis=0), steps[rows, 2:]]
    points = np.concatenate(xy)
    order = _along(row, points, steps)
    row, points = row[order], points[order]
    joined = row[1:] == row[:-1]
    return np.hstack([points[:-1], points[1:]])[joined], row[1:][joined]
