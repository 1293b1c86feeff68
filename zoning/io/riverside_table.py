"""The table of a river-bank survey: one's own file, or one of the package."""

from pathlib import Path

from zoning.errors import Problem, UsageError
from zoning.model import Base
from zoning.riverside.table import (
    PACKAGED,
    RiversideTable,
    packaged_table,
    riverside_table_of,
)

__all__ = ["read_riverside_table"]

_DEMO = "demo"


def read_riverside_table(wanted: str | Path | None, base: Base) -> RiversideTable:
    """Return the table that was asked for.

    Parameters
    ----------
    wanted : str, Path or None
        A name of `PACKAGED`, or a YAML file. None: that of the demo, for a demo
        base alone, since land-cover codes mean other things elsewhere.

    Raises
    ------
    UsageError
        ``RIVERSIDE_TABLE_WANTED``; ``RIVERSIDE_TABLE`` when the file cannot be read
        or is no table.
    """
    if wanted is None and base.demo:
        return packaged_table(_DEMO)
    if wanted is None:
        raise UsageError(Problem(code="RIVERSIDE_TABLE_WANTED"))
    if wanted in PACKAGED:
        return packaged_table(str(wanted))
    path = Path(wanted)
    try:
        return riverside_table_of(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        faults = getattr(error, "strerror", None) or str(error)
        values = {"table": path.name, "faults": faults}
        raise UsageError(Problem(code="RIVERSIDE_TABLE", values=values)) from error
