"""How far a result hangs on the resistance table: the same model under others like it.

Resistances are judgements. Every number of the table is varied at random, the
least-cost part of the model is done again, and what comes out is told as a
range: a link that is kept under every table is a finding, one that comes and
goes is an accident of the table. Sources stay; the draws are common random
numbers, so that a plan and its alternative see the same tables.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import Grid
from zoning.corridors.network import Link
from zoning.corridors.resistance import resistance_surface, varied
from zoning.errors import UsageError
from zoning.linkage.appraisal import cost_of_dispersal, worth
from zoning.linkage.joining import Joined, join
from zoning.linkage.table import ModelTable
from zoning.linkage.values import BuildOptions, Range, SampledLink

__all__ = ["Sampled", "Scene", "range_of", "sampled"]

Floats = NDArray[np.float64]
_SHARES = (0.05, 0.5, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """What stays while the table varies.

    Parameters
    ----------
    table : ModelTable
    factors : mapping of str to Grid
    labels : ndarray of int32, shape (rows, columns)
        Sources.
    area_m2 : ndarray of float64, shape (n,)
    links : sequence of Link
        Those kept under the table itself.
    """

    table: ModelTable
    factors: Mapping[str, Grid]
    labels: NDArray[np.int32]
    area_m2: Floats
    links: Sequence[Link]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sampled:
    """What became of the model under all tables.

    Parameters
    ----------
    sources : tuple of Range
        dPC of each source.
    links : tuple of SampledLink
        In the order of the scene.
    equivalent_m2 : Range
        EC.
    """

    sources: tuple[Range, ...]
    links: tuple[SampledLink, ...]
    equivalent_m2: Range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Draw:
    """One table: cost, kept, same share of each link; dPC of sources; EC."""

    cost: Floats
    kept: NDArray[np.bool_]
    same: Floats
    importance: Floats
    equivalent_m2: float


def sampled(
    scene: Scene,
    options: BuildOptions,
    progress: Callable[[int, int], None] | None = None,
) -> Sampled | None:
    """Build the least-cost part anew under each sampled table; None without any.

    Raises
    ------
    UsageError
        ``RESISTANCE_SPREAD``.
    """
    if options.samples == 0:
        return None
    tables = varied(
        scene.table.resistance,
        spread=options.spread,
        runs=options.samples,
        seed=options.seed,
    )
    draws = []
    for done, table in enumerate(tables, start=1):
        grid = resistance_surface(table, scene.factors).grid
        draws.append(_drawn(scene, grid, threads=options.threads))
        if progress is not None:
            progress(done, options.samples)
    dpc = np.array([draw.importance for draw in draws])
    return Sampled(
        sources=tuple(range_of(dpc[:, k]) for k in range(dpc.shape[1])),
        links=tuple(_link(draws, k) for k in range(len(scene.links))),
        equivalent_m2=range_of(np.array([draw.equivalent_m2 for draw in draws])),
    )


def _link(draws: Sequence[_Draw], k: int) -> SampledLink:
    cost = np.array([draw.cost[k] for draw in draws])
    return SampledLink(
        cost=range_of(cost) if np.isfinite(cost).all() else None,
        kept_share=float(np.mean([draw.kept[k] for draw in draws])),
        same_share=float(np.mean([draw.same[k] for draw in draws])),
    )


def range_of(values: Floats) -> Range:
    """Return what 5 %, half and 95 % of the values stay below."""
    low, middle, high = np.quantile(values, _SHARES).tolist()
    return Range(low=low, middle=middle, high=high)


def _drawn(scene: Scene, grid: Grid, *, threads: int) -> _Draw:
    settings = scene.table.settings
    try:
        found = join(grid, scene.labels, settings, threads=threads)
    except UsageError as error:
        if error.problem.code != "CORRIDOR_NO_LINKS":
            raise
        return _nothing(scene)  # nothing is joined: a draw like others
    pairs = {(link.start, link.end) for link in found.kept}
    cost, same = zip(*(_again(scene, found, link) for link in scene.links), strict=True)
    value = worth(
        scene.area_m2,
        found.kept,
        cost_at=cost_of_dispersal(found.kept, settings),
        probability=settings.dispersal_probability,
    )
    return _Draw(
        cost=np.array(cost),
        kept=np.array([(link.start, link.end) in pairs for link in scene.links]),
        same=np.array(same),
        importance=value.sources.whole,
        equivalent_m2=value.whole.equivalent,
    )


def _again(scene: Scene, found: Joined, link: Link) -> tuple[float, float]:
    """Return the cost of a link under a table, and how much of its path holds."""
    more = found.net.costs[link.start] + found.net.costs[link.end]
    least = float(more.min())
    if not np.isfinite(least):
        return least, 0.0
    cells = link.path.cells
    limit = least * (1 + scene.table.settings.swath_share)
    inside = more[cells[:, 0], cells[:, 1]] <= limit
    return least, float(inside.mean())


def _nothing(scene: Scene) -> _Draw:
    count = len(scene.links)
    square = scene.area_m2**2
    return _Draw(
        cost=np.full(count, np.inf),
        kept=np.zeros(count, dtype=np.bool_),
        same=np.zeros(count),
        importance=square * (100 / square.sum()),
        equivalent_m2=float(square.sum() ** 0.5),
    )
