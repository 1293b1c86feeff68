"""The picture of a model: current, sources, links, narrow places."""

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from zoning.linkage.values import LinkageReport
from zoning.report.blocks import Picture
from zoning.report.county_picture import (
    CountyFrame,
    PictureWords,
    coarseness,
    county_picture,
    draw_county,
)
from zoning.report.figure import draw_part
from zoning.report.furniture import LegendKey, Pen
from zoning.report.linkage.grids import coloured_current
from zoning.report.linkage.words import linkage_text
from zoning.report.styles import Style, style

__all__ = ["linkage_picture"]

_FRAME = CountyFrame(
    size_in=(6.3, 5.6),
    map_box=(0.012, 0.06, 0.68, 0.93),
    legend_box=(0.705, 0.06, 0.29, 0.93),
    around=1.05,
    foot=0.018,
)
_UNDER = 5
_ABOVE = 1300


def linkage_picture(report: LinkageReport, *, lang: str) -> Picture:
    """Return the picture; the same model gives the same bytes."""
    foot = linkage_text(
        "picture_foot",
        lang,
        crs=report.base.crs,
        as_of=report.as_of.isoformat(),
        cell=f"{max(report.model.resistance.cell_m):g}",
    )
    return county_picture(
        report.base,
        lambda pen: [*_draw_model(pen, report), *_draw_current(pen, report)],
        PictureWords(
            alt=linkage_text("map_kind", lang),
            caption=linkage_text("picture_caption", lang),
            foot=foot,
            stamp=linkage_text("stamp", lang),
        ),
        lang=lang,
        frame=_FRAME,
    )


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
    coarse, model = coarseness(report.base), report.model
    draw_county(pen, report.base)
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
