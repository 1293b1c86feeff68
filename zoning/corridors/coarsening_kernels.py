"""From a grid to one of half its rows and columns; see `multigrid`.

Weights have shape (8, rows, columns) of the coarse grid with its ring. At coarse
cell (r, c): 0 and 1 weigh the coarse cells west and east of the fine cell to its
east; 2 and 3 those north and south of the fine cell to its south; 4 to 7 the
north-west, north-east, south-west and south-east ones of the cell to its
south-east.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.compiled import compiled

__all__ = ["coarsen", "interpolation"]

Floats = NDArray[np.float64]
Operator = tuple[Floats, Floats, Floats, Floats, Floats]
TINY = 1e-9  # of the diagonal: below, nothing is left to interpolate from


@compiled
def _on(diag: Floats, i: int, j: int) -> float:
    return 1.0 if diag[i, j] > 0.0 else 0.0


@compiled
def interpolation(op: Operator, weights: Floats) -> None:
    """Write the weights of the cells between coarse ones."""
    rows, columns = op[0].shape[0] - 2, op[0].shape[1] - 2
    for row in range(1, weights.shape[1] - 1):
        i = 2 * row - 1
        for column in range(1, weights.shape[2] - 1):
            j = 2 * column - 1
            if j + 1 <= columns and op[0][i, j + 1] > 0.0:
                _along_row(op, weights, i, j + 1)
            if i + 1 <= rows and op[0][i + 1, j] > 0.0:
                _along_column(op, weights, i + 1, j)
    for row in range(1, weights.shape[1] - 1):
        i = 2 * row
        for column in range(1, weights.shape[2] - 1):
            j = 2 * column
            if i <= rows and j <= columns and op[0][i, j] > 0.0:
                _in_middle(op, weights, i, j)


@compiled
def _along_row(op: Operator, weights: Floats, i: int, j: int) -> None:
    diag, east, south, southeast, southwest = op
    west_side = (
        east[i, j - 1] * _on(diag, i, j - 1)
        + southeast[i - 1, j - 1] * _on(diag, i - 1, j - 1)
        + southwest[i, j] * _on(diag, i + 1, j - 1)
    )
    east_side = (
        east[i, j] * _on(diag, i, j + 1)
        + southwest[i - 1, j + 1] * _on(diag, i - 1, j + 1)
        + southeast[i, j] * _on(diag, i + 1, j + 1)
    )
    rest = diag[i, j] - south[i - 1, j] * _on(diag, i - 1, j)
    rest -= south[i, j] * _on(diag, i + 1, j)
    row, column = (i + 1) // 2, j // 2
    _put(weights, 0, row, column, west_side, east_side, rest, diag[i, j])


@compiled
def _along_column(op: Operator, weights: Floats, i: int, j: int) -> None:
    diag, east, south, southeast, southwest = op
    north_side = (
        south[i - 1, j] * _on(diag, i - 1, j)
        + southeast[i - 1, j - 1] * _on(diag, i - 1, j - 1)
        + southwest[i - 1, j + 1] * _on(diag, i - 1, j + 1)
    )
    south_side = (
        south[i, j] * _on(diag, i + 1, j)
        + southwest[i, j] * _on(diag, i + 1, j - 1)
        + southeast[i, j] * _on(diag, i + 1, j + 1)
    )
    rest = diag[i, j] - east[i, j - 1] * _on(diag, i, j - 1)
    rest -= east[i, j] * _on(diag, i, j + 1)
    row, column = i // 2, (j + 1) // 2
    _put(weights, 2, row, column, north_side, south_side, rest, diag[i, j])


@compiled
def _put(
    weights: Floats,
    first: int,
    row: int,
    column: int,
    one: float,
    other: float,
    rest: float,
    diag: float,
) -> None:
    """Weigh two coarse cells; what neither reaches is tied to the first."""
    if one + other <= TINY * diag or one < 0.0 or other < 0.0:
        weights[first, row, column] = 1.0
        return
    rest = rest if rest > one + other else one + other
    weights[first, row, column] = one / rest
    weights[first + 1, row, column] = other / rest


@compiled
def _in_middle(op: Operator, weights: Floats, i: int, j: int) -> None:
    diag, east, south, southeast, southwest = op
    row, column = i // 2, j // 2
    west, right = east[i, j - 1], east[i, j]
    north, below = south[i - 1, j], south[i, j]
    corner = (
        southeast[i - 1, j - 1] * _on(diag, i - 1, j - 1),
        southwest[i - 1, j + 1] * _on(diag, i - 1, j + 1),
        southwest[i, j] * _on(diag, i + 1, j - 1),
        southeast[i, j] * _on(diag, i + 1, j + 1),
    )
    nw = corner[0] + west * weights[2, row, column] + north * weights[0, row, column]
    ne = corner[1] + right * weights[2, row, column + 1]
    ne += north * weights[1, row, column]
    sw = corner[2] + west * weights[3, row, column]
    sw += below * weights[0, row + 1, column]
    se = corner[3] + right * weights[3, row, column + 1]
    se += below * weights[1, row + 1, column]
    total = nw + ne + sw + se
    if total <= TINY * diag[i, j]:
        weights[4, row, column] = 1.0
        return
    rest = diag[i, j] if diag[i, j] > total else total
    weights[4, row, column] = nw / rest
    weights[5, row, column] = ne / rest
    weights[6, row, column] = sw / rest
    weights[7, row, column] = se / rest


@compiled
def coarsen(op: Operator, weights: Floats, coarse: Operator) -> None:
    """Write P^T A P."""
    diag = op[0]
    rows, columns = diag.shape[0] - 2, diag.shape[1] - 2
    p, q = np.zeros((3, 3)), np.zeros((5, 5))
    for row in range(1, weights.shape[1] - 1):
        i = 2 * row - 1
        for column in range(1, weights.shape[2] - 1):
            j = 2 * column - 1
            _basis(diag, weights, row, column, p)
            _spread(op, i, j, p, q)
            w = weights
            right = _on(diag, i, j + 2) if j + 2 <= columns else 0.0
            below = _on(diag, i + 2, j) if i + 2 <= rows else 0.0
            corner = 0.0
            if i + 2 <= rows and j + 2 <= columns:
                corner = _on(diag, i + 2, j + 2)
            across = 0.0
            if i + 2 <= rows and j >= 3:
                across = _on(diag, i + 2, j - 2)
            total = 0.0
            for a in range(3):
                for b in range(3):
                    total += p[a, b] * q[a + 1, b + 1]
            coarse[0][row, column] = total
            coarse[1][row, column] = -(
                q[2, 4] * right
                + q[2, 3] * w[1, row, column]
                + q[1, 3] * w[7, row - 1, column]
                + q[1, 4] * w[3, row - 1, column + 1]
                + q[3, 3] * w[5, row, column]
                + q[3, 4] * w[2, row, column + 1]
            )
            coarse[2][row, column] = -(
                q[4, 2] * below
                + q[3, 2] * w[3, row, column]
                + q[3, 1] * w[7, row, column - 1]
                + q[4, 1] * w[1, row + 1, column - 1]
                + q[3, 3] * w[6, row, column]
                + q[4, 3] * w[0, row + 1, column]
            )
            coarse[3][row, column] = -(
                q[4, 4] * corner
                + q[3, 3] * w[7, row, column]
                + q[3, 4] * w[3, row, column + 1]
                + q[4, 3] * w[1, row + 1, column]
            )
            coarse[4][row, column] = -(
                q[4, 0] * across
                + q[3, 1] * w[6, row, column - 1]
                + q[3, 0] * w[3, row, column - 1]
                + q[4, 1] * w[0, row + 1, column - 1]
            )


@compiled
def _basis(diag: Floats, w: Floats, row: int, column: int, p: Floats) -> None:
    """Write a column of P: what one coarse cell gives to the 3 x 3 cells around."""
    p[1, 1] = _on(diag, 2 * row - 1, 2 * column - 1)
    p[1, 2], p[1, 0] = w[0, row, column], w[1, row, column - 1]
    p[2, 1], p[0, 1] = w[2, row, column], w[3, row - 1, column]
    p[2, 2], p[2, 0] = w[4, row, column], w[5, row, column - 1]
    p[0, 2], p[0, 0] = w[6, row - 1, column], w[7, row - 1, column - 1]


@compiled
def _spread(op: Operator, i: int, j: int, p: Floats, q: Floats) -> None:
    """Write q = A p on the 5 x 5 cells around (i, j)."""
    diag, east, south, southeast, southwest = op
    q[:] = 0.0
    for a in range(3):
        for b in range(3):
            v = p[a, b]
            if v == 0.0:
                continue
            r, c = i + a - 1, j + b - 1
            q[a + 1, b + 1] += diag[r, c] * v
            q[a + 1, b + 2] -= east[r, c] * v
            q[a + 1, b] -= east[r, c - 1] * v
            q[a + 2, b + 1] -= south[r, c] * v
            q[a, b + 1] -= south[r - 1, c] * v
            q[a + 2, b + 2] -= southeast[r, c] * v
            q[a, b] -= southeast[r - 1, c - 1] * v
            q[a + 2, b] -= southwest[r, c] * v
            q[a, b + 2] -= southwest[r - 1, c + 1] * v
