"""Looking at polygons through windows, compiled; see `windows`.

Positions on a frame run from 0 to 4, counter-clockwise from its south-west
corner. Rings run with what they enclose on their left, holes the other way: an
outline that leaves the window goes on, counter-clockwise along the frame, where
the next one enters.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled
from zoning.overlay.chain_kernel import (
    BEGIN,
    END,
    HOLE,
    KIND,
    OPEN,
    Made,
    chains_of,
    count_near,
)
from zoning.overlay.crossing_kernel import Outlines
from zoning.overlay.edge_kernel import roomy, stable_order
from zoning.overlay.ring_kernel import (
    NONE,
    PART,
    POINT,
    POLYGON,
    RING,
    VIEW,
    Out,
    put_point,
    put_ring,
    step_across,
    surrounds,
)

__all__ = ["ends_of_near_edges", "looked_through"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
Point = tuple[float, float]


@compiled
def ends_of_near_edges(
    outlines: Outlines, run_starts: Indices, row: Indices, window: Floats
) -> Floats:
    """Return windows grown around both ends of every edge whose box meets them.

    Parameters
    ----------
    outlines : tuple
        As for `looked_through`.
    run_starts : ndarray of int64, shape (n + 1,)
        Runs of each polygon.
    row : ndarray of int64, shape (m,)
        Polygon of each window.
    window : ndarray, shape (m, 4)
        West, south, east, north.

    Returns
    -------
    ndarray, shape (m, 4)
    """
    xy, runs, boxes, _, _ = outlines
    grown = window.copy()
    for view in range(len(row)):
        near = window[view]
        for run in range(run_starts[row[view]], run_starts[row[view] + 1]):
            if not _meets(boxes[run], near):
                continue
            for v in range(runs[run, 0], runs[run, 1] - 1):
                low_x, high_x = _sorted(xy[v, 0], xy[v + 1, 0])
                low_y, high_y = _sorted(xy[v, 1], xy[v + 1, 1])
                apart = low_x > near[2] or high_x < near[0]
                if apart or low_y > near[3] or high_y < near[1]:
                    continue
                grown[view, 0] = min(grown[view, 0], low_x)
                grown[view, 1] = min(grown[view, 1], low_y)
                grown[view, 2] = max(grown[view, 2], high_x)
                grown[view, 3] = max(grown[view, 3], high_y)
    return grown


@compiled
def _sorted(a: float, b: float) -> Point:
    return (a, b) if a < b else (b, a)


@compiled
def _meets(box: Floats, window: Floats) -> bool:
    across = box[0] <= window[2] and box[2] >= window[0]
    return bool(across and box[1] <= window[3] and box[3] >= window[1])


@compiled
def looked_through(
    outlines: Outlines, run_starts: Indices, row: Indices, window: Floats
) -> tuple[Floats, Floats, Flags]:
    """Return the rings of polygons within windows.

    Parameters
    ----------
    outlines : tuple
        Coordinates, shape (v, 2), shells counter-clockwise, holes clockwise;
        first place and the one after the last of each run, (r, 2), its box,
        (r, 4), and its ring, (r,); whether each ring is a hole.
    run_starts, row, window
        As for `ends_of_near_edges`.

    Returns
    -------
    points : ndarray, shape (p, 2)
        Closed rings, one after the other.
    rings : ndarray, shape (q, 5)
        View, polygon, whether it is a hole, first place and the one after the
        last, all whole numbers. Polygons are numbered through.
    failed : ndarray of bool, shape (m,)
        Where outlines meet on the frame: these views have no rings.
    """
    points, rings = np.empty((4096, 2)), np.empty((256, 5))
    at = np.zeros(3, dtype=np.int64)
    failed = np.zeros(len(row), dtype=np.bool_)
    for view in range(len(row)):
        first, last = run_starts[row[view]], run_starts[row[view] + 1]
        frame = window[view]
        edges = count_near(outlines, first, last, frame)
        chains = np.empty((edges + 1, 3), dtype=np.int64)
        made = (np.empty((4 * edges + 8, 2)), chains, np.empty((edges + 1, 2)))
        used, count = chains_of(outlines, first, last, frame, made)
        following = np.full(count, NONE, dtype=np.int64)
        linked = _linked(made, count, following)
        around = 0
        if linked == 0:
            around = _winding(outlines, first, last, frame)
        points = roomy(points, at[POINT], at[POINT] + used + 6 * count + 8)
        rings = roomy(rings, at[RING], at[RING] + count + 1)
        begin = at[RING]
        if linked < 0 or around < 0 or around > 1:
            failed[view] = True
            continue
        if around == 1:
            _put_frame(frame, (points, rings), at)
        _put_shells(made, following, frame, (points, rings), at)
        if not _put_holes(made, count, begin, (points, rings), at):
            failed[view] = True
            at[RING] = begin
        rings[begin : at[RING], VIEW] = view
    return points[: at[POINT]].copy(), rings[: at[RING]].copy(), failed


@compiled
def _linked(made: Made, count: int, following: Indices) -> int:
    """Say for each open chain which one enters next; return how many there are.

    Negative where entries and exits do not take turns.
    """
    _, chains, marks = made
    own = np.empty(count, dtype=np.int64)
    n = 0
    for chain in range(count):
        if chains[chain, KIND] == OPEN:
            own[n] = chain
            n += 1
    if n == 0:
        return 0
    place = np.empty(2 * n)
    for k in range(n):
        place[2 * k], place[2 * k + 1] = marks[own[k], 0], marks[own[k], 1]
    order = stable_order(place)
    if order[0] < 0:
        for k in range(2 * n):
            order[k] = k
    for k in range(2 * n):
        here, ahead = order[k], order[(k + 1) % (2 * n)]
        if here % 2 == ahead % 2:
            return NONE
        if k + 1 < 2 * n and not place[here] < place[ahead]:
            return NONE
        if here % 2 == 1:
            following[own[here // 2]] = own[ahead // 2]
    return n


@compiled
def _winding(outlines: Outlines, first: int, last: int, window: Floats) -> int:
    """Return how often the rings go round the south-west corner of a window."""
    xy, runs, boxes, _, _ = outlines
    x, y = window[0], window[1]
    turns = 0
    for run in range(first, last):
        box = boxes[run]
        if box[0] >= x or box[1] > y or box[3] < y:
            continue
        begin, end = runs[run, 0], runs[run, 1] - 1
        if box[2] < x:  # only its ends count
            turns += step_across(xy[begin, 1], xy[end, 1], y)
            continue
        for v in range(begin, end):
            step = step_across(xy[v, 1], xy[v + 1, 1], y)
            if step == 0:
                continue
            part = (y - xy[v, 1]) / (xy[v + 1, 1] - xy[v, 1])
            if xy[v, 0] + part * (xy[v + 1, 0] - xy[v, 0]) < x:
                turns += step
    return -turns


@compiled
def _put_frame(window: Floats, out: Out, at: Indices) -> None:
    """Write the whole frame as a shell."""
    begin = at[POINT]
    for number in range(4):
        put_point(_corner(number, window), out, at)
    put_ring(out, at, begin, at[POLYGON], 0)
    at[POLYGON] += 1


@compiled
def _corner(number: int, window: Floats) -> Point:
    turn = number % 4
    east, north = turn in (1, 2), turn in (2, 3)
    return (window[2] if east else window[0]), (window[3] if north else window[1])


@compiled
def _put_shells(
    made: Made,
    following: Indices,
    window: Floats,
    out: Out,
    at: Indices,
) -> None:
    """Write rings that run along the frame, and shells within it."""
    scrap, chains, marks = made
    done = np.zeros(len(following), dtype=np.bool_)
    for chain in range(len(following)):
        if done[chain] or chains[chain, KIND] == HOLE:
            continue
        begin, here = at[POINT], chain
        while not done[here]:
            done[here] = True
            for k in range(chains[here, BEGIN], chains[here, END]):
                put_point((scrap[k, 0], scrap[k, 1]), out, at)
            if chains[here, KIND] == OPEN:
                ahead = following[here]
                _along_frame(marks[here, 1], marks[ahead, 0], window, out, at)
                here = ahead
        put_ring(out, at, begin, at[POLYGON], 0)
        at[POLYGON] += 1


@compiled
def _along_frame(
    start: float,
    stop: float,
    window: Floats,
    out: Out,
    at: Indices,
) -> None:
    """Write the corners of the frame that lie between two positions."""
    if stop <= start:
        stop += 4.0
    corner = int(np.floor(start)) + 1
    while corner < stop:
        put_point(_corner(corner, window), out, at)
        corner += 1


@compiled
def _put_holes(
    made: Made,
    count: int,
    first_ring: int,
    out: Out,
    at: Indices,
) -> bool:
    """Write holes within the frame; say whether all of them lie in a shell."""
    scrap, chains, _ = made
    shells = at[RING]
    for chain in range(count):
        if chains[chain, KIND] != HOLE:
            continue
        low, high = chains[chain, BEGIN], chains[chain, END]
        x = 0.5 * (scrap[low, 0] + scrap[low + 1, 0])
        y = 0.5 * (scrap[low, 1] + scrap[low + 1, 1])
        home = NONE
        for ring in range(first_ring, shells):
            if shells - first_ring == 1 or surrounds(out, ring, x, y):
                home = ring
        if home < 0:
            return False
        begin = at[POINT]
        for k in range(low, high):
            put_point((scrap[k, 0], scrap[k, 1]), out, at)
        put_ring(out, at, begin, int(out[1][home, PART]), 1)
    return True
