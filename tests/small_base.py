"""A small base made by hand on disk: a 20 x 20 km county with a few features.

Everything is placed on round coordinates of EPSG:4546, so that a reader can
check the answers with a pencil. The river runs east-west along y = 3 445 000.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

WEST, SOUTH = 390_000.0, 3_430_000.0
EAST, NORTH = WEST + 20_000.0, SOUTH + 20_000.0

SCOPE = (
    "three_lines",
    "control_units",
    "yangtze",
    "water",
    "protected_areas",
    "shoreline",
    "corridors",
    "heritage",
)
CHEMICALS = "chemical_project|C25、C26|new、expand"
_TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)

LAYERS: dict[str, list[tuple[BaseGeometry, dict[str, Any]]]] = {
    "county": [(shapely.box(WEST, SOUTH, EAST, NORTH), {"name": "小县"})],
    "permanent_basic_farmland": [
        (
            shapely.box(400_000, 3_435_000, 400_200, 3_435_200),
            {"BSM": "F1", "DLBM": "0103"},
        ),
        (
            shapely.box(400_200, 3_435_000, 400_400, 3_435_200),
            {"BSM": "F2", "DLBM": "0101"},
        ),
    ],
    "basic_farmland_reserve": [
        (shapely.box(408_000, 3_431_000, 408_100, 3_431_100), {"BSM": "B1"})
    ],
    "ecological_redline": [
        (
            shapely.box(395_000, 3_435_000, 397_000, 3_437_000).difference(
                shapely.box(395_800, 3_435_800, 396_200, 3_436_200)
            ),
            {"BSM": "R1", "HXMC": "红线甲", "ZRBHDFQ": ""},
        ),
        (
            shapely.box(397_000, 3_435_000, 398_000, 3_437_000),
            {"BSM": "R2", "HXMC": "红线乙", "ZRBHDFQ": "核心保护区"},
        ),
    ],
    "urban_development_boundary": [
        (
            shapely.box(402_000, 3_432_000, 404_000, 3_434_000),
            {"BSM": "U1", "GHFQMC": "城镇集中建设区"},
        )
    ],
    "control_unit": [
        (
            shapely.box(WEST, SOUTH, 400_000, NORTH),
            {
                "HJZHGKDYBM": "ZH50023710001",
                "HJZHGKDYMC": "优先一",
                "ZHGKDYFL": "优先保护单元",
            },
        ),
        (
            shapely.box(400_000, SOUTH, EAST, NORTH),
            {
                "HJZHGKDYBM": "ZH50023730001",
                "HJZHGKDYMC": "一般一",
                "ZHGKDYFL": "一般管控单元",
            },
        ),
    ],
    "protected_area": [
        (
            shapely.box(397_000, 3_435_000, 398_000, 3_437_000),
            {
                "BSM": "P1",
                "ZRBHDMC": "甲自然保护区",
                "ZRBHDLX": "自然保护区",
                "ZRBHDJB": "国家级",
                "ZRBHDFQ": "核心保护区",
            },
        )
    ],
    "water_source_zone": [
        (
            shapely.box(405_000, 3_437_000, 405_500, 3_437_500),
            {"BSM": "W1", "SYDMC": "甲水源地", "BHQJB": "一级"},
        )
    ],
    "river": [
        (
            shapely.box(WEST, 3_444_900, EAST, 3_445_100),
            {
                "BSM": "H1",
                "HLMC": "大江",
                "HLDJ": "干流",
                "LYMJ": "1000000",
                "BJLX": "水面",
            },
        ),
        (
            shapely.box(WEST, 3_444_800, EAST, 3_445_200),
            {
                "BSM": "H3",
                "HLMC": "大江",
                "HLDJ": "干流",
                "LYMJ": "1000000",
                "BJLX": "管理范围",
            },
        ),
        (
            shapely.box(408_900, SOUTH, 409_000, 3_444_900),
            {
                "BSM": "H2",
                "HLMC": "小河",
                "HLDJ": "支流",
                "LYMJ": "4200",
                "BJLX": "水面",
            },
        ),
    ],
    "shoreline_zone": [
        (
            shapely.box(WEST, 3_445_100, 395_000, 3_445_300),
            {"BSM": "S1", "AXMC": "岸段一", "AXGNQLX": "岸线保护区"},
        )
    ],
    "land_parcel": [
        (
            shapely.box(400_000, 3_435_000, 400_400, 3_435_200),
            {"BSM": "L1", "DLBM": "0103"},
        )
    ],
    "forest_land": [
        (
            shapely.box(392_000, 3_431_000, 393_000, 3_432_000),
            {"BSM": "T1", "LDLX": "公益林"},
        )
    ],
    "heritage_site": [
        (
            shapely.box(406_000, 3_433_000, 406_100, 3_433_100),
            {"BSM": "A1", "WWMC": "古桥", "WWFQ": "保护范围"},
        )
    ],
    "hazard_zone": [
        (
            shapely.box(393_000, 3_439_000, 393_300, 3_439_300),
            {"BSM": "Z1", "MC": "滑坡一", "ZHLX": "滑坡"},
        )
    ],
    "settlement": [
        (shapely.box(404_500, 3_432_000, 404_700, 3_432_200), {"BSM": "J1"})
    ],
    "facility": [
        (shapely.Point(404_600, 3_432_400), {"BSM": "K1", "LX": "学校"}),
    ],
    "industrial_park": [
        (shapely.box(403_000, 3_432_000, 404_000, 3_433_000), {"BSM": "Y1"})
    ],
    "road": [
        (shapely.LineString([(WEST, 3_433_000), (EAST, 3_433_000)]), {"BSM": "D1"})
    ],
    "corridor_layout": [
        (
            shapely.box(407_000, 3_438_000, 407_200, 3_444_000),
            {"BSM": "G1", "MC": "甲廊道", "GJLX": "廊", "MBKD": "150"},
        ),
        (
            shapely.box(392_000, 3_447_000, 399_000, 3_449_000),
            {"BSM": "G2", "MC": "北屏", "GJLX": "屏"},
        ),
    ],
    "township": [
        (
            shapely.box(WEST, SOUTH, EAST, NORTH),
            {"XZQDM": "500237100", "XZQMC": "甲镇"},
        )
    ],
}


def _in_degrees(shape: BaseGeometry) -> BaseGeometry:
    def carry(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(_TO_DEGREES.transform(xy[:, 0], xy[:, 1]))

    placed: BaseGeometry = shapely.transform(shape, carry)
    return placed


def write_geojson(
    path: Path,
    rows: Sequence[tuple[BaseGeometry, dict[str, Any]]],
    *,
    epsg: int = 4546,
) -> None:
    """Write features given in EPSG:4546 as GeoJSON of a stated CRS."""
    features = []
    for shape, properties in rows:
        placed = _in_degrees(shape) if epsg == 4490 else shape
        features.append(
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(shapely.to_geojson(placed)),
            }
        )
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{epsg}"}}
    document = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def write_clauses(path: Path) -> None:
    """Write an access list of three clauses."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(
        [
            "条款编号",
            "清单层级",
            "单元编码",
            "管控维度",
            "管控要求\n",
            "适用活动",
            "适用行业代码",
            "适用建设性质",
            "管控类型",
            "来源",
        ]
    )
    unit = "ZH50023710001"
    for cells in (
        f"C-1|区县总体||空间布局约束|禁止新建化工项目|{CHEMICALS}|禁止|示例清单",
        f"U-1|单元|{unit}|空间布局约束|限制旅游开发|tourism_facility|||限制|示例清单",
        f"U-2|单元|{unit}|环境风险防控|加强风险防范||||人工判断|示例清单",
        "U-3|单元|ZH50023730001|空间布局约束|限制养殖|livestock_scale|||限制|示例清单",
    ):
        sheet.append(cells.split("|"))
    book.save(path)


def write_base(folder: Path, **changes: Any) -> Path:
    """Write the small base; `changes` replace top-level keys of zoning.yaml.

    Returns
    -------
    Path
        The folder.
    """
    folder.mkdir(parents=True, exist_ok=True)
    packs = ", ".join(changes.pop("packs", ("national", "yangtze", "chongqing")))
    scope = ", ".join(SCOPE)
    lines = [
        "name: 小县",
        f"demo: {changes.pop('demo', 'true')}",
        'admin_code: "500237"',
        "crs: EPSG:4546",
        "county: {path: county.geojson}",
        f"packs: [{packs}]",
        f"scope: [{scope}]",
        "layers:",
    ]
    for layer_id, rows in LAYERS.items():
        write_geojson(folder / f"{layer_id}.geojson", rows)
        if layer_id != "county":
            lines.append(
                f"  {layer_id}: {{path: {layer_id}.geojson, coverage: county}}"
            )
    write_clauses(folder / "access_list.xlsx")
    lines.append("  access_list: {path: access_list.xlsx, coverage: county}")
    (folder / "zoning.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def write_txt(path: Path, plot: BaseGeometry, *, encoding: str = "gb18030") -> None:
    """Write a plot given in EPSG:4546 as a boundary-point file of zone 37."""
    ring = shapely.get_coordinates(plot)
    lines = [
        "[属性描述]",
        "坐标系=2000国家大地坐标系",
        "几度分带=3",
        "投影类型=高斯克吕格",
        "计量单位=米",
        "带号=37",
        "[地块坐标]",
        f"{len(ring)},{plot.area / 10_000:.4f},DK01,地块一,面,,,,@",
    ]
    last = len(ring) - 1
    lines += [
        f"J{k % last + 1},1,{y:.3f},{37_000_000 + x:.3f}"
        for k, (x, y) in enumerate(ring)
    ]
    path.write_text("\r\n".join(lines) + "\r\n", encoding=encoding)
