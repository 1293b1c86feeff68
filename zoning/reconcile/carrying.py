"""A shape cut in the working plane, carried back to the CRS of its file."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure

__all__ = ["carried_back"]


def carried_back(
    shape: BaseGeometry, drawn: BaseGeometry, *, planes: tuple[str, str]
) -> BaseGeometry:
    """Return a cut shape in the CRS in which it was drawn.

    Parameters
    ----------
    shape : geometry
        In the working plane; most of its vertices are those of `drawn`.
    drawn : geometry
        The feature as its file has it.
    planes : tuple of str
        Working plane, and CRS of the file.

    Returns
    -------
    geometry
        Vertices that were surveyed have their coordinates to the last bit; only
        those where the cut runs are computed.
    """
    plane, own = planes
    if plane == own:
        return shape
    one = np.array([shape], dtype=object)
    surveyed = shapely.get_coordinates(drawn)
    there = measure.project(np.array([drawn], dtype=object), own, plane)
    carried = shapely.get_coordinates(there)
    moved = measure.project(one, plane, own)
    if len(carried) != len(surveyed):  # long edges were cut on the way
        back: BaseGeometry = moved[0]
        return back
    known = {tuple(a): b for a, b in zip(carried.tolist(), surveyed, strict=True)}
    xy = shapely.get_coordinates(moved)
    for row, place in enumerate(shapely.get_coordinates(one).tolist()):
        xy[row] = known.get(tuple(place), xy[row])
    result: NDArray[np.object_] = np.asarray(shapely.set_coordinates(moved, xy))
    whole: BaseGeometry = result[0]
    return whole
