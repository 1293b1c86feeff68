"""The picture of an impact: the site, corridors touched, ways before and after."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.linkage.impact import ImpactReport
from zoning.report.blocks import Picture
from zoning.report.county_picture import (
    CountyFrame,
    PictureWords,
    county_picture,
    draw_county,
)
from zoning.report.figure import draw_part
from zoning.report.furniture import LegendKey, Pen
from zoning.report.impact.words import impact_text
from zoning.report.styles import Style, style

__all__ = ["impact_picture", "view_of"]

_FRAME = CountyFrame(size_in=(6.3, 4.6), around=1.12)
_AROUND_M = 1_500.0
_ABOVE = 1300


def impact_picture(report: ImpactReport, *, lang: str) -> Picture:
    """Return the picture; the same impact gives the same bytes."""
    foot = impact_text(
        "picture_foot",
        lang,
        crs=report.base.crs,
        as_of=report.as_of.isoformat(),
        cell=f"{max(report.standing.land.resistance.cell_m):g}",
    )
    return county_picture(
        report.base,
        lambda pen: _draw(pen, report),
        PictureWords(
            alt=impact_text("picture_alt", lang),
            caption=impact_text("picture_caption", lang),
            foot=foot,
            stamp=impact_text("stamp", lang),
        ),
        lang=lang,
        frame=_FRAME,
        focus=view_of(report),
    )


def view_of(report: ImpactReport) -> BaseGeometry:
    """Return the ground that is looked at: the site and the links it touches."""
    shapes: list[BaseGeometry] = [shapely.buffer(report.geometry, _AROUND_M)]
    for one in report.touched:
        if one.on_path:
            shapes.append(report.standing.kept.paths[one.number - 1])
            if one.path_after is not None:
                shapes.append(one.path_after)
    return shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))


def _draw(pen: Pen, report: ImpactReport) -> list[LegendKey]:
    kept = report.standing.kept
    draw_county(pen, report.base)
    touched = [one.number - 1 for one in report.touched]
    drawn: list[tuple[str, Sequence[BaseGeometry]]] = [
        ("swath", [kept.swaths[k] for k in touched]),
        ("source", list(kept.sources)),
        ("link", [kept.paths[k] for k in touched]),
        ("detour", [one.path_after for one in report.touched if one.path_after]),
        ("section", [one.section for one in report.touched if one.section]),
        ("site", [report.geometry]),
    ]
    west, east = pen.axes.get_xlim()
    south, north = pen.axes.get_ylim()
    window = shapely.box(west, south, east, north)
    keys = []
    for item, shapes in drawn:
        own = style(item)
        inside = [s for s in shapes if shapely.intersects(s, window)]
        _draw_all(pen, inside, own, rim=item in {"link", "detour"})
        if inside:
            name = own.label(pen.lang)
            keys.append(LegendKey(name=f"{name} {len(inside)}", style=own))
    _number_sources(pen, report, window)
    return keys[::-1]


def _draw_all(
    pen: Pen, shapes: Sequence[BaseGeometry], own: Style, *, rim: bool
) -> None:
    looks = [own]
    if rim:
        looks = [replace(own, line="#ffffff", width=own.width + 1.6, dash=()), own]
    for look in looks:
        for shape in shapes:
            draw_part(pen, shape, look)


def _number_sources(pen: Pen, report: ImpactReport, window: BaseGeometry) -> None:
    for number, shape in enumerate(report.standing.kept.sources, start=1):
        part = shapely.intersection(shape, window)
        if shapely.is_empty(part):
            continue
        point = shapely.point_on_surface(part)
        pen.axes.text(
            point.x,
            point.y,
            str(number),
            fontproperties=pen.font,
            size=8.5,
            ha="center",
            va="center",
            color="#14181f",
            zorder=_ABOVE,
            bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.75, "pad": 0.8},
        )
