"""The loops of `multigrid`, compiled; see there for what they mean.

Arrays of a level have a ring of zeros around them, so that no loop asks where
the edge is: cell (0, 0) is at [1, 1]. An operator is (diagonal, east, south,
southeast, southwest); a diagonal of 0 marks a cell that takes no part.
"""

import numpy as np
from numpy.typing import NDArray

from zoning.overlay.compiled import compiled

__all__ = [
    "apply",
    "backward",
    "coarsen",
    "components",
    "descend",
    "forward",
    "interpolation",
    "product",
    "prolong",
    "restrict",
    "throughflow",
]

Floats = NDArray[np.float64]
Operator = tuple[Floats, Floats, Floats, Floats, Floats]
TINY = 1e-9  # of the diagonal: below, nothing is left to interpolate from


@compiled
def apply(op: Operator, x: Floats, out: Floats) -> float:
    """Write A x; return x . A x. Rows without part are 0."""
    diag, east, south, southeast, southwest = op
    total = 0.0
    for i in range(1, x.shape[0] - 1):
        line = 0.0
        for j in range(1, x.shape[1] - 1):
            value = (
                diag[i, j] * x[i, j]
                - east[i, j] * x[i, j + 1]
                - east[i, j - 1] * x[i, j - 1]
                - south[i, j] * x[i + 1, j]
                - south[i - 1, j] * x[i - 1, j]
                - southeast[i, j] * x[i + 1, j + 1]
                - southeast[i - 1, j - 1] * x[i - 1, j - 1]
                - southwest[i, j] * x[i + 1, j - 1]
                - southwest[i - 1, j + 1] * x[i - 1, j + 1]
            )
            value = value if diag[i, j] > 0.0 else 0.0
            out[i, j] = value
            line += value * x[i, j]
        total += line
    return total


@compiled
def forward(op: Operator, b: Floats, x: Floats) -> None:
    """One Gauss-Seidel sweep from the north-west, starting at 0."""
    diag, east, south, southeast, southwest = op
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            known = (
                b[i, j]
                + south[i - 1, j] * x[i - 1, j]
                + southeast[i - 1, j - 1] * x[i - 1, j - 1]
                + southwest[i - 1, j + 1] * x[i - 1, j + 1]
            )
            share = 1.0 / diag[i, j] if diag[i, j] > 0.0 else 0.0
            x[i, j] = (known + east[i, j - 1] * x[i, j - 1]) * share


@compiled
def backward(op: Operator, b: Floats, x: Floats) -> None:
    """One Gauss-Seidel sweep from the south-east."""
    diag, east, south, southeast, southwest = op
    for i in range(x.shape[0] - 2, 0, -1):
        for j in range(x.shape[1] - 2, 0, -1):
            known = (
                b[i, j]
                + east[i, j - 1] * x[i, j - 1]
                + south[i, j] * x[i + 1, j]
                + south[i - 1, j] * x[i - 1, j]
                + southeast[i, j] * x[i + 1, j + 1]
                + southeast[i - 1, j - 1] * x[i - 1, j - 1]
                + southwest[i, j] * x[i + 1, j - 1]
                + southwest[i - 1, j + 1] * x[i - 1, j + 1]
            )
            share = 1.0 / diag[i, j] if diag[i, j] > 0.0 else 0.0
            x[i, j] = (known + east[i, j] * x[i, j + 1]) * share


@compiled
def restrict(op: Operator, weights: Floats, x: Floats, coarse: Floats) -> None:
    """Write P^T r, where x comes from `forward`.

    After that sweep b - A x holds only what cells gained after their turn, from
    the neighbours east and south of them.
    """
    diag, east, south, southeast, southwest = op
    coarse[:] = 0.0
    for i in range(1, x.shape[0] - 1):
        row = (i + 1) // 2
        upper = i % 2 == 1
        for j in range(1, x.shape[1] - 1):
            if diag[i, j] <= 0.0:
                continue
            r = (
                east[i, j] * x[i, j + 1]
                + south[i, j] * x[i + 1, j]
                + southeast[i, j] * x[i + 1, j + 1]
                + southwest[i, j] * x[i + 1, j - 1]
            )
            column = (j + 1) // 2
            if upper:
                if j % 2 == 1:
                    coarse[row, column] += r
                else:
                    coarse[row, column] += weights[0, row, column] * r
                    coarse[row, column + 1] += weights[1, row, column] * r
            elif j % 2 == 1:
                coarse[row, column] += weights[2, row, column] * r
                coarse[row + 1, column] += weights[3, row, column] * r
            else:
                coarse[row, column] += weights[4, row, column] * r
                coarse[row, column + 1] += weights[5, row, column] * r
                coarse[row + 1, column] += weights[6, row, column] * r
                coarse[row + 1, column + 1] += weights[7, row, column] * r


@compiled
def prolong(op: Operator, weights: Floats, coarse: Floats, x: Floats) -> None:
    """Add P times the coarse values."""
    diag = op[0]
    for i in range(1, x.shape[0] - 1):
        row = (i + 1) // 2
        upper = i % 2 == 1
        for j in range(1, x.shape[1] - 1):
            if diag[i, j] <= 0.0:
                continue
            column = (j + 1) // 2
            if upper:
                if j % 2 == 1:
                    x[i, j] += coarse[row, column]
                else:
                    x[i, j] += (
                        weights[0, row, column] * coarse[row, column]
                        + weights[1, row, column] * coarse[row, column + 1]
                    )
            elif j % 2 == 1:
                x[i, j] += (
                    weights[2, row, column] * coarse[row, column]
                    + weights[3, row, column] * coarse[row + 1, column]
                )
            else:
                x[i, j] += (
                    weights[4, row, column] * coarse[row, column]
                    + weights[5, row, column] * coarse[row, column + 1]
                    + weights[6, row, column] * coarse[row + 1, column]
                    + weights[7, row, column] * coarse[row + 1, column + 1]
                )


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


@compiled
def descend(x: Floats, r: Floats, p: Floats, image: Floats, step: float) -> float:
    """Add step * p to x, take step * image from r; return r . r."""
    total = 0.0
    for i in range(1, x.shape[0] - 1):
        line = 0.0
        for j in range(1, x.shape[1] - 1):
            x[i, j] += step * p[i, j]
            left = r[i, j] - step * image[i, j]
            r[i, j] = left
            line += left * left
        total += line
    return total


@compiled
def product(one: Floats, other: Floats) -> float:
    """Return the inner product, summed row by row."""
    total = 0.0
    for i in range(one.shape[0]):
        line = 0.0
        for j in range(one.shape[1]):
            line += one[i, j] * other[i, j]
        total += line
    return total


@compiled
def throughflow(op: Operator, x: Floats, into: Floats, out: Floats) -> None:
    """Write what enters and what leaves each cell through its resistors."""
    _, east, south, southeast, southwest = op
    for i in range(1, x.shape[0] - 1):
        for j in range(1, x.shape[1] - 1):
            here = x[i, j]
            flows = (
                east[i, j] * (here - x[i, j + 1]),
                east[i, j - 1] * (here - x[i, j - 1]),
                south[i, j] * (here - x[i + 1, j]),
                south[i - 1, j] * (here - x[i - 1, j]),
                southeast[i, j] * (here - x[i + 1, j + 1]),
                southeast[i - 1, j - 1] * (here - x[i - 1, j - 1]),
                southwest[i, j] * (here - x[i + 1, j - 1]),
                southwest[i - 1, j + 1] * (here - x[i - 1, j + 1]),
            )
            gained, lost = 0.0, 0.0
            for flow in flows:
                if flow > 0.0:
                    lost += flow
                else:
                    gained -= flow
            into[i, j], out[i, j] = gained, lost


@compiled
def components(
    op: Operator,
    nodes: NDArray[np.bool_],
    parent: NDArray[np.int64],
    label: NDArray[np.int64],
) -> int:
    """Write the component of each cell in `label`, flat, -1 for no node; how many.

    `nodes` has shape (rows, columns), without the ring; `parent` is room to work
    in. Union-find, the first cell of a component being its root.
    """
    _, east, south, southeast, southwest = op
    rows, columns = nodes.shape
    for k in range(rows * columns):
        parent[k] = k
    for i in range(rows):
        for j in range(columns):
            here = i * columns + j
            if east[i + 1, j + 1] > 0.0:
                _join(parent, here, here + 1)
            if south[i + 1, j + 1] > 0.0:
                _join(parent, here, here + columns)
            if southeast[i + 1, j + 1] > 0.0:
                _join(parent, here, here + columns + 1)
            if southwest[i + 1, j + 1] > 0.0:
                _join(parent, here, here + columns - 1)
    count = 0
    for k in range(rows * columns):
        root = _root(parent, k)
        if not nodes[k // columns, k % columns]:
            label[k] = -1
        elif root == k:
            label[k] = count
            count += 1
        else:
            label[k] = label[root]
    return count


@compiled
def _join(parent: NDArray[np.int64], one: int, other: int) -> None:
    one, other = _root(parent, one), _root(parent, other)
    if one < other:
        parent[other] = one
    elif other < one:
        parent[one] = other


@compiled
def _root(parent: NDArray[np.int64], k: int) -> int:
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k
