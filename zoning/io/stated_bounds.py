"""Bounds of each feature as a file itself states them, apart from its geometry.

A vertex moved by damage still makes a legal geometry, mostly; it seldom fits the
box that stands elsewhere in the file. GDAL reads without looking at it.

References
----------
.. [1] ESRI Shapefile Technical Description (1998): every record of lines and
   polygons starts with its box.
.. [2] FlatGeobuf 3: packed R-tree before the features, leaves in their order.
.. [3] GeoPackage: see `zoning.io.geopackage_index`.
"""

from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.io.flatgeobuf import leaf_boxes
from zoning.io.geopackage_index import geopackage_boxes
from zoning.io.hashing import siblings

__all__ = ["beside_their_boxes", "stated_bounds"]

Boxes = NDArray[np.float64]

_WITH_BOX = (3, 5, 8, 13, 15, 18, 23, 25, 28, 31)
"""Shape types of Shapefiles that carry a box: lines, polygons, multipoints."""
_RECORD, _HEADER = 8, 100
_BOX = slice(4, 36)
_RELATIVE = 1e-9
"""A few millimetres of a northing: writers that round do so further down."""
_SINGLE_STEPS = 2.0


def stated_bounds(path: Path, driver: str, table: str | None) -> Boxes | None:
    """Return what the file states, in the order of its features.

    Returns
    -------
    ndarray of float, shape (n, 4), or None
        West, south, east, north in the CRS of the file; NaN where a feature has
        none. None for formats, and files, without such boxes.

    Raises
    ------
    ValueError, sqlite3.Error
        When the file contradicts itself.
    """
    if driver == "ESRI Shapefile":
        return _of_shapefile(path)
    if driver == "FlatGeobuf":
        return leaf_boxes(path.read_bytes())
    if driver == "GPKG":
        return geopackage_boxes(path, table or "")
    return None


def beside_their_boxes(
    geometry: NDArray[np.object_], boxes: Boxes, *, single: bool
) -> NDArray[np.bool_]:
    """Say which features do not fill the box that is stated of them.

    Parameters
    ----------
    geometry : ndarray of object, shape (n,)
    boxes : ndarray of float, shape (n, 4)
        NaN where nothing is stated: such a feature cannot be beside it.
    single : bool
        Boxes were rounded to 32-bit numbers.
    """
    found = shapely.bounds(geometry)
    with np.errstate(all="ignore"):
        size = np.abs(boxes)
        step = np.spacing(size.astype(np.float32)).astype(np.float64)
        slack = _SINGLE_STEPS * step if single else np.maximum(_RELATIVE * size, 1e-9)
        off = ~(np.abs(found - boxes) <= slack)
    known = np.isfinite(boxes).all(axis=1) & ~shapely.is_missing(geometry)
    return np.asarray(known & off.any(axis=1))


def _of_shapefile(path: Path) -> Boxes:
    parts = siblings(path)
    content = np.fromfile(path, dtype=np.uint8)
    places = np.frombuffer(parts[".shx"].read_bytes()[_HEADER:], dtype=">i4")
    start = places[: len(places) // 2 * 2 : 2].astype(np.int64) * 2 + _RECORD
    inside = (start >= _HEADER) & (start + _BOX.stop <= len(content))
    boxes = np.full((len(start), 4), np.nan)
    if inside.any():
        windows = np.lib.stride_tricks.sliding_window_view(content, _BOX.stop)
        heads = windows[start[inside]]
        kinds = np.ascontiguousarray(heads[:, :4]).view("<i4").ravel()
        read = np.ascontiguousarray(heads[:, _BOX]).view("<f8")
        boxes[inside] = np.where(np.isin(kinds, _WITH_BOX)[:, None], read, np.nan)
    return boxes[_standing(parts[".dbf"], len(boxes))]


def _standing(table: Path, rows: int) -> NDArray[np.bool_]:
    """Say which records are not marked deleted; GDAL leaves those out."""
    content = table.read_bytes()
    header, record = (int(n) for n in np.frombuffer(content[8:12], dtype="<u2"))
    marks = np.frombuffer(content[header:], dtype=np.uint8)[:: max(record, 1)][:rows]
    if len(marks) < rows:
        raise ValueError("dbf")
    return np.asarray(marks != ord("*"))
