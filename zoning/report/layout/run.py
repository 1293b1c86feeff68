"""The run folder of a layout audit: every output, the manifest last, whole or none."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from zoning.corridors.layout.values import LayoutReport
from zoning.report.county_run import (
    project_beside,
    told_artefacts,
    write_county_run,
)
from zoning.report.folder import Artefact, refuse_used
from zoning.report.layout.features import write_layout_features
from zoning.report.layout.map import write_layout_map
from zoning.report.layout.record import layout_document
from zoning.report.layout.story import tell_layout
from zoning.report.layout.tables import csv_twins, ledger_bytes
from zoning.report.manifest import LAYOUT

__all__ = ["MODEL", "write_layout"]

MODEL = "model"
"""Folder within a run that keeps the model it was compared with."""


def write_layout(
    report: LayoutReport,
    folder: Path,
    *,
    model: Mapping[str, bytes] | None = None,
    lang: str = "zh",
) -> Path:
    """Write every output of a layout audit into a new folder; return `folder`.

    Parameters
    ----------
    model : mapping of str to bytes, optional
        Files of the model it was compared with, by name: a replay reads them.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = layout_document(report)
    return write_county_run(
        folder,
        (LAYOUT, document),
        _artefacts(report, document["digest"], model=model or {}, lang=lang),
        kind="layout",
        named=("complete", "as_of", "states", "counts", "digest"),
        lang=lang,
    )


def _artefacts(
    report: LayoutReport, digest: str, *, model: Mapping[str, bytes], lang: str
) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    for name, content in sorted(model.items()):
        yield Artefact.of(f"{MODEL}/{name}", content)
    yield from told_artefacts(
        tell_layout(report, digest, lang=lang),
        lambda: ledger_bytes(report, lang=lang),
        csv_twins(report, lang=lang),
    )
    yield Artefact(
        name="result.gpkg",
        draw=lambda path: write_layout_features(report, path, lang=lang),
    )
    yield project_beside(
        "result.gpkg", base=report.base.name, title="layout_title", lang=lang
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_layout_map(report, path, lang=lang)
    )
