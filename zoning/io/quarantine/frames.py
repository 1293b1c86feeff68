"""What passes between the two processes: a JSON header and buffers of raw bytes.

The answering side may have been taken over by the file it read, so nothing of
an answer is believed: neither its sizes nor its shape.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, BinaryIO

__all__ = [
    "Buffer",
    "EndedError",
    "Frame",
    "GarbledError",
    "Gathered",
    "joined",
    "read_frame",
    "write_frame",
]

Buffer = bytes | memoryview
Gathered = Buffer | tuple[Buffer, ...]
"""One buffer, as pieces that lie apart: they are joined on their way."""

_MAGIC = b"ZQF1"
_HEAD = struct.Struct("<4sI")
_MOST_HEADER = 64 << 20


class GarbledError(Exception):
    """Bytes that make no frame, or a frame that is no answer."""


class EndedError(GarbledError):
    """The stream ended within a frame, or before one."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Frame:
    """A question or an answer.

    Parameters
    ----------
    header : mapping
        Values that JSON holds.
    buffers : sequence of bytes-like, or of tuples of them
        In the order that the header implies. What was read holds no tuples.
    """

    header: Mapping[str, Any]
    buffers: Sequence[Gathered] = field(default=())

    @property
    def whole(self) -> Sequence[Buffer]:
        """The buffers, each in one piece."""
        return [joined(buffer) for buffer in self.buffers]


def joined(buffer: Gathered) -> Buffer:
    """Return a buffer in one piece."""
    return b"".join(buffer) if isinstance(buffer, tuple) else buffer


def _views(buffer: Gathered) -> list[memoryview]:
    pieces = buffer if isinstance(buffer, tuple) else (buffer,)
    return [memoryview(piece).cast("B") for piece in pieces]


def write_frame(stream: BinaryIO, frame: Frame) -> None:
    """Write a frame and flush it.

    Raises
    ------
    OSError
        When the other side is gone.
    """
    buffers = [_views(buffer) for buffer in frame.buffers]
    sizes = [sum(map(len, views)) for views in buffers]
    text = json.dumps([frame.header, sizes]).encode("ascii")
    stream.write(_HEAD.pack(_MAGIC, len(text)))
    stream.write(text)
    for view in chain.from_iterable(buffers):
        if len(view):
            stream.write(view)
    stream.flush()


def read_frame(stream: BinaryIO, *, most: int) -> Frame | None:
    """Read a frame; None where the stream ends before one begins.

    Parameters
    ----------
    most : int
        Bytes that the buffers may have together.

    Raises
    ------
    GarbledError
        When the bytes make no frame, or the stream ends within one.
    """
    head = stream.read(_HEAD.size)
    if not head:
        return None
    try:
        magic, size = _HEAD.unpack(head)
    except struct.error as error:
        raise EndedError("head") from error
    if magic != _MAGIC or size > _MOST_HEADER:
        raise GarbledError("head")
    header, sizes = _opened(_exactly(stream, size))
    if sum(sizes) > most:
        raise GarbledError("size")
    return Frame(header=header, buffers=tuple(_exactly(stream, n) for n in sizes))


def _opened(text: bytes) -> tuple[dict[str, Any], list[int]]:
    try:
        header, sizes = json.loads(text)
    except (ValueError, TypeError, RecursionError) as error:
        raise GarbledError("header") from error
    counts = isinstance(sizes, list) and all(
        type(size) is int and size >= 0 for size in sizes
    )
    if not isinstance(header, dict) or not counts:
        raise GarbledError("header")
    return header, sizes


def _exactly(stream: BinaryIO, size: int) -> bytes:
    content = stream.read(size) if size else b""
    if len(content) != size:
        raise EndedError("end")
    return content
