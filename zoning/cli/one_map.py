"""What the commands of the one map share: tables and problems on the screen."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zoning.cli.console import say
from zoning.cli.printing import print_rows
from zoning.errors import Problem

if TYPE_CHECKING:  # help is printed without it
    from zoning.report.one_map.book import Cell, Table

__all__ = ["print_table", "tell_problems"]


def print_table(table: "Table") -> None:
    """Print a table; on a terminal with commas between thousands."""
    rows = [[_shown(cell) for cell in row] for row in table.rows]
    print_rows(table.headings, rows)


def tell_problems(problems: Sequence[Problem], lang: str) -> None:
    """Print what keeps the figures from being whole, on stderr."""
    for problem in problems:
        say(problem.line(lang))


def _shown(cell: "Cell") -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    return f"{cell:,}" if sys.stdout.isatty() else str(cell)
