"""The resistance table of a corridor model: one's own file, or one of the package."""

from pathlib import Path

from zoning.io.named_tables import TableKind, read_named_table
from zoning.linkage.table import (
    PACKAGED,
    ModelTable,
    model_table_of,
    packaged_table,
)
from zoning.model import Base

__all__ = ["read_resistance_table"]

_KIND = TableKind(
    packaged=PACKAGED,
    by_name=packaged_table,
    of_text=model_table_of,
    wanted="CORRIDOR_TABLE_WANTED",
    unread="RESISTANCE_TABLE",
)


def read_resistance_table(wanted: str | Path | None, base: Base) -> ModelTable:
    """Return the table that was asked for; see `read_named_table`.

    Raises
    ------
    UsageError
        ``CORRIDOR_TABLE_WANTED``; ``RESISTANCE_TABLE`` when the file cannot be
        read or is no table.
    """
    return read_named_table(wanted, base, _KIND)
