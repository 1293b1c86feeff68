"""The run folder of an audit: every output, the manifest last, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from zoning.model import AuditReport
from zoning.report.audit.features import write_problems
from zoning.report.audit.map import write_audit_map
from zoning.report.audit.record import audit_document
from zoning.report.audit.story import tell_audit
from zoning.report.audit.tables import csv_twins, ledger_bytes
from zoning.report.county_run import (
    project_beside,
    told_artefacts,
    write_county_run,
)
from zoning.report.folder import Artefact, refuse_used
from zoning.report.manifest import AUDIT

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
    return write_county_run(
        folder,
        (AUDIT, document),
        _artefacts(report, document["digest"], lang),
        kind="audit",
        named=("result", "complete", "as_of", "counts", "digest"),
        lang=lang,
    )


def _artefacts(report: AuditReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    yield from told_artefacts(
        tell_audit(report, digest, lang=lang),
        lambda: ledger_bytes(report, lang=lang),
        csv_twins(report, lang=lang),
    )
    yield Artefact(
        name="result.gpkg", draw=lambda path: write_problems(report, path, lang=lang)
    )
    yield project_beside(
        "result.gpkg", base=report.base.name, title="audit_title", lang=lang
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_audit_map(report, path, lang=lang)
    )
