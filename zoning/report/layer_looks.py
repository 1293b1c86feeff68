"""How each layer of a GeoPackage looks, free of any GIS's own language.

QML, the QGIS project, SLD and the table of colours are written from these
values, so that they cannot differ from one another.
"""

from dataclasses import dataclass
from typing import Literal

from zoning.model import State, Verdict
from zoning.report.styles import (
    Style,
    class_column,
    kinds,
    pattern,
    state_colour,
    style,
    verdict_colour,
)
from zoning.terms import both, label

__all__ = ["BASE_PREFIX", "CLASS", "LayerLook", "Mark", "Shape", "layer_look"]

Shape = Literal["polygon", "line", "point"]

BASE_PREFIX = "base_"
CLASS = "class"
"""Column of a base layer whose values are the kinds of the style table."""

_SUFFIXES: dict[str, Shape] = {"_lines": "line", "_points": "point"}
_ITEMS = {
    "sites": "site",
    "conflicts": "conflict",
    "layout_sections": "section",
    "trim": "trim",
    "kept": "site",
    "lost": "lost",
    "crossings": "crossing",
}
_LINES = frozenset({"layout_sections", "crossings"})
_LABELS = {"sites": "site_name", "conflicts": "", "layout_sections": "width_left_m"}

# On the map a site is a mere outline and conflicts are told by a click. In a GIS
# a faint fill lets a site be picked; both are see-through for what lies below.
_SITE_OPACITY, _CONFLICT_OPACITY = 0.12, 0.55
_PLAIN = "circle"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The sign of one value of a layer's column, or of the whole layer.

    Parameters
    ----------
    value : str or None
        Value of `LayerLook.column`; None stands for everything else.
    title : str
        Word for the legend, Chinese with the code or the English beside it.
    words : tuple of str
        The same as (Chinese, English), for tables.
    fill : str or None
        ``#rrggbb``; None draws no fill.
    opacity : float
        Of the fill, 0 to 1.
    line : str
        Colour of line and outline.
    width : float
        In points.
    dash : tuple of float
        Strokes and gaps in points; empty for a solid line.
    hatch, marker : str
        See `zoning.report.styles.Pattern`.
    """

    value: str | None
    title: str
    words: tuple[str, str]
    fill: str | None
    opacity: float
    line: str
    width: float
    dash: tuple[float, ...] = ()
    hatch: str = "none"
    marker: str = _PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerLook:
    """The look of one layer.

    Parameters
    ----------
    layer : str
        Name in the GeoPackage.
    item : str
        Id in the style table.
    words : tuple of str
        Name, (Chinese, English).
    group : str
        ``site``, or a key of the terms ``map_group``.
    shape : {'polygon', 'line', 'point'}
    column : str or None
        Column by whose values marks are chosen; None for one mark.
    marks : tuple of Mark
    label_column : str or None
        Column that labels show; None for no labels.
    order : int
        Drawing order, higher above lower.
    """

    layer: str
    item: str
    words: tuple[str, str]
    group: str
    shape: Shape
    column: str | None
    marks: tuple[Mark, ...]
    label_column: str | None
    order: int


def layer_look(layer: str) -> LayerLook:
    """Return the look of a layer of ``result.gpkg`` or ``trimmed.gpkg``.

    Sites are coloured by verdict, conflicts by state, layers of the base by
    class; all others have one look. A name that no table knows looks like a
    trim.
    """
    subject, shape = _parted(layer)
    if subject.startswith(BASE_PREFIX):
        return _base_look(layer, subject.removeprefix(BASE_PREFIX), shape)
    item = _ITEMS.get(subject, "trim")
    column, marks = _item_marks(subject, style(item), shape)
    own = style(item)
    return LayerLook(
        layer=layer,
        item=item,
        words=(own.label("zh"), own.label("en")),
        group=own.group,
        shape=shape,
        column=column,
        marks=marks,
        label_column=_LABELS.get(subject) or None,
        order=own.order,
    )


def _parted(layer: str) -> tuple[str, Shape]:
    """Return what a layer shows and of what its shapes are, from its name."""
    for suffix, shape in _SUFFIXES.items():
        if layer.endswith(suffix):
            return layer.removesuffix(suffix), shape
    return layer, "line" if layer in _LINES else "polygon"


def _item_marks(
    subject: str, look: Style, shape: Shape
) -> tuple[str | None, tuple[Mark, ...]]:
    if subject == "sites":
        marks = (_verdict_mark(verdict, look) for verdict in Verdict)
        return "verdict", tuple(marks)
    if subject == "conflicts":
        return "state", tuple(_state_mark(state, look, shape) for state in State)
    return None, (_whole(look),)


def _verdict_mark(verdict: Verdict, look: Style) -> Mark:
    colour = verdict_colour(verdict)
    return Mark(
        value=str(verdict),
        title=both("verdict", verdict),
        words=(label("verdict", verdict, "zh"), label("verdict", verdict, "en")),
        fill=colour,
        opacity=_SITE_OPACITY,
        line=colour,
        width=look.width,
        marker=pattern(verdict).marker,
    )


def _state_mark(state: State, look: Style, shape: Shape) -> Mark:
    colour, sign = state_colour(state), pattern(state)
    return Mark(
        value=str(state),
        title=both("state", state),
        words=(label("state", state, "zh"), label("state", state, "en")),
        fill=colour,
        opacity=_CONFLICT_OPACITY,
        line=colour,
        width=look.width,
        dash=sign.dash if shape == "line" else (),
        hatch=sign.hatch,
        marker=sign.marker,
    )


def _whole(look: Style, value: str | None = None) -> Mark:
    words = look.label("zh"), look.label("en")
    return Mark(
        value=value,
        title=" ".join(words),
        words=words,
        fill=look.fill,
        opacity=look.opacity,
        line=look.line,
        width=look.width,
        dash=look.dash,
    )


def _base_look(layer: str, key: str, shape: Shape) -> LayerLook:
    """Return the look of a layer of the base: its classes, then all the rest."""
    own = style(key)
    known = kinds(key) if class_column(key) else ()
    marks = (*(_whole(style(key, kind), kind) for kind in known), _whole(own))
    return LayerLook(
        layer=layer,
        item=key,
        words=(own.label("zh"), own.label("en")),
        group=own.group,
        shape=shape,
        column=CLASS if known else None,
        marks=marks,
        label_column=None,
        order=own.order,
    )
