"""From a grid of conductances to the resistors between neighbouring cells.

Each cell is a node, each pair of neighbours a resistor. With conductances a
and b of two cells its conductance is

- average resistance: 2 / (1/a + 1/b) = 2ab / (a + b),
- average conductance: (a + b) / 2,

and for the longer steps of non-square cells and of diagonals it is divided by
the length of the step over the mean side of a cell, sqrt(width * height): by
sqrt(2) for diagonals of square cells. Metres do not enter: resistance is per
step of one mean cell.

A cell without conductance is no node, unless it lies in a short-circuit
polygon: there it joins the polygon. Its own conductance is 0, so that under
average resistance nothing flows into it from outside the polygon, and under
average conductance half of the neighbour's conductance leads into it.

References
----------
.. [1] McRae, B. H., Dickson, B. G., Keitt, T. H. & Shah, V. B. (2008). Using
   circuit theory to model connectivity in ecology, evolution, and
   conservation. Ecology 89(10), 2712-2724.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zoning.errors import LayerError, Problem

__all__ = ["Averaging", "Stencil", "conductance_of_resistance", "make_stencil"]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
EIGHT = 8


class Averaging(StrEnum):
    """What two neighbouring cells have as a mean."""

    RESISTANCE = "resistance"
    CONDUCTANCE = "conductance"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stencil:
    """Conductances from each cell to its later neighbours, shape (rows, columns).

    `southeast` and `southwest` are None for four neighbours. Where there is no
    neighbour or no resistor the conductance is 0. `is_node` marks cells that
    are nodes.
    """

    is_node: Mask
    east: Floats
    south: Floats
    southeast: Floats | None
    southwest: Floats | None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.is_node.shape
        return rows, columns


def conductance_of_resistance(resistance: Floats) -> Floats:
    """Return 1/r, and 0 where `resistance` is nan or infinite.

    Raises
    ------
    LayerError
        ``RESISTANCE_NOT_POSITIVE`` for zero or negative resistance: a perfect
        conductor is a short-circuit polygon, not a cell.
    """
    wrong = resistance <= 0
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        values = {
            "count": str(int(wrong.sum())),
            "value": f"{resistance[row, column]:g}",
            "row": str(row + 1),
            "column": str(column + 1),
        }
        raise LayerError(Problem(code="RESISTANCE_NOT_POSITIVE", values=values))
    with np.errstate(divide="ignore"):
        inverse = 1.0 / resistance
    inverse[np.isnan(inverse)] = 0.0
    return inverse


def make_stencil(
    conductance: Floats,
    *,
    neighbours: int = EIGHT,
    averaging: Averaging = Averaging.CONDUCTANCE,
    cell_m: tuple[float, float] = (1.0, 1.0),
    joined: Mask | None = None,
) -> Stencil:
    """Return the resistors of a grid.

    Parameters
    ----------
    conductance : ndarray, shape (rows, columns)
        Nan, zero and negative values are no nodes.
    neighbours : int
        4 or 8.
    cell_m : tuple of float
        Width and height of a cell; only their ratio enters.
    joined : ndarray of bool, optional
        Cells without conductance that are nodes all the same, because a
        polygon takes them in.
    """
    g = np.where(conductance > 0, conductance, 0.0)
    is_node = g > 0
    if joined is not None:
        is_node = is_node | joined
    width, height = cell_m
    side = float(np.sqrt(width * height))
    mean = _mean_resistance if averaging is Averaging.RESISTANCE else _mean_conductance

    def toward(down: int, right: int) -> Floats:
        step = float(np.hypot(right * width, down * height)) / side
        out = np.zeros(g.shape)
        here, there = _shifted(g.shape, down, right)
        both = is_node[here] & is_node[there]
        out[here] = np.where(both, mean(g[here], g[there]) / step, 0.0)
        return out

    diagonal = neighbours == EIGHT
    return Stencil(
        is_node=is_node,
        east=toward(0, 1),
        south=toward(1, 0),
        southeast=toward(1, 1) if diagonal else None,
        southwest=toward(1, -1) if diagonal else None,
    )


def _shifted(
    shape: tuple[int, ...], down: int, right: int
) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """Return the cells that have a neighbour so far off, and those neighbours."""
    rows, columns = shape
    upper, lower = slice(0, rows - down), slice(down, rows)
    left = slice(max(0, -right), columns - max(0, right))
    moved = slice(max(0, right), columns - max(0, -right))
    return (upper, left), (lower, moved)


def _mean_resistance(a: Floats, b: Floats) -> Floats:
    total = a + b
    return np.divide(2 * a * b, total, out=np.zeros_like(total), where=total > 0)


def _mean_conductance(a: Floats, b: Floats) -> Floats:
    return (a + b) / 2
