"""Which solver, how long and with how much memory: said before a run starts.

A factor pays when many right-hand sides share it; multigrid when every solve
has a matrix of its own, or memory is short. The quickest of the solvers whose
forecast stays below 70 % of the free memory is taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zoning import strict_yaml
from zoning.corridors.direct import installed
from zoning.corridors.unit_currents import COLUMN_BYTES
from zoning.errors import Problem, UsageError

__all__ = [
    "MOST_OF_FREE",
    "Forecast",
    "Work",
    "known_methods",
    "plan",
    "size_told",
]

MOST_OF_FREE = 0.7
_MILLION = 1e6
_ITERATIVE = ("multigrid", "algebraic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What is to be solved.

    Parameters
    ----------
    nodes : int
        Cells that are habitat, or nodes of a network.
    solves : int
        Right-hand sides in all.
    matrices : int
        Circuits that differ, each with a factor of its own: pairs of regions.
    merged : bool
        Cells are merged, or there is no grid: multigrid has to work without it.
    cell : float, optional
        Side of a cell, to say which cells would fit.
    """

    nodes: int
    solves: int
    matrices: int = 1
    merged: bool = False
    cell: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """A solver with what it will take, in seconds of one processor and bytes."""

    method: str
    seconds: float
    memory_bytes: float


def known_methods() -> tuple[str, ...]:
    """Return the solvers of this machine."""
    return (*installed(), *_ITERATIVE)


def plan(work: Work, *, free_bytes: int, method: str = "auto") -> Forecast:
    """Choose a solver and forecast what it takes.

    Parameters
    ----------
    work : Work
    free_bytes : int
        Memory that is free now.
    method : str
        ``auto``, or the one that shall be used.

    Raises
    ------
    UsageError
        ``SOLVER_UNKNOWN``; ``SOLVER_MEMORY`` with the cell size that would fit.
    """
    known = known_methods()
    if method not in {"auto", *known}:
        values = {"name": method, "known": ", ".join(("auto", *known))}
        raise UsageError(Problem(code="SOLVER_UNKNOWN", values=values))
    fitting = _ITERATIVE[1] if work.merged else _ITERATIVE[0]
    if method == "auto":
        names = (*installed(), fitting)
    else:
        names = (fitting if method in _ITERATIVE else method,)
    forecasts = [_forecast(name, work) for name in names]
    allowed = MOST_OF_FREE * free_bytes
    able = [one for one in forecasts if one.memory_bytes <= allowed]
    if not able:
        least = min(forecasts, key=lambda one: one.memory_bytes)
        raise UsageError(_too_large(work, least, free_bytes))
    return min(able, key=lambda one: one.seconds)


@cache
def _costs() -> Mapping[str, Mapping[str, float]]:
    text = files("zoning").joinpath("data/solvers.yaml").read_text("utf-8")
    loaded = strict_yaml.load_text(text)
    return {
        name: {key: float(value) for key, value in row.items()}
        for name, row in loaded.items()
    }


def _forecast(name: str, work: Work) -> Forecast:
    cost = _costs()[name]
    millions = work.nodes / _MILLION
    seconds = work.matrices * cost["set_up_s"] * millions ** cost["growth"]
    seconds += work.solves * cost["solve_s"] * millions
    growth = max(1.0, millions) ** (cost["memory_growth"] - 1)
    columns = min(8.0 * work.nodes * work.solves, COLUMN_BYTES)
    memory = cost["bytes"] * work.nodes * growth + columns
    return Forecast(method=name, seconds=seconds, memory_bytes=memory)


def _too_large(work: Work, least: Forecast, free_bytes: int) -> Problem:
    times = (least.memory_bytes / (MOST_OF_FREE * free_bytes)) ** 0.5
    cell = f"{times:.2g} x" if work.cell is None else f"{work.cell * times:.3g}"
    return Problem(
        code="SOLVER_MEMORY",
        values={
            "needed": size_told(least.memory_bytes),
            "free": size_told(free_bytes),
            "share": f"{MOST_OF_FREE:.0%}",
            "cell": cell,
            "smaller": least.method,
        },
    )


def size_told(size: float) -> str:
    """Return a number of bytes as a person reads it."""
    if size < 2**30:
        return f"{max(1.0, size / 2**20):.0f} MiB"
    return f"{size / 2**30:.1f} GiB"
