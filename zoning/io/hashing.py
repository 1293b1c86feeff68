"""SHA-256 of a layer's files."""

import hashlib
from pathlib import Path

from zoning.io.geodatabase import database_files
from zoning.io.magic import SQLITE_MAGIC, WAL_MODE

__all__ = ["being_edited", "file_sha256", "files_of", "siblings", "unwritten"]

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
BLOCK = 1 << 20


def files_of(path: Path) -> tuple[Path, ...]:
    """Return the files that make up a dataset; a Shapefile has up to five.

    A file geodatabase is a folder: all its files by name, locks left out.
    """
    if path.is_dir():
        return database_files(path)
    if path.suffix.lower() != ".shp":
        return (path,)
    parts = siblings(path)
    return tuple(parts[part] for part in SHAPEFILE_PARTS if part in parts)


def siblings(path: Path) -> dict[str, Path]:
    """Return the files that share a stem, by lower-case suffix."""
    return {p.suffix.lower(): p for p in path.parent.iterdir() if p.stem == path.stem}


def being_edited(path: Path) -> bool:
    """Say whether a dataset has changes that are not yet in its own files."""
    return bool(unwritten(path))


def unwritten(path: Path) -> str:
    """Return the end of the name of a log or lock that tells of open edits.

    SQLite's logs beside a GeoPackage, ArcGIS's edit locks in a geodatabase;
    '' when there are none. A database in write-ahead mode without its log may
    lack the last edits: programs that close it properly leave that mode.
    """
    if path.is_dir():
        locks = (".ed.lock", ".wr.lock")
        names = [p.name.lower() for p in path.iterdir()]
        return next((end for end in locks for n in names if n.endswith(end)), "")
    logs = {end: path.with_name(path.name + end) for end in ("-wal", "-journal")}
    held = (e for e, log in logs.items() if log.is_file() and log.stat().st_size > 0)
    lost = _write_ahead(path) and not logs["-wal"].is_file()
    return next(held, "-wal" if lost else "")


def _write_ahead(path: Path) -> bool:
    """Say whether a file is a SQLite database in write-ahead mode."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        head = stream.read(WAL_MODE.stop)
    return head.startswith(SQLITE_MAGIC) and head[WAL_MODE] == b"\x02\x02"


def file_sha256(path: Path) -> str:
    """Return the hex digest over the dataset's files, in fixed order."""
    digest = hashlib.sha256()
    for part in files_of(path):
        if path.is_dir():  # which file holds which bytes matters there
            digest.update(f"{part.name}\0{part.stat().st_size}\0".encode())
        with part.open("rb") as stream:
            while block := stream.read(BLOCK):
                digest.update(block)
    return digest.hexdigest()
