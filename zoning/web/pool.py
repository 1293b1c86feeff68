"""Processes that do the work, each for one job at a time.

A job that takes too long is ended with its process; the next job gets a new
one. What waits is bounded: whoever comes too often is told to come back.
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import CancelledError, Future
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from zoning.errors import Problem, ZoningError
from zoning.io.quarantine.frames import Frame, GarbledError, read_frame, write_frame
from zoning.web.refusals import RefusedError

__all__ = ["Pool", "Task"]

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from zoning.web.worker import main; main(sys.argv[2])"
)
_MOST_ANSWER = 1 << 30
_PATIENCE_SECONDS = 3.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Task:
    """One job for a worker.

    Parameters
    ----------
    question : mapping
        Its name under ``job`` and what belongs to it, as JSON holds it.
    seconds : float
        After which it is ended.
    caller : str
        Who asks, for the limit of each.
    told : callable, optional
        Given every part of the answer as it comes, on another thread.
    """

    question: Mapping[str, Any]
    seconds: float
    caller: str = ""
    told: Callable[[Frame], object] | None = None
    answer: "Future[Frame]" = field(default_factory=Future)


class Pool:
    """Some workers on one base.

    Parameters
    ----------
    base : Path
        Its folder.
    workers, waiting, each : int
        Processes; jobs that may wait; jobs of one caller in here.
    """

    def __init__(self, base: Path, *, workers: int, waiting: int, each: int) -> None:
        self._queue: queue.Queue[Task | None] = queue.Queue(maxsize=waiting)
        self._each = each
        self._callers: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._closed = False
        self._workers = [_Worker(base) for _ in range(workers)]
        self._threads = [
            threading.Thread(target=self._work, args=(worker,), daemon=True)
            for worker in self._workers
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, task: Task) -> "Future[Frame]":
        """Put a job in the queue; its answer is the last part a worker sends.

        Raises
        ------
        RefusedError
            ``DESK_TOO_MANY`` of one caller, ``DESK_BUSY`` of all.
        """
        with self._lock:
            if self._closed:
                raise RefusedError("DESK_BUSY")
            if self._callers[task.caller] >= self._each:
                raise RefusedError("DESK_TOO_MANY", limit=str(self._each))
            try:
                self._queue.put_nowait(task)
            except queue.Full:
                raise RefusedError("DESK_BUSY") from None
            self._callers[task.caller] += 1
        task.answer.add_done_callback(lambda _: self._leave(task.caller))
        return task.answer

    @property
    def pids(self) -> tuple[int, ...]:
        """Processes that are there now."""
        return tuple(w.pid for w in self._workers if w.pid is not None)

    def stop(self, task: Task) -> None:
        """End a job: one that waits is dropped, one under way loses its process."""
        if not task.answer.cancel():
            for worker in self._workers:
                worker.stop(task)

    def close(self) -> None:
        """End all jobs and all processes."""
        with self._lock:
            self._closed = True
        with contextlib.suppress(queue.Empty):
            while waits := self._queue.get_nowait():
                waits.answer.cancel()
        for worker in self._workers:
            worker.close()
        for _ in self._threads:
            with contextlib.suppress(queue.Full):
                self._queue.put_nowait(None)
        for thread in self._threads:
            thread.join(_PATIENCE_SECONDS)
        for worker in self._workers:
            worker.tidy()

    def _leave(self, caller: str) -> None:
        with self._lock:
            self._callers[caller] -= 1
            if not self._callers[caller]:
                del self._callers[caller]

    def _work(self, worker: "_Worker") -> None:
        """Take jobs one by one; the kernel ends a process with this thread."""
        while not self._closed and (task := self._queue.get()) is not None:
            if not task.answer.set_running_or_notify_cancel():
                continue
            try:
                answer = worker.ask(task)
            except (ZoningError, CancelledError) as error:
                task.answer.set_exception(error)
            except Exception as error:  # noqa: BLE001  the thread must go on
                lost = RefusedError("DESK_WORKER_LOST", detail=type(error).__name__)
                task.answer.set_exception(lost)
            else:
                task.answer.set_result(answer)


class _UnheardError(Exception):
    """What is told of a job could not be kept."""

    def __init__(self, why: ZoningError) -> None:
        super().__init__(str(why))
        self.why = why


class _Worker:
    """A process and the job that it has."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._popen: subprocess.Popen[bytes] | None = None
        self._task: Task | None = None
        self._why = ""
        self._lock = threading.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Number of the process, where there is one."""
        popen = self._popen
        return None if popen is None or popen.poll() is not None else popen.pid

    def ask(self, task: Task) -> Frame:
        """Have a job done; return the last part of its answer."""
        with self._lock:
            self._task, self._why = task, ""
            process = self._started()
        timer = threading.Timer(task.seconds, self._end, args=("DESK_JOB_TIMEOUT",))
        timer.daemon = True
        timer.start()
        try:
            return _exchange(process, task)
        except (GarbledError, OSError, ValueError) as error:
            self._kill()
            self.tidy()
            raise self._lost(task, error) from error
        except _UnheardError as error:  # its other parts would answer the next job
            self._kill()
            self.tidy()
            raise error.why from error
        finally:
            timer.cancel()
            with self._lock:
                self._task = None

    def stop(self, task: Task) -> None:
        """End the process where it is busy with this job."""
        with self._lock:
            if self._task is task:
                self._why = "DESK_GONE"
                self._kill()

    def close(self) -> None:
        """End the process for good."""
        with self._lock:
            self._closed = True
            self._why = "DESK_GONE"
        self._kill()

    def tidy(self) -> None:
        """Close the pipes of a process that has ended."""
        popen = self._popen
        if popen is None or popen.poll() is None:
            return
        self._popen = None
        for pipe in (popen.stdin, popen.stdout):
            with contextlib.suppress(OSError):
                cast("BinaryIO", pipe).close()

    def _end(self, why: str) -> None:
        self._why = why
        self._kill()

    def _kill(self) -> None:
        popen = self._popen
        if popen is None:
            return
        with contextlib.suppress(OSError):
            popen.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(_PATIENCE_SECONDS)

    def _lost(self, task: Task, error: Exception) -> RefusedError:
        if self._why == "DESK_JOB_TIMEOUT":
            return RefusedError(self._why, seconds=f"{task.seconds:g}")
        if self._why:
            return RefusedError(self._why)
        return RefusedError("DESK_WORKER_LOST", detail=type(error).__name__)

    def _started(self) -> "subprocess.Popen[bytes]":
        if self._closed:
            raise RefusedError("DESK_GONE")
        self.tidy()
        if self._popen is None:
            paths = [path for path in sys.path if Path(path).is_absolute()]
            arguments = [json.dumps(paths), str(self._base.resolve())]
            self._popen = subprocess.Popen(  # noqa: S603  own interpreter, own code
                [sys.executable, "-X", "utf8", "-c", _BOOT, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
                start_new_session=True,  # Ctrl-C is for the first process
            )
        return self._popen


def _exchange(process: "subprocess.Popen[bytes]", task: Task) -> Frame:
    """Send a question and take the parts of its answer until the last."""
    write_frame(cast("BinaryIO", process.stdin), Frame(header=task.question))
    while True:
        part = read_frame(cast("BinaryIO", process.stdout), most=_MOST_ANSWER)
        if part is None:
            raise GarbledError("end")
        if part.header.get("failed"):
            raise ZoningError(*(Problem(**one) for one in part.header["failed"]))
        if task.told is not None:
            try:
                task.told(part)
            except ZoningError as error:
                raise _UnheardError(error) from error
        if part.header.get("last"):
            return part
