"""A small invented county in EPSG:4546, drawn from sines: no file, no chance."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from shapely.geometry.base import BaseGeometry

X0, Y0 = 395_000.0, 3_440_000.0
"""About 109.90° E, 31.08° N."""

Row = tuple[BaseGeometry, dict[str, str | float]]


def blob(x: float, y: float, size: tuple[float, float], seed: int) -> Polygon:
    """Return a lumpy ellipse round (x, y), metres from the origin."""
    angles = np.linspace(0, 2 * math.pi, 140, endpoint=False)
    radius = 1 + sum(
        0.16 / k**0.7 * np.sin(k * angles + seed * 1.7 + k * k) for k in range(2, 9)
    )
    rx, ry = size
    xy = [X0 + x + rx * radius * np.cos(angles), Y0 + y + ry * radius * np.sin(angles)]
    return Polygon(np.column_stack(xy)).buffer(0)


def course(points: Sequence[tuple[float, float]], wave: float) -> LineString:
    """Return a winding line through `points`, metres from the origin."""
    knots = np.array(points, dtype=float)
    steps = np.r_[0, np.cumsum(np.hypot(*np.diff(knots, axis=0).T))]
    at = np.arange(0, steps[-1], 60.0)
    x, y = (np.interp(at, steps, knots[:, i]) for i in range(2))
    kernel = np.hanning(41) / np.hanning(41).sum()
    x, y = (
        np.convolve(np.pad(v, 20, mode="reflect", reflect_type="odd"), kernel, "valid")
        for v in (x, y)
    )
    x = x + wave * np.sin(at / 700) + wave / 3 * np.sin(at / 230)
    y = y + wave * np.cos(at / 610) + wave / 3 * np.sin(at / 190)
    return LineString(np.column_stack([X0 + x, Y0 + y]))


COUNTY = blob(0, 0, (13_500, 10_200), 3)
YANGTZE = course([(-17000, -4200), (-7000, -900), (1500, -1800), (17000, 1900)], 160)
STREAM = course([(-4200, 12500), (-1800, 6500), (300, 2500), (1200, -1700)], 120)
CREEK = course([(9000, -11000), (6200, -6000), (5600, -1400)], 90)
MAIN_WATER = YANGTZE.buffer(330).intersection(COUNTY)
STREAM_WATER = STREAM.buffer(55).intersection(COUNTY).difference(MAIN_WATER)
CREEK_LINE = CREEK.intersection(COUNTY).difference(MAIN_WATER)
WATER = shapely.union_all([MAIN_WATER, STREAM_WATER, CREEK.buffer(25)])
REDLINES = [
    shapely.intersection(blob(x, y, (rx, ry), seed), COUNTY).difference(WATER)
    for x, y, rx, ry, seed in (
        (-6800, 4600, 3100, 2300, 1),
        (7800, 5200, 3300, 1900, 5),
        (-500, -6600, 3600, 1500, 8),
    )
]
TOWN = blob(2900, 300, (2300, 1300), 4).difference(WATER).intersection(COUNTY)


def cells(region: BaseGeometry, step: float, seed: int) -> list[BaseGeometry]:
    """Return a partition of `region` into Voronoi cells of width about `step`."""
    west, south, east, north = region.bounds
    grid = np.array(
        [
            (
                x + 0.4 * step * math.sin(12.9 * i + 78.2 * j + seed),
                y + 0.4 * step * math.cos(39.3 * i + 11.1 * j + seed),
            )
            for i, x in enumerate(np.arange(west, east + step, step))
            for j, y in enumerate(np.arange(south, north + step, step))
        ]
    )
    parts = shapely.voronoi_polygons(MultiPoint(grid), extend_to=region)
    clipped = shapely.intersection(shapely.get_parts(parts), region)
    kept = [g for g in clipped if g.geom_type == "Polygon" and g.area > 1000]
    return sorted(kept, key=lambda g: (g.centroid.x, g.centroid.y))


def farmland() -> list[Row]:
    """Fields on both banks and along the stream, outside the town."""
    valley = shapely.union_all([YANGTZE.buffer(1900), STREAM.buffer(1300)])
    taken = shapely.union_all([WATER.buffer(90), TOWN.buffer(60), *REDLINES])
    region = valley.intersection(COUNTY.buffer(-300)).difference(taken)
    fields: list[Row] = []
    for part in shapely.get_parts(region):
        for i, cell in enumerate(cells(part, 330, 7)):
            shrunk = cell.buffer(-18).simplify(2)
            if math.sin(5.1 * i) > -0.25 and shrunk.area > 2000:
                number = len(fields) + 1
                fields.append(
                    (shrunk, {"name": f"PBF{number:04d}", "land_class": "0101"})
                )
    return fields


def townships() -> list[Row]:
    names = ["峡口镇", "清溪镇", "白盐乡", "双龙镇", "官渡镇", "平湖乡", "龙井街道"]
    seeds = [
        (-9e3, -4e3),
        (-7e3, 5e3),
        (-5e2, 6e3),
        (8e3, 6e3),
        (9e3, -4e3),
        (1e3, -7e3),
        (2e3, 0),
    ]
    points = MultiPoint([(X0 + x, Y0 + y) for x, y in seeds])
    parts = shapely.get_parts(
        shapely.voronoi_polygons(points, extend_to=COUNTY.buffer(9e3))
    )
    rows: list[Row] = []
    for i, (name, point) in enumerate(zip(names, points.geoms, strict=True)):
        cell = next(p for p in parts if p.contains(point))
        rows.append(
            (cell.intersection(COUNTY), {"code": f"5002371{i:02d}", "name": name})
        )
    return rows


def rivers() -> list[Row]:
    return [
        (
            MAIN_WATER,
            {
                "name": "长江",
                "rank": "main_stem",
                "basin_km2": 1_000_000.0,
                "outline": "water_polygon",
            },
        ),
        (
            STREAM_WATER,
            {
                "name": "清溪河",
                "rank": "tributary",
                "basin_km2": 1420.0,
                "outline": "water_polygon",
            },
        ),
        (
            CREEK_LINE,
            {
                "name": "官渡河",
                "rank": "tributary",
                "basin_km2": 310.0,
                "outline": "center_line",
            },
        ),
    ]


def redlines() -> list[Row]:
    names = ["三峡库区水土保持", "五里坡生物多样性维护", "梨子坪水源涵养"]
    return [
        (area, {"name": name, "kind": "生态功能极重要", "protected_zone": "none"})
        for area, name in zip(REDLINES, names, strict=True)
    ]


def urban() -> list[Row]:
    west, rest = (
        TOWN.intersection(shapely.box(X0 + a, Y0 - 9e3, X0 + b, Y0 + 9e3))
        for a, b in ((-9e3, 3400), (3400, 9e3))
    )
    hill = rest.intersection(shapely.box(X0, Y0 + 500, X0 + 9e3, Y0 + 9e3))
    return [
        (west, {"name": "城镇集中建设区", "sub_zone": "concentrated"}),
        (rest.difference(hill), {"name": "城镇弹性发展区", "sub_zone": "elastic"}),
        (hill, {"name": "特别用途区", "sub_zone": "special"}),
    ]


def units() -> list[Row]:
    priority = shapely.union_all(REDLINES).buffer(500).intersection(COUNTY)
    key = TOWN.buffer(900).difference(priority)
    rest = COUNTY.difference(priority).difference(key)
    return [
        (
            priority,
            {
                "code": "ZH50023710001",
                "name": "生态保护红线优先保护单元",
                "unit_class": "priority",
            },
        ),
        (
            key,
            {"code": "ZH50023720001", "name": "城区重点管控单元", "unit_class": "key"},
        ),
        (
            rest,
            {"code": "ZH50023730001", "name": "一般管控单元", "unit_class": "general"},
        ),
    ]


def layout() -> list[Row]:
    belt = YANGTZE.buffer(1500).intersection(COUNTY)
    north = blob(-1000, 8300, (6500, 1500), 2).intersection(COUNTY)
    along = STREAM.buffer(420).intersection(COUNTY)
    creek = CREEK.buffer(350).intersection(COUNTY)
    patch = blob(9300, 900, (1100, 800), 6).difference(WATER).intersection(COUNTY)
    return [
        (belt, {"name": "长江干流生态带", "kind": "belt"}),
        (north, {"name": "大巴山余脉生态屏", "kind": "screen"}),
        (
            along,
            {"name": "清溪河生态廊道", "kind": "corridor", "target_width_m": 800.0},
        ),
        (
            creek,
            {"name": "官渡河生态廊道", "kind": "corridor", "target_width_m": 600.0},
        ),
        (patch, {"name": "江东嘴生态块", "kind": "patch"}),
    ]


def water_sources() -> list[Row]:
    intake = STREAM.interpolate(7000)
    first, second = intake.buffer(260), intake.buffer(900)
    rings: list[tuple[BaseGeometry, str]] = [
        (first, "level_1"),
        (second.difference(first), "level_2"),
    ]
    return [(ring, {"name": "清溪河水厂", "level": level}) for ring, level in rings]


def reserves() -> list[Row]:
    core = blob(-7000, 4700, (1300, 900), 9)
    whole = blob(-7000, 4700, (2500, 1800), 9)
    named: dict[str, str | float] = {
        "name": "五里坡自然保护区",
        "kind": "nature_reserve",
        "level": "national",
    }
    return [
        (core, named | {"zone": "core"}),
        (whole.difference(core), named | {"zone": "general"}),
    ]


def shorelines() -> list[Row]:
    kinds = ["protection", "reserve", "controlled_use", "development"]
    strip = MAIN_WATER.buffer(150).difference(MAIN_WATER).intersection(COUNTY)
    west, _, east, _ = strip.bounds
    edges = np.linspace(west, east, 5)
    return [
        (
            strip.intersection(shapely.box(a, Y0 - 2e4, b, Y0 + 2e4)).buffer(0),
            {"name": f"长江岸线{i + 1}段", "zone": kinds[i]},
        )
        for i, (a, b) in enumerate(pairwise(edges))
    ]


def forests() -> list[Row]:
    areas = [
        blob(-9500, 1200, (1500, 900), 2),
        blob(4200, 7000, (2600, 1100), 3),
        blob(4800, -4300, (1900, 1200), 7),
    ]
    kinds = ["public_welfare", "commercial", "shelterbelt"]
    return [
        (a.intersection(COUNTY).difference(WATER), {"name": f"林班{i + 1}", "kind": k})
        for i, (a, k) in enumerate(zip(areas, kinds, strict=True))
    ]


def facilities() -> list[Row]:
    places = [
        (2100, 700, "县第一中学", "school"),
        (3000, 300, "县人民医院", "hospital"),
        (3600, 600, "滨江公园", "park"),
        (-6500, 900, "峡口镇卫生院", "hospital"),
    ]
    return [
        (Point(X0 + x, Y0 + y), {"name": name, "kind": kind})
        for x, y, name, kind in places
    ]


def roads() -> list[Row]:
    lines = [
        course([(-13000, -1500), (-6000, 1600), (1500, 1200), (12500, 4200)], 200),
        course([(1800, 900), (-600, 4500), (-3600, 9000)], 150),
    ]
    return [
        (line.intersection(COUNTY), {"name": name, "kind": "公路"})
        for line, name in zip(lines, ["G348", "S201"], strict=True)
    ]
