"""The reading process, seen from the one that asks: started, watched, ended."""

import atexit
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import IO, BinaryIO, TypeVar, cast

from zoning import guard
from zoning.errors import SiteError
from zoning.io.quarantine.frames import (
    EndedError,
    Frame,
    GarbledError,
    read_frame,
    write_frame,
)
from zoning.io.quarantine.limits import Limits
from zoning.io.quarantine.running import OUT_OF_MEMORY, understood
from zoning.io.reader_lost import ReaderLostError

__all__ = ["Reader", "shared_reader"]

_Told = TypeVar("_Told")

_BOOT = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from zoning.io.quarantine.child import main; main(*sys.argv[2:])"
)
_TAIL_BYTES = 8192
_PIPE_BYTES = 1 << 20
_PATIENCE_SECONDS = 5.0
_CLOCK_SIGNALS = {
    int(getattr(signal, name))
    for name in ("SIGALRM", "SIGXCPU")
    if hasattr(signal, name)
}
_WINDOWS_NEEDS = ("SYSTEMROOT", "PATH", "PATHEXT", "WINDIR")


class _Process:
    """One child and the thread that started it.

    The kernel ends a child with the *thread* that started it, so that thread
    stays, and takes in what the child prints.
    """

    def __init__(self, jobs: str) -> None:
        self.owner = os.getpid()
        self.place = tempfile.mkdtemp(prefix="zoning-")
        self.printed = b""
        self.late = False
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._keeper = threading.Thread(target=self._keep, args=(jobs,), daemon=True)
        self._keeper.start()
        self._started.wait()

    @property
    def popen(self) -> subprocess.Popen[bytes]:
        """The child.

        Raises
        ------
        ReaderLostError
            When the system would not start it.
        """
        if self._popen is None:
            detail = getattr(self._failure, "strerror", None) or "not started"
            raise ReaderLostError(limit=False, detail=detail)
        return self._popen

    def _keep(self, jobs: str) -> None:
        paths = [path for path in sys.path if Path(path).is_absolute()]
        arguments = [json.dumps(paths), jobs, self.place, str(os.getpid())]
        flags = ["-I", "-S", "-B", "-X", "utf8"]
        try:
            self._popen = subprocess.Popen(  # noqa: S603  own interpreter, own code
                [sys.executable, *flags, "-c", _BOOT, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.place,
                env=_environment(self.place),
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except OSError as error:
            self._failure = error
            return
        finally:
            self._started.set()
        for pipe in (self._popen.stdin, self._popen.stdout):
            _widen(cast("IO[bytes]", pipe))
        printed = cast("IO[bytes]", self._popen.stderr)
        while chunk := os.read(printed.fileno(), _TAIL_BYTES):
            self.printed = (self.printed + chunk)[-_TAIL_BYTES:]

    @contextlib.contextmanager
    def clock(self, seconds: int) -> Iterator[None]:
        """Kill the child unless what is done within ends in time."""
        timer = threading.Timer(seconds, self._stop)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()  # `late` is settled after this

    def _stop(self) -> None:
        self.late = True
        self.kill()

    def kill(self) -> None:
        """Kill the child and whatever it started."""
        popen = self._popen
        if popen is None or popen.poll() is not None:
            return
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                popen.kill()
            else:
                os.killpg(popen.pid, signal.SIGKILL)

    def end(self, patience: float = 0.0) -> int:
        """End the child, which may first take `patience` seconds to end itself.

        Returns
        -------
        int
            Its exit code, negative for a signal.
        """
        popen = self._popen
        if popen is None:
            shutil.rmtree(self.place, ignore_errors=True)
            return 0
        with contextlib.suppress(OSError):
            cast("IO[bytes]", popen.stdin).close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            popen.wait(patience)
        self.kill()
        code = popen.wait()
        self._keeper.join(_PATIENCE_SECONDS)
        for stream in (popen.stdout, popen.stderr):
            cast("IO[bytes]", stream).close()
        shutil.rmtree(self.place, ignore_errors=True)
        return code


def _widen(pipe: IO[bytes]) -> None:
    """Give a pipe more room, where the system lets one: fewer turns for the bulk."""
    try:
        import fcntl

        fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except (ImportError, AttributeError, OSError):
        return


def _environment(place: str) -> dict[str, str]:
    """Return all that the child is told: no proxy, no options of the user."""
    kept: dict[str, str] = {}
    if sys.platform == "win32":
        kept = {name: os.environ[name] for name in _WINDOWS_NEEDS if name in os.environ}
    own = dict.fromkeys(("HOME", "USERPROFILE", "TMPDIR", "TEMP", "TMP"), place)
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    pool = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}
    return {**kept, **guard.SETTINGS, **own, **threads, **pool}


class Reader:
    """Asks a process of its own, which stays for further questions.

    Parameters
    ----------
    jobs : str
        Module whose ``JOBS`` it can be asked for.
    """

    def __init__(self, jobs: str) -> None:
        self._jobs = jobs
        self._lock = threading.RLock()
        self._process: _Process | None = None
        self.held: tuple[str, ...] = ()

    @property
    def pid(self) -> int | None:
        """Number of the process; None while there is none."""
        return None if self._process is None else self._process.popen.pid

    def ask(
        self,
        question: Frame,
        understand: Callable[[Frame], _Told],
        *,
        limits: Limits,
    ) -> _Told:
        """Put a question; one at a time, whatever the threads.

        Parameters
        ----------
        understand : callable
            Makes the value of the answer; raises `GarbledError` where it is none.

        Raises
        ------
        ReaderLostError
            When the process had to be stopped or broke down. The next question
            gets a new one.
        ValueError, SiteError
            What the job itself raised.
        """
        folder = os.getcwd()  # noqa: PTH109  as text
        header = {**question.header, "limits": asdict(limits), "folder": folder}
        sent = Frame(header=header, buffers=question.buffers)
        with self._lock:
            process = self._ready()
            try:
                answer = _exchange(process, sent, limits)
                told = understand(understood(answer, limits))
            except (GarbledError, OSError) as error:
                raise self._lost(error, limits, late=process.late) from error
            except (ValueError, SiteError):
                raise  # of the job: the process is well
            except BaseException:
                self._end()
                raise
            self._keep(answer, late=process.late)
            return told

    def close(self) -> None:
        """End the process; a further question starts another."""
        with self._lock:
            self._end(patience=_PATIENCE_SECONDS)

    def _ready(self) -> _Process:
        process = self._process
        if process is not None and process.owner != os.getpid():
            process = None  # of the process that this one is a copy of
        if process is not None and process.popen.poll() is not None:
            process.end()
            process = None
        if process is None:
            process = _Process(self._jobs)
            self._process = process
        process.printed = b""
        return process

    def _keep(self, answer: Frame, *, late: bool) -> None:
        """Keep the process, unless it was stopped after the answer."""
        held = answer.header.get("held")
        self.held = tuple(map(str, held)) if isinstance(held, list) else ()
        if late:
            self._end()

    def _end(self, patience: float = 0.0) -> int:
        process, self._process = self._process, None
        return 0 if process is None else process.end(patience)

    def _lost(self, error: Exception, limits: Limits, *, late: bool) -> ReaderLostError:
        """End the process and tell what became of it."""
        process = self._process
        ended = isinstance(error, EndedError | OSError)
        code = self._end(patience=_PATIENCE_SECONDS if ended else 0.0)
        printed = b"" if process is None else process.printed
        if late or -code in _CLOCK_SIGNALS:
            return ReaderLostError(limit=True, detail=f"{limits.seconds} s")
        if OUT_OF_MEMORY.search(printed.decode("utf-8", "replace")):
            return ReaderLostError(limit=True, detail=f"{limits.megabytes} MB")
        if not ended:
            return ReaderLostError(limit=False, detail="no answer")
        return ReaderLostError(limit=False, detail=_death(code))


def _exchange(process: _Process, question: Frame, limits: Limits) -> Frame:
    """Ask and wait, with the clock running."""
    popen = process.popen
    with process.clock(limits.seconds):
        write_frame(cast("BinaryIO", popen.stdin), question)
        answer = read_frame(cast("BinaryIO", popen.stdout), most=limits.bytes)
    if answer is None:
        raise EndedError("end")
    return answer


def _death(code: int) -> str:
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"exit {code}"


@cache
def shared_reader(jobs: str) -> Reader:
    """Return the one reader of this process for a module of jobs."""
    reader = Reader(jobs)
    atexit.register(reader.close)
    return reader


if hasattr(os, "register_at_fork"):
    # a copy of this process must not talk into the pipes of the original
    os.register_at_fork(after_in_child=shared_reader.cache_clear)
