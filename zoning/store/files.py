"""One file of named arrays that is mapped, not read: blocks and their checksums.

Layout: magic, arrays at multiples of 64 bytes, a CRC-32 of every 64 KiB of
every array, a JSON header, and a footer that says where the header is. All
little-endian. A reader that touches part of an array checks the blocks it
touches and no others; a flipped byte is found where it could be read, and
nowhere else matters.

The file is written aside and renamed, so that it is whole or absent.
"""

import contextlib
import json
import mmap
import os
import struct
import zlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, ZoningError
from zoning.whole_files import written_aside

__all__ = ["BLOCK", "DamagedError", "StoredArray", "StoredFile", "write_file"]

MAGIC = b"ZSTORE4\n"
FOOTER = struct.Struct("<QQII8s")  # header at, its bytes, its CRC, CRC of this, magic
ALIGNED = 64
BLOCK = 1 << 16
"""Bytes that share a checksum."""

Parts = Iterable[NDArray[Any]]
Mend = Callable[[], "StoredFile | None"]


_DAMAGED: set[Path] = set()
"""Files found damaged that this process could not remove."""


class DamagedError(ZoningError):
    """What the file says does not agree with its checksums; it is used no more."""


class StoredArray:
    """An array of a mapped file; what is handed out has been checked."""

    def __init__(self, file: "StoredFile", name: str, place: Mapping[str, Any]) -> None:
        self._file = file
        self._name = name
        shape = tuple(int(size) for size in place["shape"])
        kind = np.dtype(str(place["dtype"]))
        start, first = int(place["at"]), int(place["check"])
        if kind.hasobject or start < 0 or min(shape, default=0) < 0:
            raise ValueError(name)
        size = int(np.prod(shape, dtype=np.int64)) * kind.itemsize
        raw = file.map[start : start + size]
        blocks = -(-size // BLOCK)
        if len(raw) != size or first < 0 or first + blocks > len(file.checks):
            raise ValueError(name)
        self._raw = raw
        self._checks = file.checks[first : first + blocks]
        self._sound = np.zeros(blocks, dtype=bool)
        self._values = raw.view(kind).reshape(shape)
        self._row = size // shape[0] if shape[0] else kind.itemsize

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._values)

    def whole(self) -> NDArray[Any]:
        """Return all rows."""
        self._check(np.flatnonzero(~self._sound))
        return self._values

    def between(self, start: int, stop: int) -> NDArray[Any]:
        """Return the rows from `start` up to `stop`."""
        if stop > start:
            first, last = start * self._row // BLOCK, (stop * self._row - 1) // BLOCK
            blocks = np.arange(first, last + 1)
            self._check(blocks[~self._sound[first : last + 1]])
        return self._values[start:stop]

    def runs(self, starts: NDArray[np.int64], stops: NDArray[np.int64]) -> NDArray[Any]:
        """Return runs of rows, one after the other."""
        size = stops - starts
        total = int(size.sum())
        if total == 0:
            return self._values[:0]
        held = size > 0
        self._check_runs(starts[held], stops[held])
        if held.sum() == 1:
            return self._values[starts[held][0] : stops[held][0]]
        rows = np.repeat(starts - (np.cumsum(size) - size), size) + np.arange(total)
        return self._values[rows]

    def at(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Return single rows."""
        starts = rows.astype(np.int64)
        self._check_runs(starts, starts + 1)
        return self._values[starts]

    def _check_runs(self, starts: NDArray[Any], stops: NDArray[Any]) -> None:
        if len(starts) == 0 or self._sound.all():
            return
        if starts.min() < 0 or stops.max() > len(self._values):
            self._file.damaged(self._name)
        first, last = starts * self._row // BLOCK, (stops * self._row - 1) // BLOCK
        known = self._sound[first] & self._sound[last] & (last - first <= 1)
        if known.all():
            return
        step = np.zeros(len(self._sound) + 1, dtype=np.int64)
        np.add.at(step, first, 1)
        np.add.at(step, last + 1, -1)
        touched = np.cumsum(step[:-1]) > 0
        self._check(np.flatnonzero(touched & ~self._sound))

    def _check(self, blocks: NDArray[np.intp]) -> None:
        for block in blocks.tolist():
            if not self._is_sound(block):
                self._take_over(self._file.mended(self._name)[self._name])
                self._check(blocks)
                return
            self._sound[block] = True

    def _is_sound(self, block: int) -> bool:
        content = self._raw[block * BLOCK : (block + 1) * BLOCK]
        return zlib.crc32(content.data) == int(self._checks[block])

    def _take_over(self, fresh: "StoredArray") -> None:
        """Go on with the same array of a file that was made anew."""
        if len(fresh) != len(self):
            self._file.damaged(self._name)
        vars(self).update(vars(fresh))


class StoredFile:
    """A mapped file.

    Parameters
    ----------
    path : Path
        As `write_file` wrote it.

    mend : callable, optional
        Makes the file anew and returns it, or None. Called when a block that is
        asked for does not agree with its checksum.

    Raises
    ------
    DamagedError
        When it is cut short or its header does not agree with its checksum.
    OSError
        When it cannot be opened.
    """

    def __init__(self, path: Path, mend: Mend | None = None) -> None:
        self._path = path
        self._mend = mend
        self._fresh: StoredFile | None = None
        if path in _DAMAGED:
            raise FileNotFoundError(path)
        try:
            with path.open("rb") as stream:
                mapped = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
            self.map: NDArray[np.uint8] = np.frombuffer(mapped, dtype=np.uint8)
            header = self._header()
            self.checks: NDArray[np.uint32] = self._checks(header)
            self.header: dict[str, Any] = header["header"]
            self._arrays = {
                name: StoredArray(self, name, place)
                for name, place in header["arrays"].items()
            }
        except (ValueError, KeyError, TypeError, AttributeError, struct.error):
            self.damaged("header")

    def __getitem__(self, name: str) -> StoredArray:
        """Return an array by its name."""
        try:
            return self._arrays[name]
        except KeyError:
            self.damaged(name)
            raise

    def __contains__(self, name: object) -> bool:
        """Say whether there is an array of that name."""
        return name in self._arrays

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the arrays."""
        return tuple(self._arrays)

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.map)

    def mended(self, what: str) -> "StoredFile":
        """Return the file made anew, once.

        Raises
        ------
        DamagedError
            When that cannot be done.
        """
        if self._fresh is None:
            self._remove()
            self._fresh = self._mend() if self._mend is not None else None
        if self._fresh is None:
            self.damaged(what)
        return cast("StoredFile", self._fresh)

    def damaged(self, what: str) -> None:
        """Remove the file, so that it is made anew, and say so.

        Raises
        ------
        DamagedError
            Always.
        """
        self._remove()
        values = {"file": self._path.name, "detail": what}
        raise DamagedError(Problem(code="STORE_DAMAGED", values=values))

    def _remove(self) -> None:
        _DAMAGED.add(self._path)
        with contextlib.suppress(OSError):  # mapped, on Windows
            self._path.unlink()

    def _header(self) -> dict[str, Any]:
        foot = self.map[-FOOTER.size :].tobytes()
        at, size, check, own, magic = FOOTER.unpack(foot)
        whole = self.map[: len(MAGIC)].tobytes() == MAGIC == magic
        if not whole or zlib.crc32(foot[: FOOTER.size - 12]) != own:
            raise ValueError("footer")
        text = self.map[at : at + size]
        if at + size + FOOTER.size != len(self.map) or zlib.crc32(text.data) != check:
            raise ValueError("header")
        header: dict[str, Any] = json.loads(text.tobytes())
        return header

    def _checks(self, header: Mapping[str, Any]) -> NDArray[np.uint32]:
        at, count = int(header["checks_at"]), int(header["checks"])
        raw = self.map[at : at + 4 * count]
        if zlib.crc32(raw.data) != header["checks_crc"]:
            raise ValueError("checks")
        return raw.view(np.uint32)


def write_file(
    path: Path, header: Mapping[str, Any], arrays: Iterable[tuple[str, Parts]]
) -> int:
    """Write a file aside and rename it; a file of that name is replaced.

    Parameters
    ----------
    header : mapping
        Values that JSON holds.
    arrays : iterable of (name, parts)
        The parts of an array, at least one, lie under each other; they are taken
        one at a time.

    Returns
    -------
    int
        Bytes of the file.

    Raises
    ------
    OSError
        When it cannot be written whole; nothing is left then.
    """
    with written_aside(path) as aside, aside.open("wb") as stream:
        writer = _Writer(stream)
        for name, parts in arrays:
            writer.put(name, parts)
        size = writer.end(header)
        stream.flush()
        os.fsync(stream.fileno())
    _DAMAGED.discard(path)
    return size


class _Writer:
    """Writes arrays one after the other, with their checksums at the end."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._at = stream.write(MAGIC)
        self._places: dict[str, dict[str, Any]] = {}
        self._checks: list[int] = []

    def put(self, name: str, parts: Parts) -> None:
        self._align()
        place: dict[str, Any] = {"at": self._at, "check": len(self._checks)}
        rows, crc, held = 0, 0, 0
        for given in parts:
            part = np.ascontiguousarray(given)
            kind = part.dtype.newbyteorder("<")
            rows += len(part)
            place |= {"dtype": kind.str, "shape": [rows, *part.shape[1:]]}
            raw = part.astype(kind, copy=False).reshape(-1).view(np.uint8)
            self._at += self._stream.write(raw.data) if len(raw) else 0
            while len(raw):
                piece = raw[: BLOCK - held]
                crc, held = zlib.crc32(piece.data, crc), held + len(piece)
                raw = raw[len(piece) :]
                if held == BLOCK:
                    self._checks.append(crc)
                    crc, held = 0, 0
        self._places[name] = place
        if held:
            self._checks.append(crc)

    def end(self, header: Mapping[str, Any]) -> int:
        self._align()
        checks = np.array(self._checks, dtype="<u4").tobytes()
        whole = {
            "header": header,
            "arrays": self._places,
            "checks_at": self._at,
            "checks": len(self._checks),
            "checks_crc": zlib.crc32(checks),
        }
        self._at += self._stream.write(checks)
        text = json.dumps(whole, ensure_ascii=False).encode()
        foot = struct.pack("<QQI", self._at, len(text), zlib.crc32(text))
        foot += struct.pack("<I", zlib.crc32(foot)) + MAGIC
        self._at += self._stream.write(text) + self._stream.write(foot)
        return self._at

    def _align(self) -> None:
        self._at += self._stream.write(b"\0" * (-self._at % ALIGNED))
