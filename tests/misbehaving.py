"""Jobs of a reading process that does what a crafted file could make it do."""

import contextlib
import faulthandler
import os
import re
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

from zoning.io.quarantine.frames import Frame
from zoning.io.quarantine.running import Jobs

__all__ = ["JOBS", "prepare"]

OUTSIDE = "zoning-written-outside"


def prepare() -> None:
    """Load nothing."""


def _answer() -> Frame:
    return Frame(header={"pid": os.getpid(), "home": os.environ["HOME"]})


def well(_: Frame) -> Frame:
    return _answer()


def echo(question: Frame) -> Frame:
    time.sleep(0.01)
    return Frame(header={"said": question.header["say"]}, buffers=question.buffers)


def crash(_: Frame) -> Frame:
    faulthandler._sigsegv()  # type: ignore[attr-defined]
    return _answer()


def hang(_: Frame) -> Frame:
    """Hang as native code does: without letting any other thread run."""
    re.match("(a+)+$", "a" * 64 + "b")
    return _answer()


def sleep(_: Frame) -> Frame:
    time.sleep(600)
    return _answer()


def eat(_: Frame) -> Frame:
    held = []
    while True:
        held.append(bytearray(32 << 20))


def abort(_: Frame) -> Frame:
    """Run out of memory as C++ does."""
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\n")
    os.abort()


def shout(_: Frame) -> Frame:
    """Print, as libraries do, more than a pipe takes."""
    for _turn in range(64):
        os.write(1, b"garbage " * 4096)
    return _answer()


def garble(_: Frame) -> Frame:
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"garbage " * 64)
    time.sleep(600)
    return _answer()


def half(_: Frame) -> Frame:
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"ZQF1\x40\x00\x00\x00[{")
    os._exit(7)


def lie(_: Frame) -> Frame:
    """Announce more than may be sent."""
    for descriptor in range(3, 64):
        with contextlib.suppress(OSError):
            os.write(descriptor, b"ZQF1\x18\x00\x00\x00[{}, [99999999999999999]]")
    time.sleep(600)
    return _answer()


def connect(_: Frame) -> Frame:
    with socket.create_connection(("127.0.0.1", 9), timeout=1):
        return _answer()


def connect_quietly(_: Frame) -> Frame:
    with contextlib.suppress(OSError):
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    return _answer()


def spawn(_: Frame) -> Frame:
    subprocess.run([sys.executable, "-c", ""], check=False)
    return _answer()


def fork(_: Frame) -> Frame:
    if os.fork() == 0:
        os._exit(0)
    return _answer()


class _Deaf:
    """The module `sys`, but for what it tells audit hooks."""

    def __getattr__(self, name: str) -> Any:
        return getattr(sys, name)

    def audit(self, *_: object) -> None:
        """Tell nobody."""


def spawn_unseen(_: Frame) -> Frame:
    """Start a program as native code would: past Python's own hooks."""
    vars(subprocess)["sys"] = _Deaf()
    subprocess.run([sys.executable, "-V"], check=True)
    return _answer()


def thread(_: Frame) -> Frame:
    said: list[int] = []
    one = threading.Thread(target=said.append, args=(1,))
    one.start()
    one.join()
    return Frame(header={"said": said})


def write_outside(question: Frame) -> Frame:
    Path(question.header["folder"], OUTSIDE).write_text("x", encoding="utf-8")
    return _answer()


def write_inside(_: Frame) -> Frame:
    Path(os.environ["HOME"], "own").write_text("x", encoding="utf-8")
    return _answer()


def unlink(question: Frame) -> Frame:
    Path(question.header["victim"]).unlink()
    return _answer()


def refuse(_: Frame) -> Frame:
    raise ValueError("选址 cannot be read")


def no_table(_: Frame) -> Frame:
    """Answer as a reader of tables would, with lengths that do not add up."""
    return Frame(header={"fields": [], "crs": None}, buffers=[b"\x09" * 8, b"xyz"])


JOBS: Jobs = {
    **{job.__name__: job for job in (well, echo, crash, hang, sleep, eat, abort)},
    **{job.__name__: job for job in (shout, garble, half, lie, refuse, no_table)},
    **{job.__name__: job for job in (connect, connect_quietly, spawn, fork, thread)},
    **{
        job.__name__: job for job in (write_outside, write_inside, unlink, spawn_unseen)
    },
    "table": crash,
    "parquet": hang,
    "raster": eat,
}
