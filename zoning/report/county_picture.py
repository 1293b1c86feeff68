"""A picture of the county as a whole: the frame, its furniture, and what is drawn in.

Audit, layout and model show the same county with the same scale bar, arrow, legend and
stamp; each brings what it draws and says.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base
from zoning.report.blocks import Picture
from zoning.report.figure import draw_part
from zoning.report.fonts import font_path
from zoning.report.furniture import (
    LegendKey,
    Pen,
    draw_legend,
    draw_north,
    draw_scale,
    drawable,
)
from zoning.report.styles import style

__all__ = ["CountyFrame", "PictureWords", "coarseness", "county_picture", "draw_county"]

_DPI = 180
_COARSE = 1500.0
"""Outlines are drawn to this part of the county's width."""

Part = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class CountyFrame:
    """Where map and legend lie: shares of a sheet of `size_in` inches.

    `around` is how much larger than the county the view is.
    """

    size_in: tuple[float, float] = (6.3, 4.6)
    map_box: Part = (0.012, 0.07, 0.696, 0.915)
    legend_box: Part = (0.72, 0.07, 0.275, 0.915)
    around: float = 1.06
    foot: float = 0.02

    def view(self, county: BaseGeometry) -> BaseGeometry:
        """Return the county's box, grown to the shape of the frame."""
        west, south, east, north = county.bounds
        aspect = (self.size_in[0] * self.map_box[2]) / (
            self.size_in[1] * self.map_box[3]
        )
        width, height = (east - west) * self.around, (north - south) * self.around
        width, height = max(width, height * aspect), max(height, width / aspect)
        x, y = (west + east) / 2, (south + north) / 2
        return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWords:
    """What a picture says: for those who cannot see it, below it, and in it."""

    alt: str
    caption: str
    foot: str
    stamp: str


def county_picture(
    base: Base,
    draw: Callable[[Pen], Sequence[LegendKey]],
    words: PictureWords,
    *,
    lang: str,
    frame: CountyFrame | None = None,
    focus: BaseGeometry | None = None,
) -> Picture:
    """Return a picture of the county; the same drawing gives the same bytes.

    Parameters
    ----------
    base : Base
    draw : callable
        Draws on the axes of a pen in the working plane; returns the legend.
    words : PictureWords
        The stamp is set where the base is a demo.
    focus : geometry, optional
        What is looked at; the county by default.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    frame = frame or CountyFrame()
    figure = Figure(figsize=frame.size_in, dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    font = FontProperties(fname=str(font_path()))
    axes, legend = figure.add_axes(frame.map_box), figure.add_axes(frame.legend_box)
    pen = Pen(axes=axes, font=font, lang=lang)
    view = frame.view(base.county if focus is None else focus)
    pen.frame(view)
    keys = draw(pen)
    draw_scale(pen, view)
    draw_north(pen)
    if base.demo:
        pen.watermark(words.stamp)
    draw_legend(legend, list(keys), pen)
    foot = drawable(words.foot)
    figure.text(0.014, frame.foot, foot, fontproperties=font, size=8.5, color="#4c525a")
    packed = BytesIO()
    canvas.print_figure(packed, format="png", dpi=_DPI, metadata={"Software": None})
    return Picture(
        png=packed.getvalue(),
        alt=words.alt,
        caption=words.caption,
        size=(round(figure.bbox.width), round(figure.bbox.height)),
    )


def coarseness(base: Base) -> float:
    """Return how far outlines of a county may be drawn off, in its plane."""
    west, _, east, _ = base.county.bounds
    return float((east - west) / _COARSE)


def draw_county(pen: Pen, base: Base) -> None:
    """Draw the county's outline."""
    draw_part(pen, shapely.boundary(base.county), style("county"))
