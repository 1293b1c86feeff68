"""A site on a model: the ground with it, and what becomes of links and sources."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.grid import Grid
from zoning.corridors.impact import Dispersal, SiteImpact, changed_cells, site_impact
from zoning.corridors.landscape import Landscape
from zoning.corridors.network import Link
from zoning.corridors.resistance import ResistanceTable
from zoning.errors import Problem, UsageError
from zoning.linkage.impact.footprint import (
    Footprint,
    costs_with,
    footprint_of,
    land_with,
)
from zoning.linkage.impact.standing import Standing
from zoning.linkage.table import SiteRules

__all__ = ["Laid", "lay", "left_of", "site_rules", "with_site"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """A site on the ground of a model.

    Parameters
    ----------
    footprint : Footprint
    land : Landscape
        With the site.
    changed : ndarray of bool, shape (rows, columns)
        Cells that cost more, or were taken from a source.
    area_m2 : ndarray of float64, shape (n,)
        What is left of the sources.
    impact : SiteImpact
    """

    footprint: Footprint
    land: Landscape
    changed: NDArray[np.bool_]
    area_m2: Floats
    impact: SiteImpact


def site_rules(standing: Standing) -> SiteRules:
    """Return what a project makes of its ground.

    Raises
    ------
    UsageError
        ``IMPACT_RULES`` where the table does not say.
    """
    rules = standing.kept.table.site
    if rules is None:
        values = {"table": standing.kept.table.resistance.name}
        raise UsageError(Problem(code="IMPACT_RULES", values=values))
    return rules


def lay(standing: Standing, site: BaseGeometry) -> Laid:
    """Lay a site on a model; `site` in the working plane."""
    table = standing.kept.table.resistance
    footprint = footprint_of(
        site, standing.land.resistance, table=table, rules=site_rules(standing)
    )
    area_m2 = left_of(standing, site)
    land, impact = with_site(
        standing,
        (standing.land, standing.links, standing.dispersal),
        footprint,
        table=table,
        area_m2=area_m2,
    )
    return Laid(
        footprint=footprint,
        land=land,
        changed=changed_cells(standing.land, land),
        area_m2=area_m2,
        impact=impact,
    )


def with_site(
    standing: Standing,
    before: tuple[Landscape, tuple[Link, ...], Dispersal],
    footprint: Footprint,
    *,
    table: ResistanceTable,
    area_m2: Floats,
) -> tuple[Landscape, SiteImpact]:
    """Return the ground with a site under a table, and what becomes of the links."""
    land, links, dispersal = before
    factors: Mapping[str, Grid] = standing.ground.factors
    costs = costs_with(
        land.resistance, factors, footprint, table=table, rules=site_rules(standing)
    )
    after = land_with(land, costs, footprint)
    impact = site_impact(
        land,
        after,
        links=links,
        attribute=(standing.area_m2, area_m2),
        dispersal=dispersal,
    )
    return after, impact


def left_of(standing: Standing, site: BaseGeometry) -> Floats:
    """Return the area of each source less what the site covers of it."""
    shapes = standing.kept.sources
    met = shapely.intersects(shapes, site)
    left = standing.area_m2.copy()
    if met.any():
        common = shapely.intersection(shapes[met], site)
        taken = measure.area_m2(common, standing.land.resistance.crs)
        left[met] = np.maximum(left[met] - taken, 0.0)
    return left
