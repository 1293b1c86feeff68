"""Legend of the map: groups, layers, classes, counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from zoning.model import Base, Report
from zoning.report.map_conflicts import conflict_shapes
from zoning.report.map_distance import (
    Distance,
    distance_style,
    distances,
    limit_style,
)
from zoning.report.map_layers import DrawnLayer
from zoning.report.map_words import item_label, map_text, sentence
from zoning.report.styles import Style, groups, kinds, state_colour, style
from zoning.report.wording import STATE_ORDER, worst_state
from zoning.terms import label

__all__ = ["legend", "legend_row", "swatch"]

Json = dict[str, Any]

_LINES = frozenset(
    {"road", "section", "distance", "crossing", "link", "axis", "narrow"}
)
_POINTS = frozenset({"facility"})
_SITE_ITEMS = (
    "site",
    "lost",
    "crossing",
    "conflict",
    "residue",
    "distance",
    "trim",
    "section",
)


def legend(
    source: Report | Base,
    drawn: Sequence[DrawnLayer],
    items: Mapping[str, int],
    *,
    lang: str,
) -> list[Json]:
    """Return the groups of the legend with rows and classes.

    Parameters
    ----------
    drawn : sequence of DrawnLayer
        Every layer; those without features are listed with 0.
    items : mapping of str to int
        How many sites, conflicts and so on are drawn.
    """
    base = source.base if isinstance(source, Report) else source
    by_layer = {entry.layer: entry for entry in drawn}
    parts: list[Json] = []
    if isinstance(source, Report):
        rows = _item_rows(source, items, lang)
        parts.append({"label": map_text("js.sites_group", lang), "rows": rows})
    for group, layers in groups().items():
        rows = [
            _layer_row(by_layer[key], base, lang) for key in layers if key in by_layer
        ]
        if rows:
            parts.append({"label": label("map_group", group, lang), "rows": rows})
    return parts


def _item_rows(report: Report, items: Mapping[str, int], lang: str) -> list[Json]:
    """Return the rows of what belongs to the sites.

    Boundary errors are always listed: 0 says that there are none.
    """
    residues = sum(len(result.residue) for result in report.sites)
    counts = {**items, "residue": residues}
    near = distances(report)
    shown = [key for key in _SITE_ITEMS if counts.get(key) or key == "residue"]
    rows = []
    for key in shown:
        own = (
            distance_style(worst_state(d.state for d in near))
            if key == "distance"
            else style(key)
        )
        row = legend_row(own, counts[key], lang, name=item_label(key, lang))
        if key == "conflict":
            row["classes"] = _state_classes(report, lang)
        if key == "distance":
            row["classes"] = _limit_classes(near, lang)
        rows.append(row)
    return rows


def _state_classes(report: Report, lang: str) -> list[Json]:
    """Return the states of the conflicts drawn, the severe ones first."""
    shapes = conflict_shapes(report)
    tally = Counter(one.state for one in shapes if one.item == "conflict")
    return [
        {
            "label": sentence(label("state", state, lang)),
            "style": swatch(style("conflict"))
            | {"fill": state_colour(state), "line": state_colour(state)},
            "count": str(tally[state]),
        }
        for state in sorted(tally, key=STATE_ORDER.index, reverse=True)
    ]


def _limit_classes(near: Sequence[Distance], lang: str) -> list[Json]:
    """Return the limits shaded round the sites, the severe ones first."""
    tally = Counter((one.state, one.limit_m) for one in near if one.limit_m)
    order = sorted(tally, key=lambda own: (-STATE_ORDER.index(own[0]), own[1] or 0.0))
    return [
        {
            "label": map_text("within_limit", lang, limit=f"{limit:g}"),
            "style": swatch(limit_style(state)) | {"shape": "polygon"},
            "count": str(tally[state, limit]),
        }
        for state, limit in order
    ]


def _layer_row(drawn: DrawnLayer, base: Base, lang: str) -> Json:
    row = legend_row(style(drawn.layer), drawn.in_view, lang)
    if drawn.layer in base.missing:
        row["count"] = map_text("missing", lang)
    elif drawn.layer in base.absent:
        row["count"] = map_text("absent", lang)
    if drawn.merged:
        row["note"] = map_text("merged", lang)
    elif drawn.shown < drawn.in_view:
        row["note"] = map_text("largest", lang, shown=drawn.shown, count=drawn.in_view)
    row["classes"] = [
        {
            "label": sentence(style(drawn.layer, kind).label(lang)),
            "style": swatch(style(drawn.layer, kind)),
            "count": "" if drawn.merged else str(len(drawn.classes[kind])),
        }
        for kind in kinds(drawn.layer)
        if kind in drawn.classes
    ]
    return row


def legend_row(own: Style, count: int, lang: str, *, name: str | None = None) -> Json:
    """Return a row of the legend: a layer or an item with its count."""
    return {
        "layer": own.layer,
        "label": sentence(name or own.label(lang)),
        "style": swatch(own),
        "count": str(count),
        "note": None,
        "classes": [],
    }


def swatch(own: Style) -> Json:
    """Return the sign of a style as the script of the page draws it."""
    shape = "polygon"
    if own.layer in _POINTS:
        shape = "point"
    elif own.layer in _LINES:
        shape = "line"
    return {
        "fill": own.fill,
        "line": own.line,
        "width": own.width,
        "opacity": own.opacity,
        "dash": list(own.dash),
        "shape": shape,
    }
