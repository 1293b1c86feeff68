"""Conjugate gradients on the cells of a grid, preconditioned by multigrid.

No matrix is assembled: an operator is five arrays, the diagonal and the
conductances to the east, south, south-east and south-west. Every other row and
column makes the next coarser grid. Values between coarse cells follow from
the operator itself (black box multigrid): along a row the stencil is summed up
across the row, so that weights follow the conductances to either side and
barriers are not averaged away; cells in the middle of four follow from their
own equation. The coarse operator P^T A P again has nine points. A cell that no
coarse cell reaches, in a corridor one cell wide, is tied to the coarse cell
north-west of it even where that is no habitat. One Gauss-Seidel sweep on the
way down and one in reverse on the way up keep the preconditioner symmetric.

References
----------
.. [1] Alcouffe, R. E., Brandt, A., Dendy, J. E. & Painter, J. W. (1981). The
   multi-grid method for the diffusion equation with strongly discontinuous
   coefficients. SIAM J. Sci. Stat. Comput. 2(4), 430-454.
.. [2] Dendy, J. E. (1982). Black box multigrid. J. Comput. Phys. 48, 366-386.
.. [3] Hestenes, M. R. & Stiefel, E. (1952). Methods of conjugate gradients for
   solving linear systems. J. Res. Natl. Bur. Stand. 49, 409-436.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from zoning.corridors import multigrid_kernels as kernels
from zoning.corridors.coarsening_kernels import coarsen, interpolation
from zoning.corridors.multigrid_kernels import Operator
from zoning.corridors.stencil import Stencil
from zoning.corridors.watching import StalledError

__all__ = ["Field", "Multigrid"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
TOLERANCE = 1e-10
MOST_STEPS = 100  # realistic ground takes 7 to 30; mazes go another way
ENERGY_LEFT = 1e-9  # of the energy: as much as a resistance may be too low
COARSEST = 100  # cells that are solved by an inverse


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Level:
    """An operator, its weights to the next level, and room for a cycle there."""

    op: Operator
    weights: Floats
    right: Floats
    x: Floats


class Multigrid:
    """Solves A x = b for one operator, again and again.

    Parameters
    ----------
    op : tuple of ndarray
        Diagonal, east, south, southeast, southwest, each with a ring of zeros.
        The operator must be definite: each component leaks somewhere.
    tolerance : float
        Of the residual, relative to b, in the Euclidean norm.
    """

    def __init__(self, op: Operator, *, tolerance: float = TOLERANCE) -> None:
        self.tolerance = tolerance
        self.steps = 0
        self._levels: list[_Level] = []
        while (op[0].shape[0] - 2) * (op[0].shape[1] - 2) > COARSEST:
            level, op = _coarser(op)
            self._levels.append(level)
        self._last = op
        self._active = op[0] > 0
        self._inverse: Floats = np.linalg.inv(_matrix(op, self._active).toarray())

    def solve(self, b: Floats) -> Floats:
        """Return x for one right-hand side; both with a ring of zeros.

        Raises
        ------
        StalledError
            When the residual does not come down.
        """
        op = self._levels[0].op if self._levels else self._last
        x, r = np.zeros_like(b), b.copy()
        goal = self.tolerance * float(kernels.product(b, b)) ** 0.5
        if goal == 0:
            return x
        p, image = np.zeros_like(b), np.zeros_like(b)
        size, weight = np.inf, 0.0
        for step in range(MOST_STEPS):
            self.steps = step
            self._cycle(r, image)
            before, weight = weight, float(kernels.product(r, image))
            p *= weight / before if step else 0.0
            p += image
            curve = kernels.apply(op, p, image)
            size = float(kernels.descend(x, r, p, image, weight / curve)) ** 0.5
            if size <= goal:
                return x
        raise StalledError(size / goal)

    def relax(self, x: Floats, r: Floats, energy: float, *, share: float) -> None:
        """Improve x in place until its energy is all but the least.

        The energy x . A x - 2 b . x lies above its least by r . A^-1 r; the cycle
        stands for A^-1. It is the square of the error of x, so that half of the
        steps do which `solve` would take.

        Parameters
        ----------
        x, r : ndarray
            A first guess and its residual b - A x, with a ring of zeros; both are
            changed.
        energy : float
            What x has, in the same measure as `share`.
        share : float
            Of the energy, what may be left above the least.

        Raises
        ------
        StalledError
            When the energy does not come down.
        """
        op = self._levels[0].op if self._levels else self._last
        p, image = np.zeros_like(x), np.zeros_like(x)
        weight = 0.0
        for step in range(MOST_STEPS):
            self.steps = step
            self._cycle(r, image)
            before, weight = weight, float(kernels.product(r, image))
            if weight <= share * energy:
                return
            p *= weight / before if step else 0.0
            p += image
            length = weight / kernels.apply(op, p, image)
            kernels.descend(x, r, p, image, length)
            energy -= length * weight
        raise StalledError(weight / (share * energy))

    def _cycle(self, b: Floats, x: Floats) -> None:
        """Write one V-cycle for A x = b."""
        right = b
        for depth, level in enumerate(self._levels):
            out = x if depth == 0 else self._levels[depth - 1].x
            kernels.forward(level.op, right, out)
            kernels.restrict(level.op, level.weights, out, level.right)
            right = level.right
        last = self._levels[-1].x if self._levels else x
        last[self._active] = self._inverse @ right[self._active]
        for depth in range(len(self._levels) - 1, -1, -1):
            level = self._levels[depth]
            out = x if depth == 0 else self._levels[depth - 1].x
            right = b if depth == 0 else self._levels[depth - 1].right
            kernels.prolong(level.op, level.weights, level.x, out)
            kernels.backward(level.op, right, out)


def _coarser(op: Operator) -> tuple[_Level, Operator]:
    rows, columns = op[0].shape[0] - 2, op[0].shape[1] - 2
    shape = (rows + 1) // 2 + 2, (columns + 1) // 2 + 2
    weights = np.zeros((8, *shape))
    interpolation(op, weights)
    coarse = _empty(shape)
    coarsen(op, weights, coarse)
    level = _Level(op=op, weights=weights, right=np.zeros(shape), x=np.zeros(shape))
    return level, coarse


def _empty(shape: tuple[int, int]) -> Operator:
    return (
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
        np.zeros(shape),
    )


def _matrix(op: Operator, active: NDArray[np.bool_]) -> Any:
    """Return an operator on its active cells as a sparse matrix."""
    number = np.cumsum(active).reshape(active.shape) - 1
    size = int(active.sum())
    matrix = sparse.diags_array(op[0][active]).tocsr()
    for values, down, right in zip(op[1:], (0, 1, 1, 1), (1, 0, 1, -1), strict=True):
        rows, columns = np.nonzero(values)
        both = active[rows, columns] & active[rows + down, columns + right]
        rows, columns = rows[both], columns[both]
        one, other = number[rows, columns], number[rows + down, columns + right]
        half = sparse.coo_array(
            (-values[rows, columns], (one, other)), shape=(size, size)
        ).tocsr()
        matrix = matrix + half + half.T
    return matrix


class Field:
    """The cells of a grid as a conductor; node k is flat cell k.

    Parameters
    ----------
    stencil : Stencil
        Its arrays are copied into a ring of zeros.
    tolerance : float
        See `Multigrid`.
    """

    def __init__(self, stencil: Stencil, *, tolerance: float = TOLERANCE) -> None:
        self.shape = stencil.shape
        self.size = stencil.is_node.size
        self.tolerance = tolerance
        self.operator = _operator(stencil)
        self.component = np.empty(self.size, dtype=np.int64)
        room = np.empty(self.size, dtype=np.int64)
        kernels.components(self.operator, stencil.is_node, room, self.component)

    def potentials(
        self,
        currents: Floats,
        *,
        fixed: Indices,
        values: Floats | None = None,
        leak: Floats | None = None,
    ) -> Floats:
        """Return potentials; see `Conductor`."""
        out = np.zeros_like(currents)
        diagonal = self.operator[0]
        if leak is not None:
            diagonal = diagonal + self._ringed(leak)
        free = self._ringed(self._free(fixed, leak)) > 0
        solve = _solver(
            (np.where(free, diagonal, 0.0), *self.operator[1:]), self.tolerance
        )
        held = np.zeros(self.size)
        if values is not None:
            held[fixed] = values
        pull = np.zeros(free.shape)
        kernels.apply(self.operator, self._ringed(held), pull)
        for column in range(currents.shape[1]):
            right = self._ringed(currents[:, column]) - pull
            right[~free] = 0.0
            out[:, column] = solve(right)[1:-1, 1:-1].ravel()
        out += held[:, None]
        return out

    def held_apart(
        self, low: Indices, high: Indices, start: Floats | None = None
    ) -> tuple[float, Floats] | None:
        """Return conductance and potentials between two ends, 0 and 1 volt.

        The conductance is the energy V . L V: where V errs by little, it errs by
        the square of that, and never below the true one.

        Parameters
        ----------
        low, high : ndarray of int
            Nodes of the two ends; none in common.
        start : ndarray of float64, shape (size,), optional
            Potentials to begin with: those of a circuit that differs little.

        Returns
        -------
        float, ndarray of float64 of shape (size,)
            None where no way leads from one end to the other.
        """
        if not np.intersect1d(self.component[low], self.component[high]).size:
            return None
        fixed = np.concatenate([low, high])
        free = self._ringed(self._free(fixed, None)) > 0
        volts = np.zeros(self.size) if start is None else start.copy()
        volts[low], volts[high] = 0.0, 1.0
        x = self._ringed(volts)
        x[~free] = 0.0
        held = np.zeros(self.size)
        held[high] = 1.0
        whole = x + self._ringed(held)
        image = np.zeros_like(x)
        energy = float(kernels.apply(self.operator, whole, image))
        residual = np.where(free, -image, 0.0)
        solver = Multigrid((np.where(free, self.operator[0], 0.0), *self.operator[1:]))
        try:
            solver.relax(x, residual, energy, share=ENERGY_LEFT)
        except StalledError:
            values = np.concatenate([np.zeros(len(low)), np.ones(len(high))])
            nothing = np.zeros((self.size, 1))
            solved = self.potentials(nothing, fixed=fixed, values=values)[:, 0]
            x = np.where(free, self._ringed(solved), 0.0)
        whole = x + self._ringed(held)
        conductance = float(kernels.apply(self.operator, whole, image))
        return conductance, whole[1:-1, 1:-1].ravel()

    def inflow(self, potential: Floats) -> Floats:
        """Return L V; see `Conductor`."""
        image = np.zeros(self.operator[0].shape)
        kernels.apply(self.operator, self._ringed(potential), image)
        return image[1:-1, 1:-1].ravel()

    def throughflow(self, potential: Floats, leak: Floats | None = None) -> Floats:
        """Return node currents; see `Conductor`."""
        ringed = self._ringed(potential)
        into, out = np.zeros_like(ringed), np.zeros_like(ringed)
        kernels.throughflow(self.operator, ringed, into, out)
        gained, lost = into[1:-1, 1:-1].ravel(), out[1:-1, 1:-1].ravel()
        if leak is not None:
            drained = leak * potential
            lost += np.maximum(drained, 0.0)
            gained += np.maximum(-drained, 0.0)
        return np.maximum(gained, lost)

    def _free(self, fixed: Indices, leak: Floats | None) -> Floats:
        tied = np.zeros(self.component.max(initial=0) + 1, dtype=np.bool_)
        tied[self.component[fixed]] = True
        if leak is not None:
            tied[self.component[leak > 0]] = True
        free = tied[self.component] & (self.component >= 0)
        free[fixed] = False
        return free.astype(np.float64)

    def _ringed(self, values: Floats) -> Floats:
        return np.pad(values.reshape(self.shape), 1)


def _solver(op: Operator, tolerance: float) -> Callable[[Floats], Floats]:
    """Return multigrid; where it stalls once, aggregation from then on.

    In mazes one cell wide the coarser grids connect what lies on both sides of a
    wall, and steps stop to help. Aggregation follows the ties alone.
    """
    made: list[Callable[[Floats], Floats]] = [Multigrid(op, tolerance=tolerance).solve]

    def solve(right: Floats) -> Floats:
        try:
            return made[0](right)
        except StalledError:
            made[0] = _by_aggregation(op, tolerance)
            return made[0](right)

    return solve


def _by_aggregation(op: Operator, tolerance: float) -> Callable[[Floats], Floats]:
    from zoning.corridors.algebraic import algebraic_solver

    active = op[0] > 0
    solve = algebraic_solver(_matrix(op, active), tolerance=tolerance)

    def spread(right: Floats) -> Floats:
        out = np.zeros_like(right)
        out[active] = solve(right[active])
        return out

    return spread


def _operator(stencil: Stencil) -> Operator:
    rows, columns = stencil.shape
    diag, east, south, southeast, southwest = op = _empty((rows + 2, columns + 2))
    east[1:-1, 1:-1], south[1:-1, 1:-1] = stencil.east, stencil.south
    if stencil.southeast is not None and stencil.southwest is not None:
        southeast[1:-1, 1:-1] = stencil.southeast
        southwest[1:-1, 1:-1] = stencil.southwest
    inner = diag[1:-1, 1:-1]
    inner += east[1:-1, 1:-1] + east[1:-1, :-2]
    inner += south[1:-1, 1:-1] + south[:-2, 1:-1]
    inner += southeast[1:-1, 1:-1] + southeast[:-2, :-2]
    inner += southwest[1:-1, 1:-1] + southwest[:-2, 2:]
    return op
