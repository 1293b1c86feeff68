"""Files put into a new folder, whole or not at all.

They are made in a folder beside the final one, each flushed to disk; one rename
publishes them. A failure on the way leaves nothing, and a folder that holds
something is never written into.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from zoning.errors import OutputError, Problem, ZoningError

__all__ = [
    "Artefact",
    "Make",
    "next_free",
    "refuse_used",
    "staged",
    "store",
    "write_folder",
]

_ROOM = 1 << 24
"""Bytes that a disk with room takes."""

Make = Callable[[], bytes]
Draw = Callable[[Path], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file of the run: made as bytes, or drawn by a library at a path."""

    name: str
    make: Make | None = None
    draw: Draw | None = None

    @classmethod
    def of(cls, name: str, content: bytes) -> "Artefact":
        """Return a file whose bytes are there already."""
        return cls(name=name, make=lambda: content)


def write_folder(folder: Path, artefacts: Iterable[Artefact]) -> Path:
    """Write files into a new folder, whole or not at all; return `folder`.

    Raises
    ------
    OutputError
        As `write_run`.
    """
    refuse_used(folder)
    with staged(folder) as stage:
        for artefact in artefacts:
            store(stage, artefact)
    return folder


def next_free(folder: Path) -> Path:
    """Return `folder`, or the first of ``folder-2``, ``folder-3``, … that is free."""
    if _is_free(folder):
        return folder
    names = (folder.with_name(f"{folder.name}-{number}") for number in count(2))
    return next(candidate for candidate in names if _is_free(candidate))


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """Give a folder beside `folder`; rename it when all went well, else drop it."""
    stage: Path | None = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        stage = _fresh(folder)
        with _told_of_a_full_disk(stage):
            yield stage
        _flush_folder(stage)
        _publish(stage, folder)
        stage = None
        _flush_folder(folder.parent)
    except OSError as error:
        name = Path(str(error.filename or folder)).name
        detail = error.strerror or type(error).__name__
        raise OutputError(
            Problem(code="RUN_NOT_WRITTEN", values={"name": name, "detail": detail})
        ) from error
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)


@contextmanager
def _told_of_a_full_disk(stage: Path) -> Iterator[None]:
    """Raise OSError for whatever a library raises where the disk takes no more.

    GDAL and SQLite have errors of their own for it. Where there is room, their
    errors are mistakes of the programme and stay what they are.
    """
    try:
        yield
    except (OSError, ZoningError):
        raise
    except Exception:
        probe = stage / "room"
        try:
            probe.write_bytes(bytes(_ROOM))
        except OSError as full:
            raise OSError(full.errno, full.strerror) from full
        finally:
            probe.unlink(missing_ok=True)
        raise


def _fresh(folder: Path) -> Path:
    """Make a hidden folder of its own, so that two runs never share one."""
    for number in count(1):
        stage = folder.with_name(f".{folder.name}.partial-{number}")
        try:
            stage.mkdir()
        except FileExistsError:
            continue
        return stage
    raise AssertionError  # count() does not end


def _publish(stage: Path, folder: Path) -> None:
    """Rename; an empty folder in the way is removed, a filled one refuses."""
    refuse_used(folder)
    if folder.exists():
        folder.rmdir()
    stage.rename(folder)


def store(stage: Path, artefact: Artefact) -> None:
    """Put a file into the folder in the making, flushed to disk."""
    path = stage / artefact.name
    path.parent.mkdir(parents=True, exist_ok=True)
    if artefact.draw is not None:
        artefact.draw(path)
    elif artefact.make is not None:
        path.write_bytes(artefact.make())
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Put folder entries on disk; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_used(folder: Path) -> None:
    """Raise when a folder holds something: results are never overwritten."""
    if not _is_free(folder):
        raise OutputError(Problem(code="RUN_EXISTS", values={"folder": folder.name}))


def _is_free(folder: Path) -> bool:
    """Say whether a run may be written here: absent, or an empty folder."""
    if not folder.exists() and not folder.is_symlink():
        return True
    return folder.is_dir() and not folder.is_symlink() and not any(folder.iterdir())
