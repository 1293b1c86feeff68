"""Tiles that were made, kept on disk while their layer stays as it is."""

import contextlib
import os
import shutil
import struct
import threading
from dataclasses import dataclass
from pathlib import Path

from zoning.whole_files import put_whole

__all__ = ["StoredTile", "TileStore"]

_HEAD = struct.Struct("<QQ")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTile:
    """A tile, with how many features there are and are drawn one by one."""

    content: bytes
    there: int
    shown: int


class TileStore:
    """The tiles of a desk, a folder for each edition of a layer.

    Parameters
    ----------
    folder : Path
    most_bytes : int
        Beyond it, all are forgotten: they cost only time to make again.
    """

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder, self._most = folder, most_bytes
        self._lock = threading.Lock()
        self._bytes = sum(_size(path) for path in folder.rglob("*.mvt"))

    def take(self, layer: str, key: str, *, place: str) -> StoredTile | None:
        """Return a tile, where it is there and whole."""
        try:
            content = (self._folder / f"{layer}-{key}" / f"{place}.mvt").read_bytes()
        except OSError:
            return None
        if len(content) < _HEAD.size:
            return None
        there, shown = _HEAD.unpack_from(content)
        return StoredTile(content=content[_HEAD.size :], there=there, shown=shown)

    def keep(self, layer: str, key: str, *, place: str, tile: StoredTile) -> None:
        """Keep a tile; where that cannot be it is made again."""
        content = _HEAD.pack(tile.there, tile.shown) + tile.content
        folder = self._folder / f"{layer}-{key}"
        with self._lock, contextlib.suppress(OSError):
            if self._bytes + len(content) > self._most:
                shutil.rmtree(self._folder, ignore_errors=True)
                self._bytes = 0
            if not folder.is_dir():
                self._forget_earlier(layer)
                folder.mkdir(parents=True)
            put_whole(folder / f"{place}.mvt", content)
            self._bytes += len(content)

    def _forget_earlier(self, layer: str) -> None:
        """Remove the tiles of earlier editions of a layer."""
        for old in self._folder.glob(f"{layer}-*"):
            shutil.rmtree(old, ignore_errors=True)


def _size(path: Path) -> int:
    with contextlib.suppress(OSError):
        return os.stat(path).st_size  # noqa: PTH116  one call for thousands
    return 0
