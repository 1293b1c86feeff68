"""Edges on the grid: which come close to another, and which follow one another.

Compiled. Places are whole numbers of grid steps, so that crossing and touching
are told exactly.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["close_pairs", "connected", "edges_close_by", "strung"]

Indices = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NONE = -1


@compiled
def edges_close_by(
    steps: Indices, first: Indices, pairs: Indices, within: float, close: Flags
) -> None:
    """Mark edges of chains that come close to another off a common end.

    Parameters
    ----------
    steps : ndarray of int64, shape (n, 4)
        Both ends in grid steps, the smaller first; each once.
    first : ndarray of int64, shape (c + 1,)
        Edges of each chain.
    pairs : ndarray of int64, shape (m, 2)
        Chains to look at, each pair once; one and the same for those within it.
    within : float
        Distance in grid steps.
    close : ndarray of bool, shape (n,)
        Written to.
    """
    near = np.empty(len(steps), dtype=np.int64)
    for k in range(len(pairs)):
        i, j = pairs[k, 0], pairs[k, 1]
        west, south, east, north = _around(steps, first[j], first[j + 1], within)
        found = 0
        for e in range(first[i], first[i + 1]):
            low, high = _span(steps, e)
            across = steps[e, 0] <= east and steps[e, 2] >= west
            if across and low <= north and high >= south:
                near[found] = e
                found += 1
        if found == 0:
            continue
        for f in range(first[j], first[j + 1]):
            floor, top = _span(steps, f)
            for place in range(found):
                e = near[place]
                if (i == j and e >= f) or (close[e] and close[f]):
                    continue
                low, high = _span(steps, e)
                across = steps[e, 0] <= steps[f, 2] + within
                across = across and steps[e, 2] >= steps[f, 0] - within
                if not across or low > top + within or high < floor - within:
                    continue
                if _close(steps[e], steps[f], within):
                    close[e] = True
                    close[f] = True


@compiled
def _around(
    steps: Indices, begin: int, end: int, within: float
) -> tuple[float, float, float, float]:
    """Return the box of edges, wider by a distance on all sides."""
    west, east = steps[begin, 0], steps[begin, 2]
    south, north = _span(steps, begin)
    for e in range(begin + 1, end):
        low, high = _span(steps, e)
        west, east = min(west, steps[e, 0]), max(east, steps[e, 2])
        south, north = min(south, low), max(north, high)
    return west - within, south - within, east + within, north + within


@compiled
def _span(steps: Indices, e: int) -> tuple[int, int]:
    return min(steps[e, 1], steps[e, 3]), max(steps[e, 1], steps[e, 3])


@compiled
def close_pairs(steps: Indices, pairs: Indices, within: float) -> Flags:
    """Say which pairs of edges, shape (m, 2), are close off a common end."""
    close = np.zeros(len(pairs), dtype=np.bool_)
    for k in range(len(pairs)):
        close[k] = _close(steps[pairs[k, 0]], steps[pairs[k, 1]], within)
    return close


@compiled
def connected(pairs: Indices, count: int) -> Indices:
    """Return the least row that each row is connected with, shape (count,)."""
    root = np.arange(count)
    for k in range(len(pairs)):
        one, other = _root(root, pairs[k, 0]), _root(root, pairs[k, 1])
        root[max(one, other)] = min(one, other)
    for row in range(count):
        root[row] = _root(root, row)
    return root


@compiled
def _root(root: Indices, row: int) -> int:
    while root[row] != row:
        root[row] = root[root[row]]
        row = root[row]
    return row


@compiled
def _close(one: Indices, other: Indices, within: float) -> bool:
    """Say whether two edges are close away from a common end."""
    for near in (0, 2):
        for near_other in (0, 2):
            if (
                one[near] == other[near_other]
                and one[near + 1] == other[near_other + 1]
            ):
                far, far_other = 2 - near, 2 - near_other
                return _near(one[far], one[far + 1], other, within) or _near(
                    other[far_other], other[far_other + 1], one, within
                )
    if _turns(one, other) and _turns(other, one):
        return True
    for end in (0, 2):
        if _near(one[end], one[end + 1], other, within):
            return True
        if _near(other[end], other[end + 1], one, within):
            return True
    return False


@compiled
def _turns(one: Indices, other: Indices) -> bool:
    """Say whether the ends of one edge lie on different sides of another."""
    return _side(one[0], one[1], other) * _side(one[2], one[3], other) < 0


@compiled
def _side(x: int, y: int, edge: Indices) -> int:
    across = (edge[2] - edge[0]) * (y - edge[1]) - (edge[3] - edge[1]) * (x - edge[0])
    return int(across > 0) - int(across < 0)


@compiled
def _near(x: int, y: int, edge: Indices, within: float) -> bool:
    """Say whether a point is within a distance of an edge; exact for 0."""
    along, up = edge[2] - edge[0], edge[3] - edge[1]
    right, above = x - edge[0], y - edge[1]
    ahead = along * right + up * above
    square = along * along + up * up
    if ahead <= 0:
        gap = float(right * right + above * above)
        return gap <= within * within
    if ahead >= square:
        right, above = x - edge[2], y - edge[3]
        gap = float(right * right + above * above)
        return gap <= within * within
    across = abs(along * above - up * right)
    return bool(float(across) <= within * np.sqrt(float(square)))


@compiled
def strung(ends: Indices, nodes: int) -> tuple[Indices, Indices]:
    """Put elements one after the other wherever only two meet.

    Parameters
    ----------
    ends : ndarray of int64, shape (n, 2)
        Node at the head and at the tail of each element.
    nodes : int
        Number of nodes.

    Returns
    -------
    order : ndarray of int64, shape (n,)
        Elements string by string; ``-1 - k`` for element k the other way round.
    first : ndarray of int64, shape (strings + 1,)
        First place of each string in `order`.
    """
    degree = np.zeros(nodes, dtype=np.int64)
    at = np.full((nodes, 2), NONE, dtype=np.int64)  # elements, where two meet
    for k in range(len(ends)):
        for side in range(2):
            node = ends[k, side]
            if degree[node] < 2:  # noqa: PLR2004  two meet
                at[node, degree[node]] = k
            degree[node] += 1
    order = np.empty(len(ends), dtype=np.int64)
    first = np.zeros(len(ends) + 1, dtype=np.int64)
    done = np.zeros(len(ends), dtype=np.bool_)
    n, strings = 0, 0
    for closed in range(2):  # first those that begin at a node of others
        for k in range(len(ends)):
            for side in range(2):
                if done[k] or (closed == 0 and degree[ends[k, side]] == 2):  # noqa: PLR2004
                    continue
                n = _follow(ends, at, degree, done, k, side, order, n)
                strings += 1
                first[strings] = n
    return order, first[: strings + 1].copy()


@compiled
def _follow(
    ends: Indices,
    at: Indices,
    degree: Indices,
    done: Flags,
    element: int,
    side: int,
    order: Indices,
    n: int,
) -> int:
    """Write a string that begins with one side of an element."""
    while not done[element]:
        done[element] = True
        order[n] = element if side == 0 else -1 - element
        n += 1
        node = ends[element, 1 - side]
        if degree[node] != 2:  # noqa: PLR2004
            break
        ahead = at[node, 0] if at[node, 1] == element else at[node, 1]
        side = 0 if ends[ahead, 0] == node else 1
        element = ahead
    return n
