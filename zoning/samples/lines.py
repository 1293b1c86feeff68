"""Sheets of the three control lines and of the control units."""

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import County
from zoning.samples.districts import ADMIN_CODE, UNITS
from zoning.samples.land import FARMLAND
from zoning.samples.names import TOWNSHIPS
from zoning.samples.nature import PROTECTED
from zoning.samples.sheet import DEMO, Sheet, areas, serials
from zoning.samples.towns import SUB_ZONES

__all__ = [
    "boundary_sheet",
    "county_sheet",
    "crop_class",
    "farmland_sheet",
    "former_redline_sheet",
    "redline_sheet",
    "single_parts",
    "township_sheet",
    "unit_sheet",
]

_FUNCTIONS = {1: "水源涵养", 2: "水土保持", 3: "生物多样性维护"}


def single_parts(
    pieces: list[tuple[tuple[int, ...], BaseGeometry]], least_m2: float
) -> tuple[list[tuple[int, ...]], list[BaseGeometry]]:
    """Split into single polygons, drop the smaller, keep the order."""
    keys: list[tuple[int, ...]] = []
    shapes: list[BaseGeometry] = []
    for key, shape in pieces:
        for part in shapely.get_parts(shape):
            if part.area >= least_m2:
                keys.append(key)
                shapes.append(shapely.normalize(part))
    return keys, shapes


def crop_class(
    county: County, shapes: Sequence[BaseGeometry]
) -> list[tuple[str, str, str]]:
    """Return DLBM, DLMC and slope class (GDPDJB) of cropland."""
    points = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes)))
    cells = county.ground.grid.index(points)
    found = []
    for slope, height in zip(
        county.ground.slope[cells], county.ground.height[cells], strict=True
    ):
        level = int(np.searchsorted([2, 6, 15, 25], slope, side="left")) + 1
        wet = slope < 8 and height < 800
        code = ("0101", "水田") if wet else ("0103", "旱地")
        if slope < 4 and height >= 800:
            code = ("0102", "水浇地")
        found.append((*code, str(level)))
    return found


def farmland_sheet(county: County, extra: Sequence[BaseGeometry]) -> Sheet:
    """Return basic farmland: GBK Shapefile without .cpg, zone-prefixed EPSG:4525.

    Parameters
    ----------
    extra : sequence of Polygon
        Planted parcels, appended last.
    """
    mosaic = county.mosaic
    chosen = (mosaic.labels["cover"] == FARMLAND) & (mosaic.water == 0)
    keys, shapes = single_parts(mosaic.dissolve(chosen, "township", "field"), 400)
    towns = [TOWNSHIPS[key[0] - 1] for key in keys]
    for shape in extra:
        near = int(np.argmin(shapely.distance(np.array(shapes), shape)))
        towns.append(towns[near])
        shapes.append(shape)
    kinds = crop_class(county, shapes)
    count = len(shapes)
    size = areas(shapes)
    return Sheet(
        layer_id="permanent_basic_farmland",
        path="YJJBNTTB.shp",
        geometry=shapes,
        crs="EPSG:4525",
        encoding="GBK",
        columns={
            "BSM": serials("2005", count),
            "YSDM": ["2005010300"] * count,
            "XZQDM": [f"{ADMIN_CODE}{code}" for _, code in towns],
            "XZQMC": [name for name, _ in towns],
            "YJJBNTTBBH": [f"YN{number:06d}" for number in range(1, count + 1)],
            "TBBH": [f"{number:05d}" for number in range(1, count + 1)],
            "DLBM": [kind[0] for kind in kinds],
            "DLMC": [kind[1] for kind in kinds],
            "QSXZ": ["30"] * count,
            "GDPDJB": [kind[2] for kind in kinds],
            "YJJBNTTBMJ": size,
            "SFWYYJJBNT": ["是"] * count,
            "BZ": ["示范数据"] * count,
        },
    )


def _redline_columns(
    keys: Sequence[tuple[int, ...]], shapes: Sequence[BaseGeometry]
) -> Mapping[str, Sequence[str] | Sequence[float]]:
    size = areas(shapes)
    owned = [PROTECTED[key[1] - 1] if key[1] else ("", "", "", "") for key in keys]
    zones = [
        owner[3] if key[1] in {1, 2, 3, 4} else "非自然保护地"
        for key, owner in zip(keys, owned, strict=True)
    ]
    names = [f"示范县{_FUNCTIONS[key[0]]}生态保护红线" for key in keys]
    count = len(keys)
    return {
        "BSM": serials("2006", count),
        "YSDM": ["2090020510"] * count,
        "XZQDM": [ADMIN_CODE] * count,
        "XZQMC": ["示范县"] * count,
        "SHENG": ["示范省"] * count,
        "SHI": ["示范市"] * count,
        "XIAN": ["示范县"] * count,
        "HXBM": [f"HX{ADMIN_CODE}{number:03d}" for number in range(1, count + 1)],
        "HXMC": names,
        "HXLX": [_FUNCTIONS[key[0]] for key in keys],
        "MJ": size,
        "ZRBHDMC": [owner[0] for owner in owned],
        "ZRBHDJB": [owner[2] for owner in owned],
        "ZRBHDLX": [owner[1] for owner in owned],
        "ZRBHDFQ": zones,
        "GKCS": ["按生态保护红线管理规定执行（示范）"] * count,
        "BZ": [DEMO] * count,
    }


def redline_sheet(county: County) -> Sheet:
    """Ecological red line, 2022 edition: dialect (a), EPSG:4490, MultiPolygons."""
    mosaic = county.mosaic
    pieces = mosaic.dissolve(
        mosaic.labels["redline"] > 0, "redline", "protected", "unit"
    )
    keys = [key for key, _ in pieces]
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    return Sheet(
        layer_id="ecological_redline",
        path="STBHHX.gpkg",
        geometry=shapes,
        crs="EPSG:4490",
        columns=_redline_columns(keys, shapes),
    )


def former_redline_sheet(county: County) -> Sheet:
    """Red line, 2018 edition: other ground, 30 % of the county."""
    mosaic = county.mosaic
    points = shapely.get_coordinates(shapely.point_on_surface(mosaic.faces))
    kind = county.nature.former[county.ground.grid.index(points)]
    kind = np.where(
        mosaic.labels["redline"] > 0, mosaic.labels["redline"] * (kind > 0), kind
    )
    pieces = []
    for number in (1, 2, 3):
        faces = mosaic.faces[(kind == number) & (mosaic.labels["field"] == 0)]
        pieces.append(
            ((number, 0), shapely.normalize(shapely.coverage_union_all(faces)))
        )
    shapes = [shape for _, shape in pieces]
    return Sheet(
        layer_id="ecological_redline",
        path="vintages/STBHHX_2018.gpkg",
        geometry=shapes,
        crs="EPSG:4490",
        edition="2018-07-01",
        columns=_redline_columns([key for key, _ in pieces], shapes),
    )


def boundary_sheet(county: County) -> Sheet:
    """Urban development boundary: GBK Shapefile with .cpg, EPSG:4546."""
    mosaic = county.mosaic
    chosen = (mosaic.labels["zone"] > 0) & (mosaic.water == 0)
    pieces = mosaic.dissolve(chosen, "zone")
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    zones = [SUB_ZONES[key[0] % 10 - 1] for key, _ in pieces]
    count = len(shapes)
    return Sheet(
        layer_id="urban_development_boundary",
        path="CZKFBJ.shp",
        geometry=shapes,
        encoding="GBK",
        code_page_file=True,
        columns={
            "BSM": serials("2007", count),
            "YSDM": ["2090020310"] * count,
            "XZQDM": [ADMIN_CODE] * count,
            "XZQMC": ["示范县"] * count,
            "GHFQDM": [code for code, _ in zones],
            "GHFQMC": [name for _, name in zones],
            "MJ": areas(shapes),
            "BZ": ["示范数据"] * count,
        },
    )


def unit_sheet(county: County, texts: Mapping[str, Mapping[str, str]]) -> Sheet:
    """Control units; header keys end in a newline, as tables from the web do.

    Parameters
    ----------
    texts : mapping of unit code to mapping of dimension to text
        Clauses of the access list, joined.
    """
    mosaic = county.mosaic
    pieces = mosaic.dissolve(np.ones(len(mosaic.faces), dtype=bool), "unit")
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    units = [UNITS[key[0] - 1] for key, _ in pieces]
    codes = [unit.code for unit in units]
    count = len(units)
    words = ("空间布局约束", "污染物排放管控", "环境风险防控", "资源开发利用效率")
    return Sheet(
        layer_id="control_unit",
        path="HJGKDY.gpkg",
        geometry=shapes,
        edition="2024-03-19",
        columns={
            "HJZHGKDYBM": codes,
            "HJZHGKDYMC": [unit.name for unit in units],
            "PROV": ["示范省"] * count,
            "CITY": ["示范市"] * count,
            "AREA": [round(value / 1e6, 4) for value in areas(shapes)],
            "ZHGKDYFL": [unit.unit_class for unit in units],
            **{
                f"{word}\n": [texts.get(code, {}).get(word, "") for code in codes]
                for word in words
            },
            "REMARK": [DEMO] * count,
        },
    )


def township_sheet(county: County, path: str = "XZQ.gpkg") -> Sheet:
    """Twenty-six townships, EPSG:4490."""
    mosaic = county.mosaic
    pieces = mosaic.dissolve(np.ones(len(mosaic.faces), dtype=bool), "township")
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    towns = [TOWNSHIPS[key[0] - 1] for key, _ in pieces]
    size = areas(shapes)
    return Sheet(
        layer_id="township",
        path=path,
        geometry=shapes,
        crs="EPSG:4490",
        edition="2023-12-31",
        columns={
            "XZQDM": [f"{ADMIN_CODE}{code}" for _, code in towns],
            "XZQMC": [name for name, _ in towns],
            "DCMJ": size,
            "JSMJ": size,
            "BZ": [DEMO] * len(shapes),
        },
    )


def county_sheet(county: County) -> Sheet:
    """Return the county outline, union of all townships."""
    shape = shapely.normalize(county.outline)
    return Sheet(
        layer_id="county",
        path="county.gpkg",
        geometry=[shape],
        edition="2023-12-31",
        columns={
            "XZQDM": [ADMIN_CODE],
            "XZQMC": ["示范县"],
            "DCMJ": areas([shape]),
            "BZ": [DEMO],
        },
    )
