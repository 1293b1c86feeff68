"""The run folder of a batch: written in one pass over its results.

The folder holds the files of any other run. What must be small is: the verdict
in its short form, the ledger with shared entries, report and map of the most
serious sites. ``findings.parquet`` and ``result.gpkg`` have all.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from zoning.errors import Problem, UsageError
from zoning.model import Report
from zoning.report.batch.ledger import LedgerSink
from zoning.report.batch.tables import (
    FeatureSink,
    FindingSink,
    InputSink,
    ShapeSink,
)
from zoning.report.batch.values import Batch, BatchForm, Sink, Tally
from zoning.report.batch.verdict import VerdictSink
from zoning.report.blocks import Story
from zoning.report.evidence import evidence_texts
from zoning.report.folder import Artefact, refuse_used, staged, store
from zoning.report.inputs import INPUTS
from zoning.report.manifest import MANIFEST, VERDICT, manifest_bytes
from zoning.report.run import report_files
from zoning.report.story import RANKS, SITES_RANKED, Rest, tell_story

__all__ = ["write_batch"]

_DRAWN = 100
"""Sites on the map; it stays near two megabytes."""

Json = dict[str, Any]
Tick = Callable[[int, int], None]


def write_batch(
    batch: Batch,
    folder: Path,
    form: BatchForm,
    *,
    started: Callable[[Path], object] | None = None,
    progress: Tick | None = None,
) -> Tally:
    """Write every output of a batch into a new folder, whole or not at all.

    Parameters
    ----------
    folder : Path
        Must not exist, or be empty.
    started : callable, optional
        Told the folder in which the files are made.
    progress : callable, optional
        Called with (done, total) while sites pass by.

    Returns
    -------
    Tally
        What the batch amounts to.

    Raises
    ------
    OutputError
        As `write_run`.
    UsageError
        When map sheets are asked: they take seconds a site.
    """
    if form.sheets:
        raise UsageError(Problem(code="SHEETS_OF_BATCH"))
    refuse_used(folder)
    tally = Tally()
    with staged(folder) as stage:
        if started is not None:
            started(stage)
        document = _passing(batch, stage, form, tally=tally, progress=progress)
        for artefact in _artefacts(batch, document, form=form, tally=tally):
            store(stage, artefact)
        data = manifest_bytes(stage, _facts(document, form))
        store(stage, Artefact.of(MANIFEST, data))
    return tally


def _worst(batch: Batch, tally: Tally, most: int) -> Report:
    """Return the most serious sites, in input order."""
    positions = sorted(tally.worst(RANKS, most))
    return batch.report_of(batch.pick(positions))


def _passing(
    batch: Batch,
    stage: Path,
    form: BatchForm,
    *,
    tally: Tally,
    progress: Tick | None,
) -> Json:
    """Let all sites pass by the outputs; return the verdict without its sites."""
    with ExitStack() as open_files:
        verdict = VerdictSink(stage / VERDICT, share=form.share)
        sinks: list[Sink] = [tally, verdict, InputSink(stage / INPUTS, batch.options)]
        ledger = office = None
        if form.share:
            office = VerdictSink(stage / "office.json", share=False)
            sinks += [office, ShapeSink(stage / "sites.geojson")]
        else:
            ledger = LedgerSink(stage, lang=form.lang)
            sinks.append(FindingSink(stage / "findings.parquet", lang=form.lang))
            sinks.append(FeatureSink(stage / "result.gpkg", lang=form.lang))
            sinks.append(ledger)
        for sink in sinks:
            open_files.callback(sink.close)
        for group in batch.groups():
            for sink in sinks:
                sink.add(group)
            if progress is not None:
                progress(len(tally.verdicts), batch.count)
        if ledger is not None:
            ledger.finish(batch.report_of(()))
        document = verdict.finish(batch, tally)
        if office is not None:
            document["office_digest"] = office.finish(batch, tally)["digest"]
            (stage / "office.json").unlink()
        return document


def _artefacts(
    batch: Batch, document: Json, *, form: BatchForm, tally: Tally
) -> Iterator[Artefact]:
    """Yield the files that tell of the most serious sites, and what has no site."""
    from zoning.report.map import write_map
    from zoning.report.project_file import write_project

    lang = form.lang
    yield from _reports(batch, document["digest"], form=form, tally=tally)
    if form.share:
        return
    name = batch.base.name
    yield Artefact(
        name="result.qgs",
        draw=lambda path: write_project(
            path.with_name("result.gpkg"), path, base=name, lang=lang
        ),
    )
    yield Artefact(
        name="map.html",
        draw=lambda path: write_map(
            _worst(batch, tally, _DRAWN), path, lang=lang, whole=batch.count
        ),
    )
    texts: Mapping[str, bytes] = evidence_texts(
        batch.report_of(()), document, verdict=tally.verdict
    )
    for file, data in texts.items():
        yield Artefact.of(f"evidence/{file}", data)


def _reports(
    batch: Batch, digest: str, *, form: BatchForm, tally: Tally
) -> Iterator[Artefact]:
    """Yield Word report and page, from a story that holds no result any more."""
    yield from report_files(_told(batch, digest, form, tally=tally), form.template)


def _told(batch: Batch, digest: str, form: BatchForm, *, tally: Tally) -> Story:
    """Return what there is to say of the most serious sites."""
    worst = _worst(batch, tally, SITES_RANKED)
    rest = _rest(worst, tally)
    return tell_story(worst, lang=form.lang, share=form.share, digest=digest, rest=rest)


def _rest(worst: Report, tally: Tally) -> Rest:
    counts = tally.counts
    counts.subtract(result.verdict for result in worst.sites)
    return Rest(counts=+counts)


def _facts(document: Json, form: BatchForm) -> Json:
    """Return what the manifest says beside the files."""
    named = ("verdict", "complete", "as_of", "counts", "digest")
    facts = {key: document[key] for key in named}
    facts |= {"lang": form.lang, "share": form.share}
    if form.template is not None:
        facts["template_sha256"] = form.template.sha256
    if form.share:  # signed anew; this leads back to the office's own run
        facts["office_digest"] = document["office_digest"]
    return facts
