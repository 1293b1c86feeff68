"""`zoning replay`: compute a run again; the same, or what differs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import say
from zoning.cli.options import lang_option
from zoning.cli.printing import print_lines

if TYPE_CHECKING:  # loads only when a run is compared
    from zoning.report.replaying import Comparison

__all__ = ["command"]

DIFFERENT, OTHER_INPUTS = 1, 4


@click.command("replay")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="底图目录；不写则在当前目录和结果目录附近找 base folder (looked for near).",
)
@lang_option
def command(*, run: Path, base: Path | None, lang: str) -> int:
    """重算一次核查或廊道模型：与当时相同，还是有何不同 compute a run again.

    Sites, attributes, options and date come from the run, of a corridor model
    the table too; base and packs are those of today, compared by SHA-256. Exit 0
    the same · 1 the same base and packs but another result · 4 base or packs have
    changed, so it cannot be told.

    \b
    zoning replay zoning-runs/site --base county/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.manifest import CORRIDORS
    from zoning.report.replay_words import replay_text
    from zoning.report.replaying import replay_lines

    again = _model if (run / CORRIDORS).is_file() else _check
    found, folder = again(run, base, lang=lang)
    say(replay_text("replay.base", lang, path=folder))
    print_lines(replay_lines(found, lang))
    if found.same:
        return 0
    return DIFFERENT if found.same_inputs else OTHER_INPUTS


def _check(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Compute a check again; `lang` has no part in it."""
    from zoning.cli.stored_run import open_stored, replayed
    from zoning.report.replaying import compare

    del lang
    stored = open_stored(run)
    now, folder = replayed(stored, base)
    return compare(stored.verdict, now), folder


def _model(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Build a corridor model again."""
    from zoning.cli.corridor_replay import rebuilt
    from zoning.report.model_replaying import compare_models

    before, now, folder = rebuilt(run, base, lang=lang)
    return compare_models(before, now), folder
