"""What a crafted bad input is, and the ways in which it is made from its twin."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

__all__ = [
    "OVERLAP_M2",
    "BaseFault",
    "Edit",
    "Files",
    "Outcome",
    "SiteFault",
    "both",
    "cut",
    "drop",
    "main_of",
    "on",
    "put",
    "rename",
    "swap",
    "write",
]

EARTH_RADIUS_M, FROM_MERIDIAN_M = 6_371_000.0, 99_650.0
SCALE = 1 + FROM_MERIDIAN_M**2 / (2 * EARTH_RADIUS_M**2)
OVERLAP_M2 = 100 * 50 / SCALE**2
"""The known conflict: 100 x 50 m of the plane, brought to the ellipsoid by hand."""

Files = Mapping[str, bytes]
"""Contents by name in the folder of the case; the first belongs to the site."""
Edit = Callable[[Files], Files]


class Outcome(StrEnum):
    """How a bad input may end; never as clear."""

    REJECTED = "rejected"
    TOLD = "told"  # read whole, with a remark: the conflict must be found
    GAP = "gap"  # read, but not checked: no verdict
    WORSE = "worse"  # what the file holds is in conflict, and the doubt is told


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteFault:
    """A bad site file.

    Parameters
    ----------
    name, kind : str
        Of the case, and of its class.
    good : callable
        Makes the files of the good twin.
    spoil : callable
        Makes the bad files of the good ones.
    codes : tuple of str
        Reasons that must be told.
    story : str
        What happened in the field.
    crs, good_crs : str, optional
        ``--crs`` for the bad input, and for its twin.
    overlap_m2 : float
        The known conflict with farmland.
    unmended : str
        What the product does not do yet; '' for nearly all.
    """

    name: str
    kind: str
    good: Callable[[], Files]
    spoil: Edit
    codes: tuple[str, ...]
    story: str
    outcome: Outcome = Outcome.REJECTED
    crs: str | None = None
    good_crs: str | None = None
    overlap_m2: float = OVERLAP_M2
    unmended: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseFault:
    """A bad layer or a bad zoning.yaml; the files lie in the base folder.

    `entry` replaces what zoning.yaml says of the layer, for twin and bad
    alike; `rewrite` changes the text of zoning.yaml for the bad one.
    """

    name: str
    kind: str
    good: Callable[[], Files]
    spoil: Edit
    codes: tuple[str, ...]
    story: str = ""
    outcome: Outcome = Outcome.GAP
    layer: str = "ecological_redline"
    entry: str = ""
    rewrite: tuple[tuple[str, str], ...] = field(default=())
    good_rewrite: tuple[tuple[str, str], ...] = field(default=())
    unmended: str = ""


def write(folder: Path, files: Files) -> Path:
    """Write the files of a case; return the path that is submitted."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder / main_of(files)


def main_of(files: Files) -> str:
    """Return the name submitted: the first, or the folder that it lies in."""
    return next(iter(files)).partition("/")[0]


def on(suffix: str, change: Callable[[bytes], bytes]) -> Edit:
    """Change the one file whose name ends so."""

    def spoil(files: Files) -> Files:
        (name,) = [n for n in files if n.endswith(suffix)]
        changed = change(files[name])
        assert changed != files[name], "the edit changes nothing"
        return {**files, name: changed}

    return spoil


def swap(old: bytes, new: bytes, suffix: str = "") -> Edit:
    """Replace bytes that must be there."""

    def change(content: bytes) -> bytes:
        assert old in content, old
        return content.replace(old, new)

    return on(suffix, change)


def cut(share: float, suffix: str = "") -> Edit:
    """Keep the first part of a file."""
    return on(suffix, lambda content: content[: int(len(content) * share)])


def drop(*suffixes: str) -> Edit:
    """Leave out files."""

    def spoil(files: Files) -> Files:
        kept = {n: c for n, c in files.items() if not n.endswith(suffixes)}
        assert len(kept) < len(files)
        return kept

    return spoil


def put(name: str, content: bytes = b"") -> Edit:
    """Add a file, or replace it."""
    return lambda files: {**files, name: content}


def rename(name: str) -> Edit:
    """Give the one file of a case another name."""
    return lambda files: {name: next(iter(files.values()))}


def both(*edits: Edit) -> Edit:
    """Do one edit after another."""

    def spoil(files: Files) -> Files:
        for edit in edits:
            files = edit(files)
        return files

    return spoil
