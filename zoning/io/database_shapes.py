"""Shapes as PostGIS gives them: well-known binary, curves included."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.errors import SiteError
from zoning.io.wkb import WkbOutline, read_wkb

__all__ = ["shapes_of"]

_STRAIGHT = {1, 2, 3, 4, 5, 6}
"""Point to multipolygon: GEOS reads them as they are."""


def shapes_of(wkb: Sequence[bytes | None]) -> NDArray[np.object_]:
    """Return shapes of plane well-known binary in little-endian order.

    Parameters
    ----------
    wkb : sequence of bytes or None, length n

    Returns
    -------
    ndarray of object, shape (n,)
        None where the bytes make no shape, or a surface in space. Arcs are
        chords within a centimetre, as in `zoning.io.wkb`.
    """
    kinds = [0 if one is None else int.from_bytes(one[1:5], "little") for one in wkb]
    straight = [
        one if kind in _STRAIGHT else None for one, kind in zip(wkb, kinds, strict=True)
    ]
    shapes: NDArray[np.object_] = np.array(
        [*shapely.from_wkb(np.array([*straight, None], object), on_invalid="ignore")],
        dtype=object,
    )[:-1]
    for row, (one, kind) in enumerate(zip(wkb, kinds, strict=True)):
        if one is not None and kind not in _STRAIGHT:
            shapes[row] = _curved(one)
    return shapes


def _curved(wkb: bytes) -> BaseGeometry | None:
    """Draw arcs as chords within a centimetre; None for surfaces in space."""
    try:
        found = read_wkb(wkb, "")
        return _assembled(found)
    except (SiteError, ValueError, shapely.errors.GEOSException):
        return None


def _assembled(found: WkbOutline) -> BaseGeometry:
    outline = found.outline
    polygons = [shapely.Polygon(rings[0], rings[1:]) for rings in outline.polygons]
    lines = [shapely.LineString(xy) for xy in outline.lines]
    points = [shapely.Point(xy) for xy in outline.points]
    parts: list[BaseGeometry] = [*polygons, *lines, *points]
    if len(parts) == 1:
        return parts[0]
    if len(polygons) == len(parts):
        return shapely.MultiPolygon(polygons)
    if len(lines) == len(parts):
        return shapely.MultiLineString(lines)
    return shapely.GeometryCollection(parts)
