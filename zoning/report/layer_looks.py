"""How each layer of a GeoPackage looks, free of any GIS's own language.

QML, the QGIS project, SLD and the table of colours are written from these
values, so that they cannot differ from one another.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from zoning.model import AuditSeverity, State, Verdict
from zoning.report.severities import STATE_OF
from zoning.report.styles import (
    Style,
    pattern,
    state_colour,
    style,
    verdict_colour,
)
from zoning.terms import both, label

__all__ = ["LayerLook", "Mark", "Shape", "layer_look"]

Shape = Literal["polygon", "line", "point"]

_SUFFIXES: dict[str, Shape] = {"_lines": "line", "_points": "point"}
_ITEMS = {
    "sites": "site",
    "conflicts": "conflict",
    "layout_sections": "section",
    "trim": "trim",
    "kept": "site",
    "lost": "lost",
    "crossings": "crossing",
    "problems": "problem",
    "members": "member",
    "partition": "partition",
    "changes": "change",
    "slivers": "sliver",
    "given_up": "given_up",
    "axes": "axis",
    "gaps": "gap",
    "narrow_stretches": "narrow",
    "sources": "source",
    "corridors": "swath",
    "links": "link",
    "barriers": "barrier",
    "pinch_points": "pinch",
    "belt_ridge": "belt_ridge",
    "belt_flat": "belt_flat",
    "belt_cap": "belt_cap",
    "belt_water": "belt_water",
    "green_corridors": "strip",
    "drawdown_belt": "drawdown",
    "bank_breaks": "bank_break",
    "project_site": "site",
    "narrowed": "narrowed",
    "detours": "detour",
    "measures": "remedy",
}
_LINES = frozenset(
    {
        "layout_sections",
        "crossings",
        "links",
        "detours",
        "axes",
        "narrow_stretches",
        "bank_breaks",
    }
)
_LABELS = {
    "sites": "site_name",
    "layout_sections": "width_left_m",
    "sources": "source",
    "links": "link",
    "measures": "number",
}

# On the map a site is a mere outline and conflicts are told by a click. In a GIS
# a faint fill lets a site be picked; both are see-through for what lies below.
_SITE_OPACITY, _CONFLICT_OPACITY = 0.12, 0.4
_PLAIN = "circle"
_FINE_PT = 0.6  # pieces lie side by side: a thick outline would hide the small ones
_LINES_OF_PARTITION = (
    "ecological_redline",
    "permanent_basic_farmland",
    "urban_development_boundary.concentrated",
    "urban_development_boundary.elastic",
    "urban_development_boundary.special",
    "rest",
    "not_known",
)
_STATE_RANK = (
    State.CLEAR,
    State.NOTICE,
    State.REVIEW,
    State.NOT_CHECKED,
    State.CONDITIONAL,
    State.PROHIBITED,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The sign of one value of a layer's column, or of the whole layer.

    Parameters
    ----------
    value : str or None
        Value of `LayerLook.column`; None for the one mark of a layer.
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
    rank : int
        Of marks of one layer, the higher lies above: the worse above the better.
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
    rank: int = 0


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
    shape: Shape
    column: str | None
    marks: tuple[Mark, ...]
    label_column: str | None
    order: int

    def renamed(self, columns: Mapping[str, str]) -> "LayerLook":
        """Return the look for columns under other names.

        A label whose column is not there falls back on the site's id.
        """
        label_column = self.label_column
        if label_column is not None and label_column not in columns:
            label_column = "site_id"
        return replace(
            self,
            # a layer without rows has no columns; it keeps its legend
            column=columns.get(self.column, self.column) if self.column else None,
            label_column=columns.get(label_column) if label_column else None,
        )


def layer_look(layer: str) -> LayerLook:
    """Return the look of a layer of ``result.gpkg`` or ``trimmed.gpkg``.

    Sites are coloured by verdict, conflicts by state; all others have one look.
    A name that no table knows looks like a trim.
    """
    subject, shape = _parted(layer)
    item = _ITEMS.get(subject, "trim")
    column, marks = _item_marks(subject, style(item), shape)
    own = style(item)
    return LayerLook(
        layer=layer,
        item=item,
        words=(own.label("zh"), own.label("en")),
        shape=shape,
        column=column,
        marks=marks,
        label_column=_LABELS.get(subject),
        order=own.order,
    )


def _parted(layer: str) -> tuple[str, Shape]:
    """Return what a layer shows and of what its shapes are, from its name."""
    for suffix, shape in _SUFFIXES.items():
        if layer.endswith(suffix) and layer not in _ITEMS:
            return layer.removesuffix(suffix), shape
    return layer, "line" if layer in _LINES else "polygon"


def _item_marks(
    subject: str, look: Style, shape: Shape
) -> tuple[str | None, tuple[Mark, ...]]:
    if subject == "sites":
        marks = (_verdict_mark(verdict, look) for verdict in Verdict)
        return "verdict", tuple(marks)
    if subject in {"problems", "members"}:
        return "severity", tuple(
            _severity_mark(one, look, shape) for one in AuditSeverity
        )
    if subject == "conflicts":
        return "state", tuple(_state_mark(state, look, shape) for state in State)
    if subject == "partition":
        return "line", tuple(_line_mark(line) for line in _LINES_OF_PARTITION)
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
        rank=tuple(Verdict).index(verdict),
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
        rank=_STATE_RANK.index(state),
    )


def _severity_mark(severity: AuditSeverity, look: Style, shape: Shape) -> Mark:
    """Return the sign of a problem of the base: that of the state most like it."""
    like = _state_mark(STATE_OF[severity], look, shape)
    words = tuple(label("audit_severity", severity, lang) for lang in ("zh", "en"))
    return replace(
        like,
        value=str(severity),
        title=both("audit_severity", severity),
        words=(words[0], words[1]),
    )


def _line_mark(line: str) -> Mark:
    """Return the sign of one class of ground; those of lines as on the map."""
    layer, _, zone = line.partition(".")
    look = style(layer, zone or None)
    mark = _whole(look)
    return replace(mark, value=line, title=" ".join(mark.words), width=_FINE_PT)


def _whole(look: Style) -> Mark:
    words = look.label("zh"), look.label("en")
    return Mark(
        value=None,
        title=" ".join(words),
        words=words,
        fill=look.fill,
        opacity=look.opacity,
        line=look.line,
        width=look.width,
        dash=look.dash,
    )
