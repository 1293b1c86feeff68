"""One grid read by GDAL, which is in the reading process."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.asking import ask, size_of
from zoning.io.quarantine.frames import Frame, GarbledError

__all__ = ["Grid", "read_grid"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Values (rows, columns) from the north, and where they lie."""

    values: NDArray[Any]
    transform: list[float]
    code: int | None
    nodata: float | None


def read_grid(path: Path, *, driver: str, most_cells: int) -> Grid:
    """Read the first band of a raster.

    Raises
    ------
    ValueError
        With GDAL's reason, or when there are more than `most_cells`.
    ReaderLostError
        When the reading process did not come through the file.
    """
    asked = {"path": str(path), "driver": driver, "most_cells": most_cells}
    question = Frame(header={"job": "raster", **asked})
    return ask(question, _grid, size=size_of(path))


def _grid(answer: Frame) -> Grid:
    header = answer.header
    try:
        (content,) = answer.whole
        rows, columns = header["shape"]
        values = np.frombuffer(content, dtype=_kind(header["dtype"]))
        return Grid(
            values=values.reshape(int(rows), int(columns)),
            transform=[float(value) for value in header["transform"]],
            code=None if header["epsg"] is None else int(header["epsg"]),
            nodata=None if header["nodata"] is None else float(header["nodata"]),
        )
    except (LookupError, TypeError, ValueError) as error:
        raise GarbledError("raster") from error


def _kind(name: Any) -> np.dtype[Any]:
    kind = np.dtype(str(name))
    if kind.kind not in "biufc":
        raise ValueError("dtype")
    return kind
