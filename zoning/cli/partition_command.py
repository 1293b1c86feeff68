"""`zoning partition`: the county divided once, by line, township and unit."""

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

VIEWS = ("line", "township", "unit", "overlaps", "closure", "pieces")


@click.command("partition")
@base_option
@click.option(
    "--by",
    "view",
    type=click.Choice(VIEWS),
    default="line",
    help="屏幕上显示的表 which table to print (line).",
)
@click.option(
    "--tiles",
    type=click.IntRange(1, 4096),
    default=1,
    help="分块数，只为省内存，结果不变 tiles: saves memory, changes nothing.",
)
@as_of_option
@out_option
@json_option
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    base: Path,
    view: str,
    tiles: int,
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """一张图分区：三条控制线及其余，按乡镇和管控单元 the one-map partition.

    Every square metre of the county counts once: farmland, red line, urban
    boundary with its sub-zones, the rest. Parts add up to the county. Ends with
    4 when something keeps the tables from being the county's.

    \b
    zoning partition --base county/
    zoning partition --base county/ --by township --out partition/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.io.base import open_base
    from zoning.model import CheckOptions
    from zoning.partition import partition_county
    from zoning.report.folder import refuse_used
    from zoning.report.one_map.partition_files import (
        partition_document,
        write_partition,
    )
    from zoning.report.one_map.partition_tables import (
        close_partition,
        partition_tables,
    )

    if out is not None:
        refuse_used(out)
    options = CheckOptions(as_of=as_of)
    say(text("opening", lang, base=base))
    opened = open_base(base)
    found = partition_county(opened, options, tiles=tiles)
    tell_problems(found.problems, lang)
    if out is not None:
        say(text("one_map_writing", lang))
        write_partition(found, opened, out, options=options, lang=lang)
        say(text("written", lang, path=out))
    if as_json:
        from zoning.cli.printing import print_json

        print_json(partition_document(found, opened, options))
    else:
        tables = partition_tables(close_partition(found), lang)
        name = f"by_{view}" if view in {"line", "township", "unit"} else view
        print_table(next(one for one in tables if one.name == name))
    return 4 if found.problems else 0
