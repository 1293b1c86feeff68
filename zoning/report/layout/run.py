"""The run folder of a layout audit: every output, the manifest last, whole or none."""

from collections.abc import Iterator
from pathlib import Path

from zoning.corridors.layout.values import LayoutReport
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.layout.features import write_layout_features
from zoning.report.layout.map import write_layout_map
from zoning.report.layout.record import layout_document
from zoning.report.layout.story import tell_layout
from zoning.report.layout.tables import csv_twins, ledger_bytes
from zoning.report.manifest import LAYOUT, MANIFEST, manifest_bytes
from zoning.report.verdict import json_bytes

__all__ = ["write_layout"]


def write_layout(report: LayoutReport, folder: Path, *, lang: str = "zh") -> Path:
    """Write every output of a layout audit into a new folder; return `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = layout_document(report)
    named = ("complete", "as_of", "states", "counts", "digest")
    facts = {"kind": "layout", "lang": lang} | {key: document[key] for key in named}
    with staged(folder) as stage:
        store(stage, Artefact.of(LAYOUT, json_bytes(document)))
        for artefact in _artefacts(report, document["digest"], lang):
            store(stage, artefact)
        store(stage, Artefact.of(MANIFEST, manifest_bytes(stage, facts)))
    return folder


def _artefacts(report: LayoutReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    from zoning.report.document import document_bytes
    from zoning.report.page import page_bytes
    from zoning.report.project_file import write_project

    story = tell_layout(report, digest, lang=lang)
    yield Artefact(name="report.docx", make=lambda: document_bytes(story))
    yield Artefact(name="report.html", make=lambda: page_bytes(story))
    yield Artefact(name="ledger.xlsx", make=lambda: ledger_bytes(report, lang=lang))
    for name, data in csv_twins(report, lang=lang).items():
        yield Artefact.of(f"ledger/{name}", data)
    yield Artefact(
        name="result.gpkg",
        draw=lambda path: write_layout_features(report, path, lang=lang),
    )
    yield Artefact(
        name="result.qgs",
        draw=lambda path: write_project(
            path.with_name("result.gpkg"),
            path,
            base=report.base.name,
            lang=lang,
            title="layout_title",
        ),
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_layout_map(report, path, lang=lang)
    )
