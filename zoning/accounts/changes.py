"""Where classes changed: polygons, with slivers apart."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure
from zoning.accounts.matrix import ABSENT, Vintage
from zoning.partition import ZoneSystem, dissolve, divide
from zoning.topology import oriented

__all__ = ["SLIVER_M2", "Changes", "change_polygons"]

SLIVER_M2 = 400.0
"""Below the smallest plot that surveys map; such changes may be drawing alone."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Changes:
    """Polygons whose class changed; arrays have shape (n,).

    `before` and `after` are classes, `ABSENT` where a vintage has no ground;
    `sliver` says that the polygon is smaller than the limit. Ordered by classes,
    then largest first.
    """

    before: NDArray[np.object_]
    after: NDArray[np.object_]
    geometry: NDArray[np.object_]
    area_m2: NDArray[np.float64]
    sliver: NDArray[np.bool_]


def change_polygons(
    old: Vintage,
    new: Vintage,
    *,
    crs: str,
    sliver_m2: float = SLIVER_M2,
    tiles: int = 1,
) -> Changes:
    """Return every polygon whose class changed.

    Parameters
    ----------
    old, new : Vintage
        In one working plane.
    crs : str
        That plane.
    sliver_m2 : float
        Polygons smaller than this are slivers; they stay in every total.
    tiles : int
        Bounds the memory; changes no byte.
    """
    systems = [
        ZoneSystem(id=side, geometry=vintage.geometry, label=vintage.label)
        for side, vintage in (("old", old), ("new", new))
    ]
    faces = divide(systems, tiles=tiles)
    words = [np.append(system.zones, ABSENT) for system in systems]
    before, after = (words[k][faces.zone[:, k]] for k in (0, 1))
    changed = before != after
    keys, joined = dissolve(faces.geometry[changed], faces.zone[changed])
    parts, of = shapely.get_parts(joined, return_index=True)
    parts = oriented(np.asarray(parts, dtype=object))
    area = measure.area_m2(parts, crs)
    bounds = shapely.bounds(parts).reshape(-1, 4)
    order = np.lexsort((bounds[:, 1], bounds[:, 0], -np.round(area, 4), of))
    parts, of, area = parts[order], of[order], area[order]
    return Changes(
        before=words[0][keys[of, 0]] if len(of) else words[0][:0],
        after=words[1][keys[of, 1]] if len(of) else words[1][:0],
        geometry=parts,
        area_m2=area,
        sliver=area < sliver_m2,
    )
