"""The picture of an audit: the county, its lines, and a mark for each problem."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

import numpy as np
import shapely

from zoning import measure
from zoning.model import AuditProblem, AuditReport, AuditSeverity
from zoning.report.audit.words import audit_text
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
from zoning.report.severities import STATE_OF
from zoning.report.styles import state_colour, style
from zoning.terms import label

__all__ = ["NUMBERED", "audit_picture"]

NUMBERED = 8
"""Problems that bear their number: those of the table on the first page."""

_LAYERS = ("ecological_redline", "urban_development_boundary", "township")
_SIZE_IN = (6.3, 4.6)
_DPI = 180
_MAP_BOX = (0.012, 0.07, 0.696, 0.915)
_LEGEND_BOX = (0.72, 0.07, 0.275, 0.915)
_COARSE = 1500.0
"""Outlines are drawn to this part of the county's width."""


def audit_picture(report: AuditReport, *, lang: str) -> Picture:
    """Return the picture; the same report gives the same bytes."""
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
    keys = [*_draw_problems(pen, report), *_draw_base(pen, report)]
    draw_scale(pen, view)
    draw_north(pen)
    if report.base.demo:
        pen.watermark(audit_text("stamp", lang))
    draw_legend(legend, keys, pen)
    caption = drawable(f"{report.base.crs} · {report.as_of.isoformat()}")
    figure.text(0.014, 0.02, caption, fontproperties=font, size=8.5, color="#4c525a")
    packed = BytesIO()
    canvas.print_figure(packed, format="png", dpi=_DPI, metadata={"Software": None})
    return Picture(
        png=packed.getvalue(),
        alt=audit_text("map_kind", lang),
        caption=audit_text("picture_caption", lang, count=NUMBERED),
        size=(round(figure.bbox.width), round(figure.bbox.height)),
    )


def _view(report: AuditReport) -> Any:
    """Return the county's box, grown to the shape of the frame."""
    west, south, east, north = report.base.county.bounds
    aspect = (_SIZE_IN[0] * _MAP_BOX[2]) / (_SIZE_IN[1] * _MAP_BOX[3])
    width, height = (east - west) * 1.06, (north - south) * 1.06
    width, height = max(width, height * aspect), max(height, width / aspect)
    x, y = (west + east) / 2, (south + north) / 2
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _draw_base(pen: Pen, report: AuditReport) -> list[LegendKey]:
    west, _, east, _ = report.base.county.bounds
    coarse = (east - west) / _COARSE
    draw_part(pen, shapely.boundary(report.base.county), style("county"))
    keys = []
    for name in _LAYERS:
        layer = report.base.layers.get(name)
        if layer is None:
            continue
        look = style(name)
        for shape in shapely.simplify(layer.geometry, coarse):
            draw_part(pen, shape, look)
        keys.append(LegendKey(name=label("layer", name, pen.lang), style=look))
    return keys


def _draw_problems(pen: Pen, report: AuditReport) -> list[LegendKey]:
    """Draw a mark where each problem lies, the worst on top."""
    placed = [one for one in report.problems if one.witness is not None]
    keys = []
    for severity in AuditSeverity:
        mine = [one for one in placed if one.severity == severity]
        if not mine:
            continue
        colour = state_colour(STATE_OF[severity])
        x, y = _places(mine, report.base.crs).T
        height = 1300 - 10 * list(AuditSeverity).index(severity)
        pen.axes.plot(
            x,
            y,
            linestyle="none",
            marker="o",
            markersize=7,
            color=colour,
            markeredgecolor="white",
            markeredgewidth=1.0,
            zorder=height,
        )
        said = label("audit_severity", severity, pen.lang)
        keys.append(
            LegendKey(name=f"{said} {len(mine)}", style=style("problem"), colour=colour)
        )
    first = [one for one in report.problems[:NUMBERED] if one.witness is not None]
    if first:
        for one, (x, y) in zip(first, _places(first, report.base.crs), strict=True):
            _number(pen, one, (float(x), float(y)))
    return keys


def _number(pen: Pen, one: AuditProblem, at: tuple[float, float]) -> None:
    pen.axes.annotate(
        str(int(one.id[1:])),
        xy=at,
        xytext=(6, 5),
        textcoords="offset points",
        fontproperties=pen.font,
        size=9.5,
        color="#14181f",
        zorder=1400,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
    )


def _places(problems: Sequence[AuditProblem], crs: str) -> Any:
    points = [(one.witness.lon, one.witness.lat) for one in problems if one.witness]
    return measure.from_lonlat(np.array(points, dtype=np.float64), crs)
