"""`zoning schema`: the shapes of files as JSON Schema; forms to fill or to edit."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import click

from zoning.cli.options import lang_option

__all__ = ["command", "schema_text"]

FORM = "project-form"
TEMPLATE = "report-template"
WRITTEN = ("verdict", "audit", "corridors", "impact", "layout", "riverside")
"""Documents of run folders, each with a schema that ships."""
NAMES = (*WRITTEN, "rules", "base")


@click.command("schema")
@click.argument("name", type=click.Choice([*NAMES, FORM, TEMPLATE]))
@click.argument("sites", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入的文件 file to write; forms and templates need it.",
)
@lang_option
def command(*, name: str, sites: tuple[Path, ...], out: Path | None, lang: str) -> int:
    """输出 JSON Schema、空的项目属性表或 Word 模板 schemas, forms, templates.

    \b
    zoning schema verdict > verdict.schema.json
    zoning schema layout > layout.schema.json
    zoning schema project-form --out form.xlsx
    zoning schema project-form a.txt b.zip --out form.xlsx
    zoning schema report-template --out office.docx
    """  # noqa: D301  \b keeps click from reflowing
    if name == FORM:
        _write_form(sites, out)
        return 0
    if sites:
        raise click.UsageError(f"{name} 不需要选址文件 takes no site files")
    if name == TEMPLATE:
        from zoning.report.template import template_bytes

        _free(out).write_bytes(template_bytes(lang))
        return 0
    text = schema_text(name).encode()
    if out is not None:
        out.write_bytes(text)
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    return 0


def schema_text(name: str) -> str:
    """Return the schema of a document of a run, of ``rules`` or ``base``."""
    if name in WRITTEN:
        path = files("zoning").joinpath(f"data/schemas/{name}.schema.json")
        return path.read_text(encoding="utf-8")
    if name == "rules":
        from zoning.rules.schema import Pack

        schema = Pack.model_json_schema(by_alias=True)
    else:
        from zoning.io.config import BaseConfig

        schema = BaseConfig.model_json_schema()
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


def _write_form(sites: tuple[Path, ...], out: Path | None) -> None:
    """Write the empty form, with a row for every site of the files."""
    from zoning.io.project_form_blank import write_project_form
    from zoning.io.sites import read_sites

    place = _free(out)
    write_project_form(place, [site.id for site in read_sites(sites)])


def _free(out: Path | None) -> Path:
    """Return the place to write to; nothing is overwritten."""
    from zoning.errors import OutputError, Problem

    if out is None:
        raise click.UsageError("请用 --out 指定文件 name the file by --out")
    if out.exists():
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": out.name}))
    return out
