"""Planes whose numbers look alike: UTM and Gauss-Krüger of one meridian.

Both count 500 km at the meridian and metres from the equator; UTM is 0.04 %
smaller, which in Wushan is 1.4 km of northing. Nothing in the numbers tells
which it is. The 6-degree Gauss-Krüger plane is the 3-degree one of the same
meridian, to the last digit, so that a mix-up of the two does no harm.

References
----------
.. [1] EPSG registry: WGS 84 / UTM 32601-32660.
"""

from zoning.georeference.gauss_kruger import meridian_of, plane_of_zone, zone_at

__all__ = ["twin"]

_UTM, _UTM_ZONES, _HALF_TURN = 32600, range(1, 61), 180
_WEST, _EAST = 75, 135


def twin(crs: str) -> str | None:
    """Return the plane that numbers in `crs` could be mistaken for.

    Parameters
    ----------
    crs : str
        EPSG code.

    Returns
    -------
    str or None
        EPSG code: the Gauss-Krüger plane of CGCS2000 for a UTM zone of China,
        the UTM zone for a Gauss-Krüger plane without zone prefix, else None.
    """
    number = int(crs.removeprefix("EPSG:"))
    if number - _UTM in _UTM_ZONES:
        meridian = 6 * (number - _UTM) - 3 - _HALF_TURN
        if not _WEST <= meridian <= _EAST:
            return None
        return plane_of_zone(zone_at(meridian), prefixed=False)
    central = meridian_of(crs)
    if central is None:
        return None
    zone, rest = divmod(central + _HALF_TURN + 3, 6)
    return None if rest else f"EPSG:{_UTM + zone}"
