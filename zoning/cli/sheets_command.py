"""`zoning sheets`: printable map sheets of sites, or an atlas by township."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.check_command import run_check
from zoning.cli.console import say
from zoning.cli.options import (
    as_of_option,
    base_option,
    crs_option,
    lang_option,
    out_option,
)
from zoning.errors import Problem, UsageError

__all__ = ["command"]

SHEETS = "zoning-sheets"
_DPI = click.IntRange(72, 600)


@click.command("sheets")
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path))
@base_option
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="项目属性 YAML 或 Excel 表 project attributes, .yaml or .xlsx.",
)
@crs_option
@as_of_option
@out_option
@click.option("--atlas", is_flag=True, help="三条控制线分乡镇图集 atlas by township.")
@click.option(
    "--sheet", "sheets", multiple=True, help="只出这些图件，可重复 these sheets only."
)
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4")
@click.option(
    "--orientation",
    type=click.Choice(["auto", "landscape", "portrait"]),
    default="auto",
    help="版式，auto 取比例尺较大者 the one with the larger scale.",
)
@click.option("--maker", default="", help="制图单位 who makes the sheets.")
@click.option(
    "--mark",
    "marks",
    multiple=True,
    help="图上标记，可重复（内部资料、未经审图不得公开）marks on every sheet.",
)
@click.option("--dpi", type=_DPI, default=200, help="PNG 分辨率 of the pictures.")
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    sources: tuple[Path, ...],
    base: Path,
    project: Path | None,
    crs: str | None,
    as_of: date,
    out: Path | None,
    atlas: bool,
    sheets: tuple[str, ...],
    paper: str,
    orientation: str,
    maker: str,
    marks: tuple[str, ...],
    dpi: int,
    lang: str,
) -> int:
    """绘制可打印的图件（PDF 和 PNG）printable map sheets.

    \b
    zoning sheets site.txt --base county/ --maker 某县自然资源局
    zoning sheets site.txt --base county/ --sheet three_lines --paper A3
    zoning sheets county/ --atlas
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.folder import next_free
    from zoning.report.sheets.book import write_atlas, write_sheets
    from zoning.report.sheets.making import Setting
    from zoning.report.sheets.plan import default_marks, plans

    for sheet in sheets:
        if sheet not in plans():
            values = {"sheet": sheet, "known": "、".join(plans())}
            raise UsageError(Problem(code="SHEET_UNKNOWN", values=values))
    if not sources:
        raise UsageError(Problem(code="SHEETS_OF_WHAT"))
    setting = Setting(
        paper=paper,
        orientation=orientation,
        maker=maker,
        marks=marks or default_marks(),
        lang=lang,
        dpi=dpi,
        sheets=sheets,
    )
    folder = out or next_free(Path(SHEETS) / (sources[0].resolve().stem or "sheets"))
    if atlas:
        from zoning.io.base import open_base

        opened = open_base(sources[0])
        say(str(write_atlas(opened, folder, setting=setting, as_of=as_of)))
        return 0
    from zoning.model import CheckOptions

    options = CheckOptions(as_of=as_of)
    report = run_check(
        sources, base, project=project, crs=crs, options=options, lang=lang
    )
    say(str(write_sheets(report, folder, setting=setting)))
    return report.exit_code
