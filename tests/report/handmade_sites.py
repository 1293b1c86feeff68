"""Seven sites in the invented county and what a check might say of them."""

from dataclasses import replace
from typing import Any

import handmade_county as county
import numpy as np
import shapely
from handmade_findings import area, clear, conflicts_of, finding, from_conflicts, length
from handmade_layers import CRS, handmade_base
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.measure import plane_area_m2
from zoning.model import (
    Gap,
    LayoutHit,
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


def result_of(
    name: str, shape: BaseGeometry, verdict: Verdict, **rest: Any
) -> SiteResult:
    number = str(rest.pop("number"))
    surface = area(shape)
    site = Site(
        id=f"S{number}",
        name=name,
        geometry=shape,
        crs=CRS,
        source=SiteSource(path="sites.gpkg", sha256="ab" * 32, row=int(number) - 1),
        area_declared_m2=round(surface),
        project={"name": name, "construction_nature": "new"},
    )
    plain = SiteResult(
        site=site,
        verdict=verdict,
        complete=True,
        geometry=shape,
        area_m2=surface,
        area_plane_m2=float(plane_area_m2(np.array([shape], object), CRS)[0]),
        length_m=length(shape),
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
        *from_conflicts(shapes, area(shape)),
        finding(
            "YRL-026",
            "river",
            State.PROHIBITED,
            relation="within_distance",
            distance_m=412.36,
            nearest=near,
            threshold={"distance_m": 1000.0},
        ),
        finding(
            "UDB-001",
            "urban_development_boundary",
            State.REVIEW,
            relation="outside",
            distance_m=1830.5,
        ),
        finding(
            "HAZ-001",
            "hazard_zone",
            State.NOT_CHECKED,
            reason="LAYER_MISSING",
            questions=(question,),
        ),
        clear("WSZ-001", "water_source_zone", 2210.75),
    )
    gap = handmade_base().missing["hazard_zone"][0]
    unit = UnitShare(
        code="ZH50023730001",
        name="一般管控单元",
        unit_class="general",
        overlap_m2=area(shape),
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
        trim_m2=area(trim),
    )
    return result_of(
        "清溪河文旅康养中心",
        shape,
        Verdict.CONDITIONAL,
        number=2,
        findings=(
            *from_conflicts(shapes, area(shape)),
            clear("ECR-001", "ecological_redline", 1620.4),
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
        findings=from_conflicts(shapes, None),
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
        values={
            "layer_zh": "永久基本农田",
            "layer_en": "permanent basic farmland",
            "share": "35.2 %",
        },
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
            findings=(clear("ECR-001", "ecological_redline", 2105.3),),
        ),
        result_of(
            "东岭光伏电站",
            square(10100, 2700, 900, 520),
            Verdict.UNDETERMINED,
            number=5,
            complete=False,
            findings=(
                finding(
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
                clear("PBF-001", "permanent_basic_farmland", 386.2),
                clear("ECR-001", "ecological_redline", 4012.9),
            ),
        ),
        SiteResult(site=rejected, verdict=Verdict.REJECTED, complete=False),
    )
