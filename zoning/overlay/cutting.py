"""Large polygons cut into pieces of few edges, on the edge arrays alone.

Along a line ``x = c`` edges are simply divided: what lies under them divides
with them. Along ``y = c`` the upper piece keeps what rises above the line,
which becomes its floor; the lower piece gets the stretches of the line above
which the polygon goes on as edges of its own. No ring is ever closed, so there
is no topology to break. Cuts depend on the polygon alone.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST_EDGES", "WIDEST_M", "Pieces", "cut_to_pieces", "height_at"]

MOST_EDGES = 256
WIDEST_M = 16_384.0  # the density is a parabola about a lattice node; see `density`
MARGIN = 0.125  # of a box that each half keeps
FINEST_M = 1.0  # no piece is cut finer, however many edges meet there
FEW = 200_000
"""Edges up to which numpy is done before the compiler is imported."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pieces:
    """Pieces, ordered by owner; arrays as in `RaggedEdges`."""

    owner: Indices
    box: Floats
    edge_starts: Indices
    ends: Floats
    sign: Floats

    @classmethod
    def of(cls, *, owner: Indices, ends: Floats, sign: Floats) -> "Pieces":
        """Make one piece of each run of equal owners, shape (e,); boxes are theirs."""
        edge_starts = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))
        starts = edge_starts[:-1]
        if len(starts) == 0:
            edge_starts = np.zeros(1, dtype=np.int64)
        return cls(
            owner=owner[starts],
            box=_boxes(ends, starts),
            edge_starts=edge_starts,
            ends=ends,
            sign=sign,
        )

    def take(self, rows: Indices) -> "Pieces":
        """Return the pieces in `rows`, in that order."""
        count = np.diff(self.edge_starts)[rows]
        edge_starts = np.concatenate([[0], np.cumsum(count)])
        edges = np.repeat(self.edge_starts[rows] - edge_starts[:-1], count)
        edges += np.arange(edge_starts[-1])
        return Pieces(
            owner=self.owner[rows],
            box=self.box[rows],
            edge_starts=edge_starts,
            ends=self.ends[edges],
            sign=self.sign[edges],
        )

    @property
    def row(self) -> Indices:
        """Piece of each edge."""
        return np.repeat(np.arange(len(self.owner)), np.diff(self.edge_starts))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Loose:
    """Edges with the piece each belongs to, not in order."""

    piece: Indices
    ends: Floats
    sign: Floats


def cut_to_pieces(whole: Pieces) -> Pieces:
    """Halve pieces until each has few edges and is narrow enough.

    Parameters
    ----------
    whole : Pieces
        One piece for each polygon.

    Returns
    -------
    Pieces
        At most `MOST_EDGES` edges each, unless more meet within `FINEST_M`;
        ordered by owner, then west end, then floor; edges by their west ends.
    """
    large = _large(whole)
    if np.diff(whole.edge_starts)[large].sum() > FEW:
        return _cut_compiled(whole, large)
    done: list[Pieces] = []
    left = whole
    while len(large := _large(left)):
        done.append(left.take(np.setdiff1d(np.arange(len(left.owner)), large)))
        left = _halved(left.take(large))
    if not done:
        return left
    every = _in_order([*done, left])
    order = np.lexsort((every.ends[:, 0], every.row))
    return replace(every, ends=every.ends[order], sign=every.sign[order])


def _large(pieces: Pieces) -> Indices:
    """Return the pieces that have to be cut."""
    size = (pieces.box[:, 2:] - pieces.box[:, :2]).max(axis=1, initial=0.0)
    many = (np.diff(pieces.edge_starts) > MOST_EDGES) & (size > FINEST_M)
    return np.flatnonzero(many | (size > WIDEST_M))


def _cut_compiled(whole: Pieces, large: Indices) -> Pieces:
    """Cut those in `large`: the same pieces, the same bytes."""
    from zoning.overlay.edge_kernel import cut_polygons

    counts = np.diff(whole.edge_starts)[large]
    crew = max(min(os.cpu_count() or 1, len(large)), 1)
    shares = np.searchsorted(
        np.cumsum(counts), np.arange(1, crew) * counts.sum() / crew
    )

    def work(rows: Indices) -> tuple[Floats, Floats]:
        given = whole.take(rows)
        known = [given.owner, given.box, np.diff(given.edge_starts)]
        return cut_polygons(
            given.edge_starts,
            given.ends,
            given.sign,
            np.column_stack(known),
            (MOST_EDGES, WIDEST_M, FINEST_M, MARGIN),
        )

    with ThreadPoolExecutor(crew) as pool:
        done = list(pool.map(work, np.split(large, shares)))
    where = np.concatenate([places for places, _ in done])
    edges = np.concatenate([edges for _, edges in done])
    counts = where[:, 5].astype(np.int64)
    cut = Pieces(
        owner=where[:, 0].astype(np.int64),
        box=where[:, 1:5],
        edge_starts=np.concatenate([[0], np.cumsum(counts)]),
        ends=edges[:, :4],
        sign=edges[:, 4],
    )
    rest = whole.take(np.setdiff1d(np.arange(len(whole.owner)), large))
    return _in_order([rest, cut])


def height_at(x: Floats, x0: Floats, y0: Floats, *, x1: Floats, y1: Floats) -> Floats:
    """Return the heights of edges at `x`; never beyond those of their ends.

    From the end points, west first: slope and intercept lose metres on
    edges that are almost upright.
    """
    y = y0 + (x - x0) / (x1 - x0) * (y1 - y0)
    low, high = np.where(y0 < y1, y0, y1), np.where(y0 < y1, y1, y0)
    y = np.where(y < low, low, np.where(y > high, high, y))
    return np.where(x <= x0, y0, np.where(x >= x1, y1, y))


def _halved(pieces: Pieces) -> Pieces:
    """Cut every piece across its longer side; twins are rows 2k and 2k + 1.

    The cut goes through the middle of its edges, so that both halves have some,
    but never further than `MARGIN` from the middle of its box.
    """
    west, floor, east, top = pieces.box.T
    upright = east - west >= top - floor
    row = pieces.row
    low, high = np.where(upright, west, floor), np.where(upright, east, top)
    ends = pieces.ends
    middle = np.where(upright[row], ends[:, 0] + ends[:, 2], ends[:, 1] + ends[:, 3])
    count = np.diff(pieces.edge_starts)
    at = np.bincount(row, weights=middle, minlength=len(west)) / (2 * count)
    room = MARGIN * (high - low)
    at = np.clip(at, low + room, high - room)
    columns = np.flatnonzero(upright[row])
    lines = np.flatnonzero(~upright[row])
    parts = [
        *_left_and_right(pieces, row, at, here=columns),
        *_below_and_above(pieces, row, at, here=lines),
    ]
    loose = _Loose(
        piece=np.concatenate([p.piece for p in parts]),
        ends=np.concatenate([p.ends for p in parts]),
        sign=np.concatenate([p.sign for p in parts]),
    )
    floors = np.stack([floor, np.where(upright, floor, at)], axis=1).reshape(-1)
    return _ordered(loose, owner=np.repeat(pieces.owner, 2), floors=floors)


def _left_and_right(
    pieces: Pieces, row: Indices, at: Floats, *, here: Indices
) -> list[_Loose]:
    line = at[row[here]]
    starts_left = pieces.ends[here, 0] < line
    ends_right = pieces.ends[here, 2] > line
    through = here[starts_left & ends_right]
    cut = at[row[through]]
    x0, y0, x1, y1 = pieces.ends[through].T
    y = height_at(cut, x0, y0, x1=x1, y1=y1)
    west = np.stack([x0, y0, cut, y], axis=1)
    east = np.stack([cut, y, x1, y1], axis=1)
    return [
        _loose(pieces, row, here[~ends_right], side=0),
        _loose(pieces, row, here[~starts_left], side=1),
        _loose(pieces, row, through, side=0, ends=west),
        _loose(pieces, row, through, side=1, ends=east),
    ]


def _below_and_above(
    pieces: Pieces, row: Indices, at: Floats, *, here: Indices
) -> list[_Loose]:
    line = at[row[here]]
    start, end = pieces.ends[here, 1] - line, pieces.ends[here, 3] - line
    crossing = start * end < 0
    under = ~crossing & (start <= 0) & (end <= 0)
    through = here[crossing]
    cut = at[row[through]]
    x0, y0, x1, y1 = pieces.ends[through].T
    x = np.clip(x0 + (cut - y0) / (y1 - y0) * (x1 - x0), x0, x1)
    first = np.stack([x0, y0, x, cut], axis=1)
    last = np.stack([x, cut, x1, y1], axis=1)
    rising = (y1 > y0)[:, None]
    whole = _loose(pieces, row, here[~crossing & ~under], side=1)
    parts = _loose(pieces, row, through, side=1, ends=np.where(rising, last, first))
    upper = _Loose(
        piece=np.concatenate([whole.piece, parts.piece]),
        ends=np.concatenate([whole.ends, parts.ends]),
        sign=np.concatenate([whole.sign, parts.sign]),
    )
    return [
        _loose(pieces, row, here[under], side=0),
        _loose(pieces, row, through, side=0, ends=np.where(rising, first, last)),
        upper,
        _lids(upper, at[upper.piece // 2]),
    ]


def _loose(
    pieces: Pieces,
    row: Indices,
    edges: Indices,
    *,
    side: int,
    ends: Floats | None = None,
) -> _Loose:
    """Return edges, or parts of them, as those of the first or the second twin."""
    return _Loose(
        piece=2 * row[edges] + side,
        ends=pieces.ends[edges] if ends is None else ends,
        sign=pieces.sign[edges],
    )


def _lids(upper: _Loose, line: Floats) -> _Loose:
    """Return the stretches of each line above which the polygon goes on."""
    piece = np.concatenate([upper.piece, upper.piece]) - 1
    x = np.concatenate([upper.ends[:, 0], upper.ends[:, 2]])
    step = np.concatenate([upper.sign, -upper.sign])
    order = np.lexsort((x, piece))
    piece, x, step = piece[order], x[order], step[order]
    y = np.concatenate([line, line])[order]
    inside = np.cumsum(step)  # every line begins and ends outside
    last = np.ones(len(x), dtype=bool)  # of the events at one place
    last[:-1] = (x[1:] != x[:-1]) | (piece[1:] != piece[:-1])
    piece, x, y, inside = piece[last], x[last], y[last], inside[last]
    turns = np.flatnonzero(np.diff(inside, prepend=0.0))
    piece, x, y, inside = piece[turns], x[turns], y[turns], inside[turns]
    stretch = np.flatnonzero(inside[:-1] != 0)
    ends = np.stack([x[stretch], y[stretch], x[stretch + 1], y[stretch]], axis=1)
    return _Loose(piece=piece[stretch], ends=ends, sign=inside[stretch])


def _ordered(loose: _Loose, *, owner: Indices, floors: Floats) -> Pieces:
    """Put edges together by piece, not yet by x; without an edge, no piece."""
    order = np.argsort(loose.piece, kind="stable")  # a few sorted runs: cheap
    order = order[loose.ends[order, 0] < loose.ends[order, 2]]
    pieces = Pieces.of(
        owner=loose.piece[order], ends=loose.ends[order], sign=loose.sign[order]
    )
    pieces.box[:, 1] = floors[pieces.owner]
    return replace(pieces, owner=owner[pieces.owner])


def _in_order(groups: list[Pieces]) -> Pieces:
    """Join groups of pieces, and put them in order."""
    ends = np.concatenate([g.ends for g in groups])
    counts = np.concatenate([np.diff(g.edge_starts) for g in groups])
    every = Pieces(
        owner=np.concatenate([g.owner for g in groups]),
        box=np.concatenate([g.box for g in groups]),
        edge_starts=np.concatenate([[0], np.cumsum(counts)]),
        ends=ends,
        sign=np.concatenate([g.sign for g in groups]),
    )
    return every.take(np.lexsort((every.box[:, 1], every.box[:, 0], every.owner)))


def _boxes(ends: Floats, starts: Indices) -> Floats:
    if len(starts) == 0:
        return np.zeros((0, 4))
    low = np.minimum(ends[:, 1], ends[:, 3])
    high = np.maximum(ends[:, 1], ends[:, 3])
    return np.stack(
        [
            np.minimum.reduceat(ends[:, 0], starts),
            np.minimum.reduceat(low, starts),
            np.maximum.reduceat(ends[:, 2], starts),
            np.maximum.reduceat(high, starts),
        ],
        axis=1,
    )
