"""The run folder of a model: every output, the manifest last, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from zoning.linkage.values import LinkageReport
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.linkage.features import write_corridors
from zoning.report.linkage.grids import grids_of, write_grid
from zoning.report.linkage.map import write_linkage_map
from zoning.report.linkage.record import linkage_document
from zoning.report.linkage.story import tell_linkage
from zoning.report.linkage.tables import csv_twins, ledger_bytes
from zoning.report.manifest import CORRIDORS, MANIFEST, manifest_bytes
from zoning.report.verdict import json_bytes

__all__ = ["KIND", "TABLE", "write_linkage"]

KIND = "corridors"
TABLE = "resistance.yaml"
"""The table as it was used; a replay reads it."""


def write_linkage(report: LinkageReport, folder: Path, *, lang: str = "zh") -> Path:
    """Write every output of a model into a new folder; return `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = linkage_document(report)
    named = ("complete", "as_of", "counts", "digest")
    facts = {"kind": KIND, "lang": lang} | {key: document[key] for key in named}
    with staged(folder) as stage:
        store(stage, Artefact.of(CORRIDORS, json_bytes(document)))
        for artefact in _artefacts(report, document["digest"], lang):
            store(stage, artefact)
        store(stage, Artefact.of(MANIFEST, manifest_bytes(stage, facts)))
    return folder


def _artefacts(report: LinkageReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    from zoning.report.document import document_bytes
    from zoning.report.page import page_bytes
    from zoning.report.project_file import write_project

    model = report.model
    yield Artefact.of(TABLE, model.table.text.encode("utf-8"))
    story = tell_linkage(report, digest, lang=lang)
    yield Artefact(name="report.docx", make=lambda: document_bytes(story))
    yield Artefact(name="report.html", make=lambda: page_bytes(story))
    yield Artefact(name="ledger.xlsx", make=lambda: ledger_bytes(report, lang=lang))
    for name, data in csv_twins(report, lang=lang).items():
        yield Artefact.of(f"ledger/{name}", data)
    for name, values in grids_of(model).items():
        yield Artefact(
            name=f"grids/{name}.tif",
            draw=lambda path, own=values: write_grid(path, own, model.resistance),  # type: ignore[misc]
        )
    yield Artefact(
        name="corridors.gpkg", draw=lambda path: write_corridors(report, path)
    )
    yield Artefact(
        name="corridors.qgs",
        draw=lambda path: write_project(
            path.with_name("corridors.gpkg"),
            path,
            base=report.base.name,
            lang=lang,
            title="linkage_title",
        ),
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_linkage_map(report, path, lang=lang)
    )
