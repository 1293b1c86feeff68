"""`zoning demo`: the sample base, its sites, and every output, in one go."""

import shutil
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import progress, say, stdout_console, text
from zoning.cli.options import lang_option
from zoning.errors import OutputError, Problem

if TYPE_CHECKING:  # help is printed without it
    from zoning.model import Report

__all__ = ["DEMO_DAY", "command"]

DEMO_DAY = date(2026, 11, 23)
"""Day of the demo: the same answers whenever it is run."""


@click.command("demo")
@click.argument("folder", type=click.Path(path_type=Path), required=False)
@lang_option
def command(*, folder: Path | None, lang: str) -> int:
    """示范县全流程：底图、选址、结论、报告、地图 the sample county, end to end.

    \b
    zoning demo
    zoning demo my-demo --lang en
    """  # noqa: D301  \b keeps click from reflowing
    if folder is None:
        from zoning.report.folder import next_free

        folder = next_free(Path("zoning-demo"))
    elif folder.exists() and any(folder.iterdir()):
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": folder.name}))
    base = _lay_out(folder)
    say(text("opening", lang, base=base))
    report = _check(base)
    say(text("writing", lang))
    from zoning.report.run import write_run

    run = write_run(report, folder / "run", lang=lang)
    from zoning.cli.summary import print_report

    print_report(report, lang)
    console = stdout_console()
    for line in (
        text("demo_ready", lang, path=folder),
        text("open_next", lang, map=run / "map.html", report=run / "report.docx"),
        text("try_next", lang, base=base),
    ):
        console.print(line, markup=False, soft_wrap=True)
    return 0


def _lay_out(folder: Path) -> Path:
    """Copy the sample base and sites where the user can change them."""
    from zoning.samples.places import sample_folder

    source = sample_folder()
    if source is None:
        raise OutputError(Problem(code="SAMPLE_MISSING"))
    base = folder / "base"
    shutil.copytree(source, base, ignore=shutil.ignore_patterns("sites", ".zoning"))
    shutil.copytree(source / "sites", folder / "sites")
    return base


def _check(base: Path) -> "Report":
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.io.project import read_projects
    from zoning.io.site_folder import site_files
    from zoning.io.sites import read_sites
    from zoning.model import CheckOptions
    from zoning.rules.packs import read_rule_book

    sites = base.parent / "sites"
    opened = open_base(base)
    read = read_sites(
        site_files(sites), projects=read_projects(sites / "projects.yaml")
    )
    book = read_rule_book(opened.packs, base)
    with progress("check") as tick:
        return check(
            read, opened, book, options=CheckOptions(as_of=DEMO_DAY), progress=tick
        )
