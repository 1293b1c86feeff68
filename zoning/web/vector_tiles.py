"""Layers as vector tiles (MVT 2.1), encoded in columns: no loop over features.

A tile is made of numbers of variable length only, tags and lengths included, so
that a whole layer is laid out as one array of integers and written at once.
Tiles are pictures: their outlines are thinned to what a screen can show, and
nothing is measured on them. Source: Mapbox Vector Tile Specification 2.1.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.measure import from_lonlat, to_lonlat

__all__ = ["EXTENT", "Tile", "TilePlace", "encode_varints", "tile_of"]

EXTENT = 4096
"""Units along the edge of a tile."""
SCREEN = 512
"""Pixels along the edge of a tile as the page draws it."""
MOST_FEATURES = 30_000
_MARGIN = 0.03
_THIN_PIXELS = 0.4
_LEAST_PIXELS = 0.7
_KEY = b"kind"
_MERCATOR_RADIUS = 6_378_137.0
_HALF = np.pi * _MERCATOR_RADIUS

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Words = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True)
class TilePlace:
    """A tile of the usual pyramid: Web Mercator, north up, x east, y south."""

    z: int
    x: int
    y: int

    @property
    def size_m(self) -> float:
        """Edge in metres of the Mercator plane."""
        return float(2 * _HALF / 2**self.z)

    def box(self, crs: str) -> Floats:
        """Return west, south, east, north of the tile in a plane, with a margin."""
        along = np.linspace(-_MARGIN, 1 + _MARGIN, 9)
        near, far = np.full(9, -_MARGIN), np.full(9, 1 + _MARGIN)
        u = np.concatenate([along, along, near, far])
        v = np.concatenate([near, far, along, along])
        east = -_HALF + (self.x + u) * self.size_m
        north = _HALF - (self.y + v) * self.size_m
        lon = np.degrees(east / _MERCATOR_RADIUS)
        lat = np.degrees(2 * np.arctan(np.exp(north / _MERCATOR_RADIUS)) - np.pi / 2)
        xy = from_lonlat(np.column_stack([lon, lat]), crs)
        return np.concatenate([xy.min(axis=0), xy.max(axis=0)])

    def units(self, xy: Floats, crs: str) -> Integers:
        """Return plane coordinates, shape (n, 2), as units of the tile, y south."""
        lonlat = np.radians(to_lonlat(xy, crs))
        east = _MERCATOR_RADIUS * lonlat[:, 0]
        north = _MERCATOR_RADIUS * np.log(np.tan(np.pi / 4 + lonlat[:, 1] / 2))
        u = (east + _HALF) / self.size_m - self.x
        v = (_HALF - north) / self.size_m - self.y
        return np.rint(np.column_stack([u, v]) * EXTENT).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A tile with how many features lie in its place, and how many it shows."""

    content: bytes
    there: int
    shown: int


def tile_of(
    shapes: Any, bounds: Floats, kinds: Words, *, place: TilePlace, crs: str
) -> Tile:
    """Return the tile of a layer.

    Parameters
    ----------
    shapes : column of geometries, shape (n,)
        In the plane `crs`; its ``built``, where it has one, builds rows without
        keeping them.
    bounds : ndarray, shape (n, 4)
        Boxes of the shapes.
    kinds : ndarray of str objects, shape (n,)
        What each is drawn as; the tile carries it under ``kind``.
    place : TilePlace
    crs : str

    Returns
    -------
    Tile
        Features bear the number of their row. Empty without any.
    """
    west, south, east, north = place.box(crs)
    inside = (bounds[:, 0] <= east) & (bounds[:, 2] >= west)
    inside &= (bounds[:, 1] <= north) & (bounds[:, 3] >= south)
    rows = np.flatnonzero(inside)
    there = len(rows)
    pixel = (east - west) / (SCREEN * (1 + 2 * _MARGIN))
    size = (bounds[rows, 2:] - bounds[rows, :2]).max(axis=1, initial=0.0)
    points = size == 0.0
    rows = rows[points | (size >= _LEAST_PIXELS * pixel)]
    if len(rows) > MOST_FEATURES:
        extent = np.prod(bounds[rows, 2:] - bounds[rows, :2], axis=1)
        largest = np.argsort(-extent, kind="stable")[:MOST_FEATURES]
        rows = np.sort(rows[largest])
    if len(rows) == 0:
        return Tile(content=b"", there=there, shown=0)
    built = getattr(shapes, "built", None)
    drawn = np.asarray(shapes[rows] if built is None else built(rows), dtype=object)
    drawn = _cut(drawn, bounds[rows], (west, south, east, north))
    drawn = shapely.simplify(drawn, _THIN_PIXELS * pixel, preserve_topology=False)
    words, marks = np.unique(kinds[rows].astype(str), return_inverse=True)
    outlines = _outlines(drawn, place, crs)
    if outlines is None:
        return Tile(content=b"", there=there, shown=0)
    content = _layer(outlines, rows, marks=marks, words=[str(word) for word in words])
    return Tile(content=content, there=there, shown=len(rows))


def _cut(
    shapes: NDArray[np.object_], bounds: Floats, box: tuple[float, ...]
) -> NDArray[np.object_]:
    """Cut what reaches out of the box."""
    west, south, east, north = box
    out = (bounds[:, 0] < west) | (bounds[:, 2] > east)
    out |= (bounds[:, 1] < south) | (bounds[:, 3] > north)
    cut = shapes.copy()
    cut[out] = shapely.clip_by_rect(shapes[out], west, south, east, north)
    return cut


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlines:
    """Rings, lines and points of a tile, in the order of their features.

    `xy` are units, shape (m, 2); `starts` where each outline begins, with m at
    the end; `owner` the shape of each, `dimension` 0, 1 or 2.
    """

    xy: Integers
    starts: Integers
    owner: Integers
    dimension: Integers


def _outlines(
    shapes: NDArray[np.object_], place: TilePlace, crs: str
) -> _Outlines | None:
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
    return _Outlines(
        xy=units,
        starts=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        owner=whose.astype(np.int64),
        dimension=kind.astype(np.int64),
    )


def _layer(
    outlines: _Outlines, rows: Integers, *, marks: Integers, words: list[str]
) -> bytes:
    """Return the bytes of a tile of one layer."""
    key = outlines.owner * 3 + outlines.dimension
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    commands, begins = _commands(outlines, first)
    ends = np.concatenate([begins[1:], [len(commands)]])
    sums = np.concatenate([[0], np.cumsum(_sizes(commands))])
    geometry = sums[ends] - sums[begins]
    owner, one = outlines.owner[first], np.ones(len(first), dtype=np.int64)
    number, mark = rows[owner].astype(np.int64), marks[owner].astype(np.int64)
    tags = 1 + _sizes(mark)
    body = 6 + _sizes(number) + tags + _sizes(geometry) + geometry
    ident = [0x12 * one, body, 0x08 * one, number]
    tagged = [0x12 * one, tags, 0 * one, mark]
    drawn = [0x18 * one, outlines.dimension[first] + 1, 0x22 * one, geometry]
    heads = np.column_stack([*ident, *tagged, *drawn])
    flat = _joined(heads, commands, begins)
    inner = b"".join(
        [
            b"\x78\x02\x0a",
            _text("layer"),
            encode_varints(flat),
            b"\x1a",
            encode_varints(np.array([len(_KEY)])),
            _KEY,
            *(b"\x22" + _message(b"\x0a" + _text(word)) for word in words),
            b"\x28",
            encode_varints(np.array([EXTENT])),
        ]
    )
    return b"\x1a" + _message(inner)


def _commands(outlines: _Outlines, first: Integers) -> tuple[Integers, Integers]:
    """Return the drawing commands of all outlines, and where features begin."""
    starts, count = outlines.starts[:-1], np.diff(outlines.starts)
    ring = outlines.dimension == 2  # noqa: PLR2004  polygons
    more = count > 1
    length = 3 + np.where(more, 1 + 2 * (count - 1), 0) + ring
    at = np.concatenate([[0], np.cumsum(length)])
    flat = np.zeros(int(at[-1]), dtype=np.int64)
    step = np.diff(outlines.xy, axis=0, prepend=0)
    origin = starts[first]
    step[origin] = outlines.xy[origin]  # the pen starts anew with each feature
    zigzag = (step << 1) ^ (step >> 63)
    piece = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(outlines.xy)) - starts[piece]
    spot = at[piece] + 1 + 2 * within + (within > 0)
    flat[spot], flat[spot + 1] = zigzag[:, 0], zigzag[:, 1]
    flat[at[:-1]] = 9  # move to one point
    flat[at[:-1][more] + 3] = ((count[more] - 1) << 3) | 2
    flat[at[1:][ring] - 1] = 15  # close
    return flat, at[:-1][first]


def _joined(heads: Integers, commands: Integers, begins: Integers) -> Integers:
    """Put the head of each feature before its commands."""
    width = heads.shape[1]
    feature = np.searchsorted(begins, np.arange(len(commands)), side="right")
    flat = np.zeros(len(commands) + heads.size, dtype=np.int64)
    flat[np.arange(len(commands)) + width * feature] = commands
    start = begins + width * np.arange(len(begins))
    flat[start[:, None] + np.arange(width)] = heads
    return flat


def _sizes(values: Integers) -> Integers:
    """Return how many bytes each number takes."""
    size = np.ones(len(values), dtype=np.int64)
    for bits in range(7, 63, 7):
        size += values >> bits > 0
    return size


def encode_varints(values: NDArray[np.int64]) -> bytes:
    """Return numbers, none negative, as base-128 varints one after the other."""
    values = values.astype(np.int64)
    sizes = _sizes(values)
    total = int(sizes.sum())
    owner = np.repeat(np.arange(len(values)), sizes)
    within = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    piece = (values[owner] >> (7 * within)) & 0x7F
    piece |= np.where(within < sizes[owner] - 1, 0x80, 0)
    return piece.astype(np.uint8).tobytes()


def _text(word: str) -> bytes:
    return _message(word.encode())


def _message(content: bytes) -> bytes:
    return encode_varints(np.array([len(content)])) + content
