"""Corridor models from Python.

>>> import zoning
>>> base = zoning.open_base("data/sample_layers")         # doctest: +SKIP
>>> model = zoning.build_corridors(base, cell_m=300)      # doctest: +SKIP
>>> model.links.sort_values("importance_pct")             # doctest: +SKIP
"""

import os
from datetime import date
from pathlib import Path

import psutil

from zoning.io.base import open_base
from zoning.io.resistance_table import read_resistance_table
from zoning.linkage.building import build
from zoning.linkage.forecast import Ahead
from zoning.linkage.ground import layers_read, read_ground
from zoning.linkage.values import BuildOptions, LinkageReport
from zoning.model import Base, CheckOptions
from zoning.report.linkage.frames import CorridorTables

__all__ = ["CorridorTables", "build_corridors"]


class _Silent:
    """Tells nobody how a model comes along."""

    def free_bytes(self) -> int:
        """Return the memory that is free now."""
        return int(psutil.virtual_memory().available)

    def ahead(self, found: Ahead) -> None:
        """Take the forecast."""

    def step(self, name: str, done: int, total: int) -> None:
        """Take how far a step is."""


def build_corridors(
    base: Base | str | Path,
    resistance: str | Path | None = None,
    *,
    cell_m: float | None = None,
    samples: int = 0,
    as_of: date | None = None,
) -> CorridorTables:
    """Build a model of a county's corridors.

    Parameters
    ----------
    base : Base or path
        An opened base, or its folder.
    resistance : str or path, optional
        A YAML file as ``zoning corridors table worldcover`` prints it, or
        ``worldcover`` or ``demo``. A demo base takes ``demo``; any other must be
        given one.
    cell_m : float, optional
        Side of a cell; that of the land cover by default.
    samples : int
        How often the table is varied.
    as_of : date, optional
        Day on which layers must be valid; today by default.

    Returns
    -------
    CorridorTables
        ``.sources``, ``.links``, ``.corridors``, ``.pinch_points``, ``.barriers``
        as GeoDataFrames, ``.draw()``, ``.write(folder)``; the plain values in
        ``.report.model``.

    Raises
    ------
    LayerError, UsageError
        What is wrong with base, table or cells; see ``docs/corridors.md``.
    """
    opened = base if isinstance(base, Base) else open_base(Path(base))
    day = CheckOptions(as_of=as_of or date.today())  # noqa: DTZ011  the office's own day
    table = read_resistance_table(resistance, opened)
    ground = read_ground(opened, table, day, cell_m=cell_m)
    options = BuildOptions(
        cell_m=cell_m, samples=samples, threads=min(8, os.cpu_count() or 1)
    )
    model = build(ground, table, options, listener=_Silent())
    return CorridorTables(
        LinkageReport(
            base=opened, model=model, as_of=day.as_of, used=layers_read(table)
        )
    )
