"""The layout: 2 belts, 4 screens, 22 corridors, 40 patches. Invented shapes.

Only the name 两带四屏二十二廊多块 is public; nothing here claims what it means.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from zoning.samples.county import County
from zoning.samples.ground import spread_points, top_share
from zoning.samples.mosaic import trace_mask
from zoning.samples.opening import TARGET_M
from zoning.samples.shapes import blob, ribbon, smooth_line, softened
from zoning.samples.sheet import DEMO, Sheet, areas, millimetres, serials

__all__ = ["CorridorGap", "layout_sheet"]

_STEP_M = 40.0
_GAPS = {
    2: (0.45, 240.0),
    4: (0.6, 160.0),
    7: (0.35, 360.0),
    11: (0.5, 200.0),
    15: (0.62, 280.0),
}
"""River → where along it the corridor is broken, and over how many metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorridorGap:
    """A planted break of a corridor, along the river line."""

    feature: str
    name: str
    length_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    name: str
    kind: str
    width_m: float
    shape: BaseGeometry


def layout_sheet(county: County) -> tuple[Sheet, list[CorridorGap]]:
    """Return the layout and the list of its planted gaps."""
    corridors, broken = _corridors(county)
    parts = _belts(county) + _screens(county) + corridors + _patches(county)
    codes = serials("6001", len(parts))
    gaps = [
        CorridorGap(feature=codes[number], name=part.name, length_m=broken[part.name])
        for number, part in enumerate(parts)
        if part.name in broken
    ]
    shapes = [part.shape for part in parts]
    sheet = Sheet(
        layer_id="corridor_layout",
        path="GJ.gpkg",
        geometry=shapes,
        edition="2023-12-31",
        columns={
            "BSM": codes,
            "MC": [part.name for part in parts],
            "GJLX": [part.kind for part in parts],
            "MBKD": [part.width_m for part in parts],
            "MJ": areas(shapes),
            "BZ": [DEMO] * len(parts),
        },
    )
    return sheet, gaps


def _wave(length: float, name: str, county: County) -> NDArray[np.float64]:
    """Smooth random factors about 1 at every step of a line."""
    count = int(length / _STEP_M) + 1
    raw = county.frame.random(name).random(count) - 0.5
    return 1 + 0.9 * smooth_line(np.column_stack([raw, raw]), 7.0)[:, 0]


def _belts(county: County) -> list[_Part]:
    parts = []
    for river, name, width in (
        (county.rivers[0], "干流生态带", 2400.0),
        (county.rivers[1], "清宁河生态带", 1200.0),
    ):
        widths = width * _wave(river.line.length, name, county)
        strip = ribbon(river.line, np.round(widths, 2), _STEP_M).simplify(6)
        shape = millimetres(strip & county.outline)
        parts.append(_Part(name=f"示范{name}", kind="带", width_m=width, shape=shape))
    return parts


def _screens(county: County) -> list[_Part]:
    ground = county.ground
    x, y = ground.grid.mesh()
    mouth = county.rivers[1].line.coords[-1]
    far = ground.away_from(county.towns.zone > 0) > 2000
    far &= ground.away_from(county.opening.cells) > 1500
    parts = []
    for name, side in (
        ("北屏", (x < mouth[0]) & (y > mouth[1] + 20_000)),
        ("东屏", (x > mouth[0] + 5000) & (y > mouth[1] + 6000)),
        ("西屏", (x < mouth[0] - 4000) & (np.abs(y - mouth[1]) < 19_000)),
        ("南屏", (x > mouth[0] - 8000) & (y < mouth[1] - 9000)),
    ):
        among = ground.county & side & far
        score = ground.height / 500 + 0.6 * ground.noise(f"screen {name}", 7000)
        mask = top_share(score, among, 105 * ground.cells_per_km2)
        mask = softened(mask, 9, 1500) & among
        pieces = [p.simplify(20) for p in trace_mask(mask, ground.grid)[:3]]
        shape = millimetres(shapely.union_all(pieces) & county.outline)
        parts.append(_Part(name=f"示范{name}", kind="屏", width_m=3000.0, shape=shape))
    return parts


def _corridors(county: County) -> tuple[list[_Part], dict[str, float]]:
    """Twenty-one strips along rivers and one overland; five of them broken."""
    parts, broken = [], {}
    for number, river in enumerate(county.rivers[2:23], start=2):
        target = 400.0 if number < 7 else 300.0 if number < 14 else 200.0
        inner = river.line.intersection(county.outline)
        line = max(shapely.get_parts(inner), key=lambda part: part.length)
        widths = target * _wave(line.length, river.name, county)
        name = f"示范{river.name}廊道"
        strip = ribbon(line, np.round(widths, 2), _STEP_M).simplify(3)
        if number in _GAPS:
            share, length = _GAPS[number]
            start = share * line.length
            bare = substring(line, start, start + length)
            strip = strip - bare.buffer(target * 1.5, cap_style="flat")
            broken[name] = length
        shape = millimetres(strip & county.outline)
        parts.append(_Part(name=name, kind="廊", width_m=target, shape=shape))
    axis = county.opening.axis
    widths = TARGET_M * _wave(axis.length, "overland", county)
    along = np.arange(len(widths)) * _STEP_M
    widths[np.abs(along - axis.length / 2) < 480] = TARGET_M
    shape = millimetres(ribbon(axis, np.round(widths, 2), _STEP_M) & county.outline)
    parts.append(
        _Part(name="示范福田陆地廊道", kind="廊", width_m=TARGET_M, shape=shape)
    )
    return parts, broken


def _patches(county: County) -> list[_Part]:
    ground = county.ground
    stream = county.frame.random("patches")
    free = (county.nature.redline > 0) | (county.nature.protected > 0)
    free &= ground.away_from(~ground.county) > 900
    free &= ground.away_from(county.towns.zone > 0) > 1500
    free &= ground.away_from(county.opening.cells) > 2500
    points = spread_points(free, ground.grid, 40, stream=stream)
    parts = []
    for number, (x, y) in enumerate(points[np.lexsort((points[:, 0], -points[:, 1]))]):
        radius = 420 + 520 * float(stream.random())
        shape = millimetres(blob((float(x), float(y)), radius, stream) & county.outline)
        name = f"示范生态斑块{number + 1:02d}"
        parts.append(_Part(name=name, kind="块", width_m=float("nan"), shape=shape))
    return parts
