"""The plane in which a surveyor sets out: CGCS2000 Gauss-Krüger with its zone."""

from dataclasses import dataclass

from zoning.georeference.gauss_kruger import (
    FIRST_CODES,
    SIX_DEGREE,
    THREE_DEGREE,
    plane_of_zone,
    zone_at,
)

__all__ = ["SurveyPlane", "survey_plane"]

_FAMILIES = (
    # first code of the family, degrees, zones
    (FIRST_CODES[0], 3, THREE_DEGREE),
    (FIRST_CODES[1], 3, THREE_DEGREE),
    (FIRST_CODES[2], 6, SIX_DEGREE),
    (FIRST_CODES[3], 6, SIX_DEGREE),
)
_PREFIX_M = 1_000_000.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyPlane:
    """A Gauss-Krüger plane of CGCS2000.

    Parameters
    ----------
    crs : str
        EPSG code by central meridian: eastings without the zone.
    width_deg : int
        3 or 6.
    zone : int
        Zone number, which a boundary file writes before the easting.
    """

    crs: str
    width_deg: int
    zone: int

    @property
    def prefix_m(self) -> float:
        """What is added to an easting of `crs` so that it bears its zone."""
        return self.zone * _PREFIX_M


def survey_plane(site_crs: str, base_crs: str, longitude: float) -> SurveyPlane:
    """Return the plane a site is set out in: its own, the base's, or its zone's.

    Parameters
    ----------
    site_crs, base_crs : str
        EPSG codes of the site as read and of the working plane.
    longitude : float
        Of the site, degrees; picks the 3-degree zone where neither CRS is a
        Gauss-Krüger plane of CGCS2000.
    """
    for crs in (site_crs, base_crs):
        known = _known(crs)
        if known is not None:
            return known
    zone = zone_at(longitude)
    crs = plane_of_zone(zone, prefixed=False)
    return SurveyPlane(crs=crs, width_deg=3, zone=zone)


def _known(crs: str) -> SurveyPlane | None:
    """Return the plane of an EPSG code, None when it is no such plane."""
    authority, _, number = crs.partition(":")
    if authority.upper() != "EPSG" or not number.isdigit():
        return None
    for first, width, zones in _FAMILIES:
        step = int(number) - first
        if 0 <= step < len(zones):
            code = plane_of_zone(zones[step], prefixed=False)
            return SurveyPlane(crs=code, width_deg=width, zone=zones[step])
    return None
