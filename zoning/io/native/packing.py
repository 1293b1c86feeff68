"""Columns of bytes, text and numbers as buffers: lengths, and all in a row.

Whoever unpacks checks everything at once and cuts only what is asked for: of a
layer's columns most are never looked at.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.quarantine.frames import Buffer, GarbledError
from zoning.io.text import plain_text

__all__ = [
    "PackedBytes",
    "PackedColumn",
    "PackedNumbers",
    "PackedText",
    "open_bytes",
    "open_column",
    "pack_bytes",
    "pack_integers",
    "pack_numbers",
    "pack_text",
]

TEXT, NUMBER, INTEGER = "text", "number", "integer"
LENGTH = np.dtype("<i8")
NULL = -1
_NUMBERS: dict[str, np.dtype[Any]] = {NUMBER: np.dtype("<f8"), INTEGER: np.dtype("<i8")}
_SAMPLE = 4096
_RUN = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedBytes:
    """A column of bytes in a row; `lengths` (n,) are -1 for null."""

    content: bytes
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.lengths)

    def values(self) -> NDArray[np.object_]:
        """Return bytes, None for null, shape (n,)."""
        return _cut(self.content, self.lengths)

    def runs(self) -> Iterator[NDArray[np.object_]]:
        """Yield the same in order, some thousands at a time."""
        start = 0
        for first in range(0, len(self), _RUN):
            lengths = self.lengths[first : first + _RUN]
            yield _cut(self.content, lengths, start=start)
            start += int(np.maximum(lengths, 0).sum())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedText:
    """A column of text in a row, lengths in characters.

    `places` (n,) say which of the words each row has; None where every row has
    its own.
    """

    content: str
    lengths: NDArray[np.int64]
    places: NDArray[np.int64] | None

    def __len__(self) -> int:
        return len(self.lengths if self.places is None else self.places)

    def values(self) -> NDArray[np.object_]:
        """Return text, shape (n,)."""
        words = _cut(self.content, self.lengths)
        if self.places is None:
            once = {word: word for word in words}  # equal words share one object
            words[:] = [once[word] for word in words]
            return words
        return np.asarray(words[self.places])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PackedNumbers:
    """A column of numbers, shape (n,); NaN where there is none."""

    numbers: NDArray[np.float64] | NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.numbers)

    def values(self) -> NDArray[np.object_]:
        """Return them as text, shape (n,), without a trailing .0; NaN as ''."""
        listed = [plain_text(number) for number in self.numbers.tolist()]
        return np.array([*listed, None], dtype=object)[:-1]


PackedColumn = PackedText | PackedNumbers


def pack_bytes(values: Sequence[bytes | None] | NDArray[Any]) -> list[Buffer]:
    """Pack bytes; a null has the length -1."""
    lengths = (NULL if v is None else len(v) for v in values)
    sizes = np.fromiter(lengths, LENGTH, len(values))
    return [sizes.data.cast("B"), b"".join([v for v in values if v is not None])]


def open_bytes(sizes: Buffer, content: Buffer) -> PackedBytes:
    """Undo `pack_bytes`.

    Raises
    ------
    GarbledError
        When the lengths do not add up.
    """
    lengths = _lengths(sizes, len(content))
    return PackedBytes(content=bytes(content), lengths=lengths)


def pack_text(values: Sequence[str]) -> list[Buffer]:
    """Pack text: lengths are in characters.

    Of classes and names of places, which come back thousands of times, each
    goes once, with the place of each row's own; else the last buffer is empty.
    """
    taken: Buffer = b""
    words: Collection[str] = values
    if len(set(values[:_SAMPLE])) < min(len(values), _SAMPLE) // 2:
        places = {word: place for place, word in enumerate(dict.fromkeys(values))}
        rows = np.fromiter(map(places.__getitem__, values), LENGTH, len(values))
        taken, words = rows.data.cast("B"), places
    sizes = np.fromiter(map(len, words), LENGTH, len(words))
    content = "".join(words).encode("utf-8", "surrogatepass")
    return [sizes.data.cast("B"), content, taken]


def open_column(kind: object, buffers: Iterator[Buffer]) -> PackedColumn:
    """Undo `pack_text`, `pack_numbers` or `pack_integers`; errors as of `open_bytes`.

    Parameters
    ----------
    kind : object
        ``text``, ``number`` or ``integer``.
    buffers : iterator of buffers
        Those of the column are taken from it.
    """
    try:
        if kind == TEXT:
            return _open_text(next(buffers), next(buffers), next(buffers))
        values = np.frombuffer(next(buffers), _NUMBERS[str(kind)])
    except (StopIteration, LookupError, ValueError) as error:
        raise GarbledError("column") from error
    return PackedNumbers(numbers=values)


def _open_text(sizes: Buffer, content: Buffer, taken: Buffer) -> PackedText:
    try:
        text = str(content, "utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise GarbledError("text") from error
    lengths = _lengths(sizes, len(text))
    if (lengths < 0).any():
        raise GarbledError("text")
    places = _places(taken, len(lengths)) if len(taken) else None
    return PackedText(content=text, lengths=lengths, places=places)


def pack_numbers(values: NDArray[np.floating[Any]]) -> list[Buffer]:
    """Pack numbers, NaN where there is none."""
    return [np.ascontiguousarray(values, dtype=_NUMBERS[NUMBER]).data.cast("B")]


def pack_integers(values: NDArray[np.integer[Any]]) -> list[Buffer]:
    """Pack whole numbers."""
    return [np.ascontiguousarray(values, dtype=_NUMBERS[INTEGER]).data.cast("B")]


def _places(taken: Buffer, words: int) -> NDArray[np.int64]:
    if len(taken) % LENGTH.itemsize:
        raise GarbledError("text")
    places = np.frombuffer(taken, dtype=LENGTH).astype(np.int64)
    if not 0 <= places.min() <= places.max() < words:
        raise GarbledError("text")
    return places


def _lengths(sizes: Buffer, whole: int) -> NDArray[np.int64]:
    if len(sizes) % LENGTH.itemsize:
        raise GarbledError("lengths")
    lengths = np.frombuffer(sizes, dtype=LENGTH).astype(np.int64)
    bad = (lengths < NULL).any() or (lengths > whole).any()
    if bad or int(np.maximum(lengths, 0).sum()) != whole:
        raise GarbledError("lengths")
    return lengths


def _cut(
    content: Any, lengths: NDArray[np.int64], *, start: int = 0
) -> NDArray[np.object_]:
    """Cut `content` from `start` on into pieces; None where the length is -1."""
    ends = start + np.cumsum(np.maximum(lengths, 0))
    starts = ends - np.maximum(lengths, 0)
    pieces = [
        content[first:end]
        for first, end in zip(starts.tolist(), ends.tolist(), strict=True)
    ]
    cut = np.empty(len(pieces), dtype=object)
    cut[:] = pieces
    cut[lengths < 0] = None
    return cut
