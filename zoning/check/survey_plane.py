"""The plane in which a surveyor sets out: CGCS2000 Gauss-Krüger with its zone.

References
----------
.. [1] EPSG registry, CGCS2000 / Gauss-Krüger: 4491-4501 six-degree with zone
   prefix (zones 13-23), 4502-4512 the same by central meridian, 4513-4533
   three-degree with prefix (zones 25-45), 4534-4554 by central meridian.
"""

from dataclasses import dataclass

import numpy as np

__all__ = ["SurveyPlane", "survey_plane"]

_FAMILIES = (
    # first code of the family, first code by central meridian, width, first zone
    (4491, 4502, 6, 13),
    (4502, 4502, 6, 13),
    (4513, 4534, 3, 25),
    (4534, 4534, 3, 25),
)
_CODES = {6: 11, 3: 21}  # zones in a family
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
    zone = int(np.clip(np.floor((longitude + 1.5) / 3), 25, 45))
    return SurveyPlane(crs=f"EPSG:{4534 + zone - 25}", width_deg=3, zone=zone)


def _known(crs: str) -> SurveyPlane | None:
    """Return the plane of an EPSG code, None when it is no such plane."""
    authority, _, number = crs.partition(":")
    if authority.upper() != "EPSG" or not number.isdigit():
        return None
    for first, by_meridian, width, zone in _FAMILIES:
        step = int(number) - first
        if 0 <= step < _CODES[width]:
            code = f"EPSG:{by_meridian + step}"
            return SurveyPlane(crs=code, width_deg=width, zone=zone + step)
    return None
