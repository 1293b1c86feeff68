"""Edges on the grid: which come close to another, and which follow one another.

Compiled. Places are whole numbers of grid steps, so that crossing and touching
are told exactly.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.compiling import compiled

__all__ = ["close_edges", "strung"]

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]
NONE = -1


@compiled
def close_edges(steps: Indices, probed: Flags, within: float) -> Flags:
    """Say which edges come close to another off a common end.

    Parameters
    ----------
    steps : ndarray of int64, shape (n, 4)
        Both ends in grid steps, the smaller first; sorted, each once.
    probed : ndarray of bool, shape (n,)
        Only pairs with one of these are looked at.
    within : float
        Distance in grid steps; 0 for what touches or crosses.

    Returns
    -------
    ndarray of bool, shape (n,)
    """
    close = np.zeros(len(steps), dtype=np.bool_)
    for i in range(len(steps)):
        low, high = _span(steps[i])
        j = i + 1
        while j < len(steps) and steps[j, 0] <= steps[i, 2] + within:
            if probed[i] or probed[j]:
                floor, top = _span(steps[j])
                apart = floor > high + within or top < low - within
                if not apart and _close(steps[i], steps[j], within):
                    close[i] = True
                    close[j] = True
            j += 1
    return close


@compiled
def _span(edge: Indices) -> tuple[int, int]:
    return min(edge[1], edge[3]), max(edge[1], edge[3])


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
