"""The site moved: where it would take less from the corridors.

For every place tried, links are taken to keep their old ways at what these would
cost there, which needs no spreading. The most promising places by that are then
computed in full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sin

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from zoning.corridors.grid import Grid
from zoning.corridors.impact import equivalent_area
from zoning.corridors.network import Link
from zoning.linkage.impact.footprint import costs_with, footprint_of
from zoning.linkage.impact.laid import Laid, lay, left_of, site_rules
from zoning.linkage.impact.standing import Standing, path_cost

__all__ = ["Moved", "moves"]

_BEARINGS = tuple(range(0, 360, 45))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Moved:
    """A site moved by `moved_m` in the plane, `bearing_deg` clockwise from north."""

    site: BaseGeometry
    moved_m: float
    bearing_deg: float
    equivalent_gain_m2: float


def moves(
    standing: Standing,
    laid: Laid,
    site: BaseGeometry,
    *,
    shifts_m: Sequence[float],
    tried: int,
) -> tuple[Moved, ...]:
    """Return where the site would take less, the most promising places in full.

    Places beyond the county are left out. What else a place meets is not asked.

    Parameters
    ----------
    shifts_m : sequence of float
        Distances, each in eight directions.
    tried : int
        How many places are computed in full.
    """
    if not any(change.rise > 0 for change in laid.impact.touched):
        return ()
    places = [
        replace(one, equivalent_gain_m2=_by_old_ways(standing, one.site))
        for one in _places(standing, site, shifts_m)
    ]
    places.sort(key=lambda one: (-one.equivalent_gain_m2, one.moved_m, one.bearing_deg))
    lost = laid.impact.equivalent_after
    return tuple(
        replace(
            one,
            equivalent_gain_m2=lay(standing, one.site).impact.equivalent_after - lost,
        )
        for one in places[:tried]
    )


def _places(
    standing: Standing, site: BaseGeometry, shifts_m: Sequence[float]
) -> Iterator[Moved]:
    county = standing.ground.county
    for moved_m in shifts_m:
        for bearing in _BEARINGS:
            east = moved_m * sin(radians(bearing))
            north = moved_m * cos(radians(bearing))
            there = affinity.translate(site, east, north)
            if _within(there, county):
                yield Moved(
                    site=there,
                    moved_m=moved_m,
                    bearing_deg=float(bearing),
                    equivalent_gain_m2=0.0,
                )


def _within(site: BaseGeometry, county: Grid) -> bool:
    """Return whether all corners of a site lie on cells of the county."""
    rows, columns = county.cells_at(shapely.get_coordinates(site))
    off = (rows < 0) | (columns < 0)
    return not off.any() and bool((county.values[rows, columns] == 1).all())


def _by_old_ways(standing: Standing, site: BaseGeometry) -> float:
    """Return EC with the site there, if links kept their ways."""
    table, rules = standing.kept.table.resistance, site_rules(standing)
    footprint = footprint_of(site, standing.land.resistance, table=table, rules=rules)
    costs = costs_with(
        standing.land.resistance,
        standing.ground.factors,
        footprint,
        table=table,
        rules=rules,
    )
    links: list[Link] = []
    for link in standing.links:
        cost = path_cost(costs, link.path.cells)
        if np.isfinite(cost):
            links.append(replace(link, cost=cost))
    return equivalent_area(left_of(standing, site), links, standing.dispersal)
