"""``result.gpkg`` and ``findings.parquet``: the answer for QGIS and for tables.

The GeoPackage is version 1.2, which older QGIS and ArcMap read in full, and
carries a default style per layer in ``layer_styles``, so that it opens in the
colours of the report.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, fields
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Report, SiteResult
from zoning.report.document import clean
from zoning.report.qml import layer_qml
from zoning.report.sld import layer_sld
from zoning.report.tables import FindingRow, findings_table, sites_table
from zoning.report.verdict import json_bytes

if TYPE_CHECKING:
    import geopandas as gpd
    import pyarrow as pa

__all__ = [
    "add_styles",
    "append_layers",
    "findings_arrow",
    "findings_bytes",
    "frame_of",
    "frames_of",
    "site_features",
    "site_geojson_bytes",
    "write_features",
    "write_layers",
]

_FIXED = "1970-01-01T00:00:00.000Z"
_STYLES_TABLE = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT, f_table_catalog TEXT(256),
  f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
  styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN,
  description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)"""
_PLACES = 6

Column = Sequence[Any]


def write_features(report: Report, path: Path, *, lang: str = "zh") -> Path:
    """Write sites, conflicts, sections and trims as a GeoPackage.

    Parameters
    ----------
    path : Path
        The file to make; it must not exist.

    Returns
    -------
    Path
        `path`. Layers: ``sites`` and ``conflicts`` (polygons), the same with
        ``_lines`` and ``_points``, ``layout_sections``, ``trim``, all in the
        working plane of the base. Empty ones are left out, save ``sites``.
    """
    tables = {
        name: frame
        for name, frame in frames_of(report, lang)
        if len(frame) or name == "sites"
    }
    return write_layers(path, tables)


def write_layers(path: Path, tables: Mapping[str, "gpd.GeoDataFrame"]) -> Path:
    """Write tables as the layers of a new GeoPackage, each with its style."""
    append_layers(path, tables)
    add_styles(path, tuple(tables))
    return path


def append_layers(path: Path, tables: Mapping[str, "gpd.GeoDataFrame"]) -> None:
    """Write tables into a GeoPackage; rows go behind those of the same layer."""
    import pyogrio

    for name, frame in tables.items():
        pyogrio.write_dataframe(
            frame,
            path,
            layer=name,
            driver="GPKG",
            append=path.exists(),
            geometry_type=None if len(frame) else "MultiPolygon",
            promote_to_multi=True,
            dataset_options={} if path.exists() else {"VERSION": "1.2"},
        )


def findings_bytes(report: Report, *, lang: str = "zh") -> bytes:
    """Return every finding as Parquet; columns are those of `FindingRow`.

    Areas and lengths are rounded to 6 decimals, so that the bytes do not hang
    on the last bit of a platform's arithmetic.
    """
    import pyarrow.parquet as pq

    packed = BytesIO()
    pq.write_table(findings_arrow(report, lang=lang), packed, compression="zstd")
    return packed.getvalue()


def findings_arrow(report: Report, *, lang: str = "zh") -> "pa.Table":
    """Return every finding as an Arrow table, as `findings_bytes`."""
    import pyarrow as pa

    rows = findings_table(report, lang=lang)
    schema = pa.schema(
        [
            (f.name, pa.string() if f.type is str else pa.float64())
            for f in fields(FindingRow)
        ]
    )
    columns = {
        name: [_plain(getattr(row, name)) for row in rows] for name in schema.names
    }
    return pa.table(columns, schema=schema)


def site_geojson_bytes(report: Report) -> bytes:
    """Return the sites alone as GeoJSON, degrees (CGCS2000), for handing out."""
    return json_bytes({"type": "FeatureCollection", "features": site_features(report)})


def site_features(report: Report) -> list[dict[str, Any]]:
    """Return the sites as GeoJSON features, degrees (CGCS2000)."""
    frame = _sites(report, "zh").to_crs("EPSG:4490")
    return [
        {
            "type": "Feature",
            "properties": {"site_id": row.site_id, "verdict": row.verdict},
            "geometry": _degrees(shape.__geo_interface__),
        }
        for row, shape in zip(frame.itertuples(), frame.geometry, strict=True)
    ]


def frames_of(report: Report, lang: str) -> Iterator[tuple[str, "gpd.GeoDataFrame"]]:
    """Yield the layers of ``result.gpkg`` by name, empty ones too."""
    crs = report.base.crs
    yield from _by_dimension("sites", _sites(report, lang))
    conflicts = frame_of(*_conflicts(report.sites), crs=crs)
    yield from _by_dimension("conflicts", conflicts)
    yield "layout_sections", frame_of(*_layout(report.sites, "section"), crs=crs)
    yield "trim", frame_of(*_layout(report.sites, "trim"), crs=crs)


def _by_dimension(
    name: str, frame: "gpd.GeoDataFrame"
) -> Iterator[tuple[str, "gpd.GeoDataFrame"]]:
    """Split polygons, lines and points: a GIS wants one kind to a layer."""
    dimensions = shapely.get_dimensions(frame.geometry.to_numpy())
    for suffix, dimension in (("", 2), ("_lines", 1), ("_points", 0)):
        yield f"{name}{suffix}", frame[dimensions == dimension]


def _sites(report: Report, lang: str) -> "gpd.GeoDataFrame":
    rows, shapes = [], []
    for row, result in zip(sites_table(report, lang=lang), report.sites, strict=True):
        if result.geometry is not None:
            rows.append(asdict(row))
            shapes.append(result.geometry)
    return frame_of(rows, shapes, crs=report.base.crs)


def _conflicts(
    results: Sequence[SiteResult],
) -> tuple[list[dict[str, Any]], list[BaseGeometry]]:
    shapes = [shape for result in results for shape in result.conflicts]
    rows = [
        {
            "site_id": shape.site_id,
            "state": str(shape.state),
            "layer": shape.layer,
            "feature": shape.feature,
            "feature_name": shape.feature_name,
            "overlap_m2": shape.overlap_m2,
            "length_m": shape.length_m,
            "overlap_class": shape.overlap_class,
            "rule_ids": " ".join(shape.rule_ids),
        }
        for shape in shapes
    ]
    return rows, [shape.geometry for shape in shapes]


def _layout(
    results: Sequence[SiteResult], part: str
) -> tuple[list[dict[str, Any]], list[BaseGeometry]]:
    rows, shapes = [], []
    for result in results:
        for hit in result.layout:
            shape = hit.section if part == "section" else hit.trim
            if shape is None:
                continue
            rows.append(
                {
                    "site_id": result.site.id,
                    "feature": hit.feature,
                    "name": hit.name,
                    "kind": hit.kind,
                    "target_width_m": hit.target_width_m,
                    "width_m": hit.width_m,
                    "width_left_m": hit.width_left_m,
                    "trim_m2": hit.trim_m2,
                }
            )
            shapes.append(shape)
    return rows, shapes


def frame_of(
    rows: Sequence[Mapping[str, Any]], shapes: Sequence[BaseGeometry], *, crs: str
) -> "gpd.GeoDataFrame":
    """Return a table of plain values and their shapes, in order."""
    import geopandas as gpd

    plain = [{key: _plain(value) for key, value in row.items()} for row in rows]
    return gpd.GeoDataFrame(plain, geometry=list(shapes), crs=crs)


def add_styles(path: Path, layers: Sequence[str]) -> None:
    """Add the table from which QGIS takes its default styles."""
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(_STYLES_TABLE)
        for layer in layers:
            database.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, "
                "f_table_name, f_geometry_column, styleName, styleQML, styleSLD, "
                "useAsDefault, description, owner, ui, update_time) "
                "VALUES ('', '', ?, 'geom', ?, ?, ?, 1, '', '', NULL, ?)",
                (layer, layer, layer_qml(layer), layer_sld(layer), _FIXED),
            )
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, "
            "description, last_change) VALUES ('layer_styles', 'attributes', "
            "'layer_styles', '', ?)",
            (_FIXED,),
        )


def _plain(value: Any) -> Any:
    """Return text that UTF-8 can hold and numbers without a platform's last bit."""
    if isinstance(value, str):
        return clean(value)
    return round(value, _PLACES) if isinstance(value, float) else value


def _degrees(shape: Mapping[str, Any]) -> Any:
    """Round the coordinates of a GeoJSON geometry to 9 decimals (0.1 mm)."""
    return {"type": shape["type"], "coordinates": _nested(shape["coordinates"])}


def _nested(values: Any) -> Any:
    return (
        round(values, 9) if isinstance(values, float) else [_nested(v) for v in values]
    )
