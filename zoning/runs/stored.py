"""A stored run on its way back to a report: its files, its base, the check again.

Nothing is taken on trust: the files a replay starts from must be those of the
manifest, and what is drawn again is drawn only where the digest comes out the
same.
"""

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoning.errors import OutputError, Problem, UsageError, ZoningError
from zoning.model import Report
from zoning.report.inputs import INPUTS, Inputs, read_inputs
from zoning.report.manifest import MANIFEST, VERDICT, verify_run
from zoning.report.recorded import read_run

__all__ = [
    "StoredRun",
    "base_beside",
    "open_stored",
    "recompute",
    "refuse_altered",
    "replayed",
    "reproduced",
    "stored_copy",
    "verdict_of",
]

CONFIG = "zoning.yaml"
Json = Mapping[str, Any]
Tick = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StoredRun:
    """A run folder with its verdict; `lang` and `share` as it was written."""

    folder: Path
    verdict: Json
    lang: str
    share: bool

    @property
    def base_name(self) -> str:
        """Name of the base it was checked on."""
        return str(self.verdict["base"]["name"])


def open_stored(folder: Path) -> StoredRun:
    """Open a run folder.

    Raises
    ------
    UsageError
        When it is no run folder.
    OutputError
        When manifest or verdict are not as written, or are not understood.
    """
    if not (folder / MANIFEST).is_file():
        values = {"folder": str(folder)}
        raise UsageError(Problem(code="RUN_NOT_FOUND", values=values))
    refuse_altered(folder, MANIFEST, VERDICT)
    read_run(folder)  # of the right form, too
    facts = json.loads((folder / MANIFEST).read_bytes())
    return StoredRun(
        folder=folder,
        verdict=json.loads((folder / VERDICT).read_bytes()),
        lang=facts["lang"],
        share=facts["share"],
    )


def stored_copy(run: StoredRun, name: str, lang: str) -> bytes | None:
    """Return a file of a run as written; None when it is not in that language.

    Raises
    ------
    OutputError
        When it is not as the manifest has it.
    """
    path = run.folder / name
    if run.lang != lang or not path.is_file():
        return None
    refuse_altered(run.folder, name)
    return path.read_bytes()


def recompute(
    run: StoredRun, base: Path | None, *, tick: Tick | None = None
) -> tuple[Report, Path]:
    """Check the sites of a run again, with its options, on the base found.

    Parameters
    ----------
    base : Path or None
        Its folder; None looks in the current folder, then near the run, for one
        of the same name.
    tick : callable, optional
        Called with (done, total) as sites are checked.

    Returns
    -------
    report : Report
    folder : Path
        Where the base was found.
    """
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.rules.packs import read_rule_book

    inputs = _inputs(run)
    folder = base_beside(run.folder, run.base_name, base)
    opened = open_base(folder)
    book = read_rule_book(opened.packs, folder)
    report = check(inputs.sites, opened, book, options=inputs.options, progress=tick)
    return report, folder


def replayed(
    run: StoredRun, base: Path | None, *, tick: Tick | None = None
) -> tuple[Json, Path]:
    """Return the verdict of a run computed again, and the base it was made on.

    A batch is computed as one: chunk by chunk, into the short form.
    """
    if "statements" in run.verdict:
        return _replayed_batch(run, base, tick)
    report, folder = recompute(run, base, tick=tick)
    return verdict_of(report, share=run.share), folder


def _replayed_batch(
    run: StoredRun, base: Path | None, tick: Tick | None
) -> tuple[Json, Path]:
    from zoning.batch import Journal, order_for, run_batch
    from zoning.batch.codec import encode
    from zoning.batch.stored import batch_of
    from zoning.io.base import open_base
    from zoning.report.batch.verdict import batch_verdict
    from zoning.rules.packs import read_rule_book

    inputs, folder = _inputs(run), base_beside(run.folder, run.base_name, base)
    opened = open_base(folder)
    book = read_rule_book(opened.packs, folder)
    order = order_for(opened, book, inputs.options)
    with (
        tempfile.TemporaryDirectory() as place,
        Journal(Path(place) / "journal") as journal,
    ):
        journal.ask(map(encode, inputs.sites), dict(order.keys))
        run_batch(journal, order, progress=tick)
        batch = batch_of(journal, opened, book, options=inputs.options)
        file = batch_verdict(batch, Path(place) / VERDICT, share=run.share)
        document: Json = json.loads(file.read_bytes())
    return document, folder


def verdict_of(report: Report, *, share: bool) -> Json:
    """Return the verdict document as reading it back from a file would."""
    from zoning.report.sharing import shared_document
    from zoning.report.verdict import json_bytes, verdict_document

    document = verdict_document(report)
    loaded: Json = json.loads(
        json_bytes(shared_document(document) if share else document)
    )
    return loaded


def reproduced(
    run: StoredRun, base: Path | None, *, wanted: str, tick: Tick | None = None
) -> Report:
    """Check a run again; what is drawn from the report is what was found then.

    Parameters
    ----------
    wanted : str
        Name of the file that is to be drawn, for messages.

    Raises
    ------
    UsageError
        When no base is found, or the result on it is another one.
    """
    from zoning.report.replaying import compare

    if "statements" in run.verdict:
        values = {"name": wanted, "lang": run.lang}
        raise UsageError(Problem(code="BATCH_NOT_REDRAWN", values=values))
    try:
        report, _ = recompute(run, base, tick=tick)
    except UsageError as error:
        values = {"name": wanted, "base": run.base_name, "lang": run.lang}
        needed = Problem(code="REPORT_NEEDS_BASE", values=values)
        raise UsageError(needed, *error.problems) from error
    found = compare(run.verdict, verdict_of(report, share=run.share))
    if not found.same:
        values = {"count": str(len(found.differences) + found.rounding)}
        raise UsageError(Problem(code="RUN_NOT_REPRODUCED", values=values))
    return report


def _inputs(run: StoredRun) -> Inputs:
    path = run.folder / INPUTS
    if not path.is_file():
        values = {"name": INPUTS, "folder": run.folder.name}
        raise OutputError(Problem(code="RUN_INPUTS_MISSING", values=values))
    refuse_altered(run.folder, INPUTS)
    return read_inputs(path)


def refuse_altered(folder: Path, *names: str) -> None:
    """Raise when one of the files is not as written; the rest is not our business."""
    fatal = {"RUN_MANIFEST_BROKEN", "RUN_DIGEST_WRONG"}
    problems = [
        problem
        for problem in verify_run(folder)
        if problem.code in fatal or problem.values.get("name") in names
    ]
    if problems:
        raise OutputError(*problems)


def base_beside(folder: Path, name: str, base: Path | None) -> Path:
    """Return the base named, or the nearest of the same name: a run stores no path.

    Parameters
    ----------
    folder : Path
        Of the run.
    name : str
        Of the base that the run was made on.
    base : Path or None
        What the caller named.

    Raises
    ------
    UsageError
        ``REPLAY_NO_BASE``, ``REPLAY_SEVERAL_BASES``.
    """
    if base is not None:
        return base
    above = folder.resolve().parents[:2]
    for folders in ((Path(),), *map(_in_and_below, above)):
        found = [one for one in folders if _name(one) == name]
        if len(found) == 1:
            return found[0]
        if found:
            listed = "、".join(one.name for one in found)
            values = {"base": name, "found": listed}
            raise UsageError(Problem(code="REPLAY_SEVERAL_BASES", values=values))
    raise UsageError(Problem(code="REPLAY_NO_BASE", values={"base": name}))


def _in_and_below(folder: Path) -> tuple[Path, ...]:
    try:
        return (folder, *sorted(folder.iterdir()))
    except OSError:
        return (folder,)


def _name(folder: Path) -> str:
    """Return the name of a base; empty where there is none that can be read."""
    from zoning.io.config import read_config

    try:
        there = (folder / CONFIG).is_file()
        return read_config(folder).name if there else ""
    except (OSError, ZoningError):
        return ""
