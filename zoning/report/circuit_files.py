"""Results of a circuit job under the names and in the formats of Circuitscape."""

import gzip
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["NODATA", "MapLook", "number", "resistance_lines", "write_map", "write_rows"]

Floats = NDArray[np.float64]
NODATA = -9999.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLook:
    """How maps are written: where they lie, and as what.

    Parameters
    ----------
    west, south : float
        Lower left corner.
    cell : tuple of float
        Width and height of a cell.
    crs : str or None
    as_tif, compressed : bool
        GeoTIFF instead of an ASCII grid; either way packed, ASCII as ``.gz``.
    """

    west: float
    south: float
    cell: tuple[float, float]
    crs: str | None = None
    as_tif: bool = False
    compressed: bool = False


def number(value: float) -> str:
    """Return a number with ten digits, as Circuitscape prints it."""
    return f"{value:.10g}"


def write_rows(path: Path, rows: Iterable[Sequence[float]]) -> None:
    """Write rows of numbers, blanks between them."""
    lines = (" ".join(number(value) for value in row) for row in rows)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="ascii")


def resistance_lines(
    numbers: NDArray[np.int64], table: Floats
) -> tuple[list[list[float]], list[list[float]]]:
    """Return the square table with its heads, and the same as three columns."""
    square = [[0.0, *map(float, numbers)]]
    square += [
        [float(n), *map(float, row)] for n, row in zip(numbers, table, strict=True)
    ]
    three = [
        [float(numbers[i]), float(numbers[j]), float(table[i, j])]
        for i in range(len(numbers))
        for j in range(i + 1, len(numbers))
    ]
    return square, three


def write_map(folder: Path, stem: str, values: Floats, *, look: MapLook) -> Path:
    """Write a map, shape (rows, columns), row 0 north; return its path.

    ASCII grids carry ten digits, GeoTIFFs float64. Missing cells are `NODATA`.
    """
    values = np.where(np.isnan(values), NODATA, values)
    if look.as_tif:
        return _write_tif(folder / f"{stem}.tif", values, look)
    content = _ascii(values, look)
    if look.compressed:
        path = folder / f"{stem}.asc.gz"
        path.write_bytes(gzip.compress(content, mtime=0))
        return path
    path = folder / f"{stem}.asc"
    path.write_bytes(content)
    return path


def _ascii(values: Floats, look: MapLook) -> bytes:
    rows, columns = values.shape
    out = io.BytesIO()
    width, height = look.cell
    head = [
        f"ncols         {columns}",
        f"nrows         {rows}",
        f"xllcorner     {float(look.west)!r}",
        f"yllcorner     {float(look.south)!r}",
    ]
    if math.isclose(width, height, rel_tol=1e-9):
        head.append(f"cellsize      {float(width)!r}")
    else:
        head += [f"dx            {float(width)!r}", f"dy            {float(height)!r}"]
    head.append(f"NODATA_value  {int(NODATA)}")
    out.write("".join(f"{line}\n" for line in head).encode("ascii"))
    np.savetxt(out, values, fmt="%.10g", delimiter=" ", newline=" \n")
    return out.getvalue()


def _write_tif(path: Path, values: Floats, look: MapLook) -> Path:
    import rasterio
    from rasterio.transform import Affine

    width, height = look.cell
    north = look.south + height * values.shape[0]
    profile = {
        "driver": "GTiff",
        "dtype": "float64",
        "count": 1,
        "height": values.shape[0],
        "width": values.shape[1],
        "crs": look.crs,
        "transform": Affine(width, 0.0, look.west, 0.0, -height, north),
        "nodata": NODATA,
        "compress": "deflate" if look.compressed else "none",
    }
    with rasterio.open(path, "w", **profile) as target:  # noqa: TID251  written here
        target.write(values, 1)
    return path
