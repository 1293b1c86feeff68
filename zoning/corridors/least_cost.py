"""What it costs to get from the sources to every cell, and the way there.

A step between neighbouring cells costs the mean of their resistances times its
length; diagonal steps count. What is added up along the cheapest way is the
accumulated cost. Units: resistance is cost per metre, so that costs are metres
weighted by resistance.

References
----------
.. [1] E. W. Dijkstra (1959), Numerische Mathematik 1, 269-271.
.. [2] F. Adriaensen et al. (2003), Landscape and Urban Planning 64, 233-247:
   least-cost modelling.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import Grid, require_aligned, require_same_shape
from zoning.corridors.spreading import (
    COLUMN_STEP,
    NOWHERE,
    ORIGIN,
    ROW_STEP,
    spread,
)
from zoning.corridors.stencil import require_positive
from zoning.errors import LayerError, Problem, UsageError

__all__ = [
    "Accumulated",
    "Path",
    "accumulate",
    "corridor",
    "least_cost_path",
    "numbered",
]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Accumulated:
    """The cost of reaching each cell from the nearest source.

    Parameters
    ----------
    resistance : Grid
        Per metre; missing where nothing passes.
    cost : ndarray of float64, shape (rows, columns)
        inf where there is no way, or it was not looked for.
    back : ndarray of int8, shape (rows, columns)
        The step by which a cell was reached, as `spreading.ROW_STEP` counts them.
    allocation : ndarray of int32, shape (rows, columns)
        The source that a cell is nearest to; 0 where none reaches it.
    """

    resistance: Grid
    cost: Floats
    back: NDArray[np.int8]
    allocation: NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Path:
    """A least-cost path, from the source to where it was asked for.

    Parameters
    ----------
    cells : ndarray of int64, shape (k, 2)
        Row and column.
    xy : ndarray of float64, shape (k, 2)
        Cell centres in the plane of the grid, metres.
    cost : float
    length_m : float
        In the plane of the grid.
    """

    cells: NDArray[np.int64]
    xy: Floats
    cost: float
    length_m: float


def accumulate(
    resistance: Grid,
    sources: Grid,
    *,
    limit: float = np.inf,
    until: NDArray[np.bool_] | None = None,
) -> Accumulated:
    """Accumulate cost outwards from the sources.

    The cost of a way is the sum of (r_a + r_b) / 2 times the length in metres
    over its steps from cell a to cell b; each cell has that of the cheapest way
    to any source [1]_ [2]_. Metres of resistance 1.

    Parameters
    ----------
    resistance : Grid
        Per metre, above 0; missing and infinite cells are barriers.
    sources : Grid
        Whole numbers; 0 and missing cells are none. All cells of all sources
        start at 0; one on a barrier does not start.
    limit : float
        Costs above it are not looked for.
    until : ndarray of bool, shape (rows, columns), optional
        Stop when all these cells have been reached.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``, ``RESISTANCE_NOT_POSITIVE``; ``GRID_EMPTY`` when
        nothing can be passed.
    UsageError
        ``SOURCES_NONE`` when no cell is a source; ``SOURCES_NUMBERS``;
        ``GRID_SHAPE``.
    """
    require_aligned(resistance=resistance, sources=sources)
    ground = resistance.floats()
    require_positive(ground)
    if not np.isfinite(ground).any():
        raise LayerError(Problem(code="GRID_EMPTY"))
    label = numbered(sources)
    if not label.any():
        raise UsageError(Problem(code="SOURCES_NONE"))
    width, height = resistance.cell_m
    steps = np.hypot(ROW_STEP * height, COLUMN_STEP * width)
    wanted = np.zeros(label.shape, dtype=np.bool_) if until is None else until
    require_same_shape(label.shape, wanted.shape)
    cost, back, owner, _ = spread(ground, label, wanted, steps, limit)
    return Accumulated(resistance=resistance, cost=cost, back=back, allocation=owner)


def numbered(sources: Grid) -> NDArray[np.int32]:
    """Return the numbers of sources, 0 for none, shape (rows, columns).

    Raises
    ------
    UsageError
        ``SOURCES_NUMBERS`` for negative and broken numbers and such beyond the
        range of 32 bits: cut to whole ones, two sources would become one.
    """
    values = np.where(sources.missing, 0, sources.values)
    label = np.clip(values, 0, np.iinfo(np.int32).max).astype(np.int32)
    wrong = values[label != values]
    if len(wrong):
        values_told = {"value": f"{wrong[0]:g}", "count": str(len(wrong))}
        raise UsageError(Problem(code="SOURCES_NUMBERS", values=values_told))
    return label


def least_cost_path(found: Accumulated, row: int, column: int) -> Path | None:
    """Return the cheapest way to a cell; None where there is none.

    Of several equally cheap ways it is the one that was found first; the same
    on every machine.
    """
    if found.back[row, column] == NOWHERE:
        return None
    cells = [(row, column)]
    while (way := int(found.back[cells[-1]])) != ORIGIN:
        at = cells[-1]
        cells.append((at[0] - int(ROW_STEP[way]), at[1] - int(COLUMN_STEP[way])))
    order = np.array(cells[::-1], dtype=np.int64)
    x, y = found.resistance.centers()
    xy = np.column_stack([x[order[:, 1]], y[order[:, 0]]])
    return Path(
        cells=order,
        xy=xy,
        cost=float(found.cost[row, column]),
        length_m=float(np.hypot(*np.diff(xy, axis=0).T).sum()),
    )


def corridor(one: Accumulated, other: Accumulated) -> Floats:
    """Return the normalised least-cost corridor between two sources.

    CWD_A + CWD_B - LCD: the costs from both ends less the least cost from end
    to end, which is the least of their sum.

    Returns
    -------
    ndarray of float64, shape (rows, columns)
        By how much the cheapest way through each cell costs more than the
        cheapest way of all: 0 along it, inf where there is none. Metres of
        resistance 1.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``.
    """
    require_aligned(one=one.resistance, other=other.resistance)
    both = one.cost + other.cost
    least = both.min()
    return both - least if np.isfinite(least) else both
