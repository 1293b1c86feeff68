"""Folium layers of the map: base layers, sites, conflicts, trims."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from branca.element import Element
from shapely.geometry.base import BaseGeometry

from zoning.model import Report, SiteResult, State
from zoning.report.map_labels import site_labels
from zoning.report.map_layers import (
    DrawnLayer,
    conflict_features,
    feature,
    size_text,
    to_degrees,
)
from zoning.report.map_panel import conflict_properties
from zoning.report.styles import Style, state_colour, style
from zoning.report.wording import STATE_ORDER

__all__ = ["add_items", "add_layer"]

Json = dict[str, Any]

_CASING = 3.0
_BAND = 6.0
"""Conflicts of a line are a band, so that the line itself stays visible."""


def add_layer(page: Element, drawn: DrawnLayer, *, show: bool) -> Element:
    """Add one layer of the base as a feature group, a class at a time."""
    import folium

    name = style(drawn.layer).label()
    group = folium.FeatureGroup(name=name, show=show).add_to(page)
    for kind, features in drawn.classes.items():
        own = _path(style(drawn.layer, kind))
        lines = [f for f in features if _is_line(f)]
        others = [f for f in features if not _is_line(f)]
        _add_features(group, others, own)
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
def add_items(
    page: Element, report: Report, *, window: BaseGeometry, lang: str
) -> dict[str, tuple[Element, int]]:
    """Add what belongs to the sites; return groups and counts, lowest first."""
    import folium

    groups: dict[str, tuple[Element, int]] = {}
    plain: dict[str, list[Json]] = {
        "window": [_plain(window, report.base.crs, {})],
        "conflict": [],
        "trim": _layout_features(report, "trim", lang),
        "section": _layout_features(report, "section", lang),
        "site": _site_features(report, lang),
    }
    told = conflict_properties(report, lang)
    for key, features in plain.items():
        count = len(told) if key == "conflict" else len(features)
        if not count:
            continue
        group = folium.FeatureGroup(name=style(key).label(lang)).add_to(page)
        if key == "conflict":
            _add_conflicts(group, report, told)
        else:
            casing = _path(style(key), color="#ffffff", dashArray=None, fill=False)
            casing["weight"] = style(key).width + _CASING
            _add_features(group, features, casing, interactive=False)
            live = {} if key != "window" else {"interactive": False}
            _add_features(group, features, _path(style(key)), **live)
        groups[key] = (group, count)
    return groups


def _add_conflicts(
    group: Element,
    report: Report,
    told: Sequence[tuple[Any, Json]],
) -> None:
    """Draw conflicts by state, the severe ones last and so on top."""
    own = style("conflict")
    for state in sorted(State, key=_severity):
        mine = [pair for pair in told if pair[0].state == state]
        if not mine:
            continue
        shapes = [conflict for conflict, _ in mine]
        features = conflict_features(shapes, report.base.crs, [p for _, p in mine])
        _add_cased(group, features, own, colour=state_colour(state))


def _add_cased(
    group: Element, features: Sequence[Json], own: Style, *, colour: str
) -> None:
    """Draw conflicts in the colour of their state within a white rim."""
    for thick in (False, True):
        mine = [f for f in features if _is_line(f) == thick]
        width = own.width + (_BAND if thick else 0)
        rim = _path(own, color="#ffffff", fill=False, weight=width + _CASING)
        _add_features(group, mine, rim, interactive=False)
        fill = {"fill": not thick, "fillColor": colour}
        _add_features(group, mine, _path(own, color=colour, weight=width, **fill))


def _is_line(drawn: Json) -> bool:
    return bool(drawn["geometry"]["type"].endswith("LineString"))


def _severity(state: State) -> int:
    return STATE_ORDER.index(state)


def _site_features(report: Report, lang: str) -> list[Json]:
    labels = iter(site_labels(report, lang))
    return [
        _plain(
            result.geometry,
            report.base.crs,
            _site_properties(result, next(labels), lang),
        )
        for result in report.sites
        if result.geometry is not None
    ]


def _site_properties(result: SiteResult, said: Mapping[str, Any], lang: str) -> Json:
    return {
        "heading": said["text"],
        "mark": said["mark"],
        "id": result.site.id,
        "area": size_text(result.area_m2, None, lang),
        "length": size_text(None, result.length_m, lang),
    }


def _layout_features(report: Report, part: str, lang: str) -> list[Json]:
    return [
        _plain(
            getattr(hit, part),
            report.base.crs,
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


def _plain(shape: BaseGeometry | None, crs: str, properties: Json) -> Json:
    return feature(to_degrees(np.array([shape], dtype=object), crs)[0], properties)
