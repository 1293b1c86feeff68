"""Systems of zones, and the ground divided by all of them at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning.partition.edges import noded, outlines
from zoning.partition.noding import GRID_M
from zoning.topology import oriented

__all__ = ["NOWHERE", "Faces", "ZoneSystem", "dissolve", "divide"]

NOWHERE = -1
"""Zone of ground that a system leaves free."""

_SAFE_M = 3 * GRID_M  # vertices move by less than one step

Labels = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ZoneSystem:
    """One way to divide ground: townships, control units, a control line.

    Parameters
    ----------
    id : str
        Such as a layer id.
    geometry : ndarray of object, shape (n,)
        Valid polygons and multipolygons in the working plane.
    label : ndarray of object, shape (n,)
        Text: the zone of each; features of one label are one zone.
    """

    id: str
    geometry: NDArray[np.object_]
    label: Labels

    @property
    def zones(self) -> Labels:
        """The labels, each once, sorted."""
        return np.unique(self.label.astype(str)).astype(object)

    @property
    def zone(self) -> NDArray[np.intp]:
        """Row of `zones` for each feature, shape (n,)."""
        return np.searchsorted(self.zones.astype(str), self.label.astype(str))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Faces:
    """Ground divided by systems of zones: no two faces overlap.

    Parameters
    ----------
    geometry : ndarray of object, shape (f,)
        Polygons that share their borders vertex by vertex.
    zone : ndarray of int, shape (f, systems)
        Row of the system's `zones`, or `NOWHERE`. Where zones of one system
        overlap, the first.
    """

    geometry: NDArray[np.object_]
    zone: NDArray[np.intp]


def divide(systems: Sequence[ZoneSystem], *, tiles: int = 1) -> Faces:
    """Divide ground along the borders of all zones.

    Parameters
    ----------
    systems : sequence of ZoneSystem
        In one working plane.
    tiles : int
        See `noded`; no byte depends on it, nor on the order of features.

    Returns
    -------
    Faces
        Every bounded face, also those that no zone covers; in canonical order.
    """
    rings = [outlines(system.geometry, system.zone) for system in systems]
    lines = noded(rings, tiles=tiles)
    faces = shapely.get_parts(shapely.polygonize(lines))
    faces = oriented(np.asarray(faces, dtype=object))
    points = _inner_points(faces)
    xy = shapely.get_coordinates(points)
    order = np.lexsort((xy[:, 1], xy[:, 0]))
    faces, points = faces[order], points[order]
    tree = shapely.STRtree(points)
    zone = [_zones(tree, system) for system in systems]
    return Faces(geometry=faces, zone=np.stack(zone, axis=1))


def _inner_points(faces: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return a point in each face that is safely off its outline.

    The zones themselves are not on the grid: a point in a spike of the face may
    lie in the wrong one. A face that is all spike may belong to either side.
    """
    points = np.asarray(shapely.point_on_surface(faces), dtype=object)
    near = np.flatnonzero(shapely.dwithin(points, shapely.boundary(faces), _SAFE_M))
    shrunk = shapely.buffer(faces[near], -_SAFE_M, join_style="mitre")
    wide = ~shapely.is_empty(shrunk)
    points[near[wide]] = shapely.point_on_surface(shrunk[wide])
    return points


def _zones(tree: shapely.STRtree, system: ZoneSystem) -> NDArray[np.intp]:
    """Return the zone of each face by its inner point."""
    feature, face = tree.query(system.geometry, predicate="intersects")
    own = np.full(len(tree), len(system.zones), dtype=np.intp)
    np.minimum.at(own, face, system.zone[feature])
    return np.where(own == len(system.zones), NOWHERE, own)


def dissolve(
    faces: NDArray[np.object_], key: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.object_]]:
    """Join faces of one key.

    Parameters
    ----------
    faces : ndarray of object, shape (f,)
        Polygons that share borders vertex by vertex.
    key : ndarray of int, shape (f, k)

    Returns
    -------
    keys : ndarray of int, shape (g, k)
        Sorted, each once.
    shapes : ndarray of object, shape (g,)
        Multipolygons in canonical form; together a valid coverage.
    """
    keys, which = np.unique(key, axis=0, return_inverse=True)
    which = which.reshape(-1)
    alone = _alone(faces, which)
    joined = np.empty(len(keys), dtype=object)
    for row, own in enumerate(_groups(which, len(keys))):
        near = own[~alone[own]]
        union = shapely.coverage_union_all(faces[near]) if len(near) else None
        parts = [*faces[own[alone[own]]], *shapely.get_parts(union)]
        joined[row] = shapely.MultiPolygon(parts)
    return keys, oriented(joined)


def _groups(which: NDArray[np.intp], count: int) -> list[NDArray[np.intp]]:
    order = np.argsort(which, kind="stable")
    ends = np.cumsum(np.bincount(which, minlength=count))
    return np.split(order, ends)[:-1]


def _alone(faces: NDArray[np.object_], which: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Say of each face whether it touches no other of its key: nothing to join."""
    tree = shapely.STRtree(faces)
    one, other = tree.query(faces)
    same = (which[one] == which[other]) & (one < other)
    one, other = one[same], other[same]
    large = shapely.get_num_coordinates(faces)
    swap = large[one] < large[other]
    one, other = np.where(swap, other, one), np.where(swap, one, other)
    shapely.prepare(faces[np.unique(one)])
    meets = shapely.intersects(faces[one], faces[other])
    alone = np.ones(len(faces), dtype=bool)
    alone[one[meets]] = alone[other[meets]] = False
    return alone
