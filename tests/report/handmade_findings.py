"""Findings and conflicts put together by hand; rules and articles are invented."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from handmade_layers import CRS, handmade_base
from shapely.geometry.base import BaseGeometry

from zoning.measure import area_m2, length_m, to_lonlat
from zoning.model import (
    ClauseSource,
    ConflictShape,
    FeatureOverlap,
    Finding,
    LonLat,
    NearestFeature,
    State,
)

__all__ = ["area", "clear", "conflicts_of", "finding", "from_conflicts", "length"]


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
                    overlap_m2=area(common),
                    length_m=length(common),
                    overlap_class="substantive",
                    state=state,
                    rule_ids=(rule,),
                )
            )
    return tuple(shapes)


def area(shape: BaseGeometry) -> float:
    return float(area_m2(np.array([shape], object), CRS)[0])


def length(shape: BaseGeometry) -> float | None:
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


def finding(rule: str, layer: str, state: State, **rest: Any) -> Finding:
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


def from_conflicts(
    shapes: tuple[ConflictShape, ...], area: float | None
) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for rule in dict.fromkeys(shape.rule_ids[0] for shape in shapes):
        mine = [shape for shape in shapes if shape.rule_ids[0] == rule]
        total = sum(shape.overlap_m2 for shape in mine)
        lengths = [shape.length_m for shape in mine if shape.length_m]
        point = mine[0].geometry.representative_point()
        findings.append(
            finding(
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


def clear(rule: str, layer: str, metres: float) -> Finding:
    nearest = NearestFeature(id=f"{layer}-1", name="最近要素", distance_m=metres)
    return finding(
        rule, layer, State.CLEAR, nearest=nearest, distance_m=metres, source=None
    )
