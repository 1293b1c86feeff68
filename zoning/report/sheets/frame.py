"""Round the map: border with grid figures, title, marks, scale bar, north, foot."""

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from zoning.measure import to_lonlat
from zoning.report.furniture import nice_length
from zoning.report.sheets.lettering import MM_PER_POINT, fitted, width_mm
from zoning.report.sheets.naming import Names
from zoning.report.sheets.page import INK, RED, Box, Page
from zoning.report.sheets.words import word

__all__ = [
    "Imprint",
    "Title",
    "crs_words",
    "draw_frame",
    "draw_north",
    "map_note",
]

_GRID_MM = 38.0
"""Grid lines lie at least so far apart on paper."""

_CORNER_MM = 19.0
_FIGURE_SIZE = 5.8
_SEGMENTS = 4
_SEGMENT_MM = 13.0
_KILOMETRE_M = 1000.0
_FINE_SCALE = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Imprint:
    """Who made the sheet, when, from which base, under which marks."""

    base: str
    crs: str
    demo: bool
    as_of: date
    maker: str
    marks: tuple[str, ...]
    page: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Title:
    """What a sheet is of and what kind of sheet it is; `joint` lies between."""

    subject: str = ""
    kind: str
    joint: str = ""

    @property
    def whole(self) -> str:
        """The title in one line."""
        return f"{self.subject}{self.joint}{self.kind}"


def draw_frame(page: Page, title: Title, imprint: Imprint) -> None:
    """Draw everything round the map except the panel."""
    layout = page.layout
    page.box(layout.border, width=1.4)
    page.box(layout.frame, width=0.6)
    _draw_grid(page)
    _draw_corners(page, imprint.crs)
    _draw_title(page, title)
    _draw_marks(page, imprint)
    _draw_foot(page, imprint)


def crs_words(crs: str, lang: str) -> str:
    """Return the working plane in words: datum, projection, zone, meridian.

    Zones of the Gauss-Krüger strips: 3 degrees wide, number = meridian / 3;
    6 degrees wide, number = (meridian + 3) / 6 (GB/T 13989). The width is that
    of the EPSG name.
    """
    from pyproj import CRS

    plane = CRS.from_user_input(crs)
    operation = plane.coordinate_operation
    found = [
        p.value
        for p in (operation.params if operation else ())
        if p.name == "Longitude of natural origin"
    ]
    if not found or "CGCS2000" not in plane.name:
        return word("page.crs_other", lang, crs=crs)
    meridian = round(float(found[0]))
    degrees = 3 if plane.name.startswith("CGCS2000 / 3-degree") else 6
    zone = meridian // 3 if degrees == 3 else (meridian + 3) // 6  # noqa: PLR2004
    return word(
        "page.crs",
        lang,
        degrees=degrees,
        zone=zone,
        meridian=meridian,
        crs=crs,
        unit=word("page.kilometres", lang),
    )


def draw_north(names: Names) -> None:
    """Draw the arrow to grid north in the upper right corner of the map."""
    from matplotlib.patches import Polygon, Rectangle

    page, frame = names.page, names.page.layout.frame
    factor = page.layout.text
    x, top = frame.right - 8 * factor, frame.top - 3 * factor
    back = Rectangle(
        (x - 5.5 * factor, top - 19 * factor),
        11 * factor,
        20.5 * factor,
        facecolor="white",
        alpha=0.8,
        linewidth=0,
        zorder=8,
    )
    page.paper.add_patch(back)
    foot, notch = top - 17.5 * factor, top - 14 * factor
    head = top - 4.2 * factor
    for side, face in ((-1, INK), (1, "white")):
        half = [(x, head), (x + side * 3.4 * factor, foot), (x, notch)]
        page.paper.add_patch(
            Polygon(half, facecolor=face, edgecolor=INK, linewidth=0.7, zorder=9)
        )
    words = word("page.north", page.lang)
    page.write(x, top - 3 * factor, words, size=10 * factor, align="center")
    east, north = frame.width, frame.height
    names.reserve((east - 14 * factor, north - 23 * factor, east, north))


def grid_step_m(page: Page) -> float:
    """Return the distance of grid lines: 1, 2 or 5 times a power of ten."""
    least = _GRID_MM * page.placed.metres_per_mm
    power = 10.0 ** math.floor(math.log10(least))
    return next(s * power for s in (1, 2, 5, 10) if s * power >= least)


def _draw_grid(page: Page) -> None:
    """Draw ticks and figures on the border and crosses inside the map."""
    step = grid_step_m(page)
    west, south, east, north = page.placed.view.bounds
    xs = np.arange(math.ceil(west / step), math.floor(east / step) + 1) * step
    ys = np.arange(math.ceil(south / step), math.floor(north / step) + 1) * step
    places = max(0, -math.floor(math.log10(step / _KILOMETRE_M) + 1e-9))
    frame, unit = page.layout.frame, page.placed.metres_per_mm
    for x in xs:
        at = frame.x + (x - west) / unit
        if _clear_of_corners(at - frame.x, frame.width, page.layout.text):
            _figure(page, f"{x / _KILOMETRE_M:.{places}f}", at, upright=False)
    for y in ys:
        at = frame.y + (y - south) / unit
        if _clear_of_corners(at - frame.y, frame.height, page.layout.text):
            _figure(page, f"{y / _KILOMETRE_M:.{places}f}", at, upright=True)
    grid = np.array([(x, y) for x in xs for y in ys]).reshape(-1, 2)
    page.map.plot(
        grid[:, 0],
        grid[:, 1],
        linestyle="none",
        marker="+",
        markersize=7,
        markeredgewidth=0.45,
        color="#4c525a",
        zorder=890,
    )


def _clear_of_corners(at: float, length: float, factor: float) -> bool:
    return _CORNER_MM * factor < at < length - _CORNER_MM * factor


def _figure(page: Page, words: str, at: float, *, upright: bool) -> None:
    """Write a grid figure on both sides of the map, with its ticks."""
    frame, border = page.layout.frame, page.layout.border
    size = _FIGURE_SIZE * page.layout.text
    sides = (
        ((border.x, frame.x), (frame.right, border.right))
        if upright
        else ((border.y, frame.y), (frame.top, border.top))
    )
    for low, high in sides:
        middle = (low + high) / 2
        x, y = (middle, at) if upright else (at, middle)
        _centred(page, (x, y), words, size=size, rotation=90 if upright else 0)
    for edge, away in (
        ((frame.x, -1.2), (frame.right, 1.2))
        if upright
        else ((frame.y, -1.2), (frame.top, 1.2))
    ):
        ends = [edge, edge + away]
        page.line(ends, [at, at]) if upright else page.line([at, at], ends)


def _centred(
    page: Page, at: tuple[float, float], words: str, *, size: float, rotation: float
) -> None:
    page.paper.text(
        *at,
        words,
        fontproperties=page.font,
        size=size,
        color=INK,
        rotation=rotation,
        ha="center",
        va="center",
        parse_math=False,
        zorder=10,
    )


def _draw_corners(page: Page, crs: str) -> None:
    """Write longitude and latitude at the four corners of the map."""
    frame, border = page.layout.frame, page.layout.border
    west, south, east, north = page.placed.view.bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    degrees = to_lonlat(corners, crs)
    places = 0 if page.placed.scale > _FINE_SCALE else 2
    size = _FIGURE_SIZE * page.layout.text
    gap = page.layout.border.height - page.layout.frame.height
    for index, (lon, lat) in enumerate(degrees.tolist()):
        right, upper = divmod(index, 2)
        across, up = _dms(lon, places), _dms(lat, places)
        half = width_mm(across, size) / 2 + 0.6
        x = frame.right - half if right else frame.x + half
        y = (frame.top + border.top) / 2 if upper else (frame.y + border.y) / 2
        _centred(page, (x, y), across, size=size, rotation=0)
        half = width_mm(up, size) / 2 + 0.6
        x = (frame.right + border.right) / 2 if right else frame.x - gap / 4
        y = frame.top - half if upper else frame.y + half
        _centred(page, (x, y), up, size=size, rotation=90)


def _dms(degrees: float, places: int) -> str:
    """Return degrees as 109°59′12″, rounded before it is split."""
    units = 10**places
    total = round(degrees * 3600 * units)
    minutes, seconds = divmod(total, 60 * units)
    whole, minutes = divmod(minutes, 60)
    width = 2 if places == 0 else 3 + places
    return f"{whole}°{minutes:02d}′{seconds / units:0{width}.{places}f}″"


def _draw_title(page: Page, title: Title) -> None:
    """Write the title in the middle: in one line, or the subject above the kind.

    However long the subject, what kind of sheet this is stays to be read.
    """
    box, factor = page.layout.title, page.layout.text
    width = box.width - 2 * _side_mm(page)
    x, middle = box.x + box.width / 2, box.y + box.height * 0.54
    whole = fitted(title.whole, _sizes(19, 17, 15, factor), width, most_lines=1)
    if not whole.lines[0].endswith("…"):
        high = whole.size * 0.36 * MM_PER_POINT
        page.write(x, middle - high, whole.lines[0], size=whole.size, align="center")
        return
    above = fitted(title.subject, _sizes(12, 10.5, 9.5, factor), width, most_lines=1)
    below = fitted(title.kind, _sizes(14, 12, 10, factor), width, most_lines=1)
    for lines, up in ((above, 1.6), (below, -5.2)):
        y = middle + up * factor
        page.write(x, y, lines.lines[0], size=lines.size, align="center")


def _sizes(*numbers: float) -> tuple[float, ...]:
    """Return all numbers but the last, multiplied by the last."""
    *sizes, factor = numbers
    return tuple(size * factor for size in sizes)


def _side_mm(page: Page) -> float:
    return 34.0 * page.layout.text


def _draw_marks(page: Page, imprint: Imprint) -> None:
    """Write the marks at the upper left and the demo stamp at the upper right."""
    box, factor = page.layout.title, page.layout.text
    top = box.top - 2.5 * factor
    for mark in imprint.marks:
        sizes = (9.0 * factor, 7.5 * factor, 6.5 * factor)
        lines = fitted(mark, sizes, _side_mm(page) - 2, most_lines=1)
        top = page.write_lines(box.x, top, lines, colour=RED)
    if imprint.demo:
        _draw_stamp(page, word("page.demo", page.lang))


def _draw_stamp(page: Page, words: str) -> None:
    from matplotlib.patches import Rectangle

    box, factor = page.layout.title, page.layout.text
    size = 11.0 * factor
    wide, high = width_mm(words, size) + 4 * factor, 7 * factor
    x, y = box.right - wide, box.top - 3 * factor - high
    frame = Rectangle(
        (x, y), wide, high, facecolor="white", edgecolor=RED, linewidth=1.4, zorder=8
    )
    page.paper.add_patch(frame)
    baseline = y + 2.1 * factor
    page.write(x + wide / 2, baseline, words, size=size, colour=RED, align="center")


def _draw_foot(page: Page, imprint: Imprint) -> None:
    """Write CRS, scale, maker and date below the border."""
    box, factor = page.layout.foot, page.layout.text
    third = box.width / 3
    sizes = (7.0 * factor, 6.5 * factor, 6.0 * factor, 5.5 * factor)
    text = crs_words(imprint.crs, page.lang)
    lines = fitted(text, sizes, third - 4, most_lines=3)
    top = page.write_lines(box.x, box.top - 2 * factor, lines)
    base = word("page.base", page.lang, base=imprint.base)
    page.write_lines(box.x, top, fitted(base, sizes[1:], third - 4, most_lines=1))
    _draw_scale(page, box.x + box.width / 2, box.top - 2 * factor)
    top = box.top - 2 * factor
    for words in _colophon(imprint, page.lang):
        lines = fitted(words, sizes, third - 8, most_lines=1)
        top = page.write_lines(box.right, top, lines, align="right")


def _colophon(imprint: Imprint, lang: str) -> tuple[str, ...]:
    maker = (
        word("page.maker", lang, maker=imprint.maker)
        if imprint.maker
        else word("page.maker_blank", lang)
    )
    day = word("page.drawn", lang, day=imprint.as_of.isoformat())
    number = word("page.number", lang, page=imprint.page)
    return (maker, f"{day} · {number}", word("page.reference", lang))


def _draw_scale(page: Page, x: float, top: float) -> None:
    """Write the scale and draw a bar of four parts, true on paper."""
    from matplotlib.patches import Rectangle

    factor, unit = page.layout.text, page.placed.metres_per_mm
    number = f"{page.placed.scale:,}".replace(",", " ")
    said = word("page.scale", page.lang, n=number)
    page.write(x, top - 3.2 * factor, said, size=9.5 * factor, align="center")
    part = nice_length(_SEGMENT_MM * factor * unit)
    high, y = 1.3 * factor, top - 6.6 * factor
    left = x - part / unit * _SEGMENTS / 2
    for index in range(_SEGMENTS):
        bar = Rectangle(
            (left + index * part / unit, y),
            part / unit,
            high,
            facecolor=INK if index % 2 == 0 else "white",
            edgecolor=INK,
            linewidth=0.6,
        )
        bar.set_gid(f"scale-bar-{index}")
        page.paper.add_patch(bar)
    total = part * _SEGMENTS
    name, size = (
        ("kilometres", _KILOMETRE_M) if total >= _KILOMETRE_M else ("metres", 1.0)
    )
    for index in (0, 2, 4):
        at = left + index * part / unit
        words = f"{index * part / size:g}"
        page.write(at, y - 3.2 * factor, words, size=6.5 * factor, align="center")
    unit_at = left + total / unit + 5 * factor
    words = word(f"page.{name}", page.lang)
    page.write(unit_at, y - 3.2 * factor, words, size=6.5 * factor)


def map_note(page: Page, notes: tuple[str, ...]) -> Box | None:
    """Write warnings in a white box in the upper left corner of the map."""
    from matplotlib.patches import Rectangle

    if not notes:
        return None
    frame, factor = page.layout.frame, page.layout.text
    width = frame.width * 0.6
    blocks = [
        fitted(note, (8.0 * factor, 7.0 * factor), width, most_lines=3)
        for note in notes
    ]
    widest = max(width_mm(line, b.size) for b in blocks for line in b.lines)
    high = sum(block.height_mm for block in blocks) + 2.4
    box = Box(x=frame.x + 2, y=frame.top - 2 - high, width=widest + 3.2, height=high)
    back = Rectangle(
        (box.x, box.y),
        box.width,
        box.height,
        facecolor="white",
        edgecolor=RED,
        linewidth=0.9,
        zorder=8,
    )
    page.paper.add_patch(back)
    top = box.top - 1.2
    for block in blocks:
        top = page.write_lines(box.x + 1.6, top, block, colour=RED)
    return box
