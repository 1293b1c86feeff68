"""How each layer, class, state and verdict looks: one table for every output.

The table is `zoning/report/styles.yaml`; the words come from `zoning.terms`.
It is checked as a whole when it is first read.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml, terms
from zoning.model import State, Verdict

__all__ = [
    "HATCHES",
    "MARKERS",
    "Pattern",
    "Style",
    "StyleError",
    "class_column",
    "groups",
    "kinds",
    "layer_ids",
    "pattern",
    "state_colour",
    "style",
    "text_colour",
    "verdict_colour",
]

_COLOUR = re.compile(r"#[0-9a-f]{6}")
_DASH = re.compile(r"\d+(\.\d+)?( \d+(\.\d+)?)+")
_LUMINANCE = (0.2126, 0.7152, 0.0722)
_READABLE = 3.0
HATCHES = ("none", "forward", "back", "cross", "grid", "horizontal", "vertical")
MARKERS = ("circle", "square", "triangle", "star", "cross", "x", "diamond")
_FIELDS = {"group", "fill", "line", "width", "opacity", "dash", "order", "by", "kinds"}
_KIND_TERMS = {"corridor_layout": "corridor_kind", "control_unit": "unit_class"}


class StyleError(ValueError):
    """The table of styles is malformed: a mistake of the programme."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How one layer, or one class of it, is drawn.

    Parameters
    ----------
    layer : str
        Layer id of the catalogue, or an item of the map such as ``site``.
    kind : str or None
        Class value; None for the layer as a whole.
    group : str
        Group of the legend, a key of the terms ``map_group``.
    fill : str or None
        ``#rrggbb``; None draws no fill.
    line : str
        Colour of outline or line.
    width : float
        Line width in points.
    opacity : float
        Opacity of the fill, 0 to 1.
    dash : tuple of float
        Lengths of strokes and gaps in points; empty for a solid line.
    order : int
        Drawing order, higher above lower.
    """

    layer: str
    kind: str | None
    group: str
    fill: str | None
    line: str
    width: float
    opacity: float
    dash: tuple[float, ...]
    order: int

    def label(self, lang: str = "zh") -> str:
        """Return the name of the class, or of the layer when it has none."""
        if self.kind is None:
            name = "map_item" if self.layer in _table().items else "layer"
            return terms.label(name, self.layer, lang)
        return _kind_label(self.layer, self.kind, lang)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """What tells a state or verdict apart without its colour.

    Parameters
    ----------
    hatch : str
        Of surfaces; one of `HATCHES`.
    dash : tuple of float
        Of lines: strokes and gaps in points; empty for a solid line.
    marker : str
        Of points; one of `MARKERS`.
    """

    hatch: str
    dash: tuple[float, ...]
    marker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    layers: Mapping[str, Style]
    items: Mapping[str, Style]
    kinds: Mapping[str, Mapping[str, Style]]
    columns: Mapping[str, str]
    states: Mapping[State, str]
    verdicts: Mapping[Verdict, str]
    patterns: Mapping[str, Pattern]


def style(layer: str, kind: str | None = None) -> Style:
    """Return the style of a layer, of one class of it, or of a map item.

    Parameters
    ----------
    layer : str
        Id in `zoning/data/layers.yaml`, or ``site``, ``conflict``,
        ``residue``, ``section``, ``trim``, ``window``.
    kind : str or None
        Value of the layer's class column; one that is not in the table is
        drawn like the layer.

    Raises
    ------
    KeyError
        If the table knows no such layer.
    """
    table = _table()
    whole = table.items[layer] if layer in table.items else table.layers[layer]
    return table.kinds.get(layer, {}).get(kind or "", whole)


def class_column(layer: str) -> str | None:
    """Return the attribute column that `kinds` of this layer are values of."""
    return _table().columns.get(layer)


def kinds(layer: str) -> tuple[str, ...]:
    """Return the classes of a layer that have a style, in order of the table."""
    return tuple(_table().kinds.get(layer, {}))


def layer_ids() -> tuple[str, ...]:
    """Return every layer of the table in drawing order, lowest first."""
    layers = _table().layers.values()
    return tuple(entry.layer for entry in sorted(layers, key=lambda s: s.order))


def groups() -> Mapping[str, tuple[str, ...]]:
    """Return the groups of the legend with their layers, topmost first."""
    return {
        group: tuple(
            layer for layer in reversed(layer_ids()) if style(layer).group == group
        )
        for group in terms.group("map_group")
    }


def state_colour(state: State) -> str:
    """Return ``#rrggbb`` for a finding's state."""
    return _table().states[state]


def verdict_colour(verdict: Verdict) -> str:
    """Return ``#rrggbb`` for a site's verdict."""
    return _table().verdicts[verdict]


def pattern(word: State | Verdict) -> Pattern:
    """Return what tells a state or verdict apart without colour."""
    return _table().patterns[str(word)]


def text_colour(background: str) -> str:
    """Return white or near-black, whichever reads better on `background`.

    Relative luminance and contrast of WCAG 2.2.
    """
    parts = [int(background[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  # sRGB
        for p in parts
    ]
    luminance = sum(w * p for w, p in zip(_LUMINANCE, linear, strict=True))
    return "#ffffff" if 1.05 / (luminance + 0.05) >= _READABLE else "#14181f"


@cache
def _table() -> _Table:
    text = files("zoning").joinpath("report/styles.yaml").read_text(encoding="utf-8")
    return _read(strict_yaml.load_text(text))


def _read(loaded: Any) -> _Table:
    """Return the table, or raise StyleError naming the entry at fault."""
    layers = loaded["layers"]
    return _Table(
        layers={key: _style(key, None, entry) for key, entry in layers.items()},
        items={
            key: _style(key, None, {"group": "site"} | entry)
            for key, entry in loaded["items"].items()
        },
        kinds={
            key: {
                kind: _style(key, kind, entry | own)
                for kind, own in entry["kinds"].items()
            }
            for key, entry in layers.items()
            if "kinds" in entry
        },
        columns={key: entry["by"] for key, entry in layers.items() if "by" in entry},
        states={key: _colour(str(key), loaded["states"].get(key)) for key in State},
        verdicts={
            key: _colour(str(key), loaded["verdicts"].get(key)) for key in Verdict
        },
        patterns={
            str(key): _pattern(str(key), loaded["patterns"].get(key, {}))
            for key in (*State, *Verdict)
        },
    )


def _pattern(where: str, entry: Mapping[str, str]) -> Pattern:
    hatch, marker = entry.get("hatch"), entry.get("marker")
    if hatch not in HATCHES or marker not in MARKERS:
        raise StyleError(f"{where}: unknown hatch {hatch} or marker {marker}")
    return Pattern(hatch=hatch, dash=_dash(where, entry["dash"]), marker=marker)


def _dash(where: str, text: str) -> tuple[float, ...]:
    if text and not _DASH.fullmatch(text):
        raise StyleError(f"{where}: dash {text}")
    return tuple(float(part) for part in text.split())


def _style(layer: str, kind: str | None, entry: Mapping[str, Any]) -> Style:
    where = f"{layer}.{kind}" if kind else layer
    if unknown := sorted(set(entry) - _FIELDS):
        raise StyleError(f"{where}: unknown field {unknown[0]}")
    if entry["group"] not in {*terms.group("map_group"), "site"}:
        raise StyleError(f"{where}: unknown group {entry['group']}")
    fill = entry["fill"]
    return Style(
        layer=layer,
        kind=kind,
        group=entry["group"],
        fill=None if fill == "none" else _colour(where, fill),
        line=_colour(where, entry["line"]),
        width=_number(where, entry["width"], 10.0),
        opacity=_number(where, entry["opacity"], 1.0),
        dash=_dash(where, entry.get("dash", "")),
        order=int(entry["order"]),
    )


def _colour(where: str, text: str | None) -> str:
    if text is None or not _COLOUR.fullmatch(text):
        raise StyleError(f"{where}: {text} is not a colour such as #1b9e77")
    return text


def _number(where: str, text: str, most: float) -> float:
    value = float(text)
    if not 0 <= value <= most:
        raise StyleError(f"{where}: {text} is not between 0 and {most:g}")
    return value


def _kind_label(layer: str, kind: str, lang: str) -> str:
    if layer in _KIND_TERMS:
        return terms.label(_KIND_TERMS[layer], kind, lang)
    key = f"{layer}.{kind}"
    word = terms.label("layer_class", key, lang)
    return kind if word == key else word
