"""The map of a model: sources, links, corridors, narrow places over the current."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.linkage.values import LinkageReport, ModelledLink, ModelledSource
from zoning.model import State
from zoning.report.linkage.grids import Coloured, coloured_current
from zoning.report.linkage.overlay import overlay_picture
from zoning.report.linkage.sensitivity import model_sensitivity
from zoning.report.linkage.words import (
    decimal,
    headline,
    link_name,
    linkage_text,
    source_name,
)
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
from zoning.report.numbers import metres
from zoning.report.styles import layer_ids, style, text_colour

if TYPE_CHECKING:
    import folium

__all__ = ["draw_linkage", "write_linkage_map"]

Json = dict[str, Any]
_CURRENT = "current"
_BASE = (
    "township",
    "ecological_redline",
    "protected_area",
    "urban_development_boundary",
    "settlement",
    "river",
    "road",
    "corridor_layout",
)
_SHOWN = frozenset({"river"})
_HIDDEN = frozenset({"swath"})
_AROUND_M = 300.0
_UNDER_LINES = 350  # of the panes of the page: 400 holds the lines
_OPACITY = 0.85


def draw_linkage(report: LinkageReport, *, lang: str) -> "folium.Map":
    """Return a Folium map of the model; it needs no network."""
    from zoning.report.inline import OfflineFigure

    base = report.base
    drawn = [
        entry
        for entry in draw_layers(base, view_window(base, 0.0), lang=lang)
        if entry.layer in _BASE
    ]
    bounds = bounds_lonlat(base.county, base.crs)
    figure = OfflineFigure(f"{linkage_text('map_kind', lang)} · {base.name}", lang)
    page = empty_map(figure, bounds, lang=lang)
    coloured = coloured_current(report.model)
    groups: dict[str, Any] = {_CURRENT: _add_current(page, report, coloured, lang=lang)}
    groups["county"] = _add_county(page, report)
    groups |= {
        entry.layer: add_layer(page, entry, show=entry.layer in _SHOWN)
        for entry in drawn
        if entry.shown
    }
    told: dict[str, list[Json]] = {e.layer: e.told for e in drawn if e.shown}
    told["county"] = [{"name": base.name}]
    for item, shapes, own in _items(report, lang):
        if shapes:
            groups[item] = _add_item(page, report, item, shapes=shapes, lang=lang)
            told[item] = own
    data = _said(report, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [
            "county",
            *(key for key in layer_ids() if key in groups and key != "county"),
            *(item for item in _ITEMS if item in groups),
        ],
        "labels": [*_labels(report, lang), *_waters(report)],
        "legend": _legend(report, drawn, coloured, lang=lang),
        "told": told,
        "tiles": None,
    }
    page.add_child(MapView(data, groups))
    return page


def write_linkage_map(report: LinkageReport, path: Path, *, lang: str) -> None:
    """Write the page of `draw_linkage`."""
    page = draw_linkage(report, lang=lang)
    save_map(page, path)


_ITEMS = ("source", "swath", "link", "barrier", "pinch")


def _add_current(
    page: Any, report: LinkageReport, coloured: Coloured, *, lang: str
) -> Any:
    """Add the picture of the current in a pane below all lines."""
    import folium

    folium.map.CustomPane(_CURRENT, z_index=_UNDER_LINES).add_to(page)
    group = folium.FeatureGroup(name=style(_CURRENT).label(lang)).add_to(page)
    url, bounds = overlay_picture(coloured, report.model.resistance)
    picture = folium.raster_layers.ImageOverlay(
        url, bounds, opacity=_OPACITY, pane=_CURRENT, interactive=False
    )
    picture.add_to(group)
    return group


def _add_county(page: Any, report: LinkageReport) -> Any:
    """Add the outline of the county without its fill, which would hide the picture."""
    import folium

    own = style("county")
    group = folium.FeatureGroup(name=own.label()).add_to(page)
    shape = np.array([report.base.county.simplify(50.0)], dtype=object)
    line = {"color": own.line, "weight": own.width, "fill": False}
    folium.GeoJson(
        {
            "type": "FeatureCollection",
            "features": [feature(to_degrees(shape, report.base.crs)[0], 0)],
        },
        style_function=lambda _: line,
        interactive=False,
    ).add_to(group)
    return group


def _add_item(
    page: Any,
    report: LinkageReport,
    item: str,
    *,
    shapes: Sequence[BaseGeometry],
    lang: str,
) -> Any:
    import folium

    coarse = max(report.model.resistance.cell_m) / 2
    simple = shapely.simplify(np.array([*shapes, None], dtype=object)[:-1], coarse)
    degrees = to_degrees(simple, report.base.crs)
    features = [feature(shape, number) for number, shape in enumerate(degrees)]
    group = folium.FeatureGroup(
        name=style(item).label(lang), show=item not in _HIDDEN
    ).add_to(page)
    add_outlines(group, features, item)
    return group


def _items(
    report: LinkageReport, lang: str
) -> list[tuple[str, list[BaseGeometry], list[Json]]]:
    """Return the shapes of each kind with what their popups tell."""
    model = report.model
    links = [_link_told(one, lang) for one in model.links]
    radius = metres(model.radius_m)
    return [
        (
            "source",
            [one.shape for one in model.sources],
            [_source_told(one, lang) for one in model.sources],
        ),
        ("swath", [one.swath for one in model.links], links),
        ("link", [one.path for one in model.links], links),
        (
            "barrier",
            [one.shape for one in model.barriers],
            [
                {
                    "heading": linkage_text("barrier", lang, number=one.number),
                    "basis": linkage_text(
                        "barrier_told",
                        lang,
                        radius=radius,
                        gain=decimal(one.gain_per_m, 1),
                        link=one.link,
                    ),
                }
                for one in model.barriers
            ],
        ),
        (
            "pinch",
            [one.shape for one in model.pinch_points],
            [
                {
                    "heading": linkage_text("pinch", lang, number=one.number),
                    "area": size_text(one.area_m2, None, lang),
                    "basis": linkage_text(
                        "pinch_told",
                        lang,
                        current=decimal(one.current, 3),
                        links=", ".join(map(str, one.links)) or "—",
                    ),
                }
                for one in model.pinch_points
            ],
        ),
    ]


def _source_told(one: ModelledSource, lang: str) -> Json:
    kind = "source_protected" if one.protected else "source_core"
    return {
        "heading": source_name(one.number, lang),
        "class": linkage_text(kind, lang),
        "area": size_text(one.area_m2, None, lang),
        "basis": linkage_text(
            "source_told",
            lang,
            links=one.links,
            importance=decimal(one.importance, 2),
            connector=decimal(one.connector, 2),
        ),
    }


def _link_told(one: ModelledLink, lang: str) -> Json:
    return {
        "heading": f"{one.number} · {link_name(one.start, one.end, lang)}",
        "length": size_text(None, one.length_m, lang),
        "area": size_text(one.swath_m2, None, lang),
        "basis": linkage_text(
            "link_told",
            lang,
            cost=decimal(one.cost, 0),
            width=decimal(one.width_m, 0),
            importance=decimal(one.importance, 2),
            resistance=decimal(one.resistance, 2),
        ),
    }


def _said(report: LinkageReport, lang: str) -> Json:
    """Return the panel: links by importance, sources, narrow places."""
    model = report.model
    meta = linkage_text(
        "map_meta",
        lang,
        as_of=report.as_of.isoformat(),
        cell=f"{max(model.resistance.cell_m):g}",
    )
    links = sorted(model.links, key=lambda one: (-one.importance, one.number))
    sources = sorted(model.sources, key=lambda one: (-one.importance, one.number))
    cards = [
        _card(
            report,
            "link",
            [(one.number, one.path, _link_told(one, lang)) for one in links],
            lang=lang,
        ),
        _card(
            report,
            "source",
            [(one.number, one.shape, _source_told(one, lang)) for one in sources],
            lang=lang,
        ),
    ]
    told = {item: (shapes, own) for item, shapes, own in _items(report, lang)}
    for item in ("pinch", "barrier"):
        shapes, own = told[item]
        rows = [(n, s, o) for n, (s, o) in enumerate(zip(shapes, own, strict=True), 1)]
        if rows:
            cards.append(_card(report, item, rows, lang=lang))
    colour = state_mark(State.NOTICE if model.complete else State.NOT_CHECKED, lang) | {
        "word": headline(report, lang)
    }
    return panel(report.base, lang) | {
        "kind": linkage_text("map_kind", lang),
        "title": report.base.name,
        "meta": meta,
        "note": linkage_text("map_note", lang),
        "tally": [colour],
        "sites": cards,
        "overview": [],
        "remarks": [
            *(one.line(lang) for one in (*model.problems, *model.remarks)),
            model_sensitivity(model, lang),
        ],
    }


def _card(
    report: LinkageReport,
    item: str,
    rows: Sequence[tuple[int, BaseGeometry, Json]],
    *,
    lang: str,
) -> Json:
    own = style(item)
    colour = own.fill or own.line
    mark = {"word": str(len(rows)), "colour": colour, "ink": text_colour(colour)}
    return {
        "name": sentence(own.label(lang)),
        "sub": linkage_text(f"card_{item}", lang),
        "mark": mark,
        "bounds": None,
        "findings": [
            {
                "title": told["heading"],
                "mark": mark | {"word": ""},
                "extent": told["basis"],
                "basis": "",
                "bounds": _around(report, shape),
                "shapes": {item: [number - 1]},
            }
            for number, shape, told in rows
        ],
        "open": [],
        "gaps": [],
        "not_checked": 0,
        "remarks": [],
    }


def _around(report: LinkageReport, shape: BaseGeometry) -> list[float]:
    box = shapely.box(*shape.bounds).buffer(_AROUND_M)
    return bounds_lonlat(box, report.base.crs)


def _labels(report: LinkageReport, lang: str) -> list[Json]:
    """Return the numbers of the sources with the point they stand at."""
    points = [shapely.point_on_surface(one.shape) for one in report.model.sources]
    degrees = to_degrees(np.array([*points, None], dtype=object)[:-1], report.base.crs)
    return [
        {
            "kind": "source",
            "text": source_name(one.number, lang),
            "at": [point.y, point.x],
        }
        for one, point in zip(report.model.sources, degrees, strict=True)
    ]


def _waters(report: LinkageReport) -> list[Json]:
    return [one for one in place_labels(report.base) if one["kind"] == "water"]


def _legend(
    report: LinkageReport,
    drawn: Sequence[DrawnLayer],
    coloured: Coloured,
    *,
    lang: str,
) -> list[Json]:
    model = report.model
    counts = {
        "pinch": len(model.pinch_points),
        "barrier": len(model.barriers),
        "link": len(model.links),
        "swath": len(model.links),
        "source": len(model.sources),
    }
    rows = [legend_row(style(key), count, lang) for key, count in counts.items()]
    current = legend_row(style(_CURRENT), 0, lang) | {"count": ""}
    current["classes"] = [
        {
            "label": linkage_text("current_class", lang, range=label),
            "style": current["style"] | {"fill": colour, "line": colour, "opacity": 1},
            "count": "",
        }
        for colour, label in zip(coloured.colours, coloured.labels(), strict=True)
    ][::-1]
    group = {"label": linkage_text("map_group", lang), "rows": [*rows, current]}
    return [group, *legend(report.base, drawn, {}, lang=lang)]
