"""The picture of an audit: the county, its lines, and a mark for each problem."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from zoning import measure
from zoning.model import AuditProblem, AuditReport, AuditSeverity
from zoning.report.audit.words import audit_text
from zoning.report.blocks import Picture
from zoning.report.county_picture import (
    PictureWords,
    coarseness,
    county_picture,
    draw_county,
)
from zoning.report.figure import draw_part
from zoning.report.furniture import LegendKey, Pen
from zoning.report.severities import STATE_OF
from zoning.report.styles import state_colour, style
from zoning.terms import label

__all__ = ["NUMBERED", "audit_picture"]

NUMBERED = 8
"""Problems that bear their number: those of the table on the first page."""

_LAYERS = ("ecological_redline", "urban_development_boundary", "township")


def audit_picture(report: AuditReport, *, lang: str) -> Picture:
    """Return the picture; the same report gives the same bytes."""
    return county_picture(
        report.base,
        lambda pen: [*_draw_problems(pen, report), *_draw_base(pen, report)],
        PictureWords(
            alt=audit_text("map_kind", lang),
            caption=audit_text("picture_caption", lang, count=NUMBERED),
            foot=f"{report.base.crs} · {report.as_of.isoformat()}",
            stamp=audit_text("stamp", lang),
        ),
        lang=lang,
    )


def _draw_base(pen: Pen, report: AuditReport) -> list[LegendKey]:
    coarse = coarseness(report.base)
    draw_county(pen, report.base)
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
