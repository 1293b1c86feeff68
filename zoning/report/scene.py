"""What a map picture must hold: the site, what is near it, and how far that is."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.measure import project
from zoning.model import Base, Finding, SiteResult, State, Verdict
from zoning.report.styles import state_colour
from zoning.report.wording import worst_first

__all__ = ["Reach", "Scene", "scene_of"]

_LEAST_WIDTH_M = 400.0
_MARGIN = 1.9
_FURTHEST_M = 3000.0
"""A feature further off than this is told in words and not drawn to scale."""

_CLEAR_M = 700.0
"""Room around a CLEAR site, which would else be an empty square."""

_REACH_ROOM = 1.15
_LONLAT = "EPSG:4490"  # that of every witness


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The shortest line from a site to the feature that a finding speaks of.

    `rules`: all rules that speak of this distance, the worst finding first.
    """

    layer: str
    line: shapely.LineString
    distance_m: float
    colour: str
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The view (a box in the working plane) and the distances drawn in it."""

    view: BaseGeometry
    reaches: tuple[Reach, ...]


def scene_of(
    result: SiteResult, base: Base, *, near: bool, layout: bool, aspect: float
) -> Scene:
    """Return what a picture of one site holds.

    Parameters
    ----------
    near : bool
        Draw the distance to the nearest feature of findings within a distance,
        and widen the view for them, up to 3 km.
    layout : bool
        Widen the view for sections and trims.
    aspect : float
        Width over height of the picture.
    """
    if result.geometry is None:
        raise ValueError(result.site.id)
    reaches = tuple(_reaches(result, base)) if near else ()
    shapes: list[BaseGeometry] = [reach.line for reach in reaches]
    if layout:
        parts = (shape for hit in result.layout for shape in (hit.section, hit.trim))
        shapes += [shape for shape in parts if shape is not None]
    room = _CLEAR_M if near and result.verdict == Verdict.CLEAR else 0.0
    view = _view(result.geometry, shapes, room=room, aspect=aspect)
    return Scene(view=view, reaches=reaches)


def _reaches(result: SiteResult, base: Base) -> Iterator[Reach]:
    """Yield one line per layer and place, worst finding first."""
    alike: dict[tuple[str, float], list[Finding]] = {}
    for finding in worst_first(result.findings):
        distance = _distance(finding)
        if distance is not None:
            alike.setdefault((finding.layer, distance), []).append(finding)
    for (layer, distance), findings in alike.items():
        yield Reach(
            layer=layer,
            line=_line(result, findings[0], base),
            distance_m=distance,
            colour=state_colour(findings[0].state),
            rules=tuple(finding.rule_id for finding in findings),
        )


def _distance(finding: Finding) -> float | None:
    """Return the distance to draw, or None where there is none."""
    loose = finding.state in {State.CLEAR, State.NOT_CHECKED}
    if loose or finding.relation != "within_distance" or finding.witness is None:
        return None
    distance = finding.distance_m or 0.0
    return distance if 0 < distance <= _FURTHEST_M else None


def _line(result: SiteResult, finding: Finding, base: Base) -> shapely.LineString:
    """Return the shortest line from the site to the witness, working plane."""
    if finding.witness is None or result.geometry is None:
        raise ValueError(finding.rule_id)
    place = shapely.Point(finding.witness.lon, finding.witness.lat)
    witness = project(np.array([place], object), _LONLAT, base.crs)[0]
    line: shapely.LineString = shapely.shortest_line(result.geometry, witness)
    return line


def _view(
    geometry: BaseGeometry, shapes: list[BaseGeometry], *, room: float, aspect: float
) -> BaseGeometry:
    """Return the box around the site and `shapes`, with air, in `aspect`."""
    west, south, east, north = geometry.bounds
    x, y = (west + east) / 2, (south + north) / 2
    width = max((east - west) * _MARGIN, _LEAST_WIDTH_M, east - west + 2 * room)
    height = max((north - south) * _MARGIN, _LEAST_WIDTH_M / aspect)
    height = max(height, north - south + 2 * room / aspect)
    box = shapely.box(
        x - width / 2, y - height / 2, x + width / 2, y + height / 2
    ).bounds
    far = [shape.bounds for shape in shapes if not shape.is_empty]
    edges = np.array([box, *far])
    west, south = edges[:, :2].min(axis=0)
    east, north = edges[:, 2:].max(axis=0)
    stretched = _REACH_ROOM if far else 1.0
    x, y = (west + east) / 2, (south + north) / 2
    width, height = (east - west) * stretched, (north - south) * stretched
    width, height = max(width, height * aspect), max(height, width / aspect)
    view: BaseGeometry = shapely.box(
        x - width / 2, y - height / 2, x + width / 2, y + height / 2
    )
    return view
