"""`zoning audit`: the base itself on trial."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import progress, say, stdout_console, text
from zoning.cli.options import (
    as_of_option,
    base_option,
    json_option,
    lang_option,
    out_option,
)
from zoning.errors import Problem, UsageError

if TYPE_CHECKING:  # loads only when a base is opened
    from zoning.model import AuditReport, Base

__all__ = ["command"]

RUNS = "zoning-runs"
LISTED = 20
COLOURS = {
    "CONFLICT": "red",
    "ERROR": "dark_orange",
    "NOT_AUDITED": "yellow",
    "NOTICE": "cyan",
}
COLUMNS = ("problem_id", "severity_word", "problem", "amount", "rule_id")


@click.command("audit")
@base_option
@click.option(
    "--with",
    "instead",
    multiple=True,
    metavar="LAYER=FILE",
    help="以此文件代替底图中的图层 put this file in the place of a layer.",
)
@click.option("--rules", "listing", is_flag=True, help="只列出规则 list the rules.")
@as_of_option
@out_option
@json_option
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    instead: tuple[str, ...],
    listing: bool,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """审查底图：三线、拓扑、字段、汇总、版本 the base itself: lines and data.

    Exit 0 nothing found and complete; 1 conflicts or errors; 4 none found, but
    a layer or field is lacking, so something was not audited.

    \b
    zoning audit --base county/
    zoning audit --base county/ --json
    zoning audit --base county/ --with township=vintages/XZQ_2018.gpkg
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.audit import audit, read_audit_book

    if listing:
        _print_rules(lang)
        return 0
    opened = _opened(base, instead)
    with progress("audit") as tick:
        report = audit(opened, read_audit_book(), as_of=as_of, progress=tick)
    folder = out or (None if as_json else Path(RUNS) / f"audit-{_stem(base)}")
    if folder is not None:
        from zoning.report.audit.run import write_audit
        from zoning.report.folder import next_free

        say(text("writing", lang))
        written = write_audit(report, folder if out else next_free(folder), lang=lang)
        say(text("written", lang, path=written))
    if as_json:
        from zoning.cli.printing import print_json
        from zoning.report.audit.record import audit_document

        print_json(audit_document(report))
    else:
        _print(report, lang)
    return report.exit_code


def _print_rules(lang: str) -> None:
    from zoning.audit import read_audit_book
    from zoning.cli.printing import print_rows
    from zoning.report.audit.pages import rule_rows

    print_rows(*rule_rows(read_audit_book(), lang))


def _stem(base: Path) -> str:
    return base.resolve().name or "base"


def _opened(folder: Path, instead: tuple[str, ...]) -> "Base":
    """Open the base, with other files in the place of layers where asked."""
    from zoning.audit import read_audit_book
    from zoning.io.base import base_of
    from zoning.io.config import LayerEntry, read_config

    config = read_config(folder)
    layers = dict(config.layers)
    known = read_audit_book().layers
    for given in instead:
        name, _, path = given.partition("=")
        if name not in known or not path:
            values = {"layer": given, "known": "、".join(known)}
            raise UsageError(Problem(code="AUDIT_LAYER_UNKNOWN", values=values))
        former = layers.get(name)
        coverage = former.coverage if isinstance(former, LayerEntry) else "county"
        layers[name] = LayerEntry(path=path, coverage=coverage)
    return base_of(config.model_copy(update={"layers": layers}), folder)


def _print(report: "AuditReport", lang: str) -> None:
    """Print the worst rows, and the headline."""
    from rich.markup import escape
    from rich.table import Table

    from zoning.report.audit.words import amount, audit_text, headline, severity_both

    console = stdout_console()
    if report.problems:
        table = Table(show_edge=False, pad_edge=False, header_style="bold")
        for name in COLUMNS:
            table.add_column(
                audit_text(f"column_{name}", lang),
                overflow="fold",
                no_wrap=name in {"problem_id", "rule_id", "severity_word"},
                ratio=1 if name == "problem" else None,
            )
        for one in report.problems[:LISTED]:
            colour = COLOURS[one.severity]
            table.add_row(
                one.id,
                f"[{colour}]{severity_both(one.severity)}[/{colour}]",
                escape(one.problem.text(lang)),
                escape(amount(one, lang)),
                one.rule_id,
            )
        console.print(table, crop=False)
    more = len(report.problems) - LISTED
    if more > 0:
        console.print(audit_text("map_more", lang, count=more), style="dim")
    stamp = text("demo_stamp", lang) if report.base.demo else text("reference", lang)
    name = audit_text("name", lang, base=report.base.name)
    line = f"{name} · {report.as_of.isoformat()} · {headline(report, lang)}"
    console.print(f"[bold]{escape(line)}[/bold] · {escape(stamp)}")
