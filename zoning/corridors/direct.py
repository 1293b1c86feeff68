"""Factors of a conductance matrix: PARDISO or CHOLMOD when installed, else SuperLU.

The matrix is symmetric positive definite: a weighted Laplacian with at least
one grounded or leaking node in each component. SuperLU orders by minimum
degree of A + A^T and does not pivot, which keeps the factor as sparse as for
a symmetric solver.

References
----------
.. [1] Li, X. S. (2005). An overview of SuperLU. ACM Trans. Math. Softw. 31(3).
.. [2] Chen, Y., Davis, T. A., Hager, W. W. & Rajamanickam, S. (2008). Algorithm
   887: CHOLMOD. ACM Trans. Math. Softw. 35(3).
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

__all__ = ["DIRECT", "factorized", "installed"]

Floats = NDArray[np.float64]
Solve = Callable[[Floats], Floats]

DIRECT = ("pardiso", "cholmod", "superlu")
_PACKAGES = {"pardiso": "pypardiso", "cholmod": "sksparse"}


def installed() -> tuple[str, ...]:
    """Return the direct solvers that this machine has, the quickest first."""
    return tuple(
        name for name in DIRECT if name == "superlu" or find_spec(_PACKAGES[name])
    )


def factorized(matrix: Any, method: str) -> Solve:
    """Factor a symmetric positive definite matrix.

    Parameters
    ----------
    matrix : sparse array, shape (n, n)
        Both triangles.
    method : str
        One of `installed`.

    Returns
    -------
    callable
        Right-hand sides, shape (n,) or (n, k), to solutions of that shape.
    """
    makers = {"pardiso": _pardiso, "cholmod": _cholmod, "superlu": _superlu}
    return makers[method](matrix)


def _superlu(matrix: Any) -> Solve:
    from scipy.sparse.linalg import splu

    factor = splu(
        sparse.csc_matrix(matrix),
        permc_spec="MMD_AT_PLUS_A",
        diag_pivot_thresh=0.0,
        options={"SymmetricMode": True},
    )
    solve: Solve = factor.solve
    return solve


def _cholmod(matrix: Any) -> Solve:  # pragma: no cover  optional
    from sksparse.cholmod import cholesky  # type: ignore[import-not-found]

    factor = cholesky(sparse.csc_matrix(matrix))
    return lambda right: np.asarray(factor(np.asfortranarray(right)))


def _pardiso(matrix: Any) -> Solve:  # pragma: no cover  optional
    import pypardiso  # type: ignore[import-not-found]

    upper = sparse.csr_matrix(sparse.triu(matrix))
    solver = pypardiso.PyPardisoSolver(mtype=2)
    solver.factorize(upper)
    return lambda right: np.asarray(solver.solve(upper, np.asfortranarray(right)))
