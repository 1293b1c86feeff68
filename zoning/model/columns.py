"""Columns of a layer that are read by row, where all of it is not wanted."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from typing_extensions import override

__all__ = ["Column", "TakenColumns", "TakenRows", "distinct", "median", "numbered"]

Rows = NDArray[np.intp]


def distinct(rows: Rows) -> Rows:
    """Return rows in ascending order, each once.

    As `numpy.unique`, which loads masked arrays for this.
    """
    ordered = np.sort(rows)
    fresh = np.ones(len(ordered), dtype=bool)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return ordered[fresh]


def numbered(rows: Rows) -> tuple[Rows, Rows]:
    """Return the distinct of rows, ascending, and the place of each in them."""
    used = distinct(rows)
    return used, np.searchsorted(used, rows)


def median(values: NDArray[np.float64]) -> float:
    """Return the median of some values; nan where one of them is.

    As `numpy.median`, which loads masked arrays for this.
    """
    ordered = np.sort(values)
    if np.isnan(ordered[-1]):
        return float("nan")
    half = len(ordered) // 2
    return float((ordered[half] + ordered[-half - 1]) / 2)


class Column(ABC):
    """What stands for an array of n objects and is read when somebody asks.

    ``column[rows]`` reads some, ``np.asarray(column)`` all; whatever else an
    array can do is done by the array of all. Types call it an array.
    """

    @abstractmethod
    def __len__(self) -> int:
        """Return n."""

    @abstractmethod
    def some(self, rows: Rows) -> NDArray[np.object_]:
        """Return the values in `rows`, in that order."""

    def __getitem__(self, rows: Any, /) -> Any:
        """Return the value of a row, or an array of those that `rows` picks."""
        if self._are_places(rows):
            return self.some(rows)
        places = np.arange(len(self))[rows]
        if np.ndim(places) == 0:
            return self.some(np.array([places]))[0]
        return self.some(places)

    def _are_places(self, rows: Any) -> bool:
        """Say whether `rows` are numbers from 0 up to n: no need to count n."""
        if not isinstance(rows, np.ndarray) or rows.dtype != np.intp or rows.ndim != 1:
            return False
        return len(rows) == 0 or bool(rows.min() >= 0 and rows.max() < len(self))

    def __iter__(self) -> Iterator[Any]:
        """Iterate over all values."""
        return iter(self[:])

    def __array__(self, dtype: Any = None, copy: Any = None) -> NDArray[Any]:
        """Return all values, in an array that is nobody else's."""
        del copy
        return np.array(self[:], dtype=dtype or object)

    def __getattr__(self, name: str) -> Any:
        """Return what the array of all values has."""
        if name.startswith("_"):
            raise AttributeError(name)
        return getattr(self[:], name)

    @override
    def __eq__(self, other: object) -> Any:
        """Compare value by value."""
        return self[:] == other

    @override
    def __ne__(self, other: object) -> Any:
        """Compare value by value."""
        return self[:] != other

    __hash__ = None  # type: ignore[assignment]  # as of an array


class TakenRows(Column):
    """Some rows of a column, in an order of their own."""

    def __init__(self, column: Any, rows: Rows) -> None:
        self._column = column
        self._rows = rows

    @override
    def __len__(self) -> int:
        return len(self._rows)

    @override
    def some(self, rows: Rows) -> NDArray[np.object_]:
        found: NDArray[np.object_] = self._column[self._rows[rows]]
        return found


class TakenColumns(Mapping[str, Any]):
    """Attribute columns of some features, each read when it is asked for."""

    def __init__(self, columns: Mapping[str, Any], rows: Rows) -> None:
        self._columns = columns
        self._rows = rows
        self._read: dict[str, NDArray[Any]] = {}

    @override
    def __getitem__(self, name: str) -> NDArray[Any]:
        if name not in self._read:
            some = getattr(self._columns, "some", None)
            self._read[name] = (
                self._columns[name][self._rows]
                if some is None
                else some(name, self._rows)
            )
        return self._read[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    @override
    def __len__(self) -> int:
        return len(self._columns)

    @override
    def __contains__(self, name: object) -> bool:
        return name in self._columns
