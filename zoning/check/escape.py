"""The way out of closed ground for a site that is a point."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.forbidden import ForbiddenGround
from zoning.model import Base, CheckOptions, Finding, LonLat, SiteResult
from zoning.rules.packs import RuleBook

__all__ = ["Escape", "WayOut", "find_way_out"]

SEARCHED_M = (500.0, 2_000.0, 8_000.0)
"""How far round the point the ground is drawn: near first, for speed."""

SURE = 0.99  # the rim of what was drawn is no way out


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WayOut:
    """The nearest place that some findings leave open.

    `distance_m` is geodesic; `bearing_deg` counts clockwise from grid north;
    `geometry` lies in the working plane.
    """

    geometry: BaseGeometry
    place: LonLat
    distance_m: float
    bearing_deg: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Escape:
    """A way out and what the check says of the place it leads to."""

    way: WayOut
    after: SiteResult


def find_way_out(
    point: BaseGeometry,
    findings: Sequence[Finding],
    *,
    base: Base,
    book: RuleBook,
    options: CheckOptions,
    margin_m: float,
) -> WayOut | None:
    """Return the nearest place outside all that `findings` close.

    Parameters
    ----------
    point : geometry
        One point in the working plane.
    margin_m : float
        How far outside the closed ground the place lies.

    Returns
    -------
    WayOut or None
        None when there is none within 8 km.
    """
    for around in SEARCHED_M:
        drawn = ForbiddenGround(
            site=point, base=base, book=book, options=options, around_m=around
        )
        grounds = [
            piece.ground
            for finding in findings
            for piece in drawn.pieces(finding, margin_m=margin_m, clear_m=margin_m)
        ]
        closed = shapely.union_all(grounds)
        if not shapely.intersects(closed, point):
            return None
        line = shapely.shortest_line(point, shapely.boundary(closed))
        out = shapely.get_coordinates(line)
        reach = float(np.hypot(*(out[1] - out[0])))
        if reach <= SURE * around:
            return _way(out, base.crs)
    return None


def _way(out: NDArray[np.float64], crs: str) -> WayOut:
    lonlat = measure.to_lonlat(out, crs)
    east, north = out[1] - out[0]
    return WayOut(
        geometry=shapely.Point(out[1]),
        place=LonLat(lon=float(lonlat[1, 0]), lat=float(lonlat[1, 1])),
        distance_m=float(measure.geodesic_m(lonlat[:1], lonlat[1:])[0]),
        bearing_deg=float(np.degrees(np.arctan2(east, north)) % 360),
    )
