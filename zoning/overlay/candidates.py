"""Which pieces of two sides may have something in common: their boxes meet.

Few boxes are drawn for GEOS and asked of its tree; drawing many costs more than
any question put to it, so they go into a tree of numbers (`box_kernel`). Both
find the same pairs. Whoever asks a layer twice keeps its `PieceTree`. The areas
of its pieces may be kept there too: they are the answer wherever the other side
covers a piece's box.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.columns import summed
from zoning.overlay.edges import RaggedEdges
from zoning.overlay.sizes import piece_sizes

__all__ = ["PieceTree", "meeting_pieces"]

FEW = 10_000
"""Boxes of both sides up to which GEOS is done before code is compiled."""


class PieceTree:
    """The boxes of the pieces of one side and the tree over them, each made once.

    A tree is made when the side is first asked as the right one.
    """

    def __init__(self, edges: RaggedEdges) -> None:
        self.edges = edges
        self._areas: dict[str, NDArray[np.float64]] = {}

    @cached_property
    def boxes(self) -> NDArray[np.object_]:
        """One rectangle for each piece, shape (p,)."""
        return np.asarray(shapely.box(*self.edges.box.T), dtype=object)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The tree over `boxes`, grown."""
        tree = shapely.STRtree(self.boxes)
        tree.query(shapely.Point(0, 0))  # GEOS grows it at the first question
        return tree

    @cached_property
    def numbers(self) -> Any:
        """The same of numbers, as `box_kernel` takes it."""
        from zoning.overlay import box_kernel

        return box_kernel.grown(self.edges.box)

    def grow(self) -> None:
        """Make both trees now."""
        _ = self.tree, self.numbers

    def keep_areas(self, *planes: str) -> None:
        """Measure every piece now, in planes as `local_densities` takes them."""
        for plane, area in zip(planes, piece_sizes(self.edges, planes).T, strict=True):
            self._areas[plane] = area

    def kept_areas(self, planes: Sequence[str]) -> NDArray[np.float64]:
        """Return what `keep_areas` measured, (p, planes), or nothing, (0, planes)."""
        if all(plane in self._areas for plane in planes):
            return np.stack([self._areas[plane] for plane in planes], axis=1)
        return np.zeros((0, len(planes)))

    def feature_areas(self, planes: Sequence[str]) -> NDArray[np.float64]:
        """Return the areas of features of which pieces are kept, (n, planes)."""
        kept, owner = self.kept_areas(planes), self.edges.owner
        totals = [summed(owner, one, len(self.edges)) for one in kept.T]
        return np.stack(totals, axis=1)


def meeting_pieces(left: PieceTree, right: PieceTree) -> NDArray[np.int64]:
    """Return pairs of pieces whose boxes meet, shape (n, 2).

    Ordered by left piece, then right piece.
    """
    if len(left.edges.box) + len(right.edges.box) > FEW:
        from zoning.overlay import box_kernel

        return box_kernel.meeting(left.edges.box, right.numbers)
    found = right.tree.query(left.boxes).astype(np.int64)
    many = max(len(right.boxes), 1)
    key = np.sort(found[0] * many + found[1])
    return np.stack(np.divmod(key, many), axis=1)
