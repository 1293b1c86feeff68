"""A layer as its tiles need it, kept between two tiles."""

from collections import OrderedDict
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.web.tile_place import mercator

__all__ = ["DrawnLayer"]

_DIMENSION = np.array([0, 1, 1, 2, 0, 1, 2, 2])
"""Of point, line, ring, polygon, their collections, and of mixed ones."""
_LARGE = 4_000
_KEPT = 3_000_000

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Shapes = NDArray[np.object_]


class DrawnLayer:
    """The shapes of a layer and what is known of them for drawing.

    Parameters
    ----------
    shapes : column of geometries, shape (n,)
        In the plane `crs`; its ``built``, where it has one, builds rows without
        keeping them.
    kinds : ndarray of str objects, shape (n,)
        What each is drawn as.
    crs : str
    """

    def __init__(self, shapes: Any, kinds: Shapes, crs: str) -> None:
        self.crs, self._shapes = crs, shapes
        self._words, self._marks = np.unique(kinds.astype(str), return_inverse=True)
        own = getattr(shapes, "bounds", None)
        self.bounds: Floats = shapely.bounds(shapes) if own is None else np.asarray(own)
        types = getattr(shapes, "kinds", None)
        types = shapely.get_type_id(np.asarray(shapes)) if types is None else types
        self.dimension: Integers = _DIMENSION[np.asarray(types, dtype=np.int64)]
        self._boxes: Floats | None = None
        self._thinned: OrderedDict[tuple[int, float], Any] = OrderedDict()
        self._coordinates = 0

    def kinds_of(self, rows: Integers) -> tuple[Integers, list[str]]:
        """Return the kind of each row as its place among those that occur."""
        used, marks = np.unique(self._marks[rows], return_inverse=True)
        return marks, [str(word) for word in self._words[used]]

    def mercator_boxes(self) -> Floats:
        """Return the corners of each box in Web Mercator, shape (n, 2, 2)."""
        if self._boxes is None:
            corners = self.bounds.reshape(-1, 2)
            self._boxes = mercator(corners, self.crs).reshape(-1, 2, 2)
        return self._boxes

    def outlined(self, rows: Integers, thin_m: float) -> Shapes:
        """Return the shapes of rows; the large ones thinned already, and kept."""
        found = np.full(len(rows), None, dtype=object)
        large = self._sizes(rows) > _LARGE
        found[~large] = self._built(rows[~large])
        for place in np.flatnonzero(large):  # few: each is thousands of corners
            found[place] = self._large(int(rows[place]), thin_m)
        return found

    def _large(self, row: int, thin_m: float) -> Any:
        """Return a large shape thinned to a zoom, made once."""
        key = row, float(f"{thin_m:.2g}")
        if key in self._thinned:
            self._thinned.move_to_end(key)
            return self._thinned[key]
        (whole,) = self._built(np.array([row]))
        thinned = shapely.simplify(whole, thin_m, preserve_topology=False)
        self._thinned[key] = thinned
        self._coordinates += int(shapely.get_num_coordinates(thinned))
        while self._coordinates > _KEPT and len(self._thinned) > 1:
            _, oldest = self._thinned.popitem(last=False)
            self._coordinates -= int(shapely.get_num_coordinates(oldest))
        return thinned

    def _sizes(self, rows: Integers) -> Integers:
        sizes = getattr(self._shapes, "sizes_of", None)
        if sizes is not None:
            return np.asarray(sizes(rows))
        return np.asarray(shapely.get_num_coordinates(self._built(rows)))

    def _built(self, rows: Integers) -> Shapes:
        built = getattr(self._shapes, "built", None)
        return np.asarray(self._shapes[rows] if built is None else built(rows))
