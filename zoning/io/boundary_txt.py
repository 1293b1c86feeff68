"""Boundary-point TXT (勘测定界, 报部坐标) to site rows, every dialect seen.

One row per parcel line, in file order; a parcel that cannot be read is a
rejected row and the others load. Parcels are kept by position, never by
their text: two equal parcel lines are two parcels.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from zoning.errors import Problem, SiteError
from zoning.io.boundary_lines import (
    Document,
    ParcelLines,
    ParcelTitle,
    parse_document,
    point_rows,
    title_of,
)
from zoning.io.boundary_points import Kind, Located, PointRow, Reading, locate
from zoning.io.crs import Declaration, datum_named
from zoning.io.declared_area import read_area
from zoning.io.site_row import SiteRow
from zoning.io.text import decode, lines_of

__all__ = ["read_boundary_txt"]

_DATUM_KEY = re.compile(r"坐标系|(?<!高程)基准|椭球|空间参考")
_OLD_DATUM = re.compile(r"西安.{0,3}坐标|西安80|1980西安|北京.{0,3}坐标|北京54|1954")
_NAMED_OLD = re.compile(
    r"(西安|xian)\W{0,2}(19)?80|80\W{0,2}西安|(北京|beijing)\W{0,2}(19)?54|54\W{0,2}北京",
    re.IGNORECASE,
)
_WIDTH_KEYS = ("几度分带", "分带")
_ZONE_KEYS = ("带号",)
_MERIDIAN_KEYS = ("中央经线", "中央子午线")
_PROJECT_KEYS = ("项目名称",)


def read_boundary_txt(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read the parcels of a boundary-point file.

    Parameters
    ----------
    content : bytes
        UTF-8 (with or without BOM), UTF-16 with BOM, or GB18030.
    file : str
        File name for messages; places read ``file:line``, lines from 1.
    crs : str, optional
        ``EPSG:n`` where the file itself does not say.

    Returns
    -------
    tuple of SiteRow
        Geometries x = east; CRS as the file states it, also on older datums.

    Raises
    ------
    SiteError
        When the text cannot be decoded, or holds no coordinate at all.
    """
    decoded = decode(content, file)
    document = parse_document(lines_of(decoded.text))
    if not document.parcels:
        code = "SITE_NO_ROWS" if decoded.text.strip() else "SITE_FILE_EMPTY"
        raise SiteError(Problem(code=code, where=file))
    reading = Reading(declaration=declaration_of(document.header), argument=crs)
    points = point_rows(document, file)
    source = (file, decoded.encoding)
    return tuple(
        _row(parcel, rows, reading=reading, document=document, source=source)
        for parcel, rows in zip(document.parcels, points, strict=True)
    )


def declaration_of(header: Mapping[str, str]) -> Declaration:
    """Read what the header states; unknown keys are of no concern."""
    datum_text = _datum_text(header)
    unit = header.get("计量单位", "")
    width, zone = _whole(header, _WIDTH_KEYS), _whole(header, _ZONE_KEYS)
    meridian = _first_number(header, _MERIDIAN_KEYS)
    return Declaration(
        datum=datum_named(datum_text),
        datum_text=datum_text.strip(),
        zone_width=width,
        zone=zone,
        meridian=meridian,
        degrees="度" in unit and "分" not in unit,
    )


def _row(
    parcel: ParcelLines,
    rows: Sequence[PointRow],
    *,
    reading: Reading,
    document: Document,
    source: tuple[str, str],
) -> SiteRow:
    file, encoding = source
    where = f"{file}:{parcel.line}"
    title = title_of(parcel.title)
    row = SiteRow(
        number=title.number,
        name=title.name,
        project_name=_first(document.header, _PROJECT_KEYS),
        encoding=encoding,
        attributes=title.attributes,
    )
    try:
        located = locate(rows, title.kind, reading, where=where)
    except SiteError as error:
        return replace(row, rejection=error.problem)
    text = title.area if title.kind is Kind.POLYGON else ""
    area = read_area(text, located.shape.geometry, located.crs, where=where)
    problems = (
        *_remarks(parcel, title, located, fullwidth=document.fullwidth, where=where),
        *located.shape.problems,
        *area.problems,
    )
    return replace(
        row,
        geometry=located.shape.geometry,
        crs=located.crs,
        area_declared_m2=area.square_metres,
        problems=problems,
    )


def _remarks(
    parcel: ParcelLines,
    title: ParcelTitle,
    located: Located,
    *,
    fullwidth: bool,
    where: str,
) -> list[Problem]:
    remarks = []
    if parcel.title is None:
        remarks.append(Problem(code="PARCEL_LINE_MISSING", where=where))
    if fullwidth:
        remarks.append(Problem(code="FULLWIDTH_NORMALISED", where=where))
    counts = {str(count) for count in located.counts}
    if title.count_certain and title.count not in counts:
        values = {"declared": title.count, "found": str(located.counts[0])}
        remarks.append(
            Problem(code="COUNT_DECLARED_DIFFERS", where=where, values=values)
        )
    return remarks


def _datum_text(header: Mapping[str, str]) -> str:
    """Return what names the datum; an older one counts wherever it is named.

    A head whose 坐标系 says 2000 may be a template, and a remark in it the truth.
    """
    told = [
        value
        for key, value in header.items()
        if key not in _PROJECT_KEYS and _NAMED_OLD.search(value)
    ]
    named = [value for key, value in header.items() if _DATUM_KEY.search(key) and value]
    old = [value for value in header.values() if _OLD_DATUM.search(value)]
    return next(filter(None, [*told, header.get("坐标系", ""), *named, *old]), "")


def _first(header: Mapping[str, str], keys: Sequence[str]) -> str:
    return next((header[key] for key in keys if header.get(key)), "")


def _first_number(header: Mapping[str, str], keys: Sequence[str]) -> float | None:
    match = re.search(r"\d+(\.\d+)?", _first(header, keys))
    return float(match.group()) if match else None


def _whole(header: Mapping[str, str], keys: Sequence[str]) -> int | None:
    value = _first_number(header, keys)
    return None if value is None else int(value)
