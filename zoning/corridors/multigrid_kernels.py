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
    "components",
    "descend",
    "forward",
    "product",
    "prolong",
    "restrict",
    "throughflow",
]

Floats = NDArray[np.float64]
Operator = tuple[Floats, Floats, Floats, Floats, Floats]


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
