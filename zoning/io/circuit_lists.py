"""Tables of numbers that go with a circuit job: points, pairs, strengths, edges."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.foci import PairChoice
from zoning.errors import Problem, SiteError
from zoning.io.cell_files import unpacked

__all__ = ["read_choice", "read_numbers"]

Floats = NDArray[np.float64]
_MODES = ("include", "exclude")
_BOUNDS = ("min", "max")


def read_numbers(path: Path, columns: int) -> Floats:
    """Read a table of numbers separated by blanks or commas.

    Parameters
    ----------
    path : Path
    columns : int
        Columns that are wanted; further ones are left out.

    Returns
    -------
    ndarray, shape (rows, columns)

    Raises
    ------
    SiteError
        ``LIST_UNREADABLE`` with the first line at fault.
    """
    rows = []
    for number, words in _lines(path):
        try:
            rows.append([float(word) for word in words[:columns]])
        except ValueError as error:
            raise _wrong(path, number) from error
        if len(words) < columns or not np.isfinite(rows[-1]).all():
            raise _wrong(path, number)
    return np.array(rows, dtype=np.float64).reshape(-1, columns)


def read_choice(path: Path, numbers: NDArray[np.int64]) -> PairChoice:
    """Read which pairs are wanted.

    Either ``mode include`` or ``mode exclude`` and a pair in each line; or a
    square table of values with the numbers in its first row and column, below
    ``min`` and ``max``: a pair is wanted when its value lies between them.

    Parameters
    ----------
    path : Path
    numbers : ndarray of int
        The foci there are.

    Raises
    ------
    SiteError
        ``LIST_UNREADABLE``.
    """
    lines = list(_lines(path))
    head = [words[0].lower() for _, words in lines[:2]]
    if head[:1] == ["mode"]:
        return _listed(path, lines, numbers)
    if sorted(head) == sorted(_BOUNDS):
        return _tabled(path, lines, numbers)
    raise _wrong(path, 1)


def _lines(path: Path) -> list[tuple[int, list[str]]]:
    """Return line numbers and words of the lines that hold any."""
    try:
        text = unpacked(path).decode("utf-8-sig")
    except (OSError, ValueError) as error:
        raise _wrong(path, 0) from error
    numbered = enumerate(text.replace(",", " ").split("\n"), start=1)
    return [(number, line.split()) for number, line in numbered if line.split()]


def _listed(
    path: Path, lines: list[tuple[int, list[str]]], numbers: NDArray[np.int64]
) -> PairChoice:
    number, head = lines[0]
    mode = head[1].lower() if len(head) > 1 else ""
    if mode not in _MODES:
        raise _wrong(path, number)
    try:
        named = {_ordered(int(w[0]), int(w[1])) for _, w in lines[1:]}
    except (ValueError, IndexError) as error:
        raise _wrong(path, number + 1) from error
    if mode == "include":
        foci = frozenset(one for pair in named for one in pair)
        return PairChoice(wanted=frozenset(named), named=foci & set(numbers.tolist()))
    every = {
        _ordered(int(a), int(b)) for a in numbers for b in numbers if int(a) < int(b)
    }
    return PairChoice(wanted=frozenset(every - named))


def _tabled(
    path: Path, lines: list[tuple[int, list[str]]], numbers: NDArray[np.int64]
) -> PairChoice:
    try:
        bounds = {words[0].lower(): float(words[1]) for _, words in lines[:2]}
        table = np.array([[float(w) for w in words] for _, words in lines[2:]])
        ids = table[0, 1:].astype(int).tolist()
        values = table[1:, 1:].reshape(len(ids), len(ids))
    except (ValueError, IndexError) as error:
        raise _wrong(path, lines[min(2, len(lines) - 1)][0]) from error
    fits = (values >= bounds["min"]) & (values <= bounds["max"])
    known = set(numbers.tolist())
    return PairChoice(
        wanted=frozenset(
            _ordered(ids[i], ids[j])
            for i, j in np.argwhere(np.triu(fits | fits.T, 1)).tolist()
        ),
        named=frozenset(ids) & known,
    )


def _ordered(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)


def _wrong(path: Path, line: int) -> SiteError:
    values = {"line": str(line)}
    return SiteError(Problem(code="LIST_UNREADABLE", where=path.name, values=values))
