"""What the reading process may not do, laid on itself before it sees a file.

Limits and filter of the system hold for native code too. The audit hook sees
what Python does, no more; it knows files by name, and what was tried.
"""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from zoning.io.quarantine.limits import Limits
from zoning.io.quarantine.system_filter import hold_system_calls

__all__ = ["Confinement"]

_FILE_BYTES = 16 << 20
"""GDAL may make the index of a GeoPackage's log; nobody writes more."""
_RESERVED_BYTES = 4 << 30
"""Address space beyond memory in use: libraries, stacks, arenas."""
_GRACE_SECONDS = 5
"""The clock of the parent comes first; this one is for a child without one."""
_DEATH_SIGNAL = 1
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.startfile",
    "os.kill",
    "urllib.",
    "ftplib.",
    "http.client.",
    "pty.",
    "_winapi.CreateProcess",
    # wheels for Windows find their own libraries by it
    *(() if sys.platform == "win32" else ("ctypes.",)),
)
_CHANGES: Mapping[str, int] = {
    "os.chmod": 1,
    "os.chown": 1,
    "os.link": 2,
    "os.mkdir": 1,
    "os.remove": 1,
    "os.rename": 2,
    "os.rmdir": 1,
    "os.symlink": 2,
    "os.truncate": 1,
    "os.utime": 1,
}
"""Events that change files, and how many of their arguments are paths."""


class Confinement:
    """The bounds of this process, from the moment it is made.

    Parameters
    ----------
    place : Path
        The one folder in which it may write.
    parent : int
        Process without which it ends.

    Attributes
    ----------
    refused : str
        The first thing that was tried and not allowed; '' for none.
    """

    def __init__(self, place: Path, parent: int) -> None:
        self.refused = ""
        self._place = os.path.realpath(place)
        self._held = [*_tied_to(parent), *_limited(), "audit"]
        if hold_system_calls():
            self._held.append("system calls")
        self._trim = _trimmer()
        sys.addaudithook(self._audit)

    @property
    def held(self) -> tuple[str, ...]:
        """What keeps it, by name."""
        return tuple(self._held)

    def allow(self, limits: Limits) -> None:
        """Set the limits for one file."""
        with contextlib.suppress(ImportError):
            import resource

            used, kept = int(time.process_time()), _kept_bytes()
            _soft(resource.RLIMIT_DATA, kept + limits.bytes)
            _soft(resource.RLIMIT_AS, kept + limits.bytes + _RESERVED_BYTES)
            _soft(resource.RLIMIT_CPU, used + limits.seconds + 1)
        if sys.platform != "win32":
            signal.alarm(limits.seconds + _GRACE_SECONDS)

    def rest(self) -> None:
        """Stop the clock between two files, and give memory back."""
        self._trim(0)
        if sys.platform != "win32":
            signal.alarm(0)

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            bad = isinstance(flags, int) and flags & _WRITING and self._outside(path)
        elif event in _CHANGES:
            bad = any(map(self._outside, arguments[: _CHANGES[event]]))
        else:
            bad = event.startswith(_REFUSED)
        if bad:
            self.refused = self.refused or event
            raise PermissionError(event)

    def _outside(self, path: object) -> bool:
        if not isinstance(path, str | bytes | os.PathLike):
            return False  # a descriptor: it was opened before
        try:
            real = os.path.realpath(os.fsdecode(path))
            inside = os.path.commonpath([real, self._place]) == self._place
        except ValueError:  # another drive, or no path at all
            return True
        return not inside and real != os.path.realpath(os.devnull)


def _limited() -> list[str]:
    """Lay on what holds for all files; soft limits come with each."""
    try:
        import resource
    except ImportError:  # Windows
        return []
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _FILE_BYTES),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (value, value))
    return ["memory", "cpu", "file size", "no core"]


def _soft(kind: int, value: int) -> None:
    """Set a soft limit; a system that has none of this kind refuses."""
    import resource

    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(kind)
        fits = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (fits, hard))


def _kept_bytes() -> int:
    """Return the memory that is taken before a file is read."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except (OSError, IndexError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")


def _trimmer() -> Callable[[int], object]:
    """Return the function of the C library that gives freed memory back."""
    if not sys.platform.startswith("linux"):
        return lambda _: None
    import ctypes

    return getattr(ctypes.CDLL(None), "malloc_trim", lambda _: None)


def _tied_to(parent: int) -> list[str]:
    """Have the kernel end this process with its parent, and grant it nothing."""
    if not sys.platform.startswith("linux"):
        return []
    import ctypes

    system = ctypes.CDLL(None, use_errno=True)
    told = system.prctl(_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0) == 0
    if os.getppid() != parent:
        os._exit(0)
    return ["ends with parent"] if told else []
