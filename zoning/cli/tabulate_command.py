"""`zoning tabulate`: areas of a layer by class and zone."""

import math
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

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
from zoning.errors import Problem, UsageError

if TYPE_CHECKING:  # loaded when the command runs
    from zoning.model import Base, CheckOptions
    from zoning.partition.headroom import Headroom

__all__ = ["command"]

INDICATORS = "indicators.csv"


@click.command("tabulate")
@click.argument("layer")
@base_option
@click.option(
    "--by",
    "by",
    multiple=True,
    metavar="DIVISION",
    help="township、unit、line 或面图层编号，可多次 may be given more than once.",
)
@click.option(
    "--classes",
    metavar="COLUMN",
    help="分类列，或 land_class、land_use、forest_cover、code class column or scheme.",
)
@click.option(
    "--cap",
    metavar="CODE",
    help="建设用地上限的指标编号，如 I04 indicator that caps built-up land.",
)
@click.option(
    "--indicators",
    type=click.Path(path_type=Path),
    help="指标表 CSV indicator table (indicators.csv of the base).",
)
@click.option(
    "--committed",
    metavar="KM2",
    default="0",
    help="已批未建，平方千米 committed land, km².",
)
@click.option(
    "--site",
    "sites",
    multiple=True,
    type=click.Path(path_type=Path, exists=True),
    help="本次选址文件，可多次 site files that draw on the cap.",
)
@as_of_option
@out_option
@json_option
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    layer: str,
    base: Path,
    by: tuple[str, ...],
    classes: str | None,
    cap: str | None,
    indicators: Path | None,
    committed: str,
    sites: tuple[Path, ...],
    as_of: date,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """汇总图层面积：按地类、乡镇、管控单元、控制线 areas of a layer by class and zone.

    Ellipsoidal and plane, to closure; net areas of land parcels; forest cover;
    built-up land against a cap. Ends with 4 when the layer does not cover the
    zones, overlaps itself or cannot be relied on, with 1 when a cap is passed.

    \b
    zoning tabulate land_parcel --base county/ --by township --by line
    zoning tabulate forest_land --base county/ --by township --classes forest_cover
    zoning tabulate land_parcel --base county/ --cap I04 --site site.txt
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.io.base import open_base
    from zoning.model import CheckOptions
    from zoning.partition import tabulate
    from zoning.report.folder import refuse_used
    from zoning.report.one_map.tabulation_tables import (
        tabulation_document,
        tabulation_tables,
        write_tabulation,
    )

    if out is not None:
        refuse_used(out)
    options = CheckOptions(as_of=as_of)
    say(text("opening", lang, base=base))
    opened = open_base(base)
    room = None
    if cap is not None:
        table = indicators or base / INDICATORS
        room = _room(opened, (cap, table, committed), sites, options=options)
    scheme = classes or ("land_use" if cap else None)
    found = tabulate(opened, layer, by, options=options, classes=scheme)
    problems = (*found.problems, *(room.problems if room else ()))
    tell_problems(tuple({p.line(): p for p in problems}.values()), lang)
    tables = tabulation_tables(found, room=room, classes=classes, lang=lang)
    document = tabulation_document(found, opened, options, room=room)
    if out is not None:
        write_tabulation(tables, document, out, base=opened.name, lang=lang)
        say(text("written", lang, path=out))
    if as_json:
        from zoning.cli.printing import print_json

        print_json(document)
    else:
        for one in tables[:-1]:  # the last tells where residuals stand
            print_table(one)
    if room is not None and room.over:
        return 1
    return 4 if problems else 0


def _room(
    base: "Base",
    asked: tuple[str, Path, str],
    sites: tuple[Path, ...],
    *,
    options: "CheckOptions",
) -> "Headroom":
    """Return what is left of a cap; `asked` is code, table and committed km²."""
    import numpy as np

    from zoning.io.indicators import read_indicators
    from zoning.io.sites import read_sites
    from zoning.partition.headroom import M2_PER_KM2, as_cap, headroom
    from zoning.partition.placing import site_ground

    code, table, committed = asked
    indicator = as_cap(read_indicators(table), code)
    ground = (
        site_ground(read_sites(sites), base, options)
        if sites
        else np.zeros(0, dtype=object)
    )
    return headroom(
        base,
        indicator,
        committed_m2=_square_km(committed) * M2_PER_KM2,
        sites=ground,
        options=options,
    )


def _square_km(words: str) -> float:
    try:
        value = float(words)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and value >= 0):
        raise UsageError(Problem(code="COMMITTED_UNREADABLE", values={"value": words}))
    return value
