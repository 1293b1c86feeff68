"""The run folder of an impact: every output, the manifest last, whole or none."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from zoning.linkage.impact import ImpactReport
from zoning.report.county_run import (
    project_beside,
    told_artefacts,
    write_county_run,
)
from zoning.report.folder import Artefact, refuse_used
from zoning.report.impact.features import write_impact_features
from zoning.report.impact.map import write_impact_map
from zoning.report.impact.record import impact_document
from zoning.report.impact.story import tell_impact
from zoning.report.impact.tables import csv_twins, ledger_bytes
from zoning.report.inputs import INPUTS, site_inputs_bytes
from zoning.report.manifest import IMPACT

__all__ = ["MODEL", "KeptFiles", "write_impact"]

MODEL = "model"
"""Folder within a run that keeps the model: a replay reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFiles:
    """The files that the model was taken up from, by name."""

    files: Mapping[str, bytes]


def write_impact(
    report: ImpactReport, folder: Path, *, kept: KeptFiles, lang: str = "zh"
) -> Path:
    """Write every output of an impact into a new folder; return `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    """
    refuse_used(folder)
    document = impact_document(report)
    return write_county_run(
        folder,
        (IMPACT, document),
        _artefacts(report, kept, document["digest"], lang=lang),
        kind="impact",
        named=("complete", "harmed", "as_of", "counts", "digest"),
        lang=lang,
    )


def _artefacts(
    report: ImpactReport, kept: KeptFiles, digest: str, *, lang: str
) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    yield Artefact.of(INPUTS, site_inputs_bytes(report.site, report.as_of))
    for name, content in sorted(kept.files.items()):
        yield Artefact.of(f"{MODEL}/{name}", content)
    yield from told_artefacts(
        tell_impact(report, digest, lang=lang),
        lambda: ledger_bytes(report, lang=lang),
        csv_twins(report, lang=lang),
    )
    yield Artefact(
        name="result.gpkg",
        draw=lambda path: write_impact_features(report, path, lang=lang),
    )
    yield project_beside(
        "result.gpkg", base=report.base.name, title="impact_title", lang=lang
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_impact_map(report, path, lang=lang)
    )
