"""One dataset read by GDAL, with the driver that was expected and fine arcs.

GDAL itself is in the reading process; see `zoning.io.quarantine`.
"""

from pathlib import Path
from typing import Any

from zoning.io.asking import GdalTable, ask, size_of, table_of
from zoning.io.quarantine.frames import Frame, GarbledError

__all__ = ["GdalTable", "layers_with_geometry", "numbered_rows", "read_gdal"]


def read_gdal(
    source: str | bytes,
    *,
    driver: str,
    layer: str | None = None,
    encoding: str | None = None,
    site: bool = False,
    expected: int | None = None,
) -> GdalTable:
    """Read a layer whole.

    Parameters
    ----------
    source : str or bytes
        Path or connection string; bytes are opened from memory.
    driver : str
        The driver that must have read it.
    layer : str, optional
        Name of the table.
    encoding : str, optional
        Of a Shapefile's table.
    site : bool
        Whether a warning of GDAL refuses the file; else it is passed on.
    expected : int, optional
        Features counted by another path: a layer that gives as many may be read
        as a stream of columns.

    Raises
    ------
    ValueError
        With GDAL's reason, whatever it raised, or when another driver answered,
        or when there is no geometry.
    ReaderLostError
        When the reading process did not come through the file.
    """
    asked: dict[str, Any] = {"driver": driver, "layer": layer}
    asked |= {"job": "table", "encoding": encoding, "site": site, "expected": expected}
    if isinstance(source, bytes):
        question = Frame(header=asked, buffers=[source])
        return ask(question, table_of, size=len(source))
    size = size_of(Path(source.removeprefix(f"{driver}:")))
    return ask(Frame(header={**asked, "path": source}), table_of, size=size)


def layers_with_geometry(path: Path) -> list[str]:
    """Return the names of the tables of a dataset that hold shapes, in order.

    Raises
    ------
    ValueError
        When GDAL cannot open it.
    ReaderLostError
        As for `read_gdal`.
    """
    question = Frame(header={"job": "tables", "path": str(path)})
    return ask(question, _names, size=size_of(path))


def numbered_rows(path: Path, table: str, column: str) -> dict[str, int]:
    """Return the row numbers of a table without shapes, by one text column.

    Raises
    ------
    ValueError
        When there is no such table.
    ReaderLostError
        As for `read_gdal`.
    """
    asked = {"job": "rows", "path": str(path), "table": table, "column": column}
    return ask(Frame(header=asked), _rows, size=size_of(path))


def _names(answer: Frame) -> list[str]:
    names = answer.header.get("names")
    if not isinstance(names, list):
        raise GarbledError("names")
    return [str(name) for name in names]


def _rows(answer: Frame) -> dict[str, int]:
    try:
        return {str(name): int(number) for name, number in answer.header["rows"]}
    except (KeyError, TypeError, ValueError) as error:
        raise GarbledError("rows") from error
