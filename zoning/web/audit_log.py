"""The log of a desk: one line an event, each chained to the one before by hash.

It holds identifiers, hashes, counts and verdicts; no coordinates, names or
paths. A line that was changed, removed or put in breaks the chain; so does a
tail that was cut off, since the head is kept beside it. A desk that starts on a
broken log says so in it, and it stays told.
"""

import contextlib
import errno
import hashlib
import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zoning.errors import Problem
from zoning.report.statements import canonical
from zoning.web.refusals import disk_refusal
from zoning.whole_files import put_whole

__all__ = ["LOG", "AuditLog", "broken_links", "head_of"]

LOG, HEAD = "audit.jsonl", "audit.head.json"
BROKEN = "log_broken"
_FOUND_BROKEN = f'"event": "{BROKEN}"'
_START = "0" * 64
_Event = tuple[str, str, Mapping[str, str | int | bool | None]]


class AuditLog:
    """The log in a folder; it goes on where an earlier desk stopped."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG
        self._head = folder / HEAD
        self._lock = threading.Lock()
        self._waiting: list[_Event] = []
        folder.mkdir(parents=True, exist_ok=True)
        self._drop_torn()
        broken = broken_links(folder)
        self._count, self._last = head_of(folder)
        if broken and not any(_FOUND_BROKEN in line for line in _lines(self._path)):
            self.note_late(BROKEN, line=int(broken[0].values["line"]))

    def note(self, event: str, **facts: str | int | bool | None) -> None:
        """Write down an event, with what can be told of it, before it goes on.

        Raises
        ------
        RefusedError
            ``DESK_DISK_FULL``; the log is as it was.
        """
        with self._lock:
            self._waiting.append((event, _now(), facts))
            try:
                self._write()
            except OSError as error:
                self._waiting.pop()
                raise disk_refusal(error) from error

    def note_late(self, event: str, **facts: str | int | bool | None) -> None:
        """Write down what has happened already; with the next event, if not now."""
        with self._lock:
            self._waiting.append((event, _now(), facts))
            with contextlib.suppress(OSError):
                self._write()

    def _write(self) -> None:
        """Add a line for each event that waits, each with the head after it."""
        while self._waiting:
            event, time, facts = self._waiting[0]
            entry: dict[str, Any] = {
                "number": self._count + 1,
                "time": time,
                "event": event,
                **facts,
                "before": self._last,
            }
            entry["hash"] = _hash(entry)
            self._add(f"{json.dumps(entry, ensure_ascii=True)}\n".encode())
            self._count, self._last = self._count + 1, entry["hash"]
            self._waiting.pop(0)
            with contextlib.suppress(OSError):  # the next event sets it
                head = json.dumps({"count": self._count, "hash": self._last})
                put_whole(self._head, head.encode())

    def _add(self, line: bytes) -> None:
        """Add a line, whole or not at all."""
        with self._path.open("ab", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            try:
                written = file.write(line)
                os.fsync(file.fileno())
            except OSError:
                file.truncate(end)
                raise
            if written != len(line):
                file.truncate(end)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def _drop_torn(self) -> None:
        """Remove the beginning of a line whose writing was cut short."""
        with contextlib.suppress(FileNotFoundError):
            content = self._path.read_bytes()
            whole = content.rfind(b"\n") + 1
            if whole < len(content):
                os.truncate(self._path, whole)


def broken_links(folder: Path) -> tuple[Problem, ...]:
    """Return where the log is not as it was written; nothing when it is."""
    last, count, entries, found = _START, 0, list[str](), list[int]()
    for count, line in enumerate(_lines(folder / LOG), start=1):
        try:
            entry = json.loads(line)
            sound = entry["before"] == last and entry["number"] == count
            sound = sound and json.dumps(entry, ensure_ascii=True) == line
            claimed = entry.pop("hash")
            sound = sound and claimed == _hash(entry)
            found_before = [int(entry["line"])] if entry["event"] == BROKEN else []
        except (ValueError, KeyError, TypeError):
            return (_broken(count),)
        if not sound:
            return (_broken(count),)
        last = claimed
        entries.append(claimed)
        found += found_before
    if found:
        return (_broken(found[0]),)
    return () if _fits(folder / HEAD, entries) else (_broken(count),)


def _fits(head: Path, known: list[str]) -> bool:
    """Say whether the head names the last line, or that before it.

    The line is written first; whoever is killed between the two leaves such a head.
    """
    try:
        told = json.loads(head.read_text())
        count, found = told["count"], told["hash"]
        return (
            count in {len(known), len(known) - 1} and found == [_START, *known][count]
        )
    except FileNotFoundError:
        return len(known) <= 1
    except (ValueError, KeyError, TypeError, OSError):
        return False


def head_of(folder: Path) -> tuple[int, str]:
    """Return how many events a log holds, and the hash of the last."""
    lines = _lines(folder / LOG)
    if not lines:
        return 0, _START
    try:
        return len(lines), str(json.loads(lines[-1])["hash"])
    except (ValueError, KeyError, TypeError):  # told by `broken_links`
        return len(lines), hashlib.sha256(lines[-1].encode()).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _broken(number: int) -> Problem:
    return Problem(code="DESK_LOG_BROKEN", values={"line": str(number)})


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").split("\n")[:-1]
    except FileNotFoundError:
        return []
