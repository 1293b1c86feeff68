"""A stored impact judged again: its site, model and options, the base of today."""

import json
from datetime import date
from pathlib import Path
from typing import Any

from zoning.cli.corridor_impact import ImpactWish, impact_of
from zoning.errors import OutputError, Problem
from zoning.io.kept_model import KEPT_FILES, changed_layers, read_kept_model
from zoning.linkage.ground import layers_read
from zoning.linkage.impact import ImpactOptions
from zoning.report.impact.record import SCHEMA, impact_document
from zoning.report.impact.run import MODEL
from zoning.report.inputs import INPUTS, read_inputs
from zoning.report.linkage.record import base_document
from zoning.report.manifest import IMPACT
from zoning.report.verdict import digest_of, json_bytes
from zoning.runs.stored import base_beside, refuse_altered

__all__ = ["judged_again"]

Json = dict[str, Any]


def judged_again(
    folder: Path, base: Path | None, *, lang: str
) -> tuple[Json, Json, Path]:
    """Return the document of a run, that of judging it again, and the base used.

    The model is the one that the run keeps. On a base that has changed it does not
    hold: what has changed is told then, and nothing judged again.

    Raises
    ------
    OutputError
        When document, site or model are not as written, or are not understood.
    UsageError
        When no base is found.
    """
    from zoning.io.base import open_base

    refuse_altered(folder, IMPACT, INPUTS, *(f"{MODEL}/{name}" for name in KEPT_FILES))
    before: Json = json.loads((folder / IMPACT).read_bytes())
    if before["schema"] != SCHEMA:
        values = {"detail": f"{IMPACT}, {before['schema']}"}
        raise OutputError(Problem(code="RUN_MANIFEST_BROKEN", values=values))
    place = base_beside(folder, str(before["base"]["name"]), base)
    opened = open_base(place)
    asked = before["options"]
    wish = ImpactWish(
        site=folder / INPUTS,
        base=place,
        crs=None,
        model=folder / MODEL,
        resistance=None,
        cell_m=None,
        options=ImpactOptions(**asked),
        as_of=date.fromisoformat(before["as_of"]),
        out=None,
        as_json=True,
        lang=lang,
    )
    (site,) = read_inputs(folder / INPUTS).sites
    kept = read_kept_model(folder / MODEL, opened.crs)
    if changed_layers(kept, opened):
        now = {**before, "base": base_document(opened, layers_read(kept.table))}
        return before, now | {"digest": digest_of(now)}, place
    report = impact_of(kept, site, opened, wish=wish)
    return before, json.loads(json_bytes(impact_document(report))), place
