"""The area integral compiled: `columns`, a pair at a time, without the GIL.

Imported only where there is enough to sum. Each operation is the one written in
`columns`, in the same order. A pair is looked at once for all planes in which
it is measured.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled
from zoning.overlay.columns import GAP, NODE
from zoning.overlay.edge_kernel import height_of_edge
from zoning.overlay.edges import RaggedEdges

__all__ = ["own_areas", "piece_areas"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Edge = tuple[float, float, float, float]
Side = tuple[RaggedEdges, Floats]

CHUNK = 4096  # pairs; big enough that a thread is worth its start
_NODE, _GAP = float(NODE), float(GAP)  # constants of the compiled code


def _bare(side: Side) -> tuple[Floats, Indices, Floats, Floats, Floats]:
    edges, known = side
    return edges.box, edges.edge_starts, edges.ends, edges.sign, known


def piece_areas(
    left: Side,
    right: Side,
    pairs: Indices,
    *,
    boxes: Floats,
    density: Floats,
    threads: int | None = None,
) -> Floats:
    """Return the area that each pair of pieces has in common.

    As `columns.piece_areas`, and the same bytes, whatever `threads` is (default
    one for each processor). A side comes with the areas of all its pieces in the
    same densities, or with an empty array; that changes no byte either.
    """
    area = np.zeros((len(pairs), density.shape[1]))
    arrays = (*_bare(left), *_bare(right))

    def work(first: int) -> None:
        rows = slice(first, first + CHUNK)
        _measure_pairs(*arrays, pairs[rows], boxes[rows], density[rows], area[rows])

    _in_chunks(work, len(pairs), threads)
    return area


def own_areas(side: RaggedEdges, density: Floats, pieces: Indices) -> Floats:
    """Return the area of some pieces; as `columns.own_areas`, and the same bytes."""
    area = np.zeros((len(pieces), density.shape[1]))
    box, starts, ends, sign = side.box, side.edge_starts, side.ends, side.sign

    def work(first: int) -> None:
        rows = slice(first, first + CHUNK)
        _measure_pieces(
            box, starts, ends, sign, pieces[rows], density[rows], area[rows]
        )

    _in_chunks(work, len(pieces), None)
    return area


def _in_chunks(work: Callable[[int], None], count: int, threads: int | None) -> None:
    chunks = range(0, count, CHUNK)
    crew = min(threads or os.cpu_count() or 1, len(chunks))
    if crew <= 1:
        for first in chunks:
            work(first)
    else:
        with ThreadPoolExecutor(crew) as pool:
            list(pool.map(work, chunks))


@compiled
def _measure_pairs(
    a_box: Floats,
    a_starts: Indices,
    a_ends: Floats,
    a_sign: Floats,
    a_known: Floats,
    b_box: Floats,
    b_starts: Indices,
    b_ends: Floats,
    b_sign: Floats,
    b_known: Floats,
    pairs: Indices,
    boxes: Floats,
    density: Floats,
    area: Floats,
) -> None:
    """Write the area of each pair; ragged arrays reach compiled code bare."""
    most_a, most_b = 0, 0
    for k in range(len(pairs)):
        most_a = max(most_a, a_starts[pairs[k, 0] + 1] - a_starts[pairs[k, 0]])
        most_b = max(most_b, b_starts[pairs[k, 1] + 1] - b_starts[pairs[k, 1]])
    a, b = np.empty((2 * most_a, 6)), np.empty((2 * most_b, 6))
    active = np.empty(2 * most_b, dtype=np.int64)
    for k in range(len(pairs)):
        p, q = pairs[k]
        box = boxes[k]
        of_a, of_b = (
            slice(a_starts[p], a_starts[p + 1]),
            slice(b_starts[q], b_starts[q + 1]),
        )
        n = -1
        if _equal(a_box[p], box):
            n = _fill(b, b_ends[of_b], b_sign[of_b], box)
            if _covers(b[:n], box):
                _own(area[k], a_known, p, a_ends[of_a], a_sign[of_a], box, density[k])
                continue
        m = _fill(a, a_ends[of_a], a_sign[of_a], box) if n != 0 else 0
        if m > 0 and _equal(b_box[q], box) and _covers(a[:m], box):
            _own(area[k], b_known, q, b_ends[of_b], b_sign[of_b], box, density[k])
            continue
        if m > 0 and n < 0:
            n = _fill(b, b_ends[of_b], b_sign[of_b], box)
        if m > 0 and n > 0:
            _sum(area[k], a[:m], b[:n], density[k], active)


@compiled
def _equal(one: Floats, other: Floats) -> bool:
    return bool(
        one[0] == other[0]
        and one[1] == other[1]
        and one[2] == other[2]
        and one[3] == other[3]
    )


@compiled
def _covers(edges: Floats, box: Floats) -> bool:
    """Say whether all edges run along the top of a box, and along all of it."""
    width, top = box[2] - box[0], box[3] - box[1]
    along = 0.0
    for e in range(len(edges)):
        if edges[e, 1] != top or edges[e, 3] != top:
            return False
        along += edges[e, 4] * (edges[e, 2] - edges[e, 0])
    return bool(abs(along - width) <= _GAP * width)


@compiled
def _own(
    area: Floats,
    known: Floats,
    piece: int,
    ends: Floats,
    sign: Floats,
    box: Floats,
    density: Floats,
) -> None:
    """Write the area of a piece whose box is `box`."""
    for plane in range(len(area)):
        if len(known) > 0:
            area[plane] = known[piece, plane]
            continue
        total = 0.0
        for e in range(len(ends)):
            x0, y0 = ends[e, 0] - box[0], ends[e, 1] - box[1]
            x1, y1 = ends[e, 2] - box[0], ends[e, 3] - box[1]
            total += sign[e] * _under(x0, y0, x1, y1, density[plane])
        area[plane] = total


@compiled
def _measure_pieces(
    box: Floats,
    starts: Indices,
    ends: Floats,
    sign: Floats,
    pieces: Indices,
    density: Floats,
    area: Floats,
) -> None:
    """Write the area of each piece."""
    unknown = np.empty((0, 1))
    for k in range(len(pieces)):
        p = pieces[k]
        own = slice(starts[p], starts[p + 1])
        _own(area[k], unknown, p, ends[own], sign[own], box[p], density[k])


@compiled
def _fill(edges: Floats, ends: Floats, sign: Floats, box: Floats) -> int:
    """Write the edges of a piece inside a box, counted from its corner; how many."""
    left, bottom = box[0], box[1]
    width, top = box[2] - left, box[3] - bottom
    n = 0
    for e in range(len(ends)):
        x0, y0 = ends[e, 0] - left, ends[e, 1] - bottom
        x1, y1 = ends[e, 2] - left, ends[e, 3] - bottom
        if x0 >= width:
            break  # edges ascend in x0
        west = x0 if x0 > 0.0 else 0.0
        east = x1 if x1 < width else width
        if not west < east:
            continue
        if y0 <= 0.0 and y1 <= 0.0:
            continue
        start = height_of_edge(west, x0, y0, x1, y1)
        end = height_of_edge(east, x0, y0, x1, y1)
        if start <= 0.0 and end <= 0.0:
            continue
        if start >= top and end >= top:
            n = _put(edges, n, (west, top, east, top), sign[e], west)
            continue
        first = _limit(west, start, west, start, east, end, top)
        last = _limit(east, end, west, start, east, end, top)
        part = (first, _clamped(start, top), last, _clamped(end, top))
        n = _put(edges, n, part, sign[e], west)
        if start > top:
            n = _put(edges, n, (west, top, first, top), sign[e], west)
        if end > top:
            n = _put(edges, n, (last, top, east, top), sign[e], west)
    return n


@compiled
def _put(edges: Floats, n: int, edge: Edge, sign: float, west: float) -> int:
    if not edge[0] < edge[2]:
        return n
    edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3] = edge
    edges[n, 4], edges[n, 5] = sign, west
    return n + 1


@compiled
def _limit(
    x: float, y: float, west: float, start: float, east: float, end: float, top: float
) -> float:
    """Return `x`, or where the edge meets the floor or the top that `y` is beyond."""
    if y < 0.0:
        return _crossing(west, start, east, end, 0.0)
    if y > top:
        return _crossing(west, start, east, end, top)
    return x


@compiled
def _crossing(
    west: float, start: float, east: float, end: float, level: float
) -> float:
    x = west + (east - west) * ((level - start) / (end - start))
    if x < west:
        return west
    return east if x > east else x


@compiled
def _clamped(y: float, top: float) -> float:
    if y < 0.0:
        return 0.0
    return top if y > top else y


@compiled
def _sum(area: Floats, a: Floats, b: Floats, density: Floats, active: Indices) -> None:
    """Add up what lies under both, i by i, j by j; pairs that meet nowhere skipped.

    The west ends from which both lists come ascend (column 5), so that edges of
    b enter as a goes east, and leave for good once they end west of it.
    """
    entered, alive = 0, 0
    for i in range(len(a)):
        x0, y0, x1, y1, sign, start = a[i]
        while entered < len(b) and b[entered, 5] < x1:
            active[alive] = entered
            entered, alive = entered + 1, alive + 1
        kept = 0
        for k in range(alive):
            j = active[k]
            if b[j, 2] <= start:
                continue
            active[kept] = j
            kept += 1
            west = x0 if x0 > b[j, 0] else b[j, 0]
            east = x1 if x1 < b[j, 2] else b[j, 2]
            if not west < east:
                continue
            a0, a1 = (
                height_of_edge(west, x0, y0, x1, y1),
                height_of_edge(east, x0, y0, x1, y1),
            )
            b0 = height_of_edge(west, b[j, 0], b[j, 1], b[j, 2], b[j, 3])
            b1 = height_of_edge(east, b[j, 0], b[j, 1], b[j, 2], b[j, 3])
            both = sign * b[j, 4]
            for plane in range(len(area)):
                under = _lower(west, east, a0, a1, b0, b1, density[plane])
                area[plane] += both * under
        alive = kept


@compiled
def _lower(
    west: float,
    east: float,
    a0: float,
    a1: float,
    b0: float,
    b1: float,
    density: Floats,
) -> float:
    d0, d1 = a0 - b0, a1 - b1
    if (d0 < 0.0 and d1 > 0.0) or (d0 > 0.0 and d1 < 0.0):
        part = d0 / (d0 - d1)
        x, y = west + (east - west) * part, a0 + (a1 - a0) * part
        if d0 < 0.0:
            return _under(west, a0, x, y, density) + _under(x, y, east, b1, density)
        return _under(west, b0, x, y, density) + _under(x, y, east, a1, density)
    if d0 + d1 <= 0.0:
        return _under(west, a0, east, a1, density)
    return _under(west, b0, east, b1, density)


@compiled
def _under(x0: float, y0: float, x1: float, y1: float, density: Floats) -> float:
    x, y = (x0 + x1) * 0.5, (y0 + y1) * 0.5
    dx, dy = (x1 - x0) * _NODE, (y1 - y0) * _NODE
    if _even(density):  # the same bits: what is left out is multiplied by nothing
        mean = (y - dy) * density[0] + (y + dy) * density[0]
    else:
        mean = _column(x - dx, y - dy, density) + _column(x + dx, y + dy, density)
    under: float = (x1 - x0) * 0.5 * mean
    return under


@compiled
def _even(c: Floats) -> bool:
    """Say whether the density is the same everywhere."""
    return bool(
        c[1] == 0.0 and c[2] == 0.0 and c[3] == 0.0 and c[4] == 0.0 and c[5] == 0.0
    )


@compiled
def _column(x: float, y: float, c: Floats) -> float:
    below: float = y * (c[0] + x * (c[1] + x * c[2]) + y * (c[3] + x * c[4] + y * c[5]))
    return below
