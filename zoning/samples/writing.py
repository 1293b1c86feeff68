"""Writing the base: vector files, rasters, tables, zoning.yaml, manifest.json."""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import rasterio
import xlsxwriter
from affine import Affine
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from zoning.samples.access import HEADER, access_clauses
from zoning.samples.frame import PLANE, Grid
from zoning.samples.sheet import Sheet, content_hash

__all__ = [
    "files_of",
    "layer_digest",
    "mark_code_page",
    "read_sheet",
    "write_access_list",
    "write_csv",
    "write_json",
    "write_raster",
    "write_sheet",
]

_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON"}


def write_sheet(folder: Path, sheet: Sheet) -> None:
    """Write one layer; a second table of a GeoPackage is added to the first."""
    path = folder / sheet.path
    path.parent.mkdir(parents=True, exist_ok=True)
    geometry = np.empty(len(sheet.geometry), dtype=object)
    geometry[:] = _uniform(sheet.geometry, path.suffix)
    frame = geopandas.GeoDataFrame(
        {name: list(values) for name, values in sheet.columns.items()},
        geometry=geopandas.GeoSeries(geometry, crs=PLANE).to_crs(sheet.crs),
    )
    options: dict[str, str] = {}
    if path.suffix == ".gpkg":
        options = {"VERSION": "1.2"} if not path.exists() else {}
    elif path.suffix == ".shp":
        options = {"DBF_DATE_LAST_UPDATE": "1970-01-01", "RESIZE": "YES"}
    else:
        options = {"COORDINATE_PRECISION": "10", "WRITE_NAME": "NO"}
    pyogrio.write_dataframe(
        frame,
        path,
        layer=sheet.sublayer or path.stem,
        driver=_DRIVERS[path.suffix],
        append=path.exists(),
        encoding="GBK" if path.suffix == ".shp" else None,
        **options,
    )
    if path.suffix == ".shp":
        mark_code_page(path.with_suffix(".dbf"))
        if not sheet.code_page_file:
            path.with_suffix(".cpg").unlink(missing_ok=True)


def mark_code_page(table: Path) -> None:
    """Write language driver 77 (code page 936) into the table's own header.

    That is how ArcGIS leaves a Chinese table when it writes no .cpg.
    """
    content = bytearray(table.read_bytes())
    content[29] = 77
    table.write_bytes(content)


def _uniform(shapes: Sequence[BaseGeometry], suffix: str) -> list[BaseGeometry]:
    """Make single polygons and lines multi where a GeoPackage holds both."""
    kinds = {shape.geom_type for shape in shapes}
    if suffix != ".gpkg" or len(kinds) == 1:
        return list(shapes)
    return [_multiple(shape) for shape in shapes]


def _multiple(shape: BaseGeometry) -> BaseGeometry:
    if isinstance(shape, Polygon):
        return MultiPolygon([shape])
    return MultiLineString([shape]) if isinstance(shape, LineString) else shape


def read_sheet(
    path: Path, *, sublayer: str | None = None
) -> tuple[NDArray[np.object_], dict[str, list[object]]]:
    """Read a written layer back: geometry in EPSG:4546, columns as they are."""
    encoding = "GBK" if path.suffix == ".shp" else None
    frame = geopandas.read_file(path, layer=sublayer or path.stem, encoding=encoding)
    geometry = frame.geometry.to_crs(PLANE).to_numpy()
    columns = {str(name): list(frame[name]) for name in frame.columns[:-1]}
    return geometry, columns


def layer_digest(path: Path, *, sublayer: str | None = None) -> str:
    """Return the content hash of a written layer or raster.

    Independent of the bytes of the file: see `zoning.samples.sheet.content_hash`.
    """
    if path.suffix == ".tif":
        with rasterio.open(path) as source:
            values = source.read(1)
            place = repr([round(float(v), 6) for v in tuple(source.transform)[:6]])
        return hashlib.sha256(
            place.encode() + values.astype("<f4").tobytes()
        ).hexdigest()
    return content_hash(*read_sheet(path, sublayer=sublayer))


def write_raster(
    path: Path, values: NDArray[np.generic], grid: Grid, *, nodata: float
) -> None:
    """Write a grid as deflated GeoTIFF, EPSG:4546."""
    floating = values.dtype.kind == "f"
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        width=grid.columns,
        height=grid.rows,
        count=1,
        dtype=values.dtype.name,
        crs=PLANE,
        transform=Affine(*grid.transform),
        nodata=nodata,
        compress="deflate",
        predictor=3 if floating else 1,
        zlevel=9,
    ) as target:
        target.write(values, 1)


def write_access_list(path: Path) -> int:
    """Write the access-list workbook with a fixed date; return the rows."""
    clauses = access_clauses()
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2024, 3, 19)})  # noqa: DTZ001 - Excel has no zones
        page = book.add_worksheet("准入清单")
        bold = book.add_format({"bold": True, "text_wrap": True})
        wrap = book.add_format({"text_wrap": True, "valign": "top"})
        for column, name in enumerate(HEADER):
            page.write_string(0, column, f"{name}\n" if column == 4 else name, bold)
            page.set_column(column, column, 60 if column == 4 else 16)
        for row, clause in enumerate(clauses, start=1):
            for column, cell in enumerate(clause.cells()):
                page.write_string(row, column, cell, wrap)
        page.freeze_panes(1, 0)
    return len(clauses)


def write_csv(path: Path, rows: Sequence[Sequence[object]]) -> None:
    """Write a UTF-8 table with BOM, as Excel likes it."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(
        ["" if cell is None else cell for cell in row] for row in rows
    )
    path.write_bytes(text.getvalue().encode("utf-8-sig"))


def write_json(path: Path, content: Mapping[str, object]) -> None:
    """Write indented UTF-8 JSON."""
    text = json.dumps(content, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def files_of(path: Path) -> list[Path]:
    """Return the files of a dataset in the order in which they are sealed."""
    if path.suffix != ".shp":
        return [path]
    parts = [path.with_suffix(suffix) for suffix in _PARTS]
    return [part for part in parts if part.exists()]


def clear(folder: Path) -> None:
    """Empty the folder, or make it; refuses one that is no sample base."""
    if folder.exists() and any(folder.iterdir()):
        known = (folder / "zoning.yaml").is_file() or {
            path.name for path in folder.iterdir()
        } <= {".gitkeep"}
        if not known:
            raise FileExistsError(folder)
        for path in folder.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    folder.mkdir(parents=True, exist_ok=True)
