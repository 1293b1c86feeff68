"""Sites brought into the working plane, measured, or turned away."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem
from zoning.georeference.readings import located, unplaced
from zoning.model import Base, CheckOptions, Site
from zoning.overlay import VAST_M, within_tolerance
from zoning.topology import oriented

__all__ = ["Placed", "place_sites", "trusted_project"]

LAND_SLACK = 0.9
"""Declared land below this share of the measured site is a contradiction."""
ON_OWN_LAND = {"rebuild", "technical_upgrade"}  # may take no new land
LAND = ("land_permanent_m2", "land_temporary_m2")
FAR_M = 30_000.0
"""A site further from the county than this is taken for a wrong CRS."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Placed:
    """A site and its geometry in the working plane (None when rejected)."""

    site: Site
    geometry: BaseGeometry | None
    area_m2: float | None = None
    area_plane_m2: float | None = None
    length_m: float | None = None


def place_sites(
    sites: tuple[Site, ...], base: Base, options: CheckOptions
) -> tuple[Placed, ...]:
    """Carry each site into the working plane, in canonical form, and measure it.

    Rejected sites stay in their place; a site far from the county becomes one.
    The ellipsoidal area is taken in the CRS in which the site was surveyed.
    """
    return tuple(_place(site, base, options) for site in sites)


def _place(site: Site, base: Base, options: CheckOptions) -> Placed:
    if site.rejection is not None:
        told = located(site.rejection, base.county, base.crs)
        return Placed(site=replace(site, rejection=told), geometry=None)
    if site.geometry is None or site.crs is None:
        return Placed(site=site, geometry=None)
    surveyed = oriented(np.array([site.geometry], dtype=object))
    carried = measure.project(surveyed, site.crs, base.crs)
    distance = float(shapely.distance(carried[0], base.county))
    west, south, east, north = shapely.bounds(carried[0]).tolist()
    if max(east - west, north - south) > VAST_M:
        distance = np.inf  # a damaged number
    if not distance <= FAR_M:  # also catches nan and inf
        far = _far(site, distance, base)
        return Placed(site=replace(site, geometry=None, rejection=far), geometry=None)
    thin = _too_thin(carried[0], site, options)
    if thin is not None:
        return Placed(site=replace(site, geometry=None, rejection=thin), geometry=None)
    areal = shapely.get_dimensions(carried[0]) == 2  # noqa: PLR2004  a polygon
    linear = shapely.get_dimensions(carried[0]) == 1
    return Placed(
        site=site,
        geometry=carried[0],
        area_m2=float(measure.area_m2(surveyed, site.crs)[0]) if areal else None,
        area_plane_m2=float(measure.plane_area_m2(carried, base.crs)[0])
        if areal
        else None,
        length_m=float(measure.length_m(surveyed, site.crs)[0]) if linear else None,
    )


def _far(site: Site, distance: float, base: Base) -> Problem:
    """Say how far away a site lies, and how its numbers would come to lie here."""
    km = f"{distance / 1000:.0f}" if np.isfinite(distance) else "?"
    x, y = shapely.get_coordinates(site.geometry)[0].tolist()
    far = unplaced("SITE_FAR_FROM_COUNTY", site.source.path, (x, y), distance=km)
    return located(far, base.county, base.crs, apart_from=site.crs)


def _too_thin(shape: BaseGeometry, site: Site, options: CheckOptions) -> Problem | None:
    """Turn away a polygon that is itself within the boundary tolerance.

    Whatever it met would count as residue, so nothing could be found.
    """
    if not within_tolerance(np.array([shape], dtype=object), options)[0]:
        return None
    values = {
        "area": f"{options.residue_area_m2:g}",
        "width": f"{options.residue_width_m:g}",
    }
    return Problem(code="SITE_TOO_THIN", where=site.source.path, values=values)


def trusted_project(place: Placed) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """Return the project's attributes without land figures the survey contradicts.

    A site of 1.4 ha whose project declares no land would pass rules that go by
    land taken; such figures count as unknown. Works that cross without taking
    land, and rebuilding on land already held, are believed.

    Returns
    -------
    project, problems
        `problems` names the contradiction.
    """
    project = place.site.project
    figures = [_figure(project.get(name, "")) for name in LAND]
    given = [figure for figure in figures if figure is not None]
    crossing = "true" in {project.get("crosses_without_land"), project.get("linear")}
    on_own_land = project.get("construction_nature") in ON_OWN_LAND
    if place.area_m2 is None or crossing or on_own_land or not given:
        return project, ()
    if sum(given) >= LAND_SLACK * place.area_m2:
        return project, ()
    values = {"declared": f"{sum(given):g}", "measured": f"{place.area_m2:.0f}"}
    problem = Problem(
        code="LAND_CONTRADICTED", where=place.site.source.path, values=values
    )
    return {k: v for k, v in project.items() if k not in LAND}, (problem,)


def _figure(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
