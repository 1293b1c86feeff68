"""The line along which a corridor is measured, and chainage on it.

Chainage counts from the western end (the southern one of two), whatever the
direction in which lines were drawn: geodesic metres, taken as the plane's times
one scale for each axis.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from zoning import measure

__all__ = ["Axis", "axis_of"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Axis:
    """A line in the working plane, from the western end on.

    Parameters
    ----------
    line : LineString
        In the plane; closed where the corridor is a ring.
    scale : float
        Geodesic metres for each metre of the plane.
    given : bool
        Whether the line came with the corridor.
    """

    line: LineString
    scale: float
    given: bool

    @property
    def closed(self) -> bool:
        """Whether the corridor comes back to where it starts."""
        return bool(self.line.is_closed)

    @property
    def length_m(self) -> float:
        """Geodesic length."""
        return float(self.line.length) * self.scale

    def stretch(self, start: float, end: float) -> BaseGeometry:
        """Return the axis between two plane chainages; past the seam of a ring too."""
        whole = float(self.line.length)
        if end <= whole:
            piece: BaseGeometry = substring(self.line, start, end)
            return piece
        parts = [
            substring(self.line, start, whole),
            substring(self.line, 0, end - whole),
        ]
        xy = np.vstack([shapely.get_coordinates(part) for part in parts])
        return LineString(xy)


def axis_of(line: BaseGeometry, crs: str, *, given: bool) -> Axis:
    """Return a line as an axis, turned to start in the west.

    Parameters
    ----------
    line : geometry
        One line in the working plane `crs`.
    given : bool
        Whether it came with the corridor.
    """
    xy = shapely.get_coordinates(line)
    closed = bool((xy[0] == xy[-1]).all())
    xy = _turned_ring(xy) if closed else _from_west(xy)
    turned = LineString(xy)
    geodesic = float(measure.length_m(np.array([turned], dtype=object), crs)[0])
    return Axis(line=turned, scale=geodesic / float(turned.length), given=given)


def _from_west(xy: Floats) -> Floats:
    start, end = tuple(xy[0]), tuple(xy[-1])
    return xy if start <= end else xy[::-1]


def _turned_ring(xy: Floats) -> Floats:
    """Start a ring at its westernmost corner, counter-clockwise."""
    open_xy = xy[:-1]
    if not shapely.is_ccw(shapely.linearrings(open_xy)):
        open_xy = open_xy[::-1]
    first = int(np.lexsort((open_xy[:, 1], open_xy[:, 0]))[0])
    rolled = np.roll(open_xy, -first, axis=0)
    return np.vstack([rolled, rolled[:1]])
