"""Names on the map, each where it covers no other; what finds no room is left out.

Places are kept in millimetres of the map frame. The order of calls is the order
of importance: who comes first has the better place.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.model import Layer
from zoning.overlay import rows_meeting
from zoning.report.sheets.draw import clipped
from zoning.report.sheets.lettering import MM_PER_POINT, shortened, width_mm
from zoning.report.sheets.page import Page
from zoning.report.sheets.plan import name_style

__all__ = ["Names", "Place", "heart", "name_features"]

_HEIGHT = 1.15
_LEAST_MM2 = 60.0
"""An area smaller than this on paper has no room for its name."""

_LEAST_LINE_MM = 18.0
_EDGE_MM = 1.0

Place = tuple[float, float, float, float]
"""West, south, east, north, millimetres of the map frame."""


@dataclass(slots=True)
class Names:
    """The places taken on one map."""

    page: Page
    taken: list[Place] = field(default_factory=list)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return the place on the frame, mm, of a point of the working plane."""
        west, south, _, _ = self.page.placed.view.bounds
        unit = self.page.placed.metres_per_mm
        return (x - west) / unit, (y - south) / unit

    def reserve(self, place: Place) -> None:
        """Take a place, whatever lies there."""
        self.taken.append(place)

    def free(self, place: Place) -> bool:
        """Say whether a place is on the map and touches no other."""
        west, south, east, north = place
        frame = self.page.layout.frame
        inside = west >= _EDGE_MM and south >= _EDGE_MM
        inside = inside and east <= frame.width - _EDGE_MM
        inside = inside and north <= frame.height - _EDGE_MM
        return inside and not any(
            west < b[2] and east > b[0] and south < b[3] and north > b[1]
            for b in self.taken
        )

    def write(
        self,
        words: str,
        centres: Sequence[tuple[float, float]],
        *,
        size: float,
        colour: str,
    ) -> bool:
        """Write `words` round the first of `centres` (mm) that is free."""
        half = width_mm(words, size) / 2 + 0.4
        high = size * _HEIGHT * MM_PER_POINT / 2
        for x, y in centres:
            place = (x - half, y - high, x + half, y + high)
            if self.free(place):
                self.reserve(place)
                self._draw(words, (x, y), size=size, colour=colour)
                return True
        return False

    def _draw(
        self, words: str, centre: tuple[float, float], *, size: float, colour: str
    ) -> None:
        from matplotlib.patheffects import withStroke

        frame = self.page.layout.frame
        drawn = self.page.write(
            frame.x + centre[0],
            frame.y + centre[1] - size * 0.36 * MM_PER_POINT,
            words,
            size=size,
            colour=colour,
            align="center",
        )
        drawn.set_path_effects([withStroke(linewidth=2.2, foreground="white")])


def name_features(names: Names, layer: Layer) -> None:
    """Name the features of a layer that have room, the largest first.

    A name is written once, whatever number of features bear it.
    """
    look = name_style(layer.info.id)
    column = layer.attributes.get(look.column)
    if column is None:
        return
    view = names.page.placed.view
    rows = rows_meeting(layer.geometry, view)
    said = np.array([str(column[row]) for row in rows] or [], dtype=object)
    factor = names.page.layout.text
    for name, parts in _by_size(names.page, layer.geometry[rows], said):
        words = name if len(name) <= look.most else f"{name[: look.most]}…"
        size = look.size * factor
        words = shortened(words, size, names.page.layout.frame.width * 0.6)
        beside = size * 0.62 * MM_PER_POINT * names.page.placed.metres_per_mm
        centres = [
            names.at(*point) for part in parts for point in _inner_points(part, beside)
        ]
        names.write(words, centres, size=size, colour=look.colour)


def _by_size(page: Page, shapes: Any, said: Any) -> Iterator[tuple[str, Any]]:
    """Yield each name with its clipped parts that have room, largest first."""
    cut = clipped(page, shapes)
    cut = shapely.intersection(cut, page.placed.view)
    parts, owner = shapely.get_parts(cut, return_index=True)
    sizes = np.array([_size_mm(page, part) for part in parts])
    groups: dict[str, list[tuple[float, int]]] = {}
    for index in np.flatnonzero(sizes > 0):
        groups.setdefault(said[owner[index]], []).append((-sizes[index], int(index)))
    for name, found in sorted(groups.items(), key=lambda g: (min(g[1]), g[0])):
        if name:
            yield name, [parts[index] for _, index in sorted(found)[:3]]


def _size_mm(page: Page, part: BaseGeometry) -> float:
    """Return how much room a part offers, 0 when too little for a name."""
    unit = page.placed.metres_per_mm
    dimension = shapely.get_dimensions(part)
    if dimension == 2:  # noqa: PLR2004  an area
        room = float(shapely.area(part)) / unit**2
        return room if room >= _LEAST_MM2 else 0.0
    along = float(shapely.length(part)) / unit
    return along if along >= _LEAST_LINE_MM else 0.0


def heart(area: BaseGeometry) -> tuple[float, float]:
    """Return the middle of the largest circle inside a polygon."""
    polygon: Any = area
    x, y = shapely.maximum_inscribed_circle(polygon).coords[0]
    return float(x), float(y)


def _inner_points(part: BaseGeometry, beside: float) -> Iterator[tuple[float, float]]:
    """Yield points to write at: well inside an area, beside a line."""
    if shapely.get_dimensions(part) == 2:  # noqa: PLR2004  an area
        yield heart(part)
        inner = shapely.point_on_surface(part)
        yield inner.x, inner.y
        return
    line: Any = part
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        point: Any = shapely.line_interpolate_point(line, share, normalized=True)
        for up in (beside, -beside):
            yield point.x, point.y + up
