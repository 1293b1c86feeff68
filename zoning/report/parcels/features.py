"""Parcels as features: GeoPackage, GeoJSON and KML."""

import json
import re
from collections.abc import Collection, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model.parcels import Parcel, ParcelTable, WrittenParcels
from zoning.report.document import clean
from zoning.report.parcels.remarks import Held, held, renamed

__all__ = ["geojson_parcels", "kml_parcels", "package_parcels"]

RFC7946 = "EPSG:4326"
_SYSTEM_COLUMNS = frozenset({"fid", "geom", "ogc_fid", "rowid", "oid", "_rowid_"})
_BLANK = re.compile(r"\s+")


def package_parcels(table: ParcelTable) -> WrittenParcels:
    """Write a GeoPackage 1.2 of one table, ``parcels``, all attributes text."""
    import geopandas as gpd
    import pyogrio

    known, names = _known(table, taken=_SYSTEM_COLUMNS)
    shapes = [parcel.geometry for parcel in known.parcels]
    columns = {
        name: np.array([p.values[k] or None for p in known.parcels], dtype=object)
        for k, name in enumerate(names)
    }
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=table.crs)
    single = len({int(shapely.get_dimensions(shape)) for shape in shapes}) == 1
    with TemporaryDirectory(prefix="zoning-") as folder:
        path = Path(folder) / "parcels.gpkg"
        pyogrio.write_dataframe(
            frame.astype(dict.fromkeys(names, object)),
            path,
            layer="parcels",
            driver="GPKG",
            geometry_type=None if single else "Unknown",
            promote_to_multi=single,
            dataset_options={"VERSION": "1.2"},
        )
        content = path.read_bytes()
    return _written({".gpkg": content}, table, known, names=names)


def geojson_parcels(table: ParcelTable, *, suffix: str) -> WrittenParcels:
    """Write a feature collection, one feature a line.

    Without a ``crs`` member only where RFC 7946 has it so, in WGS 84 degrees.
    """
    known, names = _known(table)
    head: dict[str, Any] = {"type": "FeatureCollection"}
    if table.crs != RFC7946:
        code = table.crs.removeprefix("EPSG:")
        name = {"name": f"urn:ogc:def:crs:EPSG::{code}"}
        head["crs"] = {"type": "name", "properties": name}
    features = [_json(_feature(parcel, names)) for parcel in known.parcels]
    text = _json(head)[:-1] + ',"features":[\n' + ",\n".join(features) + "\n]}\n"
    return _written({suffix: text.encode("utf-8")}, table, known, names=names)


def _feature(parcel: Parcel, names: Sequence[str]) -> dict[str, Any]:
    shape = shapely.orient_polygons(parcel.geometry)  # RFC 7946 3.1.6: right-handed
    return {
        "type": "Feature",
        "properties": dict(zip(names, parcel.values, strict=True)),
        "geometry": {
            "type": shape.geom_type,
            "coordinates": shape.__geo_interface__["coordinates"],
        },
    }


def _json(document: Any) -> str:
    return json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def kml_parcels(table: ParcelTable) -> WrittenParcels:
    """Write KML 2.2 in WGS 84 degrees, attributes as extended data."""
    known, names = _known(table)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
    ]
    for parcel in known.parcels:
        lines.append(f"<Placemark><name>{escape(parcel.name)}</name>")
        data = "".join(
            f'<Data name="{escape(name)}"><value>{escape(value)}</value></Data>'
            for name, value in zip(names, parcel.values, strict=True)
        )
        lines.append(f"<ExtendedData>{data}</ExtendedData>" if data else "")
        lines.append(f"{_shape(parcel.geometry)}</Placemark>")
    lines.append("</Document></kml>")
    text = "\n".join(filter(None, lines)) + "\n"
    return _written({".kml": text.encode("utf-8")}, table, known, names=names)


def _shape(shape: BaseGeometry) -> str:
    if hasattr(shape, "geoms"):
        return f"<MultiGeometry>{''.join(map(_shape, shape.geoms))}</MultiGeometry>"
    if not isinstance(shape, shapely.Polygon):
        kind = shape.geom_type
        return f"<{kind}>{_coordinates(shape)}</{kind}>"
    shell, *holes = shapely.get_rings(shapely.orient_polygons(shape))
    return (
        f"<Polygon><outerBoundaryIs>{_ring(shell)}</outerBoundaryIs>"
        + "".join(f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in holes)
        + "</Polygon>"
    )


def _ring(ring: BaseGeometry) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: BaseGeometry) -> str:
    pairs = shapely.get_coordinates(shape).tolist()
    listed = " ".join(f"{lon!r},{lat!r}" for lon, lat in pairs)
    return f"<coordinates>{listed}</coordinates>"


# ------------------------------------------------------------- names and values
def _known(
    table: ParcelTable, *, taken: Collection[str] = ()
) -> tuple[Held, tuple[str, ...]]:
    """Return the parcels without what UTF-8 or XML cannot hold, and column names."""
    names = tuple(_unique(table.columns, taken))
    return held(table, _plain, columns=table.columns), names


def _plain(text: str) -> tuple[str, str]:
    return clean(text).strip(), "control"


def _unique(columns: Sequence[str], taken: Collection[str]) -> list[str]:
    """Return names without controls that differ in any case: a table demands it."""
    used = {name.casefold() for name in taken}
    made = []
    for column in columns:
        own = _BLANK.sub(" ", clean(column)).strip() or "field"
        name, number = own, 1
        while name.casefold() in used:
            number += 1
            name = f"{own}_{number}"
        used.add(name.casefold())
        made.append(name)
    return made


def _written(
    parts: dict[str, bytes], table: ParcelTable, known: Held, *, names: Sequence[str]
) -> WrittenParcels:
    return WrittenParcels(
        parts=parts,
        crs=table.crs,
        encoding="utf-8",
        parcels=known.parcels,
        columns=tuple(names),
        remarks=(*known.remarks, *renamed(table.columns, names)),
    )
