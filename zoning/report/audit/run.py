"""The run folder of an audit: every output, the manifest last, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from zoning.model import AuditReport
from zoning.report.audit.features import write_problems
from zoning.report.audit.map import write_audit_map
from zoning.report.audit.record import audit_document
from zoning.report.audit.story import tell_audit
from zoning.report.audit.tables import csv_twins, ledger_bytes
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.manifest import AUDIT, MANIFEST, manifest_bytes
from zoning.report.verdict import json_bytes

__all__ = ["write_audit"]


def write_audit(report: AuditReport, folder: Path, *, lang: str = "zh") -> Path:
    """Write every output of an audit into a new folder; return `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = audit_document(report)
    named = ("result", "complete", "as_of", "counts", "digest")
    facts = {"kind": "audit", "lang": lang} | {key: document[key] for key in named}
    with staged(folder) as stage:
        store(stage, Artefact(name=AUDIT, make=lambda: json_bytes(document)))
        for artefact in _artefacts(report, document["digest"], lang):
            store(stage, artefact)
        data = manifest_bytes(stage, facts)
        store(stage, Artefact.of(MANIFEST, data))
    return folder


def _artefacts(report: AuditReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    from zoning.report.document import document_bytes
    from zoning.report.page import page_bytes
    from zoning.report.project_file import write_project

    story = tell_audit(report, digest, lang=lang)
    yield Artefact(name="report.docx", make=lambda: document_bytes(story))
    yield Artefact(name="report.html", make=lambda: page_bytes(story))
    yield Artefact(name="ledger.xlsx", make=lambda: ledger_bytes(report, lang=lang))
    for name, data in csv_twins(report, lang=lang).items():
        yield Artefact.of(f"ledger/{name}", data)
    yield Artefact(
        name="result.gpkg", draw=lambda path: write_problems(report, path, lang=lang)
    )
    yield Artefact(
        name="result.qgs",
        draw=lambda path: write_project(
            path.with_name("result.gpkg"),
            path,
            base=report.base.name,
            lang=lang,
            title="audit_title",
        ),
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_audit_map(report, path, lang=lang)
    )
