"""What is drawn on the map: display copies of geometry, as GeoJSON.

The copies are cut to the view and simplified; numbers beside them are always
measured on the geometry of the model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.measure import area_m2, length_m, project
from zoning.model import Base, GeometryColumn, Layer, Report
from zoning.overlay import rows_meeting
from zoning.report.map_distance import distances
from zoning.report.numbers import hectares, metres, square_metres
from zoning.report.styles import class_column, layer_ids, style
from zoning.topology import polygonal

__all__ = [
    "DEGREES",
    "DrawnLayer",
    "bounds_lonlat",
    "draw_layers",
    "feature",
    "size_text",
    "to_degrees",
    "view_window",
]

DEGREES = "EPSG:4490"
DECIMALS = 6
"""Decimals of degrees in the page: 0.1 m."""

MOST_FEATURES = 30_000
"""Round sites, a layer with more features is drawn by its largest ones."""

MOST_SINGLE = 1500
"""For a whole county, a layer of more polygons is drawn merged, by class."""

_EVERYWHERE = frozenset({"county", "township", "river", "road"})
_RASTERS = frozenset({"dem", "land_cover"})
_FINE = frozenset({"land_parcel"})
_FINE_M = 500.0
"""Land parcels are many: they are drawn next to the sites only."""

_PART_OF_MAP = 1500.0
_REPORT_TOLERANCE_M = 2.0

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLayer:
    """One layer as it goes into the page.

    Parameters
    ----------
    layer : str
        Layer id.
    classes : mapping of str to list of GeoJSON features
        By class value; the empty key for layers without classes. A feature
        carries its number ``n`` and no text: see `zoning.report.inline`.
    told : list of dict
        What the popup of a feature tells, by its number.
    in_view : int
        Features within the view.
    shown : int
        Features drawn; fewer than `in_view` only for very large layers.
    merged : bool
        True when the features of a class are drawn as one shape.
    """

    layer: str
    classes: Mapping[str, list[Json]]
    told: list[Json]
    in_view: int
    shown: int
    merged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _View:
    crs: str
    window: BaseGeometry
    near: BaseGeometry
    tolerance: float
    context_tolerance: float
    whole_county: bool
    lang: str


def view_window(source: Report | Base, radius_m: float) -> BaseGeometry:
    """Return the part of the working plane in which layers are drawn.

    Of a report: the box of each site, with the nearest features that bite from
    a distance, grown by `radius_m`, joined to one box when that is not much
    larger. Of a base, or when no site has a geometry: the box of the county.
    """
    lines = distances(source) if isinstance(source, Report) else ()
    shapes = [*_site_shapes(source), *(line.geometry for line in lines)]
    return _window(source, shapes, radius_m)


def _site_shapes(source: Report | Base) -> list[BaseGeometry]:
    sites = source.sites if isinstance(source, Report) else ()
    return [s.geometry for s in sites if s.geometry is not None]


def _window(
    source: Report | Base, shapes: Sequence[BaseGeometry], radius_m: float
) -> BaseGeometry:
    base = source.base if isinstance(source, Report) else source
    boxes = [shapely.box(*_grown(shape.bounds, radius_m)) for shape in shapes]
    if not boxes:
        return shapely.box(*_grown(base.county.bounds, 0.0))
    joined = shapely.union_all(boxes)
    box = shapely.box(*joined.bounds)
    return box if shapely.area(box) <= 2 * shapely.area(joined) else joined


def draw_layers(
    source: Report | Base, window: BaseGeometry, *, lang: str
) -> tuple[DrawnLayer, ...]:
    """Return every vector layer of the style table, lowest first.

    Layers that the base lacks come out without features.
    """
    base = source.base if isinstance(source, Report) else source
    west, south, east, north = base.county.bounds
    rough = max(east - west, north - south) / _PART_OF_MAP
    view = _View(
        crs=base.crs,
        window=window,
        near=shapely.intersection(
            window, _window(source, _site_shapes(source), _FINE_M)
        ),
        tolerance=_REPORT_TOLERANCE_M if isinstance(source, Report) else rough,
        context_tolerance=rough,
        whole_county=isinstance(source, Base),
        lang=lang,
    )
    drawn: list[DrawnLayer] = []
    for key in layer_ids():
        if key == "county":
            shape = np.array([base.county.simplify(rough)], dtype=object)
            outline = [feature(to_degrees(shape, base.crs)[0], 0)]
            drawn.append(
                DrawnLayer(
                    layer=key,
                    classes={"": outline},
                    told=[{"name": base.name}],
                    in_view=1,
                    shown=1,
                )
            )
        elif key in base.layers:
            drawn.append(_draw(base.layers[key], key, view))
        elif key not in _RASTERS:
            drawn.append(DrawnLayer(layer=key, classes={}, told=[], in_view=0, shown=0))
    return tuple(drawn)


def to_degrees(shapes: GeometryColumn, crs: str) -> GeometryColumn:
    """Carry shapes from the working plane to degrees with 6 decimals."""
    if len(shapes) == 0:
        return shapes
    moved = project(shapes, crs, DEGREES)
    return shapely.transform(moved, lambda xy: np.round(xy, DECIMALS))


def bounds_lonlat(shape: BaseGeometry, crs: str) -> list[float]:
    """Return [south, west, north, east] of a shape in degrees."""
    corners = to_degrees(np.array([shapely.box(*shape.bounds)], dtype=object), crs)
    west, south, east, north = corners[0].bounds
    return [south, west, north, east]


def feature(shape: BaseGeometry, number: int) -> Json:
    """Return one GeoJSON feature that carries a number and no text."""
    return {
        "type": "Feature",
        "properties": {"n": number},
        "geometry": shapely.geometry.mapping(shape),
    }


def size_text(area: float | None, length: float | None, lang: str) -> str:
    """Return an area in m² and ha, else a length in m, else ''."""
    if area:
        units = ("平方米", "公顷") if lang == "zh" else ("m²", "ha")
        return f"{square_metres(area)} {units[0]} · {hectares(area)} {units[1]}"
    if length:
        return f"{metres(length)} {'米' if lang == 'zh' else 'm'}"
    return ""


def _draw(layer: Layer, key: str, view: _View) -> DrawnLayer:
    whole = key in _EVERYWHERE
    window = view.near if key in _FINE else view.window
    shapes = layer.geometry
    rows = np.arange(len(shapes)) if whole else rows_meeting(shapes, window)
    in_view = len(rows)
    surfaces = bool((shapely.get_dimensions(layer.geometry[rows]) > 1).all())
    if view.whole_county and in_view > MOST_SINGLE and surfaces:
        return _merged(layer, rows, view)
    if in_view > MOST_FEATURES:
        largest = np.argsort(-shapely.area(layer.geometry[rows]), kind="stable")
        rows = np.sort(rows[largest[:MOST_FEATURES]])
    whole_shapes = layer.geometry[rows]
    cut = whole_shapes if whole else _cut(whole_shapes, window)
    shapes = _simplified(cut, view.context_tolerance if whole else view.tolerance)
    kept = ~shapely.is_empty(shapes)
    rows, shapes = rows[kept], to_degrees(shapes[kept], view.crs)
    classes: dict[str, list[Json]] = {}
    for number, (row, shape) in enumerate(zip(rows, shapes, strict=True)):
        own = classes.setdefault(_class_of(layer, int(row)), [])
        own.append(feature(shape, number))
    return DrawnLayer(
        layer=key,
        classes=classes,
        told=_properties(layer, rows, view),
        in_view=in_view,
        shown=len(rows),
    )


def _merged(layer: Layer, rows: NDArray[np.intp], view: _View) -> DrawnLayer:
    """Return one shape for each class, without what is too small to be seen."""
    by_class: dict[str, list[int]] = {}
    for row in rows:
        by_class.setdefault(_class_of(layer, int(row)), []).append(int(row))
    classes: dict[str, list[Json]] = {}
    told: list[Json] = []
    for kind in sorted(by_class):
        whole = shapely.union_all(layer.geometry[by_class[kind]])
        parts = shapely.get_parts(shapely.simplify(whole, view.tolerance))
        seen = parts[shapely.area(parts) >= view.tolerance**2]
        shape = shapely.multipolygons(seen if len(seen) else shapely.get_parts(whole))
        degrees = to_degrees(np.array([shape], dtype=object), view.crs)[0]
        classes[kind] = [feature(degrees, len(told))]
        told.append({"class": _class_label(layer, by_class[kind][0], view.lang)})
    return DrawnLayer(
        layer=layer.info.id,
        classes=classes,
        told=told,
        in_view=len(rows),
        shown=len(rows),
        merged=True,
    )


def _class_of(layer: Layer, row: int) -> str:
    column = class_column(layer.info.id)
    if column is None or column not in layer.attributes:
        return ""
    return str(layer.attributes[column][row])


def _class_label(layer: Layer, row: int, lang: str) -> str:
    kind = _class_of(layer, row)
    own = style(layer.info.id, kind)
    return kind if own.kind is None else own.label(lang)


def _properties(layer: Layer, rows: NDArray[np.intp], view: _View) -> list[Json]:
    """Return what a popup tells of each row; sizes are of the full geometry."""
    names = layer.attributes.get("name", np.full(len(layer.geometry), "", object))
    areas = area_m2(layer.geometry[rows], view.crs)
    lengths = length_m(layer.geometry[rows], view.crs)
    told: list[Json] = []
    for row, area, length in zip(rows, areas, lengths, strict=True):
        own = {
            "id": str(layer.feature_ids[row]),
            "name": str(names[row]),
            "class": _class_label(layer, int(row), view.lang),
            "area": size_text(float(area), None, view.lang),
            "length": size_text(None, float(length), view.lang),
        }
        told.append({key: text for key, text in own.items() if text})
    return told


def _cut(shapes: GeometryColumn, window: BaseGeometry) -> GeometryColumn:
    """Cut to the window; a surface stays a surface, a line stays a line.

    What only touches the window's edge leaves points and lines behind, which
    are nothing to draw: such shapes come out empty.
    """
    cut = np.asarray(shapely.intersection(shapes, window), dtype=object)
    size = shapely.get_dimensions(shapes)
    surfaces = size == 2  # noqa: PLR2004  # dimension of a surface
    cut[surfaces] = polygonal(cut[surfaces])
    for row in np.flatnonzero((size == 1) & ~np.isin(shapely.get_type_id(cut), (1, 5))):
        parts = shapely.get_parts(cut[row])
        cut[row] = shapely.multilinestrings(parts[shapely.get_dimensions(parts) == 1])
    return cut


def _simplified(shapes: GeometryColumn, tolerance: float) -> GeometryColumn:
    """Simplify; polygons that tile keep their common borders common."""
    filled = ~shapely.is_empty(shapes)
    simple = np.asarray(shapes, dtype=object).copy()
    simple[filled] = _simplified_filled(simple[filled], tolerance)
    gone = shapely.is_empty(simple) & filled
    return np.asarray(np.where(gone, shapes, simple), dtype=object)


def _simplified_filled(shapes: GeometryColumn, tolerance: float) -> GeometryColumn:
    surfaces = bool(len(shapes)) and bool(
        np.isin(shapely.get_type_id(shapes), (3, 6)).all()
    )
    try:
        if surfaces and shapely.coverage_is_valid(shapes):
            return np.asarray(shapely.coverage_simplify(shapes, tolerance), object)
    except shapely.errors.GEOSException:
        pass  # a copy for display: borders simplified one by one will do
    return np.asarray(shapely.simplify(shapes, tolerance), dtype=object)


def _grown(
    bounds: tuple[float, float, float, float], by: float
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return west - by, south - by, east + by, north + by
