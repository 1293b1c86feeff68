"""File geodatabases: what belongs to one, and its features counted apart from GDAL.

References
----------
.. [1] The layout of ``.gdbtable`` (number of valid rows at byte 4) and
   ``.gdbtablx`` (one offset a row, 0 where it was deleted), as described by
   E. Rouault for the OpenFileGDB driver.
"""

import re
import struct
from pathlib import Path

import numpy as np

__all__ = [
    "CATALOG",
    "DRIVER",
    "count_geodatabase",
    "database_files",
    "is_geodatabase",
    "is_member",
]

DRIVER = "OpenFileGDB"
CATALOG = "a00000001.gdbtable"
"""The table of tables: no geodatabase is without it."""
_CATALOG_TABLE = "GDB_SystemCatalog"
_MEMBER = re.compile(r"a[0-9a-f]{8}\.[\w.]+|gdb|timestamps", re.IGNORECASE)
_LOCK = ".lock"
_TABLE, _INDEX = struct.Struct("<II"), struct.Struct("<IIII")
_VERSION = 3
_OFFSET_BYTES = range(4, 7)
_HEADER, _BLOCK = 16, 1024


def is_member(name: str) -> bool:
    """Say whether a file name is one that geodatabases consist of."""
    return _MEMBER.fullmatch(name) is not None and not name.endswith(_LOCK)


def is_geodatabase(path: Path) -> bool:
    """Say whether a folder is a file geodatabase."""
    return path.suffix.lower() == ".gdb" and (path / CATALOG).is_file()


def database_files(folder: Path) -> tuple[Path, ...]:
    """Return the files of a geodatabase by name; locks are no part of it."""
    return tuple(
        sorted(
            path for path in folder.iterdir() if path.is_file() and is_member(path.name)
        )
    )


def count_geodatabase(folder: Path, table: str) -> int:
    """Count the rows of a table by its own files.

    Raises
    ------
    ValueError
        When table and index disagree, or are of a version not known.
    """
    stem = f"a{_number(folder, table):08x}"
    try:
        data = (folder / f"{stem}.gdbtable").read_bytes()
        index = (folder / f"{stem}.gdbtablx").read_bytes()
        version, valid = _TABLE.unpack_from(data)
        found = _offsets(index)
    except (OSError, struct.error) as error:
        raise ValueError(f"{stem}.gdbtable") from error
    if version != _VERSION or found != valid:
        raise ValueError(f"{stem}: {valid} / {found}")
    return found


def _offsets(index: bytes) -> int:
    version, blocks, _, width = _INDEX.unpack_from(index)
    end = _HEADER + blocks * _BLOCK * width
    if version != _VERSION or width not in _OFFSET_BYTES or len(index) < end:
        raise ValueError("gdbtablx")
    entries = np.frombuffer(index[_HEADER:end], np.uint8).reshape(-1, width)
    return int(entries.any(axis=1).sum())


def _number(folder: Path, table: str) -> int:
    """Return the number of the files of a table, from the catalogue."""
    from zoning.io.gdal_reading import numbered_rows

    known = numbered_rows(folder, _CATALOG_TABLE, "Name")
    if table not in known:
        raise ValueError(_CATALOG_TABLE)
    return known[table]
