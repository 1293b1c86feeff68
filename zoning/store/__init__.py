"""Prepared layers beside the base: what reading made of them, by content hash.

One file per layer and hash (`files`), without pickles, written aside and
renamed, never replaced while anybody may have it mapped. It is used only while
the hash of the layer's files (and of the settings that shaped the reading) is
the one in its name; it is safe to delete, and a folder that cannot be written
only costs time. Docs: decision 0016.
"""

import contextlib
import hashlib
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

import shapely

from zoning.store.files import (
    DamagedError,
    Mend,
    Parts,
    StoredArray,
    StoredFile,
    write_file,
)
from zoning.store.shapes import StoredShapes, pack_shapes
from zoning.store.texts import StoredColumns, StoredTexts, pack_texts

__all__ = [
    "FOLDER",
    "VERSION",
    "DamagedError",
    "StoredArray",
    "StoredColumns",
    "StoredFile",
    "StoredShapes",
    "StoredTexts",
    "forget",
    "load",
    "pack_shapes",
    "pack_texts",
    "save",
    "size_of",
    "store_key",
]

VERSION = "6"
FOLDER = ".zoning"
SUFFIX = ".zst4"


def store_key(*parts: str) -> str:
    """Return the name of a store entry: a hash over version and `parts`."""
    digest = hashlib.sha256()
    for part in (VERSION, shapely.geos_version_string, *parts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def load(
    base: Path, layer_id: str, key: str, *, mend: Mend | None = None
) -> StoredFile | None:
    """Return the prepared layer, or None when there is none or it is damaged.

    `mend` makes it anew when a part of it turns out damaged later.
    """
    path = _path(base, layer_id, key)
    try:
        found = StoredFile(path, mend)
    except (OSError, DamagedError):
        return None  # it will be prepared again
    return found if found.header.get("key") == key else None


def save(
    base: Path,
    layer_id: str,
    key: str,
    *,
    header: dict[str, Any],
    arrays: Iterable[tuple[str, Parts]],
) -> StoredFile | None:
    """Write a prepared layer and return it mapped; None where that cannot be.

    Older entries of the same layer are removed, unless somebody holds them.
    """
    path = _path(base, layer_id, key)
    try:
        path.parent.mkdir(exist_ok=True)
        write_file(path, {**header, "key": key}, arrays)
    except OSError:
        return None
    prune(layer_id, keep=path)
    return load(base, layer_id, key)


def prune(layer_id: str, *, keep: Path) -> None:
    """Remove the other entries of a layer, of this version and of earlier ones."""
    for old in keep.parent.glob(f"{layer_id}-*"):
        ours = old.suffix in {SUFFIX, ".npz"}
        if ours and old != keep:
            with contextlib.suppress(OSError):  # in use elsewhere: pruned later
                old.unlink()


def forget(base: Path, *, keep: Collection[str]) -> None:
    """Remove the entries of layers that are not among `keep`."""
    for path in (base / FOLDER).glob(f"*{SUFFIX}"):
        if path.stem.rpartition("-")[0] not in keep:
            with contextlib.suppress(OSError):
                path.unlink()


def size_of(base: Path, layer_id: str) -> int:
    """Return the bytes of a layer's entry; 0 where there is none."""
    found = (base / FOLDER).glob(f"{layer_id}-*{SUFFIX}")
    return max((path.stat().st_size for path in found), default=0)


def _path(base: Path, layer_id: str, key: str) -> Path:
    return base / FOLDER / f"{layer_id}-{key}{SUFFIX}"
