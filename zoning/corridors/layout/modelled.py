"""The plan beside a model: resistance under it, paths near it, paths it misses."""

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.burning import cells_inside
from zoning.corridors.grid import Grid
from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.beside import CurrentCarried
from zoning.corridors.layout.values import Deviation, Reach

__all__ = ["current_in", "deviation_of", "missed_paths", "resistance_in"]

_STEP_M = 10.0
"""Between the points of a line at which its distance is taken, plane metres."""


def deviation_of(
    axis: Axis, paths: Mapping[str, BaseGeometry], within_m: float
) -> Deviation | None:
    """Return how far an axis lies from the modelled path that it is nearest to.

    Parameters
    ----------
    axis : Axis
        In the plane of the paths.
    paths : mapping of str to geometry
        Modelled least-cost paths as lines, by id.
    within_m : float
        What counts as near, metres.

    Returns
    -------
    Deviation or None
        To the path of which the greatest length lies near the axis; None where
        no path comes near.
    """
    near = shapely.buffer(axis.line, within_m / axis.scale)
    beside = {
        name: float(shapely.length(shapely.intersection(path, near)))
        for name, path in paths.items()
    }
    name = max(sorted(beside), key=lambda one: beside[one], default=None)
    if name is None or not beside[name] > 0:
        return None
    path = paths[name]
    far = max(_distances(axis.line, path).max(), _distances(path, axis.line).max())
    return Deviation(
        model_id=name,
        hausdorff_m=float(far) * axis.scale,
        axis_share=float(np.mean(_distances(axis.line, path) * axis.scale <= within_m)),
        path_share=beside[name] / float(path.length),
    )


def missed_paths(
    paths: Mapping[str, BaseGeometry],
    layout: BaseGeometry,
    *,
    within_m: float,
    share: float,
) -> tuple[str, ...]:
    """Return the modelled paths that the plan does not stand for, in their order.

    Parameters
    ----------
    paths : mapping of str to geometry
        Lines in the working plane.
    layout : geometry
        All that the plan draws.
    within_m : float
        A path this near to the plan follows it.
    share : float
        Of its length that has to.
    """
    near = shapely.buffer(layout, within_m)
    return tuple(
        name
        for name, path in paths.items()
        if shapely.length(shapely.intersection(path, near)) < share * path.length
    )


def resistance_in(shape: BaseGeometry, resistance: Grid | None) -> Reach | None:
    """Return mean and greatest resistance of the cells whose centre lies in an area.

    Cells without a value (barriers, unknown ground) are counted apart: they are
    not cheap.
    """
    if resistance is None:
        return None
    one = np.array([shape], dtype=object)
    cells, _ = cells_inside(one, resistance.transform, resistance.shape)
    values = resistance.floats().ravel()[cells]
    known = values[np.isfinite(values)]
    return Reach(
        mean=float(known.mean()) if len(known) else float("nan"),
        greatest=float(known.max()) if len(known) else float("nan"),
        cells=len(values),
        unknown=len(values) - len(known),
    )


def current_in(shape: BaseGeometry, current: Grid | None) -> CurrentCarried | None:
    """Return how much of the modelled current an area carries.

    Parameters
    ----------
    shape : geometry
        In the plane of the grid.
    current : Grid or None
        Amperes through each cell, summed over the links of the model.
    """
    if current is None:
        return None
    one = np.array([shape], dtype=object)
    cells, _ = cells_inside(one, current.transform, current.shape)
    values = current.floats().ravel()
    known = np.isfinite(values)
    total, mine = float(values[known].sum()), values[cells]
    mine = mine[np.isfinite(mine)]
    if not total > 0 or not len(mine):
        return CurrentCarried(share=0.0, times=0.0)
    mean = total / int(known.sum())
    return CurrentCarried(
        share=float(mine.sum()) / total, times=float(mine.mean()) / mean
    )


def _distances(line: BaseGeometry, other: BaseGeometry) -> NDArray[np.float64]:
    """Return the distance to another line at even steps along one."""
    parts = shapely.segmentize(line, _STEP_M)
    points = shapely.points(shapely.get_coordinates(parts))
    return np.asarray(shapely.distance(points, other))
