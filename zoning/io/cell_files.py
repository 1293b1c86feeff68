"""Grids of numbers as circuit and corridor models keep them: ASCII or GeoTIFF.

An ASCII grid has no CRS, and a model of resistors needs none; what is read
here is cells and where they lie. Both kinds may be packed with gzip.
"""

import gzip
import io
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.errors import LayerError, Problem
from zoning.io.reader_lost import ReaderLostError

__all__ = ["CellFile", "read_cells", "unpacked"]

Floats = NDArray[np.float64]
MAX_CELLS = 200_000_000
MAX_BYTES = 4 * 2**30
_HEADER = ("ncols", "nrows", "xllcorner", "yllcorner", "cellsize")
_OPTIONAL = ("xllcenter", "yllcenter", "nodata_value", "dx", "dy")
_GZIP, _TIFF = b"\x1f\x8b", (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CellFile:
    """Cells of a file, row 0 north.

    Parameters
    ----------
    values : ndarray of float64, shape (rows, columns)
        Missing cells are nan.
    west, south : float
        Lower left corner, in the units of the file.
    cell : tuple of float
        Width and height of a cell.
    crs : str or None
        None for ASCII grids, which state none.
    """

    values: Floats
    west: float
    south: float
    cell: tuple[float, float]
    crs: str | None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.values.shape
        return rows, columns

    def told(self) -> str:
        """Return extent, shape and cell size as a line."""
        rows, columns = self.shape
        east = self.west + columns * self.cell[0]
        north = self.south + rows * self.cell[1]
        box = ", ".join(f"{v:.10g}" for v in (self.west, self.south, east, north))
        size = ", ".join(f"{v:.10g}" for v in self.cell)
        return f"[{box}] {rows} x {columns} @ {size}"


def read_cells(path: Path) -> CellFile:
    """Read an ESRI ASCII grid or a GeoTIFF, also with ``.gz``.

    Raises
    ------
    LayerError
        ``CELLS_UNREADABLE`` with the reason.
    """
    try:
        content = unpacked(path)
        if content.startswith(_TIFF):
            return _tiff(content)
        return _ascii(content)
    except ReaderLostError as lost:
        raise LayerError(lost.of_layer("", path.name)) from lost
    except (OSError, EOFError, zlib.error, ValueError, MemoryError) as error:
        values = {"detail": _reason(error)}
        problem = Problem(code="CELLS_UNREADABLE", where=path.name, values=values)
        raise LayerError(problem) from error


def unpacked(path: Path) -> bytes:
    """Return what a file holds, without gzip.

    Raises
    ------
    ValueError
        When it holds more than `MAX_BYTES`.
    """
    with path.open("rb") as stream:
        packed = stream.read(2) == _GZIP
        stream.seek(0)
        source = gzip.GzipFile(fileobj=stream) if packed else stream
        content: bytes = source.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError("too large")
    return content


def _reason(error: BaseException) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _ascii(content: bytes) -> CellFile:
    header: dict[str, float] = {}
    stream = io.BytesIO(content)
    start = 0
    for line in stream:
        words = line.split()
        key = words[0].decode("latin-1").lower() if words else ""
        if key not in (*_HEADER, *_OPTIONAL):
            break
        header[key] = float(words[1])
        start = stream.tell()
    columns, rows = int(header.get("ncols", 0)), int(header.get("nrows", 0))
    if not 0 < columns * rows <= MAX_CELLS:
        raise ValueError("ncols, nrows")
    values = np.array(content[start:].split(), dtype=np.float64)
    if values.size != rows * columns:
        raise ValueError(f"{rows} x {columns} cells, {values.size} numbers")
    values = values.reshape(rows, columns)
    nodata = header.get("nodata_value", -9999.0)
    values[values == nodata] = np.nan
    width, height = _cell(header)
    west = header.get("xllcorner", header.get("xllcenter", 0.0) - width / 2)
    south = header.get("yllcorner", header.get("yllcenter", 0.0) - height / 2)
    return CellFile(values=values, west=west, south=south, cell=(width, height))


def _cell(header: dict[str, float]) -> tuple[float, float]:
    width = header.get("dx", header.get("cellsize", 0.0))
    height = header.get("dy", header.get("cellsize", 0.0))
    if not (width > 0 and height > 0):
        raise ValueError("cellsize")
    return width, height


def _tiff(content: bytes) -> CellFile:
    from zoning.io.raster_reading import read_grid

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cells.tif"
        path.write_bytes(content)
        grid = read_grid(path, driver="GTiff", most_cells=MAX_CELLS)
    a, b, west, d, e, north = grid.transform
    if b or d or e >= 0:
        raise ValueError("not north-up")
    values = grid.values.astype(np.float64)
    if grid.nodata is not None:
        values[values == grid.nodata] = np.nan
    return CellFile(
        values=values,
        west=west,
        south=north + e * values.shape[0],
        cell=(a, -e),
        crs=None if grid.code is None else f"EPSG:{grid.code}",
    )
