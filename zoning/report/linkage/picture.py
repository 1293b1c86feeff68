"""The picture of a model: current, sources, links, narrow places."""

from dataclasses import replace
from io import BytesIO
from typing import Any

import numpy as np
import shapely

from zoning.linkage.values import LinkageReport
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
from zoning.report.linkage.grids import coloured_current
from zoning.report.linkage.words import linkage_text
from zoning.report.styles import Style, style

__all__ = ["linkage_picture"]

_SIZE_IN = (6.3, 5.6)
_DPI = 180
_MAP_BOX = (0.012, 0.06, 0.68, 0.93)
_LEGEND_BOX = (0.705, 0.06, 0.29, 0.93)
_COARSE = 1500.0
_UNDER = 5
_ABOVE = 1300


def linkage_picture(report: LinkageReport, *, lang: str) -> Picture:
    """Return the picture; the same model gives the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    font = FontProperties(fname=str(font_path()))
    axes, legend = figure.add_axes(_MAP_BOX), figure.add_axes(_LEGEND_BOX)
    pen = Pen(axes=axes, font=font, lang=lang)
    view = _view(report)
    pen.frame(view)
    keys = [*_draw_model(pen, report), *_draw_current(pen, report)]
    draw_scale(pen, view)
    draw_north(pen)
    if report.base.demo:
        pen.watermark(linkage_text("stamp", lang))
    draw_legend(legend, keys, pen)
    said = linkage_text(
        "picture_foot",
        lang,
        crs=report.base.crs,
        as_of=report.as_of.isoformat(),
        cell=f"{max(report.model.resistance.cell_m):g}",
    )
    figure.text(
        0.014, 0.018, drawable(said), fontproperties=font, size=8.5, color="#4c525a"
    )
    packed = BytesIO()
    canvas.print_figure(packed, format="png", dpi=_DPI, metadata={"Software": None})
    return Picture(
        png=packed.getvalue(),
        alt=linkage_text("map_kind", lang),
        caption=linkage_text("picture_caption", lang),
        size=(round(figure.bbox.width), round(figure.bbox.height)),
    )


def _view(report: LinkageReport) -> Any:
    """Return the county's box, grown to the shape of the frame."""
    west, south, east, north = report.base.county.bounds
    aspect = (_SIZE_IN[0] * _MAP_BOX[2]) / (_SIZE_IN[1] * _MAP_BOX[3])
    width, height = (east - west) * 1.05, (north - south) * 1.05
    width, height = max(width, height * aspect), max(height, width / aspect)
    x, y = (west + east) / 2, (south + north) / 2
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _draw_current(pen: Pen, report: LinkageReport) -> list[LegendKey]:
    coloured = coloured_current(report.model)
    west, south, east, north = report.model.resistance.extent
    limits = pen.axes.get_xlim(), pen.axes.get_ylim()
    pen.axes.imshow(
        coloured.pixels(),
        extent=(west, east, south, north),
        interpolation="nearest",
        zorder=_UNDER,
        aspect="equal",
    )
    pen.axes.set_xlim(limits[0])
    pen.axes.set_ylim(limits[1])
    return [
        LegendKey(
            name=linkage_text("current_key", pen.lang, range=told),
            style=_class_style(colour),
        )
        for colour, told in zip(coloured.colours, coloured.labels(), strict=True)
    ][::-1]


def _class_style(colour: str) -> Style:
    return replace(style("current"), fill=colour, line=colour, opacity=1.0)


def _draw_model(pen: Pen, report: LinkageReport) -> list[LegendKey]:
    west, _, east, _ = report.base.county.bounds
    coarse = (east - west) / _COARSE
    model = report.model
    draw_part(pen, shapely.boundary(report.base.county), style("county"))
    for source in model.sources:
        draw_part(pen, shapely.simplify(source.shape, coarse), style("source"))
    link_style = style("link")
    rim = replace(link_style, line="#ffffff", width=link_style.width + 1.6)
    for look in (rim, link_style):
        for link in model.links:
            draw_part(pen, shapely.simplify(link.path, coarse), look)
    _mark(pen, [one.shape for one in model.barriers], item="barrier", marker="s")
    _mark(pen, [one.shape for one in model.pinch_points], item="pinch", marker="o")
    for source in model.sources:
        _number(pen, source.number, shapely.point_on_surface(source.shape))
    rows = (
        ("source", len(model.sources)),
        ("link", len(model.links)),
        ("pinch", len(model.pinch_points)),
        ("barrier", len(model.barriers)),
    )
    return [
        LegendKey(name=f"{style(item).label(pen.lang)} {count}", style=style(item))
        for item, count in rows
        if count
    ]


def _mark(pen: Pen, shapes: list[Any], *, item: str, marker: str) -> None:
    if not shapes:
        return
    points = shapely.point_on_surface(np.array([*shapes, None], dtype=object)[:-1])
    x, y = shapely.get_coordinates(points).T
    own = style(item)
    pen.axes.plot(
        x,
        y,
        linestyle="none",
        marker=marker,
        markersize=4.6,
        color=own.fill,
        markeredgecolor=own.line,
        markeredgewidth=0.7,
        zorder=_ABOVE,
    )


def _number(pen: Pen, number: int, point: Any) -> None:
    pen.axes.text(
        point.x,
        point.y,
        str(number),
        fontproperties=pen.font,
        size=8.5,
        ha="center",
        va="center",
        color="#14181f",
        zorder=_ABOVE + 50,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
    )
