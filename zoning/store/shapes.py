"""Shapes in a store: their boxes at hand, their outlines where they are asked for.

Rows keep the order of the layer; outlines lie along a space-filling curve, so
that a site touches few blocks. What is drawn is kept. Beside the outlines lie
the edges that areas are summed from, cut into pieces (decision 0014).
"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType
from typing_extensions import override

from zoning.measure import runs_of_rows
from zoning.model import Column
from zoning.model.columns import TakenRows, distinct
from zoning.overlay import RaggedEdges, ragged_edges
from zoning.overlay.shapes import (
    Box,
    boxes_of_runs,
    facet_runs,
    lines_of_runs,
    rings_of,
)
from zoning.store.files import Parts, StoredFile

__all__ = ["StoredShapes", "pack_shapes"]

COLLECTION = int(GeometryType.GEOMETRYCOLLECTION)
Rows = NDArray[np.intp]
Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
POLYGONS = (GeometryType.POLYGON, GeometryType.MULTIPOLYGON)
LINES = (GeometryType.LINESTRING, GeometryType.MULTILINESTRING)
POINTS = (GeometryType.POINT, GeometryType.MULTIPOINT)
JOIN: dict[tuple[GeometryType, ...], Any] = {
    POLYGONS: shapely.multipolygons,
    LINES: shapely.multilinestrings,
    POINTS: shapely.multipoints,
}


def pack_shapes(
    shapes: NDArray[np.object_], edges: RaggedEdges | None = None
) -> Iterator[tuple[str, Parts]]:
    """Yield the arrays of shapes, shape (n,): valid, two-dimensional, not empty.

    `edges` are those of all shapes, where somebody has laid them out already.
    """
    bounds = np.asarray(shapely.bounds(shapes), dtype=np.float64).reshape(-1, 4)
    order = _along_curve(bounds)
    place = np.empty(len(order), dtype=np.uint32)
    place[order] = np.arange(len(order), dtype=np.uint32)
    kinds = np.asarray(shapely.get_type_id(shapes)).astype(np.uint8)
    yield "shapes/bounds", [bounds]
    yield "shapes/kinds", [kinds]
    yield "shapes/place", [place]
    laid = shapes[order]
    collection = kinds[order] == COLLECTION
    plain = laid.copy()
    plain[collection] = None
    rings, part = rings_of(plain)
    yield from _starts(plain, rings, part)
    del rings, part
    sizes = np.asarray(shapely.get_num_coordinates(plain))
    none = np.zeros((0, 2))
    batches = runs_of_rows(sizes)
    outlines = (shapely.get_coordinates(plain[rows]) for rows in batches)
    yield "shapes/xy", chain([none], outlines)
    wkb = [shapely.to_wkb(shape) for shape in laid[collection]]
    yield "shapes/wkb_row", [np.flatnonzero(collection)]
    yield "shapes/wkb_ends", [np.cumsum([0, *map(len, wkb)], dtype=np.int64)]
    yield "shapes/wkb", [np.frombuffer(b"".join(wkb), dtype=np.uint8)]
    edges = ragged_edges(shapes) if edges is None else edges
    yield from _pack_edges(edges, order)


def _along_curve(bounds: Floats) -> Rows:
    """Return the order of rows along a Z curve over the middles of their boxes."""
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    if len(middle) == 0:
        return np.zeros(0, dtype=np.intp)
    low, high = middle.min(axis=0), middle.max(axis=0)
    cell = (middle - low) / np.maximum(high - low, 1.0) * 65_535
    key = np.zeros(len(middle), dtype=np.uint64)
    for axis in (0, 1):
        bits = cell[:, axis].astype(np.uint64)
        for shift, mask in (
            (8, 0x00FF00FF),
            (4, 0x0F0F0F0F),
            (2, 0x33333333),
            (1, 0x55555555),
        ):
            bits = (bits | (bits << np.uint64(shift))) & np.uint64(mask)
        key |= bits << np.uint64(axis)
    return np.argsort(key, kind="stable")


def _starts(
    plain: NDArray[np.object_], rings: NDArray[np.object_], part: Rows
) -> Iterator[tuple[str, Parts]]:
    """Yield parts of each shape, rings of each part, coordinates of each ring."""
    parts = np.where(shapely.is_missing(plain), 0, shapely.get_num_geometries(plain))
    total = int(parts.sum())
    yield "shapes/parts", [_cumulated(parts)]
    yield "shapes/rings", [_cumulated(np.bincount(part, minlength=total))]
    yield "shapes/coordinates", [_cumulated(shapely.get_num_coordinates(rings))]


def _cumulated(counts: NDArray[Any]) -> Indices:
    return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])


def _pack_edges(edges: RaggedEdges, order: Rows) -> Iterator[tuple[str, Parts]]:
    """Yield the edges of polygons as `RaggedEdges` has them, along the curve."""
    first, last = edges.piece_starts[order], edges.piece_starts[order + 1]
    piece = _spread(first, last)
    begin, end = edges.edge_starts[piece], edges.edge_starts[piece + 1]
    yield "edges/piece_starts", [_cumulated(last - first)]
    yield "edges/edge_starts", [_cumulated(end - begin)]
    yield "edges/box", [edges.box[piece]]
    runs = runs_of_rows(end - begin)
    yield "edges/ends", (edges.ends[_spread(begin[r], end[r])] for r in runs)
    signs = edges.sign.astype(np.int8)
    yield "edges/sign", (signs[_spread(begin[r], end[r])] for r in runs)


class StoredShapes(Column):
    """n shapes of a store, a `ShapeColumn`; what is drawn is kept."""

    def __init__(self, file: StoredFile) -> None:
        self._file = file
        self.bounds: Floats = file["shapes/bounds"].whole()
        self.kinds: NDArray[np.uint8] = file["shapes/kinds"].whole()
        self._place: NDArray[np.int64] = file["shapes/place"].whole().astype(np.int64)
        self.drawn: NDArray[np.object_] = np.full(len(self.bounds), None, dtype=object)
        """Shapes drawn so far; None elsewhere."""
        self._facets: dict[int, tuple[Floats, Indices, Floats]] = {}
        self._whole = False
        n = len(self.bounds)
        if len(self.kinds) != n or len(self._place) != n:
            file.damaged("shapes")

    def sizes_of(self, rows: Rows) -> Indices:
        """Return how many coordinates the shapes in `rows` have."""
        first, last = self._rings_of(self._place[rows])
        starts = self._file["shapes/coordinates"]
        return np.asarray(starts.at(last) - starts.at(first))

    @override
    def __len__(self) -> int:
        return len(self.bounds)

    def taken(self, rows: Rows) -> "TakenShapes":
        """Return the column of `rows`, in that order, not drawn."""
        return TakenShapes(self, rows)

    def edges(self, rows: Rows, near: Box | None = None) -> RaggedEdges:
        """Return the edges of polygons, in the order of `rows`.

        Of the pieces, only those that meet the box `near`.
        """
        file, place = self._file, self._place[rows]
        starts = file["edges/piece_starts"]
        first, last = starts.at(place), starts.at(place + 1)
        box = file["edges/box"].runs(first, last)
        piece, owner = (
            _spread(first, last),
            np.repeat(np.arange(len(rows)), last - first),
        )
        if near is not None:
            meet = (box[:, :2] <= near[2:]).all(axis=1)
            meet &= (box[:, 2:] >= near[:2]).all(axis=1)
            box, piece, owner = box[meet], piece[meet], owner[meet]
        of_edges = file["edges/edge_starts"]
        begin, end = of_edges.at(piece), of_edges.at(piece + 1)
        return RaggedEdges(
            piece_starts=_cumulated(np.bincount(owner, minlength=len(rows))),
            owner=owner,
            box=box,
            edge_starts=_cumulated(end - begin),
            ends=_joined(file["edges/ends"], begin, end),
            sign=_joined(file["edges/sign"], begin, end).astype(np.float64),
        )

    def facets(self, row: int) -> Floats:
        """Return the boxes of the facets of a shape, shape (f, 4)."""
        return self._outline(row)[2]

    def facet_lines(self, row: int, facets: Rows) -> NDArray[np.object_]:
        """Return facets of a shape as lines (of a point, as points)."""
        xy, runs, _ = self._outline(row)
        return lines_of_runs(xy, runs[facets])

    def _outline(self, row: int) -> tuple[Floats, Indices, Floats]:
        """Return coordinates (mapped), facets and their boxes; kept."""
        if row not in self._facets:
            first, last = self._rings_of(self._place[[row]])
            starts = self._file["shapes/coordinates"].between(first[0], last[0] + 1)
            xy = self._file["shapes/xy"].between(int(starts[0]), int(starts[-1]))
            runs = facet_runs(starts - starts[0])
            self._facets[row] = (xy, runs, boxes_of_runs(xy, runs))
        return self._facets[row]

    @override
    def some(self, rows: Rows) -> NDArray[np.object_]:
        if not self._whole:
            missing = shapely.is_missing(self.drawn[rows])
            if missing.any():
                wanted = distinct(rows[missing])
                self.drawn[wanted] = self._draw(wanted)
            if len(rows) >= len(self):  # rows may be asked for more than once
                self._whole = not shapely.is_missing(self.drawn).any()
        return self.drawn[rows]

    def built(self, rows: Rows) -> NDArray[np.object_]:
        """Build the shapes of `rows` without keeping them."""
        return self._draw(rows)

    def _draw(self, rows: Rows) -> NDArray[np.object_]:
        """Build shapes from their outlines."""
        shapes = np.full(len(rows), None, dtype=object)
        kinds, place = self.kinds[rows], self._place[rows]
        for family in (POLYGONS, LINES, POINTS):
            mine = np.isin(kinds, family)
            if mine.any():
                multiple = kinds[mine] == family[1]
                shapes[mine] = self._family(place[mine], family, multiple=multiple)
        mixed = np.flatnonzero(kinds == COLLECTION)
        shapes[mixed] = [self._collection(place[k]) for k in mixed]
        if shapely.is_missing(shapes).any():
            self._file.damaged("kinds")
        return shapes

    def _family(
        self,
        place: Indices,
        family: tuple[GeometryType, ...],
        *,
        multiple: NDArray[np.bool_],
    ) -> NDArray[np.object_]:
        file = self._file
        first, last = self._parts_of(place)
        part = _spread(first, last)
        ring_from, ring_to = (
            file["shapes/rings"].at(part),
            file["shapes/rings"].at(part + 1),
        )
        ring = _spread(ring_from, ring_to)
        from_, to = (
            file["shapes/coordinates"].at(ring),
            file["shapes/coordinates"].at(ring + 1),
        )
        xy = _joined(file["shapes/xy"], from_, to)
        index = np.repeat(np.arange(len(ring)), to - from_)
        of = np.repeat(np.arange(len(part)), ring_to - ring_from)
        parts = _parts(family, xy, index, of=of)
        owner = np.repeat(np.arange(len(place)), last - first)
        shapes = np.full(len(place), None, dtype=object)
        single = ~multiple
        shapes[single] = parts[~multiple[owner]]
        if multiple.any():
            number = np.cumsum(multiple) - 1
            own = multiple[owner]
            shapes[multiple] = JOIN[family](parts[own], indices=number[owner[own]])
        return shapes

    def _collection(self, place: int) -> Any:
        file = self._file
        (number,) = np.flatnonzero(file["shapes/wkb_row"].whole() == place)
        start, stop = file["shapes/wkb_ends"].whole()[number : number + 2]
        blob = file["shapes/wkb"].between(int(start), int(stop))
        return shapely.from_wkb(blob.tobytes())

    def _parts_of(self, place: Indices) -> tuple[Indices, Indices]:
        parts = self._file["shapes/parts"]
        return parts.at(place), parts.at(place + 1)

    def _rings_of(self, place: Indices) -> tuple[Indices, Indices]:
        first, last = self._parts_of(place)
        rings = self._file["shapes/rings"]
        return rings.at(first), rings.at(last)


class TakenShapes(TakenRows):
    """Rows of a column of shapes, in their own order; a `ShapeColumn`."""

    def __init__(self, whole: StoredShapes, rows: Rows) -> None:
        super().__init__(whole, rows)
        self._whole = whole

    @property
    def bounds(self) -> Floats:
        """Box of each shape, shape (n, 4)."""
        return self._whole.bounds[self._rows]

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """Type of each shape, shape (n,)."""
        return self._whole.kinds[self._rows]

    def sizes_of(self, rows: Rows) -> Indices:
        """Return how many coordinates the shapes in `rows` have."""
        return self._whole.sizes_of(self._rows[rows])

    def taken(self, rows: Rows) -> "TakenShapes":
        """Return the column of `rows`, in that order, not drawn."""
        return TakenShapes(self._whole, self._rows[rows])

    def edges(self, rows: Rows, near: Box | None = None) -> RaggedEdges:
        """Return the edges of polygons, in the order of `rows`."""
        return self._whole.edges(self._rows[rows], near)

    def facets(self, row: int) -> Floats:
        """Return the boxes of the facets of a shape, shape (f, 4)."""
        return self._whole.facets(int(self._rows[row]))

    def facet_lines(self, row: int, facets: Rows) -> NDArray[np.object_]:
        """Return facets of a shape as lines."""
        return self._whole.facet_lines(int(self._rows[row]), facets)


def _parts(
    family: tuple[GeometryType, ...], xy: Floats, ring: Indices, *, of: Indices
) -> NDArray[np.object_]:
    """Build single polygons, lines or points."""
    if family == POINTS:
        return np.asarray(shapely.points(xy), dtype=object)
    if family == LINES:
        return np.asarray(shapely.linestrings(xy, indices=ring), dtype=object)
    rings = np.asarray(shapely.linearrings(xy, indices=ring), dtype=object)
    return np.asarray(shapely.polygons(rings, indices=of), dtype=object)


def _spread(first: Indices, last: Indices) -> Indices:
    """Return all numbers of the runs from `first` up to `last`, run by run."""
    count = last - first
    total = int(count.sum())
    return np.repeat(first - (np.cumsum(count) - count), count) + np.arange(total)


def _joined(array: Any, starts: Indices, stops: Indices) -> NDArray[Any]:
    """Return runs of rows; as one where they follow each other."""
    if len(starts) and (starts[1:] == stops[:-1]).all():
        return np.asarray(array.between(int(starts[0]), int(stops[-1])))
    return np.asarray(array.runs(starts, stops))
