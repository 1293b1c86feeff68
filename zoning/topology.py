"""Validity of polygons, and repair that says what it changed.

A self-crossing polygon has no area that everybody agrees on. It is repaired in
two independent ways, which are compared with each other, and with what the
outline encloses as it is drawn. Where land is in doubt the caller must not use
the feature.

References
----------
.. [1] GEOS `MakeValid`, methods *linework* and *structure*.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.measure import area_m2, runs_of_rows

__all__ = ["DOUBT_M2", "RepairOutcome", "oriented", "polygonal", "repair_polygons"]

_PLANE = 2
_POLYGON = shapely.GeometryType.POLYGON
_MULTIPOLYGON = shapely.GeometryType.MULTIPOLYGON
DOUBT_M2 = 1.0  # two repairs further apart than this leave the shape in doubt


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RepairOutcome:
    """Result of `repair_polygons`; all arrays have shape (n,).

    `usable` is False where the geometry is missing, empty, not finite or
    ambiguous; `geometry` is then None. `linework_m2` and `structure_m2` are the
    areas that the two repairs give, `apart_m2` the area that only one of them
    holds; zero where none was needed. `change_m2` is the area after minus
    before: that of parts drawn over each other counts twice before, that of
    loops drawn the other way round is taken off.
    """

    geometry: NDArray[np.object_]
    usable: NDArray[np.bool_]
    repaired: NDArray[np.bool_]
    change_m2: NDArray[np.float64]
    linework_m2: NDArray[np.float64]
    structure_m2: NDArray[np.float64]
    apart_m2: NDArray[np.float64]

    @property
    def drawn_m2(self) -> NDArray[np.float64]:
        """Area as drawn of what was repaired, shape (n,)."""
        return self.structure_m2 - self.change_m2

    @property
    def ambiguous(self) -> NDArray[np.bool_]:
        """Where there are two readings, shape (n,).

        The two repairs are further apart than `DOUBT_M2`; or they hold so much
        more than was drawn: a loop that runs the other way (corners exchanged?)
        or a hole outside its shell.
        """
        more = self.change_m2 > DOUBT_M2
        return np.asarray((self.apart_m2 > DOUBT_M2) | more)


def repair_polygons(geometries: NDArray[np.object_], crs: str) -> RepairOutcome:
    """Make geometries two-dimensional and valid, or mark them unusable.

    Parameters
    ----------
    geometries : ndarray of object, shape (n,)
        Any geometries, also None; lines and points pass when they are finite.
    crs : str
        CRS of the coordinates, for the areas.

    Returns
    -------
    RepairOutcome
        In the order of `geometries`.
    """
    with np.errstate(
        invalid="ignore", over="ignore"
    ):  # what is no number, or too large
        flat = _flat(geometries)
        usable = ~shapely.is_missing(flat) & ~shapely.is_empty(flat)
        bad = usable & ~shapely.is_valid(flat)
        # to GEOS no geometry with a coordinate that is not finite is valid
        finite = _finite(flat[bad])
        usable[bad] &= finite
        bad[bad] = finite
    repaired, change = flat.copy(), np.zeros(len(flat))
    first, second, apart = (np.zeros(len(flat)) for _ in range(3))
    if bad.any():
        linework, structure = _made_valid(flat[bad])
        first[bad], second[bad] = area_m2(linework, crs), area_m2(structure, crs)
        apart[bad] = _apart_m2(linework, structure, crs)
        repaired[bad] = structure
        change[bad] = second[bad] - area_m2(flat[bad], crs)
    known = np.isfinite(apart) & np.isfinite(change)
    outcome = RepairOutcome(
        geometry=repaired,
        usable=usable & known & ~shapely.is_empty(repaired),
        repaired=bad,
        change_m2=change,
        linework_m2=first,
        structure_m2=second,
        apart_m2=apart,
    )
    sure = outcome.usable & ~outcome.ambiguous
    repaired[~sure] = None
    return replace(outcome, usable=sure, repaired=bad & sure)


def _made_valid(
    geometries: NDArray[np.object_],
) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return what the two methods make of invalid geometries."""
    with np.errstate(invalid="ignore", over="ignore"):  # too large to be multiplied
        linework = shapely.make_valid(geometries, method="linework")
        structure = shapely.make_valid(geometries, method="structure")
    return polygonal(linework), polygonal(structure)


def _apart_m2(
    one: NDArray[np.object_], other: NDArray[np.object_], crs: str
) -> NDArray[np.float64]:
    """Return the area that only one of two repairs holds, shape (n,)."""
    sums = np.abs(area_m2(one, crs) - area_m2(other, crs))
    with np.errstate(invalid="ignore", over="ignore"):  # as above
        only = polygonal(shapely.symmetric_difference(one, other))
    return np.asarray(np.fmax(sums, area_m2(only, crs)))


def polygonal(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Keep the polygons of each geometry, as one polygon or multipolygon.

    Lines and points, such as the seams where two polygons only touch, are
    dropped; an empty polygon stands where nothing is left.
    """
    out = np.asarray(geometries, dtype=object).copy()
    for row in np.flatnonzero(~_areal(out)):
        parts = shapely.get_parts(out[row])
        areas = parts[_areal(parts)]
        out[row] = shapely.union_all(areas) if len(areas) else shapely.Polygon()
    return out


def _areal(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    kind = shapely.get_type_id(geometries)
    return np.asarray((kind == _POLYGON) | (kind == _MULTIPOLYGON))


def oriented(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return geometries in canonical form: ring starts, order, direction.

    Two descriptions of the same shape become the same bytes.
    """
    return np.asarray(shapely.normalize(geometries), dtype=object)


def _flat(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop heights and measures; where there are none, nothing is copied."""
    plain = shapely.get_coordinate_dimension(geometries) <= _PLANE
    if plain.all():
        return geometries
    return np.asarray(shapely.force_2d(geometries), dtype=object)


def _finite(geometries: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Say whether all coordinates of each geometry are finite."""
    finite = np.ones(len(geometries), dtype=bool)
    sizes = np.asarray(shapely.get_num_coordinates(geometries))
    for run in runs_of_rows(sizes):
        xy, index = shapely.get_coordinates(geometries[run], return_index=True)
        finite[index[~np.isfinite(xy).all(axis=1)] + run.start] = False
    return finite
