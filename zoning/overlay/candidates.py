"""Which pieces of two sides may have something in common: their boxes meet.

Drawing the boxes of a layer as GEOS wants them costs more than any question put
to the tree, so whoever asks a layer twice keeps its `PieceTree`. The areas of
its pieces may be kept there too: they are the answer wherever the other side
covers a piece's box.
"""

from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.columns import own_areas
from zoning.overlay.density import local_densities
from zoning.overlay.edges import RaggedEdges

__all__ = ["PieceTree", "meeting_pieces"]


class PieceTree:
    """The boxes of the pieces of one side and the tree over them, each made once.

    The tree is made when the side is first asked as the right one.
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

    def keep_areas(self, crs: str) -> None:
        """Measure every piece now, in a plane as `local_densities` takes it."""
        density = local_densities(self.edges.box, crs)
        self._areas[crs] = own_areas(self.edges, density)

    def kept_areas(self, crs: str) -> NDArray[np.float64]:
        """Return what `keep_areas` measured, shape (p,), or nothing, (0,)."""
        return self._areas.get(crs, np.zeros(0))


def meeting_pieces(left: PieceTree, right: PieceTree) -> NDArray[np.int64]:
    """Return pairs of pieces whose boxes meet, shape (n, 2).

    Ordered by left piece, then right piece.
    """
    found = right.tree.query(left.boxes).astype(np.int64)
    many = max(len(right.boxes), 1)
    key = np.sort(found[0] * many + found[1])
    return np.stack(np.divmod(key, many), axis=1)
