"""Folium layers of the map: base layers, sites, conflicts, trims."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from branca.element import Element
from shapely.geometry.base import BaseGeometry

from zoning.model import Report, State
from zoning.report.map_conflicts import (
    DrawnConflict,
    conflict_shapes,
    joined_basis,
    rule_lines,
)
from zoning.report.map_distance import (
    Distance,
    distance_style,
    distances,
    limit_style,
)
from zoning.report.map_layers import (
    DrawnLayer,
    feature,
    to_degrees,
)
from zoning.report.map_trim import TrimDrawing
from zoning.report.map_words import item_label, metre, sentence, state_mark
from zoning.report.numbers import metres
from zoning.report.styles import Style, state_colour, style
from zoning.report.wording import STATE_ORDER
from zoning.terms import label

__all__ = [
    "Items",
    "add_cased",
    "add_items",
    "add_layer",
    "add_lines",
    "add_outlines",
]

Json = dict[str, Any]

_CASING = 3.0
_MUTE = frozenset({"window", "site"})
"""Outlines that must not catch the clicks on what they enclose."""

_OPACITY = {State.PROHIBITED: 0.62, State.CONDITIONAL: 0.55}
_FAINT = 0.24
"""What is only to be noted or judged must not hide what lies below."""

_BAND = 9.0
"""Conflicts of a line are a band, so that the line itself stays visible."""


def add_layer(page: Element, drawn: DrawnLayer, *, show: bool) -> Element:
    """Add one layer of the base as a feature group, a class at a time."""
    import folium

    name = style(drawn.layer).label()
    group = folium.FeatureGroup(name=name, show=show).add_to(page)
    for kind, features in drawn.classes.items():
        own = _path(style(drawn.layer, kind))
        live = drawn.layer != "county"
        lines = [f for f in features if _is_line(f)]
        others = [f for f in features if not _is_line(f)]
        _add_features(group, others, own, interactive=live)
        _add_features(group, lines, own | {"fill": False})
    return group


def _add_features(
    group: Element, features: Sequence[Json], path: Json, **options: Any
) -> None:
    import folium

    if not features:
        return
    collection = {"type": "FeatureCollection", "features": list(features)}
    folium.GeoJson(
        collection,
        style_function=lambda _: path,
        marker=folium.CircleMarker(radius=5),
        smooth_factor=0.6,
        **options,
    ).add_to(group)


def _path(own: Style, **changes: Any) -> Json:
    """Return Leaflet's path options for a style."""
    return {
        "stroke": True,
        "color": own.line,
        "weight": own.width,
        "opacity": 1,
        "fill": own.fill is not None,
        "fillColor": own.fill or own.line,
        "fillOpacity": own.opacity,
        "dashArray": " ".join(f"{part:g}" for part in own.dash) or None,
        "lineJoin": "round",
    } | changes


# ------------------------------------------------- sites, conflicts, and round them
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Items:
    """Shapes of one kind, drawn, with what their popups tell in the same order."""

    group: Element
    told: list[Json]


def add_items(
    page: Element,
    report: Report,
    *,
    window: BaseGeometry,
    trims: TrimDrawing,
    lang: str,
) -> dict[str, Items]:
    """Add what belongs to the sites; return it by map item, lowest first."""
    import folium

    conflicts, near = conflict_shapes(report), distances(report)
    found: dict[str, list[tuple[BaseGeometry, Json]]] = {
        "window": [(window, {})],
        "distance": [(one.geometry, _distance_told(one, lang)) for one in near],
        "residue": _of_item(conflicts, "residue", lang),
        "conflict": _of_item(conflicts, "conflict", lang),
        "trim": _parts_of_layout(report, "trim", lang),
        "section": _parts_of_layout(report, "section", lang),
        "site": _sites(report),
        "lost": _drawn_over(trims, "lost"),
        "crossing": _drawn_over(trims, "crossing"),
    }
    added: dict[str, Items] = {}
    for key, pairs in found.items():
        if not pairs:
            continue
        shapes = np.array([shape for shape, _ in pairs], dtype=object)
        degrees = to_degrees(shapes, report.base.crs)
        features = [feature(shape, number) for number, shape in enumerate(degrees)]
        group = folium.FeatureGroup(name=item_label(key, lang)).add_to(page)
        if key == "conflict":
            states = [one.state for one in conflicts if one.item == key]
            _add_conflicts(group, features, states)
        elif key == "distance":
            _add_limits(group, near, report.base.crs)
            _add_distances(group, features, near)
        else:
            add_outlines(group, features, key)
        added[key] = Items(group=group, told=[own for _, own in pairs])
    return added


def add_outlines(group: Element, features: Sequence[Json], key: str) -> None:
    """Draw in the item's style, within a white rim."""
    own = style(key)
    rim = _path(own, color="#ffffff", dashArray=None, fill=False)
    rim["weight"] = own.width + _CASING
    _add_features(group, features, rim, interactive=False)
    _add_features(group, features, _path(own), interactive=key not in _MUTE)


def _add_limits(group: Element, near: Sequence[Distance], crs: str) -> None:
    """Shade the surroundings of the sites within the limits, once each."""
    for state in STATE_ORDER:
        rings = [one.limit for one in near if one.state == state and one.limit]
        distinct = list({ring.wkb: ring for ring in rings}.values())
        shapes = to_degrees(np.array(distinct, dtype=object), crs)
        features = [feature(shape, number) for number, shape in enumerate(shapes)]
        _add_features(group, features, _path(limit_style(state)), interactive=False)


def _add_distances(
    group: Element, features: Sequence[Json], near: Sequence[Distance]
) -> None:
    for drawn, one in zip(features, near, strict=True):
        own = distance_style(one.state)
        rim = _path(own, color="#ffffff", dashArray=None, weight=own.width + _CASING)
        _add_features(group, [drawn], rim, interactive=False)
        _add_features(group, [drawn], _path(own))


def _add_conflicts(
    group: Element, features: Sequence[Json], states: Sequence[State]
) -> None:
    """Draw conflicts by state, the severe ones last and so on top."""
    for state in STATE_ORDER:
        mine = [f for f, own in zip(features, states, strict=True) if own == state]
        own = replace(style("conflict"), opacity=_OPACITY.get(state, _FAINT))
        add_cased(group, mine, own, colour=state_colour(state))


def add_cased(
    group: Element, features: Sequence[Json], own: Style, *, colour: str
) -> None:
    """Draw shapes in one colour within a white rim; lines as a band."""
    for thick in (False, True):
        mine = [f for f in features if _is_line(f) == thick]
        width = own.width + (_BAND if thick else 0)
        rim = _path(own, color="#ffffff", fill=False, weight=width + _CASING)
        _add_features(group, mine, rim, interactive=False)
        fill = {"fill": not thick, "fillColor": colour, "className": "conflict"}
        _add_features(group, mine, _path(own, color=colour, weight=width, **fill))


def add_lines(
    group: Element, features: Sequence[Json], own: Style, *, colour: str
) -> None:
    """Draw lines in one colour as thin as their style has them, within a white rim."""
    rim = _path(own, color="#ffffff", dashArray=None, fill=False)
    rim["weight"] = own.width + _CASING
    _add_features(group, features, rim, interactive=False)
    _add_features(group, features, _path(own, color=colour, fill=False))


def _is_line(drawn: Json) -> bool:
    return bool(drawn["geometry"]["type"].endswith("LineString"))


def _of_item(
    conflicts: Sequence[DrawnConflict], item: str, lang: str
) -> list[tuple[BaseGeometry, Json]]:
    return [
        (one.conflict.geometry, one.told(lang)) for one in conflicts if one.item == item
    ]


def _distance_told(one: Distance, lang: str) -> Json:
    """Return what the popup of a line tells."""
    first, result = one.findings[0], one.result
    limit = None if one.limit_m is None else f"{one.limit_m:g} {metre(lang)}"
    near = first.nearest
    return {
        "heading": (near.name or near.id) if near else item_label("distance", lang),
        "mark": state_mark(one.state, lang),
        "site": result.site.name,
        "layer": sentence(label("layer", first.layer, lang)),
        "feature": near.id if near else None,
        "state": f"{one.state} {label('state', one.state, lang)}",
        "distance": f"{metres(one.distance_m)} {metre(lang)}",
        "limit": limit,
        "rules": rule_lines((f.rule_id for f in one.findings), one.findings, lang),
        "basis": joined_basis(one.findings, lang),
    }


def _drawn_over(trims: TrimDrawing, item: str) -> list[tuple[BaseGeometry, Json]]:
    return [(one.geometry, one.told) for one in trims.shapes if one.item == item]


def _sites(report: Report) -> list[tuple[BaseGeometry, Json]]:
    return [
        (result.geometry, {"heading": result.site.name})
        for result in report.sites
        if result.geometry is not None
    ]


def _parts_of_layout(
    report: Report, part: str, lang: str
) -> list[tuple[BaseGeometry, Json]]:
    """Return sections or trims; `part` is the field of LayoutHit."""
    return [
        (
            getattr(hit, part),
            {
                "heading": style(part).label(lang),
                "site": result.site.name,
                "feature": hit.name,
            },
        )
        for result in report.sites
        for hit in result.layout
        if getattr(hit, part) is not None
    ]
