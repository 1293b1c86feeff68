"""Files written aside and renamed: whole or not at all, old ones kept until then."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from pathlib import Path

from zoning.errors import OutputError, Problem

__all__ = ["put_in_place"]

_OLD = "replaced"


def put_in_place(
    parts: Mapping[str, bytes],
    folder: Path,
    *,
    stale: Iterable[str] = (),
    approve: Callable[[Path], None],
) -> None:
    """Write files beside where they belong, have them approved, then move them in.

    Parameters
    ----------
    parts : mapping of str to bytes
        Contents by file name.
    stale : iterable of str
        Names that must not stay beside the new files.
    approve : callable
        Gets the folder that holds the new files; what it raises goes on, and
        nothing of them stays.

    Raises
    ------
    OutputError
        ``CONVERT_NOT_WRITTEN``; what was there is there again.
    """
    name = next(iter(parts))
    stage: Path | None = None
    try:
        stage = _fresh(folder, name)
        for part, content in parts.items():
            with (stage / part).open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
        approve(stage)
        _publish(stage, folder, names=tuple(parts), stale=stale)
        shutil.rmtree(stage / _OLD, ignore_errors=True)
    except OSError as error:
        detail = error.strerror or type(error).__name__
        values = {"name": name, "detail": detail}
        raise OutputError(Problem(code="CONVERT_NOT_WRITTEN", values=values)) from error
    finally:
        if stage is not None and not _holds_old(stage):
            shutil.rmtree(stage, ignore_errors=True)


def _holds_old(stage: Path) -> bool:
    """Say whether old files are still there because they could not be put back."""
    kept = stage / _OLD
    return kept.is_dir() and any(kept.iterdir())


def _fresh(folder: Path, name: str) -> Path:
    for number in count(1):
        stage = folder / f".{name}.partial-{number}"
        try:
            stage.mkdir()
        except FileExistsError:
            continue
        return stage
    raise AssertionError  # count() does not end


def _publish(
    stage: Path, folder: Path, *, names: tuple[str, ...], stale: Iterable[str]
) -> None:
    """Move the old files out and the new ones in; on trouble all goes back."""
    there = [n for n in dict.fromkeys((*names, *stale)) if (folder / n).exists()]
    if set(there) <= set(names) and len(names) == 1:
        (stage / names[0]).replace(folder / names[0])  # no moment without a file
        return
    kept = stage / _OLD
    kept.mkdir()
    done: list[tuple[Path, Path]] = []
    moves = [(folder / name, kept / name) for name in there]
    moves += [(stage / name, folder / name) for name in names]
    try:
        for source, target in moves:
            source.rename(target)
            done.append((source, target))
    except BaseException:  # an interruption too
        for source, target in reversed(done):
            target.rename(source)
        raise
