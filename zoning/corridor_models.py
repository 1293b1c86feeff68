"""Corridor models, and what a site does to one, from Python.

>>> import zoning
>>> base = zoning.open_base("data/sample_layers")         # doctest: +SKIP
>>> model = zoning.build_corridors(base, cell_m=300)      # doctest: +SKIP
>>> model.links.sort_values("importance_pct")             # doctest: +SKIP
>>> impact = zoning.corridor_impact("site.txt", base, model)   # doctest: +SKIP
>>> impact.measures                                       # doctest: +SKIP
"""

import os
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil

from zoning.io.base import open_base
from zoning.io.resistance_table import read_resistance_table
from zoning.linkage.building import build
from zoning.linkage.forecast import Ahead
from zoning.linkage.ground import layers_read, read_ground
from zoning.linkage.impact import ImpactOptions, KeptModel, judge_site
from zoning.linkage.values import BuildOptions, LinkageReport
from zoning.model import Base, CheckOptions, Site
from zoning.report.impact.frames import ImpactTables
from zoning.report.impact.run import KeptFiles
from zoning.report.linkage.frames import CorridorTables
from zoning.runs.impact import kept_files, kept_of, standing_on, threads, together

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["CorridorTables", "ImpactTables", "build_corridors", "corridor_impact"]


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


def corridor_impact(
    sites: "str | Path | GeoDataFrame",
    base: Base | str | Path,
    model: CorridorTables | str | Path,
    *,
    options: ImpactOptions | None = None,
    as_of: date | None = None,
    lang: str = "zh",
) -> ImpactTables:
    """Lay a site on a model of corridors, as ``zoning corridors impact`` does.

    Parameters
    ----------
    sites : path or GeoDataFrame
        A site file that states its CRS, or a table as `zoning.read_sites` makes it.
        Several plots are one project.
    base : Base or path
        The base that the model was made from, or its folder.
    model : CorridorTables or path
        What `build_corridors` returned, or a run folder of ``zoning corridors
        build``.
    options : ImpactOptions, optional
        What is computed: effective resistance and mitigation, no sampled tables by
        default; ``zoning.ImpactOptions(samples=20)`` says how far the answer hangs
        on the table of resistances.
    as_of : date, optional
        Day on which layers must be valid; today by default.
    lang : str
        Of the words in the tables, ``zh`` or ``en``.

    Returns
    -------
    ImpactTables
        ``.links``, ``.sources``, ``.measures`` as GeoDataFrames, ``.findings`` and
        ``.net`` as tables, ``.draw()``, ``.write(folder)``; the plain values in
        ``.report``.

    Raises
    ------
    LayerError, SiteError, UsageError, OutputError
        What is wrong with base, site or model; see ``docs/corridors.md``.
    """
    opened = base if isinstance(base, Base) else open_base(Path(base))
    day = as_of or date.today()  # noqa: DTZ011  the office's own day
    files, kept = _kept(model, opened)
    report = judge_site(
        standing_on(kept, opened, day),
        together(_read(sites)),
        opened,
        as_of=day,
        options=replace(options or ImpactOptions(), threads=threads()),
        listener=_Silent(),
    )
    return ImpactTables(report, KeptFiles(files=files), lang)


def _read(sites: "str | Path | GeoDataFrame") -> tuple[Site, ...]:
    from zoning.io.site_table import sites_of_table
    from zoning.io.sites import read_sites

    table: Any = sites
    if hasattr(table, "geometry"):
        return sites_of_table(table)
    return tuple(read_sites((Path(table),)))


def _kept(
    model: CorridorTables | str | Path, base: Base
) -> tuple[dict[str, bytes], KeptModel]:
    """Return the files that a model is kept in, and the model as read from them."""
    if isinstance(model, CorridorTables):
        return kept_of(model.report, base)
    return kept_files(Path(model), base)
