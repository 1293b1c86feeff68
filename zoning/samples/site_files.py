"""Project sites in the formats that arrive at a counter.

All writers take geometry in EPSG:4546 and fix every date, so that the same
site gives the same bytes.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Protocol

import numpy as np
import pyogrio
import shapely
import xlsxwriter
from geopandas import GeoDataFrame
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.measure import plane_area_m2, project
from zoning.samples.frame import PLANE
from zoning.samples.writing import mark_code_page

__all__ = ["WRITERS", "write_bow_tie"]

Array = NDArray[np.float64]

_ZONE_EAST = 37_000_000.0  # EPSG:4525 = EPSG:4546 with the zone in front
_HEADER = (
    "[属性描述]",
    "格式版本号=1.01版本",
    "数据产生单位=示范县测绘队（示范）",
    "数据产生日期=2026-10-08",
    "坐标系=2000国家大地坐标系",
    "几度分带=3",
    "投影类型=高斯克吕格",
    "计量单位=米",
    "带号=37",
    "精度=0.001",
    "转换参数=,,,,,,",
    "[地块坐标]",
)


def _rings(geometry: BaseGeometry) -> Iterator[tuple[int, Array]]:
    """Yield ring number (1 outer) and coordinates, part by part."""
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            for number, ring in enumerate(shapely.get_rings(part), start=1):
                yield number, shapely.get_coordinates(ring)
        else:
            yield 1, shapely.get_coordinates(part)


def _txt(key: str, name: str, geometry: BaseGeometry, *, line_end: str) -> str:
    rings = list(_rings(geometry))
    kind = {2: "面", 1: "线", 0: "点"}[int(shapely.get_dimensions(geometry))]
    count = sum(len(xy) for _, xy in rings)
    hectares = plane_area_m2(np.array([geometry], dtype=object), PLANE)[0] / 10_000
    lines = [*_HEADER, f"{count},{hectares:.4f},{key},{name},{kind},,,,@"]
    point = 0
    for ring, xy in rings:
        start = point + 1
        for number, (x, y) in enumerate(xy):
            last = kind == "面" and number == len(xy) - 1
            point += 0 if last else 1
            label = start if last else point
            lines.append(f"J{label},{ring},{y:.3f},{x + _ZONE_EAST:.3f}")
    return line_end.join(lines) + line_end


def _gbk_txt(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    path.write_bytes(_txt(key, name, geometry, line_end="\r\n").encode("gbk"))


def _utf8_txt(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    path.write_bytes(_txt(key, name, geometry, line_end="\n").encode())


def write_bow_tie(
    path: Path, key: str, name: str, *, corner: tuple[float, float]
) -> None:
    """Write a TXT whose outline crosses itself; GBK."""
    x, y = corner
    crossed = [(x, y), (x + 120, y + 80), (x + 120, y), (x, y + 80), (x, y)]
    path.write_bytes(
        _txt(key, name, shapely.Polygon(crossed), line_end="\r\n").encode("gbk")
    )


def _lonlat(geometry: BaseGeometry) -> BaseGeometry:
    column = np.array([geometry], dtype=object)
    moved: BaseGeometry = shapely.transform(
        project(column, PLANE, "EPSG:4490")[0], lambda xy: np.round(xy, 10)
    )
    return moved


def _geojson(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    document = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}},
        "features": [
            {
                "type": "Feature",
                "properties": {"地块编号": key, "地块名称": name},
                "geometry": json.loads(shapely.to_geojson(_lonlat(geometry))),
            }
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8", newline="\n")


def _kml(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    parts = []
    for polygon in shapely.get_parts(_lonlat(geometry)):
        rings = []
        for number, ring in enumerate(shapely.get_rings(polygon)):
            tag = "innerBoundaryIs" if number else "outerBoundaryIs"
            points = " ".join(f"{x:.10f},{y:.10f},0" for x, y in ring.coords)
            rings.append(
                f"<{tag}><LinearRing><coordinates>{points}</coordinates></LinearRing></{tag}>"
            )
        parts.append(f"<Polygon>{''.join(rings)}</Polygon>")
    body = "".join(parts)
    shape = f"<MultiGeometry>{body}</MultiGeometry>" if len(parts) > 1 else body
    text = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>\n'
        f"<Placemark><name>{name}</name><ExtendedData>"
        f'<Data name="地块编号"><value>{key}</value></Data></ExtendedData>{shape}'
        "</Placemark>\n</Document></kml>\n"
    )
    path.write_text(text, encoding="utf-8", newline="\n")


def _dxf(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    """Write closed polylines with zone-prefixed eastings, layer 红线."""
    lines = ["0", "SECTION", "2", "ENTITIES"]
    for _, xy in _rings(geometry):
        ring = xy[:-1]
        lines += [
            "0",
            "LWPOLYLINE",
            "8",
            f"{key}_{name}",
            "90",
            str(len(ring)),
            "70",
            "1",
        ]
        for x, y in ring:
            lines += ["10", f"{x + _ZONE_EAST:.3f}", "20", f"{y:.3f}"]
    lines += ["0", "ENDSEC", "0", "EOF"]
    path.write_bytes(("\r\n".join(lines) + "\r\n").encode("utf-8"))


def _workbook(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        book.set_properties({"created": datetime(2026, 10, 8)})  # noqa: DTZ001 - Excel has no zones
        page = book.add_worksheet("界址点")
        for column, title in enumerate(
            ("地块编号", "地块名称", "点号", "圈号", "X(北)", "Y(东)")
        ):
            page.write_string(0, column, title)
        row = 1
        for ring, xy in _rings(geometry):
            for number, (x, y) in enumerate(xy[:-1], start=1):
                page.write_row(row, 0, [key, name, f"J{number}", ring])
                page.write_number(row, 4, round(float(y), 3))
                page.write_number(row, 5, round(float(x) + _ZONE_EAST, 3))
                row += 1


def _shapefile(path: Path, key: str, name: str, *, geometry: BaseGeometry) -> None:
    """Zipped Shapefile, EPSG:4525, GBK table without .cpg."""
    frame = GeoDataFrame(
        {"DKBH": [key], "DKMC": [name]}, geometry=[geometry], crs=PLANE
    ).to_crs("EPSG:4525")
    folder = path.with_suffix("")
    folder.mkdir()
    pyogrio.write_dataframe(
        frame,
        folder / f"{path.stem}.shp",
        driver="ESRI Shapefile",
        encoding="GBK",
        DBF_DATE_LAST_UPDATE="1970-01-01",
    )
    mark_code_page(folder / f"{path.stem}.dbf")
    bundle = io.BytesIO()
    with zipfile.ZipFile(bundle, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            if part.suffix != ".cpg":
                entry = zipfile.ZipInfo(part.name, (2026, 10, 8, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, part.read_bytes())
            part.unlink()
    folder.rmdir()
    path.write_bytes(bundle.getvalue())


class Writer(Protocol):
    """Writes one site to a file."""

    def __call__(
        self, path: Path, key: str, name: str, /, *, geometry: BaseGeometry
    ) -> None:
        """Write the site."""


WRITERS: dict[str, Writer] = {
    "gbk.txt": _gbk_txt,
    "utf8.txt": _utf8_txt,
    "geojson": _geojson,
    "kml": _kml,
    "dxf": _dxf,
    "xlsx": _workbook,
    "zip": _shapefile,
}
"""Format → writer of (path, site number, site name, geometry in EPSG:4546)."""
