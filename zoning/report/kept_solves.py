"""Finished solves of a long run, kept beside its results until it is done."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["KeptSolves", "digest_of"]

Floats = NDArray[np.float64]


def digest_of(files: Iterable[Path], *words: str) -> str:
    """Return a digest of files and of what else a run depends on."""
    total = hashlib.sha256("\0".join(words).encode())
    for path in files:
        with path.open("rb") as stream:
            total.update(hashlib.file_digest(stream, "sha256").digest())
    return total.hexdigest()[:16]


class KeptSolves:
    """Arrays in a hidden folder beside `out`, named by what they depend on.

    A run of the same job with the same files and solver finds them; any other
    has a folder of its own.

    Parameters
    ----------
    out : Path
        Where the results will be.
    digest : str
        See `digest_of`.
    """

    def __init__(self, out: Path, digest: str) -> None:
        self.folder = out.with_name(f".{out.name}.solves-{digest}")
        self.found = len(list(self.folder.glob("*.npy")))

    def load(self, key: str) -> Floats | None:
        """Return an array, or None when it is not there or was cut off."""
        path = self.folder / f"{key}.npy"
        if not path.is_file():
            return None
        try:
            values: Floats = np.load(path, allow_pickle=False)
        except (ValueError, EOFError, OSError):
            return None
        return values

    def save(self, key: str, values: Floats) -> None:
        """Keep an array: written aside, then renamed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        aside = self.folder / f"{key}.partial"
        with aside.open("wb") as stream:
            np.save(stream, values, allow_pickle=False)
        aside.replace(self.folder / f"{key}.npy")

    def drop(self) -> None:
        """Remove the folder: the run is done."""
        shutil.rmtree(self.folder, ignore_errors=True)
