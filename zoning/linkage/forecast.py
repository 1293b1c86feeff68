"""How long a model will take and with how much memory, said before it is built."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from zoning import strict_yaml
from zoning.corridors.planning import MOST_OF_FREE, Forecast, Work, plan, size_told
from zoning.errors import Problem, UsageError

__all__ = ["Ahead", "Size", "look_ahead", "require_room"]

_MILLION = 1e6
_LINKS_A_SOURCE = 3
"""Links that are kept for each source, before they are known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a model is.

    Parameters
    ----------
    cells : int
        Rows times columns.
    passable : int
        Cells with a resistance.
    sources : int
        0 while they are not known.
    cell_m : float
    samples : int
        Tables under which the least-cost part is done again.
    """

    cells: int
    passable: int
    sources: int
    cell_m: float
    samples: int = 0

    @property
    def links(self) -> int:
        """Links that the forecast counts on."""
        every = self.sources * (self.sources - 1) // 2
        return max(1, min(_LINKS_A_SOURCE * self.sources, every))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What lies ahead; `circuit` is the solver that was chosen."""

    size: Size
    circuit: Forecast
    seconds: float
    memory_bytes: float


def look_ahead(size: Size, *, free_bytes: int, solver: str, threads: int) -> Ahead:
    """Choose the solver and forecast time and memory of what is still to be done.

    Raises
    ------
    UsageError
        ``CORRIDOR_MEMORY`` past 70 % of the free memory, with the cell size that
        would fit; ``SOLVER_UNKNOWN``, ``SOLVER_MEMORY``.
    """
    costs = _costs()
    work = Work(
        nodes=size.passable,
        solves=2 * size.links,
        matrices=2 * size.links,
        cell=size.cell_m,
    )
    held = costs["link"]["bytes"] * size.links * size.cells
    spreading = costs["spread"]["bytes"] * size.sources * size.cells
    require_room(size, spreading + held, free_bytes)
    circuit = plan(work, free_bytes=free_bytes, method=solver)
    memory = max(spreading, 0.7 * spreading + circuit.memory_bytes) + held
    require_room(size, memory, free_bytes)
    millions = size.cells / _MILLION
    spread = costs["spread"]["seconds_per_million"] * millions * (size.sources + 1)
    once = spread / max(1, threads)
    seconds = once * (1 + size.samples) + circuit.seconds
    seconds += costs["link"]["seconds_per_million"] * millions * size.links
    return Ahead(size=size, circuit=circuit, seconds=seconds, memory_bytes=memory)


def require_room(size: Size, needed: float | None, free_bytes: int) -> None:
    """Refuse what would take more than its share of the free memory.

    Parameters
    ----------
    needed : float or None
        Bytes; None: what ground and pattern of that size take.

    Raises
    ------
    UsageError
        ``CORRIDOR_MEMORY``.
    """
    if needed is None:
        rows = (_costs()[key] for key in ("ground", "pattern"))
        needed = size.cells * sum(row["bytes"] for row in rows)
    allowed = MOST_OF_FREE * free_bytes
    if needed <= allowed:
        return
    fits = size.cell_m * (needed / max(allowed, 1.0)) ** 0.5
    values = {
        "needed": size_told(needed),
        "free": size_told(free_bytes),
        "share": f"{MOST_OF_FREE:.0%}",
        "cell": f"{_up(fits):g}",
    }
    raise UsageError(Problem(code="CORRIDOR_MEMORY", values=values))


def _up(cell_m: float) -> float:
    """Round a cell size up to whole metres, so that it fits."""
    return float(-(-cell_m // 1))


@cache
def _costs() -> Mapping[str, Mapping[str, float]]:
    text = files("zoning").joinpath("data/corridor_costs.yaml").read_text("utf-8")
    loaded = strict_yaml.load_text(text)
    return {
        name: {key: float(value) for key, value in row.items()}
        for name, row in loaded.items()
    }
