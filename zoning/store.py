"""Prepared layers beside the base: what reading made of them, by content hash.

One uncompressed numpy archive per layer and hash, without pickles, written
aside and renamed. It is used only while the hash of the layer's files (and of
the settings that shaped the reading) is the one in its name; it is safe to
delete, and a folder that cannot be written only costs time.
"""

import contextlib
import hashlib
import json
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

__all__ = ["Prepared", "load", "pack_geometry", "pack_text", "save", "store_key"]

VERSION = "3"
FOLDER = ".zoning"
HEADER = "header"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Prepared:
    """A header of plain values and named arrays."""

    header: dict[str, Any]
    arrays: dict[str, NDArray[Any]]

    def text(self, name: str) -> NDArray[np.object_]:
        """Return a text column packed by `pack_text`."""
        blob = self.arrays[f"{name}.bytes"].tobytes()
        ends = self.arrays[f"{name}.ends"].tolist()
        starts = [0, *ends[:-1]]
        words = [blob[a:b].decode() for a, b in zip(starts, ends, strict=True)]
        return np.array([*words, None], dtype=object)[:-1]

    def geometry(self, name: str) -> NDArray[np.object_]:
        """Return geometries packed by `pack_geometry`."""
        blob = self.arrays[f"{name}.bytes"].tobytes()
        ends = self.arrays[f"{name}.ends"].tolist()
        starts = [0, *ends[:-1]]
        wkb = [blob[a:b] for a, b in zip(starts, ends, strict=True)]
        shapes = shapely.from_wkb(np.array([*wkb, None], dtype=object)[:-1])
        return np.asarray(shapes, dtype=object)


def pack_text(name: str, words: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    """Pack text, shape (n,), as one block of UTF-8 and its ends."""
    return _blob(name, [str(word).encode() for word in words])


def pack_geometry(name: str, shapes: NDArray[np.object_]) -> dict[str, NDArray[Any]]:
    """Pack geometries, shape (n,), as one block of WKB and its ends."""
    return _blob(name, list(shapely.to_wkb(shapes)))


def store_key(*parts: str) -> str:
    """Return the name of a store entry: a hash over version and `parts`."""
    digest = hashlib.sha256()
    for part in (VERSION, shapely.geos_version_string, *parts):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:32]


def load(base: Path, layer_id: str, key: str) -> Prepared | None:
    """Return the prepared layer, or None when there is none or it is damaged."""
    path = _path(base, layer_id, key)
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(arrays.pop(HEADER).tobytes())
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # damaged: it will be prepared again
    return Prepared(header=header, arrays=arrays)


def save(base: Path, layer_id: str, key: str, *, prepared: Prepared) -> bool:
    """Write a prepared layer; False where the folder cannot be written.

    Older entries of the same layer are removed.
    """
    path = _path(base, layer_id, key)
    header = json.dumps(prepared.header, ensure_ascii=False).encode()
    arrays = {**prepared.arrays, HEADER: np.frombuffer(header, dtype=np.uint8)}
    aside = path.with_suffix(f".{os.getpid()}.tmp")
    try:
        path.parent.mkdir(exist_ok=True)
        with aside.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        return False
    for old in path.parent.glob(f"{layer_id}-*.npz"):
        if old != path:
            with contextlib.suppress(OSError):  # in use elsewhere: pruned later
                old.unlink()
    return True


def _path(base: Path, layer_id: str, key: str) -> Path:
    return base / FOLDER / f"{layer_id}-{key}.npz"


def _blob(name: str, pieces: list[bytes]) -> dict[str, NDArray[Any]]:
    ends = np.cumsum([len(piece) for piece in pieces], dtype=np.int64)
    return {
        f"{name}.bytes": np.frombuffer(b"".join(pieces), dtype=np.uint8),
        f"{name}.ends": ends,
    }
