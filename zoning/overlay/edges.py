"""Polygons as arrays of signed edges: what the area kernel reads.

A polygon is the signed sum of the regions under its edges: going round a shell
counter-clockwise and round holes clockwise, an edge that runs from right to
left counts +1, one from left to right -1, an upright one nothing. Parts and
holes need no further bookkeeping, and the direction in which a file lists a
ring does not matter: it is turned by its sign.

A *piece* is a floor and the edges above it. A polygon of few edges is one
piece whose floor is its lowest point; a larger one is cut (`cutting`).

Edges are straight in the working plane, as they are for GEOS and `measure`.
What a square metre of the plane is worth on the ellipsoid enters when they are
summed (`density`). Docs: decision 0014.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.measure import runs_of_rows
from zoning.overlay.cutting import FEW, Pieces, cut_to_pieces

__all__ = ["RaggedEdges", "ragged_edges"]

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
VAST_M = 4e7
"""The way round the Earth: nothing in a plane of metres is wider."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RaggedEdges:
    """Edges of n features in p pieces with e edges.

    Coordinates are metres in the working plane, as given. Features keep their
    row; one without polygons has no pieces.

    Attributes
    ----------
    piece_starts : ndarray of int64, shape (n + 1,)
        Pieces of feature k are rows ``piece_starts[k]`` to
        ``piece_starts[k + 1]``.
    owner : ndarray of int64, shape (p,)
        Feature of each piece.
    box : ndarray, shape (p, 4)
        West end, floor, east end and greatest height of each piece.
    edge_starts : ndarray of int64, shape (p + 1,)
        Edges of each piece.
    ends : ndarray, shape (e, 4)
        ``x0, y0, x1, y1`` with ``x0 < x1``, ascending in x0 within a piece.
    sign : ndarray of float64, shape (e,)
        +1 where the polygon lies below the edge, -1 where above.
    """

    piece_starts: NDArray[np.int64]
    owner: NDArray[np.int64]
    box: NDArray[np.float64]
    edge_starts: NDArray[np.int64]
    ends: NDArray[np.float64]
    sign: NDArray[np.float64]

    def __len__(self) -> int:
        """Return the number of features."""
        return len(self.piece_starts) - 1


def ragged_edges(geometries: NDArray[np.object_]) -> RaggedEdges:
    """Lay polygons out as edges.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)
        Valid polygons and multipolygons; everything else, also None and empty,
        is a feature without edges. So is one wider than `VAST_M`: a damaged
        number, which would ask for pieces without end; its layer is doubted, and
        such a site rejected, where they are read.

    Returns
    -------
    RaggedEdges
        In the order of `geometries`. The pieces of a feature depend on that
        feature alone.
    """
    low, high = np.hsplit(shapely.bounds(geometries), 2)
    vast = (high - low > VAST_M).any(axis=1)  # false for nan
    if vast.any():
        geometries = np.where(vast, np.array(None), geometries)
    done = []
    for rows in runs_of_rows(np.asarray(shapely.get_num_coordinates(geometries))):
        pieces = cut_to_pieces(_signed_edges(geometries[rows]))
        done.append(replace(pieces, owner=pieces.owner + rows.start))
    pieces = done[0] if len(done) == 1 else _joined(done)
    return RaggedEdges(
        piece_starts=np.searchsorted(pieces.owner, np.arange(len(geometries) + 1)),
        owner=pieces.owner,
        box=pieces.box,
        edge_starts=pieces.edge_starts,
        ends=pieces.ends,
        sign=pieces.sign,
    )


def _joined(groups: list[Pieces]) -> Pieces:
    """Put pieces under each other; `groups` is emptied, so that few lie twice."""
    counts = np.concatenate([np.diff(g.edge_starts) for g in groups])
    owner = np.concatenate([g.owner for g in groups])
    box = np.concatenate([g.box for g in groups])
    edge_starts = np.concatenate([[0], np.cumsum(counts)])
    ends, sign = np.empty((edge_starts[-1], 4)), np.empty(edge_starts[-1])
    place = 0
    while groups:
        group = groups.pop(0)
        rows = slice(place, place := place + len(group.sign))
        ends[rows], sign[rows] = group.ends, group.sign
        del group
    return Pieces(owner=owner, box=box, edge_starts=edge_starts, ends=ends, sign=sign)


def _signed_edges(geometries: NDArray[np.object_]) -> Pieces:
    """Return every polygon as one piece."""
    areal = np.isin(shapely.get_type_id(geometries), POLYGONAL)
    parts, feature = shapely.get_parts(geometries[areal], return_index=True)
    feature = np.flatnonzero(areal)[feature]
    rings, part = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    owner, shell = feature[part], _first_of(part)
    if len(xy) > FEW:
        return _laid_out(xy, ring, owner, shell=shell)
    joined = ring[1:] == ring[:-1]
    ends = np.hstack([xy[:-1], xy[1:]])[joined]
    ring = ring[1:][joined]
    sign = _turn(ends, ring, shell=shell)[ring]
    westward = ends[:, 2] < ends[:, 0]
    ends[westward] = ends[westward][:, [2, 3, 0, 1]]
    sign = np.where(westward, sign, -sign)
    owner = owner[ring]
    order = np.lexsort((ends[:, 0], owner))
    order = order[ends[order, 0] < ends[order, 2]]  # upright: no region under it
    return Pieces.of(owner=owner[order], ends=ends[order], sign=sign[order])


def _laid_out(
    xy: NDArray[np.float64],
    ring: NDArray[np.int64],
    owner: NDArray[np.int64],
    *,
    shell: NDArray[np.bool_],
) -> Pieces:
    """Do the same compiled; `owner` and `shell` (r,) are those of the rings."""
    from zoning.overlay.edge_kernel import lay_out

    edges = np.empty((len(xy), 5))
    first = np.flatnonzero(np.diff(owner, prepend=-1, append=-1))
    starts = np.searchsorted(ring, np.arange(len(owner) + 1))
    edge_starts = lay_out(xy, starts, first, shell, edges)
    edges = edges[: edge_starts[-1]]
    return Pieces.of(
        owner=np.repeat(owner[first[:-1]], np.diff(edge_starts)),
        ends=edges[:, :4].copy(),
        sign=edges[:, 4].copy(),
    )


def _first_of(index: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.asarray(np.diff(index, prepend=-1) != 0)


def _turn(
    ends: NDArray[np.float64], ring: NDArray[np.int64], *, shell: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return +1 for shells listed counter-clockwise and holes clockwise, else -1."""
    starts = np.searchsorted(ring, np.arange(len(shell)))
    origin = np.tile(ends[starts, :2], 2)[ring] if len(ends) else ends
    x0, y0, x1, y1 = (ends - origin).T
    twice = np.bincount(ring, weights=x0 * y1 - x1 * y0, minlength=len(shell))
    return np.where((twice > 0) == shell, 1.0, -1.0)
