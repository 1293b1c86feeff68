"""Which CRS a file is in: stated, carried or given; never guessed.

Three things can tell: the file's own statement (header, .prj, crs member),
the zone prefix of its eastings, and the caller's `crs` argument. Where they
disagree the prefix wins over the header and the file over the argument, each
with a warning; where none speaks the row is rejected.

References
----------
.. [1] EPSG registry: CGCS2000 / Gauss-Krüger 4491-4554, Xian 1980 2327-2390,
   Beijing 1954 2401-2442 and 21413-21463.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

from zoning.errors import Problem, SiteError, UsageError
from zoning.georeference.gauss_kruger import FIRST_CODES, SIX_DEGREE, THREE_DEGREE
from zoning.georeference.readings import unplaced

__all__ = [
    "Coordinates",
    "Datum",
    "Decision",
    "Declaration",
    "crs_argument",
    "datum_named",
    "decide",
    "fits",
    "geographic_crs",
    "is_geographic",
    "obstacle",
    "zone_crs",
]

_FIRST_MERIDIAN = 75.0
_LATITUDES_OF_CHINA = (3.0, 54.0)
_REACH_DEG = 2.0  # how far beyond its official area a zone is still in use


class Datum(StrEnum):
    """Datums that Chinese site files come in."""

    CGCS2000 = "CGCS2000"
    WGS84 = "WGS84"
    XIAN80 = "XIAN80"
    BEIJING54 = "BEIJING54"
    OTHER = "OTHER"


class Coordinates(StrEnum):
    """How a parcel's coordinates are written."""

    PREFIXED = "zone-prefixed metres"
    PLAIN = "metres without zone"
    DEGREES = "degrees"


# First code of: 3-degree with prefix, 3-degree by meridian, 6-degree with
# prefix, 6-degree by meridian; then the geographic code.
_CODES = {
    Datum.CGCS2000: (*FIRST_CODES, 4490),
    Datum.XIAN80: (2349, 2370, 2327, 2338, 4610),
    Datum.BEIJING54: (2401, 2422, 21413, 21453, 4214),
}
_GEOGRAPHIC = {4490: Datum.CGCS2000, 4326: Datum.WGS84} | {
    codes[4]: datum for datum, codes in _CODES.items()
}
_NAMES = (
    (re.compile(r"2000|cgcs", re.IGNORECASE), Datum.CGCS2000),
    (re.compile(r"wgs|(?<!\d)(19)?84(?!\d)", re.IGNORECASE), Datum.WGS84),
    (re.compile(r"西安|xian|(?<!\d)(19)?80(?!\d)", re.IGNORECASE), Datum.XIAN80),
    (re.compile(r"北京|beijing|(?<!\d)(19)?54(?!\d)", re.IGNORECASE), Datum.BEIJING54),
)
_LOCAL = re.compile(
    r"独立|地方|城市坐标|local|gcj|bd-?09|火星|高德|百度|腾讯", re.IGNORECASE
)
_WGS84_UTM = (range(32601, 32661), range(32701, 32761))


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a file says of its own coordinates; None where it is silent.

    `degrees` is True where the file says that its unit is the decimal degree.
    """

    datum: Datum | None = None
    datum_text: str = ""
    zone_width: int | None = None
    zone: int | None = None
    meridian: float | None = None
    degrees: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The CRS of a parcel and what has to be said about it."""

    crs: str
    problems: tuple[Problem, ...] = ()


def crs_argument(text: str | None) -> str | None:
    """Check the caller's CRS; return it as ``EPSG:n``.

    Raises
    ------
    UsageError
        ``CRS_ARGUMENT_UNKNOWN`` when it is no EPSG code of a 2-D CRS.
    """
    if text is None:
        return None
    match = re.fullmatch(r"\s*(?:EPSG:{1,2})?(\d{4,6})\s*", text, re.IGNORECASE)
    code = f"EPSG:{match.group(1)}" if match else text
    try:
        known = match is not None and len(_crs(code).axis_info) == 2  # noqa: PLR2004 - two axes
    except CRSError:
        known = False
    if not known:
        raise UsageError(Problem(code="CRS_ARGUMENT_UNKNOWN", values={"crs": text}))
    return code


def datum_named(text: str) -> Datum | None:
    """Read a datum from the words of a header; None when the text is empty."""
    text = text.strip()
    if not text:
        return None
    if _LOCAL.search(text):
        return Datum.OTHER
    return next((d for pattern, d in _NAMES if pattern.search(text)), Datum.OTHER)


def is_geographic(crs: str) -> bool:
    """Say whether coordinates in `crs` are degrees."""
    return bool(_crs(crs).is_geographic)


@cache
def datum_of(crs: str) -> Datum:
    """Return the datum that a code stands on."""
    geodetic = _crs(crs).geodetic_crs
    code = None if geodetic is None else geodetic.to_epsg()
    return _GEOGRAPHIC.get(code or 0, Datum.OTHER)


def obstacle(crs: str, where: str) -> Problem | None:
    """Say why sites in `crs` cannot be laid over CGCS2000 layers; None if they can.

    CGCS2000 passes; of WGS 84 only degrees and UTM do, since web-map systems
    hide shifted coordinates. Xian 1980 and Beijing 1954 lie tens of metres
    off, and PROJ would shift them by nothing without a word.
    """
    datum = datum_of(crs)
    code = int(crs.removeprefix("EPSG:"))
    if datum in {Datum.XIAN80, Datum.BEIJING54}:
        return Problem(
            code="DATUM_NEEDS_PARAMETERS",
            where=where,
            values={"crs": crs, "name": _crs(crs).name},
        )
    utm = any(code in codes for codes in _WGS84_UTM)
    if datum is Datum.CGCS2000 or code == 4326 or utm:  # noqa: PLR2004 - WGS 84
        return None
    return Problem(code="SITE_CRS_UNSUPPORTED", where=where, values={"crs": crs})


def fits(crs: str, x: float, y: float) -> bool:
    """Say whether a coordinate pair (east or longitude first) is usable in `crs`.

    For a projected CRS the point must fall within 2° of the area of use: a
    missing or superfluous zone prefix lands far outside.
    """
    definition = _crs(crs)
    if definition.is_geographic:
        return abs(x) <= 180 and abs(y) <= 90  # noqa: PLR2004 - degrees of the globe
    area = definition.area_of_use
    try:
        lon, lat = _to_degrees(crs).transform(x, y, errcheck=True)
    except ProjError:
        return False
    return area is None or bool(
        area.west - _REACH_DEG <= lon <= area.east + _REACH_DEG
        and area.south - _REACH_DEG <= lat <= area.north + _REACH_DEG
    )


def decide(
    kind: Coordinates,
    sample: tuple[float, float],
    *,
    zone: int | None,
    declaration: Declaration,
    argument: str | None,
    where: str,
) -> Decision:
    """Settle the CRS of one parcel.

    Parameters
    ----------
    kind : Coordinates
    sample : tuple of float
        One coordinate pair of the parcel, east or longitude first.
    zone : int or None
        The zone that the eastings carry (``PREFIXED`` only).
    declaration : Declaration
        What the file states.
    argument : str or None
        The caller's ``EPSG:n``.
    where : str
        Place for the messages.

    Raises
    ------
    SiteError
        When no CRS follows, or when the statements cannot be reconciled.
    """
    if declaration.datum is Datum.OTHER:
        return _by_argument(sample, declaration, argument, where=where)
    if kind is Coordinates.DEGREES:
        return _degrees(declaration, argument, where)
    if kind is Coordinates.PREFIXED and zone is not None:
        decision = _by_zone(
            lambda datum: zone_crs(datum, zone, prefixed=True),
            declaration,
            argument,
            sample=sample,
            where=where,
        )
        doubt = _contradiction(declaration, zone, where)
        return Decision(crs=decision.crs, problems=(*doubt, *decision.problems))
    stated = _stated_zone(declaration, sample, where)
    if stated is None:
        return _by_argument(sample, declaration, argument, where=where)
    return _by_zone(
        lambda datum: zone_crs(datum, stated, prefixed=False),
        declaration,
        argument,
        sample=sample,
        where=where,
    )


def _by_zone(
    build: Callable[[Datum], str | None],
    declaration: Declaration,
    argument: str | None,
    *,
    sample: tuple[float, float],
    where: str,
) -> Decision:
    """Take the zone as known; the datum comes from the file, else the argument."""
    given = None if argument is None else datum_of(argument)
    crs = build(declaration.datum or given or Datum.CGCS2000)
    if crs is None or (
        declaration.datum is None
        and given not in {None, Datum.CGCS2000}
        and crs != argument
    ):
        raise SiteError(_misfit(declaration, argument, sample, where=where))
    if argument is not None and crs != argument:
        return Decision(crs=crs, problems=(_unused(argument, crs, where),))
    if declaration.datum is None and argument is None:
        return Decision(crs=crs, problems=(Problem(code="DATUM_ASSUMED", where=where),))
    return Decision(crs=crs)


def _by_argument(
    sample: tuple[float, float],
    declaration: Declaration,
    argument: str | None,
    *,
    where: str,
) -> Decision:
    if declaration.datum is Datum.OTHER and argument is None:
        raise SiteError(_misfit(declaration, argument, sample, where=where))
    if argument is None:
        raise SiteError(unplaced("ZONE_MISSING", where, sample))
    same_datum = declaration.datum in {None, Datum.OTHER, datum_of(argument)}
    if not same_datum or not fits(argument, *sample):
        raise SiteError(_misfit(declaration, argument, sample, where=where))
    return Decision(crs=argument)


def _degrees(declaration: Declaration, argument: str | None, where: str) -> Decision:
    if argument is not None and is_geographic(argument):
        if declaration.datum in {None, datum_of(argument)}:
            return Decision(crs=argument)
        crs = geographic_crs(declaration.datum)
        return Decision(crs=crs, problems=(_unused(argument, crs, where),))
    crs = geographic_crs(declaration.datum)
    problems: tuple[Problem, ...] = ()
    if argument is not None:
        problems = (_unused(argument, crs, where),)
    elif declaration.datum is None:
        problems = (Problem(code="DEGREES_ASSUMED", where=where),)
    return Decision(crs=crs, problems=problems)


def geographic_crs(datum: Datum | None) -> str:
    """Return the code of degrees on a datum; CGCS2000 where none is named."""
    if datum is Datum.WGS84:
        return "EPSG:4326"
    return f"EPSG:{_CODES[datum or Datum.CGCS2000][4]}"


def _stated_zone(
    declaration: Declaration, sample: tuple[float, float], where: str
) -> int | None:
    """Return the declared zone; a stated meridian becomes its 3-degree zone."""
    zone, width = declaration.zone, declaration.zone_width
    if zone is None and declaration.meridian is not None:
        step = (declaration.meridian - _FIRST_MERIDIAN) / 3
        zone = round(step) + THREE_DEGREE.start if step == round(step) else -1
        width = 3
    if zone is None:
        return None
    ranges = {3: (THREE_DEGREE,), 6: (SIX_DEGREE,), None: (THREE_DEGREE, SIX_DEGREE)}
    if not any(zone in zones for zones in ranges.get(width, ())):
        detail = f"{declaration.zone or declaration.meridian} / {width}°"
        raise SiteError(unplaced("ZONE_IMPOSSIBLE", where, sample, detail=detail))
    return zone


def zone_crs(datum: Datum, zone: int, *, prefixed: bool) -> str | None:
    """Return the Gauss-Krüger code of a zone; None on a datum that has none."""
    if datum not in _CODES:
        return None
    column = (0 if zone in THREE_DEGREE else 2) + (0 if prefixed else 1)
    first = THREE_DEGREE.start if zone in THREE_DEGREE else SIX_DEGREE.start
    return f"EPSG:{_CODES[datum][column] + zone - first}"


def _contradiction(
    declaration: Declaration, zone: int, where: str
) -> tuple[Problem, ...]:
    width = 3 if zone in THREE_DEGREE else 6
    stated = []
    if declaration.zone not in {None, zone}:
        stated.append(f"{declaration.zone}")
    if declaration.zone_width not in {None, width}:
        stated.append(f"{declaration.zone_width}°")
    if not stated:
        return ()
    values = {"declared": " / ".join(stated), "found": str(zone)}
    return (Problem(code="ZONE_CONTRADICTION", where=where, values=values),)


def _misfit(
    declaration: Declaration,
    argument: str | None,
    sample: tuple[float, float],
    *,
    where: str,
) -> Problem:
    if argument is None:
        stated = declaration.datum_text or str(declaration.datum)
        return Problem(code="SITE_CRS_UNSUPPORTED", where=where, values={"crs": stated})
    return unplaced("CRS_ARGUMENT_DOES_NOT_FIT", where, sample, crs=argument)


def _unused(argument: str, crs: str, where: str) -> Problem:
    values = {"crs": argument, "found": crs}
    return Problem(code="CRS_ARGUMENT_UNUSED", where=where, values=values)


@cache
def _crs(code: str) -> CRS:
    return CRS.from_user_input(code)


@cache
def _to_degrees(crs: str) -> Transformer:
    definition = _crs(crs)
    return Transformer.from_crs(definition, definition.geodetic_crs, always_xy=True)
