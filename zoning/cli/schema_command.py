"""`zoning schema`: the shapes of files, as JSON Schema; the empty project form."""

import json
import sys
from importlib.resources import files
from pathlib import Path

import click

__all__ = ["command", "schema_text"]

FORM = "project-form"
NAMES = ("verdict", "rules", "base")


@click.command("schema")
@click.argument("name", type=click.Choice([*NAMES, FORM]))
@click.argument("sites", nargs=-1, type=click.Path(path_type=Path, exists=True))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="写入的文件 file to write; project-form needs it.",
)
def command(*, name: str, sites: tuple[Path, ...], out: Path | None) -> int:
    """输出 JSON Schema 或空的项目属性表 JSON Schema, or an empty project form.

    \b
    zoning schema verdict > verdict.schema.json
    zoning schema project-form --out form.xlsx
    zoning schema project-form a.txt b.zip --out form.xlsx
    """  # noqa: D301  \b keeps click from reflowing
    if name == FORM:
        _write_form(sites, out)
        return 0
    if sites:
        raise click.UsageError(f"{name} 不需要选址文件 takes no site files")
    text = schema_text(name).encode()
    if out is not None:
        out.write_bytes(text)
        return 0
    sys.stdout.flush()
    sys.stdout.buffer.write(text)
    return 0


def schema_text(name: str) -> str:
    """Return the schema of ``verdict``, ``rules`` or ``base``."""
    if name == "verdict":
        path = files("zoning").joinpath("data/schemas/verdict.schema.json")
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
    from zoning.errors import OutputError, Problem
    from zoning.io.project_form_blank import write_project_form
    from zoning.io.sites import read_sites

    if out is None:
        raise click.UsageError("请用 --out 指定文件 name the file by --out")
    if out.exists():
        raise OutputError(Problem(code="OUTPUT_EXISTS", values={"path": out.name}))
    write_project_form(out, [site.id for site in read_sites(sites)])
