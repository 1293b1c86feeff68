"""The run folder of a model: every output, the manifest last, whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

from zoning.linkage.values import LinkageReport
from zoning.report.county_run import (
    project_beside,
    told_artefacts,
    write_county_run,
)
from zoning.report.folder import Artefact, refuse_used, store
from zoning.report.linkage.features import write_corridors
from zoning.report.linkage.grids import grids_of, write_grid
from zoning.report.linkage.map import write_linkage_map
from zoning.report.linkage.record import linkage_document
from zoning.report.linkage.story import tell_linkage
from zoning.report.linkage.tables import csv_twins, ledger_bytes
from zoning.report.manifest import CORRIDORS
from zoning.report.verdict import json_bytes

__all__ = ["KIND", "TABLE", "write_kept", "write_linkage"]

KIND = "corridors"
TABLE = "resistance.yaml"
"""The table as it was used; a replay reads it."""
PACKAGE = "corridors.gpkg"


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
    return write_county_run(
        folder,
        (CORRIDORS, document),
        _artefacts(report, document["digest"], lang),
        kind=KIND,
        named=("complete", "as_of", "counts", "digest"),
        lang=lang,
    )


def write_kept(report: LinkageReport, folder: Path) -> Path:
    """Write what a model is taken up from into a folder that is there; return it."""
    store(folder, Artefact.of(CORRIDORS, json_bytes(linkage_document(report))))
    store(folder, Artefact.of(TABLE, report.model.table.text.encode("utf-8")))
    write_corridors(report, folder / PACKAGE)
    return folder


def _artefacts(report: LinkageReport, digest: str, lang: str) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    model = report.model
    yield Artefact.of(TABLE, model.table.text.encode("utf-8"))
    yield from told_artefacts(
        tell_linkage(report, digest, lang=lang),
        lambda: ledger_bytes(report, lang=lang),
        csv_twins(report, lang=lang),
    )
    for name, values in grids_of(model).items():
        yield Artefact(
            name=f"grids/{name}.tif",
            draw=lambda path, own=values: write_grid(path, own, model.resistance),  # type: ignore[misc]
        )
    yield Artefact(name=PACKAGE, draw=lambda path: write_corridors(report, path))
    yield project_beside(
        PACKAGE, base=report.base.name, title="linkage_title", lang=lang
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_linkage_map(report, path, lang=lang)
    )
