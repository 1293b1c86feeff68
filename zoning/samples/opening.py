"""Open ground kept for the plot that the guide uses as its example.

"One plot, four answers" needs a plot about 900 m from a tributary, in open
grassland without farmland, forest, red line or houses, in a general control
unit and in a township whose land parcels are surveyed.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from shapely import LineString, Point, Polygon

from zoning.samples.frame import Frame
from zoning.samples.ground import Ground
from zoning.samples.rivers import River
from zoning.samples.towns import Towns

__all__ = ["Opening", "choose_opening"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

SHORE_M = 900.0
PLOT_M = (300.0, 150.0)  # across the corridor, along it
OUTSIDE_M = 60.0  # part of the plot on the near side of the corridor
TARGET_M = 400.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Opening:
    """The plot, the corridor's axis beside it and the ground kept open.

    Parameters
    ----------
    plot : Polygon
        300 m by 150 m; its nearest point is 900.0 m from the water's edge.
    axis : LineString
        Axis of the overland corridor, straight where the plot cuts in: the
        plot takes 240 m of 400 m, 160 m (40 %) are left.
    """

    cells: Mask
    plot: Polygon
    axis: LineString


def choose_opening(
    frame: Frame, ground: Ground, towns: Towns, *, township: Mask
) -> Opening:
    """Find the flattest place that fits, and lay plot and axis there."""
    among = township & ground.county & (ground.to_stem > 4200)
    among &= (ground.to_side > 1000) & (ground.to_side < 1350)
    among &= (ground.to_tributary > 2600) & (ground.away_from(~township) > 900)
    among &= ground.away_from(towns.zone > 0) > 1500
    flat = -ndimage.gaussian_filter(ground.slope, 6)
    cell = int(np.argmax(np.where(among, flat, -np.inf)))
    centre = ground.point(*divmod(cell, ground.grid.columns))
    plot, inland, along = _lay_plot(list(ground.rivers), centre)
    axis = _axis(plot, inland, along)
    keep = ground.from_point(centre) + 60 * frame.noise("opening", ground.grid, 700)
    near_axis = axis.buffer(330)
    x, y = ground.grid.mesh()
    strip = shapely.contains_xy(near_axis, x, y) & (ground.from_point(centre) < 900)
    return Opening(cells=(keep < 480) | strip, plot=plot, axis=axis)


def _lay_plot(
    rivers: list[River], centre: tuple[float, float]
) -> tuple[Polygon, Array, Array]:
    """Turn the plot towards the nearest water and push it to 900.0 m."""
    water = shapely.union_all([river.water for river in rivers])
    near = shapely.get_coordinates(shapely.shortest_line(Point(centre), water))
    inland = (near[0] - near[1]) / np.hypot(*(near[0] - near[1]))
    along = np.array([-inland[1], inland[0]])
    low, high = -800.0, 800.0
    front = np.array(centre)
    plot = _plot(front, inland, along)
    for _ in range(60):
        middle = (low + high) / 2
        plot = _plot(front + middle * inland, inland, along)
        if plot.distance(water) < SHORE_M:
            low = middle
        else:
            high = middle
    return plot, inland, along


def _plot(front: Array, inland: Array, along: Array) -> Polygon:
    """Return the plot whose water-side edge has its middle at `front`."""
    depth, width = PLOT_M
    corners = [
        front - along * width / 2,
        front + along * width / 2,
        front + along * width / 2 + inland * depth,
        front - along * width / 2 + inland * depth,
    ]
    return Polygon(np.round(corners, 3))


def _axis(plot: Polygon, inland: Array, along: Array) -> LineString:
    corners = shapely.get_coordinates(plot)
    front = (corners[0] + corners[1]) / 2
    middle = front + inland * (OUTSIDE_M + TARGET_M / 2)
    reach = np.linspace(-3200, 3200, 161)
    beyond = (np.abs(reach) - 500).clip(0, None)
    bend = 0.00007 * beyond**2 * np.where(reach > 0, 1.0, 0.8)
    sway = 60 * np.sin(beyond / 450)
    points = middle + reach[:, None] * along + (bend + sway)[:, None] * inland
    return LineString(np.round(points, 3))
