"""The CRS of a column in PostGIS: what its SRID says, and whether it is true.

An SRID is a key of ``spatial_ref_sys``, a table that anybody with the right
may edit. Its authority, its well-known text and its PROJ text each state the
system; they are compared with one another and with PROJ's own definition.
"""

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from zoning.errors import LayerError
from zoning.model.problems import layer_problem

__all__ = ["agrees", "crs_of_row"]

EPSG = "EPSG"
_TOLERANCE_M = 1e-3
_SAME_FIGURE = 1e-6


def crs_of_row(
    srid: int, row: tuple[str | None, int | None, str | None, str | None], layer_id: str
) -> str:
    """Return the CRS of an SRID: ``EPSG:n``, or well-known text where it is none.

    Parameters
    ----------
    srid : int
    row : tuple
        ``auth_name, auth_srid, srtext, proj4text`` of ``spatial_ref_sys``.
    layer_id : str
        For messages.

    Raises
    ------
    LayerError
        ``DATABASE_SRID_DOUBTFUL`` when the row contradicts itself or EPSG.
    """
    authority, number, text, proj = row
    stated = [one for one in (text, proj) if one and one.strip()]
    if (authority or "").upper() != EPSG or not number:
        if not stated:
            raise _doubtful(srid, "srtext", layer_id)
        code, reference = stated[0], _known(stated[0])
    else:
        code, reference = f"EPSG:{number}", _known(f"EPSG:{number}")
    if reference is None:
        raise _doubtful(srid, code[:40], layer_id)
    if number and number != srid and _known(f"EPSG:{srid}") is not None:
        raise _doubtful(srid, f"auth_srid {number}", layer_id)
    names = {text: "srtext", proj: "proj4text"}
    for one in stated:
        if not agrees(one, reference):
            raise _doubtful(srid, f"{names[one]} ≠ {code[:40]}", layer_id)
    if not stated:
        raise _doubtful(srid, "srtext", layer_id)
    return code


def agrees(text: str, reference: CRS) -> bool:
    """Say whether a text describes the ellipsoid and the plane of `reference`.

    Nine points of the area of use are carried to both planes; they must fall
    within a millimetre. Names and codes in the text count for nothing.
    """
    other = _known(text)
    if other is None or other.is_geographic != reference.is_geographic:
        return False
    if not _same_figure(other, reference):
        return False
    lon, lat = _samples(reference)
    try:
        first, second = (_carried(crs, lon, lat) for crs in (other, reference))
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


def _known(text: str) -> CRS | None:
    try:
        found = CRS.from_user_input(text)
    except CRSError:
        return None
    bound = found.is_bound and found.source_crs is not None
    return found.source_crs if bound else found


def _doubtful(srid: int, detail: str, layer_id: str) -> LayerError:
    values = {"srid": str(srid), "detail": detail}
    return LayerError(layer_problem("DATABASE_SRID_DOUBTFUL", layer_id, **values))
