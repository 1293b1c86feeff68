"""Good layers of two features in every format, as bytes, and ways to spoil them."""

import io
import json
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Callable
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import shapely
from fault_case import Edit, Files, on
from pyogrio import raw

__all__ = [
    "FARMLAND",
    "REDLINE",
    "SHAPES",
    "document",
    "features",
    "geojson",
    "redraw",
    "sql",
    "vector",
    "wkb_layer",
    "words",
    "zipped",
]

Rows = tuple[tuple[str, tuple[str, ...]], ...]
"""Names of columns with the values of the two features."""

CRS = "EPSG:4546"
REDLINE: Rows = (
    ("BSM", ("R1", "R2")),
    ("HXMC", ("长江三峡生态保护红线", "大宁河生态保护红线")),
    ("ZRBHDFQ", ("非自然保护地", "核心保护区")),
)
FARMLAND: Rows = (
    ("BSM", ("F1", "F2")),
    ("DLBM", ("0103", "0101")),
    ("YJJBNTTBBH", ("永久基本农田一", "永久基本农田二")),
)
SHAPES = (
    shapely.box(400_000, 3_435_000, 400_200, 3_435_200),
    shapely.box(400_200, 3_435_000, 400_400, 3_435_200),
)
_DRIVERS = {".gpkg": "GPKG", ".fgb": "FlatGeobuf", ".shp": None, ".gdb": "OpenFileGDB"}
Change = Callable[[dict[str, Any]], None]


@cache
def vector(
    suffix: str,
    rows: Rows = REDLINE,
    *,
    encoding: str = "gb18030",
    crs: str | None = CRS,
    layer: str = "layer",
) -> Callable[[], Files]:
    """Return a maker of the two features in a format of GDAL or Arrow."""
    table = geopandas.GeoDataFrame(dict(rows), geometry=list(SHAPES), crs=crs)
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"layer{suffix}"
        if suffix == ".parquet":
            table.to_parquet(path)
        else:
            own: dict[str, Any] = {"encoding": encoding} if suffix == ".shp" else {}
            table.to_file(path, driver=_DRIVERS[suffix], layer=layer, **own)
        if suffix == ".shp":
            path.with_suffix(".cpg").unlink(missing_ok=True)
        files = _contents(Path(place))
    return lambda: files


def _contents(folder: Path) -> Files:
    """Return what lies in a folder by relative name, the main file first."""
    found = {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }
    return dict(sorted(found.items(), key=lambda item: not item[0].endswith(".shp")))


@cache
def wkb_layer(*parts: bytes, suffix: str = ".gpkg") -> Callable[[], Files]:
    """Return a maker of features by their well-known binary, red lines R1, R2…"""
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / f"layer{suffix}"
        names = [f"R{number + 1}" for number in range(len(parts))]
        columns = [names, names, [""] * len(parts)]
        raw.write(
            path,
            np.array([*parts, None], dtype=object)[:-1],
            [np.array(column, dtype=object) for column in columns],
            ["BSM", "HXMC", "ZRBHDFQ"],
            geometry_type="Unknown",
            crs=CRS,
        )
        files = _contents(Path(place))
    return lambda: files


@cache
def geojson(rows: Rows = REDLINE) -> Callable[[], Files]:
    """Return a maker of the two features as GeoJSON of EPSG:4546."""
    return lambda: {"layer.geojson": _dumped(document(rows))}


def document(rows: Rows = REDLINE) -> dict[str, Any]:
    """Return the two features as a GeoJSON document of EPSG:4546."""
    return {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}},
        "features": [
            {
                "type": "Feature",
                "properties": {name: values[row] for name, values in rows},
                "geometry": json.loads(shapely.to_geojson(shape)),
            }
            for row, shape in enumerate(SHAPES)
        ],
    }


def _dumped(found: dict[str, Any]) -> bytes:
    return json.dumps(found, ensure_ascii=False).encode()


def features(change: Change, *, every: bool = False) -> Edit:
    """Change the last feature of a GeoJSON, or each."""

    def edit(found: dict[str, Any]) -> None:
        for feature in found["features"] if every else found["features"][-1:]:
            change(feature)

    return redraw(edit)


def redraw(change: Change) -> Edit:
    """Change a GeoJSON as a document."""

    def edit(content: bytes) -> bytes:
        found = json.loads(content)
        change(found)
        return _dumped(found)

    return on(".geojson", edit)


def words(**values: object) -> Edit:
    """Give the last feature of a GeoJSON other attributes."""
    return features(lambda feature: feature["properties"].update(values))


def sql(*statements: str) -> Edit:
    """Run statements on a GeoPackage behind GDAL's back."""

    def edit(content: bytes) -> bytes:
        with tempfile.TemporaryDirectory() as place:
            path = Path(place) / "a.gpkg"
            path.write_bytes(content)
            with closing(sqlite3.connect(path)) as database:
                database.create_function("ST_IsEmpty", 1, lambda _: 0)
                for name, corner in zip(
                    ("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY"),
                    (0, 2, 1, 3),
                    strict=True,
                ):
                    database.create_function(name, 1, _corner(corner))
                for statement in statements:
                    database.execute(statement)
                database.commit()
            return path.read_bytes()

    return on(".gpkg", edit)


def _corner(place: int) -> Callable[[bytes], float]:
    """Return a function that takes a bound out of the header of a blob."""

    def corner(blob: bytes) -> float:
        held = len(blob) >= 40 and blob[3] & 0x0E
        return float(struct.unpack_from("<4d", blob, 8)[place]) if held else 0.0

    return corner


def zipped(*, nested: bool = False, folder: str = "") -> Edit:
    """Put the files of a case into one archive."""

    def pack(files: Files) -> Files:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(folder + name, content)
        return {"layer.zip": stream.getvalue()}

    return (lambda files: pack(pack(files))) if nested else pack
