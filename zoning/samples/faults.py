"""Faults planted on purpose, for the audit to find; each is listed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from zoning.measure import area_m2
from zoning.samples.county import County
from zoning.samples.frame import PLANE
from zoning.samples.layout import CorridorGap
from zoning.samples.shapes import blob
from zoning.samples.sheet import Sheet, millimetres

__all__ = [
    "HEADER",
    "Fault",
    "gap_faults",
    "overlap_fault",
    "plant_farmland",
    "plant_vintage_gap",
    "spoil_area",
]

HEADER = (
    "id",
    "kind",
    "layer",
    "feature",
    "other_layer",
    "other_feature",
    "area_m2",
    "length_m",
    "note",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planted fault; areas on the ellipsoid."""

    kind: str
    layer: str
    feature: str
    other_layer: str = ""
    other_feature: str = ""
    area_m2: float | None = None
    length_m: float | None = None
    note: str = ""


def _area(geometry: BaseGeometry) -> float:
    return round(float(area_m2(np.array([geometry], dtype=object), PLANE)[0]), 2)


def plant_farmland(
    county: County, farmland: Sequence[BaseGeometry], line: Sheet
) -> BaseGeometry:
    """Return a parcel that straddles the edge of another control line.

    It keeps clear of all other farmland, of water and of the opening.
    """
    stream = county.frame.random(f"fault {line.layer_id}")
    tree = shapely.STRtree(list(farmland))
    water = shapely.union_all([river.water for river in county.rivers])
    whole = shapely.union_all(list(line.geometry))
    for shape in sorted(shapely.get_parts(whole), key=lambda part: -part.area):
        for x, y in shapely.get_coordinates(shape.exterior)[40::17]:
            parcel = millimetres(blob((float(x), float(y)), 48.0, stream))
            inside = parcel.intersection(whole).area
            lonely = tree.query(parcel, predicate="intersects").size == 0
            dry = parcel.distance(water) > 150
            home = county.outline.contains(parcel)
            remote = parcel.distance(county.opening.plot) > 3000
            if 2000 < inside < 5500 and lonely and dry and home and remote:
                return parcel
    msg = f"no room for a fault on {line.layer_id}"
    raise RuntimeError(msg)


def overlap_fault(farmland: Sheet, row: int, line: Sheet) -> Fault:
    """Describe the overlap of a planted parcel with the other line."""
    parcel = farmland.geometry[row]
    common = [parcel.intersection(shape) for shape in line.geometry]
    hit = int(np.argmax([piece.area for piece in common]))
    return Fault(
        kind="overlap",
        layer=farmland.layer_id,
        feature=str(farmland.columns["BSM"][row]),
        other_layer=line.layer_id,
        other_feature=str(line.columns["BSM"][hit]),
        area_m2=_area(shapely.union_all(common)),
        note="三条控制线交叉重叠",
    )


def spoil_area(
    sheet: Sheet, name: str, row: int, *, factor: float
) -> tuple[Sheet, Fault]:
    """Return the sheet with one declared area wrong by a factor."""
    values = [float(value) for value in sheet.columns[name]]
    right = values[row]
    values[row] = round(right * factor, 2)
    spoilt = replace(sheet, columns={**sheet.columns, name: values})
    fault = Fault(
        kind="wrong_area",
        layer=sheet.layer_id,
        feature=str(sheet.columns["BSM"][row]),
        area_m2=round(values[row] - right, 2),
        note=f"{name} 与图形面积相差 {abs(factor - 1):.0%}",
    )
    return spoilt, fault


def plant_vintage_gap(sheet: Sheet) -> tuple[Sheet, Fault]:
    """Cut a wedge out of one township of an old edition: a gap between two."""
    shapes = list(sheet.geometry)
    number, wedge = _wedge(shapes)
    shapes[number] = millimetres(shapes[number] - wedge)
    gap = _area(sheet.geometry[number]) - _area(shapes[number])
    fault = Fault(
        kind="gap",
        layer="township",
        feature=str(sheet.columns["XZQDM"][number]),
        area_m2=round(gap, 2),
        note=f"{sheet.path}：乡镇之间的空隙",
    )
    return replace(sheet, geometry=shapes), fault


def _wedge(shapes: list[BaseGeometry]) -> tuple[int, Polygon]:
    """Find a stretch of border between two townships and a triangle on it."""
    for number in range(1, len(shapes)):
        border = shapely.line_merge(shapes[0].intersection(shapes[number]))
        if border.length > 2000:
            line = max(shapely.get_parts(border), key=lambda part: part.length)
            a, b = (
                line.interpolate(0.4, normalized=True),
                line.interpolate(0.5, normalized=True),
            )
            tip = shapes[number].representative_point()
            away = np.hypot(tip.x - a.x, tip.y - a.y)
            apex = (a.x + (tip.x - a.x) * 120 / away, a.y + (tip.y - a.y) * 120 / away)
            return number, Polygon([(a.x, a.y), (b.x, b.y), apex])
    msg = "no border for a gap"
    raise RuntimeError(msg)


def gap_faults(gaps: Sequence[CorridorGap]) -> list[Fault]:
    """List the planted breaks of corridors."""
    return [
        Fault(
            kind="corridor_gap",
            layer="corridor_layout",
            feature=gap.feature,
            length_m=gap.length_m,
            note=f"{gap.name}断开",
        )
        for gap in gaps
    ]
