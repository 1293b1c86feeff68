"""A whole batch: journal, chunks, run folder; resumed where it stopped."""

import shutil
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from zoning.batch.codec import encode
from zoning.batch.journal import Journal, journal_path
from zoning.batch.running import Tick, run_batch
from zoning.batch.stored import batch_of
from zoning.batch.working import order_for
from zoning.errors import OutputError, Problem, UsageError
from zoning.model import Base, CheckOptions, Report, Site
from zoning.report.batch.values import Batch, BatchForm, Tally
from zoning.report.batch.writing import write_batch
from zoning.report.folder import refuse_used
from zoning.report.manifest import MANIFEST
from zoning.report.story import RANKS
from zoning.rules.packs import RuleBook

__all__ = ["Outcome", "Plan", "check_whole"]

_STAGE = "stage"
_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How a batch is run.

    Parameters
    ----------
    folder : Path
        The run folder to be; the journal lies beside it.
    form : BatchForm
        What the outputs are written as.
    resume : bool
        Go on with a journal that is there.
    executor : Executor, optional
        As `run_batch`.
    at_once : int
        Chunks under way at a time.
    checked, written : callable, optional
        Called with (done, total) as sites are checked, and as they are
        written.
    told : callable, optional
        Called with a remark on how the journal was taken up.
    """

    folder: Path
    form: BatchForm
    resume: bool = False
    executor: Executor | None = None
    at_once: int = 4
    checked: Tick | None = None
    written: Tick | None = None
    told: Callable[[Problem], object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What a batch amounts to, and its most serious sites."""

    tally: Tally
    worst: Report


def check_whole(
    sites: Iterable[Site],
    base: Base,
    book: RuleBook,
    *,
    options: CheckOptions,
    plan: Plan,
) -> Outcome:
    """Check a batch and write its run folder; `sites` is gone through once.

    Raises
    ------
    UsageError
        When an unfinished batch is there and `plan.resume` is False; when a
        worker finds another base than this one.
    OutputError
        When journal or run folder cannot be written; the journal stays.
    """
    path = journal_path(plan.folder)
    known = path.exists()
    if known and (plan.folder / MANIFEST).is_file():
        Journal(path).remove()  # killed when the folder was in place already
    refuse_used(plan.folder)
    order = order_for(base, book, options)
    with Journal(path) as journal:
        _ask(journal, sites, dict(order.keys), plan=plan, known=known)
        try:
            run_batch(
                journal,
                order,
                executor=plan.executor,
                at_once=plan.at_once,
                progress=plan.checked,
            )
        except BrokenProcessPool as error:
            raise OutputError(Problem(code="BATCH_WORKER_LOST")) from error
        batch = batch_of(journal, base, book, options=options)
        tally = _write(batch, journal, plan)
        worst = batch.report_of(batch.pick(tally.worst(RANKS, _SHOWN)))
        journal.remove()
    return Outcome(tally=tally, worst=worst)


def _ask(
    journal: Journal,
    sites: Iterable[Site],
    keys: Mapping[str, str],
    *,
    plan: Plan,
    known: bool,
) -> None:
    """Write down what is asked; results of before stay where all keys agree."""
    before = journal.facts()
    if known and not plan.resume:
        values = {"done": str(journal.done), "count": str(journal.count)}
        values |= {"name": journal.path.name}
        raise UsageError(Problem(code="BATCH_INTERRUPTED", values=values))
    changed = [name for name in keys if before.get(name, keys[name]) != keys[name]]
    damaged = journal.forget_damaged() if known else 0
    journal.ask(map(encode, sites), keys)
    if not known or plan.told is None:
        return
    if changed:
        values = {"parts": ", ".join(changed)}
        plan.told(Problem(code="BATCH_STARTED_ANEW", values=values))
    if damaged:
        values = {"count": str(damaged)}
        plan.told(Problem(code="BATCH_RESULTS_DAMAGED", values=values))
    values = {"done": str(journal.done), "count": str(journal.count)}
    plan.told(Problem(code="BATCH_RESUMED", values=values))


def _write(batch: Batch, journal: Journal, plan: Plan) -> Tally:
    """Write the run folder; what an interrupted writing left is removed first."""
    left = journal.facts().get(_STAGE, "")
    if left.startswith(f".{plan.folder.name}.partial-") and "/" not in left:
        shutil.rmtree(plan.folder.with_name(left), ignore_errors=True)
    return write_batch(
        batch,
        plan.folder,
        plan.form,
        started=lambda stage: journal.note({_STAGE: stage.name}),
        progress=plan.written,
    )
