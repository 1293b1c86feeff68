"""`zoning convert`: a site file in another format, with everything that was lost."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import say, text
from zoning.cli.options import crs_option, lang_option
from zoning.errors import Problem

if TYPE_CHECKING:  # readers and writers load only when the command runs
    from zoning.cli.conversion import Conversion, Side

__all__ = ["command"]

REJECTED = 3
LISTED = 8
LOSS = "CONVERT_"


@click.command("convert")
@click.argument("source", metavar="IN", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--to", metavar="EPSG:n", help="输出的坐标系 CRS to write in.")
@crs_option
@click.option(
    "--encoding",
    type=click.Choice(["gbk", "utf-8"]),
    help="TXT、Shapefile（默认 gbk）和 CSV（默认 utf-8）的编码 encoding of TXT, "
    "Shapefile (gbk) and CSV (utf-8).",
)
@click.option(
    "--overwrite", is_flag=True, help="替换已有的输出文件 replace what OUT holds."
)
@click.option(
    "--skip-rejected",
    is_flag=True,
    help="略过不能可靠读取的地块并逐一列出 leave rejected parcels out, listed.",
)
@lang_option
def command(  # noqa: PLR0913  the options of the command
    *,
    source: Path,
    out: Path,
    to: str | None,
    crs: str | None,
    encoding: str | None,
    overwrite: bool,
    skip_rejected: bool,
    lang: str,
) -> int:
    """转换选址文件格式，写后回读核对 a site file in another format, read back.

    OUT ends in .txt (界址点), .shp, .gpkg, .kml, .geojson, .xlsx or .csv.
    Ends with 3 when a parcel was rejected.

    \b
    zoning convert site.txt site.gpkg
    zoning convert site.shp site.txt --to EPSG:4525
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.conversion import ConvertOptions, convert

    options = ConvertOptions(
        to=to,
        crs=crs,
        encoding=encoding,
        overwrite=overwrite,
        skip_rejected=skip_rejected,
        lang=lang,
    )
    done = convert(source, out, options)
    _tell(done, lang)
    return REJECTED if done.rejected else 0


def _tell(done: "Conversion", lang: str) -> None:
    from zoning.cli.printing import print_rows

    heads = [text(f"convert_{name}", lang) for name in ("item", "before", "after")]
    before, after = _cells(done.before), _cells(done.after)
    rows = [
        [text(f"convert_{name}", lang), before[name], after[name]] for name in before
    ]
    print_rows(heads, rows)
    _tell_remarks(done.remarks, lang)
    if done.rejected:
        say(text("convert_rejected", lang, count=len(done.rejected)))
    first, *others = done.files
    names = " ".join(path.name for path in others)
    beside = text("convert_beside", lang, names=names) if others else ""
    say(text("convert_written", lang, path=first, beside=beside))


def _tell_remarks(remarks: tuple[Problem, ...], lang: str) -> None:
    """Print remarks: of notes on reading a few of each kind, of losses all."""
    counts: Counter[str] = Counter()
    for problem in remarks:
        counts[problem.code] += 1
        if problem.code.startswith(LOSS) or counts[problem.code] <= LISTED:
            say(problem.line(lang))
    for code, count in counts.items():
        if not code.startswith(LOSS) and count > LISTED:
            number = Problem(code=code).number
            say(text("convert_more", lang, number=number, count=count - LISTED))


def _cells(side: "Side") -> dict[str, str]:
    return {
        "crs": side.crs,
        "encoding": side.encoding,
        "parcels": str(side.parcels),
        "rings": str(side.rings),
        "points": str(side.points),
        "area": "" if side.area_m2 is None else f"{side.area_m2:.2f}",
    }
