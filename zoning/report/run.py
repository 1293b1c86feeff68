"""A run folder: every output of a report, the manifest last, whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.errors import Problem, UsageError
from zoning.model import Report
from zoning.report.evidence import evidence_files
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.inputs import INPUTS, inputs_bytes
from zoning.report.manifest import MANIFEST, manifest_bytes
from zoning.report.sharing import shared_document
from zoning.report.verdict import json_bytes, verdict_document

if TYPE_CHECKING:  # loads the Word library
    from zoning.report.blocks import Story
    from zoning.report.office_template import OfficeTemplate

__all__ = ["report_files", "write_run"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """What a run is written as; the parameters of `write_run`."""

    lang: str
    share: bool
    template: "OfficeTemplate | None"
    sheets: bool


def write_run(
    report: Report,
    folder: Path,
    *,
    lang: str = "zh",
    share: bool = False,
    template: "OfficeTemplate | None" = None,
    sheets: bool = False,
) -> Path:
    """Write every output of a report into a new folder.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty; parents are made. See `next_free`.
    lang : str
        ``zh`` or ``en``, for reports, ledger and headings.
    share : bool
        For handing out: verdict, areas, the reports without base geometry,
        and the sites' own shapes. No base geometry leaves the office.
    template : OfficeTemplate, optional
        Of an office, for ``report.docx``; the manifest names it.
    sheets : bool
        Map sheets beside the report, as ``sheets.pdf``; takes seconds a site.

    Returns
    -------
    Path
        `folder`.

    Raises
    ------
    OutputError
        If the folder holds something, or cannot be written; nothing is left
        half-written then.
    UsageError
        If sheets are asked of a run for handing out, or the template is unfit.
    """
    if share and sheets:
        raise UsageError(Problem(code="SHEETS_NOT_SHARED"))
    refuse_used(folder)
    form = _Form(lang=lang, share=share, template=template, sheets=sheets)
    whole = verdict_document(report)
    document = shared_document(whole) if share else whole
    with staged(folder) as stage:
        for artefact in _artefacts(report, document, form):
            store(stage, artefact)
        data = manifest_bytes(stage, _facts(document, whole, form))
        store(stage, Artefact.of(MANIFEST, data))
    return folder


def _facts(document: Json, whole: Json, form: _Form) -> Json:
    """Return what the manifest says beside the files."""
    named = ("verdict", "complete", "as_of", "counts", "digest")
    facts = {key: document[key] for key in named}
    facts |= {"lang": form.lang, "share": form.share}
    if form.template is not None:
        facts["template_sha256"] = form.template.sha256
    # a shared verdict is signed anew; this leads back to the office's own run
    return facts | ({"office_digest": whole["digest"]} if form.share else {})


def _artefacts(report: Report, document: Json, form: _Form) -> Iterator[Artefact]:
    """Yield the files of a run in the order in which they are written."""
    from zoning.report.story import tell_story

    yield Artefact(name="verdict.json", make=lambda: json_bytes(document))
    yield Artefact(name=INPUTS, make=lambda: inputs_bytes(report))
    story = tell_story(
        report, lang=form.lang, share=form.share, digest=document["digest"]
    )
    yield from report_files(story, form.template)
    yield from _shared(report) if form.share else _full(report, form.lang)
    if form.sheets:
        yield from _sheets(report, form.lang)


def report_files(
    story: "Story", template: "OfficeTemplate | None" = None
) -> Iterator[Artefact]:
    """Yield what a report says as Word and as a page."""
    from zoning.report.document import document_bytes
    from zoning.report.office_template import office_document
    from zoning.report.page import page_bytes

    yield Artefact(
        name="report.docx",
        make=lambda: (
            office_document(story, template) if template else document_bytes(story)
        ),
    )
    yield Artefact(name="report.html", make=lambda: page_bytes(story))


def _shared(report: Report) -> Iterator[Artefact]:
    from zoning.report.features import site_geojson_bytes

    yield Artefact(name="sites.geojson", make=lambda: site_geojson_bytes(report))


def _full(report: Report, lang: str) -> Iterator[Artefact]:
    """Yield what stays in the office: tables, shapes, map and evidence."""
    from zoning.report.features import findings_bytes, write_features
    from zoning.report.ledger import csv_twins, ledger_bytes
    from zoning.report.map import write_map
    from zoning.report.project_file import write_project

    yield Artefact(
        name="findings.parquet", make=lambda: findings_bytes(report, lang=lang)
    )
    yield Artefact(name="ledger.xlsx", make=lambda: ledger_bytes(report, lang=lang))
    for name, data in csv_twins(report, lang=lang).items():
        yield Artefact.of(f"ledger/{name}", data)
    yield Artefact(
        name="result.gpkg", draw=lambda path: write_features(report, path, lang=lang)
    )
    yield Artefact(
        name="result.qgs",
        draw=lambda path: write_project(
            path.with_name("result.gpkg"), path, base=report.base.name, lang=lang
        ),
    )
    yield Artefact(
        name="map.html", draw=lambda path: write_map(report, path, lang=lang)
    )
    for name, data in evidence_files(report).items():
        yield Artefact.of(f"evidence/{name}", data)


def _sheets(report: Report, lang: str) -> Iterator[Artefact]:
    """Yield the map sheets as one PDF; none when no site has a place."""
    from zoning.report.sheets.book import sheet_artefacts
    from zoning.report.sheets.making import Setting

    if any(result.geometry is not None for result in report.sites):
        setting = Setting(lang=lang, pictures=False)
        for artefact in sheet_artefacts(report, setting=setting):
            yield replace(artefact, name=f"sheets/{artefact.name}")
