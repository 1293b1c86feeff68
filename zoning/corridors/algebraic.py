"""Conjugate gradients on any circuit, preconditioned by aggregation.

For nodes that are no grid: merged cells, edge lists. Nodes are matched in
pairs along their strongest ties, twice, so that about four make one of the next
level. A level is visited by a K-cycle: two steps of flexible conjugate gradients
there, themselves preconditioned one level down, which makes plain aggregation
converge at a rate that does not depend on size. Gauss-Seidel forward before and
backward after.

References
----------
.. [1] Notay, Y. (2010). An aggregation-based algebraic multigrid method. Electron.
   Trans. Numer. Anal. 37, 123-146.
.. [2] Notay, Y. & Vassilevski, P. S. (2008). Recursive Krylov-based multigrid
   cycles. Numer. Linear Algebra Appl. 15, 473-487.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zoning.corridors import algebraic_kernels as kernels
from zoning.corridors.direct import Solve, factorized
from zoning.corridors.watching import StalledError

__all__ = ["algebraic_solver"]

Floats = NDArray[np.float64]
TOLERANCE = 1e-10
MOST_STEPS = 150
COARSEST = 400
LEAST_GAIN = 0.85  # a level that keeps more of its nodes is solved by a factor
PASSES = 2
ENOUGH = 0.25  # of the residual: one step on a coarse level will do


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Level:
    """A matrix (row starts, columns, values) and the group of each node below it."""

    matrix: Any
    arrays: kernels.Matrix
    group: NDArray[np.int32]
    count: int


def algebraic_solver(matrix: Any, *, tolerance: float = TOLERANCE) -> Solve:
    """Return a solver for a symmetric positive definite M-matrix.

    Parameters
    ----------
    matrix : sparse array, shape (n, n)
    tolerance : float
        Of the residual, relative to the right-hand side, Euclidean norm.

    Returns
    -------
    callable
        Right-hand sides, shape (n,) or (n, k), to solutions. Where the residual
        does not come down, as with resistances a million apart side by side, a
        factor is made and used from then on.
    """
    made: list[Solve] = [_Aggregation(matrix, tolerance).solve]

    def solve(right: Floats) -> Floats:
        try:
            return made[0](right)
        except StalledError:
            made[0] = factorized(matrix, "superlu")
            return made[0](right)

    return solve


class _Aggregation:
    def __init__(self, matrix: Any, tolerance: float) -> None:
        self.tolerance = tolerance
        self.levels: list[_Level] = []
        matrix = sparse.csr_array(matrix)
        while matrix.shape[0] > COARSEST:
            group, count = _groups(matrix)
            if count > LEAST_GAIN * matrix.shape[0]:
                break
            arrays = _arrays(matrix)
            level = _Level(matrix=matrix, arrays=arrays, group=group, count=count)
            self.levels.append(level)
            matrix = _merged(matrix, group, count)
        self.last = factorized(matrix, "superlu")
        self.top = _arrays(matrix) if not self.levels else self.levels[0].arrays

    def solve(self, right: Floats) -> Floats:
        """Solve column by column."""
        columns = right.reshape(len(right), -1)
        out = np.empty_like(columns)
        for k in range(columns.shape[1]):
            out[:, k] = self._one(np.ascontiguousarray(columns[:, k]))
        return out.reshape(right.shape)

    def _one(self, b: Floats) -> Floats:
        goal = self.tolerance * float(np.linalg.norm(b))
        x, r = np.zeros_like(b), b.copy()
        if goal == 0:
            return x
        p, z_before, weight = np.zeros_like(b), np.zeros_like(b), 1.0
        for step in range(MOST_STEPS):
            z = self._cycle(0, r)
            now = float(z @ r)
            turn = (now - float(z_before @ r)) / weight if step else 0.0
            p = z + turn * p
            image = kernels.apply(*self.top, p)
            length = now / float(p @ image)
            x += length * p
            z_before, weight = z, now
            r -= length * image
            if float(np.linalg.norm(r)) <= goal:
                return x
        raise StalledError(float(np.linalg.norm(r)) / goal)

    def _cycle(self, depth: int, b: Floats) -> Floats:
        """Return about A^-1 b at a level."""
        if depth == len(self.levels):
            return self.last(b)
        level = self.levels[depth]
        x = np.zeros_like(b)
        kernels.forward(*level.arrays, b, x)
        left = b - kernels.apply(*level.arrays, x)
        coarse = np.bincount(level.group, left, level.count).astype(np.float64)
        x += self._krylov(depth + 1, coarse)[level.group]
        kernels.backward(*level.arrays, b, x)
        return x

    def _krylov(self, depth: int, b: Floats) -> Floats:
        """Return up to two steps of flexible conjugate gradients at a level."""
        first = self._cycle(depth, b)
        if depth == len(self.levels):
            return first
        arrays = self.levels[depth].arrays
        image = kernels.apply(*arrays, first)
        energy = float(first @ image)
        length = float(first @ b) / energy if energy > 0 else 0.0
        left = b - length * image
        if np.linalg.norm(left) <= ENOUGH * np.linalg.norm(b):
            return length * first
        second = self._cycle(depth, left)
        other = kernels.apply(*arrays, second)
        second -= float(second @ image) / energy * first
        other = other - (float(first @ other) / energy) * image
        energy = float(second @ other)
        if energy <= 0:
            return length * first
        return length * first + float(second @ left) / energy * second


def _arrays(matrix: Any) -> kernels.Matrix:
    return (
        matrix.indptr.astype(np.int32),
        matrix.indices.astype(np.int32),
        matrix.data,
    )


def _groups(matrix: Any) -> tuple[NDArray[np.int32], int]:
    """Return the group of each node after two matchings, and how many there are."""
    group = np.arange(matrix.shape[0], dtype=np.int32)
    count = matrix.shape[0]
    for _ in range(PASSES):
        pair = np.empty(count, dtype=np.int32)
        size = kernels.matched(*_arrays(matrix), pair)
        matrix = _merged(matrix, pair, size)
        group, count = pair[group], size
    return group, count


def _merged(matrix: Any, group: NDArray[np.int32], count: int) -> Any:
    size = matrix.shape[0]
    owner = sparse.csr_array(
        (np.ones(size), group, np.arange(size + 1)), shape=(size, count)
    )
    return sparse.csr_array(owner.T @ matrix @ owner)
