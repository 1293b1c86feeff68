"""What stands in a corridor's way: which layers block it, which only count.

The table is data (`zoning/data/layout.yaml`): each entry names a layer, a choice
of its features, whether it blocks or counts, and the plan that decides about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

__all__ = [
    "BLOCKS",
    "COUNTS",
    "Obstacle",
    "ObstacleEntry",
    "free_ground",
    "shapes_near",
]

BLOCKS = "blocks"
COUNTS = "counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class ObstacleEntry:
    """One row of the table.

    Parameters
    ----------
    id : str
        Unique in the table.
    layer : str
        Layer id of the base.
    where : mapping of str to tuple of str
        Column → values, all of which must hold; ``*`` ends a prefix. Empty: every
        feature. A raster has the column ``value``.
    effect : str
        `BLOCKS` or `COUNTS`.
    width_m : float
        Given to lines and points; polygons are not widened.
    subject : str
        Entries of one subject stand in for each other: ground is seen when one
        of their layers covers it.
    stated : bool
        Whether the county has to name the values: land-cover products have codes
        of their own.
    word, plan, source : mapping of str to str
        What it is, the plan that owns it, and why it has that effect; zh and en.
    """

    id: str
    layer: str
    where: Mapping[str, tuple[str, ...]]
    effect: str
    width_m: float
    subject: str
    stated: bool
    word: Mapping[str, str]
    plan: Mapping[str, str]
    source: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Obstacle:
    """An entry with the shapes it stands for, in the working plane.

    Parameters
    ----------
    entry : ObstacleEntry
        The row of the table.
    geometry : ndarray of object, shape (n,)
        Polygons; lines already have their width.
    coverage : geometry or None
        Where the layer can be relied on to be complete; None: nowhere.
    """

    entry: ObstacleEntry
    geometry: NDArray[np.object_]
    coverage: BaseGeometry | None
    _tree: list[shapely.STRtree] = field(default_factory=list)

    @property
    def blocks(self) -> bool:
        """Whether nothing passes."""
        return self.entry.effect == BLOCKS

    def met(self, area: BaseGeometry) -> NDArray[np.int64]:
        """Return the rows that meet an area, ascending."""
        if not self._tree:
            self._tree.append(shapely.STRtree(self.geometry))
        found = self._tree[0].query(area, predicate="intersects")
        return np.sort(found).astype(np.int64)


def shapes_near(obstacle: Obstacle, area: BaseGeometry) -> BaseGeometry:
    """Return the union of what an obstacle takes of an area."""
    shapes = obstacle.geometry[obstacle.met(area)]
    common = shapely.intersection(shapes, area)
    parts = shapely.get_parts(shapely.union_all(common))
    union: BaseGeometry = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])  # noqa: PLR2004
    return union


def free_ground(
    area: BaseGeometry, taken: Sequence[BaseGeometry], least: float
) -> BaseGeometry:
    """Return an area without what blocks it, and without cracks.

    Parameters
    ----------
    area : geometry
        Polygons in the plane.
    taken : sequence of geometry
        What obstacles take of it.
    least : float
        Metres of the plane.
    """
    free = shapely.difference(area, shapely.union_all(np.array(taken, dtype=object)))
    return _opened(free, least)


def _opened(ground: BaseGeometry, least: float) -> BaseGeometry:
    """Drop what is narrower than `least`, and keep corners as they are.

    A crack of ground that a drawing leaves between two blocks is no way through.
    """
    half = least / 2
    shrunk = shapely.buffer(ground, -half, join_style="mitre", cap_style="flat")
    grown = shapely.buffer(shrunk, half, join_style="mitre", cap_style="flat")
    kept: BaseGeometry = shapely.intersection(grown, ground)
    return kept
