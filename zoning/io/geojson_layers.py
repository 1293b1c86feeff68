"""What of a layer's GeoJSON is settled before GDAL sees it: its features, its CRS.

GDAL reads no array that stands alone, takes one of two members of the same name,
follows a CRS that is a link, and passes over the CRS of a single feature.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zoning.io.crs_text import code_of
from zoning.io.geojson_members import (
    RFC7946,
    RefusedJsonError,
    crs_name,
    unique_members,
)

__all__ = ["as_collection", "count_json", "is_array"]

_BOM = b"\xef\xbb\xbf"
_SPACE = " \t\n\r"
_CRS_INSIDE = {"name", "epsg", "ogc"}
"""Kinds of a GeoJSON's crs that need no other file."""
_KEPT = ("type", "features", "crs", "name", "code")
_WITHIN = "crs within"
_NOTHING = frozenset[str]()


def is_array(head: bytes) -> bool:
    """Say whether a JSON text begins with an array."""
    return head.removeprefix(_BOM).lstrip(_SPACE.encode())[:1] == b"["


def as_collection(content: bytes) -> bytes | None:
    """Put an array of features or geometries into a feature collection.

    Each keeps its text: what is wrong within one is found as in any GeoJSON.

    Returns
    -------
    bytes or None
        None where the text is no array of objects that closes.
    """
    try:
        text = content.decode("utf-8-sig")
        items = [
            span
            if kind == "Feature"
            else f'{{"type":"Feature","properties":{{}},"geometry":{span}}}'
            for kind, span in _elements(text)
        ]
    except (ValueError, RecursionError):
        return None
    return f'{{"type":"FeatureCollection","features":[{",".join(items)}]}}'.encode()


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """Yield the type and the text of each object of an array.

    Raises
    ------
    ValueError
    """
    decoder = json.JSONDecoder()
    place = _after(text, _next(text, 0), "[")
    while text[place : place + 1] != "]":
        found, end = decoder.raw_decode(text, place)
        if not isinstance(found, dict):
            raise RefusedJsonError(text[place:end])
        yield str(found.get("type")), text[place:end]
        place = _next(text, end)
        if text[place : place + 1] != "]":
            place = _after(text, place, ",")
            if text[place : place + 1] == "]":
                raise ValueError(text[place:])
    if _next(text, place + 1) < len(text):
        raise ValueError(text[place:])


def _after(text: str, place: int, mark: str) -> int:
    if text[place : place + 1] != mark:
        raise ValueError(text[place : place + 40])
    return _next(text, place + 1)


def _next(text: str, place: int) -> int:
    while place < len(text) and text[place] in _SPACE:
        place += 1
    return place


def count_json(path: Path) -> int:
    """Count the features of a GeoJSON.

    Raises
    ------
    RefusedJsonError
        When a member is there twice, the CRS lies elsewhere, or a feature or
        geometry states another CRS than the file.
    ValueError, RecursionError
        When it is no JSON.
    """
    text = path.read_text(encoding="utf-8-sig")
    loaded = json.loads(text, object_pairs_hook=_plain_object)
    if not isinstance(loaded, dict):
        raise ValueError("no object")  # noqa: TRY004  wrong is the file
    stated = RFC7946 if "crs" not in loaded else code_of(crs_name(loaded["crs"]))
    within: frozenset[str] = loaded.get(_WITHIN, _NOTHING)
    other = {name for name in within if code_of(name) != stated}
    if other:
        raise RefusedJsonError(f"crs of one feature {min(other)!r}")
    features = loaded.get("features")
    return len(features) if isinstance(features, list) else 1


def _plain_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep what is asked for; refuse repeated keys, and a CRS that lies elsewhere.

    Of a file of half a gigabyte the whole would take seven.
    """
    found = unique_members(pairs)
    crs = found.get("crs")
    kind = crs.get("type") if isinstance(crs, dict) else "name"
    if str(kind).lower() not in _CRS_INSIDE:
        raise RefusedJsonError(f"crs of type {kind!r}")
    kept = {name: found[name] for name in _KEPT if name in found}
    if str(found.get("type")).lower() in _CRS_INSIDE:
        kept["properties"] = found.get("properties")
    within = _NOTHING.union(*map(_stated_by, _children(found)))
    return {**kept, _WITHIN: within} if within else kept


def _children(found: dict[str, Any]) -> Iterator[dict[str, Any]]:
    geometries, features = found.get("geometries"), found.get("features")
    listed = [found.get("geometry")]
    listed += geometries if isinstance(geometries, list) else []
    listed += features if isinstance(features, list) else []
    return (child for child in listed if isinstance(child, dict))


def _stated_by(child: dict[str, Any]) -> frozenset[str]:
    """Return the CRS that a feature or geometry states, and those within it."""
    within: frozenset[str] = child.get(_WITHIN, _NOTHING)
    crs = child.get("crs")
    return within if crs is None else within | {crs_name(crs) or "?"}
