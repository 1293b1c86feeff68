"""Sites as ground in the working plane."""

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.check.placing import place_sites
from zoning.errors import Problem, SiteError
from zoning.model import Base, CheckOptions, Site

__all__ = ["site_ground"]


def site_ground(
    sites: tuple[Site, ...], base: Base, options: CheckOptions
) -> NDArray[np.object_]:
    """Return the polygons of sites in the working plane, in their order.

    Raises
    ------
    SiteError
        When a site was rejected, or is no polygon: its ground is not known.
    """
    placed = place_sites(sites, base, options)
    problems = [p.site.rejection for p in placed if p.site.rejection is not None]
    if problems:
        raise SiteError(*problems)
    shapes = np.array([*(p.geometry for p in placed), None], dtype=object)[:-1]
    flat = np.flatnonzero(~np.isin(shapely.get_type_id(shapes), [3, 6]))
    if len(flat):
        where = placed[int(flat[0])].site.source.path
        raise SiteError(Problem(code="SITE_WITHOUT_GROUND", where=where))
    return shapes
