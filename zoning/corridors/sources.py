"""Ecological sources: the cores that matter most, with what the law protects.

Cores of a spatial pattern are joined into patches, small ones are left out, the
rest is ranked by what each is worth to the connectivity of all. The best are
merged with the red line and protected areas, which are sources whatever their
rank, and numbered.

References
----------
.. [1] S. Saura, L. Pascual-Hortal (2007), Landscape and Urban Planning 83,
   91-103: dPC as the measure of a patch.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree

from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid
from zoning.corridors.indices import (
    Importance,
    node_importance,
    probability_of_dispersal,
)
from zoning.corridors.mspa import Pattern, PatternClass
from zoning.errors import Problem, UsageError

__all__ = ["Dispersal", "Sources", "ecological_sources"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int32]
_SQUARE = np.ones((3, 3), dtype=np.bool_)
_CROSS = ndimage.generate_binary_structure(2, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispersal:
    """What makes a patch a source.

    Parameters
    ----------
    least_area_m2 : float
        Smaller patches of core are left out. Areas are of whole cells in the
        plane of the grid: they rank, they do not measure.
    count : int
        How many of the best patches are kept.
    at_m, probability : float
        Dispersal over `at_m` metres between edges happens with `probability`.
    """

    least_area_m2: float
    count: int
    at_m: float
    probability: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sources:
    """Numbered sources.

    Parameters
    ----------
    grid : Grid
        int32: numbers from 1 in reading order, 0 elsewhere; as `connect` takes it.
    area_m2 : ndarray of float64, shape (n,)
        Of source 1, 2, ... in the plane of the grid.
    protected : ndarray of bool, shape (n,)
        Whether protected land is part of the source.
    patches : Grid
        int32: the patches of core that were ranked, numbered from 1.
    importance : Importance
        dPC of each patch, shapes (k,).
    kept : ndarray of bool, shape (k,)
        The patches that are among the best.
    """

    grid: Grid
    area_m2: Floats
    protected: NDArray[np.bool_]
    patches: Grid
    importance: Importance
    kept: NDArray[np.bool_]


def ecological_sources(
    pattern: Pattern, demand: Dispersal, protected: NDArray[np.object_] | None = None
) -> Sources:
    """Return the ecological sources of a pattern.

    Parameters
    ----------
    pattern : Pattern
        Of the habitat.
    demand : Dispersal
    protected : ndarray of object, shape (m,), optional
        Polygons of the red line and protected areas in the CRS of the grid. They
        are sources with every cell whose centre they hold, and any that is too
        small for that with the cell that it lies in.

    Returns
    -------
    Sources
        Patches and protected land that touch are one source.

    Raises
    ------
    UsageError
        ``SOURCES_DEMAND`` for a count below one or an area below zero;
        ``SOURCES_NONE`` when nothing is left; ``DISPERSAL_IMPOSSIBLE``.
    """
    if demand.count < 1 or not demand.least_area_m2 >= 0:
        values = {
            "count": str(demand.count),
            "least_area_m2": f"{demand.least_area_m2:g}",
        }
        raise UsageError(Problem(code="SOURCES_DEMAND", values=values))
    like = pattern.codes
    joined = _SQUARE if pattern.rule.connectivity == 8 else _CROSS  # noqa: PLR2004
    patches, area_m2 = _patches(pattern, joined, demand.least_area_m2)
    importance = _ranked(like, patches, area_m2, demand=demand)
    kept = np.zeros(len(area_m2), dtype=np.bool_)
    kept[np.argsort(-importance.whole, kind="stable")[: demand.count]] = True
    by_law = _protected_cells(like, protected)
    chosen = np.concatenate([[False], kept])[patches] | by_law
    labels, number = ndimage.label(chosen, joined)
    if number == 0:
        raise UsageError(Problem(code="SOURCES_NONE"))
    lawful = np.zeros(number + 1, dtype=np.bool_)
    lawful[labels[by_law]] = True
    return Sources(
        grid=like.with_values(labels.astype(np.int32)),
        area_m2=_areas(like, labels, number),
        protected=lawful[1:],
        patches=like.with_values(patches),
        importance=importance,
        kept=kept,
    )


def _areas(like: Grid, labels: Labels, number: int) -> Floats:
    width_m, height_m = like.cell_m
    cells = np.bincount(labels.ravel(), minlength=number + 1)[1:]
    return np.asarray(cells * (width_m * height_m), dtype=np.float64)


def _patches(
    pattern: Pattern, joined: NDArray[np.bool_], least_area_m2: float
) -> tuple[Labels, Floats]:
    """Return patches of core that are large enough, numbered anew."""
    labels, number = ndimage.label(pattern.cells(PatternClass.CORE), joined)
    area_m2 = _areas(pattern.codes, labels, number)
    large = area_m2 >= least_area_m2
    again = np.concatenate([[0], np.cumsum(large) * large]).astype(np.int32)
    return again[labels], area_m2[large]


def _ranked(
    like: Grid, patches: Labels, area_m2: Floats, *, demand: Dispersal
) -> Importance:
    """Return dPC of the patches: straight between their nearest cells."""
    apart_m = np.zeros((len(area_m2), len(area_m2)))
    size_m = np.array(like.cell_m[::-1])
    rims = [_rim(patches, k) * size_m for k in range(1, len(area_m2) + 1)]
    trees = [cKDTree(rim) for rim in rims]
    for i, rim in enumerate(rims):
        for j in range(i):
            apart_m[i, j] = apart_m[j, i] = trees[j].query(rim)[0].min()
    direct = probability_of_dispersal(
        apart_m, at=demand.at_m, probability=demand.probability
    )
    return node_importance(area_m2, direct)


def _rim(patches: Labels, number: int) -> NDArray[np.int64]:
    """Return the cells of a patch that border on others, shape (n, 2)."""
    own = patches == number
    return np.argwhere(own & ~ndimage.binary_erosion(own, _CROSS))


def _protected_cells(
    like: Grid, protected: NDArray[np.object_] | None
) -> NDArray[np.bool_]:
    """Return the cells of protected land; no piece of it is lost between cells."""
    if protected is None or len(protected) == 0:
        return np.zeros(like.shape, dtype=np.bool_)
    blank = like.with_values(np.zeros(like.shape))
    parts = shapely.get_parts(protected)
    inside = shapely.point_on_surface(parts)
    land = np.concatenate([parts, inside[~shapely.is_empty(inside)]])
    return np.asarray(burned(blank, land, np.ones(len(land))).values > 0)
