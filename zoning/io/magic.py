"""First bytes of formats that more than one reader asks for."""

__all__ = ["PARQUET_MAGIC", "SQLITE_MAGIC", "WAL_MODE"]

PARQUET_MAGIC = b"PAR1"
SQLITE_MAGIC = b"SQLite format 3\x00"
WAL_MODE = slice(18, 20)
"""Bytes of a SQLite header that tell how changes are written."""
