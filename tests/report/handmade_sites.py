"""Seven sites in the invented county and what a check might say of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import handmade_county as county
import numpy as np
import shapely
from handmade_layers import CRS, handmade_base
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.measure import area_m2, length_m, plane_area_m2, to_lonlat
from zoning.model import (
    ClauseSource,
    ConflictShape,
    FeatureOverlap,
    Finding,
    Gap,
    LayoutHit,
    LonLat,
    NearestFeature,
    Residue,
    Site,
    SiteResult,
    SiteSource,
    State,
    Terrain,
    UnitShare,
    Verdict,
)

__all__ = [
    "chemical_works",
    "conflicts_of",
    "others",
    "park",
    "result_of",
    "road",
    "square",
]


def square(x: float, y: float, width: float, height: float) -> Polygon:
    """Return a rectangle with its lower left corner at (x, y) from the origin."""
    west, south = county.X0 + x, county.Y0 + y
    return shapely.box(west, south, west + width, south + height)


def conflicts_of(
    site: BaseGeometry, site_id: str, asked: Mapping[str, tuple[State, str]]
) -> tuple[ConflictShape, ...]:
    shapes: list[ConflictShape] = []
    for key, (state, rule) in asked.items():
        layer = handmade_base().layers[key]
        names = layer.attributes["name"]
        for row in np.flatnonzero(shapely.intersects(layer.geometry, site)):
            common = layer.geometry[row].intersection(site)
            if shapely.get_dimensions(common) < shapely.get_dimensions(site):
                continue
            shapes.append(
                ConflictShape(
                    site_id=site_id,
                    layer=key,
                    feature=str(layer.feature_ids[row]),
                    feature_name=str(names[row]),
                    geometry=common,
                    overlap_m2=_area(common),
                    length_m=_length(common),
                    overlap_class="substantive",
                    state=state,
                    rule_ids=(rule,),
                )
            )
    return tuple(shapes)


def _area(shape: BaseGeometry) -> float:
    return float(area_m2(np.array([shape], object), CRS)[0])


def _length(shape: BaseGeometry) -> float | None:
    metres = float(length_m(np.array([shape], object), CRS)[0])
    return metres or None


_TITLES = {
    "PBF-001": ("占用永久基本农田", "takes permanent basic farmland"),
    "ECR-001": ("占用生态保护红线", "takes land inside the ecological red line"),
    "YRL-026": (
        "长江干支流一公里范围内新建化工项目",
        "chemical plant within 1 km of a tributary",
    ),
    "UDB-001": ("位于城镇开发边界以外", "outside the urban development boundary"),
    "COR-001": ("切断生态廊道", "cuts an ecological corridor"),
    "HAZ-001": ("位于地质灾害危险区", "in a geohazard zone"),
    "SHL-001": ("占用岸线保护区、保留区", "takes protected or reserved shoreline"),
    "WSZ-001": ("位于饮用水水源二级保护区", "in a level 2 drinking-water zone"),
}
_ARTICLES = {
    "PBF-001": ("中华人民共和国土地管理法", "主席令第三十二号", "第三十五条"),
    "ECR-001": (
        "关于加强生态保护红线管理的通知（试行）",
        "自然资发〔2022〕142号",
        "第一条",
    ),
    "YRL-026": ("中华人民共和国长江保护法", "主席令第六十五号", "第二十六条"),
}


def _finding(rule: str, layer: str, state: State, **rest: Any) -> Finding:
    zh, en = _TITLES[rule]
    document, number, clause = _ARTICLES.get(rule, ("示范县管控要求", "示范", "第一条"))
    severity = "prohibit" if state == State.PROHIBITED else "restrict"
    plain = Finding(
        rule_id=rule,
        scope="three_lines",
        title={"zh": zh, "en": en},
        state=state,
        severity=severity,
        layer=layer,
        view=layer,
        relation="intersects",
        source=ClauseSource(
            document=document,
            number=number,
            clause=clause,
            effective_from="2021-03-01",
            confidence="verified" if rule in _ARTICLES else "partial",
        ),
    )
    return replace(plain, **rest)


def _from_conflicts(
    shapes: tuple[ConflictShape, ...], area: float | None
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for rule in dict.fromkeys(shape.rule_ids[0] for shape in shapes):
        mine = [shape for shape in shapes if shape.rule_ids[0] == rule]
        total = sum(shape.overlap_m2 for shape in mine)
        lengths = [shape.length_m for shape in mine if shape.length_m]
        point = mine[0].geometry.representative_point()
        findings.append(
            _finding(
                rule,
                mine[0].layer,
                mine[0].state,
                overlap_m2=total,
                overlap_m2_deduplicated=total,
                share=total / area if area else 0.0,
                length_m=sum(lengths) if lengths else None,
                distance_m=0.0,
                features=tuple(
                    FeatureOverlap(
                        id=shape.feature,
                        name=shape.feature_name,
                        overlap_m2=shape.overlap_m2,
                        length_m=shape.length_m,
                        overlap_class=shape.overlap_class,
                    )
                    for shape in mine
                ),
                witness=_lonlat(point.x, point.y),
                needs=(
                    {"zh": "补划方案及论证报告", "en": "replacement plan and argument"},
                ),
            )
        )
    return tuple(findings)


def _lonlat(x: float, y: float) -> LonLat:
    lon, lat = to_lonlat(np.array([[x, y]]), CRS)[0]
    return LonLat(lon=float(lon), lat=float(lat))


def _clear(rule: str, layer: str, metres: float) -> Finding:
    nearest = NearestFeature(id=f"{layer}-1", name="最近要素", distance_m=metres)
    return _finding(
        rule, layer, State.CLEAR, nearest=nearest, distance_m=metres, source=None
    )


def result_of(
    name: str, shape: BaseGeometry, verdict: Verdict, **rest: Any
) -> SiteResult:
    number = str(rest.pop("number"))
    area = _area(shape)
    site = Site(
        id=f"S{number}",
        name=name,
        geometry=shape,
        crs=CRS,
        source=SiteSource(path="sites.gpkg", sha256="ab" * 32, row=int(number) - 1),
        area_declared_m2=round(area),
        project={"name": name, "construction_nature": "new"},
    )
    plain = SiteResult(
        site=site,
        verdict=verdict,
        complete=True,
        geometry=shape,
        area_m2=area,
        area_plane_m2=float(plane_area_m2(np.array([shape], object), CRS)[0]),
        length_m=_length(shape),
    )
    return replace(plain, **rest)


def chemical_works() -> SiteResult:
    shape = Polygon(
        [
            (county.X0 + x, county.Y0 + y)
            for x, y in (
                (-4150, 2650),
                (-2850, 2450),
                (-2400, 3200),
                (-2800, 3800),
                (-4250, 4150),
                (-4950, 3450),
            )
        ]
    )
    rules = {
        "permanent_basic_farmland": (State.PROHIBITED, "PBF-001"),
        "ecological_redline": (State.PROHIBITED, "ECR-001"),
    }
    shapes = conflicts_of(shape, "S1", rules)
    near = NearestFeature(id="river-2", name="清溪河", distance_m=412.36, basis="水面")
    question = {
        "id": "activity",
        "zh": "项目是否属于化工项目？",
        "en": "Is it a chemical project?",
    }
    findings = (
        *_from_conflicts(shapes, _area(shape)),
        _finding(
            "YRL-026",
            "river",
            State.PROHIBITED,
            relation="within_distance",
            distance_m=412.36,
            nearest=near,
            threshold={"distance_m": 1000.0},
        ),
        _finding(
            "UDB-001",
            "urban_development_boundary",
            State.REVIEW,
            relation="outside",
            distance_m=1830.5,
        ),
        _finding(
            "HAZ-001",
            "hazard_zone",
            State.NOT_CHECKED,
            reason="LAYER_MISSING",
            questions=(question,),
        ),
        _clear("WSZ-001", "water_source_zone", 2210.75),
    )
    gap = handmade_base().missing["hazard_zone"][0]
    unit = UnitShare(
        code="ZH50023730001",
        name="一般管控单元",
        unit_class="general",
        overlap_m2=_area(shape),
        share=1.0,
    )
    return result_of(
        "江北化工产业园一期",
        shape,
        Verdict.PROHIBITED,
        number=1,
        complete=False,
        findings=findings,
        conflicts=shapes,
        units=(unit,),
        gaps=(Gap(rule_id="HAZ-001", layer="hazard_zone", problem=gap),),
        terrain=Terrain(
            elevation_min_m=182.0,
            elevation_mean_m=236.4,
            elevation_max_m=301.5,
            vertical_datum="1985",
            slope_mean_deg=11.2,
            slope_max_deg=33.9,
            slope_ge_25_share=0.08,
            cover={"10": 0.41, "40": 0.59},
        ),
    )


def park() -> SiteResult:
    shape = square(450, 1250, 560, 640)
    rules = {
        "corridor_layout": (State.CONDITIONAL, "COR-001"),
        "permanent_basic_farmland": (State.CONDITIONAL, "PBF-001"),
    }
    shapes = conflicts_of(shape, "S2", rules)
    corridor = county.layout()[2][0]
    axis = county.STREAM.interpolate(county.STREAM.project(shape.centroid))
    section = LineString([(axis.x - 430, axis.y - 60), (axis.x + 430, axis.y + 60)])
    trim = shape.intersection(county.STREAM.buffer(330)).intersection(corridor)
    hit = LayoutHit(
        feature="corridor_layout-3",
        name="清溪河生态廊道",
        kind="corridor",
        overlap_m2=sum(s.overlap_m2 for s in shapes if s.layer == "corridor_layout"),
        share=0.6,
        target_width_m=800.0,
        width_m=838.5,
        width_left_m=335.4,
        section=section.intersection(corridor),
        trim=trim,
        trim_m2=_area(trim),
    )
    return result_of(
        "清溪河文旅康养中心",
        shape,
        Verdict.CONDITIONAL,
        number=2,
        findings=(
            *_from_conflicts(shapes, _area(shape)),
            _clear("ECR-001", "ecological_redline", 1620.4),
        ),
        conflicts=shapes,
        layout=(hit,),
    )


def road() -> SiteResult:
    shape = county.course([(-1500, -4200), (-3000, -1500), (-5200, 1400)], 90)
    shapes = conflicts_of(
        shape, "S3", {"permanent_basic_farmland": (State.CONDITIONAL, "PBF-001")}
    )
    return result_of(
        "峡口至官渡连接线",
        shape,
        Verdict.CONDITIONAL,
        number=3,
        area_m2=None,
        area_plane_m2=None,
        findings=_from_conflicts(shapes, None),
        conflicts=shapes,
    )


def others() -> tuple[SiteResult, ...]:
    sliver = Residue(
        layer="permanent_basic_farmland",
        feature="permanent_basic_farmland-12",
        overlap_m2=0.42,
        width_m=0.03,
    )
    outside = Problem(
        code="OUTSIDE_COVERAGE",
        values={"layer": "永久基本农田", "distance": "0", "share": "35.2 %"},
    )
    rejected = Site(
        id="S7",
        name="自相交地块",
        geometry=None,
        crs=None,
        source=SiteSource(path="sites.gpkg", sha256="ab" * 32, row=6),
        rejection=Problem(
            code="RING_CROSSES_ITSELF",
            where="sites.gpkg 第 7 行",
            values={"ring": "1", "first": "J2-J3", "second": "J4-J5"},
        ),
    )
    return (
        result_of(
            "城北小学扩建",
            square(3300, 900, 260, 190),
            Verdict.NOTICE,
            number=4,
            residue=(sliver,),
            findings=(_clear("ECR-001", "ecological_redline", 2105.3),),
        ),
        result_of(
            "东岭光伏电站",
            square(10100, 2700, 900, 520),
            Verdict.UNDETERMINED,
            number=5,
            complete=False,
            findings=(
                _finding(
                    "PBF-001",
                    "permanent_basic_farmland",
                    State.NOT_CHECKED,
                    reason="OUTSIDE_COVERAGE",
                ),
            ),
            gaps=(
                Gap(
                    rule_id="PBF-001", layer="permanent_basic_farmland", problem=outside
                ),
            ),
        ),
        result_of(
            "滨江路污水提升泵站",
            square(2300, 350, 90, 60),
            Verdict.CLEAR,
            number=6,
            findings=(
                _clear("PBF-001", "permanent_basic_farmland", 386.2),
                _clear("ECR-001", "ecological_redline", 4012.9),
            ),
        ),
        SiteResult(site=rejected, verdict=Verdict.REJECTED, complete=False),
    )
