"""`zoning report`: the report of a stored run, as written or drawn again."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import say, text
from zoning.cli.options import (
    lang_option,
    office_template,
    out_option,
    template_option,
)

if TYPE_CHECKING:  # what writes a run loads when one is written
    from zoning.report.folder import Artefact

__all__ = ["command"]

NAMES = ("report.docx", "report.html")


@click.command("report")
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    help="底图目录；写明则重绘 base folder; the report is then made anew.",
)
@template_option
@out_option
@lang_option
def command(
    *,
    run: Path,
    base: Path | None,
    template: Path | None,
    out: Path | None,
    lang: str,
) -> int:
    """取出或重绘一次核查的报告（Word、HTML）the report of a stored run.

    The report as written needs no base. In the other language, with --base or
    with --template it is made anew from a check of the stored sites, only where
    that gives the run's own digest.

    \b
    zoning report zoning-runs/site
    zoning report zoning-runs/site --lang en --base county/
    zoning report zoning-runs/site --base county/ --template office.docx
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.stored_run import (
        language_of,
        open_stored,
        reproduced,
        stored_copy,
    )
    from zoning.report.folder import next_free, write_folder
    from zoning.report.run import report_files
    from zoning.report.story import tell_story

    stored = open_stored(run)
    told = language_of(stored, lang)
    form = office_template(template)
    anew = base is not None or form is not None
    copies = {} if anew else {name: stored_copy(stored, name, told) for name in NAMES}
    files = [_as_written(name, data) for name, data in copies.items() if data]
    if len(files) < len(NAMES):
        report = reproduced(stored, base, wanted=", ".join(NAMES))
        digest = stored.verdict["digest"]
        story = tell_story(report, lang=told, share=stored.share, digest=digest)
        files = [*report_files(story, form)]
    folder = out or next_free(Path(f"{run.resolve().name}-report"))
    say(text("written", lang, path=write_folder(folder, files)))
    return 0


def _as_written(name: str, data: bytes) -> "Artefact":
    from zoning.report.folder import Artefact

    return Artefact(name=name, make=lambda: data)
