"""`zoning export`: a stored run for QGIS, ArcMap and GeoServer."""

from pathlib import Path

import click

from zoning.cli.console import say
from zoning.cli.options import lang_option

__all__ = ["command"]

ALL = "all"
FORMATS = ("gpkg", "geojson", "shp", "sld")


@click.command("export")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--format",
    "wanted",
    type=click.Choice([*FORMATS, ALL]),
    multiple=True,
    default=(ALL,),
    show_default=True,
    help="导出格式，可重复 format; may be repeated.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="新目录，不覆盖已有内容 a new folder (RUN-gis beside the run).",
)
@lang_option
def command(*, run: Path, wanted: tuple[str, ...], out: Path | None, lang: str) -> int:
    """把一次核查的图形交给 GIS 软件 hand a run over to a GIS.

    RUN is a folder written by zoning check; no base is needed. gpkg brings a
    QGIS project, shp is GBK with a table of field aliases.

    \b
    zoning export zoning-runs/site
    zoning export zoning-runs/site --format shp --out handover/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.export import open_run, write_export
    from zoning.report.folder import next_free
    from zoning.report.gis_words import gis_text

    stored = open_run(run)
    place = run.resolve()
    target = out or next_free(place.with_name(f"{place.name}-gis"))
    formats = FORMATS if ALL in wanted else wanted
    write_export(stored, target, formats=formats, lang=lang)
    count = sum(path.is_file() for path in target.rglob("*"))
    if stored.shared:
        say(gis_text("shared_only", lang))
    say(gis_text("exported", lang, path=target, count=count))
    return 0
