"""QGIS styles (QML) of the result layers, made from the style table."""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import quoteattr

from zoning.report.layer_looks import LayerLook, Mark, layer_look

__all__ = ["HATCH_ANGLES", "labelling_xml", "layer_qml", "renderer_xml"]

_POINTS_TO_MM = 25.4 / 72
_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_OPAQUE = 255
_LEVEL = 'pass="0"'
HATCH_ANGLES: Mapping[str, tuple[int, ...]] = {
    "none": (),
    "forward": (45,),
    "back": (135,),
    "cross": (45, 135),
    "grid": (0, 90),
    "horizontal": (0,),
    "vertical": (90,),
}
_HATCH_MM, _HATCH_WIDTH_MM, _MARKER_MM = "2.4", "0.3", "4"
_MARKERS = {"cross": "cross_fill", "x": "cross_fill"}
"""QGIS names of the markers whose plain form cannot be filled."""

_TILTED = {"x": "45"}
_LINE_LABEL, _AREA_LABEL, _POINT_LABEL = 2, 4, 6
_INSIDE_OR_BESIDE = 3  # polygonPlacementFlags
_INK = "20,24,31,255"


def layer_qml(layer: str, *, columns: Mapping[str, str] | None = None) -> str:
    """Return the style of one layer of ``result.gpkg`` or ``trimmed.gpkg``.

    Sites are coloured by verdict, conflicts by state and hatched, so that the
    states differ without colour; the others have one look each. Names are
    bilingual, so that one file serves everyone.

    Parameters
    ----------
    columns : mapping of str to str, optional
        The columns that there are, with the names they go by; without it, all
        under their own.
    """
    look = layer_look(layer)
    if columns is not None:
        look = look.renamed(columns)
    named = "Symbology|Labeling" if look.label_column else "Symbology"
    enabled = int(look.label_column is not None)
    return (
        f'{_HEAD}<qgis version="3.22.0" styleCategories="{named}" '
        f'labelsEnabled="{enabled}">'
        f"{renderer_xml(look)}{labelling_xml(look)}"
        "<layerOpacity>1</layerOpacity></qgis>\n"
    )


def renderer_xml(look: LayerLook) -> str:
    """Return the ``renderer-v2`` element of a layer, for QML and project alike."""
    symbols = "".join(
        _symbol(str(number), mark, look) for number, mark in enumerate(look.marks)
    )
    if look.column is None:
        return (
            '<renderer-v2 type="singleSymbol" symbollevels="0" forceraster="0">'
            f"<symbols>{symbols}</symbols></renderer-v2>"
        )
    categories = "".join(
        f'<category render="true" symbol="{number}" '
        f"value={quoteattr(mark.value or '')} label={quoteattr(mark.title)}/>"
        for number, mark in enumerate(look.marks)
    )
    return (
        f'<renderer-v2 type="categorizedSymbol" attr="{look.column}" '
        f'symbollevels="1" forceraster="0"><categories>{categories}</categories>'
        f"<symbols>{symbols}</symbols></renderer-v2>"
    )


def labelling_xml(look: LayerLook) -> str:
    """Return the ``labeling`` element of a layer; empty when it has no labels."""
    if look.label_column is None:
        return ""
    place = {"line": _LINE_LABEL, "point": _POINT_LABEL}.get(look.shape, _AREA_LABEL)
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f"<text-style fieldName={quoteattr(_label(look.label_column))} "
        'isExpression="1" '
        'fontFamily="Microsoft YaHei" fontSize="9" fontSizeUnit="Point" '
        f'textColor="{_INK}" textOpacity="1">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" '
        'bufferColor="255,255,255,255" bufferOpacity="1"/></text-style>'
        f'<placement placement="{place}" dist="1.5" distUnits="MM" '
        f'polygonPlacementFlags="{_INSIDE_OR_BESIDE}"/>'
        '<rendering scaleVisibility="0" displayAll="0" obstacle="0"/>'
        "</settings></labeling>"
    )


def _label(column: str) -> str:
    """Return what a label says as an expression of QGIS: metres with 2 decimals."""
    field = f'"{column}"'
    return f"format_number({field}, 2) || ' m'" if column.endswith("_m") else field


def _symbol(name: str, mark: Mark, look: LayerLook) -> str:
    """Return a fill, line or marker symbol.

    Marks are drawn in passes, so that where two sites share a plot the worse
    verdict lies above.
    """
    kind, body = {
        "line": ("line", _line(mark)),
        "point": ("marker", _marker(mark)),
        "polygon": ("fill", "".join(_fill(name, mark))),
    }[look.shape]
    level = 0 if look.column is None else mark.rank
    return _wrapped(name, kind, body.replace(_LEVEL, f'pass="{level}"'))


def _wrapped(name: str, kind: str, body: str) -> str:
    return (
        f'<symbol type="{kind}" name="{name}" alpha="1" clip_to_extent="1">'
        f"{body}</symbol>"
    )


def _fill(name: str, mark: Mark) -> Iterator[str]:
    """Yield face, hatch and, where it is dashed, the outline.

    A simple fill cannot dash its outline as the table wants; a line can.
    """
    yield _layer(
        "SimpleFill",
        {
            "color": _rgba(mark.fill or mark.line, mark.opacity),
            "style": "solid" if mark.fill else "no",
            "outline_color": _rgba(mark.line, 1.0),
            "outline_style": "no" if mark.dash else "solid",
            "outline_width": _millimetres(mark.width),
            "outline_width_unit": "MM",
        },
    )
    for number, angle in enumerate(HATCH_ANGLES[mark.hatch], start=1):
        yield _hatch(f"@{name}@{number}", mark, angle)
    if mark.dash:
        yield _line(mark)


def _hatch(name: str, mark: Mark, angle: int) -> str:
    ink = {
        "line_color": _rgba(mark.line, 1.0),
        "line_width": _HATCH_WIDTH_MM,
        "line_width_unit": "MM",
        "line_style": "solid",
    }
    drawn = _wrapped(name, "line", _layer("SimpleLine", ink))
    properties = {
        "angle": str(angle),
        "color": _rgba(mark.line, 1.0),
        "distance": _HATCH_MM,
        "distance_unit": "MM",
        "line_width": _HATCH_WIDTH_MM,
    }
    return _layer("LinePatternFill", properties, drawn)


def _line(mark: Mark) -> str:
    properties = {
        "line_color": _rgba(mark.line, 1.0),
        "line_width": _millimetres(mark.width),
        "line_width_unit": "MM",
        "line_style": "solid",
    }
    if mark.dash:
        lengths = ";".join(f"{part:g}" for part in mark.dash)
        properties |= {
            "customdash": lengths,
            "customdash_unit": "Point",
            "use_custom_dash": "1",
        }
    return _layer("SimpleLine", properties)


def _marker(mark: Mark) -> str:
    return _layer(
        "SimpleMarker",
        {
            "name": _MARKERS.get(mark.marker, mark.marker),
            "angle": _TILTED.get(mark.marker, "0"),
            "color": _rgba(mark.fill or mark.line, 1.0),
            "outline_color": "255,255,255,255",
            "outline_style": "solid",
            "outline_width": "0.3",
            "size": _MARKER_MM,
            "size_unit": "MM",
        },
    )


def _layer(drawn: str, properties: Mapping[str, str], inner: str = "") -> str:
    listed = "".join(f'<prop k="{k}" v="{v}"/>' for k, v in properties.items())
    head = f'<layer class="{drawn}" {_LEVEL} locked="0" enabled="1">'
    return f"{head}{listed}{inner}</layer>"


def _millimetres(points: float) -> str:
    return f"{points * _POINTS_TO_MM:.3f}"


def _rgba(colour: str, opacity: float) -> str:
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"{red},{green},{blue},{round(_OPAQUE * opacity)}"
