"""The layers of a stored run, read back without GDAL.

A GeoPackage is SQLite: its tables are read as they are, in a mode that writes
nothing, not even a lock, so that a run stays what its manifest says.

References
----------
.. [1] OGC 12-128r15, GeoPackage 1.2, 2.1.3: the geometry blob is ``GP``,
   version, flags, srs_id and an envelope whose size bits 1 to 3 of the flags
   tell, then well-known binary.
"""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import shapely

from zoning.errors import OutputError, Problem
from zoning.measure import GEOGRAPHIC_CRS
from zoning.model import GeometryColumn
from zoning.report.layer_looks import LayerLook, Shape, layer_look

__all__ = ["Column", "ColumnKind", "RunLayer", "Value", "read_package", "read_shared"]

ColumnKind = Literal["text", "whole", "number", "yes_no"]
Value = str | int | float | None

_KINDS: dict[str, ColumnKind] = {
    "TEXT": "text",
    "REAL": "number",
    "DOUBLE": "number",
    "FLOAT": "number",
    "BOOLEAN": "yes_no",
    "INTEGER": "whole",
    "MEDIUMINT": "whole",
}
_ENVELOPE_BYTES = (0, 32, 48, 48, 64)
_MAGIC = b"GP"
_HEAD_BYTES = 8
_POLYGONAL, _LINEAR = 2, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column; values of kind ``yes_no`` are 1 and 0."""

    name: str
    kind: ColumnKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunLayer:
    """One layer: rows, ids and geometry in the same order.

    Parameters
    ----------
    name : str
        Table of the GeoPackage.
    crs : str
        ``EPSG:n``, easting before northing.
    columns : tuple of Column
        Without id and geometry.
    ids : tuple of int
        The fid of each row.
    rows : tuple of tuple
        Values in the order of `columns`.
    geometry : ndarray of shapely geometries, shape (n,)
    """

    name: str
    crs: str
    columns: tuple[Column, ...]
    ids: tuple[int, ...]
    rows: tuple[tuple[Value, ...], ...]
    geometry: GeometryColumn

    @property
    def look(self) -> LayerLook:
        """How it is drawn."""
        return layer_look(self.name)

    @property
    def shape(self) -> Shape:
        """Of what its shapes are; an empty layer goes by its name."""
        filled = self.geometry[~shapely.is_empty(self.geometry)]
        if len(filled) == 0:
            return self.look.shape
        size = int(shapely.get_dimensions(filled).max())
        return {_POLYGONAL: "polygon", _LINEAR: "line"}.get(size, "point")  # type: ignore[return-value]


def read_package(path: Path) -> tuple[RunLayer, ...]:
    """Read every feature layer of a GeoPackage, in the order of its contents.

    Raises
    ------
    OutputError
        When it is no GeoPackage or a shape of it cannot be read.
    """
    return _guarded(path, _package)


def read_shared(path: Path) -> tuple[RunLayer, ...]:
    """Read ``sites.geojson`` of a shared run as layers, one per kind of shape.

    Raises
    ------
    OutputError
        When it is no feature collection of sites.
    """
    return _guarded(path, _shared)


def _guarded(
    path: Path, read: Callable[[Path], tuple[RunLayer, ...]]
) -> tuple[RunLayer, ...]:
    try:
        return read(path)
    except (
        sqlite3.Error,
        ValueError,
        LookupError,
        TypeError,
        RecursionError,
        shapely.errors.ShapelyError,
    ) as error:
        values = {"name": path.name, "detail": f"{type(error).__name__}: {error}"}
        raise OutputError(Problem(code="EXPORT_UNREADABLE", values=values)) from error


# ------------------------------------------------------------------- GeoPackage
def _package(path: Path) -> tuple[RunLayer, ...]:
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with closing(sqlite3.connect(address, uri=True)) as database:
        found = database.execute(
            "SELECT c.table_name, g.column_name, s.organization, "
            "s.organization_coordsys_id FROM gpkg_contents c "
            "JOIN gpkg_geometry_columns g ON g.table_name = c.table_name "
            "JOIN gpkg_spatial_ref_sys s ON s.srs_id = g.srs_id "
            "WHERE c.data_type = 'features' ORDER BY c.rowid"
        ).fetchall()
        return tuple(
            _table(database, name, geometry, crs=f"{organisation}:{number}")
            for name, geometry, organisation, number in found
        )


def _table(
    database: sqlite3.Connection, name: str, geometry: str, *, crs: str
) -> RunLayer:
    described = database.execute(f"PRAGMA table_info({_quoted(name)})").fetchall()
    key = next(row[1] for row in described if row[5])
    columns = tuple(
        Column(name=row[1], kind=_KINDS[row[2].partition("(")[0].upper()])
        for row in described
        if row[1] not in {key, geometry}
    )
    listed = ", ".join(_quoted(n) for n in (key, geometry, *(c.name for c in columns)))
    query = f"SELECT {listed} FROM {_quoted(name)} ORDER BY 1"  # noqa: S608  names are quoted
    rows = database.execute(query).fetchall()
    return RunLayer(
        name=name,
        crs=crs,
        columns=columns,
        ids=tuple(row[0] for row in rows),
        rows=tuple(row[2:] for row in rows),
        geometry=_column([_geometry(row[1]) for row in rows]),
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _geometry(blob: bytes | None) -> Any:
    if blob is None:
        return shapely.Point()
    if blob[:2] != _MAGIC:
        raise ValueError("geometry")
    size = _ENVELOPE_BYTES[(blob[3] >> 1) & 7]
    return shapely.from_wkb(blob[_HEAD_BYTES + size :])


def _column(shapes: list[Any]) -> GeometryColumn:
    column = np.empty(len(shapes), dtype=object)
    column[:] = shapes
    return column


# --------------------------------------------------------------- sites.geojson
def _shared(path: Path) -> tuple[RunLayer, ...]:
    features = json.loads(path.read_bytes())["features"]
    texts = [json.dumps(feature["geometry"]) for feature in features]
    shapes = _column(list(shapely.from_geojson(texts)))
    rows = tuple(
        (str(one["properties"]["site_id"]), str(one["properties"]["verdict"]))
        for one in features
    )
    sizes = shapely.get_dimensions(shapes)
    columns = (Column(name="site_id", kind="text"), Column(name="verdict", kind="text"))
    layers = []
    for suffix, size in (("", 2), ("_lines", 1), ("_points", 0)):
        kept = np.flatnonzero(sizes == size)
        if len(kept) or not suffix:
            layers.append(
                RunLayer(
                    name=f"sites{suffix}",
                    crs=GEOGRAPHIC_CRS,
                    columns=columns,
                    ids=tuple(int(row) + 1 for row in kept),
                    rows=tuple(rows[row] for row in kept),
                    geometry=shapes[kept],
                )
            )
    return tuple(layers)
