"""How loops over numbers are compiled: by numba, cached where that can be."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function of plain numbers and arrays at its first call.

    The code is cached beside the module, or in a per-user folder where that is
    read-only; with no folder to cache in it is compiled anew in every process.
    No fast-math: each operation is the one written, in the same order. The GIL
    is released.
    """
    how: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy"}
    try:
        found: Callable[P, R] = numba.njit(cache=True, **how)(function)
    except RuntimeError:  # numba's word for "no writable cache"
        found = numba.njit(**how)(function)
    return found
