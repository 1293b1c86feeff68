"""`zoning schema`: the shapes of files, as JSON Schema."""

import json
import sys
from importlib.resources import files

import click

__all__ = ["command", "schema_text"]


@click.command("schema")
@click.argument("name", type=click.Choice(["verdict", "rules", "base"]))
def command(*, name: str) -> int:
    """输出 JSON Schema print a JSON Schema.

    \b
    zoning schema verdict > verdict.schema.json
    """  # noqa: D301  \b keeps click from reflowing
    sys.stdout.flush()
    sys.stdout.buffer.write(schema_text(name).encode())
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
