"""`zoning explain`: why a run came out as it did, and what would change it."""

from pathlib import Path

import click

from zoning.cli.console import fail
from zoning.cli.named_packs import named_packs
from zoning.cli.options import lang_option
from zoning.errors import Problem

__all__ = ["command"]

ALTERED = 3


@click.command("explain")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("rule", required=False)
@click.option("--site", help="只看一个选址（编号或名称）one site, by id or name.")
@click.option(
    "--feature",
    metavar="LAYER:ID",
    help="反查：哪些规则涉及这个图斑 which rules name this polygon.",
)
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="底图目录，仅为引用其自带规则包 for packs that the base brings.",
)
@lang_option
def command(
    *,
    run: Path,
    rule: str | None,
    site: str | None,
    feature: str | None,
    base: Path | None,
    lang: str,
) -> int:
    """说明一次核查：事实、界限、依据、缘由、怎样改变 explain a run.

    RUN is the folder or its verdict.json. Nothing is measured again; rule packs
    are quoted while they are those of the check.

    \b
    zoning explain zoning-runs/site
    zoning explain zoning-runs/site YRL-001
    zoning explain zoning-runs/site --feature river:0006
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_lines
    from zoning.report.explain_facts import Asked
    from zoning.report.explain_feature import explain_feature, feature_named
    from zoning.report.explaining import (
        book_of_run,
        explain_rule,
        explain_run,
        pack_lines,
        rule_in_run,
        run_heading,
        sites_named,
    )
    from zoning.report.recorded import read_run
    from zoning.rules.packs import read_rule_book

    read = read_run(run)
    sites = sites_named(read, site)
    lines = list(run_heading(read, lang))
    if feature is not None:
        lines += explain_feature(feature_named(feature, read), sites, lang)
    else:
        wanted = None if rule is None else rule_in_run(rule, read)
        known = read_rule_book(named_packs((), base), base)
        book = book_of_run(read, known)
        lines += pack_lines(read, known, lang)
        for one in sites:
            asked = Asked(run=read, site=one, book=book, lang=lang)
            lines += (
                explain_run(asked) if wanted is None else explain_rule(wanted, asked)
            )
    if not read.intact:
        fail((Problem(code="RUN_DIGEST_WRONG"),))
    print_lines(lines)
    return 0 if read.intact else ALTERED
