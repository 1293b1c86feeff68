"""The map of a partition: each line as it is counted, with its ground."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoning.model import Base, Layer
from zoning.partition import Partition
from zoning.partition.rules import control_lines
from zoning.report.map import empty_map, save_map
from zoning.report.map_items import add_layer
from zoning.report.map_labels import place_labels
from zoning.report.map_layers import bounds_lonlat, draw_layers, view_window
from zoning.report.map_legend import legend
from zoning.report.map_panel import layer_facts, panel
from zoning.report.map_view import MapView
from zoning.report.map_words import sentence
from zoning.report.numbers import thousands
from zoning.report.one_map.closure import UNITS
from zoning.report.one_map.partition_tables import ClosedPartition, by_line
from zoning.report.styles import layer_ids
from zoning.report.texts import text

if TYPE_CHECKING:
    import folium

__all__ = ["write_partition_map"]

_BEHIND = ("county", "township", "control_unit", "river", "road")
_HA, _SHARE = 2, 5
"""Columns of the table by line."""

Json = dict[str, Any]


def write_partition_map(
    closed: ClosedPartition, base: Base, path: Path, *, lang: str
) -> None:
    """Write the map of a partition; it needs no network."""
    page = _drawn_page(closed, base, lang=lang)
    save_map(page, path)


def _drawn_page(closed: ClosedPartition, base: Base, *, lang: str) -> "folium.Map":
    from zoning.report.inline import OfflineFigure

    divided = _divided(closed.partition, base)
    every = draw_layers(divided, view_window(base, 0.0), lang=lang)
    drawn = [one for one in every if one.shown]  # no row for what is not of this map
    bounds = bounds_lonlat(base.county, base.crs)
    title = text("one_map.title_partition", lang, base=base.name)
    page = empty_map(OfflineFigure(title, lang), bounds, lang=lang)
    layers = {
        one.layer: add_layer(page, one, show=one.layer != "control_unit")
        for one in drawn
    }
    said = panel(divided, lang) | _said(closed, base, lang)
    data = said | {
        "bounds": bounds,
        "layers": layer_facts(divided, lang),
        "order": [key for key in layer_ids() if key in layers],
        "labels": place_labels(divided),
        "legend": legend(divided, drawn, {}, lang=lang),
        "told": {one.layer: one.told for one in drawn},
        "tiles": None,
    }
    page.add_child(MapView(data, layers))
    return page


def _said(closed: ClosedPartition, base: Base, lang: str) -> Json:
    """Return the panel: each line with its ground, as the table by line has it."""
    *lines, whole = by_line(closed, lang).rows
    unit = text(f"one_map.unit_{UNITS[1].key}", lang)

    def area(row: Any) -> str:
        return f"{thousands(row[_HA], 2)} {unit}"

    return {
        "kind": text("one_map.map_kind", lang),
        "meta": f"{whole[0]} {area(whole)} · {base.crs}",
        "overview": [
            {
                "label": sentence(str(row[0])),
                "sub": area(row),
                "count": f"{row[_SHARE]:.2f} %",
            }
            for row in lines
        ],
        "remarks": [one.line(lang) for one in closed.partition.problems],
    }


def _divided(found: Partition, base: Base) -> Base:
    """Return the base with each control line as the partition counts it."""
    layers = {key: base.layers[key] for key in _BEHIND if key in base.layers}
    for key in control_lines():
        own = np.array([str(line).startswith(key) for line in found.line], dtype=bool)
        if key in base.layers and own.any():
            layers[key] = _counted(base.layers[key], found, np.flatnonzero(own))
    return replace(base, layers=layers, rasters={}, missing={}, absent={}, tables={})


def _counted(layer: Layer, found: Partition, rows: np.ndarray[Any, Any]) -> Layer:
    zones = [str(found.line[row]).partition(".")[2] for row in rows]
    places = [found.names.get(str(found.township[row]), "") for row in rows]
    ids = [f"{found.township[row]}-{found.unit[row]}" for row in rows]
    return replace(
        layer,
        geometry=found.geometry[rows],
        feature_ids=np.array([*ids, None], dtype=object)[:-1],
        attributes={
            "name": np.array([*places, None], dtype=object)[:-1],
            "sub_zone": np.array([*zones, None], dtype=object)[:-1],
        },
    )
