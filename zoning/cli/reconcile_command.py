"""`zoning reconcile`: a proposal that ends the overlaps of control lines."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.one_map import print_table, tell_problems
from zoning.cli.options import (
    as_of_option,
    base_option,
    json_option,
    lang_option,
    out_option,
)

__all__ = ["command"]


@click.command("reconcile")
@base_option
@click.option(
    "--rules",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="本单位的让位规则表 YAML your own table of precedence.",
)
@as_of_option
@out_option
@json_option
@lang_option
def command(
    *,
    base: Path,
    rules: Path | None,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """让位方案（草案）：消除三条控制线重叠 a draft that ends overlaps of the lines.

    The urban boundary yields to both others; farmland in a core zone exits and
    is owed. The originals are not touched: --out is a base of its own, marked
    draft, read back and checked again before it is put in place. Ends with 4
    when something keeps the ledger from being the county's.

    \b
    zoning reconcile --base county/
    zoning reconcile --base county/ --out proposal/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.io.base import open_base
    from zoning.io.proposals import proposed_layers, read_precedence, recheck
    from zoning.model import CheckOptions
    from zoning.reconcile import default_precedence, reconcile
    from zoning.report.folder import refuse_used
    from zoning.report.one_map.ledger_tables import ledger_tables
    from zoning.report.one_map.proposal_files import (
        ProposalForm,
        proposal_document,
        write_proposal,
    )

    if out is not None:
        refuse_used(out)
    options = CheckOptions(as_of=as_of)
    table = default_precedence() if rules is None else read_precedence(rules)
    say(text("opening", lang, base=base))
    opened = open_base(base)
    proposal = reconcile(opened, table, options)
    tell_problems(proposal.problems, lang)
    if out is not None:
        say(text("proposal_writing", lang))
        layers = proposed_layers(opened, base, proposal, rules=table)
        write_proposal(
            proposal,
            opened,
            out,
            layers=layers,
            form=ProposalForm(
                options=options,
                approve=lambda stage: recheck(stage, proposal, options),
                lang=lang,
            ),
        )
        say(text("proposal_written", lang, path=out))
    if as_json:
        from zoning.cli.printing import print_json

        print_json(proposal_document(proposal, opened, options))
    else:
        for one in ledger_tables(proposal, lang):
            print_table(one)
    return 4 if proposal.problems else 0
