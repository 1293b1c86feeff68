"""A stored corridor model built again: its table and options, the base of today."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from zoning.cli.corridor_build import BuildWish, model_of
from zoning.errors import OutputError, Problem
from zoning.linkage.table import model_table_of
from zoning.linkage.values import BuildOptions
from zoning.report.linkage.record import SCHEMA, linkage_document
from zoning.report.linkage.run import TABLE
from zoning.report.manifest import CORRIDORS
from zoning.report.verdict import json_bytes
from zoning.runs.stored import base_beside, refuse_altered

__all__ = ["rebuilt"]

Json = dict[str, Any]


def rebuilt(folder: Path, base: Path | None, *, lang: str) -> tuple[Json, Json, Path]:
    """Return the document of a run, that of its rebuilding, and the base used.

    Raises
    ------
    OutputError
        When document or table are not as written, or are not understood.
    UsageError
        When no base is found.
    """
    from zoning.io.base import open_base

    refuse_altered(folder, CORRIDORS, TABLE)
    before = _document(folder / CORRIDORS)
    place = base_beside(folder, str(before["base"]["name"]), base)
    asked = before["options"]
    options = BuildOptions(
        cell_m=asked["cell_m"],
        samples=asked["samples"],
        spread=asked["spread"],
        seed=asked["seed"],
    )
    wish = BuildWish(
        base=place,
        resistance=None,
        options=options,
        as_of=date.fromisoformat(before["as_of"]),
    )
    table = model_table_of((folder / TABLE).read_bytes().decode("utf-8"))
    report = model_of(open_base(place), table, wish, lang=lang)
    now: Json = json.loads(json_bytes(linkage_document(report)))
    return before, now, place


def _document(path: Path) -> Json:
    document: Json = json.loads(path.read_bytes())  # its digest fits, so it is ours
    if document["schema"] != SCHEMA:
        values = {"detail": f"{path.name}, {document['schema']}"}
        raise OutputError(Problem(code="RUN_MANIFEST_BROKEN", values=values))
    return document
