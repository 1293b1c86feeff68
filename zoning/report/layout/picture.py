"""The picture of a layout audit: corridors by state, a numbered ring at each gap."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from zoning.corridors.layout.values import GRAVITY, LayoutReport
from zoning.report.blocks import Picture
from zoning.report.county_picture import (
    PictureWords,
    coarseness,
    county_picture,
    draw_county,
)
from zoning.report.figure import draw_part
from zoning.report.furniture import LegendKey, Pen
from zoning.report.layout.words import (
    STATE_OF,
    NumberedGap,
    drawn_gaps,
    layout_text,
)
from zoning.report.styles import state_colour, style
from zoning.terms import label

__all__ = ["NUMBERED", "layout_picture"]

NUMBERED = 8
"""Gaps that bear their number: those of the table on the first page."""

_PLACES = frozenset({"screen", "patch"})


def layout_picture(report: LayoutReport, *, lang: str) -> Picture:
    """Return the picture; the same report gives the same bytes."""
    return county_picture(
        report.base,
        lambda pen: [
            *_draw_lines(pen, report),
            *_draw_gaps(pen, report),
            *_draw_places(pen, report),
        ],
        PictureWords(
            alt=layout_text("map_kind", lang),
            caption=layout_text("picture_caption", lang),
            foot=f"{report.base.crs} · {report.as_of.isoformat()}",
            stamp=layout_text("stamp", lang),
        ),
        lang=lang,
    )


def _draw_places(pen: Pen, report: LayoutReport) -> list[LegendKey]:
    coarse = coarseness(report.base)
    draw_county(pen, report.base)
    keys = []
    for kind in ("screen", "patch"):
        rows = np.flatnonzero(report.planned.kinds == kind)
        if len(rows) == 0:
            continue
        look = style("corridor_layout", kind)
        for shape in shapely.simplify(report.planned.geometry[rows], coarse):
            draw_part(pen, shape, look)
        keys.append(LegendKey(name=label("corridor_kind", kind, pen.lang), style=look))
    return keys


def _draw_lines(pen: Pen, report: LayoutReport) -> list[LegendKey]:
    """Draw the axes by state, the gravest on top."""
    keys = []
    for height, state in enumerate(reversed(GRAVITY)):
        mine = [o for o in report.features if o.state == state and o.axis is not None]
        colour = state_colour(STATE_OF[state])
        for one in mine:
            if one.axis is not None:
                x, y = shapely.get_coordinates(one.axis.line).T
                wide = 3.2 if one.kind == "belt" else 1.9
                for width, own in ((wide + 1.2, "white"), (wide, colour)):
                    pen.axes.plot(
                        x,
                        y,
                        color=own,
                        linewidth=width,
                        solid_capstyle="round",
                        zorder=1200 + 10 * height,
                    )
        if mine:
            said = f"{label('corridor_state', state, pen.lang)} {len(mine)}"
            keys.append(LegendKey(name=said, style=style("axis"), colour=colour))
    return keys[::-1]


def _draw_gaps(pen: Pen, report: LayoutReport) -> list[LegendKey]:
    gaps = drawn_gaps(report)
    if not gaps:
        return []
    colour = style("gap").fill
    x, y = _middles(gaps).T
    pen.axes.plot(
        x,
        y,
        linestyle="none",
        marker="o",
        markersize=8,
        markerfacecolor="white",
        markeredgecolor=colour,
        markeredgewidth=2.0,
        zorder=1350,
    )
    for one, at in zip(gaps[:NUMBERED], _middles(gaps), strict=False):
        pen.axes.annotate(
            one.id,
            xy=(float(at[0]), float(at[1])),
            xytext=(7, 6),
            textcoords="offset points",
            fontproperties=pen.font,
            size=8.5,
            color="#14181f",
            zorder=1400,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.6},
        )
    said = f"{label('map_item', 'gap', pen.lang)} {len(gaps)}"
    return [LegendKey(name=said, style=style("gap"), colour=colour)]


def _middles(gaps: Sequence[NumberedGap]) -> Any:
    shapes = np.array([one.gap.shape for one in gaps] + [None], dtype=object)[:-1]
    return shapely.get_coordinates(shapely.centroid(shapes))
