"""Features on the map: clipped to the sheet, thinned below what paper can show."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.model import Base, Layer
from zoning.overlay import rows_meeting
from zoning.report.furniture import stroke
from zoning.report.sheets.looks import Look, item_look, layer_looks
from zoning.report.sheets.page import Page, face_of, point_marker

if TYPE_CHECKING:
    from matplotlib.path import Path

__all__ = ["Sign", "clipped", "draw_background", "draw_layer", "draw_look", "no_data"]

_FINEST_MM = 0.06
"""Vertices nearer than this to the line are left out; a hair is 0.08 mm."""

_LIMITS_UP_TO = 100_000
"""At smaller scales a river's management limit falls on its bank."""

_LEAST_GAP_MM = 0.5
"""Strips without data narrower than this are the drawing's own inaccuracy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """An entry of the legend; `shape` is ``area``, ``line``, ``point`` or ``ring``."""

    look: Look
    shape: str


def draw_background(page: Page, county: BaseGeometry) -> list[Sign]:
    """Paint the county's ground and what lies outside it; return the legend."""
    view = page.placed.view
    beyond = shapely.difference(view, county)
    page.map.set_axis_off()
    signs: list[Sign] = []
    if not beyond.is_empty:
        signs = draw_look(page, [beyond], item_look("beyond_county", page.lang))
        edge = shapely.intersection(shapely.boundary(county), view)
        signs += draw_look(page, [edge], item_look("county", page.lang))
    return signs


def draw_layer(page: Page, layer: Layer) -> list[Sign]:
    """Draw what of a layer is in view; return its legend."""
    view = page.placed.view
    rows = rows_meeting(layer.geometry, view)
    if layer.info.id == "township":
        lines = shapely.boundary(layer.geometry[rows])
        return draw_look(page, lines, item_look("township", page.lang))
    signs: list[Sign] = []
    for look, kept in layer_looks(layer, rows, page.lang):
        if look.key != "river.limit" or page.placed.scale <= _LIMITS_UP_TO:
            signs += draw_look(page, layer.geometry[kept], look)
    return signs


def no_data(layer: Layer, base: Base, view: BaseGeometry, *, finest_m: float) -> Any:
    """Return the part of the county in view that the layer does not cover.

    Empty where the layer is complete. A layer whose extent is not known gives
    None: nobody can say which blanks are real.
    """
    if layer.coverage is None:
        return None
    ground = shapely.intersection(view, base.county)
    gap = shapely.difference(ground, layer.coverage)
    return shapely.buffer(shapely.buffer(gap, -finest_m), finest_m)


def least_gap_m(page: Page) -> float:
    """Return half the width of the narrowest strip told apart on paper."""
    return page.placed.metres_per_mm * _LEAST_GAP_MM / 2


def clipped(page: Page, shapes: "Iterable[BaseGeometry]") -> NDArray[np.object_]:
    """Return shapes cut to the view, thinned below the finest line of a press."""
    view = page.placed.view
    array = np.array(list(shapes), dtype=object)
    # a little beyond the frame, so that no outline is drawn along it
    reach = shapely.box(*_widened(view.bounds, page.placed.metres_per_mm * 3))
    inside = shapely.contains_properly(reach, array)
    array[~inside] = shapely.intersection(array[~inside], reach)
    finest = page.placed.metres_per_mm * _FINEST_MM
    return np.asarray(shapely.simplify(array, finest), dtype=object)


def _widened(
    bounds: tuple[float, float, float, float], by: float
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    return west - by, south - by, east + by, north + by


def draw_look(page: Page, shapes: Iterable[BaseGeometry], look: Look) -> list[Sign]:
    """Draw shapes in one look, as one path; return the legend's signs."""
    kinds: dict[str, list[BaseGeometry]] = {"area": [], "line": [], "point": []}
    for part in _simple_parts(clipped(page, shapes)):
        kinds[_shape(part)].append(part)
    if kinds["area"]:
        _draw_areas(page, kinds["area"], look)
    for line in kinds["line"]:
        x, y = np.asarray(line.coords)[:, :2].T
        page.map.plot(
            x, y, color=look.style.line, zorder=look.style.order, **stroke(look.style)
        )
    if kinds["point"]:
        xy = shapely.get_coordinates(kinds["point"])
        marker = point_marker(look.style)
        page.map.plot(xy[:, 0], xy[:, 1], zorder=look.style.order, **marker)
    return [Sign(look=look, shape=shape) for shape, parts in kinds.items() if parts]


def _draw_areas(page: Page, polygons: list[BaseGeometry], look: Look) -> None:
    """Fill first, then outline and hatch above it at full strength."""
    from matplotlib.patches import PathPatch

    path = _path(polygons)
    order = look.style.order
    face = face_of(look.style)
    if face != "none":
        page.map.add_patch(PathPatch(path, facecolor=face, linewidth=0, zorder=order))
    page.map.add_patch(
        PathPatch(
            path,
            facecolor="none",
            edgecolor=look.style.line,
            hatch=look.hatch or None,
            zorder=order + 0.5,
            joinstyle="round",
            **stroke(look.style),
        )
    )


def _path(polygons: list[BaseGeometry]) -> "Path":
    """Return one path of all rings; shells run against their holes."""
    from matplotlib.path import Path

    turned = shapely.orient_polygons(np.array(polygons, dtype=object))
    rings = shapely.get_rings(turned)
    return Path.make_compound_path(
        *(Path(shapely.get_coordinates(ring), closed=True) for ring in rings)
    )


def _shape(part: BaseGeometry) -> str:
    return ("point", "line", "area")[shapely.get_dimensions(part)]


def _simple_parts(shapes: NDArray[np.object_]) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts(shapes):
        if part.is_empty:
            continue
        if hasattr(part, "geoms"):
            yield from _simple_parts(np.array([part], dtype=object))
        else:
            yield part
