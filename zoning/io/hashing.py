"""SHA-256 of a layer's files."""

import hashlib
from pathlib import Path

__all__ = ["file_sha256", "files_of"]

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
BLOCK = 1 << 20


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files that make up a dataset; a Shapefile has up to five."""
    if path.suffix.lower() != ".shp":
        return (path,)
    siblings = {
        p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem
    }
    return tuple(siblings[part] for part in SHAPEFILE_PARTS if part in siblings)


def file_sha256(path: Path) -> str:
    """Return the hex digest over the dataset's files, in fixed order."""
    digest = hashlib.sha256()
    for part in files_of(path):
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
