"""``result.qgs``: the QGIS project that opens ``result.gpkg`` as the report shows it.

Plain XML written here, so that the same run gives the same bytes: ids come from
layer names; no user, no day, no path but ``./``.

Two traps of QGIS, both tested with it: a layer id of 10 characters or fewer is
replaced, which empties the tree; and a layer without a renderer of its own gets
a chance colour, whatever ``layer_styles`` says.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely

from zoning.measure import GEOGRAPHIC_CRS
from zoning.model import GeometryColumn
from zoning.report.document import clean
from zoning.report.gis_words import alias_of, gis_text
from zoning.report.qml import labelling_xml, renderer_xml
from zoning.report.run_layers import RunLayer, read_package

__all__ = ["layer_title", "project_bytes", "write_project"]

_HEAD = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0-Białowieża"
_KINDS = {"polygon": "Polygon", "line": "Line", "point": "Point"}
_ABOVE = {"polygon": 0, "line": 1, "point": 2}
_GROUPS = {"section": "group_corridors", "trim": "group_corridors"}
_GROUPS |= {"site": "group_sites", "conflict": "group_conflicts"}
_GROUPS |= {"problem": "group_problems", "member": "group_problems"}
_ONE_MAP = ("partition", "change", "sliver", "given_up")
_GROUPS |= dict.fromkeys(_ONE_MAP, "group_one_map")
_GROUPS |= dict.fromkeys(("axis", "gap", "narrow"), "group_layout")
_LINKAGE = (
    "source",
    "swath",
    "link",
    "barrier",
    "pinch",
    "narrowed",
    "detour",
    "remedy",
)
_GROUPS |= dict.fromkeys(_LINKAGE, "group_linkage")
_RIVERSIDE = (
    "belt_ridge",
    "belt_flat",
    "belt_cap",
    "belt_water",
    "strip",
    "drawdown",
    "bank_break",
)
_GROUPS |= dict.fromkeys(_RIVERSIDE, "group_riverside")
_PROPERTIES = (
    '<properties><SpatialRefSys><ProjectionsEnabled type="int">1'
    "</ProjectionsEnabled></SpatialRefSys>"
    '<Measure><Ellipsoid type="QString">EPSG:1024</Ellipsoid></Measure>'
    '<Measurement><AreaUnits type="QString">m2</AreaUnits>'
    '<DistanceUnits type="QString">meters</DistanceUnits></Measurement>'
    '<Paths><Absolute type="bool">false</Absolute></Paths></properties>\n'
)
"""The ellipsoid is that of CGCS2000: `$area` in QGIS gives the areas printed."""
_MARGIN = 0.1
_LEAST_MARGIN_M = 200.0
_IN_DEGREES = 1e-5  # of a metre, roughly; for margins of the view alone


def write_project(
    package: Path,
    path: Path,
    *,
    base: str,
    lang: str = "zh",
    title: str = "project_title",
) -> Path:
    """Write the project of a GeoPackage beside it; return `path`."""
    layers = read_package(package)
    path.write_bytes(
        project_bytes(layers, package.name, base=base, lang=lang, title=title)
    )
    return path


def project_bytes(
    layers: Sequence[RunLayer],
    package: str,
    *,
    base: str,
    lang: str = "zh",
    title: str = "project_title",
) -> bytes:
    """Return a QGIS project as UTF-8.

    Parameters
    ----------
    layers : sequence of RunLayer
        The layers of the package.
    package : str
        File name of the GeoPackage, in the same folder as the project.
    base : str
        Name of the base, for the title.
    lang : str
        ``zh`` or ``en``, for titles, groups and column headings; legends are
        bilingual as in ``layer_styles``.
    title : str
        Text of the title, with a place for the base.

    Returns
    -------
    bytes
        Layers are drawn in the order of the style table; the view and a
        bookmark for each site are set.
    """
    drawn = sorted(layers, key=_height, reverse=True)
    heading = escape(clean(gis_text(title, lang, base=base)))
    crs = layers[0].crs
    parts = (
        _HEAD,
        f'<qgis projectname={quoteattr(heading)} version="{_VERSION}">\n',
        f"<title>{heading}</title>\n",
        f"<projectCrs>{_crs(crs)}</projectCrs>\n",
        _tree(drawn, package, lang),
        _canvas(drawn, crs),
        "<projectlayers>\n",
        *(_layer(layer, package, lang) for layer in drawn),
        "</projectlayers>\n",
        _layer_order(drawn),
        _bookmarks(drawn, lang),
        _PROPERTIES,
        "</qgis>\n",
    )
    return "".join(parts).encode("utf-8")


def layer_title(layer: RunLayer, lang: str) -> str:
    """Return the name of a layer for people, saying so when it is lines or points."""
    look = layer.look
    name = look.words[0 if lang == "zh" else 1]
    for suffix in ("lines", "points"):
        if layer.name.endswith(f"_{suffix}") and look.shape != "polygon":
            return gis_text(suffix, lang, name=name)
    return name


def _height(layer: RunLayer) -> tuple[int, int, str]:
    """Return the drawing order: the table's, then points over lines over areas."""
    return layer.look.order, _ABOVE[layer.shape], layer.name


def _id(layer: RunLayer) -> str:
    return f"zoning_layer_{layer.name}"


def _source(layer: RunLayer, package: str) -> str:
    return f"./{package}|layername={layer.name}"


@cache
def _crs(code: str) -> str:
    """Return a CRS as QGIS reads it: its code alone leaves the project without."""
    from pyproj import CRS

    wkt = CRS.from_user_input(code).to_wkt(version="WKT2_2019")
    return (
        f"<spatialrefsys><wkt>{escape(wkt)}</wkt>"
        f"<srid>{code.partition(':')[2]}</srid><authid>{escape(code)}</authid>"
        "</spatialrefsys>"
    )


# ------------------------------------------------------------------------- tree
def _tree(drawn: Sequence[RunLayer], package: str, lang: str) -> str:
    body = "".join(_groups(drawn, package, lang))
    order = "".join(f"<item>{escape(_id(layer))}</item>" for layer in drawn)
    return (
        f"<layer-tree-group><customproperties/>{body}"
        f'<custom-order enabled="1">{order}</custom-order></layer-tree-group>\n'
    )


def _groups(drawn: Sequence[RunLayer], package: str, lang: str) -> Iterator[str]:
    """Yield the groups, that of the topmost layer first."""
    groups: dict[str, list[RunLayer]] = {}
    for layer in drawn:
        groups.setdefault(_GROUPS.get(layer.look.item, "group_sites"), []).append(layer)
    for key, members in groups.items():
        yield _group(gis_text(key, lang), _entries(members, package, lang))


def _group(name: str, body: str) -> str:
    return (
        f'<layer-tree-group name={quoteattr(name)} checked="Qt::Checked" '
        f'expanded="1"><customproperties/>{body}</layer-tree-group>\n'
    )


def _entries(layers: Sequence[RunLayer], package: str, lang: str) -> str:
    return "".join(
        f"<layer-tree-layer id={quoteattr(_id(layer))} "
        f"name={quoteattr(layer_title(layer, lang))} "
        f"source={quoteattr(_source(layer, package))} "
        'providerKey="ogr" checked="Qt::Checked" expanded="1">'
        "<customproperties/></layer-tree-layer>\n"
        for layer in layers
    )


def _layer_order(drawn: Sequence[RunLayer]) -> str:
    listed = "".join(f"<layer id={quoteattr(_id(layer))}/>" for layer in drawn)
    return f"<layerorder>{listed}</layerorder>\n"


# ----------------------------------------------------------------------- layers
def _layer(layer: RunLayer, package: str, lang: str) -> str:
    names = (column.name for column in layer.columns)
    look = layer.look.renamed({name: name for name in names})
    title = escape(layer_title(layer, lang))
    return (
        f'<maplayer type="vector" geometry="{_KINDS[layer.shape]}" '
        f'labelsEnabled="{int(look.label_column is not None)}" '
        'autoRefreshEnabled="0" readOnly="1">'
        f"<id>{escape(_id(layer))}</id>"
        f"<datasource>{escape(_source(layer, package))}</datasource>"
        f"<layername>{title}</layername><title>{title}</title>"
        f"<srs>{_crs(layer.crs)}</srs>"
        '<provider encoding="UTF-8">ogr</provider>'
        f"{renderer_xml(look)}{labelling_xml(look)}"
        f"<aliases>{_aliases(layer, lang)}</aliases>"
        "<layerOpacity>1</layerOpacity></maplayer>\n"
    )


def _aliases(layer: RunLayer, lang: str) -> str:
    """Return the headings of the columns; index 0 is the fid."""
    listed = []
    for index, column in enumerate(layer.columns, start=1):
        known = alias_of(column.name)
        words = known.zh if lang == "zh" else known.en
        told = f"{words} ({known.unit.split()[0]})" if known.unit else words
        listed.append(
            f"<alias field={quoteattr(column.name)} "
            f'index="{index}" name={quoteattr(told)}/>'
        )
    return "".join(listed)


# ------------------------------------------------------------------------- view
def _canvas(drawn: Sequence[RunLayer], crs: str) -> str:
    sites = [layer.geometry for layer in drawn if layer.look.item == "site"]
    sites = sites or [layer.geometry for layer in drawn]
    box = _box(np.concatenate(sites)) if sites else (0.0, 0.0, 0.0, 0.0)
    west, south, east, north = _grown(box, crs)
    unit = "degrees" if crs == GEOGRAPHIC_CRS else "meters"
    return (
        f'<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>{unit}</units>'
        f"<extent><xmin>{west:.6f}</xmin><ymin>{south:.6f}</ymin>"
        f"<xmax>{east:.6f}</xmax><ymax>{north:.6f}</ymax></extent>"
        f"<rotation>0</rotation><destinationsrs>{_crs(crs)}</destinationsrs>"
        "</mapcanvas>\n"
        f'<ProjectViewSettings rotation="0" UseProjectScales="0"><Scales/>'
        f'<DefaultViewExtent xmin="{west:.6f}" ymin="{south:.6f}" '
        f'xmax="{east:.6f}" ymax="{north:.6f}">{_crs(crs)}</DefaultViewExtent>'
        "</ProjectViewSettings>\n"
    )


def _bookmarks(drawn: Sequence[RunLayer], lang: str) -> str:
    """Return a bookmark for each site, so that a batch can be walked through."""
    marks: list[str] = []
    for layer in (one for one in drawn if one.look.item == "site"):
        names = [column.name for column in layer.columns]
        for row, shape in zip(layer.rows, layer.geometry, strict=True):
            told = dict(zip(names, row, strict=True))
            name = f"{told['site_id']} {told.get('site_name') or ''}".strip()
            box = _grown(_box(np.array([shape], dtype=object)), layer.crs)
            corners = shapely.box(*np.round(box, 6).tolist()).wkt
            marks.append(
                f"<Bookmark id={quoteattr(f'{layer.name}-{len(marks) + 1}')} "
                f"name={quoteattr(clean(name))} "
                f"group={quoteattr(gis_text('group_sites', lang))} "
                f"extent={quoteattr(corners)}>{_crs(layer.crs)}</Bookmark>"
            )
    return f"<Bookmarks>{''.join(marks)}</Bookmarks>\n"


Box = tuple[float, float, float, float]


def _box(shapes: GeometryColumn) -> Box:
    if len(shapes) == 0 or bool(shapely.is_empty(shapes).all()):
        return 0.0, 0.0, 0.0, 0.0
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(shapes))
    return west, south, east, north


def _grown(box: Box, crs: str) -> Box:
    west, south, east, north = box
    least = _LEAST_MARGIN_M
    if crs == GEOGRAPHIC_CRS:
        least *= _IN_DEGREES
    by = max(_MARGIN * max(east - west, north - south), least)
    return west - by, south - by, east + by, north + by
