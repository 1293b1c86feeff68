"""The lines between zones, noded: what faces are made of.

Borders that two features of one zone share are no border of the zone: an edge
that is passed once in each direction is left out. What is left is laid out as
*chains* of consecutive edges. Most chains meet others only in their ends. Edges
of the few that cross, overlap or pass within two grid steps of one another are
noded by GEOS on a fixed grid, which is robust for any input; the rest stay as
they were drawn.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.partition.noding import (
    GRID_M,
    REACH_M,
    in_steps,
    on_grid,
    ranked,
    settled,
)

__all__ = ["Outlines", "noded", "outlines"]

_LONGEST = 16
"""Edges of a chain at most: longer ones are near more and tell less."""

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Lines = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outlines:
    """Rings of the zones of one system; v vertices in r rings.

    `xy` (v, 2) lies on the grid; `ring` (v,) is the ring of each vertex, `zone`
    (r,) the zone that lies to the left of the ring.
    """

    xy: Floats
    ring: Rows
    zone: Rows


def outlines(geometry: Lines, zone: Rows) -> Outlines:
    """Return the rings of zones.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
        Valid polygons and multipolygons in the working plane.
    zone : ndarray of int, shape (n,)
        Zone of each; features of one zone are joined.
    """
    parts, owner = shapely.get_parts(geometry, return_index=True)
    rings, part = shapely.get_rings(
        shapely.orient_polygons(parts, exterior_cw=False), return_index=True
    )
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    return Outlines(xy=on_grid(xy), ring=ring, zone=zone[owner[part]])


def noded(systems: Sequence[Outlines], *, tiles: int = 1) -> Lines:
    """Return the borders of all zones as lines that meet in their ends alone.

    Parameters
    ----------
    systems : sequence of Outlines
        In one working plane.
    tiles : int
        Number of tiles in which meeting lines are looked for: it bounds the
        memory of the search. Neither it nor the order of features and rings
        changes the faces between the lines.
    """
    chains = _chains(systems)
    ends = chains.ends
    meeting = _meeting(chains, in_steps(ends), tiles)
    loose = np.zeros(len(chains), dtype=bool)
    loose[chains.of_edge[meeting]] = True
    loose |= _beside(chains, np.flatnonzero(meeting))  # their neighbours will move
    rows = np.flatnonzero(loose[chains.of_edge])
    order = np.lexsort((chains.b[rows], chains.a[rows]))
    edges, cut = ends[rows[order]], np.flatnonzero(meeting[rows[order]])
    return _strings(chains, np.flatnonzero(~loose), settled(edges, cut))


def _strings(chains: "_Chains", intact: Rows, edges: Floats) -> Lines:
    """Join chains and edges to lines wherever only two of them meet."""
    from zoning.partition.meeting_kernel import strung

    chain_xy, chain_starts = chains.vertices(intact)
    xy = np.concatenate([chain_xy, edges.reshape(-1, 2)])
    after = chain_starts[-1] + 2 * np.arange(1, len(edges) + 1)
    starts = np.concatenate([chain_starts, after])
    tips = np.stack([starts[:-1], starts[1:] - 1], axis=1)
    nodes, node = ranked(xy[tips.reshape(-1)])
    order, first = strung(node.reshape(-1, 2), len(nodes))
    back = order < 0
    order = np.where(back, -1 - order, order)
    size = np.diff(starts)[order]
    size[:-1] -= 1  # the next line begins with the same place
    size[first[1:-1] - 1] += 1
    place = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    begin = np.where(back, starts[order + 1] - 1, starts[order])
    vertex = np.repeat(begin, size) + np.repeat(np.where(back, -1, 1), size) * place
    string = np.repeat(np.repeat(np.arange(len(first) - 1), np.diff(first)), size)
    return np.asarray(shapely.linestrings(xy[vertex], indices=string), dtype=object)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chains:
    """Consecutive edges; arrays of edges have shape (e,), of chains (c + 1,).

    `start` and `end` are the rows in `places`, sorted, of the ends of each edge
    in the direction of its ring; edges ``first[k]`` to ``first[k + 1]`` make up
    chain k.
    """

    places: Floats
    start: Rows
    end: Rows
    first: Rows

    def __len__(self) -> int:
        return len(self.first) - 1

    @property
    def of_edge(self) -> Rows:
        """The chain of each edge."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @property
    def a(self) -> Rows:
        """The smaller end of each edge."""
        return np.minimum(self.start, self.end)

    @property
    def b(self) -> Rows:
        """The other end."""
        return np.maximum(self.start, self.end)

    @property
    def ends(self) -> Floats:
        """Both ends of each edge, the smaller first, shape (e, 4)."""
        return np.hstack([self.places[self.a], self.places[self.b]])

    @property
    def tips(self) -> Rows:
        """Rows of head and tail of each chain, shape (c, 2)."""
        return np.stack(
            [self.start[self.first[:-1]], self.end[self.first[1:] - 1]], axis=1
        )

    def vertices(self, rows: Rows) -> tuple[Floats, Rows]:
        """Return the vertices of some chains and where those of each begin."""
        size = np.diff(self.first)[rows] + 1
        starts = np.concatenate([[0], np.cumsum(size)])
        line = np.repeat(np.arange(len(rows)), size)
        edge = np.arange(len(line)) - starts[line] + self.first[rows][line]
        row = np.append(self.start, 0)[edge]
        last = starts[1:] - 1
        row[last] = self.end[self.first[rows + 1] - 1]
        return self.places[row], starts


def _chains(systems: Sequence[Outlines]) -> _Chains:
    """Lay out the edges at which zones begin or end."""
    xy = np.concatenate([one.xy for one in systems])
    rings = np.cumsum([0, *(len(one.zone) for one in systems)])
    ring = np.concatenate(
        [one.ring + n for one, n in zip(systems, rings, strict=False)]
    )
    most = max((int(one.zone.max(initial=0)) for one in systems), default=0) + 1
    zone = np.concatenate([one.zone + most * k for k, one in enumerate(systems)])
    points, vertex = ranked(xy)
    long = (ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1])
    a, b, ring = vertex[:-1][long], vertex[1:][long], ring[1:][long]
    kept = _borders(a, b, zone[ring], points=len(points))
    a, b, ring = a[kept], b[kept], ring[kept]
    degree = np.bincount(np.concatenate([a, b]), minlength=len(points))
    new = np.ones(len(a), dtype=bool)
    new[1:] = (ring[1:] != ring[:-1]) | (b[:-1] != a[1:]) | (degree[a[1:]] != 2)  # noqa: PLR2004  a vertex that only passes on
    starts = np.flatnonzero(new)
    run = np.arange(len(a)) - np.repeat(starts, np.diff(np.append(starts, len(a))))
    new |= run % _LONGEST == 0
    first = np.append(np.flatnonzero(new), len(a)).astype(np.intp)
    return _Chains(places=points, start=a, end=b, first=first)


def _borders(a: Rows, b: Rows, zone: Rows, *, points: int) -> Rows:
    """Return edges that their zone does not pass as often back as forth, each once."""
    key = np.minimum(a, b) * points + np.maximum(a, b)
    order = np.lexsort((key, zone))
    if len(order) == 0:
        return order
    first = np.ones(len(order), dtype=bool)
    first[1:] = np.diff(key[order]) != 0
    first[1:] |= np.diff(zone[order]) != 0
    starts = np.flatnonzero(first)
    turns = np.add.reduceat(np.where(a < b, 1, -1)[order], starts)
    found = np.sort(order[starts[turns != 0]])
    _, once = np.unique(key[found], return_index=True)
    return np.sort(found[once])


# ---------------------------------------------------------------- which ones meet
def _meeting(
    chains: _Chains, steps: NDArray[np.int64], tiles: int
) -> NDArray[np.bool_]:
    """Say which edges come close to another off a common end."""
    from zoning.overlay import box_kernel
    from zoning.partition.meeting_kernel import edges_close_by

    close = np.zeros(len(steps), dtype=bool)
    if len(chains) == 0:
        return close
    within = REACH_M / GRID_M
    low = np.minimum(steps[:, :2], steps[:, 2:])
    high = np.maximum(steps[:, :2], steps[:, 2:])
    begin = chains.first[:-1]
    low = np.minimum.reduceat(low, begin, axis=0) - within
    boxes = np.hstack([low, np.maximum.reduceat(high, begin, axis=0) + within])
    tree = box_kernel.grown(boxes)
    for rows in np.array_split(np.arange(len(chains)), max(tiles, 1)):
        pairs = box_kernel.meeting(boxes[rows], tree)
        pairs[:, 0] += rows[0] if len(rows) else 0
        pairs = pairs[pairs[:, 0] <= pairs[:, 1]]
        edges_close_by(steps, chains.first, pairs, within, close)
    return close


def _beside(chains: _Chains, edges: Rows) -> NDArray[np.bool_]:
    """Say which chains share an end with an edge that will be cut."""
    touched = np.zeros(len(chains.places), dtype=bool)
    touched[chains.start[edges]] = touched[chains.end[edges]] = True
    return np.asarray(touched[chains.tips].any(axis=1))
