"""SHA-256 of a layer's files."""

import hashlib
from pathlib import Path

__all__ = ["being_edited", "file_sha256", "files_of", "siblings"]

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
BLOCK = 1 << 20


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files that make up a dataset; a Shapefile has up to five."""
    if path.suffix.lower() != ".shp":
        return (path,)
    parts = siblings(path)
    return tuple(parts[part] for part in SHAPEFILE_PARTS if part in parts)


def siblings(path: Path) -> dict[str, Path]:
    """Return the files that share a stem, by lower-case suffix."""
    return {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}


def being_edited(path: Path) -> bool:
    """Say whether a GeoPackage has changes that are not yet in its main file."""
    logs = (path.with_name(path.name + end) for end in ("-wal", "-journal"))
    return any(log.is_file() and log.stat().st_size > 0 for log in logs)


def file_sha256(path: Path) -> str:
    """Return the hex digest over the dataset's files, in fixed order."""
    digest = hashlib.sha256()
    for part in files_of(path):
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
