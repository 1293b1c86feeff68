"""The lines between zones, noded: what faces are made of.

Borders that two features of one zone share are no border of the zone: an edge
that is passed once in each direction is left out. Most of the others meet only
in their ends. Those few that cross, overlap or pass within two grid steps of
one another are noded by GEOS on a fixed grid, which is robust for any input;
the rest stay as they were drawn.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["GRID_M", "as_lines", "noded", "zone_edges"]

GRID_M = 1e-4
"""Vertices lie on tenths of a millimetre."""

_STEPS = round(1 / GRID_M)  # GEOS multiplies and divides by it
_REACH_M = 2 * GRID_M
_ROUNDS = 4

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]


def zone_edges(geometry: NDArray[np.object_], zone: NDArray[np.intp]) -> Floats:
    """Return the edges at which a zone begins or ends.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        Valid polygons and multipolygons in the working plane.
    zone : ndarray of int, shape (n,)
        Zone of each; features of one zone are joined.

    Returns
    -------
    ndarray, shape (e, 4)
        ``x0, y0, x1, y1`` on the grid, each once, smaller end first, sorted.
        Neither order nor direction of the rings matters.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(
        shapely.orient_polygons(parts, exterior_cw=False), return_index=True
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy = np.round(xy * _STEPS) / _STEPS
    joined = ring[1:] == ring[:-1]
    ends = np.hstack([xy[:-1], xy[1:]])[joined]
    whose = zone[owner[part[ring[1:][joined]]]]
    ends, forward = _directed(ends)
    return _unique(_borders(ends, whose, forward))


def noded(edges: Sequence[Floats], *, tiles: int = 1) -> Floats:
    """Return the union of edges, cut where they meet.

    Parameters
    ----------
    edges : sequence of ndarray, each shape (e, 4)
        As made by `zone_edges`.
    tiles : int
        Number of tiles in which crossings are looked for: it bounds the memory
        of the search and changes no byte.

    Returns
    -------
    ndarray, shape (m, 4)
        No two of them have more than an end in common; sorted.
    """
    every = _unique(np.concatenate(edges))
    rows = _close(every, np.arange(len(every)), within=_REACH_M, tiles=tiles)
    for _ in range(_ROUNDS):
        if len(rows) == 0:
            return every
        kept = np.delete(every, rows, axis=0)
        new = _cut(every[rows])
        every = _unique(np.concatenate([kept, new]))
        rows = _close(every, _rows_of(new, every), within=0.0, tiles=1)
    return _cut(every)  # what keeps colliding on the grid is noded as a whole


def _directed(ends: Floats) -> tuple[Floats, NDArray[np.int64]]:
    """Turn edges to begin with the smaller end; say which way each was passed."""
    x0, y0, x1, y1 = ends.T
    back = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    ends = np.where(back[:, None], ends[:, [2, 3, 0, 1]], ends)
    return ends, np.where(back, -1, 1)


def _borders(
    ends: Floats, zone: NDArray[np.intp], forward: NDArray[np.int64]
) -> Floats:
    """Keep edges that their zone does not pass as often back as forth."""
    order = np.lexsort((*ends.T[::-1], zone))
    ends, zone, forward = ends[order], zone[order], forward[order]
    if len(ends) == 0:
        return ends
    first = np.ones(len(ends), dtype=bool)
    first[1:] = (ends[1:] != ends[:-1]).any(axis=1) | (zone[1:] != zone[:-1])
    starts = np.flatnonzero(first)
    turns = np.add.reduceat(forward, starts)
    kept: Floats = ends[starts[turns != 0]]
    return np.asarray(kept[(kept[:, :2] != kept[:, 2:]).any(axis=1)])


def _unique(ends: Floats) -> Floats:
    order = np.lexsort(ends.T[::-1])
    ends = ends[order]
    new = np.ones(len(ends), dtype=bool)
    new[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return np.asarray(ends[new])


def _rows_of(some: Floats, every: Floats) -> Rows:
    """Return the rows of `every`, sorted, that are in `some`."""
    both = np.concatenate([every, _unique(some)])
    order = np.lexsort((np.arange(len(both)), *both.T[::-1]))
    same = (both[order][1:] == both[order][:-1]).all(axis=1)
    return np.asarray(np.sort(order[:-1][same]))


def as_lines(ends: Floats) -> NDArray[np.object_]:
    """Return edges as lines of two points."""
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)


def _cut(ends: Floats) -> Floats:
    """Node edges on the grid."""
    crossed = shapely.get_parts(shapely.union_all(as_lines(ends), grid_size=GRID_M))
    xy, line = shapely.get_coordinates(crossed, return_index=True)
    joined = line[1:] == line[:-1]
    new, _ = _directed(np.hstack([xy[:-1], xy[1:]])[joined])
    return _unique(new)


def _close(ends: Floats, probed: Rows, *, within: float, tiles: int) -> Rows:
    """Return rows that meet another edge elsewhere than in a common end.

    Only pairs with a row of `probed` are looked at.
    """
    lines = as_lines(ends)
    tree = shapely.STRtree(lines)
    found = [np.zeros(0, dtype=np.intp)]
    for rows in _tiled(ends, probed, tiles):
        if within > 0:
            own, other = tree.query(lines[rows], predicate="dwithin", distance=within)
        else:
            own, other = tree.query(lines[rows], predicate="intersects")
        own = rows[own]
        two = own != other
        own, other = own[two], other[two]
        meets = _beyond_ends(ends[own], ends[other], within)
        found += [own[meets], other[meets]]
    return np.unique(np.concatenate(found))


def _tiled(ends: Floats, rows: Rows, tiles: int) -> Iterator[Rows]:
    """Yield rows by square windows in which their middles lie."""
    side = max(int(np.ceil(np.sqrt(tiles))), 1)
    if side == 1 or len(rows) == 0:
        yield rows
        return
    middle = (ends[rows, :2] + ends[rows, 2:]) / 2
    low, high = middle.min(axis=0), middle.max(axis=0)
    size = np.maximum((high - low) / side, GRID_M)
    cell = np.minimum(((middle - low) / size).astype(np.intp), side - 1)
    number = cell[:, 0] * side + cell[:, 1]
    for tile in range(side * side):
        yield rows[number == tile]


def _beyond_ends(one: Floats, other: Floats, within: float) -> NDArray[np.bool_]:
    """Say of pairs that are close whether they are so away from a common end."""
    meets = np.ones(len(one), dtype=bool)
    for near, far in ((0, 2), (2, 0)):
        for near_other, far_other in ((0, 2), (2, 0)):
            joint = (
                one[:, near : near + 2] == other[:, near_other : near_other + 2]
            ).all(axis=1)
            a, b = one[joint], other[joint]
            along = _distance(a[:, far : far + 2], b) <= within
            along |= _distance(b[:, far_other : far_other + 2], a) <= within
            meets[joint] = along
    return meets


def _distance(point: Floats, ends: Floats) -> Floats:
    """Return the distance of points from edges, row by row."""
    start, way = ends[:, :2], ends[:, 2:] - ends[:, :2]
    part = ((point - start) * way).sum(axis=1) / (way**2).sum(axis=1)
    foot = start + np.clip(part, 0.0, 1.0)[:, None] * way
    return np.asarray(np.hypot(*(point - foot).T))
