"""Gauss-Krüger planes of CGCS2000: zones, meridians and codes.

References
----------
.. [1] EPSG registry, CGCS2000 / Gauss-Krüger: 4513-4533 three-degree with zone
   prefix (zones 25-45), 4534-4554 by central meridian (75E to 135E), 4491-4501
   six-degree with prefix (zones 13-23), 4502-4512 by central meridian.
"""

import math

__all__ = [
    "FIRST_CODES",
    "SIX_DEGREE",
    "THREE_DEGREE",
    "meridian_of",
    "plane_of_zone",
    "zone_at",
]

THREE_DEGREE, SIX_DEGREE = range(25, 46), range(13, 24)
FIRST_CODES = (4513, 4534, 4491, 4502)
"""Of the 3-degree zones with prefix and by meridian, then of the 6-degree ones."""
_FIRST_MERIDIAN = 75


def zone_at(longitude: float) -> int:
    """Return the 3-degree zone of a longitude; the nearest one outside China."""
    zone = math.floor((longitude + 1.5) / 3)
    return min(max(zone, THREE_DEGREE.start), THREE_DEGREE.stop - 1)


def plane_of_zone(zone: int, *, prefixed: bool) -> str:
    """Return the code of a zone, 3-degree (25-45) or 6-degree (13-23)."""
    three = zone in THREE_DEGREE
    first = FIRST_CODES[(0 if three else 2) + (0 if prefixed else 1)]
    return f"EPSG:{first + zone - (THREE_DEGREE if three else SIX_DEGREE).start}"


def meridian_of(crs: str) -> int | None:
    """Return the central meridian of a plane without prefix, degrees; else None."""
    number = int(crs.removeprefix("EPSG:"))
    for first, zones, width in (
        (FIRST_CODES[1], THREE_DEGREE, 3),
        (FIRST_CODES[3], SIX_DEGREE, 6),
    ):
        if 0 <= number - first < len(zones):
            return _FIRST_MERIDIAN + width * (number - first)
    return None
