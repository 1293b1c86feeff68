"""Sheets along the water: rivers, shoreline zones, drinking-water sources."""

from itertools import pairwise

import numpy as np
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from zoning.samples.county import County
from zoning.samples.land import FARMLAND, FOREST
from zoning.samples.rivers import River
from zoning.samples.shapes import disc
from zoning.samples.sheet import DEMO, Sheet, areas, millimetres, serials

__all__ = ["river_sheets", "shoreline_sheet", "source_sheet"]

_ZONES = ("岸线保护区", "岸线保留区", "岸线控制利用区", "岸线开发利用区")


def river_sheets(county: County) -> list[Sheet]:
    """Center lines, water polygons and management limits in one GeoPackage."""
    rivers = county.rivers
    outline = county.outline
    lines = [_downstream(river.line, outline) for river in rivers]
    water = [millimetres(_polygons(river.water & outline)) for river in rivers]
    limits = [r for r in rivers if r.limit is not None]
    edges = [millimetres(_polygons(r.limit & outline)) for r in limits if r.limit]
    return [
        _river_sheet("river_line", "中心线", list(rivers), shapes=lines),
        _river_sheet("river_water", "水面", list(rivers), shapes=water),
        _river_sheet("river_limit", "管理范围", limits, shapes=edges),
    ]


def _downstream(course: LineString, outline: BaseGeometry) -> BaseGeometry:
    """Return the course inside the county, every part drawn downstream."""
    parts = [
        part
        if course.project(part.interpolate(0)) < course.project(part.interpolate(1))
        else shapely.reverse(part)
        for part in shapely.get_parts(millimetres(course & outline))
    ]
    parts.sort(key=lambda part: course.project(part.interpolate(0)))
    return parts[0] if len(parts) == 1 else shapely.MultiLineString(parts)


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "Polygon"]
    return shapely.union_all(parts)


def _river_sheet(
    name: str, outline: str, rivers: list[River], *, shapes: list[BaseGeometry]
) -> Sheet:
    count = len(rivers)
    code = {"中心线": "4001", "水面": "4002", "管理范围": "4003"}[outline]
    return Sheet(
        layer_id="river",
        path="HL.gpkg",
        sublayer=name,
        geometry=shapes,
        edition="2021-06-30",
        columns={
            "BSM": serials(code, count),
            "HLMC": [river.name for river in rivers],
            "HLDJ": [river.rank for river in rivers],
            "LYMJ": [river.basin_km2 for river in rivers],
            "BJLX": [outline] * count,
            "BZ": [DEMO] * count,
        },
    )


def shoreline_sheet(county: County) -> Sheet:
    """Four kinds of shoreline zones along the two managed rivers.

    Where the limits of both meet, the bank is the larger river's; no zone lies
    on water.
    """
    managed = county.rivers[:2]
    taken = shapely.union_all([river.water for river in managed])
    shapes: list[BaseGeometry] = []
    names: list[str] = []
    kinds: list[str] = []
    for river, pieces, plan in (
        (managed[0], 14, (0, 1, 2, 0, 3, 2, 1)),
        (managed[1], 9, (0, 1, 0, 2)),
    ):
        if river.limit is None:
            continue
        strip = (river.limit - taken) & county.outline
        taken |= river.limit
        cuts = np.linspace(0, river.line.length, pieces + 1)
        for number, (start, end) in enumerate(pairwise(cuts)):
            reach = substring(river.line, start, end).buffer(1300, cap_style="flat")
            part = millimetres(_polygons(strip & reach))
            strip = strip - reach
            if part.area > 100:
                shapes.append(part)
                names.append(f"{river.name}岸段{number + 1:02d}")
                kinds.append(_ZONES[plan[number % len(plan)]])
    return Sheet(
        layer_id="shoreline_zone",
        path="AXGNQ.gpkg",
        geometry=shapes,
        edition="2022-12-31",
        columns={
            "BSM": serials("4101", len(shapes)),
            "AXMC": names,
            "AXGNQLX": kinds,
            "BZ": [DEMO] * len(shapes),
        },
    )


def source_sheet(county: County) -> Sheet:
    """Drinking-water sources: five river intakes, ten dispersed ones."""
    rows = _intakes(county) + _dispersed(county)
    shapes = [shape for _, _, shape in rows]
    return Sheet(
        layer_id="water_source_zone",
        path="YYSSYBHQ.gpkg",
        geometry=shapes,
        crs="EPSG:4525",
        edition="2023-05-30",
        columns={
            "BSM": serials("4201", len(rows)),
            "SYDMC": [name for name, _, _ in rows],
            "BHQJB": [level for _, level, _ in rows],
            "MJ": areas(shapes),
            "BZ": [DEMO] * len(rows),
        },
    )


def _intakes(county: County) -> list[tuple[str, str, BaseGeometry]]:
    rows: list[tuple[str, str, BaseGeometry]] = []
    away = county.opening.plot.centroid
    rivers = [r for r in county.rivers[2:] if r.line.distance(away) > 2500][:5]
    for river in rivers:
        inner = river.line.intersection(county.outline)
        line = max(shapely.get_parts(inner), key=lambda part: part.length)
        at = line.length * 0.55
        used: BaseGeometry = shapely.Polygon()
        for level, up, down, side in (
            ("一级", 1000, 100, 50),
            ("二级", 3000, 300, 260),
            ("准保护区", 5000, 500, 600),
        ):
            reach = substring(line, max(at - up, 0), min(at + down, line.length))
            zone = reach.buffer(side, quad_segs=6, cap_style="flat").simplify(2)
            shape = millimetres(_polygons((zone - used) & county.outline))
            used = shapely.union(used, zone)
            rows.append((f"示范{river.name}水源地", level, shape))
    return rows


def _dispersed(county: County) -> list[tuple[str, str, BaseGeometry]]:
    """Wells of 30 m and small reservoirs of 200 m, in the hills."""
    ground = county.ground
    stream = ground.frame.random("dispersed")
    free = ground.county & (ground.away_from(~ground.county) > 1000)
    free &= ground.away_from(county.towns.zone > 0) > 600
    free &= ground.away_from(county.opening.cells) > 1500
    free &= ~np.isin(county.land.cover, (FARMLAND, FOREST)) & ~ground.water
    cells = np.flatnonzero(free)
    rows: list[tuple[str, str, BaseGeometry]] = []
    for number, cell in enumerate(stream.choice(cells, 10, replace=False).tolist()):
        x, y = ground.point(*divmod(cell, ground.grid.columns))
        radius = 200.0 if number % 3 == 0 else 30.0
        rows.append((f"示范分散式水源{number + 1:02d}", "分散式", disc(x, y, radius)))
    return rows
