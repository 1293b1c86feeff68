"""Columns of an Arrow table as buffers of an answer, without a list of values.

Only what Arrow itself has found whole may come here (``validate(full=True)``):
offsets in order and within their data, text in UTF-8.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.native.packing import (
    INTEGER,
    LENGTH,
    NULL,
    NUMBER,
    TEXT,
    pack_integers,
    pack_numbers,
    pack_text,
)
from zoning.io.quarantine.frames import Buffer, Gathered
from zoning.io.text import plain_text

__all__ = ["laid_out", "pack_arrow_bytes", "pack_arrow_field"]

_LATER_BYTE, _MARK = 0b10, 6
"""In UTF-8 every byte of a character but the first begins with these bits."""


def pack_arrow_bytes(column: Any) -> list[Gathered]:
    """Pack a column of binary values; `zoning.io.native.packing.open_bytes` opens it.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of type ``binary`` or ``large_binary``.
    """
    lengths, pieces = list[NDArray[np.int64]](), list[Buffer]()
    for chunk in column.chunks:
        found, content = laid_out(chunk)
        lengths.append(found)
        pieces.append(content)
    return [_joined(lengths), tuple(pieces)]


def laid_out(chunk: Any) -> tuple[NDArray[np.int64], memoryview]:
    """Return the lengths of a chunk's values in bytes, -1 for null, and the bytes.

    Parameters
    ----------
    chunk : pyarrow.Array
        Of text or binary values.

    Raises
    ------
    ValueError
        When a null has bytes: they would move all others.
    """
    valid, offsets, content = chunk.buffers()
    if len(chunk) == 0 or offsets is None:
        return np.full(len(chunk), NULL if chunk.null_count else 0), memoryview(b"")
    width = np.dtype("<i8" if "large" in str(chunk.type) else "<i4")
    stops = np.frombuffer(offsets, dtype=width)
    stops = stops[chunk.offset : chunk.offset + len(chunk) + 1].astype(np.int64)
    lengths = np.diff(stops)
    if chunk.null_count:
        bits = np.unpackbits(np.frombuffer(valid, np.uint8), bitorder="little")
        absent = bits[chunk.offset : chunk.offset + len(chunk)] == 0
        if lengths[absent].any():
            raise ValueError("bytes of a null")
        lengths[absent] = NULL
    view = memoryview(b"" if content is None else content).cast("B")
    return lengths, view[int(stops[0]) : int(stops[-1])]


def pack_arrow_field(column: Any) -> tuple[str, list[Gathered]]:
    """Pack a column of words or numbers.

    Parameters
    ----------
    column : pyarrow.ChunkedArray
        Of any type but nested and binary ones.

    Returns
    -------
    str
        How it is packed: one of `zoning.io.native.packing.OPENERS`.
    list of buffers

    Raises
    ------
    ValueError
        When there are values that Python has no word for.
    """
    import pyarrow.types as kinds

    kind = column.type
    if kinds.is_floating(kind):
        return NUMBER, [*pack_numbers(column.to_numpy(zero_copy_only=False))]
    if kinds.is_integer(kind) and not kinds.is_uint64(kind) and not column.null_count:
        return INTEGER, [*pack_integers(column.to_numpy(zero_copy_only=False))]
    if kinds.is_string(kind) or kinds.is_large_string(kind):
        return TEXT, [*_characters(column.chunks), b""]
    return TEXT, [*pack_text([plain_text(value) for value in column.to_pylist()])]


def _characters(chunks: Any) -> list[Gathered]:
    """Return the lengths of texts in characters, and the texts in a row."""
    lengths, pieces = list[NDArray[np.int64]](), list[Buffer]()
    for chunk in chunks:
        found, content = laid_out(chunk)
        found = np.maximum(found, 0)  # a null is a text of no characters
        if not bytes(content).isascii():
            found = _counted(found, np.frombuffer(content, dtype=np.uint8))
        lengths.append(found)
        pieces.append(content)
    return [_joined(lengths), tuple(pieces)]


def _counted(
    lengths: NDArray[np.int64], content: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Return lengths in characters of texts with lengths in bytes, shape (n,)."""
    counted = np.zeros(len(lengths), dtype=np.int64)
    filled = lengths > 0
    starts = (np.cumsum(lengths) - lengths)[filled]
    first = (content >> _MARK) != _LATER_BYTE
    counted[filled] = np.add.reduceat(first, starts, dtype=np.int64)
    return counted


def _joined(parts: list[NDArray[Any]]) -> memoryview:
    numbers = np.concatenate(parts) if parts else np.zeros(0)
    return np.ascontiguousarray(numbers, dtype=LENGTH).data.cast("B")
