"""Small files that are there whole or not at all."""

import contextlib
import os
from pathlib import Path

__all__ = ["put_whole"]


def put_whole(path: Path, content: bytes, *, aside: Path | None = None) -> None:
    """Write a file beside its place, then put it there at once.

    Readers find the file of before or this one; after an error nothing is left of
    this one.

    Parameters
    ----------
    path : Path
        Its place; a file there is replaced.
    content : bytes
    aside : Path, optional
        Where it is written first, on the same disk; a name of this process in the
        folder of `path` by default.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    aside = aside or path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        aside.write_bytes(content)
        aside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            aside.unlink()
        raise
