"""Areas that polygons share, as numbers, without building a shape.

`shared_areas` takes two sides laid out as edges, finds the pairs of pieces
whose boxes meet, and sums. Few edges are summed by numpy, many by compiled
code; both give the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.overlay import columns
from zoning.overlay.candidates import PieceTree, meeting_pieces
from zoning.overlay.edges import RaggedEdges
from zoning.overlay.sizes import densities, own_areas

__all__ = [
    "NOISE_M2",
    "SharedAreas",
    "Side",
    "areas_among",
    "areas_in_planes",
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
Side = RaggedEdges | PieceTree


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
    left: Side,
    right: Side,
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
    one, other = _tree(left), _tree(right)
    pairs = meeting_pieces(one, other)
    return _summed(one, other, pairs, planes=(crs,), threads=threads)[0]


def areas_among(edges: Side, *, crs: str) -> SharedAreas:
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
    return areas_in_planes(edges, edges, (crs,))[0]


def areas_in_planes(
    left: Side, right: Side, planes: Sequence[str]
) -> tuple[SharedAreas, ...]:
    """Measure pairs in several planes at once: each pair is looked at once.

    Parameters
    ----------
    left, right : RaggedEdges or PieceTree
        As for `shared_areas`; one and the same, as for `areas_among`.
    planes : sequence of str
        The plane of both, for areas on the ellipsoid; `density.PLAIN`.

    Returns
    -------
    tuple of SharedAreas
        In the order of `planes`, all of the same pairs.
    """
    one = _tree(left)
    other = one if left is right else _tree(right)
    pairs = meeting_pieces(one, other)
    if one is other:
        owner = one.edges.owner
        pairs = pairs[owner[pairs[:, 0]] < owner[pairs[:, 1]]]
    return _summed(one, other, pairs, planes=planes, threads=None)


def _tree(side: Side) -> PieceTree:
    return side if isinstance(side, PieceTree) else PieceTree(side)


def _summed(
    left: PieceTree,
    right: PieceTree,
    pairs: Indices,
    *,
    planes: Sequence[str],
    threads: int | None,
) -> tuple[SharedAreas, ...]:
    """Sum the areas of pairs of pieces by the features that own them."""
    area = piece_areas(left, right, pairs, planes=planes, threads=threads)
    owner, other = left.edges.owner[pairs[:, 0]], right.edges.owner[pairs[:, 1]]
    key = owner * max(len(right.edges), 1) + other
    if (key[1:] < key[:-1]).any():  # a feature of several pieces on the left
        order = np.argsort(key, kind="stable")
        key, owner, other = key[order], owner[order], other[order]
        area = area[order]
    first = np.ones(len(key), dtype=bool)
    first[1:] = key[1:] != key[:-1]
    which, count = np.cumsum(first) - 1, int(first.sum())
    totals = [columns.summed(which, one, count) for one in area.T]
    return tuple(
        SharedAreas(
            left=owner[first], right=other[first], area_m2=np.maximum(total, 0.0)
        )
        for total in totals
    )


def piece_areas(
    left: PieceTree,
    right: PieceTree,
    pairs: Indices,
    *,
    planes: Sequence[str],
    threads: int | None = None,
) -> Floats:
    """Return the area that pairs of pieces, (n, 2), have in common, (n, planes)."""
    p, q = left.edges.box[pairs[:, 0]], right.edges.box[pairs[:, 1]]
    boxes = np.empty_like(p)
    np.maximum(p[:, :2], q[:, :2], out=boxes[:, :2])
    np.minimum(p[:, 2:], q[:, 2:], out=boxes[:, 2:])
    real = np.flatnonzero((boxes[:, :2] < boxes[:, 2:]).all(axis=1))
    pairs, boxes = pairs[real], boxes[real]
    density = densities(boxes, planes)
    area = np.zeros((len(p), len(planes)))
    if _work(left.edges, right.edges, pairs) <= FEW:
        for plane in range(len(planes)):
            area[real, plane] = columns.piece_areas(
                left.edges, right.edges, pairs, boxes=boxes, density=density[:, plane]
            )
    else:
        from zoning.overlay import kernel

        area[real] = kernel.piece_areas(
            (left.edges, left.kept_areas(planes)),
            (right.edges, right.kept_areas(planes)),
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
