"""Columns of shapes as the overlay reads them: boxes first, outlines on demand.

A layer's shapes may lie in an array, all drawn, or in the prepared store, where
drawing one costs reading it. The overlay asks both for the same things, and
what it answers depends on coordinates alone, never on where they lie.

A shape of many coordinates is measured by *facets*: runs of its outline with a
box each, so that what is far from a site is not looked at.
"""

from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.overlay.edges import RaggedEdges, ragged_edges

__all__ = [
    "LARGE",
    "Drawn",
    "ShapeColumn",
    "as_shapes",
    "boxes_of_runs",
    "edges_of",
    "facet_runs",
    "rings_of",
]

LARGE = 512
"""Shapes of more coordinates are measured by facets."""
SEGMENTS = 128
"""Segments of a facet."""

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Rows = NDArray[np.intp]
Box = tuple[float, ...]
"""West, south, east, north."""


class ShapeColumn(Protocol):
    """n shapes in the working plane; none is drawn before it is asked for."""

    @property
    def bounds(self) -> Floats:
        """West, south, east, north of each shape, shape (n, 4)."""

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Type id of each shape as GEOS numbers them, shape (n,)."""

    def __len__(self) -> int:
        """Return n."""

    def __getitem__(self, rows: Any, /) -> Any:
        """Return a shape by its row, or an array of those that `rows` picks."""

    def sizes_of(self, rows: Rows) -> Indices:
        """Return how many coordinates the shapes in `rows` have."""

    def taken(self, rows: Rows) -> "ShapeColumn":
        """Return the column of `rows`, in that order, still not drawn."""

    def edges(self, rows: Rows, near: Box | None = None) -> RaggedEdges:
        """Return the edges of polygons, in the order of `rows`.

        Pieces that do not meet the box `near` may be left out.
        """

    def facets(self, row: int) -> Floats:
        """Return the boxes of the facets of a shape, shape (f, 4)."""

    def facet_lines(self, row: int, facets: Rows) -> NDArray[np.object_]:
        """Return facets of a shape as lines (of a point, as points)."""


class Drawn:
    """Shapes in an array, as a `ShapeColumn`."""

    def __init__(self, shapes: NDArray[np.object_]) -> None:
        self._shapes = shapes
        self._bounds: Floats | None = None
        self._runs: dict[int, tuple[Floats, Indices]] = {}

    @property
    def bounds(self) -> Floats:
        """West, south, east, north of each shape, shape (n, 4)."""
        if self._bounds is None:
            self._bounds = np.asarray(shapely.bounds(self._shapes), dtype=np.float64)
        return self._bounds

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Type id of each shape as GEOS numbers them, shape (n,)."""
        return np.asarray(shapely.get_type_id(self._shapes)).astype(np.uint8)

    def __len__(self) -> int:
        """Return the number of shapes."""
        return len(self._shapes)

    def __getitem__(self, rows: Any, /) -> Any:
        """Return a shape by its row, or an array of those that `rows` picks."""
        return self._shapes[rows]

    def sizes_of(self, rows: Rows) -> Indices:
        """Return how many coordinates the shapes in `rows` have."""
        return np.asarray(shapely.get_num_coordinates(self._shapes[rows]))

    def taken(self, rows: Rows) -> "Drawn":
        """Return the column of `rows`, in that order."""
        return Drawn(self._shapes[rows])

    def edges(self, rows: Rows, near: Box | None = None) -> RaggedEdges:
        """Return the edges of polygons, in the order of `rows`."""
        del near  # laying out costs more than what is left out
        return ragged_edges(self._shapes[rows])

    def facets(self, row: int) -> Floats:
        """Return the boxes of the facets of a shape, shape (f, 4)."""
        xy, runs = self._outline(row)
        return boxes_of_runs(xy, runs)

    def facet_lines(self, row: int, facets: Rows) -> NDArray[np.object_]:
        """Return facets of a shape as lines (of a point, as points)."""
        xy, runs = self._outline(row)
        return lines_of_runs(xy, runs[facets])

    def _outline(self, row: int) -> tuple[Floats, Indices]:
        if row not in self._runs:
            rings, _ = rings_of(self._shapes[row : row + 1])
            xy, ring = shapely.get_coordinates(rings, return_index=True)
            starts = np.searchsorted(ring, np.arange(len(rings) + 1))
            self._runs[row] = (xy, facet_runs(starts))
        return self._runs[row]


def as_shapes(column: Any) -> ShapeColumn:
    """Return a column of shapes, whether it is an array of them or a column."""
    if isinstance(column, np.ndarray):
        return Drawn(column)
    if hasattr(type(column), "facet_lines"):  # asking the protocol takes longer
        shapes: ShapeColumn = column
        return shapes
    return Drawn(np.asarray(column))


def edges_of(column: Any) -> RaggedEdges:
    """Return the edges of all shapes of an array or a column.

    A column of the prepared store has them laid out already.
    """
    shapes = as_shapes(column)
    return shapes.edges(np.arange(len(shapes)))


def rings_of(
    shapes: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """Return the rings, lines and points of shapes, and the part each is of.

    Returns
    -------
    rings : ndarray of object, shape (r,)
        In the order in which GEOS lists coordinates.
    part : ndarray of int, shape (r,)
        Part, counted over all shapes.
    """
    parts = shapely.get_parts(shapes)
    polygon = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings, of = shapely.get_rings(parts[polygon], return_index=True)
    part = np.concatenate([np.flatnonzero(polygon)[of], np.flatnonzero(~polygon)])
    order = np.argsort(part, kind="stable")
    return np.concatenate([rings, parts[~polygon]])[order], part[order]


def facet_runs(starts: Indices) -> Indices:
    """Divide rings into facets, which share their end points.

    Parameters
    ----------
    starts : ndarray of int64, shape (rings + 1,)
        First coordinate of each ring.

    Returns
    -------
    ndarray of int64, shape (f, 2)
        First coordinate of each facet, and the one after its last.
    """
    size = np.diff(starts)
    count = np.maximum(-(-(size - 1) // SEGMENTS), 1)
    ring = np.repeat(np.arange(len(size)), count)
    within = np.arange(len(ring)) - np.repeat(np.cumsum(count) - count, count)
    first = starts[:-1][ring] + within * SEGMENTS
    return np.stack([first, np.minimum(first + SEGMENTS + 1, starts[1:][ring])], axis=1)


def boxes_of_runs(xy: Floats, runs: Indices) -> Floats:
    """Return west, south, east, north of each facet, shape (f, 4)."""
    if len(runs) == 0:
        return np.zeros((0, 4))
    # reduceat takes the runs without their last point, which the next one has too
    low = np.minimum.reduceat(xy, runs[:, 0], axis=0)
    high = np.maximum.reduceat(xy, runs[:, 0], axis=0)
    last = xy[runs[:, 1] - 1]
    return np.hstack([np.minimum(low, last), np.maximum(high, last)])


def lines_of_runs(xy: Floats, runs: Indices) -> NDArray[np.object_]:
    """Return facets as lines; one of a single coordinate as a point."""
    size = runs[:, 1] - runs[:, 0]
    if len(runs) and (size == 1).all():
        return np.asarray(shapely.points(xy[runs[:, 0]]), dtype=object)
    which = np.repeat(np.arange(len(runs)), size)
    place = np.arange(len(which)) - np.repeat(np.cumsum(size) - size, size)
    lines = shapely.linestrings(xy[runs[:, 0][which] + place], indices=which)
    return np.asarray(lines, dtype=object)
