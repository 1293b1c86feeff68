"""``result.gpkg`` of a river-bank survey: belts, corridors, breaks, working plane."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.corridors.ridges import BeltLimit
from zoning.report.features import frame_of, write_layers
from zoning.report.riverside.shapes import (
    break_shape,
    breaks_of,
    drawdown_m2,
    drawdown_shape,
)
from zoning.report.riverside.words import side_word
from zoning.riverside import RiversideReport
from zoning.terms import label

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

__all__ = ["BELTS", "drawn_shapes", "write_riverside_features"]

BELTS = {
    "belt_ridge": BeltLimit.RIDGE,
    "belt_flat": BeltLimit.FLAT,
    "belt_cap": BeltLimit.CAP,
    "belt_water": BeltLimit.WATER,
}
_LAYERS = {
    "strip": "green_corridors",
    "drawdown": "drawdown_belt",
    "bank_break": "bank_breaks",
}
_HA = 10_000
Row = dict[str, Any]
Drawn = list[tuple[Row, BaseGeometry]]


def write_riverside_features(report: RiversideReport, path: Path, *, lang: str) -> Path:
    """Write the survey as a GeoPackage with styles; return `path`.

    Layers ``belt_ridge``, ``belt_flat``, ``belt_cap``, ``belt_water``,
    ``green_corridors``, ``drawdown_belt``, ``bank_breaks``; empty ones are left out.
    """
    return write_layers(path, dict(_frames(report, lang)))


def _frames(report: RiversideReport, lang: str) -> Iterator[tuple[str, "GeoDataFrame"]]:
    crs = report.base.crs
    for item, drawn in drawn_shapes(report, lang).items():
        if drawn:
            rows, shapes = [row for row, _ in drawn], [shape for _, shape in drawn]
            yield _LAYERS.get(item, item), frame_of(rows, shapes, crs=crs)


def drawn_shapes(report: RiversideReport, lang: str) -> dict[str, Drawn]:
    """Return what is drawn, by item, the lowest first: plain values and shape."""
    found: dict[str, Drawn] = {item: [] for item in (*BELTS, *_LAYERS)}
    for one in report.rivers:
        head: Row = {
            "river": one.name,
            "rank": label("layer_class", f"river.{one.rank}", lang),
        }
        if one.belt is not None:
            for item, limit in BELTS.items():
                part = one.belt.parts.get(limit)
                if part is not None and not shapely.is_empty(part):
                    area = one.belt.area_m2[limit] / _HA
                    found[item].append((head | {"area_ha": area}, part))
        if not shapely.is_empty(one.strip):
            found["strip"].append((head, one.strip))
        dry = drawdown_shape(one)
        if not shapely.is_empty(dry):
            area_m2 = drawdown_m2(one, report.base.crs) or 0.0
            found["drawdown"].append((head | {"area_ha": area_m2 / _HA}, dry))
    for river, gap in breaks_of(report):
        row: Row = {
            "river": river.name,
            "side": side_word(gap.side, lang),
            "length_m": gap.length_m,
            "cover": gap.cover,
        }
        found["bank_break"].append((row, break_shape(river, gap)))
    return found
