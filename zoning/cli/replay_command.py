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
    """重算一次核查、廊道模型、影响或格局审查：是否与当时相同 compute a run again.

    Sites, attributes, options and date come from the run, of corridors the table
    and the model too; base and packs are those of today, compared by SHA-256. Exit 0
    the same · 1 the same base and packs but another result · 4 base or packs have
    changed, so it cannot be told.

    \b
    zoning replay zoning-runs/site --base county/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.replay_words import replay_text
    from zoning.report.replaying import replay_lines

    found, folder = _again(run, base, lang=lang)
    say(replay_text("replay.base", lang, path=folder))
    print_lines(replay_lines(found, lang))
    if found.same:
        return 0
    return DIFFERENT if found.same_inputs else OTHER_INPUTS


def _again(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Compute a run again by what it holds."""
    from zoning.report.manifest import CORRIDORS, IMPACT, LAYOUT, RIVERSIDE

    ways = (
        (IMPACT, _impact),
        (LAYOUT, _layout),
        (RIVERSIDE, _riverside),
        (CORRIDORS, _model),
    )
    for name, again in ways:
        if (run / name).is_file():
            return again(run, base, lang=lang)
    return _check(run, base)


def _check(run: Path, base: Path | None) -> "tuple[Comparison, Path]":
    """Compute a check again."""
    from zoning.cli.stored_run import open_stored, replayed
    from zoning.report.replaying import compare

    stored = open_stored(run)
    now, folder = replayed(stored, base)
    return compare(stored.verdict, now), folder


def _model(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Build a corridor model again."""
    from zoning.cli.corridor_replay import rebuilt
    from zoning.report.model_replaying import compare_documents

    before, now, folder = rebuilt(run, base, lang=lang)
    return compare_documents(before, now, "model"), folder


def _impact(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Judge the impact of a site again."""
    from zoning.cli.impact_replay import judged_again
    from zoning.report.model_replaying import compare_documents

    before, now, folder = judged_again(run, base, lang=lang)
    return compare_documents(before, now, "impact"), folder


def _layout(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Audit a layout again."""
    from zoning.cli.layout_replay import audited_again
    from zoning.report.model_replaying import compare_documents

    before, now, folder = audited_again(run, base, lang=lang)
    return compare_documents(before, now, "layout"), folder


def _riverside(run: Path, base: Path | None, *, lang: str) -> "tuple[Comparison, Path]":
    """Survey river banks again."""
    from zoning.cli.corridor_riverside import surveyed_again
    from zoning.report.model_replaying import compare_documents

    before, now, folder = surveyed_again(run, base, lang=lang)
    return compare_documents(before, now, "riverside"), folder
