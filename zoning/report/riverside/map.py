"""The map of a river-bank survey: belts by their limit, corridors, breaks."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.report.linkage.words import decimal
from zoning.report.map import empty_map, save_map
from zoning.report.map_items import add_layer, add_outlines
from zoning.report.map_labels import place_labels
from zoning.report.map_layers import (
    bounds_lonlat,
    draw_layers,
    feature,
    to_degrees,
    view_window,
)
from zoning.report.map_legend import legend, legend_row
from zoning.report.map_panel import layer_facts, panel
from zoning.report.map_view import MapView
from zoning.report.map_words import sentence, state_mark
from zoning.report.riverside.features import Drawn, Row, drawn_shapes
from zoning.report.riverside.story import state_of
from zoning.report.riverside.words import (
    belt_m2,
    head_parts,
    percent_of,
    remarks_of,
    riverside_text,
)
from zoning.report.styles import layer_ids, style, text_colour
from zoning.riverside import RiverSide, RiversideReport

if TYPE_CHECKING:
    import folium

__all__ = ["draw_riverside", "write_riverside_map"]

Json = dict[str, Any]
_SHOWN = frozenset({"county", "river"})
_HIDDEN = frozenset({"drawdown"})
_COARSE_M = 5.0
_HA = 10_000


def draw_riverside(report: RiversideReport, *, lang: str) -> "folium.Map":
    """Return a Folium map of the survey; it needs no network."""
    from zoning.report.inline import OfflineFigure

    base = report.base
    drawn = draw_layers(base, view_window(base, 0.0), lang=lang)
    items = drawn_shapes(report, lang)
    bounds = bounds_lonlat(_seen(report), base.crs)
    figure = OfflineFigure(f"{riverside_text('map_kind', lang)} · {base.name}", lang)
    page = empty_map(figure, bounds, lang=lang)
    groups = {
        entry.layer: add_layer(page, entry, show=entry.layer in _SHOWN)
        for entry in drawn
        if entry.shown
    }
    told = {entry.layer: entry.told for entry in drawn if entry.shown}
    for item, own in items.items():
        if own:
            groups[item] = _add_item(page, report, item, own=own, lang=lang)
            told[item] = [_told(item, row, lang) for row, _ in own]
    rows = [
        legend_row(style(item), len(own), lang)
        for item, own in reversed(items.items())
        if own
    ]
    group = {"label": riverside_text("map_group", lang), "rows": rows}
    data = _said(report, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [
            *(key for key in layer_ids() if key in groups),
            *(item for item in items if item in groups),
        ],
        "labels": place_labels(base),
        "legend": [group, *legend(base, drawn, {}, lang=lang)],
        "told": told,
        "tiles": None,
    }
    page.add_child(MapView(data, groups))
    return page


def write_riverside_map(report: RiversideReport, path: Path, *, lang: str) -> None:
    """Write the page of `draw_riverside`."""
    page = draw_riverside(report, lang=lang)
    save_map(page, path)


def _seen(report: RiversideReport) -> BaseGeometry:
    shapes = np.array([one.water for one in report.rivers], dtype=object)
    return shapely.box(*shapely.total_bounds(shapes)).buffer(500.0)


def _add_item(
    page: Any, report: RiversideReport, item: str, *, own: Drawn, lang: str
) -> Any:
    import folium

    column = np.array([*(shape for _, shape in own), None], dtype=object)[:-1]
    degrees = to_degrees(shapely.simplify(column, _COARSE_M), report.base.crs)
    group = folium.FeatureGroup(
        name=style(item).label(lang), show=item not in _HIDDEN
    ).add_to(page)
    add_outlines(
        group, [feature(shape, number) for number, shape in enumerate(degrees)], item
    )
    return group


def _told(item: str, row: Row, lang: str) -> Json:
    if item == "bank_break":
        said = riverside_text(
            "break_told",
            lang,
            name=row["river"],
            side=row["side"],
            length=decimal(row["length_m"], 0),
            cover=riverside_text("cover_code", lang, code=row["cover"]),
        )
        return {"heading": sentence(style(item).label(lang)), "basis": said}
    told: Json = {"heading": sentence(style(item).label(lang)), "basis": row["river"]}
    if "area_ha" in row:
        area = decimal(row["area_ha"], 1)
        told["basis"] = riverside_text("belt_told", lang, name=row["river"], area=area)
    return told


def _said(report: RiversideReport, lang: str) -> Json:
    """Return the panel: a card with the rivers."""
    meta = riverside_text(
        "map_meta", lang, as_of=report.as_of.isoformat(), count=len(report.rivers)
    )
    own = style("belt_ridge")
    colour = own.fill or own.line
    mark = {
        "word": str(len(report.rivers)),
        "colour": colour,
        "ink": text_colour(colour),
    }
    card = {
        "name": riverside_text("map_card", lang),
        "sub": "",
        "mark": mark,
        "bounds": None,
        "findings": [_line(report, one, mark, lang=lang) for one in report.rivers],
        "open": [],
        "gaps": [],
        "not_checked": 0,
        "remarks": [],
    }
    return panel(report.base, lang) | {
        "kind": riverside_text("map_kind", lang),
        "title": report.base.name,
        "meta": meta,
        "note": riverside_text("map_note", lang),
        "tally": [
            state_mark(state_of(report), lang) | {"word": part}
            for part in head_parts(report, lang)
        ],
        "sites": [card],
        "overview": [],
        "remarks": [problem.line(lang) for _, _, problem in remarks_of(report)],
    }


def _line(report: RiversideReport, one: RiverSide, mark: Json, *, lang: str) -> Json:
    area = belt_m2(one)
    banks = {} if one.green is None else one.green.by_side
    left, right = (
        percent_of(banks[side].continuity if side in banks else None)
        for side in ("left", "right")
    )
    extent = riverside_text(
        "river_told",
        lang,
        area=decimal(None if area is None else area / _HA, 0),
        forest=percent_of(None if one.cover is None else one.cover.forest_share),
        left=left,
        right=right,
    )
    return {
        "title": one.name,
        "mark": mark | {"word": ""},
        "extent": extent,
        "basis": "",
        "bounds": bounds_lonlat(
            shapely.box(*one.water.bounds).buffer(300.0), report.base.crs
        ),
        "shapes": {},
    }
