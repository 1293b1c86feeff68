"""`zoning corridors`: a county's corridors modelled, its plan on trial; circuits."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.options import (
    as_of_option,
    base_option,
    crs_option,
    json_option,
    lang_option,
    out_option,
)

__all__ = ["command"]


@click.group("corridors")
def command() -> None:
    """廊道与连通性 corridors and connectivity.

    \b
    zoning corridors build --base county/
    zoning corridors circuit job.ini --out results/
    zoning corridors audit --base county/
    zoning corridors impact site.txt --base county/ --model RUN
    zoning corridors riverside --base county/
    """  # noqa: D301  \b keeps click from reflowing


@command.command("build")
@base_option
@click.option(
    "--resistance",
    metavar="NAME|FILE",
    help="阻力表：自己的 YAML 文件，或 worldcover、demo your own YAML file, or "
    "worldcover, demo; a demo base takes demo.",
)
@click.option(
    "--cell",
    type=float,
    metavar="M",
    help="像元边长，米；不写则用土地覆被的像元 side of a cell in metres (that of the "
    "land cover).",
)
@click.option(
    "--samples",
    type=int,
    default=0,
    show_default=True,
    help="阻力表敏感性抽样次数 how often the table is varied, to see what hangs on it.",
)
@click.option(
    "--spread",
    type=float,
    default=0.5,
    show_default=True,
    help="抽样幅度，0.5 即至多 1.5 倍 0.5 takes numbers up to 1.5 times up or down.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="随机种子 seed.")
@click.option(
    "--solver",
    default="auto",
    show_default=True,
    help="auto, superlu, cholmod, pardiso, multigrid, algebraic.",
)
@as_of_option
@out_option
@json_option
@lang_option
def build(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    resistance: str | None,
    cell: float | None,
    samples: int,
    spread: float,
    seed: int,
    solver: str,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """由底图建立廊道模型：源地、廊道、电流、夹点、障碍 model a county's corridors.

    From land cover, elevation, red line, protected areas, roads, rivers and
    settlements of the base to sources, least-cost links, corridors, current,
    pinch points, barriers and the worth of each part. Time and memory are told
    before the long steps; it does not start when it would need more than 70 %
    of the free memory. Exit 0 done; 4 done, but some of the data are in doubt.

    \b
    zoning corridors build --base county/ --resistance county/resistance.yaml
    zoning corridors build --base county/ --cell 90 --samples 50
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.corridor_build import BuildWish, build_model, give_out
    from zoning.linkage.values import BuildOptions
    from zoning.report.folder import refuse_used

    if out is not None:
        refuse_used(out)  # before the long work, not after it
    options = BuildOptions(
        cell_m=cell, samples=samples, spread=spread, seed=seed, solver=solver
    )
    wish = BuildWish(base=base, resistance=resistance, options=options, as_of=as_of)
    report = build_model(wish, lang)
    give_out(report, wish, out=out, as_json=as_json, lang=lang)
    return report.exit_code


@command.command("table")
@click.argument("name", type=click.Choice(["worldcover", "demo", "riverside"]))
def table(*, name: str) -> int:
    """输出一份样表，改成本县的阻力表或河岸口径表 print a table to be edited.

    \b
    zoning corridors table worldcover > resistance.yaml
    zoning corridors table riverside > riverside.yaml
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_lines
    from zoning.linkage.table import packaged_table
    from zoning.riverside.table import packaged_table as riverside_table

    if name == "riverside":
        print_lines(riverside_table("worldcover").text.splitlines())
    else:
        print_lines(packaged_table(name).text.splitlines())
    return 0


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
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="与 zoning corridors build 的结果对照 compare with a run of build.",
)
@as_of_option
@out_option
@json_option
@lang_option
def audit(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    table: Path | None,
    model: Path | None,
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
    zoning corridors audit --base county/ --model zoning-runs/corridors-county
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.corridor_audit import AuditWish, carry_out

    wish = AuditWish(
        base=base,
        table=table,
        model=model,
        as_of=as_of,
        out=out,
        as_json=as_json,
        lang=lang,
    )
    return carry_out(wish)


@command.command("impact")
@click.argument("site", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@base_option
@click.option(
    "--model",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="zoning corridors build 的结果目录；不写则现建 a run folder of build; built "
    "now where none is given.",
)
@click.option(
    "--resistance",
    metavar="NAME|FILE",
    help="现建模型用的阻力表，同 build the table of a model built now, as for build.",
)
@click.option("--cell", type=float, metavar="M", help="现建模型的像元 its cells.")
@click.option(
    "--samples",
    type=int,
    default=0,
    show_default=True,
    help="阻力表敏感性抽样次数 how often the table is varied.",
)
@click.option(
    "--spread",
    type=float,
    default=0.5,
    show_default=True,
    help="抽样幅度 as for build.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="随机种子 seed.")
@click.option(
    "--current/--no-current",
    default=True,
    help="是否重算有效电阻（最费时） whether effective resistance is computed, which "
    "takes longest.",
)
@click.option(
    "--mitigation/--no-mitigation",
    default=True,
    help="是否寻找减缓措施 whether measures are looked for.",
)
@crs_option
@as_of_option
@out_option
@json_option
@lang_option
def impact(  # noqa: PLR0913  the options of the command
    *,
    site: Path,
    base: Path,
    model: Path | None,
    resistance: str | None,
    cell: float | None,
    samples: int,
    spread: float,
    seed: int,
    current: bool,
    mitigation: bool,
    crs: str | None,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """项目选址对廊道模型的影响 what a site does to the modelled corridors.

    Corridors touched, width left, cost, effective resistance and equivalent
    connectivity before and after, sources cut off, mitigation by gain. Links that
    the site does not touch keep their cost; the others are found again. Exit 0 no
    corridor or source is touched; 1 one is; 4 none, but not all could be told.

    \b
    zoning corridors impact site.txt --base county/ --model zoning-runs/corridors-county
    zoning corridors impact site.txt --base county/ --cell 300 --samples 20
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.corridor_build import require_sane
    from zoning.cli.corridor_impact import ImpactWish, carry_out
    from zoning.linkage.impact import ImpactOptions

    require_sane(samples, spread)
    options = ImpactOptions(
        effective=current,
        mitigation=mitigation,
        samples=samples,
        spread=spread,
        seed=seed,
    )
    wish = ImpactWish(
        site=site,
        base=base,
        crs=crs,
        model=model,
        resistance=resistance,
        cell_m=cell,
        options=options,
        as_of=as_of,
        out=out,
        as_json=as_json,
        lang=lang,
    )
    return carry_out(wish)


@command.command("riverside")
@base_option
@click.option(
    "--river",
    "rivers",
    multiple=True,
    metavar="NAME",
    help="只踏勘这些河（可重复）；不写则全部画有水面的河 these rivers only; all whose "
    "water is drawn where none is named.",
)
@click.option(
    "--table",
    metavar="NAME|FILE",
    help="河岸口径表：自己的 YAML 文件，或 worldcover、demo your own YAML file, or "
    "worldcover, demo; a demo base takes demo.",
)
@as_of_option
@out_option
@json_option
@lang_option
def riverside(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    rivers: tuple[str, ...],
    table: str | None,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """河岸：两岸青山带、河流水系绿廊、消落带 the banks of rivers.

    Green belt up to the first ridge with its forest, ground to plant and basic
    farmland; green corridor bank by bank and reach by reach, with its breaks;
    drawdown belt in one vertical datum. Exit 0 all was made; 4 some parts were not,
    or data are in doubt.

    \b
    zoning corridors riverside --base county/
    zoning corridors riverside --base county/ --river 抱石河 --table riverside.yaml
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.corridor_riverside import RiversideWish, carry_out

    wish = RiversideWish(
        base=base,
        rivers=rivers,
        table=table,
        as_of=as_of,
        out=out,
        as_json=as_json,
        lang=lang,
    )
    return carry_out(wish)
