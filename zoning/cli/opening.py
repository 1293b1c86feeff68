"""A file opened by the program that the desktop has for it."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from zoning.cli.console import say, text

__all__ = ["open_file"]

_OPENERS = ("xdg-open", "open")
"""Of Linux and of macOS; Windows has a call of its own."""

_PATIENCE_S = 5.0


def open_file(path: Path, lang: str) -> None:
    """Open a file, or say where it is: a desktop that cannot is no failure."""
    try:
        opened = _handed_over(path)
    except OSError:
        opened = False
    if not opened:
        say(text("open_by_hand", lang, path=path))


def _handed_over(path: Path) -> bool:
    start: Callable[[Path], None] | None = getattr(os, "startfile", None)
    if start is not None:
        start(path.resolve())
        return True
    program = next(filter(None, map(shutil.which, _OPENERS)), None)
    if program is None:
        return False
    handing = subprocess.Popen(  # noqa: S603  a program of the desktop, and a path of ours
        [program, str(path.resolve())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        close_fds=True,
        start_new_session=sys.platform != "win32",
    )
    try:
        return handing.wait(_PATIENCE_S) == 0
    except subprocess.TimeoutExpired:  # it stays while the document is open
        return True
