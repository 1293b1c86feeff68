"""The journal of a batch: what was asked and what is done, safe from a kill.

One SQLite file in write-ahead mode beside the coming run folder. A chunk of
results is one transaction, on disk before the next one counts. Every result
carries its checksum and the key of what it answers; one that does not fit is
not there. The file is held exclusively while a batch runs.
"""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from zoning.errors import OutputError, Problem

__all__ = ["Journal", "Row", "journal_path"]

Row = tuple[int, str, bytes]
"""Position, key and content of a site or a result."""

_FORM = "zoning/journal/1"
_TABLES = """
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sites (
  position INTEGER PRIMARY KEY, key TEXT NOT NULL, content BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS results (
  key TEXT PRIMARY KEY, content BLOB NOT NULL, checksum TEXT NOT NULL
) WITHOUT ROWID;
"""
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_PENDING = """
SELECT sites.position, sites.key, sites.content FROM sites
LEFT JOIN results ON results.key = sites.key
WHERE results.key IS NULL AND sites.position >= ? ORDER BY sites.position LIMIT ?
"""
_DONE = "SELECT count(*) FROM sites JOIN results ON results.key = sites.key"


def journal_path(folder: Path) -> Path:
    """Return where the journal of a run folder lies: hidden, beside it."""
    return folder.with_name(f".{folder.name}.journal")


class Journal:
    """The journal of one batch, open and held.

    Parameters
    ----------
    path : Path
        Made when it is not there; parents too.

    Raises
    ------
    OutputError
        When it cannot be written, is held by another run, or is none.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, isolation_level=None, timeout=0.5)
            try:
                self._prepare()
            except BaseException:
                self._file.close()
                raise

    def _prepare(self) -> None:
        self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._file.execute("PRAGMA journal_mode = WAL")
        self._file.execute("PRAGMA synchronous = FULL")
        self._file.execute("BEGIN IMMEDIATE")
        for statement in _TABLES.split(";"):
            self._file.execute(statement)
        self._file.execute("INSERT OR IGNORE INTO facts VALUES ('form', ?)", (_FORM,))
        self._file.execute("COMMIT")
        if self.facts()["form"] != _FORM:
            raise sqlite3.DatabaseError(_FORM)

    def __enter__(self) -> Self:
        """Return itself, open."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close; what was committed stays."""
        self.close()

    def close(self) -> None:
        """Let go of the file; what was committed stays in it."""
        self._file.close()

    def remove(self) -> None:
        """Close and delete the file with its companions."""
        self.close()
        for suffix in _SUFFIXES:
            self.path.with_name(f"{self.path.name}{suffix}").unlink(missing_ok=True)

    # ---------------------------------------------------------------- facts
    def facts(self) -> Mapping[str, str]:
        """Return what the journal says of its batch."""
        return dict(self._file.execute("SELECT name, value FROM facts"))

    def note(self, facts: Mapping[str, str]) -> None:
        """Write facts down, in one transaction."""
        with self._transaction():
            self._file.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items()
            )

    # ---------------------------------------------------------------- sites
    def ask(self, sites: Iterable[bytes], facts: Mapping[str, str]) -> None:
        """Write down what is asked: sites in order, and what they are held against.

        Results that answer none of it are dropped; when `facts` differ from
        those of before, all of them.
        """
        with self._transaction():
            held = self.facts()
            if any(held.get(name) != value for name, value in facts.items()):
                self._file.execute("DELETE FROM results")
            self._file.execute("DELETE FROM sites")
            self._file.executemany(
                "INSERT INTO sites VALUES (?, ?, ?)",
                (
                    (position, _sha256(content), content)
                    for position, content in enumerate(sites)
                ),
            )
            self._file.execute(
                "DELETE FROM results WHERE key NOT IN (SELECT key FROM sites)"
            )
            self._file.executemany(
                "INSERT OR REPLACE INTO facts VALUES (?, ?)", facts.items()
            )

    @property
    def count(self) -> int:
        """Number of sites asked."""
        return int(self._file.execute("SELECT count(*) FROM sites").fetchone()[0])

    @property
    def done(self) -> int:
        """Number of sites that have a result."""
        return int(self._file.execute(_DONE).fetchone()[0])

    def pending(self, start: int, most: int) -> list[Row]:
        """Return the first sites from `start` on that have no result."""
        with self._told():
            return list(self._file.execute(_PENDING, (start, most)))

    # -------------------------------------------------------------- results
    def keep(self, results: Iterable[tuple[str, bytes]]) -> None:
        """Write the results of a chunk by the key of their site, all or none."""
        with self._transaction():
            self._file.executemany(
                "INSERT OR REPLACE INTO results VALUES (?, ?, ?)",
                ((key, content, _sha256(content)) for key, content in results),
            )

    def forget_damaged(self) -> int:
        """Drop results that differ from their checksum; return how many."""
        with self._told():
            damaged = [
                key
                for key, content, checksum in self._file.execute(
                    "SELECT key, content, checksum FROM results"
                )
                if _sha256(content) != checksum
            ]
        with self._transaction():
            self._file.executemany(
                "DELETE FROM results WHERE key = ?", ((key,) for key in damaged)
            )
        return len(damaged)

    def results(self) -> Iterator[bytes]:
        """Yield the results in the order of the sites.

        Raises
        ------
        OutputError
            When one is missing or differs from its checksum.
        """
        for position in range(self.count):
            yield self.result(position)

    def result(self, position: int) -> bytes:
        """Return the result of the site at `position`, as `results`."""
        with self._told():
            row = self._file.execute(
                "SELECT content, checksum FROM results WHERE key = "
                "(SELECT key FROM sites WHERE position = ?)",
                (position,),
            ).fetchone()
        if row is None or _sha256(row[0]) != row[1]:
            raise self._broken(f"#{position + 1}")
        content: bytes = row[0]
        return content

    def picked(self, positions: Sequence[int]) -> Iterator[bytes]:
        """Yield the results at some positions, in the order given."""
        return map(self.result, positions)

    # ---------------------------------------------------------------- faults
    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._file.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._file.execute("COMMIT")
            except BaseException:
                if self._file.in_transaction:
                    self._file.execute("ROLLBACK")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turn what the system says into a coded message."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise self._broken(str(error)) from error

    def _broken(self, detail: str) -> OutputError:
        code = "JOURNAL_HELD" if "locked" in detail else "JOURNAL_NOT_WRITTEN"
        values = {"name": self.path.name, "detail": detail}
        return OutputError(Problem(code=code, values=values))


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
