"""The lines between zones, noded: what faces are made of.

Borders that two features of one zone share are no border of the zone: an edge
that is passed once in each direction is left out. What is left is laid out as
*chains* of consecutive edges. Most chains meet others only in their ends. Edges
of the few that cross, overlap or pass within two grid steps of one another are
noded by GEOS on a fixed grid, which is robust for any input; the rest stay as
they were drawn.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["GRID_M", "Outlines", "noded", "outlines"]

GRID_M = 1e-4
"""Vertices lie on tenths of a millimetre."""

_STEPS = round(1 / GRID_M)  # GEOS multiplies and divides by it
_REACH_M = 2 * GRID_M
_ROUNDS = 4
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
    return Outlines(
        xy=np.round(xy * _STEPS) / _STEPS, ring=ring, zone=zone[owner[part]]
    )


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
    lines = chains.lines()
    loose = _meeting_chains(chains, lines, tiles)
    edges = _unique(chains.edges(loose))
    rows = _close(edges, np.arange(len(edges)), within=_REACH_M)
    meeting = edges[rows]
    beside = _beside(chains, meeting, loose)
    if len(beside):  # far from all else, but their neighbours will move
        edges = _unique(np.concatenate([edges, chains.edges(beside)]))
        rows = _rows_of(meeting, edges)
    intact = np.delete(lines, np.concatenate([loose, beside]))
    return _strings(np.concatenate([intact, _as_lines(_settled(edges, rows))]))


def _strings(lines: Lines) -> Lines:
    """Join lines to longer ones wherever only two of them meet."""
    from zoning.partition.meeting_kernel import strung

    xy, line = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(line, np.arange(len(lines) + 1))
    tips = _complex(xy[np.stack([starts[:-1], starts[1:] - 1], axis=1).reshape(-1)])
    nodes, node = np.unique(tips, return_inverse=True)
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
    """Consecutive edges; arrays of edges have shape (e, 2), of chains (c + 1,).

    `start` and `end` of each edge in the direction of its ring; edges
    ``first[k]`` to ``first[k + 1]`` make up chain k.
    """

    start: Floats
    end: Floats
    first: Rows

    def __len__(self) -> int:
        return len(self.first) - 1

    def lines(self, *, head: int = 0, tail: int = 0) -> Lines:
        """Return each chain as a line, without edges at its head or tail.

        A chain of which nothing is left is an empty line.
        """
        low, high = self.first[:-1] + head, self.first[1:] - tail
        count = np.maximum(high - low, 0)
        filled = np.flatnonzero(count)
        made = np.full(len(self), shapely.LineString(), dtype=object)
        if len(filled) == 0:
            return made
        size = count[filled] + 1  # vertices
        line = np.repeat(np.arange(len(filled)), size)
        place = np.arange(len(line)) - np.repeat(np.cumsum(size) - size, size)
        last = place == count[filled][line]
        edge = low[filled][line] + place - last
        xy = np.where(last[:, None], self.end[edge], self.start[edge])
        made[filled] = shapely.linestrings(xy, indices=line)
        return made

    def edges(self, rows: Rows) -> Floats:
        """Return the edges of some chains, smaller end first, shape (m, 4)."""
        count = np.diff(self.first)[rows]
        edge = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        edge += np.repeat(self.first[rows], count)
        return _directed(np.hstack([self.start[edge], self.end[edge]]))

    @property
    def ends(self) -> NDArray[np.complex128]:
        """Head and tail of each chain as complex numbers, shape (c, 2)."""
        head, tail = self.start[self.first[:-1]], self.end[self.first[1:] - 1]
        return np.stack([_complex(head), _complex(tail)], axis=1)


def _complex(xy: Floats) -> NDArray[np.complex128]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def _chains(systems: Sequence[Outlines]) -> _Chains:
    """Lay out the edges at which zones begin or end."""
    xy = np.concatenate([one.xy for one in systems])
    rings = np.cumsum([0, *(len(one.zone) for one in systems)])
    ring = np.concatenate(
        [one.ring + n for one, n in zip(systems, rings, strict=False)]
    )
    most = max((int(one.zone.max(initial=0)) for one in systems), default=0) + 1
    zone = np.concatenate([one.zone + most * k for k, one in enumerate(systems)])
    points, vertex = np.unique(_complex(xy), return_inverse=True)
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
    places = np.column_stack([points.real, points.imag])
    first = np.append(np.flatnonzero(new), len(a)).astype(np.intp)
    return _Chains(start=places[a], end=places[b], first=first)


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
def _meeting_chains(chains: _Chains, lines: Lines, tiles: int) -> Rows:
    """Return chains that come close to another, or to themselves, off their ends."""
    tree = shapely.STRtree(lines)
    reach = _REACH_M * np.array([-1, -1, 1, 1])
    found = [np.flatnonzero(~shapely.is_simple(lines))]
    cut = (chains.lines(head=1), chains.lines(tail=1))
    ends = chains.ends
    for rows in _tiled(lines, tiles):
        around = (shapely.bounds(lines[rows]) + reach).T
        own, other = tree.query(np.asarray(shapely.box(*around), dtype=object))
        own = rows[own]
        own, other = own[own < other], other[own < other]
        joint = ends[own][:, :, None] == ends[other][:, None, :]
        joined = joint.any(axis=(1, 2))
        meets = joined.copy()
        apart = np.flatnonzero(~joined)
        meets[apart] = _close_lines(lines[own[apart]], lines[other[apart]])
        meets[joined] = _off_the_joint(
            (own[joined], other[joined]), joint[joined], lines, cut=cut
        )
        found += [own[meets], other[meets]]
    return np.unique(np.concatenate(found))


def _off_the_joint(
    pair: tuple[Rows, Rows],
    joint: NDArray[np.bool_],
    lines: Lines,
    *,
    cut: tuple[Lines, Lines],
) -> NDArray[np.bool_]:
    """Say of chains that share an end whether they are close elsewhere too.

    Away from a common end neither may come near the other, nor may the edges at
    that end run into one another. Chains with two common ends are taken to.
    """
    own, other = pair
    near = np.asarray(joint.sum(axis=(1, 2)) > 1, dtype=np.bool_)
    for side in (0, 1):
        rows = np.flatnonzero(joint[:, side, :].any(axis=1) & ~near)
        near[rows] |= _close_lines(cut[side][own[rows]], lines[other[rows]])
        rows = np.flatnonzero(joint[:, :, side].any(axis=1) & ~near)
        near[rows] |= _close_lines(cut[side][other[rows]], lines[own[rows]])
    rest = np.flatnonzero(~near)
    if len(rest):
        heads = np.asarray(joint[rest, 0, :].any(axis=1))
        first = _tip(lines[own[rest]], heads)
        heads = np.asarray(joint[rest, :, 0].any(axis=1))
        near[rest] = _beyond_ends(first, _tip(lines[other[rest]], heads), _REACH_M)
    return near


def _close_lines(one: Lines, other: Lines) -> NDArray[np.bool_]:
    return np.asarray(shapely.dwithin(one, other, _REACH_M) & ~shapely.is_empty(one))


def _tip(lines: Lines, at_head: NDArray[np.bool_]) -> Floats:
    """Return the first edge of each line, or its last, smaller end first."""
    count = shapely.get_num_points(lines)
    near = np.where(at_head, 0, count - 1)
    far = np.where(at_head, 1, count - 2)
    places = [shapely.get_coordinates(shapely.get_point(lines, k)) for k in (near, far)]
    return _directed(np.hstack(places))


def _beside(chains: _Chains, edges: Floats, loose: Rows) -> Rows:
    """Return further chains that share an end with an edge that will be cut."""
    if len(edges) == 0:
        return np.zeros(0, dtype=np.intp)
    places = np.concatenate([_complex(edges[:, :2]), _complex(edges[:, 2:])])
    touched = np.asarray(np.isin(chains.ends, places).any(axis=1), dtype=np.bool_)
    touched[loose] = False
    return np.flatnonzero(touched)


def _tiled(lines: Lines, tiles: int) -> Iterator[Rows]:
    """Yield rows by square windows in which the middles of their boxes lie."""
    side = max(int(np.ceil(np.sqrt(tiles))), 1)
    if side == 1 or len(lines) == 0:
        yield np.arange(len(lines))
        return
    bounds = shapely.bounds(lines)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    low, high = middle.min(axis=0), middle.max(axis=0)
    size = np.maximum((high - low) / side, GRID_M)
    cell = np.minimum(((middle - low) / size).astype(np.intp), side - 1)
    number = cell[:, 0] * side + cell[:, 1]
    for tile in range(side * side):
        yield np.flatnonzero(number == tile)


# ------------------------------------------------------------------ edge by edge
def _settled(edges: Floats, rows: Rows) -> Floats:
    """Return edges, those in `rows` cut until none meets another off its ends."""
    for _ in range(_ROUNDS):
        if len(rows) == 0:
            return edges
        new = _cut(edges[rows])
        edges = _unique(np.concatenate([np.delete(edges, rows, axis=0), new]))
        rows = _close(edges, _rows_of(new, edges), within=0.0)
    return _cut(edges)  # what keeps colliding on the grid is noded as a whole


def _cut(ends: Floats) -> Floats:
    """Node edges on the grid."""
    crossed = shapely.get_parts(shapely.union_all(_as_lines(ends), grid_size=GRID_M))
    xy, line = shapely.get_coordinates(crossed, return_index=True)
    joined = line[1:] == line[:-1]
    return _unique(_directed(np.hstack([xy[:-1], xy[1:]])[joined]))


def _close(ends: Floats, probed: Rows, *, within: float) -> Rows:
    """Return rows that meet another edge elsewhere than in a common end.

    Only pairs with a row of `probed` are looked at; `ends` are sorted.
    """
    from zoning.partition.meeting_kernel import close_edges

    some = np.zeros(len(ends), dtype=bool)
    some[probed] = True
    steps = np.round(ends * _STEPS).astype(np.int64)
    return np.flatnonzero(close_edges(steps, some, within * _STEPS))


def _beyond_ends(one: Floats, other: Floats, within: float) -> NDArray[np.bool_]:
    """Say of edges that are close whether they are so away from a common end."""
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


def _directed(ends: Floats) -> Floats:
    """Turn edges to begin with the smaller end."""
    x0, y0, x1, y1 = ends.T
    back = (x0 > x1) | ((x0 == x1) & (y0 > y1))
    return np.where(back[:, None], ends[:, [2, 3, 0, 1]], ends)


def _unique(ends: Floats) -> Floats:
    """Return edges sorted, each once."""
    ends = ends[np.lexsort(ends.T[::-1])]
    new = np.ones(len(ends), dtype=bool)
    new[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return np.asarray(ends[new])


def _rows_of(some: Floats, every: Floats) -> Rows:
    """Return the rows of `every`, sorted, that are in `some`."""
    both = np.concatenate([every, some])
    order = np.lexsort((np.arange(len(both)), *both.T[::-1]))
    same = (both[order][1:] == both[order][:-1]).all(axis=1)
    return np.asarray(np.sort(order[:-1][same]))


def _as_lines(ends: Floats) -> Lines:
    return np.asarray(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
