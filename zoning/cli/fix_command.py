"""`zoning fix`: the smallest trim that withdraws a site from what is prohibited."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.check_command import RUNS, run_check
from zoning.cli.console import say, text
from zoning.cli.options import (
    as_of_option,
    base_option,
    crs_option,
    lang_option,
    out_option,
)

__all__ = ["command"]


@click.command("fix")
@click.argument("sites", nargs=-1, type=click.Path(path_type=Path))
@base_option
@click.option(
    "--project",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="项目属性 YAML project attributes: activity, industry code …",
)
@crs_option
@as_of_option
@out_option
@click.option(
    "--also-conditional",
    is_flag=True,
    help="连须办理的一并避让 withdraw from what needs an approval too.",
)
@click.option(
    "--min-part-m2",
    type=click.FloatRange(min=0),
    default=None,
    help="小于此面积的零块不保留；默认取 200 平方米与选址面积 5% 中较小者 "
    "smaller parts are not kept; default: 200 m² or 5 % of the site, the lesser.",
)
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    sites: tuple[Path, ...],
    base: Path,
    project: Path | None,
    crs: str | None,
    as_of: date,
    out: Path | None,
    also_conditional: bool,
    min_part_m2: float | None,
    lang: str,
) -> int:
    """最小退让：让出禁止范围，余下部分重新核查 the smallest trim, checked again.

    \b
    zoning fix site.txt --base county/ --project project.yaml
    zoning fix site.txt --base county/ --also-conditional --out trimmed/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.check.fixes import FixOptions
    from zoning.check.trimming import fix_report
    from zoning.cli.fix_screen import print_end, print_fixes
    from zoning.model import CheckOptions
    from zoning.report.folder import next_free
    from zoning.report.trim_files import boundary_names, write_fix
    from zoning.rules.packs import read_rule_book

    options = FixOptions(also_conditional=also_conditional, min_part_m2=min_part_m2)
    report = run_check(
        sites,
        base,
        project=project,
        crs=crs,
        options=CheckOptions(as_of=as_of),
        lang=lang,
    )
    fixed = fix_report(report, read_rule_book(report.base.packs, base), options)
    say(text("writing", lang))
    folder = out or next_free(Path(RUNS) / f"fix-{sites[0].stem or 'run'}")
    written = write_fix(fixed, folder, lang=lang)
    say(text("written", lang, path=written))
    print_fixes(fixed, lang)
    files = [written / "boundary" / name for name in boundary_names(fixed)]
    print_end(fixed, files, lang)
    return fixed.exit_code
