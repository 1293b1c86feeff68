"""Shapes that the outputs of a survey draw: breaks on the bank, cells as ground."""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from zoning import measure
from zoning.corridors.green_banks import BankBreak
from zoning.linkage.outlines import outline_of
from zoning.riverside import RiverSide, RiversideReport

__all__ = ["break_shape", "breaks_of", "drawdown_m2", "drawdown_shape"]


def breaks_of(report: RiversideReport) -> list[tuple[RiverSide, BankBreak]]:
    """Return all breaks with their river, the longest first."""
    found = [
        (one, gap)
        for one in report.rivers
        if one.green is not None
        for gap in one.green.breaks
    ]
    return sorted(found, key=lambda both: -both[1].length_m)


def break_shape(river: RiverSide, gap: BankBreak) -> BaseGeometry:
    """Return a break as the stretch of its bank, in the working plane."""
    if river.stations is None:
        return shapely.LineString()
    ring = shapely.LineString(river.stations.rings[gap.ring].coords)
    if gap.start_m <= gap.end_m:
        return substring(ring, gap.start_m, gap.end_m)
    parts = np.array(
        [
            substring(ring, gap.start_m, float(ring.length)),
            substring(ring, 0.0, gap.end_m),
        ],
        dtype=object,
    )
    return shapely.line_merge(shapely.union_all(parts))


def drawdown_shape(river: RiverSide) -> BaseGeometry:
    """Return the drawdown belt as the outline of its cells; empty without one."""
    if river.drawdown is None:
        return shapely.Polygon()
    cells = river.drawdown.cells
    return outline_of(cells, np.flatnonzero(cells.values))


def drawdown_m2(river: RiverSide, crs: str) -> float | None:
    """Return the ellipsoidal area of the drawdown belt; None without one."""
    if river.drawdown is None:
        return None
    shape = np.array([drawdown_shape(river)], dtype=object)
    return float(measure.area_m2(shape, crs)[0])
