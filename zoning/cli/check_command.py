"""`zoning check`: the main job."""

import sys
from datetime import date
from pathlib import Path

import click

from zoning.cli.console import progress, say, text
from zoning.cli.options import (
    as_of_option,
    base_option,
    crs_option,
    json_option,
    lang_option,
    office_template,
    out_option,
    template_option,
)
from zoning.errors import Problem, UsageError
from zoning.model import CheckOptions, Report

__all__ = ["command", "run_check"]

RUNS = "zoning-runs"


@click.command("check")
@click.argument("sites", nargs=-1, type=click.Path(path_type=Path))
@base_option
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="项目属性 YAML 或 Excel 表 project attributes and papers, .yaml or .xlsx.",
)
@crs_option
@as_of_option
@out_option
@json_option
@click.option(
    "--share", is_flag=True, help="只写结论、面积和选址，不含底图 no base geometry."
)
@click.option("--sheets", is_flag=True, help="另出图件 map sheets too, sheets.pdf.")
@template_option
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    sites: tuple[Path, ...],
    base: Path,
    project: Path | None,
    crs: str | None,
    as_of: date,
    out: Path | None,
    as_json: bool,
    share: bool,
    sheets: bool,
    template: Path | None,
    lang: str,
) -> int:
    """核查选址文件 check site files against a base.

    \b
    zoning check site.txt --base county/
    zoning check a.txt b.geojson --base county/ --project project.yaml
    zoning check site.txt --base county/ --as-of 2024-06-01 --json
    """  # noqa: D301  \b keeps click from reflowing
    form = office_template(template)
    report = run_check(
        sites, base, project=project, crs=crs, options=CheckOptions(as_of=as_of)
    )
    folder = out or (None if as_json else Path(RUNS) / (sites[0].stem or "run"))
    if folder is not None:
        from zoning.report.folder import next_free
        from zoning.report.run import write_run

        say(text("writing", lang))
        free = folder if out else next_free(folder)
        written = write_run(
            report, free, lang=lang, share=share, template=form, sheets=sheets
        )
        say(text("written", lang, path=written))
    if as_json:
        from zoning.report.sharing import shared_document
        from zoning.report.verdict import json_bytes, verdict_document

        document = verdict_document(report)
        sys.stdout.flush()
        sys.stdout.buffer.write(
            json_bytes(shared_document(document) if share else document)
        )
    else:
        from zoning.cli.summary import print_report

        print_report(report, lang)
    return report.exit_code


def run_check(
    sites: tuple[Path, ...],
    base: Path,
    *,
    project: Path | None,
    crs: str | None,
    options: CheckOptions,
) -> Report:
    """Open the base, read the sites, check them."""
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.io.project import read_projects
    from zoning.io.sites import read_sites
    from zoning.rules.packs import read_rule_book

    files = _files(sites)
    opened = open_base(base)
    projects = None if project is None else read_projects(project)
    read = read_sites(files, crs=crs, projects=projects)
    book = read_rule_book(opened.packs, base)
    with progress("check") as tick:
        return check(read, opened, book, options=options, progress=tick)


def _files(paths: tuple[Path, ...]) -> tuple[Path, ...]:
    """Return the site files, folders opened; a path that is not there is an error."""
    from zoning.samples.places import site_files

    files: list[Path] = []
    for path in paths:
        found = site_files(path) if path.is_dir() else (path,) * path.exists()
        if not found:
            raise UsageError(Problem(code="NO_SITES", values={"path": str(path)}))
        files += found
    if not files:
        raise UsageError(Problem(code="NO_SITES", values={"path": "-"}))
    return tuple(files)
