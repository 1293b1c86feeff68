"""Hashes of a base's files, computed again only where size or time differ.

What was computed lies beside the prepared layers, with size and time of every
file of the dataset, under a checksum of its own. A file changed within the last
seconds is not recorded: its time could stay the same at the next change.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from zoning import store
from zoning.io.hashing import file_sha256, files_of
from zoning.whole_files import put_whole

__all__ = ["KnownHashes"]

NAME = "hashes.json"
SETTLED_NS = 3_000_000_000
"""Coarsest clock of a file system, FAT's, and a second."""

Stamp = list[list[Any]]


class KnownHashes:
    """Hashes of the datasets of one base folder.

    Parameters
    ----------
    folder : Path
        The base.
    verify : bool
        Compute every hash again, whatever was recorded.

    Attributes
    ----------
    recorded, computed : int
        How many hashes were taken from the record, and how many computed.
    """

    def __init__(self, folder: Path, *, verify: bool = False) -> None:
        self._folder = folder
        self._known = {} if verify else _read(_path(folder))
        self._fresh: dict[str, dict[str, Any]] = {}
        self.recorded = 0
        self.computed = 0

    def sha256(self, name: str) -> str:
        """Return the hash of a dataset, named relative to the base."""
        path = self._folder / name
        stamp = _stamp(path)
        known = self._known.get(name)
        if known is not None and known["stamp"] == stamp:
            self.recorded += 1
            return str(known["sha256"])
        digest = file_sha256(path)
        self.computed += 1
        settled = all(abs(time.time_ns() - part[2]) > SETTLED_NS for part in stamp)
        if settled and _stamp(path) == stamp:
            self._fresh[name] = {"stamp": stamp, "sha256": digest}
        return digest

    def record(self) -> None:
        """Write what was computed; a folder that cannot be written costs time."""
        if not self._fresh:
            return
        path = _path(self._folder)
        files = {**_read(path), **self._fresh}
        text = json.dumps({"files": files, "check": _check(files)}, ensure_ascii=False)
        with contextlib.suppress(OSError):
            path.parent.mkdir(exist_ok=True)
            put_whole(path, text.encode())
        self._known, self._fresh = files, {}


def _path(folder: Path) -> Path:
    return folder / store.FOLDER / NAME


def _stamp(path: Path) -> Stamp:
    """Return name, size and time of every file of a dataset."""
    found = [(part.name, part.stat()) for part in files_of(path)]
    return [[name, one.st_size, one.st_mtime_ns] for name, one in found]


def _check(files: Mapping[str, Any]) -> str:
    text = json.dumps(files, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> dict[str, dict[str, Any]]:
    """Return what is recorded; nothing where the record is absent or damaged."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        files: dict[str, dict[str, Any]] = record["files"]
        sound = record["check"] == _check(files)
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return files if sound else {}
