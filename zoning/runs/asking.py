"""What is asked: site files, base and project file, read; and the check of them."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoning.errors import Problem, UsageError

if TYPE_CHECKING:  # a command line that only prints help loads none of it
    from zoning.model import Base, CheckOptions, Report, Site
    from zoning.rules.packs import RuleBook

__all__ = ["Asked", "check_asked", "named_files", "read_asked"]

Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Asked:
    """What is to be checked, and against what; a batch uses its sites up.

    `passed_over` names what lies beside the sites in a folder and was not read.
    """

    sites: "list[Site]"
    base: "Base"
    book: "RuleBook"
    folder: Path
    verify: bool
    passed_over: Problem | None


def read_asked(
    sites: tuple[Path, ...],
    base: Path,
    *,
    project: Path | None,
    crs: str | None,
    verify: bool,
) -> Asked:
    """Open the base and read the sites.

    Raises
    ------
    UsageError, BaseError, SiteError, RulePackError
        As what reads them.
    """
    from zoning.io.base import open_base
    from zoning.io.project import read_projects
    from zoning.io.sites import read_sites
    from zoning.rules.packs import read_rule_book

    files, others = named_files(sites)
    opened = open_base(base, verify=verify)
    projects = None if project is None else read_projects(project)
    read = read_sites(files, crs=crs, projects=projects)
    book = read_rule_book(opened.packs, base)
    return Asked(
        sites=list(read),
        base=opened,
        book=book,
        folder=base,
        verify=verify,
        passed_over=_told_of(others),
    )


def check_asked(
    asked: Asked, options: "CheckOptions", *, tick: Tick | None = None
) -> "Report":
    """Check the sites; a prepared layer that turns out damaged is made anew."""
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.store import DamagedError

    sites, book = tuple(asked.sites), asked.book
    try:
        return check(sites, asked.base, book, options=options, progress=tick)
    except DamagedError:
        opened = open_base(asked.folder, verify=asked.verify)
        return check(sites, opened, book, options=options, progress=tick)


def _told_of(others: tuple[Path, ...]) -> Problem | None:
    if not others:
        return None
    names = "、".join(path.name for path in others)
    values = {"count": str(len(others)), "files": names}
    return Problem(code="FILES_PASSED_OVER", values=values)


def named_files(paths: tuple[Path, ...]) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """Return the site files, folders opened, and what else lies in those folders.

    Raises
    ------
    UsageError
        ``NO_SITES``: a path that is not there, or a folder without sites.
    """
    from zoning.io.site_folder import look_into

    files, others = list[Path](), list[Path]()
    for path in paths:
        if path.is_dir() and path.suffix.lower() != ".gdb":
            found = look_into(path)
            named, others = found.sites, [*others, *found.others]
        else:
            named = (path,) * path.exists()
        if not named:
            raise UsageError(Problem(code="NO_SITES", values={"path": str(path)}))
        files += named
    if not files:
        raise UsageError(Problem(code="NO_SITES", values={"path": "-"}))
    return tuple(files), tuple(others)
