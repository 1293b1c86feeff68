"""Vector layers of a base: read whole, or not at all.

The driver is picked from the first bytes and named to GDAL, so that a
disguised file is refused. Features are counted by a second path. Whatever
keeps the layer from being whole becomes a `Problem` of the layer.
"""

import math
import sqlite3
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from zoning.errors import LayerError, Problem, SiteError
from zoning.io.crs import obstacle
from zoning.io.crs_text import code_of, same_plane
from zoning.io.dbf import text_of_dbf
from zoning.io.gdal_reading import GdalTable, read_gdal
from zoning.io.geoparquet import read_geoparquet
from zoning.io.hashing import siblings
from zoning.io.layer_place import first_point, unplaced_layer
from zoning.io.layer_sources import (
    GEOPARQUET,
    count_features,
    driver_of,
    opened,
    table_of,
)
from zoning.io.raw_layer import RawLayer, no_rows
from zoning.io.reader_lost import ReaderLostError
from zoning.io.reader_remarks import unreadable
from zoning.io.stated_bounds import beside_their_boxes, stated_bounds
from zoning.model.problems import layer_problem

__all__ = ["read_raw", "settled_crs"]

PREFIXED = {"GPKG", "GeoJSON"}
"""Drivers that GDAL lets a prefix name; the others are chosen by first bytes."""


def read_raw(
    path: Path,
    layer_id: str,
    *,
    sublayer: str | None = None,
    crs: str | None = None,
    encoding: str = "auto",
) -> RawLayer:
    """Read one dataset.

    Parameters
    ----------
    path : Path
        Shapefile, GeoPackage, GeoJSON, FlatGeobuf, GeoParquet, file geodatabase
        (a folder ``.gdb``), or a zip of one Shapefile or geodatabase.
    layer_id : str
        For messages.
    sublayer : str, optional
        Table of a GeoPackage or geodatabase; needed where it holds several.
    crs : str, optional
        Declared CRS; must agree with the file's where both exist.
    encoding : str
        Of a Shapefile's table; ``auto`` tells it from the bytes.

    Raises
    ------
    LayerError
        When the file is missing, of an unknown kind, damaged, or its CRS or
        text cannot be told.
    """
    if not path.exists():
        raise LayerError(layer_problem("LAYER_MISSING", layer_id))
    asked = _Asked(sublayer=sublayer, crs=crs, encoding=encoding)
    try:
        with opened(path, layer_id) as place:
            return _whole(place, layer_id, asked)
    except ReaderLostError as lost:
        raise LayerError(lost.of_layer(layer_id, path.name)) from lost


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    sublayer: str | None
    crs: str | None
    encoding: str


def _whole(place: Path, layer_id: str, asked: _Asked) -> RawLayer:
    driver = driver_of(place, layer_id)
    if driver == GEOPARQUET:
        return _parquet(place, layer_id, declared=asked.crs)
    table = table_of(place, layer_id, driver, wanted=asked.sublayer)
    shapefile = driver == "ESRI Shapefile"
    text, notes = None, list[Problem]()
    if shapefile:
        text, notes = _encoding(place, layer_id, asked.encoding)
    expected = count_features(place, layer_id, driver, table=table)
    with warnings.catch_warnings(record=True) as remarks:
        warnings.simplefilter("always")
        asked = replace(asked, sublayer=table, encoding=text or "")
        found = _read(place, layer_id, asked, driver=driver, expected=expected)
    known = _placed(found, layer_id, declared=asked.crs)
    layer = _layer(found, known, encoding=text, expected=expected)
    notes += _remarks(found, layer, layer_id, said=_plain(remarks, place))
    beside = _beside(layer, place, driver, table=table)
    return replace(layer, beside=beside, notes=tuple(notes))


def _plain(remarks: Sequence[warnings.WarningMessage], place: Path) -> list[str]:
    """Return what GDAL remarked, each once, without the folder."""
    texts = [str(one.message).replace(str(place), place.name) for one in remarks]
    return list(dict.fromkeys(texts))


def _remarks(
    found: GdalTable, layer: RawLayer, layer_id: str, *, said: Sequence[str]
) -> list[Problem]:
    """Return what is to be said of geometries that are read otherwise than drawn."""
    notes = [layer_problem("READER_REMARK", layer_id, detail=text) for text in said]
    heights = int(shapely.has_z(layer.geometry).sum())
    if heights:
        notes.append(layer_problem("HEIGHTS_LEFT_OUT", layer_id, count=str(heights)))
    if any(word in found.kind for word in ("Curve", "Surface", "CircularString")):
        notes.append(layer_problem("ARCS_AS_CHORDS", layer_id))
    return notes


def _beside(
    layer: RawLayer, path: Path, driver: str, *, table: str | None
) -> NDArray[np.intp]:
    """Return the rows beside their boxes; a box that cannot be read is no doubt.

    What damages an index and leaves the features whole loses nothing.
    """
    try:
        boxes = stated_bounds(path, driver, table)
    except (ValueError, OSError, sqlite3.Error):
        return no_rows()
    if boxes is None or len(boxes) != len(layer.geometry):
        return no_rows()
    off = beside_their_boxes(layer.geometry, boxes, single=driver == "GPKG")
    return np.flatnonzero(off)


def _layer(
    found: GdalTable, crs: str, *, encoding: str | None, expected: int
) -> RawLayer:
    geometry = np.empty(len(found.shapes), dtype=object)
    start = 0
    for run in found.shapes.runs():
        geometry[start : start + len(run)] = _shapes(run)
        start += len(run)
    return RawLayer(
        geometry=geometry,
        columns=found.columns,
        crs=crs,
        encoding=encoding,
        expected=expected,
    )


def _shapes(wkb: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the shapes of bytes, None where they make none."""
    with np.errstate(invalid="ignore"):  # coordinates that are no numbers
        return np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)


def _parquet(path: Path, layer_id: str, *, declared: str | None) -> RawLayer:
    """Read through Arrow, which compares the counts of footer, groups and rows."""
    try:
        read = read_geoparquet(path, file=path.name)
    except SiteError as error:
        values = error.problem.values
        if error.problem.code == "SITE_CRS_UNSUPPORTED":
            problem = layer_problem("CRS_UNSUPPORTED", layer_id, crs=values["crs"])
        else:
            detail = str(values.get("detail") or error.problem.text("en"))
            problem = unreadable(layer_id, detail)
        raise LayerError(problem) from error
    found = GdalTable(shapes=read.shapes, columns=read.columns, crs=read.crs)
    crs = _placed(found, layer_id, declared=declared)
    layer = _layer(found, crs, encoding=None, expected=len(read.shapes))
    if read.bounds is None:
        return layer
    whole = np.array([shapely.total_bounds(layer.geometry)])
    edges = np.array([shapely.box(*whole[0])], dtype=object)
    off = beside_their_boxes(edges, np.array([read.bounds]), single=False)
    return replace(layer, beside=np.flatnonzero(off))


def _encoding(path: Path, layer_id: str, declared: str) -> tuple[str, list[Problem]]:
    """Return how the table of a Shapefile is read, and what is to be said of it."""
    parts = siblings(path)
    if ".dbf" not in parts:
        raise LayerError(unreadable(layer_id, "no .dbf"))
    cpg = parts[".cpg"].read_bytes() if ".cpg" in parts else b""
    try:
        content = parts[".dbf"].read_bytes()
        table = text_of_dbf(content, cpg=cpg, declared=declared, where=path.name)
    except SiteError as error:
        raise LayerError(layer_problem("ENCODING_DOUBTFUL", layer_id)) from error
    notes = []
    if table.stated and table.stated != table.encoding:
        values = {"stated": table.stated, "found": table.encoding}
        notes.append(layer_problem("ENCODING_DIFFERS", layer_id, **values))
    if table.guessed:
        notes.append(layer_problem("ENCODING_GUESSED", layer_id, found=table.encoding))
    if table.deleted:
        count = str(table.deleted)
        notes.append(layer_problem("RECORDS_LEFT_OUT", layer_id, count=count))
    return table.encoding, notes


def _read(
    path: Path, layer_id: str, asked: _Asked, *, driver: str, expected: int
) -> GdalTable:
    source = f"{driver}:{path}" if driver in PREFIXED else str(path)
    try:
        return read_gdal(
            source,
            driver=driver,
            layer=asked.sublayer,
            encoding=asked.encoding or None,
            expected=expected,
        )
    except ValueError as error:
        detail = str(error).replace(str(path), path.name)
        raise LayerError(unreadable(layer_id, detail)) from error


def _placed(found: GdalTable, layer_id: str, *, declared: str | None) -> str:
    """Return the CRS of a table; where it has none, say where its numbers begin."""
    try:
        return settled_crs(found.crs, layer_id, declared=declared)
    except LayerError as error:
        if error.problem.code != "CRS_MISSING":
            raise
        first = next(found.shapes.runs(), np.zeros(0, dtype=object))[:1]
        point = first_point(_shapes(first))
        raise LayerError(unplaced_layer("CRS_MISSING", layer_id, point)) from error


def settled_crs(found: str | None, layer_id: str, *, declared: str | None) -> str:
    """Return the CRS of a layer by what its data state and zoning.yaml declares.

    Parameters
    ----------
    found : str or None
        ``EPSG:n`` or well-known text.

    Raises
    ------
    LayerError
        ``CRS_MISSING``, ``CRS_CONTRADICTION`` or ``CRS_UNSUPPORTED``.
    """
    code = None
    if found:
        code = code_of(found)
        if code is None and declared is None:
            raise LayerError(layer_problem("CRS_UNSUPPORTED", layer_id, crs=found[:60]))
    if code is not None and declared is not None and not same_plane(code, declared):
        raise LayerError(
            layer_problem("CRS_CONTRADICTION", layer_id, found=code, declared=declared)
        )
    if found and code is None and declared is not None:
        _same_figure(found, declared, layer_id)
    crs = code or declared
    if crs is None:
        raise LayerError(unplaced_layer("CRS_MISSING", layer_id))
    if obstacle(crs, layer_id) is not None:
        raise LayerError(layer_problem("CRS_UNSUPPORTED", layer_id, crs=crs))
    return crs


def _same_figure(found: str, declared: str, layer_id: str) -> None:
    """Refuse a declaration over a .prj of another ellipsoid or another kind."""
    one, other = CRS.from_user_input(found), CRS.from_user_input(declared)
    figures = [
        (crs.is_geographic, crs.ellipsoid and crs.ellipsoid.inverse_flattening)
        for crs in (one, other)
    ]
    same_kind = figures[0][0] == figures[1][0]
    if not (
        same_kind and math.isclose(*(float(f[1] or 0) for f in figures), abs_tol=1e-5)
    ):
        raise LayerError(
            layer_problem(
                "CRS_CONTRADICTION", layer_id, found=one.name, declared=declared
            )
        )
