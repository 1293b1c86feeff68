"""The map of an impact: corridors before and after, the site, what would help."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.linkage.impact import ImpactReport, LinkEffect, Measure
from zoning.report.impact.picture import view_of
from zoning.report.impact.story import state_of
from zoning.report.impact.tables import finding_lines, measure_rows
from zoning.report.impact.words import (
    cost_told,
    head_parts,
    headline,
    impact_text,
    percent_of,
    site_name,
)
from zoning.report.linkage.sensitivity import impact_sensitivity
from zoning.report.linkage.words import decimal, link_name, source_name
from zoning.report.map import empty_map, save_map
from zoning.report.map_items import add_layer, add_outlines
from zoning.report.map_labels import place_labels
from zoning.report.map_layers import (
    DrawnLayer,
    bounds_lonlat,
    draw_layers,
    feature,
    size_text,
    to_degrees,
    view_window,
)
from zoning.report.map_legend import legend, legend_row
from zoning.report.map_panel import layer_facts, panel
from zoning.report.map_view import MapView
from zoning.report.map_words import sentence, state_mark
from zoning.report.styles import layer_ids, style, text_colour

if TYPE_CHECKING:
    import folium

__all__ = ["draw_impact", "write_impact_map"]

Json = dict[str, Any]
_SHOWN = frozenset({"county", "river"})
_HIDDEN = frozenset({"narrowed"})
_AROUND_M = 300.0
Item = tuple[list[BaseGeometry], list[Json]]


def draw_impact(report: ImpactReport, *, lang: str) -> "folium.Map":
    """Return a Folium map of the impact; it needs no network."""
    from zoning.report.inline import OfflineFigure

    base = report.base
    drawn = draw_layers(base, view_window(base, 0.0), lang=lang)
    bounds = bounds_lonlat(view_of(report), base.crs)
    figure = OfflineFigure(f"{impact_text('map_kind', lang)} · {base.name}", lang)
    page = empty_map(figure, bounds, lang=lang)
    groups = {
        entry.layer: add_layer(page, entry, show=entry.layer in _SHOWN)
        for entry in drawn
        if entry.shown
    }
    told = {entry.layer: entry.told for entry in drawn if entry.shown}
    items = _items(report, lang)
    for item, (shapes, own) in items.items():
        if shapes:
            groups[item] = _add_item(page, report, item, shapes=shapes, lang=lang)
            told[item] = own
    data = _said(report, items, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [
            *(key for key in layer_ids() if key in groups),
            *(item for item in items if item in groups),
        ],
        "labels": [*_labels(report, lang), *place_labels(base)],
        "legend": _legend(report, drawn, items, lang=lang),
        "told": told,
        "tiles": None,
    }
    page.add_child(MapView(data, groups))
    return page


def write_impact_map(report: ImpactReport, path: Path, *, lang: str) -> None:
    """Write the page of `draw_impact`."""
    page = draw_impact(report, lang=lang)
    save_map(page, path)


def _items(report: ImpactReport, lang: str) -> dict[str, Item]:
    """Return the shapes of each kind with what their popups tell, lowest first."""
    kept, touched = report.standing.kept, report.touched
    found: dict[str, Item] = {
        "swath": _of_links(report, [kept.swaths[k.number - 1] for k in touched], lang),
        "narrowed": _of_links(report, [k.swath_after for k in touched], lang),
        "source": (
            list(kept.sources),
            [_source_told(report, k + 1, lang) for k in range(len(kept.sources))],
        ),
        "link": _of_links(report, [kept.paths[k.number - 1] for k in touched], lang),
        "detour": _of_links(report, [k.path_after for k in touched], lang),
        "section": _of_links(report, [k.section for k in touched], lang),
        "remedy": (
            [one.shape for one in report.measures],
            [_measure_told(report, one, lang) for one in report.measures],
        ),
    }
    site = {
        "heading": site_name(report),
        "area": size_text(report.area_m2, report.length_m, lang),
        "basis": headline(report, lang),
    }
    return found | {"site": ([report.geometry], [site])}


def _of_links(
    report: ImpactReport, shapes: Sequence[BaseGeometry | None], lang: str
) -> Item:
    """Return shapes that are there, with what their links tell."""
    both = [
        (shape, _link_told(one, lang))
        for shape, one in zip(shapes, report.touched, strict=True)
        if shape is not None and not shapely.is_empty(shape)
    ]
    return [shape for shape, _ in both], [told for _, told in both]


def _link_told(one: LinkEffect, lang: str) -> Json:
    current = ""
    if one.resistance_share is not None:
        rise = percent_of(one.resistance_share)
        current = impact_text("link_current", lang, resistance=rise)
    return {
        "heading": f"{one.number} · {link_name(one.start, one.end, lang)}",
        "area": size_text(one.overlap_m2, None, lang) if one.overlap_m2 else None,
        "basis": impact_text(
            "link_told",
            lang,
            cost=decimal(one.cost, 0),
            after=cost_told(one.cost_after, lang),
            width=decimal(one.width_m, 0),
            left=decimal(one.width_left_m, 0),
        )
        + current,
    }


def _source_told(report: ImpactReport, number: int, lang: str) -> Json:
    hurt = {one.number: one for one in report.sources}
    told: Json = {
        "heading": source_name(number, lang),
        "area": size_text(float(report.standing.area_m2[number - 1]), None, lang),
    }
    if number in hurt:
        one = hurt[number]
        parts = [
            impact_text(
                "source_told",
                lang,
                taken=decimal(one.taken_m2 / 10_000, 2),
                share=percent_of(one.taken_m2 / one.area_m2),
            )
        ]
        parts += [impact_text("source_separated", lang)] * one.separated
        told["basis"] = " · ".join(parts)
    return told


def _measure_told(report: ImpactReport, one: Measure, lang: str) -> Json:
    row = measure_rows(report, lang)[one.number - 1]
    gain = impact_text(
        "measure_told",
        lang,
        gain=decimal(row.gain_ha, 2),
        share=decimal(row.gain_pct, 1),
    )
    return {"heading": f"{one.number} · {row.kind}", "basis": f"{row.told} · {gain}"}


def _add_item(
    page: Any,
    report: ImpactReport,
    item: str,
    *,
    shapes: Sequence[BaseGeometry],
    lang: str,
) -> Any:
    import folium

    column = np.array([*shapes, None], dtype=object)[:-1]
    if item in {"swath", "narrowed", "source"}:
        coarse = max(report.standing.land.resistance.cell_m) / 2
        column = shapely.simplify(column, coarse)
    degrees = to_degrees(column, report.base.crs)
    features = [feature(shape, number) for number, shape in enumerate(degrees)]
    group = folium.FeatureGroup(
        name=style(item).label(lang), show=item not in _HIDDEN
    ).add_to(page)
    add_outlines(group, features, item)
    return group


def _said(report: ImpactReport, items: dict[str, Item], lang: str) -> Json:
    """Return the panel: corridors touched, measures, sources."""
    meta = impact_text(
        "map_meta",
        lang,
        site=site_name(report),
        as_of=report.as_of.isoformat(),
        cell=f"{max(report.standing.land.resistance.cell_m):g}",
    )
    kept = report.standing.kept
    links = [
        (k, kept.paths[one.number - 1], _link_told(one, lang))
        for k, one in enumerate(report.touched)
    ]
    shapes, told = items["remedy"]
    measures = list(zip(range(len(shapes)), shapes, told, strict=True))
    sources = [
        (
            one.number - 1,
            kept.sources[one.number - 1],
            _source_told(report, one.number, lang),
        )
        for one in report.sources
    ]
    cards = [
        _card(report, item, rows, key=key, lang=lang)
        for item, key, rows in (
            ("link", "card_links", links),
            ("source", "card_sources", sources),
            ("remedy", "card_measures", measures),
        )
        if rows
    ]
    return panel(report.base, lang) | {
        "kind": impact_text("map_kind", lang),
        "title": report.base.name,
        "meta": meta,
        "note": impact_text("map_note", lang),
        "tally": [
            state_mark(state_of(report), lang) | {"word": part}
            for part in head_parts(report, lang)
        ],
        "sites": cards,
        "overview": [],
        "remarks": [
            *(one.line(lang) for one in (*report.problems, *report.remarks)),
            *finding_lines(report, lang),
            impact_sensitivity(report, lang),
        ],
    }


def _card(
    report: ImpactReport,
    item: str,
    rows: Sequence[tuple[int, BaseGeometry, Json]],
    *,
    key: str,
    lang: str,
) -> Json:
    own = style(item)
    colour = own.fill or own.line
    mark = {"word": str(len(rows)), "colour": colour, "ink": text_colour(colour)}
    return {
        "name": sentence(own.label(lang)),
        "sub": impact_text(key, lang),
        "mark": mark,
        "bounds": None,
        "findings": [
            {
                "title": told["heading"],
                "mark": mark | {"word": ""},
                "extent": told.get("basis", ""),
                "basis": "",
                "bounds": _around(report, shape),
                "shapes": {item: [number]},
            }
            for number, shape, told in rows
        ],
        "open": [],
        "gaps": [],
        "not_checked": 0,
        "remarks": [],
    }


def _around(report: ImpactReport, shape: BaseGeometry) -> list[float]:
    box = shapely.box(*shape.bounds).buffer(_AROUND_M)
    return bounds_lonlat(box, report.base.crs)


def _labels(report: ImpactReport, lang: str) -> list[Json]:
    """Return the numbers of the sources with the point they stand at."""
    points = [shapely.point_on_surface(one) for one in report.standing.kept.sources]
    degrees = to_degrees(np.array([*points, None], dtype=object)[:-1], report.base.crs)
    return [
        {"kind": "source", "text": source_name(k, lang), "at": [point.y, point.x]}
        for k, point in enumerate(degrees, start=1)
    ]


def _legend(
    report: ImpactReport,
    drawn: Sequence[DrawnLayer],
    items: dict[str, Item],
    *,
    lang: str,
) -> list[Json]:
    rows = [
        legend_row(style(item), len(shapes), lang)
        for item, (shapes, _) in reversed(items.items())
        if shapes
    ]
    group = {"label": impact_text("map_group", lang), "rows": rows}
    return [group, *legend(report.base, drawn, {}, lang=lang)]
