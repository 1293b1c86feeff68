"""`zoning map`: the whole one map of a base, or the map of a stored run."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import say, text
from zoning.cli.options import lang_option, out_option
from zoning.errors import OutputError, Problem, UsageError
from zoning.terms import label

if TYPE_CHECKING:  # help is printed without them
    from zoning.model import Base, Report
    from zoning.report.tiles import TileSource

__all__ = ["command"]

MAP_NAME = "map.html"


@click.command("map")
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="结果的底图目录；写明则重绘 base of a run; its map is then drawn anew.",
)
@click.option(
    "--tiles",
    "wanted",
    metavar="NAME|URL",
    help="在线底图 tiles below the layers: tianditu-vec, tianditu-img, tianditu-ter "
    "(TIANDITU_KEY), or https://host/{z}/{x}/{y}.",
)
@out_option
@lang_option
def command(
    *,
    source: Path,
    base: Path | None,
    wanted: str | None,
    out: Path | None,
    lang: str,
) -> int:
    """绘制底图全图，或一次核查的地图 the map of a base, or of a run.

    The map of a run is taken out as written; in the other language, or with
    --base, it is drawn anew where the check gives the run's own digest.

    \b
    zoning map county/ --out county.html
    zoning map zoning-runs/site --out map.html
    zoning map zoning-runs/site --lang en --base county/
    zoning map county/ --tiles tianditu-img
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.tiles import tile_source

    tiles = tile_source(wanted, os.environ) if wanted else None
    target = out or Path(MAP_NAME)
    if target.exists():
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": target.name}))
    if (source / "MANIFEST.json").is_file():
        return _of_run(source, base, target, lang=lang, tiles=tiles)
    if not (source / "zoning.yaml").is_file():
        values = {"path": str(source)}
        raise UsageError(Problem(code="NOT_A_BASE_OR_RUN", values=values))
    from zoning.io.base import open_base

    _draw(open_base(source), target, lang=lang, talk=lang, tiles=tiles)
    return 0


def _of_run(
    folder: Path,
    base: Path | None,
    target: Path,
    *,
    lang: str,
    tiles: "TileSource | None",
) -> int:
    """Take out the map of a run, or draw it from the check made again."""
    from zoning.cli.stored_run import language_of, open_stored, reproduced, stored_copy

    stored = open_stored(folder)
    told = language_of(stored, lang)
    copy = None if base or tiles else stored_copy(stored, MAP_NAME, told)
    if copy is None:
        report = reproduced(stored, base, wanted=MAP_NAME)
        _draw(report, target, lang=told, talk=lang, tiles=tiles)
    else:
        target.write_bytes(copy)
        say(str(target))
    return 0


def _draw(
    source: "Base | Report",
    target: Path,
    *,
    lang: str,
    talk: str,
    tiles: "TileSource | None",
) -> None:
    from zoning.report.map import BUDGET_BYTES, write_map

    size = write_map(source, target, lang=lang, tiles=tiles)
    megabytes = f"{size.size_bytes / 1e6:.1f} MB"
    say(text("map_written", talk, path=target, size=megabytes, features=size.features))
    if size.over_budget:
        layer = label("layer", size.largest_layer, talk)
        most = f"{BUDGET_BYTES / 1e6:.0f} MB"
        say(text("map_over_budget", talk, most=most, layer=layer))
    if tiles is not None:
        say(text("map_asks_network", talk, hosts=", ".join(tiles.hosts[:1])))
        if tiles.carries_key:
            say(text("map_carries_key", talk))
