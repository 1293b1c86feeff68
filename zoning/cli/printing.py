"""Rows and parts on stdout: a table on a terminal, plain lines in a pipe."""

import json
import sys
from collections.abc import Sequence
from typing import Any

from rich.cells import cell_len
from rich.markup import escape
from rich.table import Table

from zoning.cli.console import stdout_console

__all__ = ["print_json", "print_lines", "print_rows"]

GAP = "  "


def print_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under their heads.

    On a terminal cells fold to its width; in a pipe a row is one line, its
    cells parted by tabs, so that grep and cut can read it.
    """
    console = stdout_console()
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            write_line("\t".join(cell.replace("\t", " ") for cell in row))
        return
    table = Table(show_edge=False, pad_edge=False, header_style="bold")
    for index, name in enumerate(columns):
        table.add_column(escape(name), overflow="fold", no_wrap=index == 0)
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table, crop=False)  # rich drops wide characters at the edge


def print_lines(lines: Sequence[str]) -> None:
    """Print lines as they are; a terminal folds them."""
    for line in lines:
        write_line(line)


def write_line(line: str) -> None:
    """Write one line of data to stdout."""
    sys.stdout.write(f"{line}\n")


def print_json(document: Any) -> None:
    """Print a document as UTF-8 JSON, whatever the console's encoding."""
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False)
    sys.stdout.flush()
    sys.stdout.buffer.write(f"{text}\n".encode())


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return rows as lines whose columns stand under one another.

    A Chinese character takes two cells. The last column is not padded.
    """
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        GAP.join(
            cell + " " * (width - cell_len(cell))
            for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in rows
    ]
