"""What pieces and features measure by themselves, in the way pairs are summed.

Few edges are summed by numpy, many by compiled code; both give the same bytes.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from zoning.overlay import columns
from zoning.overlay.density import local_densities
from zoning.overlay.edges import RaggedEdges

__all__ = ["densities", "own_areas", "piece_sizes"]

FEW = 500_000
"""Edges up to which numpy is done before the compiler is imported."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def densities(boxes: Floats, planes: Sequence[str]) -> Floats:
    """Return `local_densities` of boxes in several planes, shape (n, planes, 6)."""
    return np.stack([local_densities(boxes, plane) for plane in planes], axis=1)


def piece_sizes(
    edges: RaggedEdges, planes: Sequence[str], pieces: Indices | None = None
) -> Floats:
    """Return the area of each piece, or of some, shape (p, planes)."""
    pieces = np.arange(len(edges.box)) if pieces is None else pieces
    density = densities(edges.box[pieces], planes)
    work = int((edges.edge_starts[pieces + 1] - edges.edge_starts[pieces]).sum())
    if work * len(planes) > FEW:
        from zoning.overlay import kernel

        return kernel.own_areas(edges, density, pieces)
    own = [
        columns.own_areas(edges, density[:, plane], pieces)
        for plane in range(len(planes))
    ]
    return np.stack(own, axis=1)


def own_areas(edges: RaggedEdges, *, crs: str, rows: Indices | None = None) -> Floats:
    """Return the area of each feature, shape (n,), in the way pairs are summed.

    Of the features in `rows` alone, where they are given.
    """
    rows = np.arange(len(edges)) if rows is None else rows
    count = np.diff(edges.piece_starts)[rows]
    which = np.repeat(np.arange(len(rows)), count)
    before = np.cumsum(count) - count
    pieces = np.arange(len(which)) + (edges.piece_starts[rows] - before)[which]
    area = piece_sizes(edges, (crs,), pieces)
    return columns.summed(which, area[:, 0], len(rows))
