"""`zoning corridors`: circuits on a grid or a network, the layout on trial."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.options import (
    as_of_option,
    base_option,
    json_option,
    lang_option,
    out_option,
)

__all__ = ["command"]


@click.group("corridors")
def command() -> None:
    """廊道与连通性 corridors and connectivity.

    \b
    zoning corridors circuit job.ini --out results/
    zoning corridors audit --base county/
    """  # noqa: D301  \b keeps click from reflowing


@command.command("circuit")
@click.argument("job", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="输出目录，不覆盖已有结果 where to write; never overwrites.",
)
@click.option(
    "--solver",
    default="auto",
    show_default=True,
    help="auto, superlu, cholmod, pardiso, multigrid, algebraic.",
)
@click.option(
    "--quirks",
    type=click.Choice(["refuse", "circuitscape", "correct"]),
    default="refuse",
    show_default=True,
    help="Circuitscape 与其选项不一致处：拒绝、照搬、按选项 where Circuitscape "
    "does not do what its options say: refuse, copy it, do what they say.",
)
@click.option(
    "--resume",
    is_flag=True,
    help="保留已完成的求解，并接着上次中断处继续 keep finished solves, and take up "
    "those of a run that was stopped.",
)
@lang_option
def circuit(
    *, job: Path, out: Path, solver: str, quirks: str, resume: bool, lang: str
) -> int:
    """运行 Circuitscape 作业 run a Circuitscape job (.ini) as it is.

    Pairwise, one-to-all, all-to-one and advanced on rasters, pairwise and
    advanced on networks; the files have Circuitscape's names and formats.
    Solver, time and memory are told before the run; it does not start when it
    would need more than 70 % of the free memory. Runs above a minute keep what
    is solved even without --resume.
    """
    from zoning.cli.circuit_job_run import Wish, carry_out

    wish = Wish(solver=solver, quirks=quirks, resume=resume, lang=lang)
    done = carry_out(job, out, wish)
    for problem in done.remarks:
        say(problem.line(lang))
    say(text("circuit_written", lang, path=out, count=done.files))
    return 0


@command.command("audit")
@base_option
@click.option(
    "--table",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="本县的口径表，写法同 zoning/data/layout.yaml the county's own table.",
)
@as_of_option
@out_option
@json_option
@lang_option
def audit(
    *,
    base: Path,
    table: Path | None,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """审查规划廊道格局：断点、宽度、连通 the planned layout on trial.

    Exit 0 no corridor is broken and all was seen; 1 a corridor is broken or
    absent, or the layer is not what the plan says; 4 none found, but something
    was not audited.

    \b
    zoning corridors audit --base county/
    zoning corridors audit --base county/ --json
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.corridor_audit import AuditWish, carry_out

    wish = AuditWish(
        base=base, table=table, as_of=as_of, out=out, as_json=as_json, lang=lang
    )
    return carry_out(wish)
