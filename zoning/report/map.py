"""The map: one HTML file, made by Folium, that opens without any network."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base, Report
from zoning.report.map_distance import distances
from zoning.report.map_items import Items, add_items, add_layer
from zoning.report.map_labels import (
    distance_labels,
    place_labels,
    site_labels,
    trim_labels,
)
from zoning.report.map_layers import (
    DrawnLayer,
    bounds_lonlat,
    draw_layers,
    view_window,
)
from zoning.report.map_legend import legend
from zoning.report.map_panel import layer_facts, panel
from zoning.report.map_trim import TrimDrawing
from zoning.report.map_view import MapView
from zoning.report.map_words import map_text
from zoning.report.styles import layer_ids
from zoning.report.tiles import TileSource
from zoning.terms import LANGUAGES

if TYPE_CHECKING:
    import folium

    from zoning.report.inline import OfflineFigure

__all__ = ["MapSize", "draw_map", "empty_map", "map_html", "save_map", "write_map"]

Json = dict[str, Any]

PACK_ABOVE = 10_000
"""A map of more features carries its data as gzip."""

BUDGET_BYTES = 2_000_000
"""A map larger than this is hard to mail; `MapSize` names its largest layer."""

_AROUND_M = 250.0
_AROUND_SHARE = 0.08
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Form:
    """How a map is drawn: what lies over it, below it, and what it leaves out."""

    lang: str
    trims: TrimDrawing
    tiles: TileSource | None = None
    whole: int = 0


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
    source: Report | Base,
    *,
    lang: str = "zh",
    radius_m: float = 2000.0,
    trims: TrimDrawing | None = None,
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
    trims : TrimDrawing, optional
        Ground given up and stretches to move, drawn dashed over a report.

    Returns
    -------
    folium.Map
        In an `OfflineFigure`: ``save`` and notebooks need no network either.
    """
    over = trims or TrimDrawing()
    window = _window(source, radius_m, over)
    drawn = draw_layers(source, window, lang=lang)
    return _assemble(source, drawn, window, form=_Form(lang=lang, trims=over))


def map_html(
    source: Report | Base, *, lang: str = "zh", radius_m: float = 2000.0
) -> str:
    """Return the page of `draw_map`; the same source gives the same text."""
    figure = draw_map(source, lang=lang, radius_m=radius_m).get_root()
    return str(figure.render())


def write_map(
    source: Report | Base,
    path: Path,
    *,
    lang: str = "zh",
    trims: TrimDrawing | None = None,
    tiles: TileSource | None = None,
    whole: int = 0,
) -> MapSize:
    """Write the page of `draw_map` to `path` and return how large it is.

    With `tiles` the page asks their hosts, and nobody else, for pictures.
    `whole` is the number of sites of a batch of which `source` has some: said
    on the map.
    """
    over = trims or TrimDrawing()
    window = _window(source, 2000.0, over)
    drawn = draw_layers(source, window, lang=lang)
    form = _Form(lang=lang, trims=over, tiles=tiles, whole=whole)
    page = str(_assemble(source, drawn, window, form=form).get_root().render())
    content = page.encode("utf-8")
    path.write_bytes(content)
    lengths = {
        entry.layer: len(json.dumps([entry.classes, entry.told])) for entry in drawn
    }
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
    form: _Form,
) -> "folium.Map":
    from zoning.report.inline import OfflineFigure

    base = source.base if isinstance(source, Report) else source
    lang, trims, tiles = form.lang, form.trims, form.tiles
    bounds = _extent(source, trims)
    figure = OfflineFigure(
        _title(base, source, lang),
        lang,
        pictures=tiles.hosts if tiles else (),
        packed=sum(entry.shown for entry in drawn) > PACK_ABOVE,
    )
    page = empty_map(figure, bounds, lang=lang)
    shown = _SHOWN | _layers_met(source)
    layers = {
        entry.layer: add_layer(page, entry, show=entry.layer in shown)
        for entry in drawn
        if entry.shown
    }
    items: dict[str, Items] = {}
    if isinstance(source, Report):
        items = add_items(page, source, window=window, trims=trims, lang=lang)
    counts = {key: len(item.told) for key, item in items.items()}
    data = panel(source, lang, remarks=trims.remarks) | {
        "bounds": bounds,
        "layers": layer_facts(base, lang),
        "order": [*(key for key in layer_ids() if key in layers), *items],
        "labels": [*trim_labels(trims, base.crs), *_labels(source, lang)],
        "legend": legend(source, drawn, counts, lang=lang),
        "told": {entry.layer: entry.told for entry in drawn if entry.shown}
        | {key: item.told for key, item in items.items()},
        "tiles": _tiles(tiles, lang),
    }
    if form.whole and isinstance(source, Report):
        some = map_text("some", lang, count=len(source.sites), whole=form.whole)
        data["remarks"] = [some, *data["remarks"]]
    groups = layers | {key: item.group for key, item in items.items()}
    page.add_child(MapView(data, groups))
    return page


def save_map(page: "folium.Map", path: Path) -> None:
    """Write a map as one file."""
    path.write_bytes(str(page.get_root().render()).encode("utf-8"))


def empty_map(
    figure: "OfflineFigure", bounds: Sequence[float], *, lang: str
) -> "folium.Map":
    """Return a map without layers or tiles, of what lies within bounds, in `figure`."""
    import folium
    from folium.plugins import Fullscreen

    south, west, north, east = bounds
    page = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=11,
        tiles=None,
        prefer_canvas=True,
        zoom_control=False,
        max_zoom=19,
        zoom_snap=0.1,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
    )
    page.default_js = [link for link in page.default_js if link[0] == "leaflet"]
    page.default_css = [link for link in page.default_css if link[0] == "leaflet_css"]
    figure.add_child(page)
    Fullscreen(  # type: ignore[no-untyped-call]  # folium is half typed
        position="topright",
        title=map_text("js.full", lang),
        title_cancel=map_text("js.exit_full", lang),
    ).add_to(page)
    return page


def _tiles(tiles: TileSource | None, lang: str) -> Json | None:
    """Return what the script draws below the layers; user's text stays data."""
    if tiles is None:
        return None
    side = LANGUAGES.index(lang)
    return {
        "urls": tiles.urls,
        "label": tiles.label[side],
        "credit": tiles.credit[side],
        "subdomains": tiles.subdomains,
        "deepest": tiles.deepest,
    }


def _labels(source: Report | Base, lang: str) -> list[Json]:
    if isinstance(source, Report):
        near = distance_labels(source, lang)
        return [*site_labels(source, lang), *near, *place_labels(source.base)]
    return place_labels(source)


def _window(source: Report | Base, radius_m: float, trims: TrimDrawing) -> BaseGeometry:
    """Return where layers are drawn: round the sites and what they gave up."""
    window = view_window(source, radius_m)
    lost = [
        shapely.box(*shapely.buffer(one.geometry, radius_m).bounds)
        for one in trims.shapes
    ]
    return shapely.union_all([window, *lost]) if lost else window


def _extent(source: Report | Base, trims: TrimDrawing) -> list[float]:
    """Return [south, west, north, east] of what is looked at first.

    The sites with the nearest features that bite from a distance, or the county.
    """
    if isinstance(source, Base):
        return bounds_lonlat(source.county, source.crs)
    shapes = [s.geometry for s in source.sites if s.geometry is not None]
    if not shapes:
        return bounds_lonlat(source.base.county, source.base.crs)
    shapes += [one.geometry for one in distances(source)]
    shapes += [one.geometry for one in trims.shapes]
    west, south, east, north = shapely.union_all(shapes).bounds
    round_m = max(_AROUND_M, _AROUND_SHARE * max(east - west, north - south))
    grown = shapely.box(
        west - round_m, south - round_m, east + round_m, north + round_m
    )
    return bounds_lonlat(grown, source.base.crs)


def _layers_met(source: Report | Base) -> frozenset[str]:
    """Return the layers that take part in a conflict or a distance."""
    if isinstance(source, Base):
        return frozenset({"protected_area", "water_source_zone", "shoreline_zone"})
    met = {c.layer for result in source.sites for c in result.conflicts}
    near = {f.layer for one in distances(source) for f in one.findings}
    return frozenset(met | near)


def _title(base: Base, source: Report | Base, lang: str) -> str:
    kind = "report" if isinstance(source, Report) else "base"
    return f"{map_text(f'title.{kind}', lang)} · {base.name}"
