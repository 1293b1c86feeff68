"""Reaches of rivers whose true shore or management range is not drawn.

A center line counts where no water of its view is drawn over it. What is left
of it is told tile by tile of a fixed lattice, so that a site alone and a batch
look at the same pieces, and one site at few.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.model import Layer
from zoning.overlay import as_shapes
from zoning.rules.schema import View
from zoning.rules.views import in_view

__all__ = ["BareReaches", "bare_lines", "undelimited"]

CENTER_LINE = "center_line"
WATERLINE_SLACK_M = 1.0  # a center line this close to drawn water is drawn water
TILE_M = 4096.0

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BareReaches:
    """Shapes in the order of their features, and the river each is of; shape (n,)."""

    shapes: NDArray[np.object_]
    names: NDArray[np.object_]


def bare_lines(
    layer: Layer, keep: NDArray[np.bool_], sites: NDArray[np.object_], *, reach_m: float
) -> BareReaches:
    """Return center lines of a view outside the view's own drawn water.

    Parameters
    ----------
    layer : Layer
        All features within reach of a site.
    keep : ndarray of bool, shape (features,)
        Those of the view.
    sites : ndarray of object, shape (s,)
        In the working plane.
    reach_m : float
        How far from a site lines are of interest; further ones may be missing.
    """
    outline = layer.attributes.get("outline")
    if outline is None or not (keep & (outline == CENTER_LINE)).any():
        return _none()
    lines = np.flatnonzero(keep & (outline == CENTER_LINE))
    shores = np.flatnonzero(keep & (outline != CENTER_LINE))
    found = [
        _bare_in_tile(layer, lines, shores, tile=tile)
        for tile in _tiles(sites, reach_m)
    ]
    if not found:
        return _none()
    row = np.concatenate([rows for rows, _ in found])
    order = np.argsort(row, kind="stable")
    shapes = np.concatenate([shapes for _, shapes in found])[order]
    return BareReaches(shapes=shapes, names=_names(layer, row[order]))


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


def _tiles(sites: NDArray[np.object_], reach_m: float) -> NDArray[np.float64]:
    """Return the tiles within reach of a site, shape (t, 4), in order."""
    boxes = shapely.bounds(sites) + np.array([-1, -1, 1, 1]) * reach_m
    cells = np.floor(boxes / TILE_M).astype(np.int64)
    numbers = {
        (int(x), int(y))
        for west, south, east, north in np.unique(cells, axis=0)
        for x in range(west, east + 1)
        for y in range(south, north + 1)
    }
    corner = np.array(sorted(numbers), dtype=np.float64).reshape(-1, 2) * TILE_M
    return np.hstack([corner, corner + TILE_M])


def _bare_in_tile(
    layer: Layer, lines: Rows, shores: Rows, *, tile: NDArray[np.float64]
) -> tuple[Rows, NDArray[np.object_]]:
    """Return rows of center lines and what of them is bare within a tile."""
    bounds = as_shapes(layer.geometry).bounds
    lines = lines[_meet(bounds[lines], tile)]
    parts = shapely.intersection(layer.geometry[lines], shapely.box(*tile))
    there = ~shapely.is_empty(parts)
    lines, parts = lines[there], parts[there]
    if len(lines) == 0:
        return lines, parts
    wide = tile + np.array([-1, -1, 1, 1]) * 2 * WATERLINE_SLACK_M
    shores = shores[_meet(bounds[shores], wide)]
    drawn = shapely.intersection(layer.geometry[shores], shapely.box(*wide))
    water = shapely.union_all(shapely.buffer(drawn, WATERLINE_SLACK_M))
    bare = np.asarray(shapely.difference(parts, water), dtype=object)
    left = ~shapely.is_empty(bare)
    return lines[left], bare[left]


def _meet(bounds: NDArray[np.float64], box: NDArray[np.float64]) -> NDArray[np.bool_]:
    low = (bounds[:, :2] <= box[2:]).all(axis=1)
    return np.asarray(low & (bounds[:, 2:] >= box[:2]).all(axis=1))
