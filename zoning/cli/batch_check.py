"""`zoning check` of many sites: journal, workers, progress, and how to go on."""

import multiprocessing
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import click

from zoning.batch import Outcome, Plan, check_whole, journal_path
from zoning.cli.console import say, text
from zoning.errors import Problem, UsageError
from zoning.model import Base, CheckOptions, Site
from zoning.report.folder import next_free
from zoning.rules.packs import RuleBook

__all__ = ["Progress", "Talk", "batch_folder", "check_many", "going_on"]

RESUME = "--resume"
INTERRUPTED = 130
_EVERY_S = 5.0
"""Seconds between two lines of progress where stderr is no terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """How a batch speaks: its language, and the day to name when it goes on."""

    lang: str
    as_of: str


def batch_folder(out: Path | None, usual: Path) -> Path:
    """Return the run folder of a batch: the one of its journal, else a free one."""
    if out is not None:
        return out
    return usual if journal_path(usual).exists() else next_free(usual)


def going_on(as_of: str) -> str:
    """Return the command that goes on with this batch, exactly."""
    given = [word for word in sys.argv[1:] if word != RESUME]
    if not any(word.split("=")[0] == "--as-of" for word in given):
        given += ["--as-of", as_of]
    words = ["zoning", *given, RESUME]
    return subprocess.list2cmdline(words) if os.name == "nt" else shlex.join(words)


def check_many(
    sites: Iterable[Site],
    base: tuple[Base, RuleBook],
    options: CheckOptions,
    *,
    plan: Plan,
    workers: int,
    talk: Talk,
) -> Outcome:
    """Check a batch, with progress; stopped by Ctrl-C it says how to go on."""
    lang = talk.lang
    try:
        with _executor(workers) as executor:
            return check_whole(
                sites,
                *base,
                options=options,
                plan=replace(
                    plan,
                    executor=executor,
                    at_once=2 * workers,
                    checked=Progress("batch_checking", lang),
                    written=Progress("batch_writing", lang),
                    told=lambda problem: say(problem.text(lang)),
                ),
            )
    except KeyboardInterrupt:
        values = {"command": going_on(talk.as_of)}
        stopped = Problem(code="BATCH_STOPPED", values=values)
        say(f"{stopped.text(lang)}\n{stopped.cure(lang)}")
        raise click.Abort from None
    except UsageError as error:
        if error.problem.code == "BATCH_INTERRUPTED":
            say(text("batch_going_on", lang, command=going_on(talk.as_of)))
        raise


@contextmanager
def _executor(workers: int) -> Iterator[Executor | None]:
    """Give processes to work in; none of its own for one worker."""
    if workers == 1:
        yield None
        return
    executor = ProcessPoolExecutor(
        workers,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
    )
    try:
        yield executor
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """Leave Ctrl-C to the first process, and end when it does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


class Progress:
    """Sites done, rate and time left on stderr; a line now and then in a pipe."""

    def __init__(
        self, key: str, lang: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._key = key
        self._lang = lang
        self._clock = clock
        self._start: tuple[float, int] | None = None
        self._spoken = -_EVERY_S

    def __call__(self, done: int, total: int) -> None:
        """Tell how far the batch is; the first call sets the start."""
        now = self._clock()
        if self._start is None:
            self._start = now, done
        last = total > 0 and done == total
        live = sys.stderr.isatty()
        if not (live or last or now - self._spoken >= _EVERY_S):
            return
        self._spoken = now
        line = self._line(done, total, now)
        sys.stderr.write(f"\r\x1b[2K{line}{chr(10) * last}" if live else f"{line}\n")
        sys.stderr.flush()

    def _line(self, done: int, total: int, now: float) -> str:
        began, first = self._start or (now, done)
        rate = (done - first) / (now - began) if now > began else 0.0
        known = {"done": f"{done:,}", "rate": f"{rate:.1f}"}
        left = _time((total - done) / rate) if rate > 0 else "–"
        return text(self._key, self._lang, **known, total=f"{total:,}", left=left)


def _time(seconds: float) -> str:
    """Return hours, minutes and seconds, such as 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"
