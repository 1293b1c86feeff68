"""Sheets of what covers the land: forest, villages, land parcels."""

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import SURVEYED, County
from zoning.samples.districts import ADMIN_CODE
from zoning.samples.land import (
    BARE,
    BUILT,
    CROP,
    FARMLAND,
    FOREST,
    GARDEN,
    GRASS,
    VILLAGE,
)
from zoning.samples.lines import crop_class, single_parts
from zoning.samples.names import TOWNSHIPS, VILLAGES
from zoning.samples.sheet import DEMO, Sheet, areas, serials

__all__ = ["forest_sheet", "parcel_coverage_sheet", "parcel_sheet", "village_sheet"]

_LEAST_M2 = {VILLAGE: 200.0, BUILT: 200.0, BARE: 600.0, 0: 600.0}
_LEAST_ELSE_M2 = 400.0
"""Smallest mapped parcel by cover (0: water), as the audit's TOP-006 has it."""

_FOREST = {1: "公益林", 2: "长江防护林", 3: "商品林"}
_DEDUCTION = {"1": 0.02, "2": 0.06, "3": 0.1, "4": 0.13, "5": 0.15}

# Cover class → DLBM and DLMC of the third national land survey, in turn.
_CLASSES: dict[int, tuple[tuple[str, str], ...]] = {
    GARDEN: (
        ("0201", "果园"),
        ("0201K", "可调整果园"),
        ("0202", "茶园"),
        ("0204K", "可调整其他园地"),
    ),
    FOREST: (
        ("0301", "乔木林地"),
        ("0301", "乔木林地"),
        ("0305", "灌木林地"),
        ("0301", "乔木林地"),
        ("0302", "竹林地"),
        ("0307", "其他林地"),
        ("0305", "灌木林地"),
    ),
    GRASS: (
        ("0404", "其他草地"),
        ("0404", "其他草地"),
        ("0401", "天然牧草地"),
        ("0403", "人工牧草地"),
        ("0404", "其他草地"),
        ("1006", "农村道路"),
        ("0404", "其他草地"),
        ("1104", "坑塘水面"),
        ("0404", "其他草地"),
        ("1202", "设施农用地"),
        ("0404", "其他草地"),
        ("1104A", "养殖坑塘"),
    ),
    VILLAGE: (
        ("0702", "农村宅基地"),
        ("0702", "农村宅基地"),
        ("05H1", "商业服务业设施用地"),
    ),
    BUILT: (
        ("0701", "城镇住宅用地"),
        ("0701", "城镇住宅用地"),
        ("05H1", "商业服务业设施用地"),
        ("08H1", "机关团体新闻出版用地"),
        ("08H2", "科教文卫用地"),
        ("0601", "工业用地"),
        ("0701", "城镇住宅用地"),
        ("08H2A", "高教用地"),
        ("0810A", "广场用地"),
        ("1004", "城镇村道路用地"),
        ("0809", "公用设施用地"),
        ("0508", "物流仓储用地"),
    ),
    BARE: (("1207", "裸岩石砾地"), ("1206", "裸土地")),
}


def forest_sheet(county: County) -> Sheet:
    """Forest land in stands, EPSG:4490."""
    mosaic = county.mosaic
    chosen = (mosaic.labels["kind"] > 0) & (mosaic.water == 0)
    stands = [
        (key, [p for p in shapely.get_parts(shape) if p.area >= _LEAST_ELSE_M2])
        for key, shape in mosaic.dissolve(chosen, "kind", "stand")
    ]
    pieces = [(key, shapely.union_all(parts)) for key, parts in stands if parts]
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    kinds = [_FOREST[key[0]] for key, _ in pieces]
    count = len(shapes)
    return Sheet(
        layer_id="forest_land",
        path="LD.gpkg",
        geometry=shapes,
        crs="EPSG:4490",
        columns={
            "BSM": serials("3001", count),
            "LDLX": kinds,
            "LBMC": [f"示范林班{key[1]:04d}" for key, _ in pieces],
            "MJ": areas(shapes),
        },
    )


def village_sheet(county: County) -> Sheet:
    """Villages and built-up town land, EPSG:4490."""
    mosaic = county.mosaic
    dry = mosaic.water == 0
    pieces = mosaic.dissolve((mosaic.labels["cover"] == VILLAGE) & dry, "village")
    names = [f"{VILLAGES[key[0] % len(VILLAGES)]}{key[0]}社" for key, _ in pieces]
    kinds = ["农村居民点"] * len(pieces)
    for number, name in ((1, "示范县城"), (2, "福田坝集镇")):
        inner = np.isin(mosaic.labels["zone"], (10 * number + 1, 10 * number + 2))
        built = inner & (mosaic.labels["cover"] == BUILT) & dry
        faces = mosaic.faces[built]
        pieces.append(((0,), shapely.coverage_union_all(faces)))
        names.append(name)
        kinds.append("城镇居民点")
    shapes = [shapely.normalize(shape) for _, shape in pieces]
    return Sheet(
        layer_id="settlement",
        path="JMD.gpkg",
        geometry=shapes,
        crs="EPSG:4490",
        columns={"BSM": serials("3002", len(shapes)), "MC": names, "LX": kinds},
    )


def parcel_sheet(county: County) -> Sheet:
    """Land parcels (DLTB) of the two surveyed townships, EPSG:4525."""
    mosaic = county.mosaic
    chosen = np.isin(mosaic.labels["township"], SURVEYED)
    dry, wet = chosen & (mosaic.water == 0), chosen & (mosaic.water > 0)
    pieces = mosaic.dissolve(dry, "township", "cover", "field")
    pieces += [
        ((key[0], 0, 0), shape) for key, shape in mosaic.dissolve(wet, "township")
    ]
    keys, shapes = _mapped(*single_parts(pieces, 0))
    towns = [TOWNSHIPS[key[0] - 1] for key in keys]
    classes, ridge = _classes(county, keys, shapes)
    size = areas(shapes)
    less = [round(value * share, 2) for value, share in zip(size, ridge, strict=True)]
    count = len(keys)
    return Sheet(
        layer_id="land_parcel",
        path="DLTB.gpkg",
        geometry=shapes,
        crs="EPSG:4525",
        edition="2023-12-31",
        coverage="DLTB_coverage.gpkg",
        columns={
            "BSM": serials("2001", count),
            "YSDM": ["2001010100"] * count,
            "TBBH": [f"{number:05d}" for number in range(1, count + 1)],
            "DLBM": [code for code, _ in classes],
            "DLMC": [name for _, name in classes],
            "QSXZ": ["30"] * count,
            "ZLDWDM": [f"{ADMIN_CODE}{code}000000000"[:19] for _, code in towns],
            "ZLDWMC": [name for name, _ in towns],
            "TBMJ": size,
            "KCXS": ridge,
            "KCMJ": less,
            "TBDLMJ": [round(a - b, 2) for a, b in zip(size, less, strict=True)],
            "SJNF": ["2023"] * count,
        },
    )


def _mapped(
    keys: list[tuple[int, ...]], shapes: list[BaseGeometry]
) -> tuple[list[tuple[int, ...]], list[BaseGeometry]]:
    """Give parcels too small to map to the neighbour with the longest border.

    The neighbour is of the same township; smallest first.
    """
    least = [_LEAST_M2.get(key[1], _LEAST_ELSE_M2) for key in keys]
    tree = shapely.STRtree(shapes)
    grown = list(shapes)
    holder = np.arange(len(shapes))
    for number in np.argsort(shapely.area(np.array(shapes)), kind="stable").tolist():
        small = grown[number]
        if small.area >= least[number]:
            continue
        near = np.unique(holder[tree.query(small, predicate="intersects")]).tolist()
        borders = {
            other: small.intersection(grown[other]).length
            for other in near
            if other != number and keys[other][0] == keys[number][0]
        }
        host = max(borders, key=lambda other: (borders[other], -other))
        grown[host] = shapely.coverage_union_all([grown[host], small])
        holder[holder == number] = host
    kept = np.unique(holder).tolist()
    return [keys[one] for one in kept], [shapely.normalize(grown[one]) for one in kept]


def _classes(
    county: County,
    keys: list[tuple[int, ...]],
    shapes: list[BaseGeometry],
) -> tuple[list[tuple[str, str]], list[float]]:
    """Land class and ridge share (KCXS) of each parcel."""
    crops = crop_class(county, shapes)
    classes: list[tuple[str, str]] = []
    ridge: list[float] = []
    for (_, cover, number), (code, name, slope) in zip(keys, crops, strict=True):
        share = 0.0
        if cover in {FARMLAND, CROP}:
            classes.append((code, name))
            share = _DEDUCTION[slope] if code == "0103" else 0.0
        elif cover == 0:
            classes.append(("1101", "河流水面"))
        else:
            turn = _CLASSES[cover]
            classes.append(turn[number * 7 % len(turn)])
        ridge.append(share)
    return classes, ridge


def parcel_coverage_sheet(county: County) -> Sheet:
    """Where land parcels are complete: the two townships."""
    mosaic = county.mosaic
    chosen: NDArray[np.bool_] = np.isin(mosaic.labels["township"], SURVEYED)
    shape = shapely.normalize(shapely.coverage_union_all(mosaic.faces[chosen]))
    return Sheet(
        layer_id="land_parcel",
        path="DLTB_coverage.gpkg",
        geometry=[shape],
        columns={"MC": ["地类图斑调查范围（示范）"], "BZ": [DEMO]},
    )
