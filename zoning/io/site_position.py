"""Where a row of a site file truly lies: datum, web maps, what stays open.

Degrees off a web map look like any others. They are carried to WGS 84 only
where the caller says that they are such (``--crs gcj02``); where nobody says
anything, the other readings stay open, and the check asks if they matter.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure, terms
from zoning.errors import Problem
from zoning.georeference.look_alikes import twin
from zoning.georeference.web_maps import WebMap, to_wgs84
from zoning.io.crs import Datum, crs_argument, datum_of, is_geographic, obstacle
from zoning.io.site_row import SiteRow
from zoning.model.columns import median

__all__ = ["CrsArgument", "crs_or_web_map", "positioned", "remark_on", "still_open"]

_WGS84 = "EPSG:4326"
_ASSUMED, _UNUSED = "DEGREES_ASSUMED", "CRS_ARGUMENT_UNUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class CrsArgument:
    """What a caller says of coordinates: an EPSG code, or the web map they are off.

    With `web_map`, `crs` is that of WGS 84 degrees, which web maps claim.
    """

    crs: str | None = None
    web_map: WebMap | None = None


def crs_or_web_map(text: str | None) -> CrsArgument:
    """Check the caller's ``--crs``: an EPSG code, ``gcj02`` or ``bd09``.

    Raises
    ------
    UsageError
        ``CRS_ARGUMENT_UNKNOWN``.
    """
    plain = (text or "").strip().lower().replace("-", "")
    if plain in set(WebMap):
        return CrsArgument(crs=_WGS84, web_map=WebMap(plain))
    return CrsArgument(crs=crs_argument(text))


def positioned(row: SiteRow, argument: CrsArgument, where: str) -> SiteRow:
    """Refuse a foreign datum, carry web-map degrees, say what stays open.

    Parameters
    ----------
    row : SiteRow
        As a reader made it.
    argument : CrsArgument
        What the caller said.
    where : str
        Place for the messages.
    """
    if row.geometry is None or row.crs is None:
        return row
    reason = obstacle(row.crs, where)
    if reason is not None:
        return replace(row, geometry=None, rejection=reason)
    if argument.web_map is not None:
        return _carried(row, argument.web_map, where)
    return _open(row, argument.crs, where)


def still_open(crs: str) -> tuple[str, ...]:
    """Return what coordinates that are said to be in `crs` may be in as well.

    WGS 84 alone is claimed where it does not hold: degrees by whatever writes
    KML or GeoJSON, UTM by what takes it for the Gauss-Krüger plane.
    """
    if datum_of(crs) is not Datum.WGS84:
        return ()
    if is_geographic(crs):
        return tuple(map(str, WebMap))
    other = twin(crs)
    return () if other is None else (other,)


def remark_on(crs: str, readings: tuple[str, ...], where: str) -> Problem:
    """Return the remark on a site in WGS 84: what was taken, what stays open."""
    if not readings:
        return Problem(code="WGS84_STATED", where=where, values={"crs": crs})
    if is_geographic(crs):
        return Problem(code="WGS84_READ", where=where, values={"crs": crs})
    values = {"crs": crs, "other": readings[0]}
    return Problem(code="UTM_READ", where=where, values=values)


def _open(row: SiteRow, argument: str | None, where: str) -> SiteRow:
    crs = row.crs or ""
    if any(problem.code == _ASSUMED for problem in row.problems):
        return replace(row, open_readings=tuple(map(str, WebMap)))
    if datum_of(crs) is not Datum.WGS84:
        return row
    readings = () if argument == crs else still_open(crs)
    note = remark_on(crs, readings, where)
    return replace(row, problems=(*row.problems, note), open_readings=readings)


def _carried(row: SiteRow, system: WebMap, where: str) -> SiteRow:
    names = {"system": terms.label("web_map", system)}
    names["system_en"] = terms.label("web_map", system, "en")
    if row.crs != _WGS84 or row.geometry is None:
        values = {**names, "argument": str(system), "crs": row.crs or ""}
        problem = Problem(code="WEB_MAP_DOES_NOT_FIT", where=where, values=values)
        told = tuple(p for p in row.problems if p.code != _UNUSED)
        return replace(row, geometry=None, rejection=problem, problems=told)
    moved = _moved_m(row.geometry, system)
    values = {**names, "moved": f"{moved:.0f}"}
    note = Problem(code="WEB_MAP_CONVERTED", where=where, values=values)
    shape = shapely.transform(row.geometry, lambda xy: to_wgs84(xy, system))
    return replace(row, geometry=shape, problems=(*row.problems, note))


def _moved_m(shape: BaseGeometry, system: WebMap) -> float:
    xy: NDArray[np.float64] = shapely.get_coordinates(shape)
    return median(measure.geodesic_m(xy, to_wgs84(xy, system)))
