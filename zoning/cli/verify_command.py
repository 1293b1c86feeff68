"""`zoning verify`: whether a run is as it was written."""

import json
from pathlib import Path

import click

from zoning.cli.options import lang_option
from zoning.cli.printing import print_lines
from zoning.errors import UsageError

__all__ = ["command"]

ALTERED = 1
NO_RUN = "RUN_NOT_FOUND"


@click.command("verify")
@click.argument("run", type=click.Path(path_type=Path))
@lang_option
def command(*, run: Path, lang: str) -> int:
    """核对结果目录：哪些文件被改动、缺少或多出 whether a run is as it was written.

    Exit 0 when every file and the digest are; 1 and the names when not. Keep
    the digest elsewhere to notice a run that was rewritten as a whole. Of the
    folder of a desk, its log is verified.

    \b
    zoning verify zoning-runs/site
    zoning verify zoning-desk
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.report.manifest import MANIFEST, verify_run
    from zoning.report.replay_words import replay_text
    from zoning.web.audit_log import LOG

    if (run / LOG).is_file():
        return _log(run, lang)
    problems = verify_run(run)
    if problems and problems[0].code == NO_RUN:
        raise UsageError(*problems)
    if problems:
        lines = [problem.line(lang) for problem in problems]
        lines.append(replay_text("verify.altered", lang, count=len(problems)))
        print_lines(lines)
        return ALTERED
    listed = json.loads((run / MANIFEST).read_bytes())
    count = len(listed["files"]) + 1
    print_lines(
        [
            replay_text("verify.whole", lang, count=count),
            replay_text("verify.digest", lang, digest=listed["digest"]),
        ]
    )
    return 0


def _log(folder: Path, lang: str) -> int:
    """Verify the log of a desk."""
    from zoning.report.replay_words import replay_text
    from zoning.web.audit_log import broken_links, head_of

    problems = broken_links(folder)
    if problems:
        print_lines([problem.line(lang) for problem in problems])
        return ALTERED
    count, head = head_of(folder)
    print_lines(
        [
            replay_text("verify.log", lang, count=count),
            replay_text("verify.head", lang, head=head),
        ]
    )
    return 0
