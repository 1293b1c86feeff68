"""How classes look in print: the one style table, with hatches and land classes."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning import strict_yaml
from zoning.model import Layer
from zoning.report.sheets.words import word
from zoning.report.styles import Style, class_column, style
from zoning.report.styles import kinds as styled_kinds
from zoning.terms import label

__all__ = ["Look", "item_look", "layer_looks"]

_LAND_ORDER = style("land_parcel").order
_LAND_LINE = 0.35
_LAND_OPACITY = 0.85
_SAY_ALL = {"control_unit"}  # their Chinese classes name the layer as well
_LIMITS = ("management_limit", "outer_edge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """A style with the name and hatch it has on paper."""

    key: str
    name: str
    style: Style
    hatch: str = ""


def item_look(
    key: str, lang: str, *, name: str | None = None, colour: str | None = None
) -> Look:
    """Return the look of a map item, such as ``site`` or ``no_data``.

    `colour` paints fill and line, as the state of a conflict does.
    """
    own = _table().items.get(key)
    look = style(key) if own is None else own.style
    if colour is not None:
        look = replace(look, fill=colour, line=colour, opacity=0.45)
    said = look.label(lang) if own is None else own.names[lang]
    hatch = _table().hatches.get(key, "") if own is None else own.hatch
    return Look(key=f"{key}.{colour}", name=name or said, style=look, hatch=hatch)


def layer_looks(
    layer: Layer, rows: NDArray[np.intp], lang: str
) -> list[tuple[Look, NDArray[np.intp]]]:
    """Return the looks of some rows of a layer, each with its rows.

    Order: that of the table of styles, then by name.
    """
    kinds = _kinds(layer, rows)
    name = layer.info.id
    table = tuple(_table().land) if name == "land_parcel" else styled_kinds(name)
    order = {kind: place for place, kind in enumerate(table)}
    found = sorted(set(kinds.tolist()), key=lambda k: (order.get(k, len(order)), k))
    return [(_look(layer.info.id, kind, lang), rows[kinds == kind]) for kind in found]


def _kinds(layer: Layer, rows: NDArray[np.intp]) -> NDArray[np.object_]:
    """Return the class of each of `rows`, '' where the layer has none."""
    name, count = layer.info.id, len(rows)
    columns = {key: values[rows] for key, values in layer.attributes.items()}
    if name == "land_parcel":
        codes = columns.get("land_class", np.full(count, "", object))
        return np.array([_land_class(str(code)) for code in codes] or [], object)
    column = class_column(name) or ""
    kinds = np.array([str(kind) for kind in columns.get(column, [""] * count)], object)
    if name == "river" and "outline" in columns:
        kinds[np.isin(columns["outline"].astype(str), _LIMITS)] = "limit"
    return kinds


def _look(layer: str, kind: str, lang: str) -> Look:
    key = f"{layer}.{kind}"
    if layer == "land_parcel":
        return _land_look(kind, lang)
    if key == "river.limit":
        return replace(item_look("river_limit", lang), key=key)
    look = style(layer, kind or None)
    hatches = _table().hatches
    return Look(
        key=key,
        name=_name(layer, look, lang),
        style=look,
        hatch=hatches.get(key, hatches.get(layer, "")),
    )


def _name(layer: str, look: Style, lang: str) -> str:
    if look.kind is None:
        return label("layer", layer, lang)
    if lang == "zh" and layer in _SAY_ALL:
        return look.label(lang)
    said = label("layer", layer, lang)
    if layer == "corridor_layout":
        said = word("layout.name", lang)
    return word("page.kind", lang, layer=said, kind=look.label(lang))


def _land_class(code: str) -> str:
    """Return the group of a DLBM code, the longest fitting start winning."""
    starts = [
        (start, group)
        for group, entry in _table().land.items()
        for start in entry.codes
        if code.startswith(start)
    ]
    return max(starts, key=lambda pair: len(pair[0]))[1] if starts else "unknown"


def _land_look(kind: str, lang: str) -> Look:
    entry = _table().land[kind]
    look = replace(
        style("land_parcel"),
        kind=kind,
        fill=entry.fill,
        line=entry.line,
        width=_LAND_LINE,
        opacity=_LAND_OPACITY,
        order=_LAND_ORDER,
    )
    key = f"land_parcel.{kind}"
    return Look(key=key, name=entry.names[lang], style=look, hatch=entry.hatch)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    names: Mapping[str, str]
    style: Style
    hatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Land:
    names: Mapping[str, str]
    codes: tuple[str, ...]
    fill: str
    line: str
    hatch: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    hatches: Mapping[str, str]
    items: Mapping[str, _Item]
    land: Mapping[str, _Land]


@cache
def _table() -> _Table:
    path = files("zoning").joinpath("report/styles.yaml")
    loaded: Any = strict_yaml.load_text(path.read_text(encoding="utf-8"))["print"]
    return _Table(
        hatches=loaded["hatches"],
        items={key: _item(key, entry) for key, entry in loaded["items"].items()},
        land={key: _land(entry) for key, entry in loaded["land_classes"].items()},
    )


def _names(entry: Mapping[str, str]) -> Mapping[str, str]:
    return {lang: entry[lang] for lang in ("zh", "en")}


def _item(key: str, entry: Mapping[str, str]) -> _Item:
    look = Style(
        layer=key,
        kind=None,
        group="site",
        fill=None if entry["fill"] == "none" else entry["fill"],
        line=entry["line"],
        width=float(entry["width"]),
        opacity=float(entry["opacity"]),
        dash=tuple(float(part) for part in entry.get("dash", "").split()),
        order=int(entry["order"]),
    )
    return _Item(names=_names(entry), style=look, hatch=entry["hatch"])


def _land(entry: Mapping[str, str]) -> _Land:
    return _Land(
        names=_names(entry),
        codes=tuple(entry["codes"].split()),
        fill=entry["fill"],
        line=entry["line"],
        hatch=entry["hatch"],
    )
