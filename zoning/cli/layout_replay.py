"""A stored audit of a layout carried out again: its table, the base of today."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from zoning.cli.console import progress, text
from zoning.cli.corridor_audit import model_given
from zoning.corridors.layout.trial import audit_layout
from zoning.errors import OutputError, Problem
from zoning.report.layout.record import SCHEMA, layout_document, table_of_record
from zoning.report.layout.run import MODEL
from zoning.report.manifest import LAYOUT
from zoning.report.verdict import json_bytes
from zoning.runs.stored import base_beside, refuse_altered

__all__ = ["audited_again"]

Json = dict[str, Any]


def audited_again(
    folder: Path, base: Path | None, *, lang: str
) -> tuple[Json, Json, Path]:
    """Return the document of a run, that of auditing again, and the base used.

    Raises
    ------
    OutputError
        When document or model are not as written, or are not understood.
    UsageError
        When no base is found.
    """
    from zoning.io.base import open_base
    from zoning.io.corridor_model import MODEL_FILES

    refuse_altered(folder, LAYOUT, *(f"{MODEL}/{name}" for name in MODEL_FILES))
    before: Json = json.loads((folder / LAYOUT).read_bytes())
    if before["schema"] != SCHEMA:
        values = {"detail": f"{LAYOUT}, {before['schema']}"}
        raise OutputError(Problem(code="RUN_MANIFEST_BROKEN", values=values))
    place = base_beside(folder, str(before["base"]["name"]), base)
    opened = open_base(place)
    kept = folder / MODEL
    model = model_given(kept if kept.is_dir() else None, opened.crs)
    with progress(text("layout_progress", lang)) as tick:
        report = audit_layout(
            opened,
            table_of_record(before),
            as_of=date.fromisoformat(before["as_of"]),
            model=model,
            progress=tick,
        )
    return before, json.loads(json_bytes(layout_document(report))), place
