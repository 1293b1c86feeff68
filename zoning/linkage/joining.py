"""Sources found, and joined by the links that are kept."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.grid import Grid
from zoning.corridors.mspa import Pattern, PatternClass, PatternRule, spatial_pattern
from zoning.corridors.network import (
    Link,
    Net,
    connect,
    nearest_links,
    spanning_links,
)
from zoning.corridors.sources import Dispersal, Sources, ecological_sources
from zoning.errors import Problem, UsageError
from zoning.linkage.ground import Ground
from zoning.linkage.table import ModelSettings

__all__ = [
    "Joined",
    "SourceMap",
    "find_sources",
    "join",
    "kept_links",
    "parts_of",
    "path_shape",
]

Labels = NDArray[np.int32]
_FEWEST = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SourceMap:
    """Sources on the grid.

    Parameters
    ----------
    labels : ndarray of int32, shape (rows, columns)
        Numbers from 1 in reading order, 0 elsewhere; within the county.
    count : int
    protected : ndarray of bool, shape (count,)
    pattern : dict of PatternClass to int
        Cells of the habitat by class.
    edge_cells : int
        Width of edges, as it was taken.
    left_out : int
        Pieces of protected land that were too small to be sources.
    """

    labels: Labels
    count: int
    protected: NDArray[np.bool_]
    pattern: dict[PatternClass, int]
    edge_cells: int
    left_out: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joined:
    """The net of all neighbours, and the links of it that are kept.

    `tree` are the (start, end) of the cheapest links that join all that can be
    joined.
    """

    net: Net
    kept: tuple[Link, ...]
    tree: frozenset[tuple[int, int]]


def find_sources(ground: Ground, settings: ModelSettings, *, crs: str) -> SourceMap:
    """Return the sources: the best cores, and protected land that is large enough.

    Raises
    ------
    UsageError
        ``CORRIDOR_SOURCES`` when there are fewer than two.
    """
    cell_m = min(ground.habitat.cell_m)
    edge = max(1, round(settings.edge_m / cell_m))
    rule = PatternRule(connectivity=settings.connectivity, edge_width=edge)
    pattern = spatial_pattern(ground.habitat, rule)
    large = measure.area_m2(ground.protected, crs) >= settings.least_protected_m2
    sources = _sources(pattern, settings, ground.protected[large])
    labels, protected = _within(sources, ground.county)
    if len(protected) < _FEWEST:
        raise _too_few(len(protected))
    return SourceMap(
        labels=labels,
        count=len(protected),
        protected=protected,
        pattern=pattern.counts(),
        edge_cells=edge,
        left_out=int((~large).sum()),
    )


def _sources(
    pattern: Pattern, settings: ModelSettings, protected: NDArray[np.object_]
) -> Sources:
    demand = Dispersal(
        least_area_m2=settings.least_patch_m2,
        count=settings.patches,
        at_m=settings.dispersal_m,
        probability=settings.dispersal_probability,
    )
    try:
        return ecological_sources(pattern, demand, protected)
    except UsageError as error:
        if error.problem.code == "SOURCES_NONE":
            raise _too_few(0) from error
        raise


def _too_few(count: int) -> UsageError:
    return UsageError(Problem(code="CORRIDOR_SOURCES", values={"count": str(count)}))


def _within(sources: Sources, county: Grid) -> tuple[Labels, NDArray[np.bool_]]:
    """Return the sources within the county, numbered anew where some are not."""
    labels = np.where(county.values == 1, sources.grid.values, 0).astype(np.int32)
    left = np.unique(labels)
    left = left[left > 0]
    again = np.zeros(len(sources.protected) + 1, dtype=np.int32)
    again[left] = np.arange(1, len(left) + 1)
    return again[labels], sources.protected[left - 1]


def join(
    resistance: Grid,
    labels: Labels,
    settings: ModelSettings,
    *,
    threads: int,
    progress: Callable[[int, int], None] | None = None,
) -> Joined:
    """Join sources by least-cost links.

    Raises
    ------
    UsageError
        ``CORRIDOR_NO_LINKS`` when no way leads from any source to another.
    """
    sources = resistance.with_values(labels)
    net = connect(resistance, sources, threads=threads, progress=progress)
    if not net.links:
        values = {"count": str(len(net.sources))}
        raise UsageError(Problem(code="CORRIDOR_NO_LINKS", values=values))
    kept, tree = kept_links(net, settings.nearest)
    return Joined(net=net, kept=kept, tree=tree)


def kept_links(
    net: Net, nearest: int
) -> tuple[tuple[Link, ...], frozenset[tuple[int, int]]]:
    """Return the links that are kept, in order, and those that join all parts.

    Each source keeps its `nearest` cheapest links that lead through no third
    source; the cheapest links that join all that can be joined are kept too.
    """
    direct = [link for link in net.links if not link.crossed]
    tree = spanning_links(direct)
    if parts_of(net.sources, tree).max() != parts_of(net.sources, net.links).max():
        tree = spanning_links(net.links)
    chosen = {_ends(link) for link in (*nearest_links(net.links, nearest), *tree)}
    kept = tuple(link for link in net.links if _ends(link) in chosen)
    return kept, frozenset(_ends(link) for link in tree)


def parts_of(
    sources: tuple[int, ...], links: tuple[Link, ...] | list[Link]
) -> NDArray[np.int64]:
    """Return the part of the net that each source is in, from 0, shape (n,)."""
    place = {number: k for k, number in enumerate(sources)}
    ends = np.array(
        [(place[link.start], place[link.end]) for link in links], dtype=np.int64
    ).reshape(-1, 2)
    shape = (len(sources), len(sources))
    graph = coo_array((np.ones(len(ends)), (ends[:, 0], ends[:, 1])), shape=shape)
    _, part = connected_components(graph, directed=False)
    return np.asarray(part, dtype=np.int64)


def path_shape(link: Link) -> BaseGeometry:
    """Return the path of a link without the points that lie on a straight line."""
    xy = link.path.xy
    line = shapely.LineString(xy if len(xy) > 1 else np.repeat(xy, 2, axis=0))
    return line.simplify(0.0)


def _ends(link: Link) -> tuple[int, int]:
    return link.start, link.end
