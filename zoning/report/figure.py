"""Map pictures for Word and HTML: a site among clipped layers, without a browser.

Everything is drawn in the working plane with one scale on both axes. Figures
are matplotlib objects made and dropped here; pyplot's global state is not
touched, and the same report gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Base, ConflictShape, Layer, SiteResult, State
from zoning.overlay import rows_meeting
from zoning.report.fonts import font_path
from zoning.report.furniture import (
    LegendKey,
    Pen,
    draw_legend,
    draw_north,
    draw_scale,
    drawable,
    stroke,
)
from zoning.report.numbers import metres
from zoning.report.scene import Reach, Scene, scene_of
from zoning.report.styles import Style, class_column, state_colour, style
from zoning.report.texts import text
from zoning.report.wording import Context
from zoning.terms import label

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.patches import PathPatch

__all__ = [
    "SHEETS",
    "DrawnFigure",
    "Sheet",
    "draw_part",
    "drawn_figure",
    "site_figure",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One map sheet: its layers, and whether conflicts and distances are drawn."""

    key: str
    layers: tuple[str, ...]
    conflicts: bool = True
    layout: bool = False
    near: bool = False


_THREE = ("permanent_basic_farmland", "ecological_redline")
_CONTEXT = ("urban_development_boundary", "river", "road", "settlement")
_AROUND = ("protected_area", "water_source_zone", "shoreline_zone")

SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet(key="overview", layers=(*_THREE, *_CONTEXT), near=True, layout=True),
        Sheet(key="control_units", layers=("control_unit",), conflicts=False),
        Sheet(key="surroundings", layers=(*_AROUND, "river"), near=True),
        Sheet(key="corridors", layers=("corridor_layout",), layout=True),
        Sheet(key="site_only", layers=(), conflicts=False),
    )
}

_SIZE_IN = (6.3, 4.15)
_DPI = 180
_MAP_BOX = (0.012, 0.075, 0.696, 0.91)
_LEGEND_BOX = (0.72, 0.075, 0.275, 0.91)
_ASPECT = (_SIZE_IN[0] * _MAP_BOX[2]) / (_SIZE_IN[1] * _MAP_BOX[3])
_CLIP_VERTICES = 2000
_BACKGROUND_LAYERS = {"control_unit", "access_list", "corridor_layout"}
_STATES = (State.NOTICE, State.REVIEW, State.CONDITIONAL, State.PROHIBITED)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnFigure:
    """A picture, and where in it the conflicts and distances are.

    Parameters
    ----------
    png : bytes
        The file.
    size : tuple of int
        Width and height in pixels.
    to_pixels : tuple of float
        x scale, x offset, y scale, y offset from the working plane to pixels
        of the picture, y down.
    conflicts : tuple of ConflictShape
        Those drawn, in the order of drawing.
    reaches : tuple of Reach
        The distances drawn.
    """

    png: bytes
    size: tuple[int, int]
    to_pixels: tuple[float, float, float, float]
    conflicts: tuple[ConflictShape, ...]
    reaches: tuple[Reach, ...]


def site_figure(result: SiteResult, context: Context, *, sheet: str) -> bytes:
    """Return a PNG of one site on one sheet; see `drawn_figure`."""
    return drawn_figure(result, context, sheet=sheet).png


def drawn_figure(result: SiteResult, context: Context, *, sheet: str) -> DrawnFigure:
    """Draw one site on one sheet.

    Parameters
    ----------
    result : SiteResult
        Its `geometry` must not be None.
    sheet : str
        Key of `SHEETS`.

    Raises
    ------
    ValueError
        If the site has no geometry to draw.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.font_manager import FontProperties

    if result.geometry is None or result.geometry.is_empty:
        raise ValueError(result.site.id)
    figure = Figure(figsize=_SIZE_IN, dpi=_DPI, facecolor="white")
    canvas = FigureCanvasAgg(figure)
    font = FontProperties(fname=str(font_path()))
    axes, legend = figure.add_axes(_MAP_BOX), figure.add_axes(_LEGEND_BOX)
    pen = Pen(axes=axes, font=font, lang=context.lang)
    scene = _scene(result, context.base, SHEETS[sheet])
    keys = _draw_sheet(pen, SHEETS[sheet], result, base=context.base, scene=scene)
    draw_legend(legend, keys, pen)
    caption = drawable(_caption(context))
    figure.text(0.014, 0.022, caption, fontproperties=font, size=8.5, color="#4c525a")
    packed = BytesIO()
    canvas.print_figure(packed, format="png", dpi=_DPI, metadata={"Software": None})
    chosen = SHEETS[sheet]
    return DrawnFigure(
        png=packed.getvalue(),
        size=(round(figure.bbox.width), round(figure.bbox.height)),
        to_pixels=_to_pixels(axes, figure.bbox.height),
        conflicts=_conflicts(chosen, result.conflicts) if chosen.conflicts else (),
        reaches=scene.reaches,
    )


def _to_pixels(axes: "Axes", height: float) -> tuple[float, float, float, float]:
    """Return scales and offsets from the plane to pixels, once the axes are laid out.

    The axes have one scale and no rotation, so two corners tell all of it.
    """
    (west, east), (south, north) = axes.get_xlim(), axes.get_ylim()
    corners = axes.transData.transform([(west, south), (east, north)])
    (left, low), (right, high) = (corner.tolist() for corner in corners)
    x_scale = (right - left) / (east - west)
    y_scale = -(high - low) / (north - south)
    return x_scale, left - x_scale * west, y_scale, height - low - y_scale * south


def _scene(result: SiteResult, base: Base, sheet: Sheet) -> Scene:
    return scene_of(result, base, near=sheet.near, layout=sheet.layout, aspect=_ASPECT)


def _caption(context: Context) -> str:
    """Return CRS, date and base, as every map sheet carries them."""
    return text(
        "figure.caption",
        context.lang,
        crs=context.base.crs,
        as_of=context.options.as_of.isoformat(),
        base=context.base.name,
    )


def _draw_sheet(
    pen: Pen, sheet: Sheet, result: SiteResult, *, base: Base, scene: Scene
) -> list[LegendKey]:
    """Draw the map with its furniture; return the legend, the site first."""
    pen.frame(scene.view)
    layers = _draw_layers(pen, sheet, base=base, scene=scene)
    keys = [*_draw_site(pen, sheet, result), *layers]
    for reach in scene.reaches:
        _draw_reach(pen, reach)
    draw_scale(pen, scene.view)
    draw_north(pen)
    if base.demo:
        pen.watermark(text("report.stamp", pen.lang))
    return keys


def _draw_reach(pen: Pen, reach: Reach) -> None:
    """Draw the shortest line to a feature with the distance written at it."""
    x, y = np.asarray(reach.line.coords)[:, :2].T
    pen.axes.plot(
        x,
        y,
        color=reach.colour,
        linewidth=1.8,
        linestyle=(0, (4, 2)),
        marker="o",
        markersize=3.5,
        zorder=1200,
    )
    middle = reach.line.interpolate(0.5, normalized=True)
    pen.axes.text(
        middle.x,
        middle.y,
        drawable(text("value.metres", pen.lang, n=metres(reach.distance_m))),
        fontproperties=pen.font,
        size=11,
        color=reach.colour,
        ha="center",
        va="center",
        zorder=1201,
        bbox={"facecolor": "white", "edgecolor": reach.colour, "pad": 2},
    )


def _draw_layers(
    pen: Pen, sheet: Sheet, *, base: Base, scene: Scene
) -> list[LegendKey]:
    """Draw what of the sheet's layers is in view; return the legend's keys."""
    keys: dict[str, LegendKey] = {}
    if sheet.key != "site_only":
        draw_part(pen, shapely.boundary(base.county), style("county"))
    near = (reach.layer for reach in scene.reaches)
    for name in dict.fromkeys((*sheet.layers, *near)):
        layer = base.layers.get(name)
        if layer is None:
            continue
        for shape, look in _visible(layer, scene.view):
            draw_part(pen, shape, look)
            said = look.label(pen.lang)
            if look.kind is not None:
                said = f"{label('layer', name, pen.lang)} · {said}"
            keys.setdefault(said, LegendKey(name=said, style=look))
    return sorted(keys.values(), key=lambda key: -key.style.order)


def _visible(layer: Layer, view: BaseGeometry) -> Iterator[tuple[BaseGeometry, Style]]:
    """Yield the features in view with their style, in the order of the layer."""
    name = layer.info.id
    column = class_column(name)
    values = layer.attributes.get(column or "")
    hits = rows_meeting(layer.geometry, view)
    for index in hits:
        shape = layer.geometry[index]
        if shapely.get_num_coordinates(shape) > _CLIP_VERTICES:
            shape = shapely.intersection(shape, view)
        kind = None if values is None else str(values[index])
        yield shape, style(name, kind)


def _draw_site(pen: Pen, sheet: Sheet, result: SiteResult) -> list[LegendKey]:
    """Draw conflicts, trim and sections, and the site's outline above all."""
    keys: list[LegendKey] = []
    if sheet.conflicts:
        keys += _draw_conflicts(pen, _conflicts(sheet, result.conflicts))
    if sheet.layout:
        keys += _draw_layout(pen, result)
    look = style("site")
    geometry = result.geometry
    if geometry is not None:
        draw_part(pen, geometry, look)
    return [LegendKey(name=text("figure.site", pen.lang), style=look), *keys]


def _conflicts(
    sheet: Sheet, shapes: Sequence[ConflictShape]
) -> tuple[ConflictShape, ...]:
    """Return the conflicts a sheet shows, mild ones first so that bad ones lie above.

    The overview leaves out the layers that cover every site anyway.
    """
    kept = [
        shape
        for shape in shapes
        if shape.state in _STATES
        and (
            shape.layer not in _BACKGROUND_LAYERS
            if sheet.key == "overview"
            else shape.layer in sheet.layers
        )
    ]
    return tuple(sorted(kept, key=lambda shape: _STATES.index(shape.state)))


def _draw_conflicts(pen: Pen, shapes: Sequence[ConflictShape]) -> list[LegendKey]:
    look = style("conflict")
    keys: dict[State, LegendKey] = {}
    for shape in shapes:
        colour = state_colour(shape.state)
        draw_part(pen, shape.geometry, look, colour=colour)
        said = label("state", shape.state, pen.lang)
        name = text("figure.conflict", pen.lang, state=said)
        keys[shape.state] = LegendKey(name=name, style=look, colour=colour)
    return [keys[state] for state in reversed(_STATES) if state in keys]


def _draw_layout(pen: Pen, result: SiteResult) -> list[LegendKey]:
    keys: dict[str, LegendKey] = {}
    for hit in result.layout:
        for item, shape in (("trim", hit.trim), ("section", hit.section)):
            if shape is not None:
                look = style(item)
                draw_part(pen, shape, look)
                name = text(f"figure.{item}", pen.lang)
                keys[item] = LegendKey(name=name, style=look)
    return list(keys.values())


def draw_part(
    pen: Pen, geometry: BaseGeometry, look: Style, *, colour: str | None = None
) -> None:
    """Draw polygons, lines and points of `geometry` in one style."""
    for part in _simple_parts(geometry):
        if isinstance(part, shapely.Polygon):
            pen.axes.add_patch(_patch(part, look, colour))
        elif isinstance(part, shapely.Point):
            pen.axes.plot(
                part.x,
                part.y,
                marker="o",
                markersize=7,
                color=colour or look.fill or look.line,
                markeredgecolor=look.line,
                zorder=look.order,
            )
        else:
            x, y = np.asarray(part.coords)[:, :2].T
            pen.axes.plot(
                x, y, color=colour or look.line, zorder=look.order, **stroke(look)
            )


def _simple_parts(geometry: BaseGeometry) -> Iterator[Any]:
    for part in shapely.get_parts(geometry):
        if part.is_empty:
            continue
        if isinstance(part, shapely.GeometryCollection) or hasattr(part, "geoms"):
            yield from _simple_parts(part)
        else:
            yield part


def _patch(polygon: shapely.Polygon, look: Style, colour: str | None) -> "PathPatch":
    """Return a filled path with holes; conflicts are hatched in their colour."""
    from matplotlib.colors import to_rgba
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    rings = [polygon.exterior, *polygon.interiors]
    path = Path.make_compound_path(
        *(Path(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings)
    )
    edge = colour or look.line
    face = colour or look.fill
    opacity = look.opacity * (0.45 if colour else 1)
    return PathPatch(
        path,
        facecolor="none" if face is None else to_rgba(face, opacity),
        edgecolor=edge,
        hatch="////" if colour else None,
        zorder=look.order,
        **stroke(look),
    )
