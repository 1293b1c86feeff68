"""First bytes of a format that is read in another process."""

__all__ = ["PARQUET_MAGIC"]

PARQUET_MAGIC = b"PAR1"
