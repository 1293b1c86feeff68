"""The picture of a river-bank survey: belts by their limit, strips, breaks."""

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.report.blocks import Picture
from zoning.report.county_picture import (
    PictureWords,
    coarseness,
    county_picture,
    draw_county,
)
from zoning.report.figure import draw_part
from zoning.report.furniture import LegendKey, Pen
from zoning.report.riverside.features import drawn_shapes
from zoning.report.riverside.words import riverside_text
from zoning.report.styles import style
from zoning.riverside import RiversideReport

__all__ = ["riverside_picture"]


def riverside_picture(report: RiversideReport, *, lang: str) -> Picture:
    """Return the picture; the same survey gives the same bytes."""
    return county_picture(
        report.base,
        lambda pen: _draw(pen, report),
        PictureWords(
            alt=riverside_text("picture_alt", lang),
            caption=riverside_text("picture_caption", lang),
            foot=f"{report.base.crs} · {report.as_of.isoformat()}",
            stamp=riverside_text("stamp", lang),
        ),
        lang=lang,
        focus=None if len(report.rivers) > 1 else _around(report),
    )


def _around(report: RiversideReport) -> BaseGeometry | None:
    shapes = [one.water for one in report.rivers]
    return shapely.buffer(shapely.box(*shapes[0].bounds), 1_000.0) if shapes else None


def _draw(pen: Pen, report: RiversideReport) -> list[LegendKey]:
    coarse = coarseness(report.base) / 4
    draw_county(pen, report.base)
    keys = []
    for item, drawn in drawn_shapes(report, pen.lang).items():
        if item == "strip" and len(report.rivers) > 1:
            continue  # too fine for a whole county
        own = style(item)
        for _, shape in drawn:
            draw_part(pen, shapely.simplify(shape, coarse), own)
        if drawn:
            keys.append(LegendKey(name=own.label(pen.lang), style=own))
    water = style("river")
    for one in report.rivers:
        draw_part(pen, shapely.simplify(one.water, coarse), water)
    return [LegendKey(name=water.label(pen.lang), style=water), *keys[::-1]]
