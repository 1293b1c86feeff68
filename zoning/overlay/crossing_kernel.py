"""Where the outlines of two polygons cross, and whether that is sure; compiled.

Rows are copied one by one, and a place is sought by halving: a slice that is
assigned, or numpy's own search, compiles for seconds.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled
from zoning.overlay.edge_kernel import stable_order

__all__ = ["NEAR_M", "Crossings", "Side", "crossings_of", "edges_in", "stands_clear"]

NEAR_M = 1e-6
"""Closer than this is not general position; coordinates are sure to 1e-8 m."""
OF_LEFT, OF_RIGHT, INWARD, LEFT_RING, RIGHT_RING = range(5)
"""Columns of crossings: first vertices of both edges; 1 where the left outline
enters the right polygon, -1 where it leaves; rings of both."""
X, Y, LEFT_PLACE, RIGHT_PLACE = range(4)
"""Columns of where they are: the point, and its place along both edges."""
UNSURE = 9
SHARP = 0.02
"""Sine of the angle below which neighbours on an outline are not clear."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Outlines = tuple[Floats, Indices, Floats, Indices, Flags]
"""Coordinates; places, box and ring of each run; which rings are holes."""
Side = tuple[Outlines, Indices, Indices]
"""Outlines, runs of each polygon, first place of each ring."""
Crossings = tuple[Indices, Floats]
"""Whole numbers, and where."""


@compiled
def edges_in(side: Side, polygon: int, box: Floats) -> Indices:
    """Return first vertex and ring of every edge that comes near a box, (e, 2)."""
    (xy, runs, boxes, ring, _), run_starts, _ = side
    west, south = box[0] - NEAR_M, box[1] - NEAR_M
    east, north = box[2] + NEAR_M, box[3] + NEAR_M
    found = np.empty((64, 2), dtype=np.int64)
    n = 0
    for run in range(run_starts[polygon], run_starts[polygon + 1]):
        b = boxes[run]
        if b[0] > east or b[2] < west or b[1] > north or b[3] < south:
            continue
        begin, end = runs[run, 0], runs[run, 1] - 1
        if n + end - begin > len(found):
            wider = np.empty((2 * len(found) + end - begin, 2), dtype=np.int64)
            for k in range(n):
                wider[k, 0], wider[k, 1] = found[k, 0], found[k, 1]
            found = wider
        for v in range(begin, end):
            x0, y0, x1, y1 = xy[v, 0], xy[v, 1], xy[v + 1, 0], xy[v + 1, 1]
            if (x0 > east and x1 > east) or (x0 < west and x1 < west):
                continue
            if (y0 > north and y1 > north) or (y0 < south and y1 < south):
                continue
            found[n, 0], found[n, 1] = v, ring[run]
            n += 1
    return found[:n]


@compiled
def crossings_of(
    left: Side, right: Side, one: Indices, other: Indices
) -> tuple[Indices, Floats, bool]:
    """Return all crossings of some edges; false where one is not sure."""
    a, b = left[0][0], right[0][0]
    what, where = np.empty((16, 5), dtype=np.int64), np.empty((16, 4))
    n = 0
    order, west, widest = _by_west(b, other)
    for i in range(len(one)):
        v = one[i, 0]
        low_x, high_x = min(a[v, 0], a[v + 1, 0]), max(a[v, 0], a[v + 1, 0])
        low_y, high_y = min(a[v, 1], a[v + 1, 1]), max(a[v, 1], a[v + 1, 1])
        j = _first_from(west, low_x - widest - NEAR_M)
        while j < len(other) and west[j] <= high_x + NEAR_M:
            w = other[order[j], 0]
            far = min(b[w, 1], b[w + 1, 1]) > high_y + NEAR_M
            far = far or max(b[w, 1], b[w + 1, 1]) < low_y - NEAR_M
            if not far and max(b[w, 0], b[w + 1, 0]) >= low_x - NEAR_M:
                turn = _meeting(a, v, b, w)
                if turn == UNSURE:
                    return what[:0], where[:0], False
                if turn != 0:
                    if n == len(what):
                        what, where = _doubled(what), _doubled_floats(where)
                    what[n, OF_LEFT], what[n, OF_RIGHT] = v, w
                    what[n, INWARD] = turn
                    what[n, LEFT_RING] = one[i, 1]
                    what[n, RIGHT_RING] = other[order[j], 1]
                    _put_crossing(a, v, b, w, where[n])
                    n += 1
            j += 1
    return what[:n], where[:n], True


@compiled
def _by_west(xy: Floats, edges: Indices) -> tuple[Indices, Floats, float]:
    """Return the order of edges by their west ends, these, and the greatest width."""
    keys = np.empty(len(edges))
    widest = 0.0
    for k in range(len(edges)):
        x0, x1 = xy[edges[k, 0], 0], xy[edges[k, 0] + 1, 0]
        keys[k] = min(x0, x1)
        widest = max(widest, abs(x1 - x0))
    order = stable_order(keys)
    if order[0] < 0:
        for k in range(len(edges)):
            order[k] = k
    west = np.empty(len(edges))
    for k in range(len(edges)):
        west[k] = keys[order[k]]
    return order, west, widest


@compiled
def _first_from(ordered: Floats, least: float) -> int:
    """Return the first place of ascending values that is not below `least`."""
    low, high = 0, len(ordered)
    while low < high:
        middle = (low + high) // 2
        if ordered[middle] < least:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def _doubled(held: Indices) -> Indices:
    wider = np.empty((2 * len(held), held.shape[1]), dtype=np.int64)
    for k in range(len(held)):
        for column in range(held.shape[1]):
            wider[k, column] = held[k, column]
    return wider


@compiled
def _doubled_floats(held: Floats) -> Floats:
    wider = np.empty((2 * len(held), held.shape[1]))
    for k in range(len(held)):
        for column in range(held.shape[1]):
            wider[k, column] = held[k, column]
    return wider


@compiled
def _meeting(a: Floats, v: int, b: Floats, w: int) -> int:
    """Say how edge v of `a` crosses edge w of `b`: 1 to its left, -1 to its right.

    0 where they are apart, `UNSURE` where an end of one is near the other.
    """
    before = _side_of(b, w, a[v, 0], a[v, 1])
    after = _side_of(b, w, a[v + 1, 0], a[v + 1, 1])
    start = _side_of(a, v, b[w, 0], b[w, 1])
    stop = _side_of(a, v, b[w + 1, 0], b[w + 1, 1])
    if before * after > 0.0 and min(abs(before), abs(after)) > NEAR_M:
        return 0
    if start * stop > 0.0 and min(abs(start), abs(stop)) > NEAR_M:
        return 0
    if _near_end(a, v, b, w) or _near_end(b, w, a, v):
        return UNSURE
    if before * after < 0.0 and start * stop < 0.0:
        return 1 if after > 0.0 else -1
    return 0


@compiled
def _side_of(xy: Floats, v: int, x: float, y: float) -> float:
    """Return how far left of the line of an edge a point is."""
    along, up = xy[v + 1, 0] - xy[v, 0], xy[v + 1, 1] - xy[v, 1]
    length = np.sqrt(along * along + up * up)
    if length == 0.0:
        return 0.0
    return float((along * (y - xy[v, 1]) - up * (x - xy[v, 0])) / length)


@compiled
def _near_end(a: Floats, v: int, b: Floats, w: int) -> bool:
    """Say whether an end of edge v comes near edge w."""
    along, up = b[w + 1, 0] - b[w, 0], b[w + 1, 1] - b[w, 1]
    square = along * along + up * up
    for end in range(v, v + 2):
        x, y = a[end, 0] - b[w, 0], a[end, 1] - b[w, 1]
        part = 0.0
        if square > 0.0:
            part = min(max((x * along + y * up) / square, 0.0), 1.0)
        x, y = x - part * along, y - part * up
        if x * x + y * y <= NEAR_M * NEAR_M:
            return True
    return False


@compiled
def _put_crossing(a: Floats, v: int, b: Floats, w: int, where: Floats) -> None:
    """Write where two edges cross; in whichever direction they run, the same bits."""
    low, high = v, v + 1
    if (a[low, 0], a[low, 1]) > (a[high, 0], a[high, 1]):
        low, high = high, low
    base, top = w, w + 1
    if (b[base, 0], b[base, 1]) > (b[top, 0], b[top, 1]):
        base, top = top, base
    along, up = a[high, 0] - a[low, 0], a[high, 1] - a[low, 1]
    across, rise = b[top, 0] - b[base, 0], b[top, 1] - b[base, 1]
    x, y = b[base, 0] - a[low, 0], b[base, 1] - a[low, 1]
    whole = along * rise - up * across
    part = min(max((x * rise - y * across) / whole, 0.0), 1.0)
    other = min(max((x * up - y * along) / whole, 0.0), 1.0)
    where[X], where[Y] = a[low, 0] + part * along, a[low, 1] + part * up
    where[LEFT_PLACE] = part if low == v else 1.0 - part
    where[RIGHT_PLACE] = other if base == w else 1.0 - other


@compiled
def stands_clear(xy: Floats, edges: Indices, crossed: Indices) -> bool:
    """Say whether edges that are crossed stand clear of the rest of their outline.

    Where they are cut an edge moves by no more than rounding, `NEAR_M` / 100. If
    nothing of its own outline is nearer than `NEAR_M`, save a neighbour that
    leads away from it, then it meets nothing there that it did not meet before.
    """
    for k in range(len(crossed)):
        v = crossed[k]
        west = min(xy[v, 0], xy[v + 1, 0]) - NEAR_M
        east = max(xy[v, 0], xy[v + 1, 0]) + NEAR_M
        south = min(xy[v, 1], xy[v + 1, 1]) - NEAR_M
        north = max(xy[v, 1], xy[v + 1, 1]) + NEAR_M
        for e in range(len(edges)):
            w = edges[e, 0]
            x0, y0, x1, y1 = xy[w, 0], xy[w, 1], xy[w + 1, 0], xy[w + 1, 1]
            apart = (x0 > east and x1 > east) or (x0 < west and x1 < west)
            apart = apart or (y0 > north and y1 > north) or (y0 < south and y1 < south)
            if not apart and v != w and _crowds(xy, v, w):
                return False
    return True


@compiled
def _crowds(xy: Floats, v: int, w: int) -> bool:
    """Say whether two edges of an outline are close, or part at a sharp angle."""
    for end in range(2):
        for end_other in range(2):
            if (
                xy[v + end, 0] == xy[w + end_other, 0]
                and xy[v + end, 1] == xy[w + end_other, 1]
            ):
                return _parts_sharply(xy, v, end, w, end_other)
    return _near_end(xy, v, xy, w) or _near_end(xy, w, xy, v)


@compiled
def _parts_sharply(xy: Floats, v: int, end: int, w: int, end_other: int) -> bool:
    """Say whether two edges with a common end leave it in almost one direction."""
    far, far_other = v + 1 - end, w + 1 - end_other
    x, y = xy[far, 0] - xy[v + end, 0], xy[far, 1] - xy[v + end, 1]
    across = xy[far_other, 0] - xy[v + end, 0]
    up = xy[far_other, 1] - xy[v + end, 1]
    size = np.sqrt((x * x + y * y) * (across * across + up * up))
    if size <= NEAR_M * NEAR_M:
        return True
    ahead = x * across + y * up > 0.0
    return bool(ahead and abs(x * up - y * across) < SHARP * size)
