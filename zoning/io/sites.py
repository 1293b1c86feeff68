"""Site files to `Site` values: the door for everything a planner submits.

A file or row that cannot be read safely is a `Site` with a rejection, so that
rows out equal rows in and a batch never stops.
"""

import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from shapely.errors import ShapelyError

from zoning.errors import Problem, SiteError
from zoning.io import formats
from zoning.io.magic import COMPANIONS
from zoning.io.project import Projects
from zoning.io.site_position import CrsArgument, crs_or_web_map, positioned
from zoning.io.site_row import SiteRow
from zoning.model import Site, SiteSource

__all__ = ["read_file", "read_sites"]

# What damaged bytes can make the readers and libraries raise.
_DAMAGE = (
    ValueError,
    ArithmeticError,
    LookupError,
    RuntimeError,  # RecursionError and NotImplementedError are such
    MemoryError,
    EOFError,
    TypeError,
    AttributeError,
    struct.error,
    zlib.error,
    ShapelyError,
)


def read_sites(
    paths: Sequence[Path],
    *,
    crs: str | None = None,
    projects: Projects | None = None,
) -> tuple[Site, ...]:
    """Read project sites in any of the formats of `zoning.io.formats`.

    Parameters
    ----------
    paths : sequence of Path
        Files; a folder is not looked into, but for a file geodatabase.
    crs : str, optional
        EPSG code of coordinates whose CRS the file does not state; it never
        overrides what a file states. ``gcj02`` or ``bd09`` where degrees were
        taken off a web map: they are carried to WGS 84.
    projects : Projects, optional
        Project attributes and declared papers, laid on by site id, name or
        file stem.

    Returns
    -------
    tuple of Site
        Files in the order given, rows as in the file. An unreadable file or
        row has no geometry and a `rejection`. Identifiers are unique: the
        parcel number where no other row bears it, else the file's stem, with
        the row number when the file has several rows.

    Raises
    ------
    UsageError
        When `crs` is neither, or when `projects` has entries that match
        no site while a site has none. A bad file never raises.
    """
    argument = crs_or_web_map(crs)
    read = [read_file(Path(path), argument) for path in paths]
    numbers = Counter(row.number for _, rows in read for row in rows if row.number)
    sites: list[Site] = []
    taken: set[str] = set()
    for (source, rows), path in zip(read, paths, strict=True):
        for index, row in enumerate(rows):
            stem = Path(path).stem
            own = stem if len(rows) == 1 else f"{stem}-{index + 1}"
            wished = row.number if numbers[row.number] == 1 else own
            identifier = _unused(wished, taken)
            taken.add(identifier)
            row_source = replace(source, row=index, crs=row.crs, encoding=row.encoding)
            sites.append(_site(row, row_source, identifier, stem=stem))
    return _with_projects(sites, projects or Projects())


def read_file(
    path: Path, argument: CrsArgument | None = None
) -> tuple[SiteSource, tuple[SiteRow, ...]]:
    """Return where a file comes from and its rows; trouble becomes one row.

    Parameters
    ----------
    argument : CrsArgument, optional
        What the caller says of coordinates.
    """
    argument = argument or CrsArgument()
    source = SiteSource(path=path.name, sha256="", row=0)
    try:
        file = formats.load(path)
    except SiteError as error:
        return source, (SiteRow(rejection=error.problem),)
    except OSError as error:
        values = {"detail": error.strerror or type(error).__name__}
        problem = Problem(code="SITE_FILE_NOT_FOUND", where=path.name, values=values)
        return source, (SiteRow(rejection=problem),)
    source = replace(source, sha256=_digest(file.parts))
    try:
        rows = formats.read_rows(file, crs=argument.crs)
    except SiteError as error:
        return source, (SiteRow(rejection=error.problem),)
    except _DAMAGE as error:
        values = {"detail": type(error).__name__}
        problem = Problem(code="SITE_FILE_DAMAGED", where=path.name, values=values)
        return source, (SiteRow(rejection=problem),)
    return source, tuple(
        positioned(
            row, argument, f"{path.name}#{number}" if len(rows) > 1 else path.name
        )
        for number, row in enumerate(rows, start=1)
    )


def _digest(parts: Mapping[str, bytes]) -> str:
    order = [suffix for suffix in COMPANIONS if suffix in parts] or list(parts)
    digest = hashlib.sha256()
    for suffix in order:
        digest.update(parts[suffix])
    return digest.hexdigest()


def _site(row: SiteRow, source: SiteSource, identifier: str, *, stem: str) -> Site:
    return Site(
        id=identifier,
        name=row.name or row.project_name or stem,
        geometry=row.geometry if row.rejection is None else None,
        crs=row.crs if row.rejection is None else None,
        source=source,
        area_declared_m2=row.area_declared_m2,
        attributes=row.attributes,
        problems=row.problems,
        open_readings=row.open_readings,
        rejection=row.rejection,
    )


def _with_projects(sites: Sequence[Site], projects: Projects) -> tuple[Site, ...]:
    keys = [(site.id, site.name, Path(site.source.path).stem) for site in sites]
    pairs = list(zip(keys, sites, strict=True))
    projects.require_entries(
        [own for own, site in pairs if site.rejection is None],
        # never clear, and may lack the number that they go by
        rejected=[own for own, site in pairs if site.rejection is not None],
    )
    return tuple(
        replace(
            site,
            project=projects.for_site(*own),
            evidence=projects.evidence_for(*own),
        )
        for own, site in pairs
    )


def _unused(wished: str, taken: set[str]) -> str:
    return next(name for name in _variants(wished) if name not in taken)


def _variants(name: str) -> Iterator[str]:
    yield name
    count = 2
    while True:
        yield f"{name}~{count}"
        count += 1
