"""Layers as vector tiles: what is seen at a zoom, and nothing left out.

What is large enough on the screen is drawn one by one, thinned to what a screen
can show; the rest is merged into the cells that it covers, kind by kind, in a
second layer of the tile. Tiles are pictures: nothing is measured on them.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.web.drawn_layer import DrawnLayer
from zoning.web.tile_bytes import Outlines, encode_layer, joined
from zoning.web.tile_cells import merged_outlines
from zoning.web.tile_place import MARGIN, SCREEN, TilePlace

__all__ = ["MERGED", "MOST_FEATURES", "SINGLE", "Tile", "tile_of"]

MOST_FEATURES = 20_000
SINGLE, MERGED = "layer", "merged"
"""Names of the layers of a tile."""
_THIN_PIXELS = 0.4
_LEAST_PIXELS = (0.0, 1.0, 4.0)
"""Extent of points, lines and surfaces that are drawn one by one."""

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A tile.

    Parameters
    ----------
    content : bytes
        MVT 2.1; empty where there is nothing.
    there : int
        Features whose box meets the place of the tile.
    shown : int
        Those that are not merged with others.
    """

    content: bytes
    there: int
    shown: int


def tile_of(layer: DrawnLayer, place: TilePlace) -> Tile:
    """Return the tile of a layer.

    Features drawn one by one bear the number of their row; every feature, single
    or merged, its kind under ``kind``.
    """
    box = place.box(layer.crs)
    west, south, east, north = box
    bounds = layer.bounds
    inside = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    inside &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    rows = np.flatnonzero(inside)
    pixel = float((east - west) / (SCREEN * (1 + 2 * MARGIN)))
    alone = _alone(layer, rows, pixel)
    single, few = rows[alone], rows[~alone]
    content = _merged(layer, few, place) if len(few) else b""
    content += _single(layer, single, place, box=box, pixel=pixel)
    return Tile(content=content, there=len(rows), shown=len(single))


def _alone(layer: DrawnLayer, rows: Integers, pixel: float) -> NDArray[np.bool_]:
    """Say which features are drawn one by one: the largest ones, if too many."""
    own = layer.bounds[rows]
    least = np.array(_LEAST_PIXELS)[layer.dimension[rows]] * pixel
    size: Floats = (own[:, 2:] - own[:, :2]).max(axis=1, initial=0.0)
    alone: NDArray[np.bool_] = size >= least
    if np.count_nonzero(alone) > MOST_FEATURES:
        extent = np.prod(own[:, 2:] - own[:, :2], axis=1)
        order = np.argsort(np.where(alone, -extent, np.inf), kind="stable")
        alone = np.zeros(len(rows), dtype=bool)
        alone[order[:MOST_FEATURES]] = True
    return alone


def _single(
    layer: DrawnLayer,
    rows: Integers,
    place: TilePlace,
    *,
    box: Floats,
    pixel: float,
) -> bytes:
    if len(rows) == 0:
        return b""
    thin_m = _THIN_PIXELS * pixel
    whole = layer.outlined(rows, thin_m)
    whole = _cut(whole, layer.bounds[rows], box)
    drawn = shapely.simplify(whole, thin_m, preserve_topology=False)
    outlines = _outlines(drawn, place, layer.crs)
    surfaces = shapely.get_dimensions(whole) == 2  # noqa: PLR2004
    left = surfaces & ~shapely.is_empty(whole)
    if outlines is not None:
        left[outlines.owner] = False
    if left.any():  # too thin for its surface to be seen: its edge is
        edges = shapely.simplify(shapely.boundary(whole[left]), thin_m)
        more = _outlines(edges, place, layer.crs)
        outlines = joined(outlines, more, np.flatnonzero(left))
    if outlines is None:
        return b""
    marks, told = layer.kinds_of(rows)
    return encode_layer(SINGLE, outlines, rows, marks=marks, words=told)


def _merged(layer: DrawnLayer, rows: Integers, place: TilePlace) -> bytes:
    marks, told = layer.kinds_of(rows)
    boxes = place.within(layer.mercator_boxes()[rows])
    found = merged_outlines(boxes, marks, layer.dimension[rows])
    if found is None:
        return b""
    outlines, own = found
    return encode_layer(MERGED, outlines, np.arange(len(own)), marks=own, words=told)


def _cut(
    shapes: NDArray[np.object_], bounds: Floats, box: Floats
) -> NDArray[np.object_]:
    """Cut what reaches out of the box."""
    west, south, east, north = box
    out = (bounds[:, 0] < west) | (bounds[:, 2] > east)
    out |= (bounds[:, 1] < south) | (bounds[:, 3] > north)
    cut = shapes.copy()
    cut[out] = shapely.clip_by_rect(shapes[out], west, south, east, north)
    return cut


def _outlines(
    shapes: NDArray[np.object_], place: TilePlace, crs: str
) -> Outlines | None:
    """Return what is drawn of shapes; None where nothing is left."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    more, inner = shapely.get_parts(parts, return_index=True)  # of collections
    parts, owner = more, owner[inner]
    dimension = shapely.get_dimensions(parts)
    kept = ~shapely.is_empty(parts)
    parts, owner, dimension = parts[kept], owner[kept], dimension[kept]
    areal = dimension == 2  # noqa: PLR2004  polygons
    rings, of = shapely.get_rings(
        shapely.orient_polygons(parts[areal], exterior_cw=True), return_index=True
    )
    pieces = np.concatenate([rings, parts[~areal]])
    whose = np.concatenate([owner[areal][of], owner[~areal]])
    kind = np.concatenate([dimension[areal][of], dimension[~areal]])
    order = np.lexsort((np.arange(len(pieces)), kind, whose))
    pieces, whose, kind = pieces[order], whose[order], kind[order]
    xy, piece = shapely.get_coordinates(pieces, return_index=True)
    if len(xy) == 0:
        return None
    units = place.units(xy, crs)
    fresh = np.ones(len(units), dtype=bool)
    fresh[1:] = (piece[1:] != piece[:-1]) | (units[1:] != units[:-1]).any(axis=1)
    last = np.ones(len(units), dtype=bool)
    last[:-1] = piece[1:] != piece[:-1]
    fresh &= ~(last & (kind[piece] == 2))  # noqa: PLR2004  a ring closes by itself
    units, piece = units[fresh], piece[fresh]
    count = np.bincount(piece, minlength=len(pieces))
    good = count > kind  # a ring has three points, a line two
    units = units[good[piece]]
    count, whose, kind = count[good], whose[good], kind[good]
    if len(count) == 0:
        return None
    return Outlines(
        xy=units,
        starts=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        owner=whose.astype(np.int64),
        dimension=kind.astype(np.int64),
    )
