"""Vector layers of a base: read whole, or not at all.

The driver is picked from the first bytes and named to GDAL, so that a
disguised file is refused. Features are counted by a second path. Whatever
keeps the layer from being whole becomes a `Problem` of the layer.
"""

import json
import math
import sqlite3
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from zoning.errors import LayerError, SiteError
from zoning.io.crs import from_wkt, obstacle
from zoning.io.dbf import read_dbf
from zoning.io.hashing import siblings
from zoning.model.problems import layer_problem

__all__ = ["RawLayer", "read_raw"]

PREFIXED = {"GPKG", "GeoJSON"}
"""Drivers that GDAL lets a prefix name; the others are chosen by first bytes."""
_SHP_HEADER, _SHX_RECORD = 100, 8


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawLayer:
    """A layer as read: geometry in its own CRS, columns by their own names.

    `geometry` (n,) holds None where the bytes make no geometry. `columns` are
    arrays of text ('' when missing), shape (n,).
    """

    geometry: NDArray[np.object_]
    columns: dict[str, NDArray[np.object_]]
    crs: str
    encoding: str | None
    expected: int


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
        Shapefile, GeoPackage, GeoJSON or FlatGeobuf.
    layer_id : str
        For messages.
    sublayer : str, optional
        Table of a GeoPackage; needed where it holds several.
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
    if not path.is_file():
        raise LayerError(layer_problem("LAYER_MISSING", layer_id))
    driver = _driver(path, layer_id)
    table = _sublayer(path, layer_id, driver, wanted=sublayer)
    text = _encoding(path, layer_id, encoding) if driver == "ESRI Shapefile" else None
    meta, wkb, fields = _read(path, layer_id, driver, table=table, encoding=text)
    found = _crs_of(meta["crs"], layer_id, declared=crs)
    geometry = np.array(
        [*shapely.from_wkb(wkb, on_invalid="ignore"), None], dtype=object
    )
    columns = {
        str(name): _as_text(values)
        for name, values in zip(meta["fields"], fields, strict=True)
    }
    return RawLayer(
        geometry=geometry[:-1],
        columns=columns,
        crs=found,
        encoding=text,
        expected=_count(path, driver, table),
    )


def _driver(path: Path, layer_id: str) -> str:
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(b"SQLite format 3"):
        return "GPKG"
    if head.startswith(struct.pack(">i", 9994)):
        return "ESRI Shapefile"
    if head.startswith(b"fgb"):
        return "FlatGeobuf"
    if head.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] in {b"{", b"["}:
        return "GeoJSON"
    raise LayerError(
        layer_problem("LAYER_UNREADABLE", layer_id, detail="unknown format")
    )


def _sublayer(
    path: Path, layer_id: str, driver: str, *, wanted: str | None
) -> str | None:
    """Return the table to read; several and none named is refused."""
    if driver != "GPKG":
        return None
    query = "SELECT table_name FROM gpkg_contents WHERE data_type = 'features'"
    try:
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as db:
            names = [str(row[0]) for row in db.execute(query)]
    except sqlite3.Error as error:
        raise LayerError(
            layer_problem("LAYER_UNREADABLE", layer_id, detail=str(error))
        ) from error
    if wanted is not None and wanted in names:
        return wanted
    if wanted is None and len(names) == 1:
        return names[0]
    detail = f"layers: {', '.join(sorted(names)) or '-'}"
    raise LayerError(layer_problem("LAYER_UNREADABLE", layer_id, detail=detail))


def _encoding(path: Path, layer_id: str, declared: str) -> str:
    if declared != "auto":
        return declared
    parts = siblings(path)
    if ".dbf" not in parts:
        raise LayerError(layer_problem("LAYER_UNREADABLE", layer_id, detail="no .dbf"))
    cpg = parts[".cpg"].read_bytes() if ".cpg" in parts else b""
    try:
        content = parts[".dbf"].read_bytes()
        return read_dbf(content, cpg=cpg, where=path.name).encoding
    except SiteError as error:
        raise LayerError(layer_problem("ENCODING_DOUBTFUL", layer_id)) from error


def _read(
    path: Path,
    layer_id: str,
    driver: str,
    *,
    table: str | None,
    encoding: str | None,
) -> tuple[dict[str, Any], NDArray[np.object_], list[NDArray[Any]]]:
    from pyogrio import errors, raw

    source = f"{driver}:{path}" if driver in PREFIXED else str(path)
    try:
        meta, _, wkb, fields = raw.read(
            source, layer=table, encoding=encoding, force_2d=True
        )
    except (errors.DataSourceError, errors.DataLayerError, ValueError) as error:
        raise LayerError(
            layer_problem("LAYER_UNREADABLE", layer_id, detail=str(error))
        ) from error
    if wkb is None:
        raise LayerError(
            layer_problem("LAYER_UNREADABLE", layer_id, detail="no geometry")
        )
    return meta, wkb, fields


def _crs_of(found: str | None, layer_id: str, *, declared: str | None) -> str:
    code = None
    if found:
        code = found if found.startswith("EPSG:") else from_wkt(found)
        if code is None and declared is None:
            raise LayerError(layer_problem("CRS_UNSUPPORTED", layer_id, crs=found[:60]))
    if code is not None and declared is not None and code != declared:
        raise LayerError(
            layer_problem("CRS_CONTRADICTION", layer_id, found=code, declared=declared)
        )
    if found and code is None and declared is not None:
        _same_figure(found, declared, layer_id)
    crs = code or declared
    if crs is None:
        raise LayerError(layer_problem("CRS_MISSING", layer_id))
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


def _as_text(values: NDArray[Any]) -> NDArray[np.object_]:
    """Turn a column into text; numbers without a trailing .0, missing as ''."""
    if values.dtype.kind == "f":
        return np.array(
            ["" if np.isnan(v) else f"{v:.15g}" for v in values], dtype=object
        )
    return np.array(
        ["" if v is None else str(v) for v in values.tolist()], dtype=object
    )


def _count(path: Path, driver: str, table: str | None) -> int:
    """Count the features without GDAL: -1 where the format cannot tell."""
    if driver == "GPKG":
        with sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True) as db:
            quoted = '"' + (table or "").replace('"', '""') + '"'
            row = db.execute(f"SELECT count(*) FROM {quoted}").fetchone()  # noqa: S608  quoted identifier
            return int(row[0])
    if driver == "ESRI Shapefile":
        return _count_shapefile(path)
    if driver == "GeoJSON":
        loaded = json.loads(path.read_text(encoding="utf-8-sig"))
        features = loaded.get("features") if isinstance(loaded, dict) else loaded
        return len(features) if isinstance(features, list) else 1
    return -1


def _count_shapefile(path: Path) -> int:
    """Count the records that stand, by the .dbf.

    -2 when .shp, .shx and .dbf are not as long as they say. Records marked
    deleted do not count: GDAL leaves them out.
    """
    parts = siblings(path)
    table = parts[".dbf"].read_bytes()
    rows, header, record = struct.unpack_from("<IHH", table, 4)
    stated = int(struct.unpack(">i", path.read_bytes()[24:28])[0]) * 2
    index = parts.get(".shx")
    shapes = (
        rows if index is None else (index.stat().st_size - _SHP_HEADER) // _SHX_RECORD
    )
    if stated != path.stat().st_size or shapes != rows:
        return -2
    marks = table[header : header + rows * record : max(record, 1)]
    return int(rows) - marks.count(b"*")
