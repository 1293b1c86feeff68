"""From what a file writes of its CRS to an EPSG code of its horizontal part.

Well-known text with or without authority, PROJ strings, URNs, compound and
three-dimensional systems. A height is left out: nothing here depends on it. A
text that names a code and describes another plane is of no code.

References
----------
.. [1] OGC 09-048r5, names of reference systems; OGC:CRS84 is WGS 84 with the
   longitude first.
.. [2] EPSG registry: CGCS2000 / Gauss-Krüger 4491-4554, geographic 4490.
"""

import re
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from zoning.georeference.gauss_kruger import SIX_DEGREE, THREE_DEGREE
from zoning.io.crs import (
    Datum,
    datum_named,
    datum_of,
    geographic_crs,
    zone_crs,
)

__all__ = ["agrees", "code_of", "from_wkt", "parsed", "same_plane"]

_TOLERANCE_M = 1e-3
_SAME_FIGURE = 1e-6
_NAMES = re.compile(
    r"(EPSG:|OGC:|urn:(x-)?ogc:def:crs|https?://www\.opengis\.net/def/crs)[^\s?#]*",
    re.IGNORECASE,
)
_CRS84 = re.compile(r"\bCRS84h?$", re.IGNORECASE)
_PLANE = 2
_WGS84 = "EPSG:4326"
_DATUMS = (Datum.CGCS2000, Datum.XIAN80, Datum.BEIJING54)
_MERIDIAN, _FALSE_EASTING = "Longitude of natural origin", "False easting"
_NAMELESS = re.compile(r"unknown|unnamed|not.specified|user.defined", re.IGNORECASE)
_TAKEN_AS_ONE = (Datum.CGCS2000, Datum.WGS84)


@lru_cache(maxsize=256)
def code_of(name: str) -> str | None:
    """Return the EPSG code that a name states; None when it states none.

    Parameters
    ----------
    name : str
        ``EPSG:4546``, ``EPSG:4546+5737``, ``4546``, ``OGC:CRS84``, a URN or
        URL of the OGC, or well-known text.
    """
    text = name.strip()
    text = f"EPSG:{text}" if text.isdigit() else text
    if re.match(r"[A-Z_0-9]+\s*\[", text):
        return from_wkt(text)
    if _NAMES.fullmatch(text) is None:
        return None
    if _CRS84.search(text):
        return _WGS84
    return _horizontal(re.sub(r"^EPSG::", "EPSG:", text, flags=re.IGNORECASE))


@lru_cache(maxsize=64)
def from_wkt(text: str) -> str | None:
    """Return the EPSG code of a text such as a .prj; None when it matches none."""
    return _horizontal(text)


def parsed(text: str) -> CRS | None:
    """Return the horizontal part of a CRS: no height, no shift to WGS 84.

    Returns
    -------
    CRS or None
        None where the text is no CRS, or has no horizontal part.
    """
    try:
        crs = CRS.from_user_input(text)
        while crs.is_compound or crs.is_bound:
            inner = crs.sub_crs_list[0] if crs.is_compound else crs.source_crs
            if inner is None:
                return None
            crs = inner
        flat = crs if len(crs.axis_info) == _PLANE else crs.to_2d()
    except CRSError:
        return None
    return flat if flat.is_geographic or flat.is_projected else None


def agrees(text: str, reference: CRS) -> bool:
    """Say whether a text describes the ellipsoid and the plane of `reference`.

    Nine points of the area of use are carried to both planes; they must fall
    within a millimetre. Names and codes in the text count for nothing.
    """
    other = parsed(text)
    return other is not None and _same(other, reference)


def same_plane(one: str, other: str) -> bool:
    """Say whether two codes are one plane, as the 3- and 6-degree ones may be."""
    return one == other or _same(_reference(one), _reference(other))


def _horizontal(text: str) -> str | None:
    crs = parsed(text)
    if crs is None:
        return None
    number = crs.to_epsg()
    code = _described(crs) if number is None else f"EPSG:{number}"
    if code is None or (_shifted(text) and datum_of(code) in _TAKEN_AS_ONE):
        return None
    return code


def _shifted(text: str) -> bool:
    """Say whether a text carries a shift to WGS 84 that is not nought."""
    crs = CRS.from_user_input(text)
    operation = crs.coordinate_operation if crs.is_bound else None
    return operation is not None and any(operation.towgs84)


def _described(crs: CRS) -> str | None:
    """Return the code of a Chinese system that is described and has no code.

    A nameless datum on the ellipsoid of CGCS2000 is taken for it: no other in
    use in China stands on that ellipsoid.
    """
    name = "" if crs.datum is None else crs.datum.name
    datum = Datum.CGCS2000 if _NAMELESS.search(name) else datum_named(name)
    if datum is None or datum not in _DATUMS:
        return None
    code = geographic_crs(datum) if crs.is_geographic else _gauss(crs, datum)
    return code if code is not None and _same(crs, _reference(code)) else None


def _gauss(crs: CRS, datum: Datum) -> str | None:
    """Return the one Gauss-Krüger code that meridian and false easting allow."""
    operation = crs.coordinate_operation
    known = {p.name: p.value for p in operation.params} if operation else {}
    try:
        meridian, east = float(known[_MERIDIAN]), float(known[_FALSE_EASTING])
    except (KeyError, TypeError, ValueError):
        return None
    zone = round(east // 1_000_000)
    prefixed = zone != 0
    zone = zone if prefixed else round(meridian / 3)
    if zone in THREE_DEGREE or zone in SIX_DEGREE:
        return zone_crs(datum, zone, prefixed=prefixed)
    return None


@cache
def _reference(code: str) -> CRS:
    return CRS.from_user_input(code)


def _same(one: CRS, reference: CRS) -> bool:
    if one.is_geographic != reference.is_geographic:
        return False
    if not _same_figure(one, reference):
        return False
    lon, lat = _samples(reference)
    try:
        first, second = (_carried(crs, lon, lat) for crs in (one, reference))
    except ProjError:
        return False
    apart = np.abs(first - second).max()
    tolerance = _TOLERANCE_M / (111e3 if reference.is_geographic else 1.0)
    return bool(apart <= tolerance)  # False for what is not finite, too


def _same_figure(one: CRS, other: CRS) -> bool:
    figures = [_figure(crs) for crs in (one, other)]
    return None not in figures and bool(
        np.allclose(figures[0] or (), figures[1] or (), rtol=0, atol=_SAME_FIGURE)
    )


def _figure(crs: CRS) -> tuple[float, float, float] | None:
    """Return half axis in metres, inverse flattening and prime meridian."""
    ellipsoid, meridian = crs.ellipsoid, crs.prime_meridian
    if ellipsoid is None or meridian is None:
        return None
    return (
        float(ellipsoid.semi_major_metre),
        float(ellipsoid.inverse_flattening),
        float(meridian.longitude),
    )


def _samples(crs: CRS) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    area = crs.area_of_use
    box = (
        (73.0, 16.0, 136.0, 54.0)
        if area is None
        else (area.west, area.south, area.east, area.north)
    )
    lon, lat = np.meshgrid(
        np.linspace(box[0], box[2], 3), np.linspace(box[1], box[3], 3)
    )
    return lon.ravel(), lat.ravel()


def _carried(
    crs: CRS, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> NDArray[np.float64]:
    made = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    return np.array(made.transform(lon, lat, errcheck=True))
