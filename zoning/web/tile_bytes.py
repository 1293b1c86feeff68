"""Vector tiles as bytes (MVT 2.1), encoded in columns: no loop over features.

A tile is made of numbers of variable length only, tags and lengths included, so
that a whole layer is laid out as one array of integers and written at once.
Source: Mapbox Vector Tile Specification 2.1.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXTENT", "Outlines", "encode_layer", "encode_varints", "joined"]

EXTENT = 4096
"""Units along the edge of a tile."""
_KEY = b"kind"

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlines:
    """Rings, lines and points of a tile, in the order of their features.

    `xy` are units, shape (m, 2); `starts` where each outline begins, with m at
    the end; `owner` the shape of each, `dimension` 0, 1 or 2.
    """

    xy: Integers
    starts: Integers
    owner: Integers
    dimension: Integers


def joined(
    first: Outlines | None, more: Outlines | None, owners: Integers
) -> Outlines | None:
    """Put outlines after others; the owners of the later ones are `owners`."""
    if more is None:
        return first
    own = replace(more, owner=owners[more.owner])
    if first is None:
        return own
    return Outlines(
        xy=np.concatenate([first.xy, own.xy]),
        starts=np.concatenate([first.starts, own.starts[1:] + len(first.xy)]),
        owner=np.concatenate([first.owner, own.owner]),
        dimension=np.concatenate([first.dimension, own.dimension]),
    )


def encode_layer(
    name: str,
    outlines: Outlines,
    rows: Integers,
    *,
    marks: Integers,
    words: list[str],
) -> bytes:
    """Return the bytes of a layer of a tile.

    Parameters
    ----------
    name : str
        Of the layer.
    outlines : Outlines
    rows : ndarray of int64, shape (n,)
        The number that each owner of outlines bears.
    marks : ndarray of int64, shape (n,)
        Place of its kind in `words`.
    words : list of str
        Kinds, under the key ``kind``.
    """
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
            _text(name),
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


def _commands(outlines: Outlines, first: Integers) -> tuple[Integers, Integers]:
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
