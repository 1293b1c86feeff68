"""Resistance surfaces: factors with weights, barriers, and how sure they are.

A table says what each class or band of each factor costs to cross, and how much
the factor weighs. The surface is the weighted sum. What may not be crossed is a
barrier whatever the other factors say; what a factor does not know is missing,
never cheap. Resistance tables are judgements: `varied` draws others like them,
each number from a stream of its own, so that two scenarios see the same draws
and differ by what was planned alone.

References
----------
.. [1] F. Adriaensen et al. (2003), Landscape and Urban Planning 64, 233-247:
   resistance in least-cost models.
.. [2] P. Glasserman, D. D. Yao (1992), Some guidelines and guarantees for common
   random numbers. Management Science 38, 884-908.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning import strict_yaml
from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid, require_aligned
from zoning.errors import Problem, UsageError

__all__ = [
    "Factor",
    "ResistanceSurface",
    "ResistanceTable",
    "distance_m",
    "example_table",
    "resistance_surface",
    "sensitivity",
    "slope_degrees",
    "table_of",
    "varied",
]

Floats = NDArray[np.float64]
BARRIER = math.inf
"""The value of what lets nothing pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """What one factor costs to cross.

    Parameters
    ----------
    name : str
        Of the grid that it is read from.
    weight : float
        Above zero; weights are brought to a sum of 1.
    source : str
        Where weight and values come from.
    classes : tuple of (float, float), optional
        Code and value.
    bands : tuple of (float, float), optional
        Upper limit, not included, and value; ascending, the last limit inf.

    Notes
    -----
    Values are resistance per metre, above zero; inf is a barrier. A factor has
    either classes or bands.
    """

    name: str
    weight: float
    source: str
    classes: tuple[tuple[float, float], ...] = ()
    bands: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistanceTable:
    """Factors, and where they come from.

    Parameters
    ----------
    name, source : str
    assumption : bool
        Whether the numbers were assumed, not measured or published.
    factors : tuple of Factor

    Raises
    ------
    UsageError
        ``RESISTANCE_TABLE``: every fault of the table.
    """

    name: str
    source: str
    assumption: bool
    factors: tuple[Factor, ...]

    def __post_init__(self) -> None:
        names = [factor.name for factor in self.factors]
        faults = [
            f"{n}: twice" for n in sorted({n for n in names if names.count(n) > 1})
        ]
        faults += [fault for factor in self.factors for fault in _faults(factor)]
        if not self.factors:
            faults.append("factors: none")
        if faults:
            values = {"table": self.name, "faults": "; ".join(faults)}
            raise UsageError(Problem(code="RESISTANCE_TABLE", values=values))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ResistanceSurface:
    """A resistance grid and what it was made of.

    Parameters
    ----------
    grid : Grid
        float64, per metre; nan where nothing passes or nothing is known, as
        `accumulate` takes it.
    barrier : ndarray of bool, shape (rows, columns)
        The cells that a factor bars.
    unknown : ndarray of bool, shape (rows, columns)
        The cells where a factor is missing.
    table : ResistanceTable
    """

    grid: Grid
    barrier: NDArray[np.bool_]
    unknown: NDArray[np.bool_]
    table: ResistanceTable


def example_table() -> ResistanceTable:
    """Return the table that comes with the package: an assumption throughout."""
    return table_of(files("zoning").joinpath("data/resistance.yaml").read_text("utf-8"))


def table_of(text: str) -> ResistanceTable:
    """Return a resistance table from YAML, written as ``zoning/data/resistance.yaml``.

    Raises
    ------
    UsageError
        ``RESISTANCE_TABLE``.
    """
    try:
        return _table(strict_yaml.load_text(text))
    except strict_yaml.YamlError as error:
        values = {"table": "-", "faults": str(error)}
        raise UsageError(Problem(code="RESISTANCE_TABLE", values=values)) from error


def resistance_surface(
    table: ResistanceTable, grids: Mapping[str, Grid]
) -> ResistanceSurface:
    """Return the weighted sum of all factors.

    Parameters
    ----------
    table : ResistanceTable
    grids : mapping of str to Grid
        One for each factor, on the same cells.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``.
    UsageError
        ``RESISTANCE_FACTORS`` when grids and factors do not match;
        ``RESISTANCE_CLASS`` for codes that the table does not know.
    """
    names = {factor.name for factor in table.factors}
    if names != grids.keys():
        values = {
            "missing": ", ".join(sorted(names - grids.keys())) or "-",
            "unused": ", ".join(sorted(grids.keys() - names)) or "-",
        }
        raise UsageError(Problem(code="RESISTANCE_FACTORS", values=values))
    require_aligned(**grids)
    like = grids[table.factors[0].name]
    whole = math.fsum(factor.weight for factor in table.factors)
    total = np.zeros(like.shape)
    barrier = np.zeros(like.shape, dtype=np.bool_)
    unknown = np.zeros(like.shape, dtype=np.bool_)
    for factor in table.factors:
        cost = _valued(factor, grids[factor.name])
        barrier |= np.isposinf(cost)
        unknown |= np.isnan(cost)
        total += cost * (factor.weight / whole)
    total[barrier | unknown] = np.nan
    grid = like.with_values(total)
    return ResistanceSurface(grid=grid, barrier=barrier, unknown=unknown, table=table)


def distance_m(like: Grid, geometries: NDArray[np.object_]) -> Grid:
    """Return the distance of each cell to the nearest cell of geometries, metres.

    Parameters
    ----------
    like : Grid
        Its cells.
    geometries : ndarray of object, shape (n,)
        In the CRS of the grid. With none on the grid every distance is inf:
        farther than any limit of a table, and no more is known.
    """
    blank = like.with_values(np.zeros(like.shape))
    hit = burned(blank, geometries, np.ones(len(geometries))).values > 0
    if not hit.any():
        return like.with_values(np.full(like.shape, np.inf))
    width_m, height_m = like.cell_m
    apart = ndimage.distance_transform_edt(~hit, sampling=(height_m, width_m))
    return like.with_values(np.asarray(apart))


def slope_degrees(elevation: Grid) -> Grid:
    """Return the slope in degrees: the gradient over the eight neighbours.

    Differences across a cell are weighted 1, 2, 1. At the border the outermost
    cells are repeated; cells next to a missing one are missing.

    References
    ----------
    .. [1] B. K. P. Horn (1981), Hill shading and the reflectance map.
       Proceedings of the IEEE 69, 14-47.
    """
    width_m, height_m = elevation.cell_m
    heights = elevation.floats()
    smooth = np.array([1.0, 2.0, 1.0]) / 4
    east, south = (
        ndimage.correlate1d(
            ndimage.correlate1d(heights, smooth, axis=1 - axis, mode="nearest"),
            np.array([-0.5, 0.0, 0.5]),
            axis=axis,
            mode="nearest",
        )
        for axis in (1, 0)
    )
    rise = np.hypot(east / width_m, south / height_m)
    return elevation.with_values(np.degrees(np.arctan(rise)))


def varied(
    table: ResistanceTable, *, spread: float, runs: int, seed: int = 0
) -> Iterator[ResistanceTable]:
    """Yield tables like this one, each number up or down by chance.

    Values and weights are multiplied by (1 + spread)^u, u even between -1 and 1.
    Each u depends on the seed, the run, the factor and the class alone: tables
    that share a class share its draw, whatever else they hold. Values do not
    fall below the least of their factor; barriers stay.

    Parameters
    ----------
    spread : float
        0.5 takes each number up to 1.5 times higher or lower.
    runs : int
    seed : int

    Raises
    ------
    UsageError
        ``RESISTANCE_SPREAD`` for a negative spread or no run.
    """
    if not 0 <= spread < math.inf or runs < 1:
        values = {"spread": f"{spread:g}", "runs": str(runs)}
        raise UsageError(Problem(code="RESISTANCE_SPREAD", values=values))
    for run in range(runs):
        factors = tuple(
            _redrawn(factor, spread, (seed, run)) for factor in table.factors
        )
        yield replace(table, name=f"{table.name} #{run + 1}", factors=factors)


def sensitivity(
    table: ResistanceTable,
    grids: Mapping[str, Grid],
    measure: Callable[[ResistanceSurface], float],
    *,
    spread: float,
    runs: int,
    seed: int = 0,
) -> Floats:
    """Return what a measure is under tables like this one, shape (runs,).

    Two scenarios under the same seed see the same tables: take the difference
    run by run before its spread is looked at.
    """
    tables = varied(table, spread=spread, runs=runs, seed=seed)
    found = [measure(resistance_surface(one, grids)) for one in tables]
    return np.array(found, dtype=np.float64)


def _valued(factor: Factor, grid: Grid) -> Floats:
    """Return the values of a factor, nan where it is missing."""
    given = grid.floats()
    known = ~np.isnan(given)
    out = np.full(grid.shape, np.nan)
    if factor.bands:
        limits = np.array([limit for limit, _ in factor.bands[:-1]])
        values = np.array([value for _, value in factor.bands])
        out[known] = values[np.searchsorted(limits, given[known], side="right")]
        return out
    codes, place = np.unique(given[known], return_inverse=True)
    table = dict(factor.classes)
    strange = [f"{code:g}" for code in codes.tolist() if code not in table]
    if strange:
        told = {"factor": factor.name, "codes": ", ".join(strange)}
        raise UsageError(Problem(code="RESISTANCE_CLASS", values=told))
    values = np.array([table[code] for code in codes.tolist()], dtype=np.float64)
    out[known] = values[place]
    return out


def _redrawn(factor: Factor, spread: float, draw: tuple[int, int]) -> Factor:
    def drawn(
        entries: tuple[tuple[float, float], ...],
    ) -> tuple[tuple[float, float], ...]:
        least = min((value for _, value in entries), default=1.0)
        return tuple(
            (key, max(least, value * _times(spread, draw, (factor.name, f"{key!r}"))))
            for key, value in entries
        )

    return replace(
        factor,
        weight=factor.weight * _times(spread, draw, (factor.name, "weight")),
        classes=drawn(factor.classes),
        bands=drawn(factor.bands),
    )


def _times(spread: float, draw: tuple[int, int], name: tuple[str, str]) -> float:
    """Return (1 + spread)^u from a number of its own between -1 and 1."""
    text = "\n".join((str(draw[0]), str(draw[1]), *name))
    bits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    return float((1 + spread) ** (2 * (bits / 2**64) - 1))


def _faults(factor: Factor) -> list[str]:
    entries = factor.classes or factor.bands
    limits = [limit for limit, _ in factor.bands]
    found = []
    if bool(factor.classes) == bool(factor.bands):
        found.append("classes or bands")
    if not 0 < factor.weight < math.inf:
        found.append(f"weight {factor.weight:g}")
    found += [
        f"{key:g}: {value:g}"
        for key, value in entries
        if math.isnan(key) or not value > 0
    ]
    if limits and (limits != sorted(set(limits)) or limits[-1] != math.inf):
        found.append("bands do not ascend to inf")
    if len({key for key, _ in factor.classes}) < len(factor.classes):
        found.append("a class twice")
    return [f"{factor.name}: {fault}" for fault in found]


def _table(loaded: Any) -> ResistanceTable:
    """Return a table from what strict YAML gave: maps, lists and texts."""
    try:
        return ResistanceTable(
            name=str(loaded["name"]),
            source=str(loaded["source"]),
            assumption={"true": True, "false": False}[
                str(loaded["assumption"]).lower()
            ],
            factors=tuple(
                Factor(
                    name=str(name),
                    weight=float(row["weight"]),
                    source=str(row["source"]),
                    classes=_entries(row.get("classes", {})),
                    bands=_entries(row.get("bands", {})),
                )
                for name, row in loaded["factors"].items()
            ),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        values = {"table": "-", "faults": f"{type(error).__name__}: {error}"}
        raise UsageError(Problem(code="RESISTANCE_TABLE", values=values)) from error


def _entries(row: Mapping[Any, Any]) -> tuple[tuple[float, float], ...]:
    return tuple(
        (float(key), BARRIER if str(value) == "barrier" else float(value))
        for key, value in row.items()
    )
