"""KML and KMZ placemarks to site rows, by the standard library alone.

KML is WGS 84 by definition; heights are dropped. DTD and entities are refused
before parsing; network links are never followed.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, SiteError
from zoning.io.boundary_points import number
from zoning.io.feature_row import described_row, feature_row
from zoning.io.outlines import Outline
from zoning.io.site_row import SiteRow
from zoning.io.text import decode

__all__ = ["read_kml"]

_WGS84 = "EPSG:4326"
_UNSUPPORTED = {"Model", "PhotoOverlay", "ScreenOverlay", "GroundOverlay"}
_BESIDE = ("NetworkLink", "GroundOverlay", "PhotoOverlay")
_CONTAINERS = {"MultiGeometry", "MultiTrack"}
_MAX_DEPTH = 40


def read_kml(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read every placemark, in document order.

    Parameters
    ----------
    content : bytes
    file : str
        File name for messages; places read ``file#n``, placemarks from 1.
    crs : str, optional
        Not used: KML states WGS 84; a different argument is remarked on.

    Raises
    ------
    SiteError
        When it is no XML, declares a DTD, or holds no placemark.
    """
    decoded = decode(content, file)
    root = _parse(decoded.text, file)
    placemarks = list(_elements(root, "Placemark"))
    if not placemarks:
        linked = any(True for _ in _elements(root, "NetworkLink"))
        code = "KML_NETWORK_LINK" if linked else "SITE_NO_ROWS"
        raise SiteError(Problem(code=code, where=file))
    rows = (
        _row(element, where=f"{file}#{index}", encoding=decoded.encoding, crs=crs)
        for index, element in enumerate(placemarks, start=1)
    )
    remarks = _not_read(root, file)
    return tuple(replace(row, problems=(*row.problems, *remarks)) for row in rows)


def _not_read(root: ET.Element, file: str) -> tuple[Problem, ...]:
    """Name what a document shows beside its placemarks: links and pictures."""
    found = {kind: len(list(_elements(root, kind))) for kind in _BESIDE}
    listed = ", ".join(f"{kind} × {count}" for kind, count in found.items() if count)
    if not listed:
        return ()
    return (Problem(code="RECORDS_SKIPPED", where=file, values={"detail": listed}),)


def _parse(text: str, file: str) -> ET.Element:
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise SiteError(Problem(code="XML_ENTITY_REFUSED", where=file))
    try:
        root = ET.fromstring(text.strip())  # noqa: S314 - no DTD, see above
    except ET.ParseError as error:
        values = {"detail": f"XML: {error}"}
        raise SiteError(
            Problem(code="SITE_FILE_DAMAGED", where=file, values=values)
        ) from error
    if _local(root) not in {"kml", "Document", "Folder", "Placemark"}:
        values = {"found": f"XML <{_local(root)}>"}
        raise SiteError(
            Problem(code="SITE_FORMAT_UNSUPPORTED", where=file, values=values)
        )
    return root


def _row(element: ET.Element, *, where: str, encoding: str, crs: str | None) -> SiteRow:
    attributes = _attributes(element)
    name = _child_text(element, "name")
    outline = Outline()
    try:
        for child in element:
            _collect(child, outline, where, depth=0)
    except SiteError as error:
        return described_row(
            attributes, name=name, encoding=encoding, rejection=error.problem
        )
    described = described_row(attributes, name=name, encoding=encoding)
    return feature_row(described, outline, stated=_WGS84, argument=crs, where=where)


def _collect(element: ET.Element, outline: Outline, where: str, *, depth: int) -> None:
    kind = _local(element)
    if depth > _MAX_DEPTH or kind in _UNSUPPORTED:
        values = {"found": kind}
        raise SiteError(
            Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=where, values=values)
        )
    if kind in _CONTAINERS:
        for child in element:
            _collect(child, outline, where, depth=depth + 1)
    elif kind == "Point":
        outline.points += list(_coordinates(element, outline, where))
    elif kind in {"LineString", "LinearRing"}:
        outline.lines.append(_coordinates(element, outline, where))
    elif kind == "Track":
        outline.lines.append(_track(element, outline, where))
    elif kind == "Polygon":
        outline.polygons += _polygon(element, outline, where)


def _polygon(
    element: ET.Element, outline: Outline, where: str
) -> list[list[NDArray[np.float64]]]:
    shells = _boundaries(element, "outerBoundaryIs", outline, where=where)
    holes = _boundaries(element, "innerBoundaryIs", outline, where=where)
    if len(shells) != 1:
        values = {"detail": f"outerBoundaryIs: {len(shells)}"}
        raise SiteError(
            Problem(code="COORDINATES_MALFORMED", where=where, values=values)
        )
    return [[*shells, *holes]]


def _boundaries(
    element: ET.Element, role: str, outline: Outline, *, where: str
) -> list[NDArray[np.float64]]:
    return [
        _coordinates(ring, outline, where)
        for boundary in _children(element, role)
        for ring in _children(boundary, "LinearRing")
    ]


def _coordinates(
    element: ET.Element, outline: Outline, where: str
) -> NDArray[np.float64]:
    text = _child_text(element, "coordinates")
    # Some writers put blanks after the commas: lon, lat, height.
    compact = ",".join(part.strip() for part in text.split(","))
    return _positions([item.split(",") for item in compact.split()], outline, where)


def _track(element: ET.Element, outline: Outline, where: str) -> NDArray[np.float64]:
    rows = [(item.text or "").split() for item in _children(element, "coord")]
    return _positions(rows, outline, where)


def _positions(
    rows: list[list[str]], outline: Outline, where: str
) -> NDArray[np.float64]:
    if not rows:
        raise SiteError(Problem(code="GEOMETRY_MISSING", where=where))
    made = []
    for row in rows:
        pair = [number(value) for value in row[:2]]
        if len(pair) < 2 or None in pair:  # noqa: PLR2004 - longitude, latitude
            values = {"detail": ",".join(row)[:40]}
            raise SiteError(
                Problem(code="COORDINATES_MALFORMED", where=where, values=values)
            )
        # Writers pad with a height of 0 as a rule; only real heights are noted.
        outline.has_height |= any((number(value) or 0) != 0 for value in row[2:3])
        made.append(pair)
    return np.array(made, dtype=np.float64)


def _attributes(element: ET.Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for data in element.iter():
        if _local(data) == "Data":
            found[data.get("name", "")] = _child_text(data, "value")
        elif _local(data) == "SimpleData":
            found[data.get("name", "")] = (data.text or "").strip()
    return found


def _elements(root: ET.Element, kind: str) -> Iterator[ET.Element]:
    return (element for element in root.iter() if _local(element) == kind)


def _children(element: ET.Element, kind: str) -> Iterator[ET.Element]:
    return (child for child in element if _local(child) == kind)


def _child_text(element: ET.Element, kind: str) -> str:
    return next(((child.text or "").strip() for child in _children(element, kind)), "")


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]
