"""``MANIFEST.json``: what a run folder holds, written last, and its check.

A folder without a manifest is not a run. The manifest names every file with
size and SHA-256, and its last entry, ``seal``, is the SHA-256 of all that
stands before it; `verify_run` finds what was altered, removed or added.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zoning.errors import Problem
from zoning.report.verdict import digest_of, json_bytes, software

__all__ = [
    "AUDIT",
    "CORRIDORS",
    "IMPACT",
    "LAYOUT",
    "MANIFEST",
    "MANIFEST_SCHEMA",
    "RIVERSIDE",
    "VERDICT",
    "manifest_bytes",
    "verify_run",
]

MANIFEST = "MANIFEST.json"
MANIFEST_SCHEMA = "zoning/manifest/1"

SEAL = "seal"
VERDICT, AUDIT, CORRIDORS = "verdict.json", "audit.json", "corridors.json"
LAYOUT, IMPACT, RIVERSIDE = "layout.json", "impact.json", "riverside.json"
_RECORDS = (VERDICT, AUDIT, CORRIDORS, LAYOUT, IMPACT, RIVERSIDE)

_CHUNK = 1 << 20
_NOT_UNDERSTOOD = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


def manifest_bytes(folder: Path, facts: Mapping[str, Any]) -> bytes:
    """Return the manifest of every file under `folder`, in order of their paths.

    Parameters
    ----------
    facts : mapping
        What the manifest says beside the files: digest, verdict, language.
    """
    files = [
        {"name": name, "size": path.stat().st_size, "sha256": _sha256(path)}
        for name, path in _files(folder)
        if name != MANIFEST
    ]
    document = {
        "schema": MANIFEST_SCHEMA,
        **facts,
        "files": files,
        "software": dict(software()),
    }
    return _sealed(document)


def verify_run(folder: Path) -> tuple[Problem, ...]:
    """Return what is wrong with a run folder; nothing when it is as written.

    Finds changed, missing and unknown files, a changed manifest, and a verdict
    whose digest does not match. It compares with the manifest beside the files:
    who may write the folder may write both, so keep the digest elsewhere where
    that matters.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        return (Problem(code="RUN_NOT_FOUND", values={"folder": folder.name}),)
    content = manifest.read_bytes()
    try:
        listed = json.loads(content)
        named = {str(e["name"]): (e["size"], e["sha256"]) for e in listed["files"]}
        digest = listed["digest"]
        whole = _sealed({key: listed[key] for key in listed if key != SEAL})
    except _NOT_UNDERSTOOD as error:
        return (_broken(MANIFEST, error),)
    found = dict(_files(folder))
    found.pop(MANIFEST, None)
    changed = Problem(code="RUN_FILE_CHANGED", values={"name": MANIFEST})
    return (
        *([changed] if whole != content else []),
        *_compare(named, found),
        *(
            problem
            for name in _RECORDS
            for problem in _verdict_problems(folder / name, digest)
        ),
    )


def _sealed(document: Mapping[str, Any]) -> bytes:
    """Return the manifest with its seal; the bytes have one form only."""
    seal = hashlib.sha256(json_bytes(document)).hexdigest()
    return json_bytes({**document, SEAL: seal})


def _compare(
    named: Mapping[str, tuple[int, str]], found: Mapping[str, Path]
) -> Iterator[Problem]:
    for name, (size, sha256) in named.items():
        path = found.get(name)
        if path is None:
            yield Problem(code="RUN_FILE_MISSING", values={"name": name})
            continue
        try:
            if path.stat().st_size != size or _sha256(path) != sha256:
                yield Problem(code="RUN_FILE_CHANGED", values={"name": name})
        except OSError as error:
            values = {"name": name, "detail": error.strerror or type(error).__name__}
            yield Problem(code="RUN_FILE_UNREADABLE", values=values)
    for name in found:
        if name not in named:
            yield Problem(code="RUN_FILE_UNKNOWN", values={"name": name})


def _verdict_problems(path: Path, digest: str) -> Iterator[Problem]:
    """Check the digest of the answer, and that the manifest names the same."""
    if not path.is_file():
        return  # of the other kind of run, or reported as missing
    try:
        document = json.loads(path.read_bytes())
        right = digest_of(document) == document["digest"] == digest
    except _NOT_UNDERSTOOD as error:
        yield _broken(path.name, error)
        return
    if not right:
        yield Problem(code="RUN_DIGEST_WRONG")


def _broken(name: str, error: Exception) -> Problem:
    detail = f"{name}, {type(error).__name__}"
    return Problem(code="RUN_MANIFEST_BROKEN", values={"detail": detail})


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files below `folder` with their slashed names, sorted."""
    paths = (path for path in folder.rglob("*") if path.is_file())
    named = ((path.relative_to(folder).as_posix(), path) for path in paths)
    yield from sorted(named)


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
