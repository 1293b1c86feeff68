"""A run folder, whole or not at all.

Files are made in a folder beside the final one, each flushed to disk, the
manifest last; one rename publishes them. A failure on the way leaves nothing,
and a folder that holds something is never written into.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zoning.errors import OutputError, Problem, UsageError
from zoning.model import Report
from zoning.report.evidence import evidence_files
from zoning.report.inputs import INPUTS, inputs_bytes
from zoning.report.manifest import MANIFEST, manifest_bytes
from zoning.report.sharing import shared_document
from zoning.report.texts import text
from zoning.report.verdict import json_bytes, verdict_document

if TYPE_CHECKING:  # loads the Word library
    from zoning.report.office_template import OfficeTemplate

__all__ = ["Artefact", "next_free", "report_files", "write_folder", "write_run"]

Json = dict[str, Any]
Make = Callable[[], bytes]
Draw = Callable[[Path], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file of the run: made as bytes, or drawn by a library at a path."""

    name: str
    make: Make | None = None
    draw: Draw | None = None


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
    _refuse_used(folder)
    form = _Form(lang=lang, share=share, template=template, sheets=sheets)
    whole = verdict_document(report)
    document = shared_document(whole) if share else whole
    with _staged(folder) as stage:
        for artefact in _artefacts(report, document, form):
            _store(stage, artefact)
        data = manifest_bytes(stage, _facts(document, whole, form))
        _store(stage, Artefact(name=MANIFEST, make=lambda: data))
    return folder


def write_folder(folder: Path, artefacts: Iterable[Artefact]) -> Path:
    """Write files into a new folder, whole or not at all; return `folder`.

    Raises
    ------
    OutputError
        As `write_run`.
    """
    _refuse_used(folder)
    with _staged(folder) as stage:
        for artefact in artefacts:
            _store(stage, artefact)
    return folder


def next_free(folder: Path) -> Path:
    """Return `folder`, or the first of ``folder-2``, ``folder-3``, … that is free."""
    if _is_free(folder):
        return folder
    names = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(candidate for candidate in names if _is_free(candidate))


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
    yield Artefact(name="verdict.json", make=lambda: json_bytes(document))
    yield Artefact(name=INPUTS, make=lambda: inputs_bytes(report))
    yield from report_files(
        report,
        document["digest"],
        form.lang,
        share=form.share,
        template=form.template,
    )
    yield from _shared(report) if form.share else _full(report, form.lang)
    if form.sheets:
        yield from _sheets(report, form.lang)


def report_files(
    report: Report,
    digest: str,
    lang: str,
    *,
    share: bool,
    template: "OfficeTemplate | None" = None,
) -> Iterator[Artefact]:
    """Yield the report as Word and as a page; `digest` is that of its verdict."""
    from zoning.report.document import document_bytes
    from zoning.report.office_template import office_document
    from zoning.report.page import page_bytes
    from zoning.report.story import tell_story

    signed = text("report.digest", lang, digest=digest)
    story = replace(tell_story(report, lang=lang, share=share), digest=signed)
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
        yield Artefact(name=f"ledger/{name}", make=_constant(data))
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
        yield Artefact(name=f"evidence/{name}", make=_constant(data))


def _sheets(report: Report, lang: str) -> Iterator[Artefact]:
    """Yield the map sheets as one PDF; none when no site has a place."""
    from zoning.report.sheets.book import sheet_artefacts
    from zoning.report.sheets.making import Setting

    if any(result.geometry is not None for result in report.sites):
        setting = Setting(lang=lang, pictures=False)
        for artefact in sheet_artefacts(report, setting=setting):
            yield replace(artefact, name=f"sheets/{artefact.name}")


def _constant(data: bytes) -> Make:
    return lambda: data


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    """Give a folder beside `folder`; rename it when all went well, else drop it."""
    stage: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = _fresh(folder)
        yield stage
        _flush_folder(stage)
        _publish(stage, folder)
        stage = None
        _flush_folder(folder.parent)
    except OSError as error:
        name = Path(str(error.filename or folder)).name
        detail = error.strerror or type(error).__name__
        raise OutputError(
            Problem(code="RUN_NOT_WRITTEN", values={"name": name, "detail": detail})
        ) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


def _fresh(folder: Path) -> Path:
    """Make a hidden folder of its own, so that two runs never share one."""
    for number in count(1):
        stage = folder.with_name(f".{folder.name}.partial-{number}")
        try:
            stage.mkdir()
        except FileExistsError:
            continue
        return stage
    raise AssertionError  # count() does not end


def _publish(stage: Path, folder: Path) -> None:
    """Rename; an empty folder in the way is removed, a filled one refuses."""
    _refuse_used(folder)
    if folder.exists():
        folder.rmdir()
    stage.rename(folder)


def _store(stage: Path, artefact: Artefact) -> None:
    path = stage / artefact.name
    path.parent.mkdir(exist_ok=True)
    if artefact.draw is not None:
        artefact.draw(path)
    elif artefact.make is not None:
        path.write_bytes(artefact.make())
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Put folder entries on disk; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _refuse_used(folder: Path) -> None:
    if not _is_free(folder):
        raise OutputError(Problem(code="RUN_EXISTS", values={"folder": folder.name}))


def _is_free(folder: Path) -> bool:
    """Say whether a run may be written here: absent, or an empty folder."""
    if not folder.exists() and not folder.is_symlink():
        return True
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
