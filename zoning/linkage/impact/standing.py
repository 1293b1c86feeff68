"""A model of corridors as it stands, taken up again from what its run folder keeps.

Shapes of sources and paths of links follow the cells exactly, so that cells are
got back from them; resistance is made anew from the base, and so are costs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.burning import burned
from zoning.corridors.grid import Grid
from zoning.corridors.impact import Dispersal
from zoning.corridors.landscape import Landscape
from zoning.corridors.least_cost import Path
from zoning.corridors.network import Link
from zoning.corridors.resistance import resistance_surface
from zoning.errors import Problem, UsageError
from zoning.linkage.appraisal import cost_of_dispersal
from zoning.linkage.ground import Ground
from zoning.linkage.table import ModelTable
from zoning.linkage.values import BuildOptions

__all__ = ["KeptModel", "Standing", "path_cost", "standing_of"]

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeptModel:
    """What is kept of a model.

    Parameters
    ----------
    digest : str
        Of its document.
    table : ModelTable
    options : BuildOptions
    layers : mapping of str to str
        Id of each layer it was made from, and the hash of its file.
    sources : ndarray of object, shape (n,)
        Outlines of source 1, 2, ..., in the working plane.
    paths, swaths : ndarray of object, shape (m,)
        Of link 1, 2, ...
    ends : tuple of pairs of int
        Sources of link 1, 2, ...
    """

    digest: str
    table: ModelTable
    options: BuildOptions
    layers: Mapping[str, str]
    sources: Shapes
    paths: Shapes
    swaths: Shapes
    ends: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """A model that a site can be laid on.

    Parameters
    ----------
    kept : KeptModel
    ground : Ground
    land : Landscape
        Resistance and sources.
    links : tuple of Link
        1, 2, ...
    area_m2 : ndarray of float64, shape (n,)
        Of the sources, ellipsoidal.
    dispersal : Dispersal
    """

    kept: KeptModel
    ground: Ground
    land: Landscape
    links: tuple[Link, ...]
    area_m2: Floats
    dispersal: Dispersal


def standing_of(kept: KeptModel, ground: Ground) -> Standing:
    """Return a model on its ground.

    Parameters
    ----------
    kept : KeptModel
    ground : Ground
        Read from the same layers, with the same table and cells.

    Raises
    ------
    UsageError
        ``IMPACT_MODEL_APART`` where paths do not lie on ground that can be passed:
        the model was made of something else.
    """
    resistance = resistance_surface(kept.table.resistance, ground.factors).grid
    blank = resistance.with_values(np.zeros(resistance.shape))
    numbers = np.arange(1, len(kept.sources) + 1, dtype=np.float64)
    land = Landscape(
        resistance=resistance, sources=burned(blank, kept.sources, numbers)
    )
    links = tuple(
        _link(land, path, ends)
        for path, ends in zip(kept.paths, kept.ends, strict=True)
    )
    settings = kept.table.settings
    return Standing(
        kept=kept,
        ground=ground,
        land=land,
        links=links,
        area_m2=measure.area_m2(kept.sources, resistance.crs),
        dispersal=Dispersal(
            cost_at=cost_of_dispersal(links, settings),
            probability=settings.dispersal_probability,
        ),
    )


def _link(land: Landscape, line: BaseGeometry, ends: tuple[int, int]) -> Link:
    """Return a link from the line through the centres of its cells."""
    grid = land.resistance
    cells = _cells_along(grid, shapely.get_coordinates(line))
    labels = land.labels()
    first, last = (int(labels[tuple(cells[k])]) for k in (0, -1))
    cost = path_cost(grid, cells)
    if (first, last) != ends or not np.isfinite(cost):
        values = {"link": f"{ends[0]}–{ends[1]}"}
        raise UsageError(Problem(code="IMPACT_MODEL_APART", values=values))
    x, y = grid.centers()
    xy = np.column_stack([x[cells[:, 1]], y[cells[:, 0]]])
    path = Path(
        cells=cells,
        xy=xy,
        cost=cost,
        length_m=float(np.hypot(*np.diff(xy, axis=0).T).sum()),
    )
    led = set(labels[cells[:, 0], cells[:, 1]].tolist())
    return Link(
        start=ends[0],
        end=ends[1],
        cost=cost,
        euclid_m=float("nan"),
        crossed=tuple(sorted(led - {0, *ends})),
        path=path,
    )


def _cells_along(grid: Grid, xy: Floats) -> NDArray[np.int64]:
    """Return the cells from corner to corner of a line of whole steps, shape (k, 2)."""
    corners = np.column_stack(grid.cells_at(xy))
    if (corners < 0).any():
        values = {"link": "?"}
        raise UsageError(Problem(code="IMPACT_MODEL_APART", values=values))
    stretches = [corners[:1]]
    for one, other in pairwise(corners):
        steps = int(np.abs(other - one).max())
        if steps:
            share = np.arange(1, steps + 1)[:, None] / steps
            stretches.append(np.rint(one + (other - one) * share).astype(np.int64))
    return np.concatenate(stretches)


def path_cost(grid: Grid, cells: NDArray[np.int64]) -> float:
    """Return the cost of a path, step by step as `accumulate` adds it up.

    Parameters
    ----------
    grid : Grid
        Resistance per metre.
    cells : ndarray of int64, shape (k, 2)
        Row and column.
    """
    width, height = grid.cell_m
    costs = grid.values[cells[:, 0], cells[:, 1]].tolist()
    steps = np.hypot(*(np.diff(cells, axis=0) * (height, width)).T).tolist()
    total = 0.0
    for step, here, other in zip(steps, costs[:-1], costs[1:], strict=True):
        total += step * (here + other) / 2
    return total
