"""Focal points and regions: where current enters and leaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.errors import Problem, SiteError, UsageError

__all__ = ["Foci", "PairChoice"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PairChoice:
    """Which pairs are wanted.

    Parameters
    ----------
    wanted : frozenset of pairs of int
        (lower id, higher id).
    named : frozenset of int, optional
        Foci that take part at all; the others are left out of the table. None:
        all of them.
    """

    wanted: frozenset[tuple[int, int]]
    named: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Foci:
    """Cells with the number of the focus they belong to.

    Sorted by number, then by column, then by row: the first cell of a region
    is its westernmost, and of those the northernmost.

    Parameters
    ----------
    ids : ndarray of int, shape (n,)
        Positive numbers; equal ones are a region.
    cells : ndarray of int, shape (n,)
        Flat cell numbers, row * columns + column.
    shape : tuple of int
        Rows and columns of the grid.
    strengths : mapping of int to float
        Amperes by number in one-to-all and all-to-one; 1 where none is given.
    """

    ids: Indices
    cells: Indices
    shape: tuple[int, int]
    strengths: Mapping[int, float] = field(default_factory=dict)

    @classmethod
    def from_cells(
        cls, ids: Indices, rows: Indices, columns: Indices, *, shape: tuple[int, int]
    ) -> "Foci":
        """Return foci from rows and columns counted from 0; sorts them.

        Raises
        ------
        SiteError
            ``FOCUS_OFF_MAP``, one problem for each; ``FOCI_TOO_FEW`` for less
            than two numbers.
        """
        off = (rows < 0) | (rows >= shape[0]) | (columns < 0) | (columns >= shape[1])
        if off.any():
            raise SiteError(
                *(
                    Problem(code="FOCUS_OFF_MAP", values={"id": str(focus)})
                    for focus in ids[off]
                )
            )
        order = np.lexsort((rows, columns, ids))
        cells = rows.astype(np.int64) * shape[1] + columns
        found = cls(ids=ids[order].astype(np.int64), cells=cells[order], shape=shape)
        if len(found.numbers) < FEWEST:
            values = {"count": str(len(found.numbers))}
            raise SiteError(Problem(code="FOCI_TOO_FEW", values=values))
        return found

    @classmethod
    def from_points(cls, ids: Indices, xy: Floats, grid: Grid) -> "Foci":
        """Return focal points from plane coordinates, shape (n, 2).

        Raises
        ------
        SiteError
            As `from_cells`; ``FOCUS_REPEATED`` when a number comes twice.
        """
        numbers, count = np.unique(ids, return_counts=True)
        if (count > 1).any():
            raise SiteError(
                *(
                    Problem(code="FOCUS_REPEATED", values={"id": str(number)})
                    for number in numbers[count > 1]
                )
            )
        rows, columns = grid.cells_at(xy)
        return cls.from_cells(ids, rows, columns, shape=grid.shape)

    @classmethod
    def from_map(cls, values: Indices) -> "Foci":
        """Return points or regions from a map of numbers, shape (rows, columns).

        Cells of 0 or less are none.
        """
        rows, columns = np.nonzero(values > 0)
        return cls.from_cells(
            values[rows, columns],
            rows.astype(np.int64),
            columns.astype(np.int64),
            shape=(values.shape[0], values.shape[1]),
        )

    @property
    def numbers(self) -> Indices:
        """Each number once, ascending."""
        return np.unique(self.ids)

    @property
    def regional(self) -> bool:
        """Whether any number has more than one cell."""
        return len(self.numbers) < len(self.ids)

    def cells_of(self, number: int) -> Indices:
        """Return the cells of one focus, first cell first."""
        cells: Indices = self.cells[self.ids == number]
        return cells

    def as_map(self, *numbers: int) -> Indices:
        """Return a map of these numbers (default all), 0 elsewhere."""
        chosen = np.isin(self.ids, numbers) if numbers else np.full(len(self.ids), 1)
        out = np.zeros(self.shape, dtype=np.int64)
        out.ravel()[self.cells[chosen.astype(bool)]] = self.ids[chosen.astype(bool)]
        return out

    def kept(self, choice: PairChoice | None) -> "Foci":
        """Return the foci that a choice of pairs names.

        Raises
        ------
        UsageError
            ``FOCI_TOO_FEW`` when fewer than two are left.
        """
        if choice is None or choice.named is None:
            return self
        stay = np.isin(self.ids, list(choice.named))
        left = replace(self, ids=self.ids[stay], cells=self.cells[stay])
        if len(left.numbers) < FEWEST:
            values = {"count": str(len(left.numbers))}
            raise UsageError(Problem(code="FOCI_TOO_FEW", values=values))
        return left
