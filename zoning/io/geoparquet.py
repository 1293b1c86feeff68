"""GeoParquet: columns, geometry bytes, and the CRS of its metadata.

Arrow itself is in the reading process; see `zoning.io.quarantine`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.io.asking import ask, size_of, table_of
from zoning.io.native.packing import PackedBytes
from zoning.io.quarantine.frames import Frame, GarbledError

__all__ = ["GeoTable", "read_geoparquet"]

_BOX = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeoTable:
    """A file as read.

    Parameters
    ----------
    shapes : PackedBytes, length n
        Well-known binary, None where the geometry is null.
    columns : mapping of str to ndarray of object, each shape (n,)
        Text, '' when missing; without geometry, binary and nested columns.
    crs : str or None
        ``EPSG:n``; None when the file says that there is none.
    bounds : tuple of float or None
        West, south, east, north of the whole as the file states them.
    """

    shapes: PackedBytes
    columns: Mapping[str, NDArray[np.object_]]
    crs: str | None
    bounds: tuple[float, float, float, float] | None = None


def read_geoparquet(source: bytes | Path, *, file: str) -> GeoTable:
    """Read a whole file; the rows must be as many as its footer and groups say.

    Raises
    ------
    SiteError
        ``SITE_FILE_DAMAGED``, ``GEOPARQUET_METADATA``,
        ``SITE_CRS_UNSUPPORTED``, ``SITE_COUNT_MISMATCH``.
    ReaderLostError
        When the reading process did not come through the file.
    """
    asked: dict[str, Any] = {"job": "parquet", "file": file}
    if isinstance(source, bytes):
        question = Frame(header=asked, buffers=[source])
        return ask(question, _table, size=len(source))
    question = Frame(header={**asked, "path": str(source)})
    return ask(question, _table, size=size_of(source))


def _table(answer: Frame) -> GeoTable:
    found = table_of(answer)
    bounds = answer.header.get("bounds")
    return GeoTable(
        shapes=found.shapes,
        columns=found.columns,
        crs=found.crs,
        bounds=None if bounds is None else _box(bounds),
    )


def _box(bounds: Any) -> tuple[float, float, float, float]:
    numbers = isinstance(bounds, list) and all(
        isinstance(value, int | float) for value in bounds
    )
    if not numbers or len(bounds) != _BOX:
        raise GarbledError("bounds")
    west, south, east, north = map(float, bounds)
    return west, south, east, north
