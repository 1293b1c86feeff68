"""QGIS styles (QML) of the result layers, made from the style table."""

from collections.abc import Mapping
from xml.sax.saxutils import quoteattr

from zoning.model import State, Verdict
from zoning.report.styles import Style, state_colour, style, verdict_colour
from zoning.terms import both

__all__ = ["layer_qml"]

_POINTS_TO_MM = 25.4 / 72
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_OPAQUE = 255
_OPACITY = {"verdict": 0.12, "state": 0.55}


def layer_qml(layer: str) -> str:
    """Return the style of one layer of ``result.gpkg``.

    Sites are coloured by verdict, conflicts by state; sections and trims have
    one look each. Names are bilingual, so that one file serves everyone.
    """
    subject, _, shape = layer.partition("_")
    shape = {"lines": "line", "points": "point"}.get(shape, "polygon")
    if subject == "sites":
        colours = {str(v): verdict_colour(v) for v in Verdict}
        return _categories("verdict", colours, look=style("site"), shape=shape)
    if subject == "conflicts":
        colours = {str(s): state_colour(s) for s in State}
        return _categories("state", colours, look=style("conflict"), shape=shape)
    look = style("section" if layer == "layout_sections" else "trim")
    shape = "line" if layer == "layout_sections" else "polygon"
    symbol = _symbol("0", look, colour=look.line, opacity=look.opacity, shape=shape)
    return _document(
        '<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0">'
        f"<symbols>{symbol}</symbols></renderer-v2>"
    )


def _categories(
    column: str, colours: Mapping[str, str], *, look: Style, shape: str
) -> str:
    """Return one symbol per value of `column`; `column` is also a group of terms."""
    categories = "".join(
        f'<category render="true" symbol="{number}" value={quoteattr(name)} '
        f"label={quoteattr(both(column, name))}/>"
        for number, name in enumerate(colours)
    )
    symbols = "".join(
        _symbol(str(number), look, colour=colour, opacity=_OPACITY[column], shape=shape)
        for number, colour in enumerate(colours.values())
    )
    return _document(
        f'<renderer-v2 type="categorizedSymbol" attr="{column}" symbollevels="0" '
        f'forceraster="0"><categories>{categories}</categories>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def _symbol(name: str, look: Style, *, colour: str, opacity: float, shape: str) -> str:
    """Return a fill, line or marker symbol in the layer's look."""
    width = f"{look.width * _POINTS_TO_MM:.3f}"
    pen = "dash" if look.dash else "solid"
    edge, face = _rgba(colour, 1.0), _rgba(colour, opacity)
    if shape == "line":
        line = {"line_color": edge, "line_width": width, "line_style": pen}
        return _wrapped(name, "line", drawn="SimpleLine", properties=line)
    outline = {"outline_color": edge, "outline_style": pen, "outline_width": width}
    if shape == "point":
        marker = {"name": "circle", "color": edge, "size": "3"} | outline
        return _wrapped(name, "marker", drawn="SimpleMarker", properties=marker)
    fill = {"color": face, "style": "solid"} | outline
    return _wrapped(name, "fill", drawn="SimpleFill", properties=fill)


def _wrapped(name: str, kind: str, *, drawn: str, properties: Mapping[str, str]) -> str:
    listed = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in properties.items())
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1">'
        f'<layer class="{drawn}" pass="0" locked="0" enabled="1">{listed}</layer>'
        "</symbol>"
    )


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(_OPAQUE * opacity)}"


def _document(renderer: str) -> str:
    return (
        f'{_HEAD}<qgis version="3.22.0" styleCategories="Symbology">'
        f"{renderer}<layerOpacity>1</layerOpacity></qgis>\n"
    )
