"""A page in millimetres: where things lie on paper, and how they are drawn there.

Everything outside the map is placed by measured text, so that no cell is cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from zoning.report.fonts import font_path
from zoning.report.furniture import stroke
from zoning.report.sheets.lettering import LEADING, MM_PER_POINT, Lines
from zoning.report.sheets.looks import Look
from zoning.report.sheets.plan import Paper, Placed
from zoning.report.styles import Style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties
    from matplotlib.text import Text

__all__ = [
    "INK",
    "RED",
    "Box",
    "Page",
    "PageLayout",
    "face_of",
    "new_page",
    "page_layout",
]

INK = "#22262b"
RED = "#b40f2e"
MM_PER_INCH = 25.4
_MARGIN = 9.0
_TITLE = 15.5
_FOOT = 15.5
_BORDER = 5.0
_PANEL_WIDE = 58.0
_PANEL_HIGH = 51.0
_ASCENT = 0.88


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """A rectangle on paper: lower left corner and size, millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Upper edge."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """Right edge."""
        return self.x + self.width

    def inset(self, by: float) -> "Box":
        """Return the box that lies `by` mm inside."""
        return Box(
            x=self.x + by,
            y=self.y + by,
            width=self.width - 2 * by,
            height=self.height - 2 * by,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PageLayout:
    """Where the parts of a sheet lie.

    `border` is the outer frame round `frame` (the map, to scale); between the
    two stand the grid figures. `panels`: columns of the text and legend panel,
    the last one ends with the legend.
    """

    width: float
    height: float
    text: float
    title: Box
    foot: Box
    border: Box
    frame: Box
    panels: tuple[Box, ...]


def page_layout(paper: Paper, *, landscape: bool) -> PageLayout:
    """Return the layout of a sheet of `paper`."""
    width, height = paper.long_mm, paper.short_mm
    if not landscape:
        width, height = height, width
    factor = paper.text
    title, foot = _TITLE * factor, _FOOT * factor
    inner = Box(
        x=_MARGIN,
        y=_MARGIN + foot,
        width=width - 2 * _MARGIN,
        height=height - 2 * _MARGIN - foot - title,
    )
    border, panels = _split(inner, factor, landscape=landscape)
    across = {"x": _MARGIN, "width": width - 2 * _MARGIN}
    return PageLayout(
        width=width,
        height=height,
        text=factor,
        title=Box(y=inner.top, height=title, **across),
        foot=Box(y=_MARGIN, height=foot, **across),
        border=border,
        frame=border.inset(_BORDER * factor),
        panels=panels,
    )


def _split(
    inner: Box, factor: float, *, landscape: bool
) -> tuple[Box, tuple[Box, ...]]:
    """Return the map's border and the panel beside or below it."""
    if landscape:
        wide = _PANEL_WIDE * factor
        border = Box(
            x=inner.x, y=inner.y, width=inner.width - wide, height=inner.height
        )
        return border, (
            Box(x=border.right, y=inner.y, width=wide, height=inner.height),
        )
    high = _PANEL_HIGH * factor
    border = Box(
        x=inner.x, y=inner.y + high, width=inner.width, height=inner.height - high
    )
    half = inner.width / 2
    left = Box(x=inner.x, y=inner.y, width=half, height=high)
    return border, (
        left,
        Box(x=inner.x + half, y=inner.y, width=half, height=high),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A figure with two coordinate systems: `paper` in mm, `map` in metres."""

    figure: "Figure"
    paper: "Axes"
    map: "Axes"
    layout: PageLayout
    placed: Placed
    font: "FontProperties"
    lang: str

    def write(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float,
        colour: str = INK,
        align: str = "left",
    ) -> "Text":
        """Write one line, its baseline at (x, y) mm."""
        return self.paper.text(
            x,
            y,
            words,
            fontproperties=self.font,
            size=size,
            color=colour,
            ha=align,
            va="baseline",
            parse_math=False,
            zorder=10,
        )

    def write_lines(
        self,
        x: float,
        top: float,
        lines: Lines,
        *,
        colour: str = INK,
        align: str = "left",
    ) -> float:
        """Write lines downwards from `top`; return where the next may start."""
        step = lines.size * LEADING * MM_PER_POINT
        for index, line in enumerate(lines.lines):
            baseline = top - index * step - lines.size * _ASCENT * MM_PER_POINT
            self.write(x, baseline, line, size=lines.size, colour=colour, align=align)
        return top - lines.height_mm

    def box(self, box: Box, *, width: float, face: str = "none") -> None:
        """Draw a rectangle with a line of `width` points."""
        from matplotlib.patches import Rectangle

        self.paper.add_patch(
            Rectangle(
                (box.x, box.y),
                box.width,
                box.height,
                facecolor=face,
                edgecolor=INK,
                linewidth=width,
                zorder=5,
            )
        )

    def line(
        self, x: Sequence[float], y: Sequence[float], *, width: float = 0.6
    ) -> None:
        """Draw a line on paper, mm; `width` in points."""
        self.paper.plot(x, y, color=INK, linewidth=width, solid_capstyle="butt")

    def swatch(self, box: Box, look: Look, *, shape: str) -> None:
        """Draw a legend's sign: an area, a line or a point."""
        from matplotlib.patches import Rectangle

        middle = box.y + box.height / 2
        if shape == "line":
            self.paper.plot(
                [box.x, box.right],
                [middle, middle],
                color=look.style.line,
                zorder=6,
                **stroke(look.style),
            )
            return
        if shape in {"point", "ring"}:
            marker = point_marker(look.style)
            if shape == "ring":
                marker |= {"markerfacecolor": "none", "markeredgewidth": 2.2}
                marker |= {"markersize": 9}
            self.paper.plot([box.x + box.width / 2], [middle], zorder=6, **marker)
            return
        corner, size = (box.x, box.y), (box.width, box.height)
        fill = Rectangle(corner, *size, facecolor=face_of(look.style), zorder=6)
        self.paper.add_patch(fill)
        edge = Rectangle(
            corner,
            *size,
            facecolor="none",
            edgecolor=look.style.line,
            hatch=look.hatch or None,
            zorder=7,
            **stroke(look.style),
        )
        self.paper.add_patch(edge)


def point_marker(look: Style) -> dict[str, Any]:
    """Return matplotlib's marker of a point feature."""
    return {
        "marker": "o",
        "markersize": 5.5,
        "color": look.fill or look.line,
        "markeredgecolor": look.line,
        "markeredgewidth": 0.9,
        "linestyle": "none",
    }


def face_of(look: Style) -> Any:
    """Return the fill with its opacity, or ``none``."""
    from matplotlib.colors import to_rgba

    if look.fill is None or look.opacity == 0:
        return "none"
    return to_rgba(look.fill, look.opacity)


def new_page(layout: PageLayout, placed: Placed, *, lang: str) -> Page:
    """Return an empty page whose map axes show `placed` at its true scale."""
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    size = layout.width / MM_PER_INCH, layout.height / MM_PER_INCH
    figure = Figure(figsize=size, facecolor="white")
    frame = layout.frame
    chart = figure.add_axes(
        (
            frame.x / layout.width,
            frame.y / layout.height,
            frame.width / layout.width,
            frame.height / layout.height,
        )
    )
    paper = figure.add_axes((0, 0, 1, 1))
    paper.set_xlim(0, layout.width)
    paper.set_ylim(0, layout.height)
    paper.set_axis_off()
    west, south, east, north = placed.view.bounds
    chart.set_xlim(west, east)
    chart.set_ylim(south, north)
    chart.set_axis_off()
    return Page(
        figure=figure,
        paper=paper,
        map=chart,
        layout=layout,
        placed=placed,
        font=FontProperties(fname=str(font_path())),
        lang=lang,
    )
