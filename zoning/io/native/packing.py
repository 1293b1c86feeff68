"""Columns of bytes and of text as buffers: lengths, and all in a row."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.quarantine.frames import GarbledError

__all__ = ["pack_bytes", "pack_text", "unpack_bytes", "unpack_text"]

_LENGTH = np.dtype("<i8")
_NULL = -1
_SAMPLE = 4096
Buffer = bytes | memoryview


def pack_bytes(values: Sequence[bytes | None] | NDArray[Any]) -> list[Buffer]:
    """Pack bytes; a null has the length -1."""
    lengths = (_NULL if v is None else len(v) for v in values)
    sizes = np.fromiter(lengths, _LENGTH, len(values))
    return [sizes.data.cast("B"), b"".join([v for v in values if v is not None])]


def unpack_bytes(sizes: Buffer, content: Buffer) -> NDArray[np.object_]:
    """Undo `pack_bytes`.

    Raises
    ------
    GarbledError
        When the lengths do not add up.
    """
    lengths = _lengths(sizes, len(content))
    return _cut(bytes(content), lengths)


def pack_text(values: Sequence[str]) -> list[Buffer]:
    """Pack text: lengths are in characters.

    Of classes and names of places, which come back thousands of times, each
    goes once, with the place of each row's own; else the last buffer is empty.
    """
    taken: Buffer = b""
    words: Collection[str] = values
    if len(set(values[:_SAMPLE])) < min(len(values), _SAMPLE) // 2:
        places = {word: place for place, word in enumerate(dict.fromkeys(values))}
        rows = np.fromiter(map(places.__getitem__, values), _LENGTH, len(values))
        taken, words = rows.data.cast("B"), places
    sizes = np.fromiter(map(len, words), _LENGTH, len(words))
    content = "".join(words).encode("utf-8", "surrogatepass")
    return [sizes.data.cast("B"), content, taken]


def unpack_text(sizes: Buffer, content: Buffer, taken: Buffer) -> NDArray[np.object_]:
    """Undo `pack_text`; errors as of `unpack_bytes`."""
    words = _words(sizes, content)
    if not len(taken):
        return words
    if len(taken) % _LENGTH.itemsize:
        raise GarbledError("text")
    places = np.frombuffer(taken, dtype=_LENGTH)
    if not 0 <= places.min() <= places.max() < len(words):
        raise GarbledError("text")
    return np.asarray(words[places])


def _words(sizes: Buffer, content: Buffer) -> NDArray[np.object_]:
    try:
        text = str(content, "utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise GarbledError("text") from error
    lengths = _lengths(sizes, len(text))
    if (lengths < 0).any():
        raise GarbledError("text")
    return _cut(text, lengths)


def _lengths(sizes: Buffer, whole: int) -> NDArray[np.int64]:
    if len(sizes) % _LENGTH.itemsize:
        raise GarbledError("lengths")
    lengths = np.frombuffer(sizes, dtype=_LENGTH).astype(np.int64)
    bad = (lengths < _NULL).any() or (lengths > whole).any()
    if bad or int(np.maximum(lengths, 0).sum()) != whole:
        raise GarbledError("lengths")
    return lengths


def _cut(content: Any, lengths: NDArray[np.int64]) -> NDArray[np.object_]:
    """Cut `content` into pieces; None where the length is -1."""
    ends = np.cumsum(np.maximum(lengths, 0))
    starts = ends - np.maximum(lengths, 0)
    pieces = [
        content[start:end]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    cut = np.empty(len(pieces), dtype=object)
    cut[:] = pieces
    cut[lengths < 0] = None
    return cut
