"""Compiling plain functions of numbers, with or without a cache on disk."""

from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numba

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile on first call; with no folder to cache in, anew in every process.

    No fast-math: each operation is the one written, in the order written.
    """
    how: dict[str, Any] = {"nogil": True, "fastmath": False, "error_model": "numpy"}
    try:
        made: Callable[P, R] = numba.njit(cache=True, **how)(function)
    except RuntimeError:  # numba's word for "no writable cache"
        made = numba.njit(**how)(function)
    return made
