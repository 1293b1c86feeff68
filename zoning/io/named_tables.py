"""A table of a corridor job: one's own file, or one of the package by name."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from zoning.errors import Problem, UsageError
from zoning.model import Base

__all__ = ["TableKind", "read_named_table"]

Table = TypeVar("Table")

_DEMO = "demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class TableKind(Generic[Table]):
    """A kind of table.

    Parameters
    ----------
    packaged : collection of str
        Names of those of the package.
    by_name, of_text : callable
        Make the table of such a name, and of the text of a file.
    wanted, unread : str
        Codes of the refusals: none was named; the file cannot be read.
    """

    packaged: Collection[str]
    by_name: Callable[[str], Table]
    of_text: Callable[[str], Table]
    wanted: str
    unread: str


def read_named_table(
    wanted: str | Path | None, base: Base, kind: TableKind[Table]
) -> Table:
    """Return the table that was asked for.

    Parameters
    ----------
    wanted : str, Path or None
        A name of the packaged ones, or a YAML file. None: that of the demo, for a
        demo base alone, since land-cover codes mean other things elsewhere.

    Raises
    ------
    UsageError
        With the codes of `kind`, when none is named or the file cannot be read or
        is no table.
    """
    if wanted is None and base.demo:
        return kind.by_name(_DEMO)
    if wanted is None:
        raise UsageError(Problem(code=kind.wanted))
    if wanted in kind.packaged:
        return kind.by_name(str(wanted))
    path = Path(wanted)
    try:
        return kind.of_text(path.read_bytes().decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        faults = getattr(error, "strerror", None) or str(error)
        values = {"table": path.name, "faults": faults}
        raise UsageError(Problem(code=kind.unread, values=values)) from error
