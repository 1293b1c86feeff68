"""One mosaic of faces under all layers, so that none overlaps by accident.

The label grids are laid over each other; the borders of the cells become
smooth lines; together with the water's edge they are noded once on a
millimetre grid. A layer is a union of faces: layers that meet share every
vertex, and the townships, the units and the county tile each other exactly.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import MultiLineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from zoning.samples.frame import Grid

__all__ = ["Mosaic", "lay_mosaic", "trace_mask"]

Labels = NDArray[np.int32]
Geometries = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mosaic:
    """Faces with the labels they carry.

    Parameters
    ----------
    faces : ndarray of Polygon, shape (n,)
        A valid coverage of the county, EPSG:4546.
    labels : mapping of str to ndarray of int32, each shape (n,)
        One entry per label grid.
    water : ndarray of int32, shape (n,)
        1 + index of the river whose water the face is; 0 on land.
    """

    faces: Geometries
    labels: Mapping[str, Labels]
    water: Labels

    def dissolve(
        self, chosen: NDArray[np.bool_], *keys: str
    ) -> list[tuple[tuple[int, ...], BaseGeometry]]:
        """Unite the chosen faces that agree in all keys, in order of the keys."""
        where = np.flatnonzero(chosen)
        table = np.stack([self.labels[key][where] for key in keys], axis=1)
        groups, owner = np.unique(table, axis=0, return_inverse=True)
        order = np.argsort(owner.ravel(), kind="stable")
        cuts = np.cumsum(np.bincount(owner.ravel(), minlength=len(groups)))[:-1]
        united = [
            shapely.coverage_union_all(self.faces[part])
            for part in np.split(where[order], cuts)
        ]
        named = [tuple(int(value) for value in group) for group in groups]
        return list(zip(named, united, strict=True))


def lay_mosaic(
    grid: Grid, labels: Mapping[str, Labels], water: list[BaseGeometry]
) -> Mosaic:
    """Cut the county into faces.

    Parameters
    ----------
    labels : mapping of str to ndarray of int32, each `grid.shape`
        Must hold ``county``: 1 inside, 0 outside.
    water : list of geometry
        Water polygons; their edges cut the faces.
    """
    inside = labels["county"] > 0
    stack = np.stack([grid_[inside] for grid_ in labels.values()], axis=1)
    _, code = np.unique(stack, axis=0, return_inverse=True)
    compound = np.zeros(grid.shape, dtype=np.int64)
    compound[inside] = code.ravel() + 1
    shores = shapely.boundary(np.array(water, dtype=object))
    lines = np.concatenate([_borders(grid, compound), shapely.get_parts(shores)])
    noded = shapely.union_all(lines, grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    cells = grid.index(points)
    keep = labels["county"][cells] > 0
    faces, points = faces[keep], points[keep]
    cells = (cells[0][keep], cells[1][keep])
    order = np.lexsort((np.round(points[:, 0], 1), -np.round(points[:, 1], 1)))
    faces = shapely.normalize(faces[order])
    return Mosaic(
        faces=faces,
        labels={name: values[cells][order] for name, values in labels.items()},
        water=_in_water(points[order], water),
    )


def trace_mask(mask: NDArray[np.bool_], grid: Grid) -> list[Polygon]:
    """Return the smoothed outline of a mask as polygons, largest first."""
    lines = shapely.union_all(_borders(grid, mask.astype(np.int64)), grid_size=0.001)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    points = shapely.get_coordinates(shapely.point_on_surface(faces))
    inside = shapely.normalize(faces[mask[grid.index(points)]])
    order = np.argsort(-np.round(shapely.area(inside), 3), kind="stable")
    return list(inside[order])


def _in_water(points: NDArray[np.float64], water: list[BaseGeometry]) -> Labels:
    tree = STRtree(water)
    which, river = tree.query(shapely.points(points), predicate="within")
    marks = np.zeros(len(points), dtype=np.int32)
    # The larger river wins where two meet.
    for face, number in sorted(
        zip(which.tolist(), river.tolist(), strict=True), reverse=True
    ):
        marks[face] = number + 1
    return marks


def _borders(grid: Grid, code: NDArray[np.int64]) -> Geometries:
    """Return the smoothed lines between cells of different codes."""
    padded = np.pad(code, 1)
    down, right = np.nonzero(padded[1:-1, 1:] != padded[1:-1, :-1])
    upright = np.stack([right, down, right, down + 1], axis=1)
    row, column = np.nonzero(padded[1:, 1:-1] != padded[:-1, 1:-1])
    level = np.stack([column, row, column + 1, row], axis=1)
    edges = np.concatenate([upright, level]).reshape(-1, 2, 2).astype(np.float64)
    arcs = shapely.get_parts(shapely.line_merge(MultiLineString(edges.tolist())))
    coords, owner = shapely.get_coordinates(arcs, return_index=True)
    coords[:, 0] = grid.west + coords[:, 0] * grid.cell
    coords[:, 1] = grid.north - coords[:, 1] * grid.cell
    for _ in range(4):
        coords, owner = _midpoints(coords, owner)
    soft = shapely.linestrings(np.round(coords, 3), indices=owner)
    return np.asarray(shapely.simplify(soft, 8.0, preserve_topology=False))


def _midpoints(
    coords: NDArray[np.float64], owner: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Replace vertices by the middles of the segments; ends stay."""
    same = owner[1:] == owner[:-1]
    middle = (coords[1:] + coords[:-1])[same] / 2
    first = np.flatnonzero(np.r_[True, ~same])
    last = np.flatnonzero(np.r_[~same, True])
    position = np.flatnonzero(same) + 0.5
    everything = np.concatenate([coords[first], middle, coords[last]])
    owners = np.concatenate([owner[first], owner[:-1][same], owner[last]])
    order = np.argsort(np.concatenate([first, position, last]), kind="stable")
    return everything[order], owners[order]
