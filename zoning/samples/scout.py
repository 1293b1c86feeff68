"""Looking for a place where a site meets just what it should."""

from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import STRtree
from shapely.geometry.base import BaseGeometry

from zoning.samples.county import County
from zoning.samples.frame import Grid
from zoning.samples.sheet import Sheet

__all__ = ["OBSTACLES", "Scout", "rectangle"]

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Geometries = NDArray[np.object_]

OBSTACLES = (
    "permanent_basic_farmland",
    "ecological_redline",
    "protected_area",
    "water_source_zone",
    "river",
    "shoreline_zone",
    "forest_land",
    "heritage_site",
    "hazard_zone",
    "corridor_layout",
    "cropland",
    "priority_unit",
    "settlement",
)
"""Everything a quiet site keeps off; the last three are parts of layers."""

_TRIES = 4000


def rectangle(
    centre: Array, width: float, height: float, *, turn: float
) -> BaseGeometry:
    """Return a turned rectangle about a point, on the millimetre grid."""
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    steps = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) / 2
    ring = centre + steps[:, :1] * width * along + steps[:, 1:] * height * across
    return shapely.Polygon(np.round(ring, 3))


class Scout:
    """The layers of the base as indexes, and the search for a spot.

    Parameters
    ----------
    sheets : sequence of Sheet
        The base as written (planted faults included).
    """

    def __init__(self, county: County, sheets: Sequence[Sheet]) -> None:
        self.county = county
        self.layers: dict[str, Geometries] = {}
        for sheet in sheets:
            self._add(sheet.layer_id, list(sheet.geometry))
            self._add_part(
                sheet, "land_parcel", field="DLBM", values=("0101", "0102", "0103")
            )
            self._add_part(
                sheet, "control_unit", field="ZHGKDYFL", values=("优先保护单元",)
            )
        self.trees = {name: STRtree(shapes) for name, shapes in self.layers.items()}

    def _add(self, name: str, shapes: list[BaseGeometry]) -> None:
        column = np.empty(len(shapes), dtype=object)
        column[:] = shapes
        known = self.layers.get(name)
        self.layers[name] = column if known is None else np.concatenate([known, column])

    def _add_part(
        self, sheet: Sheet, layer_id: str, *, field: str, values: tuple[str, ...]
    ) -> None:
        if sheet.layer_id == layer_id:
            name = {"land_parcel": "cropland", "control_unit": "priority_unit"}[
                layer_id
            ]
            rows = zip(sheet.geometry, sheet.columns[field], strict=True)
            self._add(name, [shape for shape, value in rows if value in values])

    @cached_property
    def water(self) -> BaseGeometry:
        """All river water."""
        return shapely.union_all([river.water for river in self.county.rivers])

    @property
    def grid(self) -> Grid:
        """The 60 m grid of the masks."""
        return self.county.ground.grid

    def clear_of(self, shapes: Geometries, names: Sequence[str], gap: float) -> Mask:
        """Tell which shapes keep `gap` metres off all features of layers."""
        good = np.ones(len(shapes), dtype=bool)
        for name in names:
            hit, _ = self.trees[name].query(shapes, predicate="dwithin", distance=gap)
            good[hit] = False
        return good

    def find(
        self,
        name: str,
        among: Mask,
        make: Callable[[Array, float], BaseGeometry],
        *,
        avoid: Sequence[str] = OBSTACLES,
        test: Callable[[BaseGeometry], bool] = lambda _: True,
    ) -> BaseGeometry:
        """Return the first shape that fits.

        Parameters
        ----------
        name : str
            Names the random stream of the search.
        among : ndarray of bool
            Cells in which the shape's centre may lie.
        make : callable
            Centre (x, y) and a turn in radians to the shape.
        avoid : sequence of str
            Layers to keep 8 m off.
        test : callable
            What else must hold.

        Raises
        ------
        RuntimeError
            When nothing fits; the seed then gives no usable county.
        """
        stream = self.county.frame.random(f"site {name}")
        cells = np.flatnonzero(among)
        picks = stream.permutation(cells)[:_TRIES]
        turns = np.round(stream.random(len(picks)) * np.pi, 4)
        shapes = np.empty(len(picks), dtype=object)
        for number, (cell, turn) in enumerate(zip(picks.tolist(), turns, strict=True)):
            row, column = divmod(cell, self.grid.columns)
            centre = np.array(self.county.ground.point(row, column))
            shapes[number] = make(centre, float(turn))
        inside = shapely.contains_properly(self.county.outline, shapes)
        good = inside & self.clear_of(shapes, avoid, 8.0)
        for shape in shapes[good]:
            if test(shape):
                found: BaseGeometry = shape
                return found
        msg = f"no place found for the site {name!r} ({int(good.sum())} quiet ones)"
        raise RuntimeError(msg)

    def union(self, layer: str) -> BaseGeometry:
        """Return all of a layer as one geometry."""
        return shapely.union_all(self.layers[layer])
