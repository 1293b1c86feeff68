"""What a coordinate table holds beside what is read of it: nothing may get lost.

Plots often stand side by side, each with its own pair of columns, or on a sheet
whose head says nothing. One pair of columns is read; another is told.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise

from zoning.io.boundary_points import number, pair_of
from zoning.io.crs import Coordinates

__all__ = ["has_number", "unread_pair"]

_CORNERS = 3
"""Rows from which numbers that could be coordinates are taken for an outline."""
Row = tuple[int, tuple[str, ...]]


def unread_pair(
    rows: Sequence[Row], used: Collection[int] = (), *, degrees: bool = False
) -> tuple[int, int] | None:
    """Return two columns that hold coordinates and are not read.

    Parameters
    ----------
    rows : sequence of (line, cells)
        Below the header.
    used : collection of int
        The columns that are read.
    degrees : bool
        Whether degrees are looked for, or metres: a table may give the points
        it holds in both.

    Returns
    -------
    tuple of int, or None
        The pair that most rows fill, where these are as many as the corners of
        the smallest outline.
    """
    found: Counter[tuple[int, int]] = Counter()
    for _, cells in rows:
        told = [
            index
            for index, cell in enumerate(cells)
            if index not in used and number(cell) is not None
        ]
        for one, other in pairwise(told):
            pair = pair_of(cells[one], cells[other])
            if pair is not None and (pair[0] is Coordinates.DEGREES) == degrees:
                found[one, other] += 1
    best = found.most_common(1)
    return best[0][0] if best and best[0][1] >= _CORNERS else None


def has_number(label: str) -> bool:
    """Say whether a label counts points or plots, which 合计 does not."""
    return any(character.isdigit() for character in label)
