"""Well-known text to site rows: one geometry a line, with or without SRID.

``SRID=4546;POLYGON ((...))`` names its CRS; without it the caller must.
"""

import re

import numpy as np
import shapely

from zoning.errors import Problem, SiteError
from zoning.io.crs_text import code_of
from zoning.io.feature_row import described_row
from zoning.io.site_row import SiteRow
from zoning.io.text import decode, lines_of
from zoning.io.wkb_rows import wkb_row

__all__ = ["read_wkt"]

_LINE = re.compile(
    r"(?:SRID\s*=\s*(\d{1,6})\s*;)?\s*([A-Z]+[A-Z ]*\(.*\)|[A-Z]+[A-Z ]*EMPTY)"
)
_KINDS = re.compile(
    r"(MULTI)?(POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION", re.IGNORECASE
)
_CURVES = re.compile(r"CIRCULAR|CURVE|COMPOUND|SURFACE|TIN|TRIANGLE")


def read_wkt(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read every line that is not blank and no remark (``#``).

    Parameters
    ----------
    content : bytes
    file : str
        File name for messages; places read ``file:line``.
    crs : str, optional
        ``EPSG:n`` of lines without SRID.

    Raises
    ------
    SiteError
        ``SITE_NO_ROWS``, or when the text cannot be decoded. A line that is no
        geometry is a rejected row.
    """
    decoded = decode(content, file)
    rows = tuple(
        _row(line.strip(), where=f"{file}:{number}", encoding=decoded.encoding, crs=crs)
        for number, line in enumerate(lines_of(decoded.text), start=1)
        if line.strip() and not line.lstrip().startswith("#")
    )
    if not rows:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    return rows


def _row(line: str, *, where: str, encoding: str, crs: str | None) -> SiteRow:
    described = described_row({}, encoding=encoding)
    try:
        stated, text = _parts(line, where)
        content = _wkb(text, where)
    except SiteError as error:
        return described_row({}, encoding=encoding, rejection=error.problem)
    return wkb_row(described, content, stated=stated, argument=crs, where=where)


def _parts(line: str, where: str) -> tuple[str | None, str]:
    """Return the CRS that a line names, and its geometry."""
    match = _LINE.fullmatch(line.upper())
    if match is None:
        raise SiteError(_malformed(line[:40], where))
    number, text = match.groups()
    kind = text.partition("(")[0].strip()
    if _CURVES.search(kind):
        values = {"found": kind}
        raise SiteError(
            Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=where, values=values)
        )
    if _KINDS.match(kind) is None:
        raise SiteError(_malformed(line[:40], where))
    if number is None or int(number) == 0:
        return None, text
    code = code_of(f"EPSG:{number}")
    if code is None:
        values = {"crs": f"SRID={number}"}
        raise SiteError(
            Problem(code="SITE_CRS_UNSUPPORTED", where=where, values=values)
        )
    return code, text


def _wkb(text: str, where: str) -> bytes:
    try:
        with np.errstate(all="ignore"):  # 1E400 becomes infinite and is refused
            return bytes(shapely.to_wkb(shapely.from_wkt(text), output_dimension=4))
    except shapely.errors.ShapelyError as error:
        raise SiteError(_malformed(str(error)[:80], where)) from error


def _malformed(detail: str, where: str) -> Problem:
    return Problem(code="WKT_MALFORMED", where=where, values={"detail": detail})
