"""First bytes and parts of formats, for whoever has to tell them apart."""

import re

__all__ = [
    "COMPANIONS",
    "DXF_MAGIC",
    "FGB_MAGIC",
    "OLD_WORKBOOK_MAGIC",
    "PARQUET_MAGIC",
    "SHP_MAGIC",
    "SQLITE_MAGIC",
    "WAL_MODE",
    "is_workbook",
]

COMPANIONS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
"""Files of one Shapefile."""
DXF_MAGIC = re.compile(rb"\s*(999\s*\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION")
FGB_MAGIC = b"fgb\x03fgb"
OLD_WORKBOOK_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")  # compound file: xls
SHP_MAGIC = b"\x00\x00\x27\x0a"
PARQUET_MAGIC = b"PAR1"
SQLITE_MAGIC = b"SQLite format 3\x00"
WAL_MODE = slice(18, 20)
"""Bytes of a SQLite header that tell how changes are written."""


def is_workbook(content: bytes) -> bool:
    """Say whether a file is a workbook and no text: a zip archive, or an old xls."""
    return content.startswith((b"PK\x03\x04", OLD_WORKBOOK_MAGIC))
