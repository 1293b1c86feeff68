"""What was repaired in a layer, row by row, and what could not be."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from zoning.model import Repair
from zoning.topology import DOUBT_M2, RepairOutcome

__all__ = ["repairs_of", "two_areas"]


def repairs_of(outcome: RepairOutcome) -> Iterator[tuple[int, Repair]]:
    """Give the rows that were repaired, with the change of area of each.

    Yields
    ------
    tuple of int and Repair
        The row, from 0; its feature is not named yet.
    """
    for row in np.flatnonzero(outcome.repaired):
        change = float(outcome.change_m2[row])
        yield int(row), Repair(feature="", what="make_valid", area_change_m2=change)


def two_areas(
    outcome: RepairOutcome, names: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Return the names of ambiguous rows, each with the areas of two readings.

    Those of both repairs where they differ, else as drawn and as repaired.

    Parameters
    ----------
    outcome : RepairOutcome
    names : ndarray of object, shape (n,)
        What the rows are called.

    Returns
    -------
    ndarray of object, shape (m,)
        One text for each row of two readings, square metres of ellipsoid:
        ``#7 (5,000.0 / 2,500.0 m²)``.
    """
    rows = np.flatnonzero(outcome.ambiguous)
    differ = np.abs(outcome.linework_m2 - outcome.structure_m2) > DOUBT_M2
    first = np.where(differ, outcome.linework_m2, outcome.drawn_m2)
    areas = zip(first[rows], outcome.structure_m2[rows], strict=True)
    told = np.empty(len(rows), dtype=object)
    told[:] = [
        f"{name} ({first:,.1f} / {second:,.1f} m²)"
        for name, (first, second) in zip(names[rows], areas, strict=True)
    ]
    return told
