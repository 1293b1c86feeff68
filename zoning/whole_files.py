"""Files that are there whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

__all__ = ["put_whole", "written_aside"]


@contextlib.contextmanager
def written_aside(path: Path, aside: Path | None = None) -> Iterator[Path]:
    """Give a place to write a file to; at the end put it in its own at once.

    Readers find the file of before or this one; after an error or an interrupt
    nothing is left of this one.

    Parameters
    ----------
    path : Path
        Where it belongs; a file there is replaced.
    aside : Path, optional
        Where it is written first, on the same disk; a name of this process in the
        folder of `path` by default.

    Raises
    ------
    OSError
        When it cannot be put there.
    """
    aside = aside or path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        yield aside
        aside.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise


def put_whole(path: Path, content: bytes, *, aside: Path | None = None) -> None:
    """Write bytes to a file; see `written_aside`."""
    with written_aside(path, aside) as place:
        place.write_bytes(content)
