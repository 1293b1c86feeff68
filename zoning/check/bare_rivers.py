"""Reaches of rivers whose true shore or management range is not drawn.

A center line counts where no water of its view is drawn over it. What is left
of it is told tile by tile of a fixed lattice, so that a site alone and a batch
look at the same pieces, and one site at few.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model import Layer
from zoning.overlay import as_shapes, rows_near
from zoning.rules.schema import View
from zoning.rules.views import in_view

__all__ = ["BareReaches", "bare_lines", "undelimited"]

CENTER_LINE = "center_line"
WATERLINE_SLACK_M = 1.0  # a center line this close to drawn water is drawn water
TILE_M = 4096.0

_WIDER = np.array([-1, -1, 1, 1]) * 2 * WATERLINE_SLACK_M

Rows = NDArray[np.intp]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BareReaches:
    """Shapes in the order of their features, and the river each is of; shape (n,)."""

    shapes: NDArray[np.object_]
    names: NDArray[np.object_]


def bare_lines(
    layer: Layer, view: View, sites: NDArray[np.object_], *, reach_m: float
) -> BareReaches:
    """Return center lines of a view outside the view's own drawn water.

    Parameters
    ----------
    layer : Layer
        With all its features; it has the columns of the view. What is found in
        a tile is kept with it.
    sites : ndarray of object, shape (s,)
        In the working plane.
    reach_m : float
        How far from a site lines are of interest; further ones may be missing.
    """
    if "outline" not in layer.attributes:
        return _none()
    found = [
        tile.bare
        for tile in _tiles_of(layer, view, sites, reach_m=reach_m)
        if _comes_near(tile.parts, sites, reach_m)
    ]
    if not found:
        return _none()
    order = np.argsort(np.concatenate([one.row for one in found]), kind="stable")
    return BareReaches(
        shapes=np.concatenate([one.shapes for one in found])[order],
        names=np.concatenate([one.names for one in found])[order],
    )


def undelimited(layer: Layer, whole: Layer, view: View) -> BareReaches:
    """Return the features of rivers that have no feature in a view.

    Parameters
    ----------
    layer : Layer
        All features within reach of a site.
    whole : Layer
        The same layer with all its features.
    """
    every = np.arange(len(whole.geometry))
    keep = in_view(view, whole.attributes, len(every))
    drawn = sorted({str(name) for name in _names(whole, every[keep])})
    names = _names(layer, np.arange(len(layer.geometry)))
    without = np.flatnonzero(~np.isin(names.astype(str), drawn))
    return BareReaches(shapes=layer.geometry[without], names=names[without])


def _none() -> BareReaches:
    nothing = np.zeros(0, dtype=object)
    return BareReaches(shapes=nothing, names=nothing)


def _names(layer: Layer, rows: Rows) -> NDArray[np.object_]:
    names = layer.attributes.get("name")
    found = layer.feature_ids[rows] if names is None else names[rows]
    return np.asarray(found, dtype=object)


def _comes_near(
    parts: NDArray[np.object_], sites: NDArray[np.object_], reach_m: float
) -> bool:
    """Say whether any part lies within reach of any site."""
    return bool(shapely.dwithin(sites[:, None], parts[None, :], reach_m).any())


def _tiles_of(
    layer: Layer, view: View, sites: NDArray[np.object_], *, reach_m: float
) -> list["_Tile"]:
    """Return the tiles within reach of a site that a center line passes."""
    wanted, kind = _tiles(sites, reach_m), repr(view)
    known = layer.told.setdefault(("bare_lines", kind), {})
    new = [tile for tile in wanted if tile not in known]
    if new:
        boxes = np.array(new) + _WIDER
        rows = rows_near(layer.geometry, boxes, 0.0)
        near = layer.taken(rows)
        keep = in_view(view, near.attributes, len(near.geometry))
        center = near.attributes["outline"] == CENTER_LINE
        for tile in new:
            known[tile] = _Tile(
                layer=near,
                rows=rows,
                lines=np.flatnonzero(keep & center),
                shores=np.flatnonzero(keep & ~center),
                box=tile,
            )
    return [known[tile] for tile in wanted if len(known[tile].parts)]


def _tiles(sites: NDArray[np.object_], reach_m: float) -> list[Box]:
    """Return the tiles within reach of a site, in order."""
    boxes = shapely.bounds(sites) + np.array([-1, -1, 1, 1]) * reach_m
    cells = np.floor(boxes / TILE_M).astype(np.int64)
    numbers = {
        (x, y)
        for west, south, east, north in dict.fromkeys(map(tuple, cells.tolist()))
        for x in range(west, east + 1)
        for y in range(south, north + 1)
    }
    return [
        (x * TILE_M, y * TILE_M, (x + 1) * TILE_M, (y + 1) * TILE_M)
        for x, y in sorted(numbers)
    ]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Bare:
    """Bare stretches, the row in the whole layer and the river of each."""

    row: Rows
    shapes: NDArray[np.object_]
    names: NDArray[np.object_]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Tile:
    """One tile of a view: its center lines, and what of them is bare.

    `layer` has all features that the tile meets, those in `rows` of the whole
    layer; `lines` and `shores` are rows of `layer`.
    """

    layer: Layer
    rows: Rows
    lines: Rows
    shores: Rows
    box: Box

    @cached_property
    def _clipped(self) -> tuple[Rows, NDArray[np.object_]]:
        box = np.array(self.box)
        lines = self.lines[_meet(self._bounds[self.lines], box)]
        parts = shapely.intersection(self.layer.geometry[lines], shapely.box(*box))
        there = ~shapely.is_empty(parts)
        return lines[there], parts[there]

    @property
    def parts(self) -> NDArray[np.object_]:
        """What of each center line lies in the tile, if anything does."""
        return self._clipped[1]

    @cached_property
    def bare(self) -> "_Bare":
        """What of each center line lies in the tile and in no drawn water."""
        lines, parts = self._clipped
        wide = np.array(self.box) + _WIDER
        near = _meet(self._bounds[self.shores], wide)
        shores = self.layer.geometry[self.shores[near]]
        dry = ~shapely.covered_by(parts[:, None], shores[None, :]).any(axis=1)
        lines, parts = lines[dry], parts[dry]
        if not dry.any():  # the usual case: nothing is to be cut
            return _Bare(row=self.rows[lines], shapes=parts, names=parts)
        drawn = shapely.intersection(shores, shapely.box(*wide))
        water = shapely.union_all(shapely.buffer(drawn, WATERLINE_SLACK_M))
        bare = np.asarray(shapely.difference(parts, water), dtype=object)
        left = ~shapely.is_empty(bare)
        names = _names(self.layer, lines[left])
        return _Bare(row=self.rows[lines[left]], shapes=bare[left], names=names)

    @property
    def _bounds(self) -> NDArray[np.float64]:
        return as_shapes(self.layer.geometry).bounds


def _meet(bounds: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    low = (bounds[:, :2] <= box[2:]).all(axis=1)
    return np.asarray(low & (bounds[:, 2:] >= box[:2]).all(axis=1))
