"""The table of a river-bank survey: one's own file, or one of the package."""

from pathlib import Path

from zoning.io.named_tables import TableKind, read_named_table
from zoning.model import Base
from zoning.riverside.table import (
    PACKAGED,
    RiversideTable,
    packaged_table,
    riverside_table_of,
)

__all__ = ["read_riverside_table"]

_KIND = TableKind(
    packaged=PACKAGED,
    by_name=packaged_table,
    of_text=riverside_table_of,
    wanted="RIVERSIDE_TABLE_WANTED",
    unread="RIVERSIDE_TABLE",
)


def read_riverside_table(wanted: str | Path | None, base: Base) -> RiversideTable:
    """Return the table that was asked for; see `read_named_table`.

    Raises
    ------
    UsageError
        ``RIVERSIDE_TABLE_WANTED``; ``RIVERSIDE_TABLE`` when the file cannot be read
        or is no table.
    """
    return read_named_table(wanted, base, _KIND)
