"""The area integral on numpy columns: the same sums as `kernel`, bit for bit.

This module is the readable form of the formula, and what a check of a few
sites uses: importing the compiler costs more than the sums. Every operation
here and in `kernel` is one and the same IEEE operation in the same order, so
that which of the two ran shows in no byte (a test holds that).

For pieces A and B and the box that both share::

    area(A and B) = sum over edges i of A, j of B of
                    s_i s_j * integral over their common x of F(x, min(f_i, f_j)) dx

where f is the height of an edge above the floor of the box, cut off at 0 and
at the top of the box, and F(x, h) the integral of the density from 0 to h.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.cutting import height_at
from zoning.overlay.edges import RaggedEdges

__all__ = ["GAP", "NODE", "own_areas", "piece_areas", "summed"]

NODE = 0.5 / np.sqrt(3.0)  # Gauss's two points: exact for cubics
GAP = 1e-13  # of the width: what a side that covers its box may seem to leave open
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@np.errstate(all="ignore")  # crossings are computed everywhere, used where they are
def piece_areas(
    left: RaggedEdges,
    right: RaggedEdges,
    pairs: Indices,
    *,
    boxes: Floats,
    density: Floats,
) -> Floats:
    """Return the area that each pair of pieces has in common.

    Parameters
    ----------
    left, right : RaggedEdges
        The two sides.
    pairs : ndarray, shape (n, 2)
        Piece rows.
    boxes : ndarray, shape (n, 4)
        What the boxes of the two pieces share.
    density : ndarray, shape (n, 6)
        As `local_densities` gives it for `boxes`.

    Returns
    -------
    ndarray, shape (n,)
        Square metres; 0 up to rounding where nothing is shared.
    """
    of_left, a = _within(left, pairs[:, 0], boxes)
    of_right, b = _within(right, pairs[:, 1], boxes)
    inside = (left.box[pairs[:, 0]] == boxes).all(axis=1)
    inside &= _covers(of_right, b, boxes)
    around = (right.box[pairs[:, 1]] == boxes).all(axis=1) & ~inside
    around &= _covers(of_left, a, boxes)
    area = _crossed(of_left, a, of_right, b=b, density=density, skip=inside | around)
    for whole, side, piece in ((inside, left, 0), (around, right, 1)):
        rows = np.flatnonzero(whole)
        area[rows] = own_areas(side, density[rows], pairs[rows, piece])
    return area


def _crossed(
    of_left: Indices,
    a: Floats,
    of_right: Indices,
    *,
    b: Floats,
    density: Floats,
    skip: NDArray[np.bool_],
) -> Floats:
    """Sum over all edges of one with all of the other; nothing where `skip`."""
    left_there, right_there = ~skip[of_left], ~skip[of_right]
    of_left, a = of_left[left_there], a[left_there]
    of_right, b = of_right[right_there], b[right_there]
    starts = np.searchsorted(of_right, np.arange(len(skip) + 1))
    count = np.diff(starts)[of_left]
    i = np.repeat(np.arange(len(of_left)), count)
    before = np.cumsum(count) - count
    j = np.arange(len(i)) - np.repeat(before, count) + starts[of_left[i]]
    west = _greater(a[i, 0], b[j, 0])
    east = _lesser(a[i, 2], b[j, 2])
    meet = west < east
    i, j, west, east = i[meet], j[meet], west[meet], east[meet]
    pair = of_left[i]
    terms = (
        a[i, 4] * b[j, 4] * _lower(a[i], b[j], west, east=east, density=density[pair])
    )
    return summed(pair, terms, len(skip))


def own_areas(
    side: RaggedEdges, density: Floats, pieces: Indices | None = None
) -> Floats:
    """Return the area of each piece, or of some, `density` in the frame of its box."""
    pieces = np.arange(len(side.box)) if pieces is None else pieces
    row, edge = _edges_of(side, pieces)
    x0, y0, x1, y1 = (side.ends[edge] - np.tile(side.box[pieces[row], :2], 2)).T
    terms = side.sign[edge] * _under(x0, y0, x1, end=y1, density=density[row])
    return summed(row, terms, len(pieces))


def _edges_of(side: RaggedEdges, pieces: Indices) -> tuple[Indices, Indices]:
    """Return place in `pieces` and row of every edge of pieces."""
    count = np.diff(side.edge_starts)[pieces]
    row = np.repeat(np.arange(len(pieces)), count)
    before = np.cumsum(count) - count
    return row, np.arange(len(row)) - before[row] + side.edge_starts[pieces][row]


def _covers(pair: Indices, edges: Floats, boxes: Floats) -> NDArray[np.bool_]:
    """Say of each pair whether all edges run along the top, and along all of it.

    Then no outline crosses the box, and what the other has there is its own.
    """
    width, top = (boxes[:, 2:] - boxes[:, :2]).T
    lower = (edges[:, 1] != top[pair]) | (edges[:, 3] != top[pair])
    below = np.zeros(len(boxes), dtype=bool)
    below[pair[lower]] = True
    along = summed(pair, edges[:, 4] * (edges[:, 2] - edges[:, 0]), len(boxes))
    return np.asarray(~below & (np.abs(along - width) <= GAP * width))


def summed(row: Indices, terms: Floats, count: int) -> Floats:
    """Add `terms` up by row, one after the other, shape (count,)."""
    return np.bincount(row, weights=terms, minlength=count).astype(np.float64)


def _within(
    side: RaggedEdges, pieces: Indices, boxes: Floats
) -> tuple[Indices, Floats]:
    """Return the edges of pieces inside their boxes, counted from the corner.

    An edge above the box runs along its top, one below is left out, one that
    crosses the top or the floor is divided there.

    Returns
    -------
    pair, edges : ndarray, shapes (m,) and (m, 5)
        ``x0, y0, x1, y1, sign``, by pair.
    """
    pair, edge = _edges_of(side, pieces)
    corner = boxes[:, :2]
    width, height = (boxes[:, 2:] - corner).T
    x0, y0, x1, y1 = (side.ends[edge] - np.tile(corner[pair], 2)).T
    west, east = _greater(x0, 0.0), _lesser(x1, width[pair])
    keep = west < east
    pair, sign = pair[keep], side.sign[edge[keep]]
    x0, y0, x1, y1, west, east = (v[keep] for v in (x0, y0, x1, y1, west, east))
    start = height_at(west, x0, y0, x1=x1, y1=y1)
    end = height_at(east, x0, y0, x1=x1, y1=y1)
    edges = _cut_off(west, start, east, end=end, top=height[pair])
    whole = np.concatenate(
        [edges, np.broadcast_to(sign[:, None, None], (len(sign), 2, 1))], axis=2
    ).reshape(-1, 5)
    there = whole[:, 0] < whole[:, 2]
    return np.repeat(pair, 2)[there], whole[there]


def _cut_off(
    west: Floats, start: Floats, east: Floats, *, end: Floats, top: Floats
) -> Floats:
    """Return of each edge the part between floor and top, and that along the top.

    Shape (m, 2, 4); a part that is not there has no width.
    """
    floor_x = _crossing(west, start, east, end=end, level=0.0)
    top_x = _crossing(west, start, east, end=end, level=top)
    first = np.where(start < 0.0, floor_x, np.where(start > top, top_x, west))
    last = np.where(end < 0.0, floor_x, np.where(end > top, top_x, east))
    gone = (start <= 0.0) & (end <= 0.0)
    above = (start >= top) & (end >= top)
    first = np.where(gone | above, east, first)
    part = [first, _clamped(start, top), last, _clamped(end, top)]
    along_west = np.where(above | (start > top), west, last)
    along_east = np.where(above | (end > top), east, first)
    along_west = np.where(
        gone | ~(above | (start > top) | (end > top)), east, along_west
    )
    along = [along_west, top, along_east, top]
    return np.stack([np.stack(part, axis=1), np.stack(along, axis=1)], axis=1)


def _crossing(
    west: Floats, start: Floats, east: Floats, *, end: Floats, level: Floats | float
) -> Floats:
    """Return where an edge meets a level; of no meaning where it does not."""
    x = west + (east - west) * ((level - start) / (end - start))
    return np.where(x < west, west, np.where(x > east, east, x))


def _lower(
    a: Floats, b: Floats, west: Floats, *, east: Floats, density: Floats
) -> Floats:
    """Integrate the density below the lower of two edges."""
    a0, a1 = _heights(a, west), _heights(a, east)
    b0, b1 = _heights(b, west), _heights(b, east)
    d0, d1 = a0 - b0, a1 - b1
    crossing = ((d0 < 0.0) & (d1 > 0.0)) | ((d0 > 0.0) & (d1 < 0.0))
    a_first = np.where(crossing, d0 < 0.0, d0 + d1 <= 0.0)
    first, second = np.where(a_first, a0, b0), np.where(a_first, a1, b1)
    plain = _under(west, first, east, end=second, density=density)
    part = d0 / (d0 - d1)
    x = west + (east - west) * part
    y = a0 + (a1 - a0) * part
    last = np.where(a_first, b1, a1)
    divided = _under(west, first, x, end=y, density=density) + _under(
        x, y, east, end=last, density=density
    )
    return np.where(crossing, divided, plain)


def _under(
    x0: Floats, y0: Floats, x1: Floats, *, end: Floats, density: Floats
) -> Floats:
    """Integrate the density under a segment, by Gauss's two points."""
    x, y = (x0 + x1) * 0.5, (y0 + end) * 0.5
    dx, dy = (x1 - x0) * NODE, (end - y0) * NODE
    mean = _column(x - dx, y - dy, density) + _column(x + dx, y + dy, density)
    return (x1 - x0) * 0.5 * mean


def _column(x: Floats, y: Floats, density: Floats) -> Floats:
    """Integrate the density from 0 to y at x."""
    c, cx, cxx, cy, cxy, cyy = density.T
    below = y * (c + x * (cx + x * cxx) + y * (cy + x * cxy + y * cyy))
    return np.asarray(below)


def _heights(edges: Floats, x: Floats) -> Floats:
    x0, y0, x1, y1 = edges[:, :4].T
    return height_at(x, x0, y0, x1=x1, y1=y1)


def _clamped(y: Floats, top: Floats) -> Floats:
    return np.where(y < 0.0, 0.0, np.where(y > top, top, y))


def _lesser(a: Floats, b: Floats) -> Floats:
    return np.where(a < b, a, b)


def _greater(a: Floats, b: Floats | float) -> Floats:
    return np.where(a > b, a, b)
