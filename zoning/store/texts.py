"""Columns of text in a store: every word once, rows by number.

A column of few words keeps them apart from its rows, so that a filter looks at
each word once; one of many keeps them in order of the rows.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

from zoning.model import Column
from zoning.store.files import Parts, StoredArray, StoredFile

__all__ = ["StoredColumns", "StoredTexts", "pack_texts"]

MOST_WORDS = 4096
Rows = NDArray[np.intp]


def pack_texts(name: str, words: NDArray[np.object_]) -> Iterator[tuple[str, Parts]]:
    """Yield the arrays of a column, shape (n,)."""
    listed = list(map(str, words.tolist()))
    numbers: dict[str, int] = {}
    for word in listed:
        if numbers.setdefault(word, len(numbers)) > MOST_WORDS:
            break
    if len(numbers) <= MOST_WORDS:
        codes = np.fromiter((numbers[w] for w in listed), np.uint16, len(listed))
        yield f"{name}/codes", [codes]
        listed = list(numbers)
    pieces = [word.encode() for word in listed]
    ends = np.cumsum([0, *map(len, pieces)], dtype=np.int64)
    yield f"{name}/ends", [ends]
    yield f"{name}/bytes", [np.frombuffer(b"".join(pieces), dtype=np.uint8)]


class StoredTexts(Column):
    """A column of text; words are read when somebody asks for them."""

    def __init__(self, file: StoredFile, name: str) -> None:
        self._ends = file[f"{name}/ends"]
        self._bytes = file[f"{name}/bytes"]
        coded = f"{name}/codes" in file
        self._codes = file[f"{name}/codes"] if coded else None
        self._words: NDArray[np.object_] | None = None

    @override
    def __len__(self) -> int:
        return len(self._ends) - 1 if self._codes is None else len(self._codes)

    @override
    def some(self, rows: Rows) -> NDArray[np.object_]:
        if self._codes is not None:
            if self._words is None:
                self._words = self._read(np.arange(len(self._ends) - 1))
            codes = self._codes.at(rows)
            if len(codes) and codes.max() >= len(self._words):
                codes = self._codes.whole()[rows]
            return np.asarray(self._words[codes])
        return self._read(rows)

    def _read(self, rows: Rows) -> NDArray[np.object_]:
        """Return the words in `rows`, shape (n,)."""
        found = np.full(len(rows), "", dtype=object)
        if len(rows) == 0:
            return found
        if len(rows) * 4 > len(self._ends):  # most of the column: all at once
            starts, stops = (edge[rows] for edge in self._edges())
            blob = self._bytes.whole().tobytes()
        else:
            starts, stops = self._ends.at(rows), self._ends.at(rows + 1)
            blob = self._bytes.runs(starts, stops).tobytes()
            stops = np.cumsum(stops - starts)
            starts = np.concatenate([[0], stops[:-1]])
        pairs = zip(starts.tolist(), stops.tolist(), strict=True)
        found[:] = [blob[a:b].decode() for a, b in pairs]
        return found

    def _edges(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        ends = self._ends.whole()
        return ends[:-1], ends[1:]


class StoredColumns(Mapping[str, Any]):
    """Attribute columns by name, each read when it is asked for."""

    def __init__(
        self, texts: Mapping[str, StoredTexts], numbers: Mapping[str, StoredArray]
    ) -> None:
        self._texts = texts
        self._numbers = numbers
        self._read: dict[str, NDArray[Any]] = {}

    @override
    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            self._read[name] = self.some(name, np.s_[:])
        return self._read[name]

    @override
    def __iter__(self) -> Iterator[str]:
        yield from self._texts
        yield from self._numbers

    @override
    def __len__(self) -> int:
        return len(self._texts) + len(self._numbers)

    def some(self, name: str, rows: Any) -> NDArray[Any]:
        """Return some rows of a column."""
        if name in self._read:
            return np.asarray(self._read[name][rows])
        if name in self._texts:
            return np.array(self._texts[name][rows], dtype=object)
        numbers = self._numbers[name]
        if isinstance(rows, slice):
            return np.array(numbers.whole()[rows])
        return np.array(numbers.at(rows))
