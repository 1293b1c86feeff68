"""The Python interface: GeoDataFrames in, GeoDataFrames and maps out.

>>> import zoning
>>> base = zoning.open_base("data/sample_layers")      # doctest: +SKIP
>>> sites = zoning.read_sites("site.txt")              # doctest: +SKIP
>>> zoning.check_sites(sites, base).sites              # doctest: +SKIP
"""

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoning import measure
from zoning.check import check
from zoning.io import base as base_files
from zoning.io import sites as site_files
from zoning.io.declared_evidence import EVIDENCE, evidence_text
from zoning.io.project import (
    Projects,
    attributes,
    project_of_mapping,
    read_projects,
)
from zoning.io.site_table import sites_of_table, table_with_projects
from zoning.model import Base, CheckOptions, Report, Site
from zoning.report.audit.frames import PROBLEM_COLUMNS, AuditTables
from zoning.report.frames import (
    CONFLICT_COLUMNS,
    FINDING_COLUMNS,
    SITE_COLUMNS,
    CheckReport,
    frame_of,
)
from zoning.rules.packs import read_rule_book

if TYPE_CHECKING:  # geopandas and folium load only when a table or map is asked for
    from concurrent.futures import Executor

    import folium
    from geopandas import GeoDataFrame

__all__ = [
    "CONFLICT_COLUMNS",
    "FINDING_COLUMNS",
    "PROBLEM_COLUMNS",
    "SITE_COLUMNS",
    "AuditTables",
    "CheckReport",
    "audit_base",
    "check_batch",
    "check_sites",
    "draw_map",
    "open_base",
    "read_sites",
    "write_run",
]


def open_base(path: str | Path) -> Base:
    """Open a base folder; see `zoning.io.base.open_base`."""
    return base_files.open_base(Path(path))


def read_sites(
    source: "str | Path | Iterable[str | Path] | GeoDataFrame",
    *,
    crs: str | None = None,
    project: Mapping[str, Any] | str | Path | None = None,
) -> "GeoDataFrame":
    """Read project sites into a GeoDataFrame.

    Parameters
    ----------
    source : path, paths or GeoDataFrame
        Site files, or a table with geometry and a CRS.
    crs : str, optional
        EPSG code of coordinates whose CRS the file does not state; ``gcj02``
        or ``bd09`` where degrees were taken off a web map: they are carried to
        WGS 84.
    project : mapping or path, optional
        Project attributes for all sites, or a YAML file or Excel form of
        them, whose sites are matched by id, name or file stem. Of a table it
        outweighs the columns. Values as in the file, or Python's own bool and
        numbers; None, NaN and blank mean not known. ``evidence`` lists
        declared papers: mappings of kind, number, date and issuer.

    Returns
    -------
    GeoDataFrame
        One row per site in file order: ``site_id``, ``name``, ``source``,
        ``row``, ``sha256``, ``area_declared_m2``, ``warnings``,
        ``open_readings`` (systems that the coordinates may be in as well, such
        as ``gcj02 bd09``), ``rejection`` (empty when fine), one column per
        known project attribute,
        ``evidence`` (one paper a line, ``kind | number | date | issuer``),
        geometry (None when rejected). CRS: that of the files when they agree, else
        EPSG:4490.

    Raises
    ------
    UsageError
        When a table has no CRS, an attribute or its value is not known, or
        the file names sites that are not there while a site has no entry.
    SiteError
        When the project file is malformed.
    """
    projects = _projects(project)
    table: Any = source
    if hasattr(table, "geometry"):
        return table_with_projects(table, projects)
    paths = [table] if isinstance(table, (str, Path)) else list(table)
    sites = site_files.read_sites(
        [Path(path) for path in paths], crs=crs, projects=projects
    )
    return _table_of(sites)


def check_sites(
    sites: "GeoDataFrame | str | Path | Iterable[str | Path]",
    base: Base | str | Path,
    options: CheckOptions | None = None,
) -> "CheckReport":
    """Check sites against a base.

    Parameters
    ----------
    sites : GeoDataFrame or paths
        As made by `read_sites`, or a table of one's own: columns named like
        a project attribute are checked against the vocabulary, and a row on
        a foreign datum or of mixed dimension is rejected. Degrees of WGS 84
        are checked as web-map coordinates too, unless a column
        ``open_readings`` is empty. A path is read first.
    base : Base or path
        An opened base, or its folder.
    options : CheckOptions, optional
        Day and tolerances; today by default.

    Returns
    -------
    CheckReport

    Raises
    ------
    UsageError
        When the table has no CRS, or an attribute value is not known.
    """
    opened = base if isinstance(base, Base) else open_base(base)
    table: Any = sites if hasattr(sites, "geometry") else read_sites(sites)
    book = read_rule_book(opened.packs, opened.folder)
    chosen = options or CheckOptions(as_of=date.today())  # noqa: DTZ011  office day
    return CheckReport(check(sites_of_table(table), opened, book, options=chosen))


def check_batch(  # noqa: PLR0913  what a run is made of, and how it is run
    sites: "GeoDataFrame | str | Path | Iterable[str | Path]",
    base: Base | str | Path,
    folder: str | Path,
    *,
    options: CheckOptions | None = None,
    executor: "Executor | None" = None,
    resume: bool = False,
    lang: str = "zh",
    share: bool = False,
) -> Path:
    """Check a large table into a run folder, in bounded memory; return `folder`.

    Parameters
    ----------
    sites, base, options
        As `check_sites`.
    folder : path
        The run folder to make; a journal lies beside it meanwhile.
    executor : concurrent.futures.Executor, optional
        Where chunks are checked: threads, processes, or a cluster engine of
        the same interface. Other processes open the base folder themselves.
    resume : bool
        Go on with the journal of a batch that was interrupted.

    Raises
    ------
    UsageError
        As `check_sites`; when an unfinished batch is there and not resumed.
    OutputError
        When journal or folder cannot be written; results so far are kept.
    """
    from zoning.batch import Plan, check_whole
    from zoning.report.batch.values import BatchForm

    opened = base if isinstance(base, Base) else open_base(base)
    table: Any = sites if hasattr(sites, "geometry") else read_sites(sites)
    form = BatchForm(lang=lang, share=share)
    plan = Plan(folder=Path(folder), form=form, resume=resume, executor=executor)
    book = read_rule_book(opened.packs, opened.folder)
    chosen = options or CheckOptions(as_of=date.today())  # noqa: DTZ011  office day
    check_whole(sites_of_table(table), opened, book, options=chosen, plan=plan)
    return plan.folder


def audit_base(base: Base | str | Path, *, as_of: date | None = None) -> "AuditTables":
    """Put the base itself on trial; today by default. See `zoning.audit`."""
    from zoning.audit import audit, read_audit_book

    opened = base if isinstance(base, Base) else open_base(base)
    day = as_of or date.today()  # noqa: DTZ011  office day
    return AuditTables(audit(opened, read_audit_book(), as_of=day))


def write_run(
    report: "CheckReport | Report | AuditTables",
    folder: str | Path,
    *,
    lang: str = "zh",
    share: bool = False,
) -> Path:
    """Write a run folder, whole or not at all; return its path.

    With `share` no geometry of the base leaves the office; of an audit there is
    no such form.
    """
    if isinstance(report, AuditTables):
        from zoning.report.audit.run import write_audit

        return write_audit(report.report, Path(folder), lang=lang)
    from zoning.report.run import write_run as write

    return write(_plain(report), Path(folder), lang=lang, share=share)


def draw_map(
    report: "CheckReport | Report | Base | AuditTables", *, lang: str = "zh"
) -> "folium.Map":
    """Draw a report, an audit or a base as a Folium map that needs no network."""
    if isinstance(report, AuditTables):
        from zoning.report.audit.map import draw_audit

        return draw_audit(report.report, lang=lang)
    from zoning.report.map import draw_map as draw

    return draw(_plain(report), lang=lang)


def _plain(report: Any) -> Any:
    return report.report if isinstance(report, CheckReport) else report


def _projects(project: Mapping[str, Any] | str | Path | None) -> Projects:
    if project is None:
        return Projects()
    if isinstance(project, (str, Path)):
        return read_projects(Path(project))
    return project_of_mapping(project, "project")


def _table_of(sites: tuple[Site, ...]) -> "GeoDataFrame":
    codes = {site.crs for site in sites if site.crs is not None}
    crs = codes.pop() if len(codes) == 1 else measure.GEOGRAPHIC_CRS
    rows = [
        {
            "site_id": site.id,
            "name": site.project.get("name") or site.name,
            "source": site.source.path,
            "row": site.source.row,
            "sha256": site.source.sha256,
            "area_declared_m2": site.area_declared_m2,
            "warnings": "\n".join(problem.line() for problem in site.problems),
            "open_readings": " ".join(site.open_readings),
            "rejection": "" if site.rejection is None else site.rejection.line(),
            **{key: site.project.get(key, "") for key in attributes() if key != "name"},
            EVIDENCE: evidence_text(site.evidence),
            "geometry": _carried(site, crs),
        }
        for site in sites
    ]
    columns = tuple(rows[0]) if rows else ("site_id", "name", "geometry")
    return frame_of(rows, columns, crs)


def _carried(site: Site, crs: str) -> Any:
    if site.geometry is None or site.crs is None:
        return None
    one = np.array([site.geometry], dtype=object)
    return measure.project(one, site.crs, crs)[0]
