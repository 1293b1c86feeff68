"""A county of 4 x 4 km whose lines cross as an office's would; round figures.

Two townships west and east of x = 402 000, two units south and north of
y = 3 442 000. Plane figures can be checked with a pencil:

- `F1` 400 x 200 m lies free; `F2` 200 x 200 m reaches 100 m into the core zone
  of the red line; `F3` 100 x 100 m is an island within the town; `F4` lies wholly
  in the core zone.
- The town is 1000 x 1000 m, in two sub-zones; it overlaps the red line's general
  zone by a strip of 50 m.
"""

from pathlib import Path
from typing import Any

import shapely
import small_base
from shapely.geometry.base import BaseGeometry

WEST, SOUTH = 400_000.0, 3_440_000.0
SIDE = 4000.0

Rows = list[tuple[BaseGeometry, dict[str, Any]]]


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(WEST + west, SOUTH + south, WEST + east, SOUTH + north)


COUNTY: Rows = [(box(0, 0, SIDE, SIDE), {"XZQDM": "500237", "XZQMC": "试县"})]
TOWNSHIPS: Rows = [
    (box(0, 0, 2000, SIDE), {"XZQDM": "500237101", "XZQMC": "西镇"}),
    (box(2000, 0, SIDE, SIDE), {"XZQDM": "500237102", "XZQMC": "东镇"}),
]
UNITS: Rows = [
    (
        box(0, 0, SIDE, 2000),
        {"HJZHGKDYBM": "ZH50023730001", "HJZHGKDYMC": "南", "ZHGKDYFL": "一般管控单元"},
    ),
    (
        box(0, 2000, SIDE, SIDE),
        {"HJZHGKDYBM": "ZH50023710001", "HJZHGKDYMC": "北", "ZHGKDYFL": "优先保护单元"},
    ),
]
FARMLAND: Rows = [
    (box(200, 200, 600, 400), {"BSM": "F1", "DLBM": "0101", "YJJBNTTBMJ": 80000.0}),
    (box(1900, 2500, 2100, 2700), {"BSM": "F2", "DLBM": "0103", "YJJBNTTBMJ": 40000.0}),
    (box(2500, 500, 2600, 600), {"BSM": "F3", "DLBM": "0103", "YJJBNTTBMJ": 10000.0}),
    (box(3000, 2800, 3100, 2900), {"BSM": "F4", "DLBM": "0103", "YJJBNTTBMJ": 10000.0}),
]
RED_LINE: Rows = [
    (
        shapely.difference(box(2000, 2200, 3300, 3300), box(2600, 2600, 2700, 2700)),
        {"BSM": "R1", "HXMC": "核心", "ZRBHDFQ": "核心保护区"},
    ),
    (
        box(3150, 200, 3400, 1200),
        {"BSM": "R2", "HXMC": "一般", "ZRBHDFQ": "一般控制区"},
    ),
]
TOWN: Rows = [
    (box(2200, 200, 2900, 1200), {"BSM": "U1", "GHFQMC": "城镇集中建设区"}),
    (box(2900, 200, 3200, 1200), {"BSM": "U2", "GHFQMC": "城镇弹性发展区"}),
]
LAYERS: dict[str, tuple[Rows, int]] = {
    "county": (COUNTY, 4546),
    "township": (TOWNSHIPS, 4546),
    "control_unit": (UNITS, 4546),
    "permanent_basic_farmland": (FARMLAND, 4546),
    "ecological_redline": (RED_LINE, 4490),
    "urban_development_boundary": (TOWN, 4546),
}


def write_county(
    folder: Path, *, without: tuple[str, ...] = (), **changes: tuple[Rows, int]
) -> Path:
    """Write the base; `changes` replace layers, ``without`` leaves some out."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "name: 试县",
        "demo: true",
        'admin_code: "500237"',
        "crs: EPSG:4546",
        "county: {path: county.geojson}",
        "packs: [national]",
        "scope: [three_lines]",
        "layers:",
    ]
    for key, (rows, epsg) in {**LAYERS, **changes}.items():
        if key in without:
            continue
        small_base.write_geojson(folder / f"{key}.geojson", rows, epsg=epsg)
        if key != "county":
            lines.append(f"  {key}: {{path: {key}.geojson, coverage: county}}")
    (folder / "zoning.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
