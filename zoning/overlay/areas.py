"""Areas that polygons share, as numbers, without building a shape.

`shared_areas` takes two sides laid out as edges, finds the pairs of pieces
whose boxes meet, and sums. Few edges are summed by numpy, many by compiled
code; both give the same bytes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.overlay import columns
from zoning.overlay.candidates import PieceTree, meeting_pieces
from zoning.overlay.density import local_densities
from zoning.overlay.edges import RaggedEdges

__all__ = [
    "NOISE_M2",
    "SharedAreas",
    "areas_among",
    "own_areas",
    "piece_areas",
    "shared_areas",
]

NOISE_M2 = 1e-6
"""An area up to this is rounding: it tells neighbours from nothing, no more."""

FEW = 300_000
"""Pairs of edges up to which numpy is done before the compiler is imported."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedAreas:
    """Pairs of features whose boxes meet, ordered by left row, then right row.

    Arrays have shape (n,). `area_m2` is never negative; up to `NOISE_M2` it
    does not tell touching from apart.
    """

    left: Indices
    right: Indices
    area_m2: Floats


def shared_areas(
    left: RaggedEdges | PieceTree,
    right: RaggedEdges | PieceTree,
    *,
    crs: str,
    threads: int | None = None,
) -> SharedAreas:
    """Measure what every pair of polygons has in common.

    Parameters
    ----------
    left, right : RaggedEdges or PieceTree
        Two sides in the same working plane; as a tree, where it is kept.
    crs : str
        That plane: areas are ellipsoidal; or `density.PLAIN`: areas of the plane.
    threads : int, optional
        Threads of the compiled sum; by default one for each processor. No byte
        depends on it.

    Returns
    -------
    SharedAreas
        Pairs of features that have a pair of pieces whose boxes meet.
    """
    one, other = (
        side if isinstance(side, PieceTree) else PieceTree(side)
        for side in (left, right)
    )
    return _summed(one, other, meeting_pieces(one, other), crs=crs, threads=threads)


def areas_among(edges: RaggedEdges | PieceTree, *, crs: str) -> SharedAreas:
    """Measure what polygons of one side share with each other.

    Parameters
    ----------
    edges : RaggedEdges or PieceTree
        In the working plane.
    crs : str
        As for `shared_areas`.

    Returns
    -------
    SharedAreas
        Each pair once, the earlier row left.
    """
    side = edges if isinstance(edges, PieceTree) else PieceTree(edges)
    edges = side.edges
    pairs = meeting_pieces(side, side)
    once = edges.owner[pairs[:, 0]] < edges.owner[pairs[:, 1]]
    return _summed(side, side, pairs[once], crs=crs, threads=None)


def _summed(
    left: PieceTree,
    right: PieceTree,
    pairs: Indices,
    *,
    crs: str,
    threads: int | None,
) -> SharedAreas:
    """Sum the areas of pairs of pieces by the features that own them."""
    area = piece_areas(left, right, pairs, crs=crs, threads=threads)
    owner, other = left.edges.owner[pairs[:, 0]], right.edges.owner[pairs[:, 1]]
    owners = np.stack([owner, other], axis=1)
    key = owner * max(len(right.edges), 1) + other
    if (key[1:] < key[:-1]).any():  # a feature of several pieces on the left
        order = np.argsort(key, kind="stable")
        owners, area = owners[order], area[order]
    first = np.ones(len(owners), dtype=bool)
    first[1:] = (owners[1:] != owners[:-1]).any(axis=1)
    total = columns.summed(np.cumsum(first) - 1, area, int(first.sum()))
    return SharedAreas(
        left=owners[first, 0],
        right=owners[first, 1],
        area_m2=np.maximum(total, 0.0),
    )


def own_areas(edges: RaggedEdges, *, crs: str, rows: Indices | None = None) -> Floats:
    """Return the area of each feature, shape (n,), in the way pairs are summed.

    Of the features in `rows` alone, where they are given.
    """
    rows = np.arange(len(edges)) if rows is None else rows
    count = np.diff(edges.piece_starts)[rows]
    which = np.repeat(np.arange(len(rows)), count)
    before = np.cumsum(count) - count
    pieces = np.arange(len(which)) + (edges.piece_starts[rows] - before)[which]
    density = local_densities(edges.box[pieces], crs)
    area = columns.own_areas(edges, density, pieces)
    return columns.summed(which, area, len(rows))


def piece_areas(
    left: PieceTree,
    right: PieceTree,
    pairs: Indices,
    *,
    crs: str,
    threads: int | None = None,
) -> Floats:
    """Return the area that pairs of pieces, shape (n, 2), have in common, (n,)."""
    p, q = left.edges.box[pairs[:, 0]], right.edges.box[pairs[:, 1]]
    boxes = np.empty_like(p)
    np.maximum(p[:, :2], q[:, :2], out=boxes[:, :2])
    np.minimum(p[:, 2:], q[:, 2:], out=boxes[:, 2:])
    real = np.flatnonzero((boxes[:, :2] < boxes[:, 2:]).all(axis=1))
    pairs, boxes = pairs[real], boxes[real]
    density = local_densities(boxes, crs)
    area = np.zeros(len(p))
    if _work(left.edges, right.edges, pairs) <= FEW:
        area[real] = columns.piece_areas(
            left.edges, right.edges, pairs, boxes=boxes, density=density
        )
    else:
        from zoning.overlay import kernel

        area[real] = kernel.piece_areas(
            (left.edges, left.kept_areas(crs)),
            (right.edges, right.kept_areas(crs)),
            pairs,
            boxes=boxes,
            density=density,
            threads=threads,
        )
    return area


def _work(left: RaggedEdges, right: RaggedEdges, pairs: Indices) -> int:
    """Return how many pairs of edges there are at most."""
    of_left = np.diff(left.edge_starts)[pairs[:, 0]]
    of_right = np.diff(right.edge_starts)[pairs[:, 1]]
    return int(of_left @ of_right)
