"""What carries current: nodes, resistors, and the potentials that follow.

A conductor answers two questions, whatever solves them: which potentials do
given currents and fixed potentials cause, and how much flows through each
node. `Network` holds any graph; `multigrid.Field` the cells of a grid.

Kirchhoff: for each free node, the sum of conductance * (V_i - V_j) over its
resistors, plus leak * V_i, equals the current put in. Amperes, volts and
siemens are relative: only their ratios mean something.
"""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from zoning.corridors.direct import DIRECT, Solve, factorized

__all__ = ["Conductor", "Network"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
NUMPY_EDGES = 100_000  # up to here numpy is done before compiled code is loaded


class Conductor(Protocol):
    """Nodes 0 to `size`-1; `component` is -1 where there is no node."""

    @property
    def size(self) -> int:
        """Number of nodes."""

    @property
    def component(self) -> Indices:
        """Component of each node, shape (size,)."""

    def potentials(
        self,
        currents: Floats,
        *,
        fixed: Indices,
        values: Floats | None = None,
        leak: Floats | None = None,
    ) -> Floats:
        """Return the potentials that `currents` cause.

        Parameters
        ----------
        currents : ndarray, shape (size, k)
            Current put in at each node, one column for each question.
        fixed : ndarray of int, shape (m,)
            Nodes of given potential.
        values : ndarray, shape (m,), optional
            Their potentials; 0 by default.
        leak : ndarray, shape (size,), optional
            Conductance from each node to a ground of 0.

        Returns
        -------
        ndarray, shape (size, k)
            0 in components that nothing ties to a ground.
        """

    def inflow(self, potential: Floats) -> Floats:
        """Return what leaves each node through its resistors, net, shape (size,)."""

    def throughflow(self, potential: Floats, leak: Floats | None = None) -> Floats:
        """Return the larger of what enters and what leaves each node, (size,).

        Parameters
        ----------
        potential : ndarray, shape (size,)
        leak : ndarray, shape (size,), optional
            A current into the ground leaves the node too.
        """


class Network:
    """Resistors between any nodes.

    Parameters
    ----------
    first, second : ndarray of int, shape (m,)
        Ends of the resistors. Parallel ones add, loops vanish.
    conductance : ndarray, shape (m,)
        Resistors of 0 are none.
    size : int
        Number of nodes.
    method : str
        ``superlu``, ``cholmod``, ``pardiso`` or ``algebraic``; ``multigrid``, which
        needs a grid, is ``algebraic`` here.
    """

    def __init__(
        self,
        first: Indices,
        second: Indices,
        conductance: Floats,
        *,
        size: int,
        method: str = DIRECT[-1],
    ) -> None:
        low, high = np.minimum(first, second), np.maximum(first, second)
        real = (low != high) & (conductance > 0)
        upper = sparse.coo_array(
            (conductance[real], (low[real], high[real])), shape=(size, size)
        ).tocsr()
        upper.sum_duplicates()
        pairs = upper.tocoo()
        self.first, self.second = (np.asarray(k, dtype=np.int64) for k in pairs.coords)
        self.conductance: Floats = pairs.data
        self.size = size
        self.method = method
        _, labels = connected_components(upper, directed=False)
        self.component: Indices = labels.astype(np.int64)
        self.laplacian = _laplacian(upper)
        self._factor: tuple[bytes, bytes, Solve] | None = None

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
        free = self._free(fixed, leak)
        right = currents[free]
        if values is not None:
            out[fixed] = values[:, None]
            pull = self.laplacian[free][:, fixed] @ values
            right = right - pull[:, None]
        if len(free):
            solve = self._solver(free, fixed, leak)
            out[free] = solve(right).reshape(right.shape)
        return out

    def inflow(self, potential: Floats) -> Floats:
        """Return L V; see `Conductor`."""
        return np.asarray(self.laplacian @ potential)

    def throughflow(self, potential: Floats, leak: Floats | None = None) -> Floats:
        """Return node currents; see `Conductor`."""
        if len(self.first) > NUMPY_EDGES:
            return self._compiled_throughflow(potential, leak)
        current = self.branch_currents(potential)
        forward, back = np.maximum(current, 0.0), np.maximum(-current, 0.0)
        out = np.bincount(self.first, forward, self.size)
        out += np.bincount(self.second, back, self.size)
        into = np.bincount(self.second, forward, self.size)
        into += np.bincount(self.first, back, self.size)
        if leak is not None:
            drained = leak * potential
            out += np.maximum(drained, 0.0)
            into += np.maximum(-drained, 0.0)
        return np.maximum(out, into)

    def _compiled_throughflow(self, potential: Floats, leak: Floats | None) -> Floats:
        from zoning.corridors import algebraic_kernels as kernels

        starts, ends = self.laplacian.indptr, self.laplacian.indices
        drain = np.zeros(0) if leak is None else leak
        return kernels.throughflow(starts, ends, self.laplacian.data, potential, drain)

    def branch_currents(self, potential: Floats) -> Floats:
        """Return the current from `first` to `second` in each resistor, (m,)."""
        return self.conductance * (potential[self.first] - potential[self.second])

    def _free(self, fixed: Indices, leak: Floats | None) -> Indices:
        tied = np.zeros(self.component.max(initial=0) + 1, dtype=np.bool_)
        tied[self.component[fixed]] = True
        if leak is not None:
            tied[self.component[leak > 0]] = True
        free = tied[self.component]
        free[fixed] = False
        return np.flatnonzero(free)

    def _solver(self, free: Indices, fixed: Indices, leak: Floats | None) -> Solve:
        key = fixed.tobytes(), b"" if leak is None else leak.tobytes()
        if self._factor is None or self._factor[:2] != key:
            self._factor = None  # let the old factor go before the new one is made
            matrix = self.laplacian[free][:, free]
            if leak is not None:
                matrix = matrix + sparse.diags_array(leak[free])
            self._factor = (*key, _made(matrix, self.method))
        return self._factor[2]


def _made(matrix: Any, method: str) -> Solve:
    if method in {"algebraic", "multigrid"}:
        from zoning.corridors.algebraic import algebraic_solver

        return algebraic_solver(matrix)
    return factorized(matrix, method)


def _laplacian(upper: Any) -> Any:
    both = upper + upper.T
    degree = np.asarray(both.sum(axis=1)).ravel()
    matrix = (sparse.diags_array(degree) - both).tocsr()
    if matrix.nnz < np.iinfo(np.int32).max:  # half the memory of a wider index
        matrix.indices = matrix.indices.astype(np.int32)
        matrix.indptr = matrix.indptr.astype(np.int32)
    return matrix
