"""What a site does to the ground of corridors: overlap, width left, where they run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors import narrowest_section
from zoning.corridors.burning import cells_inside
from zoning.corridors.grid import Grid
from zoning.corridors.impact import LinkImpact
from zoning.corridors.landscape import Landscape
from zoning.corridors.least_cost import accumulate
from zoning.corridors.network import Link
from zoning.linkage.joining import path_shape
from zoning.linkage.outlines import outline_of

__all__ = ["CorridorCut", "Rerouted", "cut_of", "dearer_share", "rerouted"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_WINDOW_M = 3_000.0
"""Corridor kept about the site for cross-sections; far banks do not matter."""
_PLANE = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CorridorCut:
    """The site in a corridor; fields as `LinkEffect` has them."""

    overlap_m2: float
    overlap_m: float
    overlap_share: float
    width_m: float | None = None
    width_left_m: float | None = None
    section: BaseGeometry | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rerouted:
    """A link and its corridor on the ground with the site."""

    path: BaseGeometry
    swath: BaseGeometry
    mean_width_m: float | None


def cut_of(site: BaseGeometry, swath: BaseGeometry, crs: str) -> CorridorCut:
    """Return how a site cuts a corridor; both in the working plane."""
    both = shapely.intersection(swath, site)
    if shapely.is_empty(both):
        return CorridorCut(overlap_m2=0.0, overlap_m=0.0, overlap_share=0.0)
    shapes = np.array([both, swath], dtype=object)
    areas, lengths = measure.area_m2(shapes, crs), measure.length_m(shapes[:1], crs)
    areal = shapely.get_dimensions(site) == _PLANE
    window = shapely.box(*shapely.bounds(site)).buffer(_WINDOW_M)
    near = shapely.intersection(swath, window)
    section = narrowest_section(site, near, crs=crs) if areal else None
    return CorridorCut(
        overlap_m2=float(areas[0]) if areal else 0.0,
        overlap_m=0.0 if areal else float(lengths[0]),
        overlap_share=float(areas[0] / areas[1]) if areal else 0.0,
        width_m=section.width_m if section else None,
        width_left_m=section.width_left_m if section else None,
        section=section.chord if section else None,
    )


def dearer_share(like: Grid, swath: BaseGeometry, changed: Flags) -> float:
    """Return the share of a corridor's cells that are changed."""
    cells, _ = cells_inside(np.array([swath], dtype=object), like.transform, like.shape)
    return float(changed.ravel()[cells].mean()) if len(cells) else 0.0


def rerouted(
    land: Landscape,
    links: Sequence[Link],
    touched: Sequence[LinkImpact],
    *,
    swath_share: float,
) -> Mapping[tuple[int, int], Rerouted]:
    """Return where links and their corridors run on changed ground.

    Parameters
    ----------
    land : Landscape
        With the site.
    links : sequence of Link
        Those whose corridor has changed.
    touched : sequence of LinkImpact
        Those whose path leads through the site.
    swath_share : float
        Of the link's cost, what a way through the corridor may cost more.
    """
    again = {(one.before.start, one.before.end): one.after for one in touched}
    now = {(k.start, k.end): again.get((k.start, k.end), k) for k in links}
    standing = [link for link in now.values() if link is not None]
    reach: dict[int, float] = {}
    for link in standing:
        limit = link.cost * (1 + swath_share)
        for end in (link.start, link.end):
            reach[end] = max(reach.get(end, 0.0), limit)
    labels, grid = land.labels(), land.resistance
    costs = {
        end: accumulate(
            grid, grid.with_values(np.where(labels == end, end, 0)), limit=limit
        ).cost
        for end, limit in sorted(reach.items())
    }
    return {
        (link.start, link.end): _rerouted(land, link, costs, share=swath_share)
        for link in standing
    }


def _rerouted(
    land: Landscape, link: Link, costs: Mapping[int, Floats], *, share: float
) -> Rerouted:
    grid = land.resistance
    both = costs[link.start] + costs[link.end]
    inside = (both <= both.min() + share * link.cost) & (land.labels() == 0)
    swath = outline_of(grid, np.flatnonzero(inside))
    path = path_shape(link)
    area = float(measure.area_m2(np.array([swath], dtype=object), grid.crs)[0])
    length = float(measure.length_m(np.array([path], dtype=object), grid.crs)[0])
    width = area / length if length > 0 else None
    return Rerouted(path=path, swath=swath, mean_width_m=width)
