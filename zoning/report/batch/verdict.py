"""``verdict.json`` of a batch, written while the sites pass by."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zoning.model import Report
from zoning.report.batch.values import Batch, Tally
from zoning.report.sharing import shared_site
from zoning.report.statements import (
    KEPT,
    Statements,
    canonical,
    said_alike,
    shares_not_covered,
)
from zoning.report.verdict import frame_document, site_document, software

__all__ = ["VerdictSink", "batch_verdict"]

Json = dict[str, Any]

_SIGNED = ("as_of", "base", "complete", "counts", "options", "packs", "schema", "sites")
"""Members up to the sites, sorted as the digest takes them."""


class VerdictSink:
    """Takes sites one by one; `finish` puts head and digest round them.

    Parameters
    ----------
    path : Path
        The file to make. Sites wait in a file beside it.
    share : bool
        Leave out places of the base, as `zoning.report.sharing`.
    """

    def __init__(self, path: Path, *, share: bool) -> None:
        self._path = path
        self._waiting = path.with_name(f"{path.name}.sites")
        self._file = self._waiting.open("wb")
        self._share = share
        self._statements = Statements()
        self._first = True

    def add(self, group: Report) -> None:
        """Write the next sites, a line each."""
        for result in group.sites:
            document = site_document(said_alike(result), KEPT)
            if self._share:
                document = shared_site(document)
            shares = shares_not_covered(result)
            line = canonical(self._statements.short(document, shares))
            self._file.write((b"" if self._first else b",\n") + _encoded(line))
            self._first = False

    def close(self) -> None:
        """Close the file of the sites."""
        self._file.close()

    def finish(self, batch: Batch, tally: Tally) -> Json:
        """Write the whole file; return its document without the sites."""
        self.close()
        document = frame_document(batch.report_of(())) | {
            "verdict": str(tally.verdict),
            "complete": tally.complete,
            "counts": {"sites": len(tally.verdicts), "rejected": tally.rejected},
            "statements": self._statements.document(),
        }
        document["digest"] = self._digest(document)
        document["software"] = dict(software())
        with self._path.open("wb") as whole:
            for name in ("schema", "verdict", "complete", "as_of", "counts"):
                start = b"{" if name == "schema" else b",\n"
                whole.write(start + _member(name, document[name]))
            whole.write(b',\n"sites":[\n')
            with self._waiting.open("rb") as sites:
                shutil.copyfileobj(sites, whole)
            whole.write(b"\n]")
            for name in ("statements", "base", "packs", "options"):
                whole.write(b",\n" + _member(name, document[name]))
            for name in ("software", "digest"):
                whole.write(b",\n" + _member(name, document[name]))
            whole.write(b"}\n")
        self._waiting.unlink()
        return document

    def _digest(self, document: Json) -> str:
        """Return what `digest_of` gives of the whole, without holding it."""
        digest = hashlib.sha256()
        for piece in self._pieces(document):
            digest.update(piece)
        return f"sha256:{digest.hexdigest()}"

    def _pieces(self, document: Json) -> Iterator[bytes]:
        start = b"{"
        for name in (*_SIGNED, "statements", "verdict"):
            yield start
            start = b","
            if name != "sites":
                yield _member(name, document[name])
                continue
            yield b'"sites":['
            with self._waiting.open("rb") as sites:
                for line in sites:
                    yield line.rstrip(b"\n")
            yield b"]"
        yield b"}"


def batch_verdict(batch: Batch, path: Path, *, share: bool) -> Path:
    """Write the verdict of a batch alone; return `path`."""
    tally, verdict = Tally(), VerdictSink(path, share=share)
    for group in batch.groups():
        tally.add(group)
        verdict.add(group)
    verdict.finish(batch, tally)
    return path


def _member(name: str, value: Any) -> bytes:
    return _encoded(f"{json.dumps(name)}:{canonical(value)}")


def _encoded(text: str) -> bytes:
    return text.encode(errors="backslashreplace")
