"""GeoJSON to site rows, by the standard library alone.

Every feature becomes a row. NaN, repeated keys and CRS links are refused; a
file without a crs member is WGS 84 degrees (RFC 7946), so metres without one
are refused too.
"""

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from zoning.errors import Problem, SiteError
from zoning.io.crs import is_geographic
from zoning.io.crs_text import code_of
from zoning.io.feature_row import described_row, feature_row
from zoning.io.geojson_members import RFC7946, crs_name, unique_members
from zoning.io.outlines import Outline
from zoning.io.site_row import SiteRow
from zoning.io.text import decode

__all__ = ["read_geojson"]

_GEOMETRIES = {
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
}
_SILENT = object()


def read_geojson(
    content: bytes, *, file: str, crs: str | None = None
) -> tuple[SiteRow, ...]:
    """Read a feature collection, a feature, a geometry, or an array of them.

    Parameters
    ----------
    content : bytes
    file : str
        File name for messages; places read ``file#n``, features from 1.
    crs : str, optional
        ``EPSG:n`` of coordinates that are no WGS 84 degrees though the file
        has no crs member.

    Raises
    ------
    SiteError
        When the text is no JSON, or no GeoJSON at the top level.
    """
    decoded = decode(content, file)
    root = _parse(decoded.text, file)
    items = _items(root, file)
    if not items:
        raise SiteError(Problem(code="SITE_NO_ROWS", where=file))
    top = root.get("crs", _SILENT) if isinstance(root, dict) else _SILENT
    return tuple(
        _row(item, top, where=f"{file}#{index}", encoding=decoded.encoding, crs=crs)
        for index, item in enumerate(items, start=1)
    )


def _parse(text: str, file: str) -> Any:
    try:
        return json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=unique_members
        )
    except RecursionError:
        detail = "nesting"
    except ValueError as error:
        detail = str(error)
    values = {"detail": detail}
    raise SiteError(Problem(code="JSON_MALFORMED", where=file, values=values))


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _items(root: Any, file: str) -> list[Any]:
    if isinstance(root, list):
        return root
    kind = root.get("type") if isinstance(root, dict) else None
    if kind == "FeatureCollection" and isinstance(root.get("features"), list):
        return list(root["features"])
    if kind == "Feature" or (isinstance(kind, str) and kind in _GEOMETRIES):
        return [root]
    values = {"detail": f"type {kind!r}"}
    raise SiteError(Problem(code="JSON_MALFORMED", where=file, values=values))


def _row(item: Any, top: Any, *, where: str, encoding: str, crs: str | None) -> SiteRow:
    members = item if isinstance(item, dict) else {}
    properties = members.get("properties")
    attributes = _texts(properties) if isinstance(properties, dict) else {}
    number = members.get("id")
    described = described_row(
        attributes,
        number=_text(number) if isinstance(number, str | int) else "",
        encoding=encoding,
    )
    outline = Outline()
    try:
        geometry = _geometry(members, where)
        member = _crs_member(members, geometry, top)
        stated = None if member is None else _stated(member, where)
        _collect(geometry, outline, where)
    except SiteError as error:
        return described_row(attributes, encoding=encoding, rejection=error.problem)
    if member is not None:  # null: unknown, by the specification of 2008
        stated = stated or _unstated(crs, outline)
    return feature_row(described, outline, stated=stated, argument=crs, where=where)


def _unstated(argument: str | None, outline: Outline) -> str:
    """Choose for a file without crs member: WGS 84 unless the argument fits."""
    if argument is None or (not is_geographic(argument) and _degrees(outline)):
        return RFC7946
    return argument


def _geometry(members: dict[str, Any], where: str) -> dict[str, Any]:
    kind = members.get("type")
    if kind == "Feature":
        geometry = members.get("geometry")
        if geometry is None:
            raise SiteError(Problem(code="GEOMETRY_MISSING", where=where))
        if isinstance(geometry, dict):
            return geometry
    elif isinstance(kind, str) and kind in _GEOMETRIES:
        return members
    raise SiteError(_malformed(f"type {kind!r}", where))


def _crs_member(members: dict[str, Any], geometry: dict[str, Any], top: Any) -> Any:
    inner = geometry.get("crs", members.get("crs", _SILENT))
    return top if inner is _SILENT else inner


def _stated(member: Any, where: str) -> str | None:
    """Return the EPSG code of a crs member; None when there is no member."""
    if member is _SILENT:
        return None
    kind = member.get("type") if isinstance(member, dict) else None
    if kind == "link":
        raise SiteError(Problem(code="JSON_LINK_REFUSED", where=where))
    name = crs_name(member)
    code = code_of(name)
    if code is None:
        values = {"crs": name or "?"}
        raise SiteError(
            Problem(code="SITE_CRS_UNSUPPORTED", where=where, values=values)
        )
    return code


def _collect(geometry: dict[str, Any], outline: Outline, where: str) -> None:
    kind, coordinates = geometry.get("type"), geometry.get("coordinates")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        for part in _list(inner, where):
            if not isinstance(part, dict):
                raise SiteError(_malformed("geometries", where))
            _collect(part, outline, where)
    elif kind == "Point":
        outline.points.append(_positions([coordinates], outline, where)[0])
    elif kind == "MultiPoint":
        outline.points += list(_positions(coordinates, outline, where))
    elif kind == "LineString":
        outline.lines.append(_positions(coordinates, outline, where))
    elif kind == "MultiLineString":
        outline.lines += [
            _positions(line, outline, where) for line in _list(coordinates, where)
        ]
    else:
        _collect_polygons(kind, coordinates, outline, where=where)


def _collect_polygons(
    kind: Any, coordinates: Any, outline: Outline, *, where: str
) -> None:
    if kind not in {"Polygon", "MultiPolygon"}:
        values = {"found": str(kind)}
        raise SiteError(
            Problem(code="GEOMETRY_TYPE_UNSUPPORTED", where=where, values=values)
        )
    polygons = [coordinates] if kind == "Polygon" else _list(coordinates, where)
    for polygon in polygons:
        rings = [_positions(ring, outline, where) for ring in _list(polygon, where)]
        if rings:
            outline.polygons.append(rings)


def _positions(coordinates: Any, outline: Outline, where: str) -> NDArray[np.float64]:
    made = []
    for position in _list(coordinates, where):
        if not isinstance(position, list) or len(position) < 2:  # noqa: PLR2004 - x, y
            raise SiteError(_malformed(repr(position)[:40], where))
        outline.has_height |= len(position) > 2  # noqa: PLR2004 - x, y
        made.append([_coordinate(value, where) for value in position[:2]])
    return np.array(made, dtype=np.float64).reshape(-1, 2)


def _coordinate(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SiteError(_malformed(repr(value)[:40], where))
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise SiteError(Problem(code="GEOMETRY_NOT_FINITE", where=where))
    return number


def _degrees(outline: Outline) -> bool:
    rings = [ring for polygon in outline.polygons for ring in polygon]
    arrays: Sequence[NDArray[np.float64]] = [*rings, *outline.lines, *outline.points]
    return all(bool((np.abs(xy) <= 180).all()) for xy in arrays)  # noqa: PLR2004 - globe


def _list(value: Any, where: str) -> list[Any]:
    if not isinstance(value, list):
        raise SiteError(_malformed(repr(value)[:40], where))
    return value


def _texts(properties: dict[str, Any]) -> dict[str, str]:
    return {key: _text(value) for key, value in properties.items()}


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _malformed(detail: str, where: str) -> Problem:
    return Problem(code="COORDINATES_MALFORMED", where=where, values={"detail": detail})
