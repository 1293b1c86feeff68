"""The green belt along both banks (两岸青山): its ground, its forest, what is to plant.

The belt is the ground between the banks and the edges of the profiles of
`ridges`, drawn from profile to profile as triangles, without the water and cut
at the county's border.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum
from types import MappingProxyType

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.banks import BankStations
from zoning.corridors.burning import cells_inside
from zoning.corridors.grid import Grid
from zoning.corridors.ridges import BankProfiles, BeltLimit
from zoning.topology import polygonal

__all__ = ["BankBelt", "BeltCover", "bank_belt", "belt_cover"]

Floats = NDArray[np.float64]
_GRID_M = 1e-4
_ORDER = (BeltLimit.RIDGE, BeltLimit.WATER, BeltLimit.FLAT, BeltLimit.CAP)
"""Ground that two profiles claim (in a bend) belongs to the first of these."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BankBelt:
    """The belt, in the plane of its profiles.

    Attributes
    ----------
    ground : Polygon or MultiPolygon
        The whole belt.
    parts : mapping
        `BeltLimit` to the ground whose outer edge it makes; without overlaps.
    area_m2 : mapping
        `BeltLimit` to ellipsoidal area.
    unknown_m : float
        Length of bank, in the plane, where the heights end too soon: no belt there.
    bank_m : float
        Length of bank followed.
    """

    ground: BaseGeometry
    parts: Mapping[BeltLimit, BaseGeometry]
    area_m2: Mapping[BeltLimit, float]
    unknown_m: float
    bank_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BeltCover:
    """Land cover of a belt by cell centres; areas ellipsoidal.

    Attributes
    ----------
    known_m2, forest_m2, plantable_m2 : float
        Cells with a class, with a forest class, and such as may be planted: of a
        class that can be, outside what is `kept`.
    forest_share : float
        Of the known; nan without any.
    gap_share : float
        Share of the cells of the belt without a class.
    """

    known_m2: float
    forest_m2: float
    plantable_m2: float
    forest_share: float
    gap_share: float


def bank_belt(
    profiles: BankProfiles,
    water: BaseGeometry,
    *,
    crs: str,
    county: BaseGeometry | None = None,
) -> BankBelt:
    """Draw the belt of profiles.

    Parameters
    ----------
    profiles : BankProfiles
        Of `water`.
    water : Polygon or MultiPolygon
        In the plane `crs`.
    crs : str
        The plane, for the areas.
    county : Polygon, optional
        The belt ends at its border.
    """
    triangles, limit = _triangles(profiles)
    taken: list[BaseGeometry] = []
    parts: dict[BeltLimit, BaseGeometry] = {}
    for one in _ORDER:
        ground = shapely.union_all(triangles[limit == one], grid_size=_GRID_M)
        for other in (water, *taken):
            ground = shapely.difference(ground, other, grid_size=_GRID_M)
        if county is not None:
            ground = shapely.intersection(ground, county, grid_size=_GRID_M)
        ground = polygonal(np.array([ground], dtype=object))[0]
        taken.append(ground)
        parts[one] = ground
    areas = measure.area_m2(np.array(taken, dtype=object), crs)
    return BankBelt(
        ground=shapely.union_all(np.array(taken, dtype=object), grid_size=_GRID_M),
        parts=MappingProxyType(parts),
        area_m2=MappingProxyType(dict(zip(_ORDER, areas.tolist(), strict=True))),
        unknown_m=fsum(profiles.stations.step_m[profiles.limit == BeltLimit.UNKNOWN]),
        bank_m=fsum(profiles.stations.step_m),
    )


def belt_cover(
    ground: BaseGeometry,
    cover: Grid,
    *,
    forest: frozenset[int],
    plantable: frozenset[int],
    kept: NDArray[np.object_],
) -> BeltCover:
    """Count the land cover of a belt.

    Parameters
    ----------
    ground : Polygon or MultiPolygon
        In the CRS of `cover`.
    cover : Grid
        Class codes.
    forest, plantable : frozenset of int
        Codes that are forest, and that may become it.
    kept : ndarray of object
        Polygons that are not to be planted: permanent basic farmland carries no
        trees (rule PBF-003), water, sites.
    """
    cells, _ = cells_inside(
        np.array([ground], dtype=object), cover.transform, cover.shape
    )
    closed, _ = cells_inside(kept, cover.transform, cover.shape)
    missing = cover.missing.ravel()[cells]
    codes = np.where(missing, 0, cover.values.ravel()[cells]).astype(np.int64)
    area = _cell_areas(cover, cells)
    is_forest = ~missing & np.isin(codes, sorted(forest))
    may = ~missing & np.isin(codes, sorted(plantable)) & ~np.isin(cells, closed)
    known = fsum(area[~missing])
    return BeltCover(
        known_m2=known,
        forest_m2=fsum(area[is_forest]),
        plantable_m2=fsum(area[may & ~is_forest]),
        forest_share=fsum(area[is_forest]) / known if known else float("nan"),
        gap_share=float(missing.mean()) if len(missing) else 1.0,
    )


def _cell_areas(grid: Grid, cells: NDArray[np.int64]) -> Floats:
    """Return the ellipsoidal area of cells: their plane area by the local scale."""
    rows, columns = np.divmod(cells, grid.shape[1])
    x, y = grid.centers()
    xy = np.column_stack([x[columns], y[rows]])
    width, height = grid.cell_m
    density: Floats = measure.area_density(xy, grid.crs)
    return width * height * density


def _triangles(profiles: BankProfiles) -> tuple[NDArray[np.object_], NDArray[np.str_]]:
    """Return triangles that fill the belt from each profile to the next, and limits.

    The bank is followed vertex by vertex; the outer edge runs straight between
    the ends of the profiles.
    """
    stations = profiles.stations
    after = stations.followers()
    along, xy, owner = _bank_points(stations)
    drawn = after[owner] >= 0
    drawn &= ~np.isnan(profiles.width_m[owner] + profiles.width_m[after[owner]])
    owner, along, xy = owner[drawn], along[drawn], xy[drawn]
    share = (along - stations.along_m[owner]) / stations.step_m[owner]
    first, last = profiles.edge[owner], profiles.edge[after[owner]]
    edge = first + (last - first) * share[:, None]
    same = np.append(owner[1:] == owner[:-1], np.zeros(min(1, len(owner)), np.bool_))
    next_xy = np.where(
        same[:, None], np.roll(xy, -1, axis=0), stations.xy[after[owner]]
    )
    next_edge = np.where(same[:, None], np.roll(edge, -1, axis=0), last)
    corners = np.concatenate(
        [
            np.stack([xy, next_xy, edge, xy], axis=1),
            np.stack([next_xy, next_edge, edge, next_xy], axis=1),
        ]
    )
    triangles = np.asarray(shapely.polygons(shapely.linearrings(corners)))
    real = shapely.area(triangles) > _GRID_M**2
    limit = np.concatenate([profiles.limit[owner]] * 2)
    return triangles[real], limit[real]


def _bank_points(
    stations: BankStations,
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Return distance, place and profile of starts and vertices, ring by ring."""
    vertices, ring = shapely.get_coordinates(stations.rings, return_index=True)
    step = np.hypot(*np.diff(vertices, axis=0, prepend=vertices[:1]).T)
    step[np.append(True, ring[1:] != ring[:-1])] = 0.0
    walked = np.cumsum(step)
    along = walked - walked[np.searchsorted(ring, ring)]
    rank = np.lexsort((stations.along_m, stations.ring))
    ring = np.concatenate([stations.ring[rank], ring])
    along = np.concatenate([stations.along_m[rank], along])
    xy = np.vstack([stations.xy[rank], vertices])
    is_start = np.arange(len(ring)) < len(rank)
    order = np.lexsort((~is_start, along, ring))
    ring, along, xy, is_start = ring[order], along[order], xy[order], is_start[order]
    before = np.cumsum(is_start) - 1
    owner = rank[np.maximum(before, 0)]
    ahead = along - stations.along_m[owner]
    mine = (before >= 0) & (stations.ring[owner] == ring)
    mine &= (ahead < stations.step_m[owner]) & (is_start | (ahead > 0))
    return along[mine], xy[mine], owner[mine]
