"""The run folder of a river-bank survey: every output, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from zoning.report.county_run import (
    project_beside,
    told_artefacts,
    write_county_run,
)
from zoning.report.folder import Artefact, refuse_used
from zoning.report.manifest import RIVERSIDE
from zoning.report.riverside.features import write_riverside_features
from zoning.report.riverside.map import write_riverside_map
from zoning.report.riverside.record import riverside_document
from zoning.report.riverside.story import tell_riverside
from zoning.report.riverside.tables import csv_twins, ledger_bytes
from zoning.riverside import RiversideReport

__all__ = ["TABLE", "write_riverside"]

TABLE = "riverside.yaml"
"""The table as it was used; a replay reads it."""


def write_riverside(report: RiversideReport, folder: Path, *, lang: str = "zh") -> Path:
    """Write every output of a survey into a new folder; return `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = riverside_document(report)
    return write_county_run(
        folder,
        (RIVERSIDE, document),
        _artefacts(report, document["digest"], lang),
        kind="riverside",
        named=("complete", "as_of", "counts", "digest"),
        lang=lang,
    )


def _artefacts(report: RiversideReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    yield Artefact.of(TABLE, report.table.text.encode("utf-8"))
    yield from told_artefacts(
        tell_riverside(report, digest, lang=lang),
        lambda: ledger_bytes(report, lang=lang),
        csv_twins(report, lang=lang),
    )
    yield Artefact(
        name="result.gpkg",
        draw=lambda path: write_riverside_features(report, path, lang=lang),
    )
    yield project_beside(
        "result.gpkg", base=report.base.name, title="riverside_title", lang=lang
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_riverside_map(report, path, lang=lang)
    )
