"""The log of a desk: one line an event, each chained to the one before by hash.

It holds identifiers, hashes, counts and verdicts; no coordinates, names or
paths. A line that was changed, removed or put in breaks the chain; so does a
tail that was cut off, since the head is kept beside it.
"""

import hashlib
import json
import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from zoning.errors import Problem
from zoning.report.statements import canonical

__all__ = ["AuditLog", "broken_links"]

LOG, HEAD = "audit.jsonl", "audit.head.json"
_START = "0" * 64


class AuditLog:
    """The log in a folder; it goes on where an earlier desk stopped."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOG
        self._head = folder / HEAD
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        lines = _lines(self._path)
        self._count = len(lines)
        self._last = json.loads(lines[-1])["hash"] if lines else _START

    def note(self, event: str, **facts: str | int | bool | None) -> None:
        """Write down an event, with what can be told of it."""
        with self._lock:
            entry: dict[str, Any] = {
                "number": self._count + 1,
                "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "event": event,
                **facts,
                "before": self._last,
            }
            entry["hash"] = _hash(entry)
            with self._path.open("ab") as file:
                file.write(f"{json.dumps(entry, ensure_ascii=True)}\n".encode())
                file.flush()
                os.fsync(file.fileno())
            self._count += 1
            self._last = entry["hash"]
            aside = self._head.with_suffix(".tmp")
            aside.write_text(json.dumps({"count": self._count, "hash": self._last}))
            aside.replace(self._head)


def broken_links(folder: Path) -> tuple[Problem, ...]:
    """Return where the log is not as it was written; nothing when it is."""
    last, count = _START, 0
    for count, line in enumerate(_lines(folder / LOG), start=1):
        try:
            entry = json.loads(line)
            sound = entry["before"] == last and entry["number"] == count
            sound = sound and json.dumps(entry, ensure_ascii=True) == line
            claimed = entry.pop("hash")
            sound = sound and claimed == _hash(entry)
        except (ValueError, KeyError, TypeError):
            return (_broken(count),)
        if not sound:
            return (_broken(count),)
        last = claimed
    try:
        head = json.loads((folder / HEAD).read_text())
        whole = head["count"] == count and head["hash"] == last
    except FileNotFoundError:
        whole = count == 0
    except (ValueError, KeyError, TypeError, OSError):
        whole = False
    return () if whole else (_broken(count),)


def _broken(number: int) -> Problem:
    return Problem(code="DESK_LOG_BROKEN", values={"line": str(number)})


def _hash(entry: dict[str, Any]) -> str:
    return hashlib.sha256(canonical(entry).encode()).hexdigest()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="ascii", errors="replace").split("\n")[:-1]
    except FileNotFoundError:
        return []
