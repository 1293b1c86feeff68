"""`zoning accounts`: what became of each class between two vintages."""

from datetime import date
from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.one_map import print_table, tell_problems
from zoning.cli.options import json_option, lang_option, out_option

__all__ = ["command"]

VIEWS = ("matrix", "extent", "stock", "changes")


@click.command("accounts")
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True))
@click.option("--layer", metavar="ID", help="图层编号 layer, of two bases needed.")
@click.option(
    "--classes",
    metavar="COLUMN",
    help="分类列，或 land_class、land_use、code class column or scheme.",
)
@click.option(
    "--view",
    type=click.Choice(VIEWS),
    default="stock",
    help="屏幕上显示的表 which table to print (stock).",
)
@click.option(
    "--cells",
    type=click.FloatRange(min=0, min_open=True),
    metavar="M",
    help="快速栅格法的像元边长 cell size of the fast route, metres.",
)
@click.option(
    "--sliver",
    type=click.FloatRange(min=0),
    default=400.0,
    metavar="M2",
    help="细碎图斑面积 slivers are smaller than this (400).",
)
@click.option("--table", help="文件中的表名 table of files that hold several.")
@click.option(
    "--crs",
    metavar="EPSG:n",
    help="文件未写坐标系时采用 CRS of files that state none.",
)
@out_option
@json_option
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    old: Path,
    new: Path,
    layer: str | None,
    classes: str | None,
    view: str,
    cells: float | None,
    sliver: float,
    table: str | None,
    crs: str | None,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """变化账：两期图层的类别转移、期初期末 accounts of change of two vintages.

    OLD and NEW are two files, or two bases with --layer. Exact on polygons;
    --cells takes the fast route. Ends with 4 when a vintage overlaps itself or
    was not read whole.

    \b
    zoning accounts DLTB_2022.gpkg DLTB_2023.gpkg --out account/
    zoning accounts county-2022/ county-2023/ --layer ecological_redline
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.accounts import change_matrix, change_polygons, raster_matrix
    from zoning.io.crs import crs_argument
    from zoning.io.vintages import VintageOptions, read_vintages
    from zoning.model import CheckOptions
    from zoning.report.folder import refuse_used
    from zoning.report.one_map.account_tables import (
        Account,
        account_document,
        account_tables,
        write_account,
    )

    if out is not None:
        refuse_used(out)
    asked = VintageOptions(
        layer=layer, classes=classes, table=table, crs=crs_argument(crs)
    )
    check = CheckOptions(as_of=date.today())  # noqa: DTZ011  the office's own day
    pair = read_vintages(old, new, asked, check=check)
    tell_problems(pair.problems, lang)
    if cells is None:
        matrix = change_matrix(pair.old, pair.new, crs=pair.crs)
        changes = change_polygons(pair.old, pair.new, crs=pair.crs, sliver_m2=sliver)
    else:
        matrix = raster_matrix(pair.old, pair.new, cells, crs=pair.crs)
        changes = None
    account = Account(
        layer=pair.layer,
        old=pair.old.name,
        new=pair.new.name,
        matrix=matrix,
        crs=pair.crs,
        changes=changes,
        sliver_m2=sliver,
        cell_m=cells,
        problems=pair.problems,
    )
    if out is not None:
        write_account(account, out, lang=lang)
        say(text("written", lang, path=out))
    if as_json:
        from zoning.cli.printing import print_json

        print_json(account_document(account))
    else:
        tables = account_tables(account, lang)
        print_table(next((t for t in tables if t.name == view), tables[0]))
    return 4 if pair.problems else 0
