"""SLD 1.1 of each layer, for GeoServer and QGIS, made from the same looks as QML.

References
----------
.. [1] OGC 05-078r4 Styled Layer Descriptor 1.1.0 and 05-077r4 Symbology Encoding
   1.1.0: widths and sizes are pixels of 0.28 mm unless a unit is named.
"""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from zoning.report.layer_looks import LayerLook, Mark, layer_look

__all__ = ["HATCH_NAMES", "layer_sld"]

_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<StyledLayerDescriptor version="1.1.0" xmlns="http://www.opengis.net/sld" '
    'xmlns:se="http://www.opengis.net/se" xmlns:ogc="http://www.opengis.net/ogc" '
    'xmlns:xlink="http://www.w3.org/1999/xlink" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xsi:schemaLocation="http://www.opengis.net/sld '
    'http://schemas.opengis.net/sld/1.1.0/StyledLayerDescriptor.xsd">\n'
)
_PIXELS = 25.4 / 72 / 0.28  # in a point
_HATCH_PX, _HATCH_WIDTH_PX, _MARKER_PX = 9, 1, 14
HATCH_NAMES: Mapping[str, tuple[str, ...]] = {
    "none": (),
    "forward": ("slash",),
    "back": ("backslash",),
    "cross": ("slash", "backslash"),
    "grid": ("horline", "vertline"),
    "horizontal": ("horline",),
    "vertical": ("vertline",),
}
"""Line patterns by their names in GeoServer (``shape://``), which QGIS reads."""


def layer_sld(layer: str) -> str:
    """Return the SLD of a layer of ``result.gpkg``; the worse is drawn above."""
    look = layer_look(layer)
    title = escape(" ".join(look.words))
    return (
        f"{_HEAD}<NamedLayer><se:Name>{layer}</se:Name><UserStyle>"
        f"<se:Name>{layer}</se:Name>"
        f"<se:Description><se:Title>{title}</se:Title></se:Description>"
        f"{_styles(look)}"
        "</UserStyle></NamedLayer></StyledLayerDescriptor>\n"
    )


def _styles(look: LayerLook) -> str:
    """Return the rules, in a style each, so that the worse lies above the better.

    Within one style features are drawn in the order of the file.
    """
    ordered = sorted(look.marks, key=lambda mark: mark.rank)
    return "".join(
        f"<se:FeatureTypeStyle>\n{_rule(mark, look)}</se:FeatureTypeStyle>"
        for mark in ordered
    )


def _rule(mark: Mark, look: LayerLook) -> str:
    signs = {
        "polygon": lambda: "".join(_polygon(mark)),
        "line": lambda: f"<se:LineSymbolizer>{_stroke(mark)}</se:LineSymbolizer>",
        "point": lambda: _point(mark),
    }[look.shape]()
    title = escape(mark.title)
    return (
        f"<se:Rule><se:Name>{escape(mark.value or look.layer)}</se:Name>"
        f"<se:Description><se:Title>{title}</se:Title></se:Description>"
        f"{_filter(mark, look)}{signs}</se:Rule>\n"
    )


def _filter(mark: Mark, look: LayerLook) -> str:
    """Return the condition of a rule; nothing for the one rule of a layer."""
    if look.column is None or mark.value is None:
        return ""
    return (
        "<ogc:Filter><ogc:PropertyIsEqualTo>"
        f"<ogc:PropertyName>{look.column}</ogc:PropertyName>"
        f"<ogc:Literal>{escape(mark.value)}</ogc:Literal>"
        "</ogc:PropertyIsEqualTo></ogc:Filter>"
    )


def _polygon(mark: Mark) -> Iterator[str]:
    """Yield face with outline, then one symbolizer for each run of the hatch."""
    face = ""
    if mark.fill:
        face = _element(
            "Fill", {"fill": mark.fill, "fill-opacity": f"{mark.opacity:g}"}
        )
    yield f"<se:PolygonSymbolizer>{face}{_stroke(mark)}</se:PolygonSymbolizer>"
    for name in HATCH_NAMES[mark.hatch]:
        ink = {"stroke": mark.line, "stroke-width": str(_HATCH_WIDTH_PX)}
        yield (
            "<se:PolygonSymbolizer><se:Fill><se:GraphicFill><se:Graphic><se:Mark>"
            f"<se:WellKnownName>shape://{name}</se:WellKnownName>"
            f"{_element('Stroke', ink)}</se:Mark>"
            f"<se:Size>{_HATCH_PX}</se:Size></se:Graphic></se:GraphicFill></se:Fill>"
            "</se:PolygonSymbolizer>"
        )


def _stroke(mark: Mark) -> str:
    properties = {
        "stroke": mark.line,
        "stroke-width": _pixels(mark.width),
        "stroke-linejoin": "bevel",
    }
    if mark.dash:
        properties["stroke-dasharray"] = " ".join(_pixels(part) for part in mark.dash)
    return _element("Stroke", properties)


def _point(mark: Mark) -> str:
    outline = {"stroke": "#ffffff", "stroke-width": "1"}
    return (
        "<se:PointSymbolizer><se:Graphic><se:Mark>"
        f"<se:WellKnownName>{mark.marker}</se:WellKnownName>"
        f"{_element('Fill', {'fill': mark.fill or mark.line})}"
        f"{_element('Stroke', outline)}</se:Mark>"
        f"<se:Size>{_MARKER_PX}</se:Size></se:Graphic></se:PointSymbolizer>"
    )


def _element(name: str, properties: Mapping[str, str]) -> str:
    listed = "".join(
        f'<se:SvgParameter name="{key}">{value}</se:SvgParameter>'
        for key, value in properties.items()
    )
    return f"<se:{name}>{listed}</se:{name}>"


def _pixels(points: float) -> str:
    return f"{points * _PIXELS:.2f}"
