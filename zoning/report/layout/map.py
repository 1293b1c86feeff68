"""The map of a layout audit: corridors by state, gaps and narrow stretches on them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.values import (
    GRAVITY,
    LINEAR,
    CorridorState,
    FeatureAudit,
    LayoutReport,
    Narrow,
)
from zoning.report.layout.words import (
    STATE_OF,
    NumberedGap,
    axis_told,
    called,
    cause_word,
    drawn_gaps,
    fills_told,
    layout_sensitivity,
    layout_text,
    owner_plan,
    percents,
    state_both,
    states_told,
)
from zoning.report.map import empty_map, save_map
from zoning.report.map_items import Items, add_cased, add_layer, add_lines
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
from zoning.report.numbers import thousands
from zoning.report.styles import layer_ids, state_colour, style
from zoning.terms import label

if TYPE_CHECKING:
    import folium

__all__ = ["draw_layout", "write_layout_map"]

Json = dict[str, Any]

_AXIS, _NARROW, _GAP = "axis", "narrow", "gap"
_AROUND_M = 400.0
_SHOWN = frozenset({"county", "corridor_layout", "river"})


def draw_layout(report: LayoutReport, *, lang: str) -> "folium.Map":
    """Return a Folium map of the layout on trial; it needs no network."""
    from zoning.report.inline import OfflineFigure

    base = report.base
    drawn = draw_layers(base, view_window(base, 0.0), lang=lang)
    bounds = bounds_lonlat(base.county, base.crs)
    figure = OfflineFigure(f"{layout_text('map_kind', lang)} · {base.name}", lang)
    page = empty_map(figure, bounds, lang=lang)
    layers = {
        entry.layer: add_layer(page, entry, show=entry.layer in _SHOWN)
        for entry in drawn
        if entry.shown
    }
    items = _items(page, report, lang=lang)
    told = {entry.layer: entry.told for entry in drawn if entry.shown}
    data = _said(report, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [*(key for key in layer_ids() if key in layers), *items],
        "labels": place_labels(base),
        "legend": [*_legend(report, lang), *legend(base, drawn, {}, lang=lang)],
        "told": told | {name: item.told for name, item in items.items()},
        "tiles": None,
    }
    groups = layers | {name: item.group for name, item in items.items()}
    page.add_child(MapView(data, groups))
    return page


def write_layout_map(report: LayoutReport, path: Path, *, lang: str) -> None:
    """Write the page of `draw_layout`."""
    page = draw_layout(report, lang=lang)
    save_map(page, path)


def _linear(report: LayoutReport) -> list[FeatureAudit]:
    return [one for one in report.features if one.axis is not None]


def _narrows(report: LayoutReport) -> list[tuple[FeatureAudit, Narrow]]:
    return [(one, stretch) for one in report.features for stretch in one.narrow]


def _items(page: Any, report: LayoutReport, *, lang: str) -> dict[str, Items]:
    """Draw axes by state, then narrow stretches, then gaps on top."""
    linear, narrow, gaps = _linear(report), _narrows(report), drawn_gaps(report)
    told = {
        _AXIS: [_axis_told(one, lang) for one in linear],
        _NARROW: [_narrow_told(one, stretch, lang) for one, stretch in narrow],
        _GAP: [_gap_told(report, one, lang) for one in gaps],
    }
    shapes: dict[str, list[BaseGeometry]] = {
        _AXIS: [one.axis.line for one in linear if one.axis is not None],
        _NARROW: [stretch.shape for _, stretch in narrow],
        _GAP: [one.gap.shape for one in gaps],
    }
    colours: dict[str, list[str]] = {
        _AXIS: [state_colour(STATE_OF[one.state]) for one in linear],
        _NARROW: [style(_NARROW).line or ""] * len(narrow),
        _GAP: [style(_GAP).fill or ""] * len(gaps),
    }
    return {
        name: Items(
            group=_group(page, report, name, drawn=(own, colours[name])),
            told=told[name],
        )
        for name, own in shapes.items()
        if own
    }


def _group(
    page: Any,
    report: LayoutReport,
    name: str,
    *,
    drawn: tuple[Sequence[BaseGeometry], Sequence[str]],
) -> Any:
    import folium

    shapes, colours = drawn
    label_of = style(name).label()
    group = folium.FeatureGroup(name=label_of, show=name != _NARROW).add_to(page)
    degrees = to_degrees(np.array([*shapes, None], dtype=object)[:-1], report.base.crs)
    features = [feature(shape, number) for number, shape in enumerate(degrees)]
    for colour in dict.fromkeys(colours):
        mine = [f for f, own in zip(features, colours, strict=True) if own == colour]
        add = add_cased if name == _GAP else add_lines
        add(group, mine, style(name), colour=colour)
    return group


def _mark(state: CorridorState, lang: str) -> Json:
    word = sentence(label("corridor_state", state, lang))
    return state_mark(STATE_OF[state], lang) | {"word": word}


def _extent(one: FeatureAudit, lang: str) -> str:
    length = None if one.length_m is None else one.length_m / 1000
    share = percents(one.continuity_share)
    return layout_text(
        "map_extent",
        lang,
        length=thousands(length, 1),
        continuity=f"{share} %" if one.continuity_share is not None else share,
    )


def _axis_told(one: FeatureAudit, lang: str) -> Json:
    return {
        "heading": called(one),
        "mark": _mark(one.state, lang),
        "layer": sentence(label("corridor_kind", one.kind, lang)),
        "feature": f"{one.id} · {axis_told(one, lang)}",
        "state": state_both(one.state),
        "area": _extent(one, lang),
        "rules": None,
        "basis": None,
    }


def _narrow_told(one: FeatureAudit, stretch: Narrow, lang: str) -> Json:
    return {
        "heading": called(one),
        "mark": _mark(CorridorState.NARROW, lang),
        "layer": sentence(label("map_item", _NARROW, lang)),
        "feature": one.id,
        "state": state_both(CorridorState.NARROW),
        "area": _narrow_line(stretch, lang),
        "rules": None,
        "basis": None,
    }


def _narrow_line(stretch: Narrow, lang: str) -> str:
    return layout_text(
        "map_narrow",
        lang,
        start=thousands(stretch.start_m, 0),
        end=thousands(stretch.end_m, 0),
        least=thousands(stretch.least_m, 0),
    )


def _gap_line(one: NumberedGap, lang: str) -> str:
    return layout_text(
        "map_gap",
        lang,
        start=thousands(one.gap.start_m, 0),
        end=thousands(one.gap.end_m, 0),
        length=thousands(one.gap.length_m, 0),
    )


def _gap_told(report: LayoutReport, one: NumberedGap, lang: str) -> Json:
    return {
        "heading": f"{one.id} {called(one.audit)}",
        "mark": _mark(CorridorState.BROKEN, lang),
        "layer": sentence(label("gap_kind", one.gap.kind, lang)),
        "feature": one.audit.id,
        "state": state_both(CorridorState.BROKEN),
        "area": _gap_line(one, lang),
        "rules": fills_told(report, one.gap, lang),
        "basis": owner_plan(report, one.gap.cause, lang),
    }


def _said(report: LayoutReport, lang: str) -> Json:
    """Return the panel: a card for each state, its corridors in the plan's order."""
    meta = layout_text(
        "map_meta",
        lang,
        as_of=report.as_of.isoformat(),
        counts=states_told(report, lang),
    )
    states = [state for state, count in report.states.items() if count]
    tally = [
        _mark(state, lang)
        | {"word": f"{_mark(state, lang)['word']} {report.states[state]}"}
        for state in states
    ]
    return panel(report.base, lang) | {
        "kind": layout_text("map_kind", lang),
        "title": report.base.name,
        "meta": meta,
        "note": layout_text("map_note", lang),
        "tally": tally,
        "sites": [_card(report, state, lang) for state in states],
        "overview": [],
        "remarks": [layout_sensitivity(report, lang)] * bool(report.model_paths),
    }


def _card(report: LayoutReport, state: CorridorState, lang: str) -> Json:
    mine = [one for one in report.features if one.kind in LINEAR and one.state == state]
    numbers = {one.row: number for number, one in enumerate(_linear(report))}
    gaps = {id(one.gap): (k, one) for k, one in enumerate(drawn_gaps(report))}
    findings = []
    for one in mine:
        findings.append(_corridor_line(report, one, numbers, lang=lang))
        for gap in one.broken_at:
            number, told = gaps[id(gap)]
            findings.append(_gap_finding(report, told, number, lang=lang))
    lines = [one.axis.line for one in mine if one.axis is not None]
    return {
        "name": sentence(label("corridor_state", state, lang)),
        "sub": layout_text("map_cards", lang, count=len(mine)),
        "mark": _mark(state, lang) | {"word": str(len(mine))},
        "bounds": _bounds(report, lines) if lines else None,
        "findings": findings,
        "open": [],
        "gaps": [],
        "not_checked": 0,
        "remarks": [],
    }


def _corridor_line(
    report: LayoutReport, one: FeatureAudit, numbers: dict[int, int], *, lang: str
) -> Json:
    lines = [one.axis.line] if one.axis is not None else []
    return {
        "title": called(one),
        "mark": _mark(one.state, lang),
        "extent": _extent(one, lang),
        "basis": axis_told(one, lang),
        "bounds": _bounds(report, lines) if lines else None,
        "shapes": {_AXIS: [numbers[one.row]]} if one.row in numbers else {},
    }


def _gap_finding(
    report: LayoutReport, one: NumberedGap, number: int, *, lang: str
) -> Json:
    return {
        "title": f"{one.id} {_gap_line(one, lang)}",
        "mark": _mark(CorridorState.BROKEN, lang),
        "extent": cause_word(report, one.gap.cause, lang),
        "basis": owner_plan(report, one.gap.cause, lang),
        "bounds": _bounds(report, [one.gap.shape]),
        "shapes": {_GAP: [number]},
    }


def _bounds(report: LayoutReport, shapes: Sequence[BaseGeometry]) -> list[float]:
    box = shapely.box(*shapely.total_bounds(np.array([*shapes], dtype=object)))
    return bounds_lonlat(box.buffer(_AROUND_M), report.base.crs)


def _legend(report: LayoutReport, lang: str) -> list[Json]:
    """Return the rows of what the audit draws."""
    linear = _linear(report)
    tally = Counter(one.state for one in linear)
    axis = legend_row(style(_AXIS), len(linear), lang)
    axis["classes"] = [
        {
            "label": sentence(label("corridor_state", state, lang)),
            "style": axis["style"] | {"line": state_colour(STATE_OF[state])},
            "count": str(tally[state]),
        }
        for state in GRAVITY
        if tally[state]
    ]
    counted = ((_GAP, len(drawn_gaps(report))), (_NARROW, len(_narrows(report))))
    rows = [axis, *(legend_row(style(k), n, lang) for k, n in counted if n)]
    return [{"label": layout_text("map_group", lang), "rows": rows}]
