"""`zoning layers`: what a base holds, the seals of its files, and two editions."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoning.cli.console import say, text
from zoning.cli.layers_prepared import tell_prepared
from zoning.cli.options import json_option, lang_option, out_option
from zoning.errors import Problem, UsageError
from zoning.terms import label

if TYPE_CHECKING:  # a base is opened only when a command runs
    from zoning.io.sealing import Sealed

__all__ = ["command"]

COLUMNS = (
    *("layer", "path", "edition", "authority", "features", "crs", "encoding"),
    *("area", "seal"),
)
SQUARE_METRES_A_HECTARE = 10_000
NOT_WHOLE = 4
SOUND = {"new", "kept", "renewed", "open"}

base_argument = click.argument(
    "base", type=click.Path(path_type=Path, file_okay=False), default=Path()
)


@click.group("layers")
def command() -> None:
    """图层：列出、登记、预备、比较两版 the layers of a base: list, seal, prepare, diff.

    \b
    zoning layers list county/
    zoning layers seal county/
    zoning layers prepare --base county/
    zoning layers diff county-2024/ county-2025/ --layer ecological_redline
    """  # noqa: D301  \b keeps click from reflowing


@command.command("list")
@base_argument
@json_option
@lang_option
def list_layers(*, base: Path, as_json: bool, lang: str) -> int:
    """列出图层及其登记情况 every layer, what it is now, and its seal.

    Ends with 4 when a layer cannot be relied on or differs from its seal, or a
    control line is not there.
    """
    from zoning.check.verdicts import THREE_LINES
    from zoning.io.config import read_config
    from zoning.io.sealing import standings

    code = _tell(standings(base), as_json=as_json, lang=lang)
    listed = read_config(base).layers
    missing = [line for line in THREE_LINES if line not in listed]
    if missing:
        names = "、".join(label("layer", line, lang) for line in missing)
        say(text("layers_lines", lang, lines=names))
    return NOT_WHOLE if missing else code


@command.command("seal")
@base_argument
@click.option("--layer", "only", multiple=True, help="只登记此图层 this layer only.")
@click.option(
    "--again", is_flag=True, help="文件已变的重新登记 seal changed files anew."
)
@json_option
@lang_option
def seal_layers(
    *, base: Path, only: tuple[str, ...], again: bool, as_json: bool, lang: str
) -> int:
    """把图层文件的 sha256 和要素数写入 zoning.yaml seal the files of a base.

    Only a layer that was read whole is sealed. A check does not read a layer
    whose file differs from its seal: it is NOT_CHECKED.
    """
    from zoning.io.config import CONFIG_NAME
    from zoning.io.sealing import Standing, seal, standings

    known = [one.layer for one in standings(base)] if only else []
    for name in only:
        if name not in known:
            values = {"layer": name, "known": "、".join(known)}
            raise UsageError(Problem(code="LAYER_NOT_LISTED", values=values))
    done = seal(base, only=only, again=again)
    code = _tell(done, as_json=as_json, lang=lang)
    if any(one.standing in {Standing.NEW, Standing.RENEWED} for one in done):
        say(text("layers_backup", lang, path=CONFIG_NAME))
    changed = sum(one.standing is Standing.CHANGED for one in done)
    if changed:
        say(text("layers_again", lang, count=changed))
    return code


@command.command("prepare")
@click.option(
    "--base",
    type=click.Path(path_type=Path),
    default=Path(),
    help="底图目录，含 zoning.yaml base folder (current folder).",
)
@json_option
@lang_option
def prepare_layers(*, base: Path, as_json: bool, lang: str) -> int:
    """预备全部图层，核查时不再读原始文件 read every layer once, for quick checks.

    A check does this by itself at the first use. The files go into .zoning in
    the base folder, which may be deleted at any time. Ends with 4 when a layer
    cannot be read or stored.
    """
    from time import perf_counter

    from zoning.io.preparing import prepare

    def told(layer: str) -> None:
        say(text("layers_preparing", lang, layer=label("layer", layer, lang)))

    started = perf_counter()
    done = prepare(base, told)
    seconds = perf_counter() - started
    return tell_prepared(done, seconds, as_json=as_json, lang=lang)


@command.command("diff")
@click.argument("old", type=click.Path(path_type=Path, exists=True))
@click.argument("new", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--layer", "only", multiple=True, help="两个底图的此图层 this layer of two bases."
)
@click.option("--table", help="文件中的表名 table of files that hold several.")
@click.option("--id", "id_field", help="对应要素的字段 field that tells features.")
@click.option(
    "--crs",
    metavar="EPSG:n",
    help="文件未写坐标系时采用 CRS of files that state none.",
)
@out_option
@json_option
@lang_option
def diff_editions(  # noqa: PLR0913  the options of the command
    *,
    old: Path,
    new: Path,
    only: tuple[str, ...],
    table: str | None,
    id_field: str | None,
    crs: str | None,
    out: Path | None,
    as_json: bool,
    lang: str,
) -> int:
    """比较图层的两版：要素、面积、属性 two editions of a layer, feature by feature.

    OLD and NEW are two files, or two folders with zoning.yaml. --out takes
    changed features as .gpkg or .csv. Ends with 4 when a layer cannot be
    compared whole.

    \b
    zoning layers diff STBHHX-2022.shp STBHHX-2024.gpkg
    zoning layers diff county-2024/ county-2025/ --out changes.gpkg
    """  # noqa: D301  \b keeps click from reflowing
    from zoning.cli.layers_diff import run_diff
    from zoning.io.crs import crs_argument
    from zoning.io.layer_editions import DiffOptions

    options = DiffOptions(
        only=only, table=table, crs=crs_argument(crs), id_field=id_field
    )
    return run_diff(old, new, options, out=out, as_json=as_json, lang=lang)


def _tell(found: "tuple[Sealed, ...]", *, as_json: bool, lang: str) -> int:
    from zoning.cli.printing import print_json, print_rows

    if as_json:
        print_json([_record(one) for one in found])
    else:
        heads = [text(f"layers_column_{name}", lang) for name in COLUMNS]
        print_rows(heads, [_cells(one, lang) for one in found])
        for one in found:
            notes = one.info.notes if one.info else ()
            for problem in (*one.problems, *notes):
                say(problem.line(lang))
    return 0 if all(one.standing in SOUND for one in found) else NOT_WHOLE


def _cells(one: "Sealed", lang: str) -> list[str]:
    from zoning.report.texts import text as report_text

    info = one.info
    area = info.area_m2 if info else None
    return [
        label("layer", one.layer, lang),
        one.path,
        (info.edition or "") if info else "",
        report_text(f"authority.{info.authority}", lang) if info else "",
        str(one.features) if one.features is not None else "",
        (info.crs or "") if info else "",
        (info.encoding or "") if info else "",
        f"{area / SQUARE_METRES_A_HECTARE:.4f}" if area else "",
        text(f"layers_standing_{one.standing}", lang),
    ]


def _record(one: "Sealed") -> dict[str, Any]:
    info = one.info
    return {
        "layer": one.layer,
        "path": one.path,
        "seal": str(one.standing),
        "sha256": one.sha256 or None,
        "features": one.features,
        "edition": info.edition if info else None,
        "crs": info.crs if info else None,
        "encoding": info.encoding if info else None,
        "area_m2": info.area_m2 if info else None,
        "problems": [_told(problem) for problem in one.problems],
        "notes": [_told(note) for note in info.notes] if info else [],
    }


def _told(problem: Problem) -> dict[str, str]:
    return {"code": problem.code, "zh": problem.text("zh"), "en": problem.text("en")}
