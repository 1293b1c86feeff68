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

__all__ = ["NOISE_M2", "SharedAreas", "own_areas", "shared_areas"]

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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sides:
    """Two sides in one plane; `known` are the areas of their pieces, or empty."""

    left: RaggedEdges
    right: RaggedEdges
    known: tuple[Floats, Floats]
    crs: str


def shared_areas(
    left: RaggedEdges,
    right: RaggedEdges,
    *,
    crs: str,
    threads: int | None = None,
    trees: tuple[PieceTree, PieceTree] | None = None,
) -> SharedAreas:
    """Measure what every pair of polygons has in common.

    Parameters
    ----------
    left, right : RaggedEdges
        Two sides in the same working plane.
    crs : str
        That plane: areas are ellipsoidal; or `density.PLAIN`: areas of the plane.
    threads : int, optional
        Threads of the compiled sum; by default one for each processor. No byte
        depends on it.
    trees : tuple of PieceTree, optional
        Those of `left` and `right`, if they are kept.

    Returns
    -------
    SharedAreas
        Pairs of features that have a pair of pieces whose boxes meet.
    """
    trees = trees or (PieceTree(left), PieceTree(right))
    pairs = meeting_pieces(*trees)
    known = trees[0].kept_areas(crs), trees[1].kept_areas(crs)
    sides = _Sides(left=left, right=right, known=known, crs=crs)
    area = _piece_areas(sides, pairs, threads)
    owners = np.stack([left.owner[pairs[:, 0]], right.owner[pairs[:, 1]]], axis=1)
    key = owners[:, 0] * max(len(right), 1) + owners[:, 1]
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


def own_areas(edges: RaggedEdges, *, crs: str) -> Floats:
    """Return the area of each feature, shape (n,), in the way pairs are summed."""
    density = local_densities(edges.box, crs)
    area = columns.own_areas(edges, density)
    return columns.summed(edges.owner, area, len(edges))


def _piece_areas(sides: _Sides, pairs: Indices, threads: int | None) -> Floats:
    left, right = sides.left, sides.right
    p, q = left.box[pairs[:, 0]], right.box[pairs[:, 1]]
    boxes = np.empty_like(p)
    np.maximum(p[:, :2], q[:, :2], out=boxes[:, :2])
    np.minimum(p[:, 2:], q[:, 2:], out=boxes[:, 2:])
    real = np.flatnonzero((boxes[:, :2] < boxes[:, 2:]).all(axis=1))
    pairs, boxes = pairs[real], boxes[real]
    density = local_densities(boxes, sides.crs)
    area = np.zeros(len(p))
    if _work(left, right, pairs) <= FEW:
        area[real] = columns.piece_areas(
            left, right, pairs, boxes=boxes, density=density
        )
    else:
        from zoning.overlay import kernel

        area[real] = kernel.piece_areas(
            (left, sides.known[0]),
            (right, sides.known[1]),
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
