"""The map of an audit: the one map, and every problem on it where it lies."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model import AuditProblem, AuditReport, AuditSeverity, Base
from zoning.report.audit.words import (
    amount,
    audit_text,
    basis,
    counts_told,
    severity_both,
)
from zoning.report.map import empty_map, save_map
from zoning.report.map_items import Items, add_cased, add_layer
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
from zoning.report.severities import STATE_OF
from zoning.report.styles import layer_ids, state_colour, style
from zoning.terms import label

if TYPE_CHECKING:
    import folium

__all__ = ["draw_audit", "write_audit_map"]

Json = dict[str, Any]

_ITEM = "problem"
_LISTED = 300
_AROUND_M = 60.0
_OPACITY = 0.55
_SPECK_SHARE = 0.02
"""Problems smaller than this share of the county's extent get a dot beside."""
_SHOWN = frozenset({"county", "township"})


def draw_audit(report: AuditReport, *, lang: str) -> "folium.Map":
    """Return a Folium map of the base and its problems; it needs no network."""
    from zoning.report.inline import OfflineFigure

    base = report.base
    drawn = draw_layers(base, view_window(base, 0.0), lang=lang)
    bounds = bounds_lonlat(base.county, base.crs)
    figure = OfflineFigure(f"{audit_text('map_kind', lang)} · {base.name}", lang)
    page = empty_map(figure, bounds, lang=lang)
    shown = _SHOWN | {
        name for one in report.problems for name in (one.layer, one.other_layer)
    }
    layers = {
        entry.layer: add_layer(page, entry, show=entry.layer in shown)
        for entry in drawn
        if entry.shown
    }
    placed = [one for one in report.problems if one.shape is not None]
    items = _add_problems(page, report, placed, lang=lang) if placed else None
    groups = layers | ({_ITEM: items.group} if items else {})
    told = {entry.layer: entry.told for entry in drawn if entry.shown}
    data = _said(report, placed, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [*(key for key in layer_ids() if key in layers), _ITEM],
        "labels": place_labels(base),
        "legend": [*_legend(report, placed, lang), *legend(base, drawn, {}, lang=lang)],
        "told": told | ({_ITEM: items.told} if items else {}),
        "tiles": None,
    }
    page.add_child(MapView(data, groups))
    return page


def write_audit_map(report: AuditReport, path: Path, *, lang: str) -> None:
    """Write the page of `draw_audit`."""
    page = draw_audit(report, lang=lang)
    save_map(page, path)


def _add_problems(
    page: Any, report: AuditReport, placed: Sequence[AuditProblem], *, lang: str
) -> Items:
    """Draw problems by severity, the worst last and so on top."""
    import folium

    group = folium.FeatureGroup(name=style(_ITEM).label(lang)).add_to(page)
    shapes = np.array([*(one.shape for one in placed), None], dtype=object)[:-1]
    degrees = to_degrees(shapes, report.base.crs)
    features = [feature(shape, number) for number, shape in enumerate(degrees)]
    dots = _dots(shapes, report.base)
    own = replace(style(_ITEM), opacity=_OPACITY)
    for severity in reversed(AuditSeverity):
        rows = [n for n, one in enumerate(placed) if one.severity == severity]
        mine = [dots[n] for n in rows if n in dots] + [features[n] for n in rows]
        if mine:
            add_cased(group, mine, own, colour=state_colour(STATE_OF[severity]))
    told = [_told(report, one, lang) for one in placed]
    return Items(group=group, told=told)


def _dots(shapes: NDArray[np.object_], base: Base) -> dict[int, Json]:
    """Return a point in each shape that a map of the county would not show."""
    west, south, east, north = base.county.bounds
    box = shapely.bounds(shapes)
    extent = np.maximum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    small = extent < _SPECK_SHARE * max(east - west, north - south)
    rows = np.flatnonzero(small & (shapely.get_dimensions(shapes) > 0))
    points = np.asarray(shapely.point_on_surface(shapes[rows]), dtype=object)
    return {
        row: feature(point, row)
        for row, point in zip(rows.tolist(), to_degrees(points, base.crs), strict=True)
    }


def _told(report: AuditReport, one: AuditProblem, lang: str) -> Json:
    """Return what the popup of a problem tells."""
    others = [label("layer", one.other_layer, lang), *one.other_features[:3]]
    return {
        "heading": f"{one.id} {one.problem.text(lang)}",
        "mark": _mark(one.severity, lang),
        "layer": sentence(label("layer", one.layer, lang)),
        "feature": "、".join([*one.features[:3], *(o for o in others if o)]) or None,
        "state": severity_both(one.severity),
        "area": amount(one, lang) or None,
        "rules": one.rule_id,
        "basis": basis(report, one.rule_id, lang),
    }


def _mark(severity: AuditSeverity, lang: str) -> Json:
    word = sentence(label("audit_severity", severity, lang))
    return state_mark(STATE_OF[severity], lang) | {"word": word}


def _said(report: AuditReport, placed: Sequence[AuditProblem], lang: str) -> Json:
    """Return the panel: a card for each severity, its problems in rank."""
    numbers = {one.id: number for number, one in enumerate(placed)}
    kinds = [kind for kind, count in report.counts.items() if count]
    meta = audit_text(
        "map_meta",
        lang,
        as_of=report.as_of.isoformat(),
        counts=counts_told(report, lang) or audit_text("nothing", lang),
    )
    tally = [
        _mark(kind, lang)
        | {"word": f"{_mark(kind, lang)['word']} {report.counts[kind]}"}
        for kind in kinds
    ]
    return panel(report.base, lang) | {
        "kind": audit_text("map_kind", lang),
        "title": report.base.name,
        "meta": meta,
        "note": audit_text("map_note", lang),
        "tally": tally,
        "sites": [_card(report, kind, numbers, lang=lang) for kind in kinds],
        "overview": [],
        "remarks": [],
    }


def _card(
    report: AuditReport, kind: AuditSeverity, numbers: dict[str, int], *, lang: str
) -> Json:
    mine = [one for one in report.problems if one.severity == kind]
    shapes = [one.shape for one in mine if one.shape is not None]
    rest = len(mine) - _LISTED
    remarks = [audit_text("map_more", lang, count=rest)] if rest > 0 else []
    return {
        "name": sentence(label("audit_severity", kind, lang)),
        "sub": audit_text("map_site", lang, count=len(mine)),
        "mark": _mark(kind, lang) | {"word": str(len(mine))},
        "bounds": _bounds(report, shapes) if shapes else None,
        "findings": [
            _finding(report, one, numbers, lang=lang) for one in mine[:_LISTED]
        ],
        "open": [],
        "gaps": [],
        "not_checked": 0,
        "remarks": remarks,
    }


def _finding(
    report: AuditReport, one: AuditProblem, numbers: dict[str, int], *, lang: str
) -> Json:
    shapes = [one.shape] if one.shape is not None else []
    return {
        "title": f"{one.id} {one.problem.text(lang)}",
        "mark": _mark(one.severity, lang),
        "extent": amount(one, lang),
        "basis": f"{one.rule_id} {basis(report, one.rule_id, lang)}",
        "bounds": _bounds(report, shapes) if shapes else None,
        "shapes": {_ITEM: [numbers[one.id]]} if one.id in numbers else {},
    }


def _bounds(report: AuditReport, shapes: Sequence[Any]) -> list[float]:
    box = shapely.box(*shapely.total_bounds(np.array(shapes, dtype=object)))
    return bounds_lonlat(box.buffer(_AROUND_M), report.base.crs)


def _legend(
    report: AuditReport, placed: Sequence[AuditProblem], lang: str
) -> list[Json]:
    """Return the rows of the problems that are drawn."""
    del report
    tally = Counter(one.severity for one in placed)
    row = legend_row(style(_ITEM), len(placed), lang)
    row["classes"] = [
        {
            "label": sentence(label("audit_severity", kind, lang)),
            "style": row["style"]
            | {
                "fill": state_colour(STATE_OF[kind]),
                "line": state_colour(STATE_OF[kind]),
            },
            "count": str(tally[kind]),
        }
        for kind in AuditSeverity
        if tally[kind]
    ]
    return [{"label": audit_text("map_group", lang), "rows": [row]}]
