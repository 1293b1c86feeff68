"""Two vintages of a layer: class-change matrix and extent account.

Every pair of features is measured by the overlay kernel; no shape is built.

References
----------
.. [1] SEEA EA, tables 4.1 and 4.2: extent account and change matrix.
.. [2] 国办发〔2015〕82号: 期初存量 + 本期增加 - 本期减少 = 期末存量.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning import measure
from zoning.errors import Problem
from zoning.overlay import ragged_edges, shared_areas
from zoning.overlay.areas import NOISE_M2

__all__ = ["ABSENT", "ChangeMatrix", "Vintage", "change_matrix", "matrix_of_cells"]

ABSENT = ""
"""Class of ground that the other vintage does not hold."""

_WHOLE = 1e-9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vintage:
    """One state of a layer in the working plane.

    Parameters
    ----------
    name : str
        For people, such as a file name or an edition.
    geometry : ndarray of object, shape (n,)
        Valid polygons and multipolygons.
    label : ndarray of object, shape (n,)
        Class of each; never ''.
    """

    name: str
    geometry: NDArray[np.object_]
    label: NDArray[np.object_]
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ChangeMatrix:
    """Ground by its class before (rows) and after (columns).

    Parameters
    ----------
    classes : tuple of str
        Sorted; the last is `ABSENT`.
    area_m2 : ndarray, shape (classes, classes)
        Ellipsoidal. The diagonal is what stayed.
    opening_m2, closing_m2 : ndarray, shape (classes,)
        Extents, measured on each vintage alone; the margins add up to them.
    """

    classes: tuple[str, ...]
    area_m2: Floats
    opening_m2: Floats
    closing_m2: Floats

    @property
    def additions_m2(self) -> Floats:
        """What each class gained from others, shape (classes,)."""
        return self._margin(self.area_m2.T)

    @property
    def reductions_m2(self) -> Floats:
        """What each class lost to others, shape (classes,)."""
        return self._margin(self.area_m2)

    def _margin(self, area: Floats) -> Floats:
        others = area - np.diag(np.diag(area))
        return np.array([math.fsum(row) for row in others.tolist()])


def change_matrix(old: Vintage, new: Vintage, *, crs: str) -> ChangeMatrix:
    """Measure what became of each class.

    Parameters
    ----------
    old, new : Vintage
        In one working plane.
    crs : str
        That plane.

    Returns
    -------
    ChangeMatrix
        Where a vintage overlaps itself, margins exceed extents: look for that
        first (`zoning.overlay.double_cover`).
    """
    classes = _classes(old, new)
    before, after = (np.searchsorted(classes[:-1], v.label) for v in (old, new))
    found = shared_areas(
        ragged_edges(old.geometry), ragged_edges(new.geometry), crs=crs
    )
    real = found.area_m2 > NOISE_M2
    count = len(classes)
    cell = before[found.left[real]] * count + after[found.right[real]]
    area = _summed(cell, found.area_m2[real], count * count).reshape(count, count)
    opening = _extents(old, before, count, crs=crs)
    closing = _extents(new, after, count, crs=crs)
    area[:-1, -1] = _rest(opening[:-1], area[:-1, :-1].sum(axis=1))
    area[-1, :-1] = _rest(closing[:-1], area[:-1, :-1].sum(axis=0))
    opening[-1], closing[-1] = area[-1].sum(), area[:, -1].sum()
    return ChangeMatrix(
        classes=classes, area_m2=area, opening_m2=opening, closing_m2=closing
    )


def matrix_of_cells(
    old: NDArray[np.intp],
    new: NDArray[np.intp],
    cell_m2: Floats,
    *,
    classes: tuple[str, ...],
) -> ChangeMatrix:
    """Cross two grids of classes: the fast route, as exact as its cells.

    Parameters
    ----------
    old, new : ndarray of int, shape (rows, columns)
        Place of each cell's class in `classes`; cells of the last class in both
        count nowhere.
    cell_m2 : ndarray, shape (rows, columns)
        Ellipsoidal area of each cell.
    classes : tuple of str
        The last is `ABSENT`.
    """
    count = len(classes)
    cell = (old * count + new).reshape(-1)
    found = np.bincount(cell, weights=cell_m2.reshape(-1), minlength=count * count)
    area = found.astype(np.float64).reshape(count, count)
    area[-1, -1] = 0.0
    return ChangeMatrix(
        classes=classes,
        area_m2=area,
        opening_m2=area.sum(axis=1),
        closing_m2=area.sum(axis=0),
    )


def _classes(old: Vintage, new: Vintage) -> tuple[str, ...]:
    words = {str(word) for vintage in (old, new) for word in vintage.label}
    return (*sorted(words - {ABSENT}), ABSENT)


def _extents(
    vintage: Vintage, number: NDArray[np.intp], count: int, *, crs: str
) -> Floats:
    return _summed(number, measure.area_m2(vintage.geometry, crs), count)


def _summed(cell: NDArray[np.intp], values: Floats, count: int) -> Floats:
    """Sum values by cell, in a way that no order changes."""
    order = np.argsort(cell, kind="stable")
    ends = np.cumsum(np.bincount(cell, minlength=count))[:-1]
    return np.array([math.fsum(g) for g in np.split(values[order], ends)])


def _rest(whole: Floats, part: Floats) -> Floats:
    """Return what is left of each; rounding counts as nothing."""
    rest = whole - part
    return np.where(rest > np.maximum(_WHOLE * whole, NOISE_M2), rest, 0.0)
