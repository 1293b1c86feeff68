"""Laying out and cutting compiled: `edges` and `cutting`, a polygon at a time.

Imported only where there is enough to cut. Every operation is the one of the
numpy twin, in the same order, so that both give the same bytes. Edges are rows
``x0, y0, x1, y1, sign`` here. Loops, where numpy has a word for it, because
compiling that word takes seconds.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["cut_polygons", "height_of_edge", "lay_out", "roomy", "stable_order"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Edge = tuple[float, float, float, float]
Limits = tuple[int, float, float, float]
OWNER, WEST, FLOOR, EAST, TOP, COUNT = range(6)
"""Columns of what is known of a piece beside its edges."""
MOST_GROWTH = 4
"""Edges that halving a piece can leave of each, lids included."""
RUN = 12
"""Rows that are put in order by insertion."""


@compiled
def lay_out(
    xy: Floats,
    ring_starts: Indices,
    first_ring: Indices,
    shell: NDArray[np.bool_],
    edges: Floats,
) -> Indices:
    """Write the signed edges of polygons by feature, then x; return their starts.

    Parameters
    ----------
    xy : ndarray, shape (m, 2)
        Coordinates of all rings.
    ring_starts : ndarray of int64, shape (r + 1,)
    first_ring : ndarray of int64, shape (n + 1,)
        Rings of feature k are ``first_ring[k]`` to ``first_ring[k + 1]``.
    shell : ndarray of bool, shape (r,)
        False for holes.
    edges : ndarray, shape (m, 5)
        Written to.

    Returns
    -------
    ndarray of int64, shape (n + 1,)
        Edges of each feature.
    """
    starts = np.zeros(len(first_ring), dtype=np.int64)
    n = 0
    for feature in range(len(first_ring) - 1):
        begin = n
        for ring in range(first_ring[feature], first_ring[feature + 1]):
            points = xy[ring_starts[ring] : ring_starts[ring + 1]]
            n = _put_ring(points, shell[ring], edges, n)
        _sort_by_west(edges, begin, n)
        starts[feature + 1] = n
    return starts


@compiled
def _put_ring(points: Floats, shell: np.bool_, edges: Floats, n: int) -> int:
    twice = 0.0
    left, bottom = points[0, 0], points[0, 1]
    for k in range(len(points) - 1):
        x0, y0 = points[k, 0] - left, points[k, 1] - bottom
        x1, y1 = points[k + 1, 0] - left, points[k + 1, 1] - bottom
        twice += x0 * y1 - x1 * y0
    turn = 1.0 if (twice > 0) == shell else -1.0
    for k in range(len(points) - 1):
        x0, y0 = points[k, 0], points[k, 1]
        x1, y1 = points[k + 1, 0], points[k + 1, 1]
        if x1 < x0:
            n = _put(edges, n, (x1, y1, x0, y0), turn)
        else:
            n = _put(edges, n, (x0, y0, x1, y1), -turn)
    return n


@compiled
def _put(edges: Floats, n: int, edge: Edge, sign: float) -> int:
    """Write an edge; an upright one has no region under it."""
    if not edge[0] < edge[2]:
        return n
    edges[n, 0], edges[n, 1], edges[n, 2], edges[n, 3] = edge
    edges[n, 4] = sign
    return n + 1


@compiled
def _sort_by_west(edges: Floats, begin: int, end: int) -> None:
    """Put edges in order of their west ends; equal ones stay as they stand."""
    keys = np.empty(end - begin)
    for e in range(end - begin):
        keys[e] = edges[begin + e, 0]
    order = stable_order(keys)
    if order[0] < 0:
        return
    held = _rows(edges, begin, end)
    for e in range(end - begin):
        for column in range(5):
            edges[begin + e, column] = held[order[e], column]


@compiled
def stable_order(keys: Floats) -> Indices:
    """Return the stable order of keys; -1 first where they are in order already."""
    n = len(keys)
    order = np.empty(n + 1, dtype=np.int64)
    order[0] = -1
    ascending = True
    for k in range(1, n):
        ascending = ascending and keys[k - 1] <= keys[k]
    if ascending:
        return order
    for start in range(0, n, RUN):
        for k in range(start, min(start + RUN, n)):
            place = k
            while place > start and keys[order[place - 1]] > keys[k]:
                order[place] = order[place - 1]
                place -= 1
            order[place] = k
    other = np.empty(n + 1, dtype=np.int64)
    width = RUN
    while width < n:
        for start in range(0, n, 2 * width):
            _merge(keys, order, other, start, width)
        order, other = other, order
        width *= 2
    return order


@compiled
def _merge(
    keys: Floats, order: Indices, other: Indices, start: int, width: int
) -> None:
    """Merge two runs of `order` into `other`; the first one's come first."""
    middle = min(start + width, len(keys))
    end = min(start + 2 * width, len(keys))
    i, j = start, middle
    for k in range(start, end):
        if i < middle and (j >= end or keys[order[i]] <= keys[order[j]]):
            other[k] = order[i]
            i += 1
        else:
            other[k] = order[j]
            j += 1


@compiled
def cut_polygons(
    starts: Indices, ends: Floats, sign: Floats, where: Floats, limits: Limits
) -> tuple[Floats, Floats]:
    """Halve polygons until each piece has few edges and is narrow enough.

    Parameters
    ----------
    starts : ndarray of int64, shape (n + 1,)
        Edges of each polygon.
    ends, sign : ndarray, shapes (e, 4) and (e,)
    where : ndarray, shape (n, 6)
        Row, west end, floor, east end, top and number of edges of each.
    limits : tuple
        `MOST_EDGES`, `WIDEST_M`, `FINEST_M` and `MARGIN` of `cutting`.

    Returns
    -------
    where, edges : ndarray, shapes (p, 6) and (f, 5)
        Of the pieces; edges in order of their west ends.
    """
    done, places = np.empty((len(ends) + 64, 5)), np.empty((1024, 6))
    edges, pieces = 0, 0
    for polygon in range(len(starts) - 1):
        stack = _gathered(ends, sign, starts[polygon], starts[polygon + 1])
        waiting = np.empty((64, 6))
        _copy_row(where, polygon, waiting, 0)
        depth, top = 1, len(stack)
        while depth > 0:
            depth -= 1
            n = int(waiting[depth, COUNT])
            low = top - n
            if _small(waiting[depth], limits):
                done = roomy(done, edges, edges + n)
                for e in range(n):
                    _copy_row(stack, low + e, done, edges + e)
                _sort_by_west(done, edges, edges + n)
                places = roomy(places, pieces, pieces + 1)
                _copy_row(waiting, depth, places, pieces)
                edges, pieces, top = edges + n, pieces + 1, low
            else:
                stack = roomy(stack, top, low + MOST_GROWTH * n)
                waiting = roomy(waiting, depth + 1, depth + 2)
                depth, top = _halve(stack, low, waiting, depth, limits[3])
    return _rows(places, 0, pieces), _rows(done, 0, edges)


@compiled
def _gathered(ends: Floats, sign: Floats, begin: int, end: int) -> Floats:
    edges = np.empty((end - begin, 5))
    for e in range(end - begin):
        for column in range(4):
            edges[e, column] = ends[begin + e, column]
        edges[e, 4] = sign[begin + e]
    return edges


@compiled
def _rows(held: Floats, begin: int, end: int) -> Floats:
    taken = np.empty((end - begin, held.shape[1]))
    for row in range(end - begin):
        _copy_row(held, begin + row, taken, row)
    return taken


@compiled
def _copy_row(source: Floats, row: int, target: Floats, place: int) -> None:
    for column in range(source.shape[1]):
        target[place, column] = source[row, column]


@compiled
def roomy(held: Floats, used: int, wanted: int) -> Floats:
    """Return the rows in use with room for as many as are wanted."""
    if wanted <= len(held):
        return held
    grown = np.empty((max(len(held) + len(held) // 2, wanted), held.shape[1]))
    for row in range(used):
        _copy_row(held, row, grown, row)
    return grown


@compiled
def _small(piece: Floats, limits: Limits) -> bool:
    wide, high = piece[EAST] - piece[WEST], piece[TOP] - piece[FLOOR]
    size = max(wide, high)
    many = piece[COUNT] > limits[0] and size > limits[2]
    return not (many or size > limits[1])


@compiled
def _halve(
    stack: Floats, low: int, waiting: Floats, depth: int, margin: float
) -> tuple[int, int]:
    """Put the two halves of the last piece of a stack in its place.

    Cut as `cutting` cuts it. Returns how many pieces wait, and all their edges.
    """
    piece = _rows(waiting, depth, depth + 1)[0]
    n = int(piece[COUNT])
    upright = piece[EAST] - piece[WEST] >= piece[TOP] - piece[FLOOR]
    axis = 0 if upright else 1
    total = 0.0
    for e in range(low, low + n):
        total += stack[e, axis] + stack[e, axis + 2]
    room = margin * (piece[EAST + axis] - piece[WEST + axis])
    at = max(total / (2 * n), piece[WEST + axis] + room)
    at = min(at, piece[EAST + axis] - room)
    given = _rows(stack, low, low + n)
    if upright:
        middle, top = _by_column(given, at, stack, low)
        floor = piece[FLOOR]
    else:
        middle, top = _by_line(given, at, stack, low)
        floor = at
    depth = _await(stack, low, middle, waiting, depth, (piece[OWNER], piece[FLOOR]))
    depth = _await(stack, middle, top, waiting, depth, (piece[OWNER], floor))
    return depth, top


@compiled
def _await(
    stack: Floats,
    begin: int,
    end: int,
    waiting: Floats,
    depth: int,
    known: tuple[float, float],
) -> int:
    """Write what is known of a piece of these edges; without an edge, no piece."""
    if begin == end:
        return depth
    west, east, top = stack[begin, 0], stack[begin, 2], stack[begin, 1]
    for e in range(begin, end):
        west, east = min(west, stack[e, 0]), max(east, stack[e, 2])
        top = max(top, stack[e, 1], stack[e, 3])
    waiting[depth, OWNER], waiting[depth, FLOOR] = known
    waiting[depth, WEST], waiting[depth, EAST] = west, east
    waiting[depth, TOP], waiting[depth, COUNT] = top, end - begin
    return depth + 1


@compiled
def _by_column(given: Floats, line: float, stack: Floats, n: int) -> tuple[int, int]:
    """Write what is left of a line from row `n` on, then what is right of it."""
    for e in range(len(given)):
        if not given[e, 2] > line:
            _copy_row(given, e, stack, n)
            n += 1
    middle = _put_divided(given, line, stack, n, 0)
    n = middle
    for e in range(len(given)):
        if not given[e, 0] < line:
            _copy_row(given, e, stack, n)
            n += 1
    return middle, _put_divided(given, line, stack, n, 1)


@compiled
def _put_divided(given: Floats, line: float, stack: Floats, n: int, side: int) -> int:
    """Write of each edge through a line the part that lies on one side."""
    for e in range(len(given)):
        x0, y0, x1, y1, sign = given[e]
        if x0 < line and x1 > line:
            y = height_of_edge(line, x0, y0, x1, y1)
            part = (x0, y0, line, y) if side == 0 else (line, y, x1, y1)
            n = _put(stack, n, part, sign)
    return n


@compiled
def _by_line(given: Floats, line: float, stack: Floats, n: int) -> tuple[int, int]:
    """Write what is below a line, and its lids, then what is above it."""
    above = np.empty((len(given), 5))
    through = np.empty(len(given), dtype=np.int64)
    m, crossing = 0, 0
    for e in range(len(given)):
        start, end = given[e, 1] - line, given[e, 3] - line
        if start * end < 0:
            through[crossing] = e
            crossing += 1
        elif start <= 0 and end <= 0:
            _copy_row(given, e, stack, n)
            n += 1
        else:
            _copy_row(given, e, above, m)
            m += 1
    for k in range(crossing):
        x0, y0, x1, y1, sign = given[through[k]]
        x = min(max(x0 + (line - y0) / (y1 - y0) * (x1 - x0), x0), x1)
        first, last = (x0, y0, x, line), (x, line, x1, y1)
        n = _put(stack, n, first if y1 > y0 else last, sign)
        m = _put(above, m, last if y1 > y0 else first, sign)
    n = _put_lids(above, m, line, stack, n)
    for e in range(m):
        _copy_row(above, e, stack, n + e)
    return n, n + m


@compiled
def _put_lids(above: Floats, m: int, line: float, stack: Floats, n: int) -> int:
    """Write the stretches of a line above which the polygon goes on."""
    x = np.empty(2 * m)
    for e in range(m):
        x[e], x[m + e] = above[e, 0], above[e, 2]
    order = stable_order(x)
    sorted_already = m == 0 or order[0] < 0
    inside, before, since = 0.0, 0.0, 0.0
    for k in range(2 * m):
        event = k if sorted_already else order[k]
        inside += above[event, 4] if event < m else -above[event - m, 4]
        following = k + 1 if sorted_already else order[k + 1]
        if k + 1 < 2 * m and x[following] == x[event]:
            continue
        if inside != before:
            if before != 0:
                n = _put(stack, n, (since, line, x[event], line), before)
            before, since = inside, x[event]
    return n


@compiled
def height_of_edge(x: float, x0: float, y0: float, x1: float, y1: float) -> float:
    """Return what `cutting.height_at` returns, for one edge."""
    if x <= x0:
        return y0
    if x >= x1:
        return y1
    y = y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    low, high = (y0, y1) if y0 < y1 else (y1, y0)
    if y < low:
        return low
    return high if y > high else y
