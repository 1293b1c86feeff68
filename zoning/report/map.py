"""The map: one HTML file, made by Folium, that opens without any network."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base, Report, SiteResult, State
from zoning.report.map_layers import (
    DrawnLayer,
    bounds_lonlat,
    conflict_features,
    draw_layers,
    feature,
    to_degrees,
    view_window,
)
from zoning.report.map_panel import (
    conflict_properties,
    layer_facts,
    legend,
    map_text,
    panel,
    place_labels,
    site_labels,
)
from zoning.report.styles import Style, layer_ids, state_colour, style

if TYPE_CHECKING:
    import folium

__all__ = ["MapSize", "draw_map", "map_html", "write_map"]

Json = dict[str, Any]

BUDGET_BYTES = 2_000_000
"""A map larger than this is hard to mail; `MapSize` names its largest layer."""

_SHOWN = frozenset(
    {
        "county",
        "township",
        "permanent_basic_farmland",
        "ecological_redline",
        "urban_development_boundary",
        "river",
        "corridor_layout",
        "road",
    }
)
_CASING = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class MapSize:
    """How large a written map is.

    Parameters
    ----------
    size_bytes : int
        Length of the file.
    features : int
        Features drawn.
    largest_layer : str
        Layer id with the most text in the page; '' without layers.
    """

    size_bytes: int
    features: int
    largest_layer: str

    @property
    def over_budget(self) -> bool:
        """True above 2 MB."""
        return self.size_bytes > BUDGET_BYTES


def draw_map(
    source: Report | Base, *, lang: str = "zh", radius_m: float = 2000.0
) -> "folium.Map":
    """Return a Folium map of a report, or of a whole base.

    Parameters
    ----------
    source : Report or Base
        Of a report: sites, conflicts and the layers round them. Of a base:
        every layer, for the whole county.
    lang : str
        ``zh`` or ``en``.
    radius_m : float
        How far round the sites layers are drawn, metres.

    Returns
    -------
    folium.Map
        In an `OfflineFigure`: ``save`` and notebooks need no network either.
    """
    window = view_window(source, radius_m)
    drawn = draw_layers(source, window, lang=lang)
    return _assemble(source, drawn, window, lang=lang)


def map_html(
    source: Report | Base, *, lang: str = "zh", radius_m: float = 2000.0
) -> str:
    """Return the page of `draw_map`; the same source gives the same text."""
    figure = draw_map(source, lang=lang, radius_m=radius_m).get_root()
    return str(figure.render())


def write_map(source: Report | Base, path: Path, *, lang: str = "zh") -> MapSize:
    """Write the page of `draw_map` to `path` and return how large it is."""
    window = view_window(source, 2000.0)
    drawn = draw_layers(source, window, lang=lang)
    page = str(_assemble(source, drawn, window, lang=lang).get_root().render())
    content = page.encode("utf-8")
    path.write_bytes(content)
    lengths = {entry.layer: len(json.dumps(entry.classes)) for entry in drawn}
    return MapSize(
        size_bytes=len(content),
        features=sum(entry.shown for entry in drawn),
        largest_layer=max(lengths, key=lambda key: lengths[key], default=""),
    )


def _assemble(
    source: Report | Base,
    drawn: Sequence[DrawnLayer],
    window: BaseGeometry,
    *,
    lang: str,
) -> "folium.Map":
    from folium.plugins import Fullscreen

    base = source.base if isinstance(source, Report) else source
    bounds = _extent(source)
    page = _empty_map(base, bounds, _title(base, source, lang), lang)
    Fullscreen(
        position="topright",
        title=map_text("js.full", lang),
        title_cancel=map_text("js.exit_full", lang),
    ).add_to(page)
    shown = _SHOWN | _layers_met(source)
    layers = {
        entry.layer: _add_layer(page, entry, show=entry.layer in shown)
        for entry in drawn
        if entry.shown
    }
    items = _add_items(page, source, window, lang) if isinstance(source, Report) else {}
    data = panel(source, lang) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [*(key for key in layer_ids() if key in layers), *items],
        "labels": _labels(source, lang),
        "legend": legend(
            source, drawn, {key: count for key, (_, count) in items.items()}, lang
        ),
    }
    groups = layers | {key: group for key, (group, _) in items.items()}
    page.add_child(_view(data, groups))
    return page


def _empty_map(
    base: Base, bounds: Sequence[float], title: str, lang: str
) -> "folium.Map":
    import folium

    from zoning.report.inline import OfflineFigure

    south, west, north, east = bounds
    page = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=11,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        max_zoom=19,
        zoom_snap=0.25,
    )
    page.default_js = [link for link in page.default_js if link[0] == "leaflet"]
    page.default_css = [link for link in page.default_css if link[0] == "leaflet_css"]
    OfflineFigure(title, lang).add_child(page)
    return page


def _add_layer(
    page: "folium.Map", drawn: DrawnLayer, *, show: bool
) -> "folium.FeatureGroup":
    import folium

    name = style(drawn.layer).label()
    group = folium.FeatureGroup(name=name, show=show)
    for kind, features in drawn.classes.items():
        _add_features(group, features, _path(style(drawn.layer, kind)))
    return group.add_to(page)


def _add_features(
    group: "folium.FeatureGroup", features: Sequence[Json], path: Json, **options: Any
) -> None:
    import folium

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
def _add_items(
    page: "folium.Map", report: Report, window: BaseGeometry, lang: str
) -> dict[str, tuple["folium.FeatureGroup", int]]:
    """Add what belongs to the sites; return groups and counts, lowest first."""
    import folium

    groups: dict[str, tuple[folium.FeatureGroup, int]] = {}
    plain: dict[str, list[Json]] = {
        "window": [_plain(window, report.base.crs, {})],
        "site": _site_features(report, lang),
        "conflict": [],
        "trim": _layout_features(report, "trim", lang),
        "section": _layout_features(report, "section", lang),
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
    group: "folium.FeatureGroup",
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
        casing = _path(own, color="#ffffff", fill=False, weight=own.width + _CASING)
        _add_features(group, features, casing, interactive=False)
        colour = state_colour(state)
        _add_features(group, features, _path(own, color=colour, fillColor=colour))


def _severity(state: State) -> int:
    from zoning.report.wording import STATE_ORDER

    return STATE_ORDER.index(state)


def _site_features(report: Report, lang: str) -> list[Json]:
    labels = iter(site_labels(report, lang))
    return [
        _plain(result.geometry, report.base.crs, _site_properties(result, next(labels)))
        for result in report.sites
        if result.geometry is not None
    ]


def _site_properties(result: SiteResult, said: Mapping[str, Any]) -> Json:
    return {"heading": said["text"], "mark": said["mark"], "id": result.site.id}


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


# ------------------------------------------------------------------------ the page
def _view(data: Json, groups: Mapping[str, "folium.FeatureGroup"]) -> Any:
    """Return the element that carries data, style and script of the page."""
    from branca.element import MacroElement
    from jinja2 import Template

    static = files("zoning").joinpath("report/static")
    view = MacroElement()
    view._name = "zoning_view"  # noqa: SLF001  # branca's own way
    view._template = Template(  # noqa: SLF001  # branca's own way
        "{% macro header(this, kwargs) %}<style>{{ this.css }}</style>{% endmacro %}"
        "{% macro html(this, kwargs) %}"
        '<script type="application/json" id="zoning-data">{{ this.data }}</script>'
        "{% endmacro %}"
        "{% macro script(this, kwargs) %}{{ this.js }}"
        "zoningView({{ this._parent.get_name() }}, {"
        "{% for key, group in this.groups.items() %}"
        '"{{ key }}": {{ group.get_name() }}, {% endfor %}'
        '}, JSON.parse(document.getElementById("zoning-data").textContent));'
        "{% endmacro %}"
    )
    view.css = static.joinpath("map.css").read_text(encoding="utf-8")
    view.js = static.joinpath("map.js").read_text(encoding="utf-8")
    view.data = _script_json(data)
    view.groups = groups
    return view


def _script_json(data: Json) -> str:
    """Return JSON that cannot end the script element it stands in."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _labels(source: Report | Base, lang: str) -> list[Json]:
    if isinstance(source, Report):
        return [*place_labels(source.base), *site_labels(source, lang)]
    return place_labels(source)


def _extent(source: Report | Base) -> list[float]:
    """Return [south, west, north, east] of the sites, or of the county."""
    if isinstance(source, Base):
        return bounds_lonlat(source.county, source.crs)
    shapes = [s.geometry for s in source.sites if s.geometry is not None]
    whole = shapely.union_all([shapely.box(*s.bounds) for s in shapes])
    return bounds_lonlat(whole if shapes else source.base.county, source.base.crs)


def _layers_met(source: Report | Base) -> frozenset[str]:
    """Return the layers that take part in a conflict."""
    if isinstance(source, Base):
        return frozenset({"protected_area", "water_source_zone", "shoreline_zone"})
    return frozenset(c.layer for result in source.sites for c in result.conflicts)


def _title(base: Base, source: Report | Base, lang: str) -> str:
    kind = "report" if isinstance(source, Report) else "base"
    return f"{map_text(f'title.{kind}', lang)} · {base.name}"
