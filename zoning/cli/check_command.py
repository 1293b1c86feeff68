"""`zoning check`: the main job."""

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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
    verify_option,
)
from zoning.runs.asking import Asked, check_asked, read_asked

if TYPE_CHECKING:  # help is printed without them
    from zoning.model import CheckOptions, Report, Site
    from zoning.report.batch.values import BatchForm

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
@verify_option
@click.option(
    "--share", is_flag=True, help="只写结论、面积和选址，不含底图 no base geometry."
)
@click.option(
    "--resume", is_flag=True, help="接着未完成的批量核查 continue an interrupted batch."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    help="批量核查的进程数 processes for more than 500 sites (1).",
)
@click.option(
    "--corridors",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="另按廊道模型（zoning corridors build 的结果目录）算影响；不加则只量规划廊道"
    "的宽度 a run of corridors build: the impact on modelled corridors too; without it "
    "only widths of planned ones are measured.",
)
@click.option("--sheets", is_flag=True, help="另出图件 map sheets too, sheets.pdf.")
@click.option(
    "--open",
    "open_report",
    is_flag=True,
    help="完成后打开 Word 报告 open the Word report when it is there.",
)
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
    verify: bool,
    share: bool,
    resume: bool,
    workers: int,
    corridors: Path | None,
    sheets: bool,
    open_report: bool,
    template: Path | None,
    lang: str,
) -> int:
    """核查选址文件 check site files against a base.

    More than 500 sites are a batch: it can be stopped and continued, and its
    outputs are in the short form. --corridors adds what each site does to a model
    of corridors, in a folder of its own beside the run (at most 20 sites); exit
    code 1 then also stands for a modelled corridor that is touched.

    \b
    zoning check site.txt --base county/
    zoning check a.txt b.geojson --base county/ --project project.yaml
    zoning check site.txt --base county/ --as-of 2024-06-01 --json
    zoning check parcels/ --base county/ --out run --workers 2 --resume
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.model import CheckOptions
    from zoning.report.batch.values import BATCH_BEYOND, BatchForm

    form = BatchForm(
        lang=lang, share=share, template=office_template(template), sheets=sheets
    )
    asked = read_asked(sites, base, project=project, crs=crs, verify=verify)
    _tell_passed_over(asked, lang)
    options = CheckOptions(as_of=as_of)
    usual = Path(RUNS) / (sites[0].stem or "run")
    if corridors is not None:
        from zoning.runs.impact import refuse_many

        refuse_many(len(asked.sites))
    if len(asked.sites) > BATCH_BEYOND:
        way = _Way(
            out=out, usual=usual, resume=resume, workers=workers, opens=open_report
        )
        return _check_batch(asked, options, form=form, way=way, as_json=as_json)
    report = _check(asked, options)
    written = None
    if out or open_report or not as_json:
        written = _write(report, out, usual, form=form)
        if open_report:
            _show(written, lang)
    if as_json:
        from zoning.report.sharing import shared_document
        from zoning.report.verdict import json_bytes, verdict_document

        document = verdict_document(report)
        _put(json_bytes(shared_document(document) if share else document))
    else:
        from zoning.cli.summary import print_report

        print_report(report, lang)
    if corridors is None:
        return report.exit_code
    from zoning.cli.check_corridors import with_corridors

    return with_corridors(report, corridors, folder=written, lang=lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """Where and how a batch runs."""

    out: Path | None
    usual: Path
    resume: bool
    workers: int
    opens: bool


def _write(
    report: "Report", out: Path | None, usual: Path, *, form: "BatchForm"
) -> Path:
    from zoning.report.folder import next_free
    from zoning.report.run import write_run

    say(text("writing", form.lang))
    written = write_run(
        report,
        out or next_free(usual),
        lang=form.lang,
        share=form.share,
        template=form.template,
        sheets=form.sheets,
    )
    say(text("written", form.lang, path=written))
    return written


def _show(folder: Path, lang: str) -> None:
    from zoning.cli.opening import open_file

    open_file(folder / "report.docx", lang)


def _check_batch(
    asked: Asked,
    options: "CheckOptions",
    *,
    form: "BatchForm",
    way: _Way,
    as_json: bool,
) -> int:
    """Check a batch into a run folder; with ``--json`` put its verdict out too."""
    from zoning.batch import Plan
    from zoning.cli.batch_check import Talk, batch_folder, check_many

    folder = batch_folder(way.out, way.usual)
    outcome = check_many(
        _used_up(asked.sites),
        (asked.base, asked.book),
        options,
        plan=Plan(folder=folder, form=form, resume=way.resume),
        workers=way.workers,
        talk=Talk(lang=form.lang, as_of=options.as_of.isoformat()),
    )
    say(text("written", form.lang, path=folder))
    if way.opens:
        _show(folder, form.lang)
    if as_json:
        from zoning.report.manifest import VERDICT

        with (folder / VERDICT).open("rb") as verdict:
            sys.stdout.flush()
            shutil.copyfileobj(verdict, sys.stdout.buffer)
    else:
        from zoning.cli.summary import print_batch

        print_batch(outcome.worst, outcome.tally, form.lang)
    return outcome.tally.exit_code


def _used_up(sites: "list[Site]") -> "Iterator[Site]":
    """Yield sites and let go of them; the journal has them then."""
    sites.reverse()
    while sites:
        yield sites.pop()


def _put(data: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(data)


def run_check(
    sites: tuple[Path, ...],
    base: Path,
    *,
    project: Path | None,
    crs: str | None,
    options: "CheckOptions",
    lang: str,
) -> "Report":
    """Open the base, read the sites, check them.

    A prepared layer that turns out damaged is made anew.
    """
    asked = read_asked(sites, base, project=project, crs=crs, verify=False)
    _tell_passed_over(asked, lang)
    return _check(asked, options)


def _tell_passed_over(asked: Asked, lang: str) -> None:
    if asked.passed_over is not None:
        say(asked.passed_over.line(lang))


def _check(asked: Asked, options: "CheckOptions") -> "Report":
    with progress("check") as tick:
        return check_asked(asked, options, tick=tick)
