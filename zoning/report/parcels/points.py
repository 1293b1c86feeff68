"""Parcels as points: the rings that a survey list runs through, in order."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model.parcels import ParcelTable
from zoning.report.parcels.carrying import rounded

__all__ = ["KINDS", "ListedPoint", "Places", "listed_points", "places_of"]

KINDS = ("点", "线", "面")
"""Words for the shape, by dimension."""

_MOST_PLACES = {True: 12, False: 6}
_LEAST_PLACES = {True: 10, False: 3}
_AREA_M2 = 0.07


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPoint:
    """One row of a list of points: ring from 1, point as J1, J2, ..."""

    name: str
    ring: int
    x: float
    y: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """How many decimals a list needs, and the largest move that they bring."""

    count: int
    shift: float


def places_of(table: ParcelTable) -> Places:
    """Return the fewest decimals, from the millimetre on, that keep all areas.

    Each area stays within 0.07 m² of what it was, on the ellipsoid.
    """
    degrees = measure.is_geographic(table.crs)
    column = np.array([*(p.geometry for p in table.parcels), None], dtype=object)[:-1]
    before = measure.area_m2(column, table.crs)
    places = _LEAST_PLACES[degrees]
    made = _rounded(column, places)
    while places < _MOST_PLACES[degrees] and _worse(made, before, table.crs):
        places += 1
        made = _rounded(column, places)
    moves = shapely.get_coordinates(made) - shapely.get_coordinates(column)
    # a move in the 9th decimal is how a float tells a millimetre
    shift = float(np.abs(moves).max(initial=0.0))
    return Places(count=places, shift=shift if shift > 10.0 ** -(places + 2) else 0.0)


def _rounded(column: NDArray[np.object_], places: int) -> NDArray[np.object_]:
    return np.array(
        [*(rounded(shape, places) for shape in column), None], dtype=object
    )[:-1]


def _worse(made: NDArray[np.object_], before: NDArray[np.float64], crs: str) -> bool:
    off = np.abs(measure.area_m2(made, crs) - before) > _AREA_M2
    return bool((off | ~shapely.is_valid(made)).any())


def listed_points(shape: BaseGeometry, places: Places) -> Iterator[ListedPoint]:
    """Yield the points of a parcel: outlines clockwise, then their holes, closed.

    Every ring keeps the point it begins with; numbers run on through the
    parcel, and a closing row bears the number of the point it repeats. The
    numbers are the rounded ones whose areas `places_of` looked at: a half of
    the last decimal printed from the unrounded number may go the other way.
    """
    first = 1
    for ring, xy in enumerate(_runs(rounded(shape, places.count)), start=1):
        names = list(range(first, first + len(xy)))
        if shapely.get_dimensions(shape) == 2:  # noqa: PLR2004 - polygons
            names[-1] = first
        for name, (x, y) in zip(names, xy.tolist(), strict=True):
            yield ListedPoint(name=f"J{name}", ring=ring, x=x, y=y)
        first = max(names) + 1


def _runs(shape: BaseGeometry) -> Iterator[NDArray[np.float64]]:
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 0:
        yield shapely.get_coordinates(shape)
        return
    turned = shapely.orient_polygons(shape, exterior_cw=True)
    for part in shapely.get_parts(turned):
        rings = shapely.get_rings(part) if dimension == 2 else [part]  # noqa: PLR2004 - polygons
        yield from (shapely.get_coordinates(ring) for ring in rings)
