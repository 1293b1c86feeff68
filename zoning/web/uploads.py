"""Files that users send: a folder each, under names that were made here.

They are bounded in number and in bytes. Where room is needed, the oldest go that
no unfinished job needs; a run keeps the sites it was made of itself.
"""

import contextlib
import re
import shutil
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from zoning.web.names import IDENTIFIER, fresh_identifier, safe_name
from zoning.web.refusals import RefusedError, disk_refusal
from zoning.whole_files import put_whole

__all__ = ["UploadLimits", "Uploads"]

_IDENTIFIER = re.compile(IDENTIFIER)
_DAY_SECONDS = 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How much a desk keeps.

    Parameters
    ----------
    most_bytes : int
        Of all uploads together.
    most : int
        Uploads.
    most_files : int
        Files of one upload, such as a Shapefile in parts.
    days : float
        After which an upload is forgotten.
    fresh_seconds : float
        Time in which none is forgotten to make room: somebody is at work on it.
    """

    most_bytes: int = 2 << 30
    most: int = 5_000
    most_files: int = 12
    days: float = 30.0
    fresh_seconds: float = 900.0


class Uploads:
    """The uploads of a desk.

    Parameters
    ----------
    folder : Path
    limits : UploadLimits, optional
    """

    def __init__(self, folder: Path, limits: UploadLimits | None = None) -> None:
        self._folder, self._limits = folder, limits or UploadLimits()
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        self._bytes = {path.name: _size(path) for path in folder.iterdir()}

    def put(
        self,
        name: str,
        content: bytes,
        *,
        into: str | None = None,
        needed: Collection[str] = (),
    ) -> str:
        """Store a file, whole or not at all; return the identifier of its upload.

        Parameters
        ----------
        name : str
            As the user calls it; never used as a path.
        into : str, optional
            An upload that it belongs to, such as that of a Shapefile.
        needed : collection of str
            Uploads that must stay.

        Raises
        ------
        RefusedError
            ``DESK_STORE_FULL``, ``DESK_DISK_FULL``, ``DESK_TOO_MANY_FILES``.
        """
        with self._lock:
            if into is not None:
                count = sum(1 for _ in self.folder(into).iterdir())
                if count >= self._limits.most_files:
                    limit = str(self._limits.most_files)
                    raise RefusedError("DESK_TOO_MANY_FILES", limit=limit)
            count = len(self._bytes) + (into is None)
            self._make_room(len(content), count, needed={*needed, into or ""})
            identifier = into or fresh_identifier()
            self._write(identifier, safe_name(name), content)
            return identifier

    def folder(self, identifier: str) -> Path:
        """Return the folder of an upload.

        Raises
        ------
        RefusedError
            ``DESK_UPLOAD_UNKNOWN``.
        """
        folder = self._folder / identifier
        if not _IDENTIFIER.fullmatch(identifier) or not folder.is_dir():
            raise RefusedError("DESK_UPLOAD_UNKNOWN")
        return folder

    def forget_old(self, *, needed: Collection[str] = ()) -> int:
        """Remove uploads that are past their days; return how many."""
        with self._lock:
            before = time.time() - self._limits.days * _DAY_SECONDS
            old = [one for age, one in self._by_age(needed) if age < before]
            for identifier in old:
                self._forget(identifier)
        return len(old)

    def _make_room(self, more: int, count: int, *, needed: Collection[str]) -> None:
        """Forget uploads until `more` bytes and `count` uploads in all fit."""
        limits = self._limits
        total = sum(self._bytes.values()) + more
        if total <= limits.most_bytes and count <= limits.most:
            return
        before = time.time() - limits.fresh_seconds
        for age, oldest in self._by_age(needed):
            if age >= before:
                break
            total, count = total - self._bytes[oldest], count - 1
            self._forget(oldest)
            if total <= limits.most_bytes and count <= limits.most:
                return
        raise RefusedError("DESK_STORE_FULL", limit=str(limits.most_bytes >> 20))

    def _by_age(self, needed: Collection[str]) -> list[tuple[float, str]]:
        """Return when each upload that may go was last added to, oldest first."""
        aged = []
        for identifier in self._bytes:
            if identifier not in needed:
                with contextlib.suppress(OSError):
                    path = self._folder / identifier
                    aged.append((path.stat().st_mtime, identifier))
        return sorted(aged)

    def _forget(self, identifier: str) -> None:
        shutil.rmtree(self._folder / identifier, ignore_errors=True)
        self._bytes.pop(identifier, None)

    def _write(self, identifier: str, name: str, content: bytes) -> None:
        folder = self._folder / identifier
        aside = self._folder / f"{identifier}.tmp"  # not among the files of the upload
        fresh = identifier not in self._bytes
        try:
            folder.mkdir(exist_ok=True)
            put_whole(folder / name, content, aside=aside)
        except OSError as error:
            if fresh:
                self._forget(identifier)
            raise disk_refusal(error) from error
        self._bytes[identifier] = _size(folder)


def _size(path: Path) -> int:
    """Return the bytes below a path."""
    files = [path, *path.rglob("*")] if path.is_dir() else [path]
    return sum(one.stat().st_size for one in files if one.is_file())
