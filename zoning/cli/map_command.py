"""`zoning map`: the whole one map of a base, or the map of a run."""

from pathlib import Path

import click

from zoning.cli.console import say, text
from zoning.cli.options import lang_option, out_option
from zoning.errors import OutputError, Problem, UsageError

__all__ = ["command"]

MAP_NAME = "map.html"


@click.command("map")
@click.argument("source", type=click.Path(path_type=Path))
@out_option
@lang_option
def command(*, source: Path, out: Path | None, lang: str) -> int:
    """绘制底图全图，或取出一次核查的地图 draw a base, or take out a run's map.

    \b
    zoning map county/ --out county.html
    zoning map zoning-runs/site --out map.html
    """  # noqa: D301  \b keeps click from reflowing
    target = out or Path(MAP_NAME)
    if target.exists():
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": target.name}))
    if (source / "MANIFEST.json").is_file():
        target.write_bytes((source / MAP_NAME).read_bytes())
        say(str(target))
        return 0
    if not (source / "zoning.yaml").is_file():
        values = {"path": str(source)}
        raise UsageError(Problem(code="NOT_A_BASE_OR_RUN", values=values))
    from zoning.io.base import open_base
    from zoning.report.map import write_map

    size = write_map(open_base(source), target, lang=lang)
    megabytes = f"{size.size_bytes / 1e6:.1f} MB"
    say(text("map_written", lang, path=target, size=megabytes, features=size.features))
    return 0
