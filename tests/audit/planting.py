"""A county made from a seed, with faults planted on purpose and written down.

Shares no code with the audit: outlines are drawn here, areas are those of
geodesic polygons (pyproj), and files are plain GeoJSON. Cells of a lattice keep
features apart, so that no fault makes another.
"""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import yaml
from pyproj import Geod, Transformer
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

WEST, SOUTH, SIZE = 390_000.0, 3_430_000.0, 20_000.0
ADMIN = "500237"
_GEOD = Geod(a=6_378_137.0, rf=298.257222101)
_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)
Properties = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """One fault: the rule that must find it, where, and how much of it."""

    rule: str
    layer: str
    features: frozenset[str]
    area_m2: float | None = None
    length_m: float | None = None


@dataclass
class County:
    """Layers by id, each a list of geometry and properties; and the faults."""

    layers: dict[str, list[tuple[BaseGeometry, Properties]]]
    faults: list[Planted] = field(default_factory=list)
    editions: dict[str, str] = field(default_factory=dict)
    left_out: set[str] = field(default_factory=set)


def geodesic_area(shape: BaseGeometry) -> float:
    """Return the area of a shape of the plane EPSG:4546, by geodesic edges."""
    total = 0.0
    for part in shapely.get_parts(shape):
        for ring, sign in [(part.exterior, 1), *((r, -1) for r in part.interiors)]:
            xy = shapely.get_coordinates(shapely.segmentize(ring, 200.0))
            lon, lat = _DEGREES.transform(xy[:, 0], xy[:, 1])
            total += sign * abs(_GEOD.polygon_area_perimeter(lon, lat)[0])
    return total


class _Sower:
    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        cells = [
            (WEST + 800 * i, SOUTH + 800 * j)
            for i in range(1, 24)
            for j in range(1, 13)
        ]
        self.random.shuffle(cells)
        self.cells: Iterator[tuple[float, float]] = iter(cells)
        self.number = 0
        self.county = County(layers={})

    def between(self, low: float, high: float) -> float:
        return float(self.random.uniform(low, high))

    def star(
        self, at: tuple[float, float] | None = None, radius: float = 120.0
    ) -> Polygon:
        """Return a star-shaped polygon in a cell of its own."""
        x, y = at or self.middle()
        count = int(self.random.integers(9, 25))
        turn = (np.arange(count) + self.random.uniform(0.1, 0.9, count)) * (
            2 * math.pi / count
        )
        reach = radius * self.random.uniform(0.7, 1.0, count)
        xy = np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)])
        return Polygon(np.round(xy, 3))

    def middle(self) -> tuple[float, float]:
        x, y = next(self.cells)
        return round(x + 400, 3), round(y + 400, 3)

    def bsm(self) -> str:
        self.number += 1
        return f"{ADMIN}2005{self.number:08d}"

    def put(self, layer: str, shape: BaseGeometry, **more: Any) -> str:
        """Add a feature with what its layer must say; return its id."""
        name = more.pop("BSM", None) or self.bsm()
        area = round(geodesic_area(shape), 2)
        own: dict[str, Properties] = {
            "permanent_basic_farmland": {
                "XZQDM": f"{ADMIN}001",
                "DLBM": "0103",
                "YJJBNTTBMJ": area,
            },
            "ecological_redline": {
                "XZQDM": ADMIN,
                "HXMC": "红线",
                "ZRBHDFQ": "",
                "MJ": area,
            },
            "urban_development_boundary": {
                "XZQDM": ADMIN,
                "GHFQMC": "城镇集中建设区",
                "MJ": area,
            },
            "protected_area": {
                "ZRBHDMC": f"保护地{name}",
                "ZRBHDLX": "自然保护区",
                "ZRBHDJB": "县级",
                "ZRBHDFQ": "一般控制区",
            },
            "corridor_layout": {"MC": "廊道", "GJLX": "廊", "MBKD": 100.0},
        }
        row = {"BSM": name, **own[layer], **more}
        self.county.layers.setdefault(layer, []).append((shape, row))
        return str(name)

    def fault(
        self, rule: str, layer: str, *features: str, **amount: float | None
    ) -> None:
        self.county.faults.append(Planted(rule, layer, frozenset(features), **amount))

    def lattice(
        self, box: tuple[float, float, float], count: int
    ) -> list[list[list[tuple[float, float]]]]:
        """Return rings of a jittered lattice; vertices are on even millimetres."""
        west, south, size = box
        step = size / count
        at = np.zeros((count + 1, count + 1, 2))
        for i in range(count + 1):
            for j in range(count + 1):
                dx = self.between(-0.2, 0.2) * step if 0 < i < count else 0.0
                dy = self.between(-0.2, 0.2) * step if 0 < j < count else 0.0
                at[i, j] = (west + i * step + dx, south + j * step + dy)
        at = np.round(at * 500) / 500

        def corner(i: int, j: int) -> tuple[float, float]:
            return float(at[i, j, 0]), float(at[i, j, 1])

        return [
            [
                [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)]
                for j in range(count)
            ]
            for i in range(count)
        ]


def sow(seed: int, *, share: float = 0.6) -> County:
    """Return a county with a random part of all kinds of fault."""
    sower = _Sower(seed)
    for layer, count in (
        ("permanent_basic_farmland", 20),
        ("ecological_redline", 6),
        ("urban_development_boundary", 4),
        ("protected_area", 3),
        ("corridor_layout", 3),
    ):
        for _ in range(count):
            sower.put(layer, sower.star())
    _tilings(sower, share)
    for plant in PLANTS:
        if sower.random.random() < share:
            plant(sower)
    return sower.county


# ------------------------------------------------------------------ single faults
def _meeting(sower: _Sower, left: str, right: str, rule: str, **more: str) -> None:
    at = sower.middle()
    one = sower.star(at)
    turn = sower.between(0, 2 * math.pi)
    far = sower.between(60, 170)
    other = sower.star(
        (round(at[0] + far * math.cos(turn), 3), round(at[1] + far * math.sin(turn), 3))
    )
    a, b = sower.put(left, one), sower.put(right, other, **more)
    area = geodesic_area(one & other)
    sower.fault(rule, left, a, b, area_m2=area)
    if more.get("ZRBHDFQ") == "核心保护区":
        sower.fault("TLQ-003", left, a, b, area_m2=area)


def farmland_in_red_line(sower: _Sower) -> None:
    _meeting(sower, "permanent_basic_farmland", "ecological_redline", "TLQ-001")


def farmland_in_core(sower: _Sower) -> None:
    _meeting(
        sower,
        "permanent_basic_farmland",
        "ecological_redline",
        "TLQ-001",
        ZRBHDFQ="核心保护区",
    )


def farmland_in_town(sower: _Sower) -> None:
    _meeting(sower, "permanent_basic_farmland", "urban_development_boundary", "TLQ-201")


def town_in_red_line(sower: _Sower) -> None:
    _meeting(sower, "urban_development_boundary", "ecological_redline", "TLQ-101")


def reserves_cross(sower: _Sower) -> None:
    _meeting(sower, "protected_area", "protected_area", "TLQ-004")


def farmland_twice(sower: _Sower) -> None:
    _meeting(sower, "permanent_basic_farmland", "permanent_basic_farmland", "TOP-001")


def red_line_copied(sower: _Sower) -> None:
    shape = sower.star()
    pair = [sower.put("ecological_redline", shape) for _ in range(2)]
    sower.fault("TOP-002", "ecological_redline", *pair, area_m2=geodesic_area(shape))


def hairline(sower: _Sower) -> None:
    """Two features that overlap by a strip of centimetres."""
    x, y = sower.middle()
    wide = round(sower.between(0.02, 0.4), 3)
    one = shapely.box(x - 100, y - 80, x, y + 80)
    other = shapely.box(x - wide, y - 80, x + 100, y + 80)
    a = sower.put("permanent_basic_farmland", one)
    b = sower.put("urban_development_boundary", other)
    area = geodesic_area(one & other)
    sower.fault("TLQ-201", "permanent_basic_farmland", a, b, area_m2=area)


def spike(sower: _Sower) -> None:
    ring = list(sower.star().exterior.coords)[:-1]
    x, y = ring[0]
    length = sower.between(5, 60)
    tip = (round(x + length, 3), round(y + 0.01, 3))  # the star's first ray points east
    shape = Polygon([(x, y), tip, (x, round(y + 0.04, 3)), *ring[1:]])
    name = sower.put("ecological_redline", shape)
    sower.fault("TOP-008", "ecological_redline", name, length_m=math.dist((x, y), tip))


def vanishing_hole(sower: _Sower) -> None:
    shape = sower.star()
    x, y = shape.centroid.coords[0]
    side = round(sower.between(0.2, 0.9), 3)
    hole = shapely.box(round(x, 3), round(y, 3), round(x, 3) + side, round(y, 3) + side)
    name = sower.put("urban_development_boundary", shape - hole)
    sower.fault(
        "TOP-007",
        "urban_development_boundary",
        name,
        area_m2=geodesic_area(hole),
    )


def sliver(sower: _Sower) -> None:
    shape = sower.star()
    x, y = round(shape.bounds[2] + 30, 3), round(shape.centroid.y, 3)
    strip = shapely.box(x, y, x + round(sower.between(0.1, 0.9), 3), y + 40)
    name = sower.put("permanent_basic_farmland", MultiPolygon([shape, strip]))
    area = geodesic_area(strip)
    sower.fault("TOP-005", "permanent_basic_farmland", name, area_m2=area)


def small_part(sower: _Sower) -> None:
    shape = sower.star()
    x, y = round(shape.bounds[2] + 30, 3), round(shape.centroid.y, 3)
    side = round(sower.between(3, 19), 3)
    bit = shapely.box(x, y, x + side, y + side)
    name = sower.put("permanent_basic_farmland", MultiPolygon([shape, bit]))
    area = geodesic_area(bit)
    sower.fault("TOP-006", "permanent_basic_farmland", name, area_m2=area)


def beyond(sower: _Sower) -> None:
    y = SOUTH + round(sower.between(12_000, 19_000), 3)
    shape = sower.star((WEST + round(sower.between(-40, 40), 3), y))
    name = sower.put("ecological_redline", shape)
    county = shapely.box(WEST, SOUTH, WEST + SIZE, SOUTH + SIZE)
    area = geodesic_area(shape - county)
    sower.fault("TOP-004", "ecological_redline", name, area_m2=area)


def wrong_area(sower: _Sower) -> None:
    shape = sower.star()
    right = geodesic_area(shape)
    stated = round(right * sower.between(1.02, 1.4), 2)
    name = sower.put("permanent_basic_farmland", shape, YJJBNTTBMJ=stated)
    area = stated - right
    sower.fault("FLD-005", "permanent_basic_farmland", name, area_m2=area)


def repeated_id(sower: _Sower) -> None:
    name = sower.put("ecological_redline", sower.star())
    sower.put("ecological_redline", sower.star(), BSM=name)
    sower.fault("FLD-008", "ecological_redline", name, f"{name}~2")


def short_code(sower: _Sower) -> None:
    name = sower.put("urban_development_boundary", sower.star(), BSM="50023799")
    sower.fault("FLD-004", "urban_development_boundary", name)


def foreign_code(sower: _Sower) -> None:
    name = sower.put("ecological_redline", sower.star(), XZQDM="500236")
    sower.fault("FLD-003", "ecological_redline", name)


def unknown_class(sower: _Sower) -> None:
    name = sower.put("ecological_redline", sower.star(), ZRBHDFQ="缓冲带")
    sower.fault("FLD-010", "ecological_redline", name)
    sower.fault("READ-001", "ecological_redline")  # the list as a whole


def no_area(sower: _Sower) -> None:
    name = sower.put("urban_development_boundary", sower.star(), MJ=None)
    sower.fault("FLD-011", "urban_development_boundary", name)


def land_class_cut(sower: _Sower) -> None:
    name = sower.put("permanent_basic_farmland", sower.star(), DLBM="103")
    sower.fault("FLD-009", "permanent_basic_farmland", name)
    sower.fault("READ-001", "permanent_basic_farmland")


def nameless(sower: _Sower) -> None:
    name = sower.put("ecological_redline", sower.star(), HXMC="")
    sower.fault("FLD-007", "ecological_redline", name)


def broken_corridor(sower: _Sower) -> None:
    x, y = sower.middle()
    apart = round(sower.between(5, 120), 3)
    parts = [
        shapely.box(x - 300, y - 50, x, y + 50),
        shapely.box(x + apart, y - 50, x + 300, y + 50),
    ]
    name = sower.put("corridor_layout", MultiPolygon(parts))
    sower.fault("COR-001", "corridor_layout", name, length_m=apart)


def other_edition(sower: _Sower) -> None:
    sower.county.editions["ecological_redline"] = "2018-12-31"
    sower.fault("EDN-001", "permanent_basic_farmland")


def layer_lost(sower: _Sower) -> None:
    sower.county.left_out.add("forest_land")
    sower.fault("READ-001", "forest_land")


PLANTS = (
    *(farmland_in_red_line, farmland_in_core, farmland_in_town, town_in_red_line),
    *(reserves_cross, farmland_twice, red_line_copied, hairline, spike),
    *(vanishing_hole, sliver, small_part, beyond, wrong_area, repeated_id),
    *(short_code, foreign_code, nameless, unknown_class, no_area, land_class_cut),
    *(broken_corridor, other_edition, layer_lost),
)


# ------------------------------------------------------------------------ tilings
def _tilings(sower: _Sower, share: float) -> None:
    """Townships, units and parcels, each with faults of its own."""
    whole = (WEST, SOUTH, SIZE)
    county = shapely.box(WEST, SOUTH, WEST + SIZE, SOUTH + SIZE)
    sower.county.layers["county"] = [(county, {"XZQDM": ADMIN, "name": "小县"})]

    def lucky() -> bool:
        return bool(sower.random.random() < share)

    towns = sower.lattice(whole, 3)
    codes = [[f"{ADMIN}{3 * i + j + 1:03d}" for j in range(3)] for i in range(3)]
    if lucky():
        _wedge_cut(sower, towns, codes, "township", "TOP-003", sum_rule="SUM-001")
    if lucky():
        codes[2][2] = "500236009"
        sower.fault("FLD-001", "township", codes[2][2])
    sower.county.layers["township"] = [
        (Polygon(towns[i][j]), {"XZQDM": codes[i][j], "XZQMC": "镇"})
        for i in range(3)
        for j in range(3)
    ]
    _units(sower, lucky)
    _parcels(sower, lucky)


def _units(sower: _Sower, lucky: Any) -> None:
    units = sower.lattice((WEST, SOUTH, SIZE), 3)
    classes = [
        ["优先保护单元", "重点管控单元", "一般管控单元"][i % 3] for i in range(3)
    ]
    codes = [[f"ZH{ADMIN}{i + 1}{j + 1:04d}" for j in range(3)] for i in range(3)]
    stated = [[classes[i]] * 3 for i in range(3)]
    if lucky():
        codes[0][1] = "ZH50023610002"
        sower.fault("UNIT-003", "control_unit", codes[0][1])
    if lucky():
        stated[1][2] = classes[0]
        sower.fault("UNIT-103", "control_unit", codes[1][2])
    sower.county.layers["control_unit"] = [
        (
            Polygon(units[i][j]),
            {
                "HJZHGKDYBM": codes[i][j],
                "HJZHGKDYMC": "单元",
                "ZHGKDYFL": stated[i][j],
            },
        )
        for i in range(3)
        for j in range(3)
    ]


def _parcels(sower: _Sower, lucky: Any) -> None:
    """A block of 12 x 12 parcels north of all the cells."""
    count = 12
    west, south, size = WEST + 9000, SOUTH + 13_000, 1500.0
    rings = sower.lattice((west, south, size), count)
    names = [[sower.bsm() for _ in range(count)] for _ in range(count)]
    layer = "land_parcel"
    if lucky():
        _wedge_cut(sower, rings, names, layer, "TOP-103", sum_rule="SUM-101")
    elif lucky():  # not both: their sums would be one difference
        _bulge(sower, rings, names)
    if lucky():
        _loose_vertex(sower, rings, names)
    rows: list[tuple[BaseGeometry, Properties]] = []
    for i in range(count):
        for j in range(count):
            shape = Polygon(rings[i][j])
            area = round(geodesic_area(shape), 2)
            rows.append(
                (
                    shape,
                    {
                        "BSM": names[i][j],
                        "DLBM": "0103",
                        "ZLDWDM": f"{ADMIN}001",
                        "TBMJ": area,
                        "KCMJ": round(area / 10, 2),
                        "TBDLMJ": round(area - round(area / 10, 2), 2),
                        "SJNF": "2023",
                    },
                )
            )
    if lucky():
        row = rows[int(sower.random.integers(len(rows)))][1]
        row["TBDLMJ"] = round(row["TBDLMJ"] + 5, 2)
        sower.fault("FLD-006", layer, row["BSM"], area_m2=5.0)
    sower.county.layers[layer] = rows
    cover = shapely.box(west, south, west + size, south + size)
    sower.county.layers["land_parcel_coverage"] = [(cover, {})]


def _wedge_cut(
    sower: _Sower, rings: Any, names: Any, layer: str, rule: str, *, sum_rule: str
) -> None:
    """Cut a triangle out of a cell, on the whole edge with its eastern neighbour."""
    i, j = 0, int(sower.random.integers(len(rings)))
    a, b = rings[i][j][1], rings[i][j][2]
    apex = _beside(a, b, -sower.between(2, 15))
    rings[i][j][2:2] = [apex]
    area = geodesic_area(Polygon([a, b, apex]))
    sower.fault(rule, layer, names[i][j], names[i + 1][j], area_m2=area)
    sower.fault(sum_rule, layer, area_m2=area)


def _bulge(sower: _Sower, rings: Any, names: Any) -> None:
    """Let a cell bulge over the edge with its eastern neighbour."""
    i, j = 4, int(sower.random.integers(len(rings)))
    a, b = rings[i][j][1], rings[i][j][2]
    apex = _beside(a, b, sower.between(2, 15))
    rings[i][j][2:2] = [apex]
    area = geodesic_area(Polygon([a, apex, b]))
    sower.fault("TOP-001", "land_parcel", names[i][j], names[i + 1][j], area_m2=area)
    sower.fault("SUM-101", "land_parcel", area_m2=area)


def _loose_vertex(sower: _Sower, rings: Any, names: Any) -> None:
    """Give an edge a vertex in its middle that the neighbour does not have."""
    i, j = 8, int(sower.random.integers(len(rings)))
    a, b = rings[i][j][1], rings[i][j][2]
    rings[i][j][2:2] = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)]
    length = math.dist(a, b)
    for name in (names[i][j], names[i + 1][j]):
        sower.fault("TOP-109", "land_parcel", name, length_m=length)


def _beside(
    a: tuple[float, float], b: tuple[float, float], away: float
) -> tuple[float, float]:
    """Return a point beside the middle of an edge; positive is to its east."""
    length = math.dist(a, b)
    x = (a[0] + b[0]) / 2 + away * (b[1] - a[1]) / length
    y = (a[1] + b[1]) / 2 - away * (b[0] - a[0]) / length
    return round(x, 3), round(y, 3)


# -------------------------------------------------------------------------- files
KNOWN = (
    *("permanent_basic_farmland", "basic_farmland_reserve", "ecological_redline"),
    *("urban_development_boundary", "control_unit", "access_list", "protected_area"),
    *("water_source_zone", "river", "shoreline_zone", "land_parcel", "forest_land"),
    *("heritage_site", "hazard_zone", "settlement", "facility", "industrial_park"),
    *("road", "corridor_layout", "township", "dem", "land_cover"),
)


def write(county: County, folder: Path) -> Path:
    """Write the base: GeoJSON in EPSG:4546 and zoning.yaml."""
    folder.mkdir(parents=True, exist_ok=True)
    layers: dict[str, Any] = {}
    for name, rows in county.layers.items():
        features = [
            {
                "type": "Feature",
                "properties": row,
                "geometry": shapely.geometry.mapping(shape),
            }
            for shape, row in rows
        ]
        crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
        text = json.dumps(
            {"type": "FeatureCollection", "crs": crs, "features": features},
            ensure_ascii=False,
        )
        (folder / f"{name}.geojson").write_text(text, encoding="utf-8")
    for name in KNOWN:
        if name in county.layers:
            layers[name] = {
                "path": f"{name}.geojson",
                "edition": county.editions.get(name, "2022-10-31"),
                "coverage": "land_parcel_coverage.geojson"
                if name == "land_parcel"
                else "county",
            }
        elif name not in county.left_out:
            layers[name] = {
                "absent": True,
                "statement": "本县无",
                "source": "说明",
                "date": "2024-12-31",
            }
    document = {
        "name": "种植县",
        "demo": True,
        "admin_code": ADMIN,
        "crs": "EPSG:4546",
        "county": {"path": "county.geojson"},
        "packs": ["national"],
        "scope": ["three_lines"],
        "layers": layers,
    }
    text = yaml.safe_dump(document, allow_unicode=True, sort_keys=False)
    (folder / "zoning.yaml").write_text(text, encoding="utf-8")
    return folder
