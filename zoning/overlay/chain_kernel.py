"""What of outlines lies within a window: chains from frame to frame; compiled.

Positions on a frame run from 0 to 4, counter-clockwise from its south-west
corner.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled
from zoning.overlay.crossing_kernel import Outlines
from zoning.overlay.ring_kernel import NONE

__all__ = ["HOLE", "OPEN", "SHELL", "Made", "chains_of", "count_near"]

OPEN, SHELL, HOLE = range(3)
"""Kinds of chains: from frame to frame, or a whole ring."""
BEGIN, END, KIND = range(3)
"""Columns of chains."""
USED, COUNT, GOING = range(3)
"""Points and chains so far, and whether the last chain goes on."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Made = tuple[Floats, Indices, Floats]
"""Points of chains, the chains, and where on the frame they enter and leave."""
Point = tuple[float, float]


@compiled
def _reaches_in(box: Floats, window: Floats) -> bool:
    across = box[0] < window[2] and box[2] > window[0]
    return bool(across and box[1] < window[3] and box[3] > window[1])


@compiled
def count_near(outlines: Outlines, first: int, last: int, window: Floats) -> int:
    """Return how many edges lie in runs that reach into a window."""
    _, runs, boxes, _, _ = outlines
    edges = 0
    for run in range(first, last):
        if _reaches_in(boxes[run], window):
            edges += runs[run, 1] - runs[run, 0] - 1
    return edges


@compiled
def chains_of(
    outlines: Outlines, first: int, last: int, window: Floats, made: Made
) -> tuple[int, int]:
    """Write what of the rings lies within a window; return how much was used."""
    ring = outlines[3]
    state = np.zeros(3, dtype=np.int64)
    begin = first
    while begin < last:
        end = begin + 1
        while end < last and ring[end] == ring[begin]:
            end += 1
        _chains_of_ring(outlines, begin, end, window, made, state)
        begin = end
    return state[USED], state[COUNT]


@compiled
def _chains_of_ring(
    outlines: Outlines, begin: int, end: int, window: Floats, made: Made, state: Indices
) -> None:
    xy, runs, boxes, ring, hole = outlines
    base, from_start = state[COUNT], False
    for run in range(begin, end):
        if not _reaches_in(boxes[run], window):
            _end_chain(made, state, window)  # its last vertex is on the frame
            continue
        for v in range(runs[run, 0], runs[run, 1] - 1):
            start, stop = (xy[v, 0], xy[v, 1]), (xy[v + 1, 0], xy[v + 1, 1])
            within = _take_edge(start, stop, window, made, state)
            from_start = from_start or (within and v == runs[begin, 0])
    if not from_start or state[GOING] == 0:
        _end_chain(made, state, window)
        return
    scrap, chains, marks = made
    last, state[GOING] = state[COUNT], 0
    if last == base:  # never left
        chains[last, END] = state[USED]
        chains[last, KIND] = HOLE if hole[ring[begin]] else SHELL
        state[COUNT] += 1
        return
    for k in range(chains[base, BEGIN] + 1, chains[base, END]):
        _keep((scrap[k, 0], scrap[k, 1]), made, state)
    chains[base, BEGIN], chains[base, END] = chains[last, BEGIN], state[USED]
    marks[base, 0] = marks[last, 0]


@compiled
def _take_edge(
    start: Point, stop: Point, window: Floats, made: Made, state: Indices
) -> bool:
    """Add what of an edge lies in the window; say whether it begins there."""
    scrap, chains, marks = made
    entry, exit_, enters, leaves = _within(start, stop, window)
    if not entry < exit_:
        _end_chain(made, state, window)
        return False
    if state[GOING] == 0:
        chain = state[COUNT]
        chains[chain, BEGIN], chains[chain, KIND] = state[USED], OPEN
        _keep(_on_frame(start, stop, enters, window), made, state)
        marks[chain, 0] = _position(scrap[state[USED] - 1], window)
        state[GOING] = 1
    if leaves < 0:
        _keep(stop, made, state)
    else:
        _keep(_on_frame(start, stop, leaves, window), made, state)
        _end_chain(made, state, window)
    return enters < 0


@compiled
def _keep(point: Point, made: Made, state: Indices) -> None:
    made[0][state[USED], 0], made[0][state[USED], 1] = point
    state[USED] += 1


@compiled
def _end_chain(made: Made, state: Indices, window: Floats) -> None:
    """End the chain that goes on, if one does, where it has come to."""
    if state[GOING] == 0:
        return
    scrap, chains, marks = made
    chains[state[COUNT], END] = state[USED]
    marks[state[COUNT], 1] = _position(scrap[state[USED] - 1], window)
    state[COUNT] += 1
    state[GOING] = 0


@compiled
def _within(start: Point, stop: Point, window: Floats) -> tuple[float, float, int, int]:
    """Return which part of an edge lies in a window, and the sides that bound it."""
    entry, exit_, enters, leaves = 0.0, 1.0, NONE, NONE
    for side in range(4):
        axis = side % 2
        way = stop[axis] - start[axis]
        room = window[side] - start[axis]
        inward = 1.0 if side < 2 else -1.0  # noqa: PLR2004  west and south
        if way == 0.0:
            if room * inward >= 0.0:  # runs along this side, or beyond it
                return 1.0, 0.0, side, side
        elif way * inward > 0.0:
            if room / way > entry:
                entry, enters = room / way, side
        elif room / way < exit_:
            exit_, leaves = room / way, side
    return entry, exit_, enters, leaves


@compiled
def _on_frame(start: Point, stop: Point, side: int, window: Floats) -> Point:
    """Return where an edge crosses a side of the frame; its start where none is."""
    if side < 0:
        return start
    axis, along = side % 2, 1 - side % 2
    part = (window[side] - start[axis]) / (stop[axis] - start[axis])
    other = start[along] + part * (stop[along] - start[along])
    low, high = window[along], window[along + 2]
    other = low if other < low else (high if other > high else other)
    return (window[side], other) if axis == 0 else (other, window[side])


@compiled
def _position(point: Floats, window: Floats) -> float:
    """Return where on the frame a point is: on the side that is nearest."""
    x, y = point[0], point[1]
    across = (x - window[0]) / (window[2] - window[0])
    up = (y - window[1]) / (window[3] - window[1])
    west, south, east, north = abs(across), abs(up), abs(across - 1), abs(up - 1)
    least = min(west, south, east, north)
    if south == least:
        return float(across)
    if east == least:
        return float(1.0 + up)
    if north == least:
        return float(3.0 - across)
    return float(4.0 - up)
