"""What two polygons share, told from the crossings of their outlines; compiled.

Only for pairs in *general position*: no vertex of one comes near an edge of the
other, no two crossings on an edge are close. Then every crossing is sure, the
common ground is bounded by the stretches of each outline that lie in the other,
and following them leads round it. Everything else is left to GEOS.

Rings run with what they enclose on their left, holes the other way.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled
from zoning.overlay.crossing_kernel import (
    INWARD,
    LEFT_PLACE,
    LEFT_RING,
    NEAR_M,
    OF_LEFT,
    OF_RIGHT,
    RIGHT_PLACE,
    RIGHT_RING,
    Crossings,
    Side,
    X,
    Y,
    crossings_of,
    edges_in,
    stands_clear,
)
from zoning.overlay.edge_kernel import roomy, stable_order
from zoning.overlay.ring_kernel import (
    FIRST,
    IS_HOLE,
    LAST,
    NONE,
    PART,
    POINT,
    POLYGON,
    RING,
    VIEW,
    Out,
    put_point,
    put_ring,
    surrounds,
)

__all__ = ["followed"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]


@compiled
def followed(
    left: Side, right: Side, pairs: Indices, boxes: Floats
) -> tuple[Floats, Floats, Flags, Flags]:
    """Return the rings of what pairs of polygons share.

    Parameters
    ----------
    left, right : tuple
        Outlines as for `looked_through`; runs of each polygon, shape (n + 1,);
        first place of each ring, shape (r + 1,).
    pairs : ndarray of int64, shape (m, 2)
        Polygons of left and right.
    boxes : ndarray, shape (m, 4)
        What the boxes of both share.

    Returns
    -------
    points, rings, failed, clear
        As `looked_through` does; failed where a pair is not in general position;
        clear where the shape is valid for sure.
    """
    points, rings = np.empty((4096, 2)), np.empty((256, 5))
    at = np.zeros(3, dtype=np.int64)
    failed = np.zeros(len(pairs), dtype=np.bool_)
    clear = np.zeros(len(pairs), dtype=np.bool_)
    for view in range(len(pairs)):
        one = edges_in(left, pairs[view, 0], boxes[view])
        other = edges_in(right, pairs[view, 1], boxes[view])
        what, where, sure = crossings_of(left, right, one, other)
        if not sure:
            failed[view] = True
            continue
        room = len(one) + len(other) + 2 * len(what) + 16
        points = roomy(points, at[POINT], at[POINT] + 2 * room)
        rings = roomy(rings, at[RING], at[RING] + room)
        begin, first = at[RING], at[POINT]
        sure = _put_loops(left, right, (what, where), (points, rings), at, room)
        for of_left in (True, False):
            own, across = (left, right) if of_left else (right, left)
            row, met = pairs[view, int(not of_left)], pairs[view, int(of_left)]
            rings_met = what[:, LEFT_RING if of_left else RIGHT_RING]
            sure = sure and _put_whole_rings(
                own, row, across, met, boxes[view], rings_met, (points, rings), at
            )
        sure = sure and _sorted_out((points, rings), begin, at)
        if not sure:
            failed[view] = True
            at[RING], at[POINT] = begin, first
        rings[begin : at[RING], VIEW] = view
        if not failed[view] and _nests(rings[begin : at[RING]]):
            clear[view] = stands_clear(left[0][0], one, what[:, OF_LEFT])
            clear[view] &= stands_clear(right[0][0], other, what[:, OF_RIGHT])
    return points[: at[POINT]].copy(), rings[: at[RING]].copy(), failed, clear


@compiled
def _nests(rings: Floats) -> bool:
    """Say whether rings that do not meet can lie in each other in one way only."""
    holes = 0
    for ring in range(len(rings)):
        holes += int(rings[ring, IS_HOLE])
    return holes == 0 or holes == len(rings) - 1


# ------------------------------------------------------------------------- loops
@compiled
def _next_along(
    crossings: Crossings, edge: int, ring: int, place: int
) -> tuple[Indices, bool]:
    """Return which crossing follows each along its ring; false where it is not sure.

    `edge`, `ring` and `place` are columns: of the left outline or of the right.
    """
    what, where = crossings
    n = len(what)
    following = np.empty(n, dtype=np.int64)
    if n == 0:
        return following, True
    keys = np.empty(n)
    base = what[0, edge]
    for k in range(n):
        base = min(base, what[k, edge])
    for k in range(n):
        keys[k] = (what[k, edge] - base) + where[k, place]
    order = stable_order(keys)
    if order[0] < 0:
        for k in range(n):
            order[k] = k
    first = 0
    for k in range(n):
        here = order[k]
        last = k + 1 == n or what[order[k + 1], ring] != what[here, ring]
        ahead = order[first] if last else order[k + 1]
        following[here] = ahead
        if last:
            first = k + 1
        elif not keys[here] < keys[ahead]:
            return following, False
        if ahead != here and what[ahead, edge] == what[here, edge]:
            x, y = where[ahead, X] - where[here, X], where[ahead, Y] - where[here, Y]
            if x * x + y * y <= NEAR_M * NEAR_M:
                return following, False
        if what[here, INWARD] + what[ahead, INWARD] != 0:
            return following, False
    return following, True


@compiled
def _put_loops(
    left: Side, right: Side, crossings: Crossings, out: Out, at: Indices, room: int
) -> bool:
    """Write rings that change from one outline to the other; false where unsure."""
    what, where = crossings
    next_left, sure = _next_along(crossings, OF_LEFT, LEFT_RING, LEFT_PLACE)
    next_right, sure_too = _next_along(crossings, OF_RIGHT, RIGHT_RING, RIGHT_PLACE)
    if not sure or not sure_too:
        return False
    limit = at[POINT] + room
    done = np.zeros(len(what), dtype=np.bool_)
    for start in range(len(what)):
        if done[start] or what[start, INWARD] < 0:
            continue
        begin, here = at[POINT], start
        while not done[here]:
            done[here] = True
            put_point((where[here, X], where[here, Y]), out, at)
            ahead = next_left[here]
            if not _put_stretch(left, crossings, here, ahead, OF_LEFT, out, at, limit):
                return False
            put_point((where[ahead, X], where[ahead, Y]), out, at)
            here = next_right[ahead]
            if not _put_stretch(
                right, crossings, ahead, here, OF_RIGHT, out, at, limit
            ):
                return False
        if here != start:
            return False
        put_ring(out, at, begin, NONE, 0)
    return True


@compiled
def _put_stretch(
    side: Side,
    crossings: Crossings,
    here: int,
    ahead: int,
    edge: int,
    out: Out,
    at: Indices,
    limit: int,
) -> bool:
    """Write the vertices of a ring between two crossings; false when too many."""
    (xy, _, _, _, _), _, ring_starts = side
    what, where = crossings
    ring, place = LEFT_RING, LEFT_PLACE
    if edge == OF_RIGHT:
        ring, place = RIGHT_RING, RIGHT_PLACE
    low, high = ring_starts[what[here, ring]], ring_starts[what[here, ring] + 1] - 1
    v, goal = what[here, edge], what[ahead, edge]
    around = v == goal and not where[here, place] < where[ahead, place]
    while v != goal or around:
        around = False
        v += 1
        if v == high:
            v = low
        if at[POINT] >= limit:
            return False
        put_point((xy[v, 0], xy[v, 1]), out, at)
    return True


@compiled
def _put_whole_rings(
    side: Side,
    polygon: int,
    across: Side,
    met: int,
    box: Floats,
    crossed: Indices,
    out: Out,
    at: Indices,
) -> bool:
    """Write rings that meet no other outline and lie in the other polygon."""
    (xy, _, _, ring, _), run_starts, ring_starts = side
    last = NONE
    for run in range(run_starts[polygon], run_starts[polygon + 1]):
        own = ring[run]
        if own == last:
            continue
        last = own
        first, end = ring_starts[own], ring_starts[own + 1]
        x, y = xy[first, 0], xy[first, 1]
        if x < box[0] or x > box[2] or y < box[1] or y > box[3] or own in crossed:
            continue
        turns = _turns_round(across, met, x, y)
        if turns not in (0, 1):
            return False
        if turns == 1:
            if at[POINT] + end - first + 1 > len(out[0]):
                return False
            begin = at[POINT]
            for v in range(first, end - 1):
                put_point((xy[v, 0], xy[v, 1]), out, at)
            put_ring(out, at, begin, NONE, 0)
    return True


@compiled
def _turns_round(side: Side, polygon: int, x: float, y: float) -> int:
    """Return how often the rings of a polygon go round a point."""
    (xy, runs, boxes, _, _), run_starts, _ = side
    turns = 0
    for run in range(run_starts[polygon], run_starts[polygon + 1]):
        box = boxes[run]
        if box[0] > x or box[1] > y or box[3] < y:
            continue
        for v in range(runs[run, 0], runs[run, 1] - 1):
            below, ends_below = xy[v, 1] <= y, xy[v + 1, 1] <= y
            if below == ends_below:
                continue
            left_of = (xy[v + 1, 0] - xy[v, 0]) * (y - xy[v, 1])
            left_of -= (x - xy[v, 0]) * (xy[v + 1, 1] - xy[v, 1])
            if below and left_of < 0.0:  # the edge goes up, west of the point
                turns -= 1
            elif ends_below and left_of > 0.0:
                turns += 1
    return turns


@compiled
def _sorted_out(out: Out, begin: int, at: Indices) -> bool:
    """Tell shells from holes, and give each hole its shell."""
    points, rings = out
    shells = 0
    for ring in range(begin, at[RING]):
        area = _signed_area(out, ring)
        if area == 0.0:
            return False
        rings[ring, IS_HOLE] = 1.0 if area < 0.0 else 0.0
        if area > 0.0:
            rings[ring, PART] = at[POLYGON] + shells
            shells += 1
    for ring in range(begin, at[RING]):
        if rings[ring, IS_HOLE] == 0.0:
            continue
        first = int(rings[ring, FIRST])
        x = 0.5 * (points[first, 0] + points[first + 1, 0])
        y = 0.5 * (points[first, 1] + points[first + 1, 1])
        for home in range(begin, at[RING]):
            if rings[home, IS_HOLE] == 0.0 and (
                shells == 1 or surrounds(out, home, x, y)
            ):
                rings[ring, PART] = rings[home, PART]
        if rings[ring, PART] < 0:
            return False
    at[POLYGON] += shells
    return True


@compiled
def _signed_area(out: Out, ring: int) -> float:
    points, rings = out
    first, last = int(rings[ring, FIRST]), int(rings[ring, LAST])
    x, y = points[first, 0], points[first, 1]
    twice = 0.0
    for k in range(first, last - 1):
        twice += (points[k, 0] - x) * (points[k + 1, 1] - y)
        twice -= (points[k + 1, 0] - x) * (points[k, 1] - y)
    return 0.5 * twice
