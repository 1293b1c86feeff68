"""`zoning init`: recognise the files of a folder, write its first zoning.yaml."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from zoning.cli.console import say, text
from zoning.cli.options import lang_option
from zoning.errors import OutputError, Problem
from zoning.terms import label

if TYPE_CHECKING:  # help is printed without it
    from zoning.io.first_base import Dataset

__all__ = ["command"]


@click.command("init")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option(
    "--covers-county",
    is_flag=True,
    help="声明各图层均覆盖全县 state that every layer is complete for the county.",
)
@lang_option
def command(*, folder: Path, covers_county: bool, lang: str) -> int:
    """识别文件夹里的图层，写出 zoning.yaml the first zoning.yaml of a folder.

    By names, fields and values, with the reasons as comments; an existing
    zoning.yaml is never written over. What the files do not show (edition,
    coverage, a missing CRS) is left for a person to confirm.

    \b
    zoning init county/
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.printing import print_rows
    from zoning.io.catalogue import catalogue
    from zoning.io.config import CONFIG_NAME
    from zoning.io.first_base import first_base
    from zoning.io.first_base_text import first_base_text

    target = folder / CONFIG_NAME
    if target.exists():
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": target.name}))
    found = first_base(folder)
    target.write_text(
        first_base_text(found, covers_county=covers_county), encoding="utf-8"
    )
    heads = ("layers_column_layer", "layers_column_path", "init_reason")
    rows = [
        (label("layer", name, lang), one.path, _why(one, lang))
        for name, one in found.chosen.items()
    ]
    rows += [
        (label("layer", name, lang), one.path, _why_not(one, lang))
        for name, several in found.rivals.items()
        for one in several
    ]
    rows += [
        (text("init_unused", lang), one.path, one.problems[0].text(lang))
        for one in found.unnamed
    ]
    print_rows([text(head, lang) for head in heads], rows)
    counts = {
        "chosen": len(found.chosen),
        "rivals": len(found.rivals),
        "unnamed": len(found.unnamed),
    }
    say(text("init_written", lang, path=target, **counts))
    missing = [n for n in catalogue() if n not in {*found.chosen, *found.rivals}]
    names = "、".join(label("layer", name, lang) for name in missing)
    say(text("init_missing", lang, layers=names))
    say(text("init_check", lang, path=target))
    say(text("init_next", lang, folder=folder))
    return 0


def _why(one: "Dataset", lang: str) -> str:
    reasons = one.guess.reasons if one.guess else ()
    year = (text("init_year", lang, year=one.edition),) if one.edition else ()
    return "; ".join((*reasons, *year))


def _why_not(one: "Dataset", lang: str) -> str:
    if one.age:
        return text("init_age", lang, age=one.age)
    return text("init_choose", lang)
