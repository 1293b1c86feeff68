"""Sites brought into the working plane, measured, or turned away."""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.errors import Problem
from zoning.model import Base, Site
from zoning.topology import oriented

__all__ = ["Placed", "place_sites"]

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


def place_sites(sites: tuple[Site, ...], base: Base) -> tuple[Placed, ...]:
    """Carry each site into the working plane, in canonical form, and measure it.

    Rejected sites stay in their place; a site far from the county becomes one.
    The ellipsoidal area is taken in the CRS in which the site was surveyed.
    """
    return tuple(_place(site, base) for site in sites)


def _place(site: Site, base: Base) -> Placed:
    if site.geometry is None or site.crs is None or site.rejection is not None:
        return Placed(site=site, geometry=None)
    surveyed = oriented(np.array([site.geometry], dtype=object))
    carried = measure.project(surveyed, site.crs, base.crs)
    distance = float(shapely.distance(carried[0], base.county))
    if not distance <= FAR_M:  # also catches nan and inf
        km = f"{distance / 1000:.0f}" if np.isfinite(distance) else "?"
        far = Problem(
            code="SITE_FAR_FROM_COUNTY",
            where=site.source.path,
            values={"distance": km},
        )
        return Placed(site=replace(site, geometry=None, rejection=far), geometry=None)
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
