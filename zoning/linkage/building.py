"""A model of corridors built from its ground, step by step.

Resistance, sources, links and their corridors, currents, narrow places, worth
of every part. What each step computes is in `zoning.corridors`; how long it
will take is said before the long steps begin.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.grid import Grid
from zoning.corridors.habitat import Habitat
from zoning.corridors.network import net_indices
from zoning.corridors.pinch_points import PinchPoints, pinch_points
from zoning.corridors.resistance import ResistanceSurface, resistance_surface
from zoning.corridors.watching import Watch
from zoning.errors import LayerError, Problem
from zoning.linkage.appraisal import Appraisal, appraise
from zoning.linkage.forecast import Ahead, Size, look_ahead, require_room
from zoning.linkage.ground import Ground
from zoning.linkage.joining import (
    Joined,
    SourceMap,
    find_sources,
    join,
    parts_of,
    path_shape,
)
from zoning.linkage.narrows import BarrierMap, Swaths, pinched, restored, swaths_of
from zoning.linkage.outlines import outline_of, outlines_of
from zoning.linkage.sampling import Sampled, Scene, sampled
from zoning.linkage.table import ModelTable
from zoning.linkage.values import (
    BuildOptions,
    CorridorModel,
    ModelledLink,
    ModelledSource,
    NetSummary,
    PinchPoint,
)

__all__ = ["Listener", "build"]

Floats = NDArray[np.float64]


class Listener(Protocol):
    """Who is told how a model comes along."""

    def free_bytes(self) -> int:
        """Return the memory that is free now."""

    def ahead(self, found: Ahead) -> None:
        """Take the forecast, before the long steps begin."""

    def step(self, name: str, done: int, total: int) -> None:
        """Take how far a step is: ``pattern``, ``spread``, ``current``, ..."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Parts:
    """What the steps have found."""

    surface: ResistanceSurface
    sources: SourceMap
    joined: Joined
    swaths: Swaths
    shapes: Sequence[BaseGeometry]
    area_m2: Floats
    mean_resistance: Floats
    worth: Appraisal
    whole: PinchPoints
    pinch: Floats
    pinch_points: tuple[PinchPoint, ...]
    barriers: BarrierMap
    method: str
    sampled: Sampled | None


def build(
    ground: Ground, table: ModelTable, options: BuildOptions, *, listener: Listener
) -> CorridorModel:
    """Build a model.

    Parameters
    ----------
    ground : Ground
    table : ModelTable
    options : BuildOptions
    listener : Listener

    Raises
    ------
    LayerError
        ``GRID_EMPTY`` when nothing has a resistance.
    UsageError
        ``CORRIDOR_SOURCES``, ``CORRIDOR_NO_LINKS``, ``CORRIDOR_MEMORY``;
        ``RESISTANCE_CLASS``, ``RESISTANCE_FACTORS``, ``SOLVER_UNKNOWN``.
    """
    size = _size(ground.county, ground.county.shape, options)
    require_room(size, None, listener.free_bytes())
    surface = resistance_surface(table.resistance, ground.factors)
    passable = int(np.isfinite(surface.grid.values).sum())
    if not passable:
        raise LayerError(Problem(code="GRID_EMPTY"))
    listener.step("pattern", 0, 1)
    sources = find_sources(ground, table.settings, crs=surface.grid.crs)
    listener.step("pattern", 1, 1)
    ahead = look_ahead(
        replace(size, passable=passable, sources=sources.count),
        free_bytes=listener.free_bytes(),
        solver=options.solver,
        threads=options.threads,
    )
    listener.ahead(ahead)
    steps = _Steps(
        ground=ground, table=table, options=options, ahead=ahead, listener=listener
    )
    return _model(ground, table, options, parts=steps.run(surface, sources))


def _size(county: Grid, shape: tuple[int, int], options: BuildOptions) -> Size:
    return Size(
        cells=shape[0] * shape[1],
        passable=int(county.values.sum()),
        sources=0,
        cell_m=max(county.cell_m),
        samples=options.samples,
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Steps:
    """The long steps, in order."""

    ground: Ground
    table: ModelTable
    options: BuildOptions
    ahead: Ahead
    listener: Listener

    def run(self, surface: ResistanceSurface, sources: SourceMap) -> _Parts:
        """Take the steps after the sources are known."""
        settings, grid = self.table.settings, surface.grid
        joined = join(
            grid,
            sources.labels,
            settings,
            threads=self.options.threads,
            progress=_told(self.listener, "spread"),
        )
        swaths = swaths_of(joined, settings)
        self.listener.step("barriers", 0, 1)
        barriers = restored(joined, grid, settings=settings)
        # the costs from every source are the largest part of the memory
        joined = replace(joined, net=replace(joined.net, costs={}))
        shapes = outlines_of(grid, sources.labels, sources.count)
        area_m2 = measure.area_m2(_column(shapes), grid.crs)
        means = _means(grid.values, sources)
        method = self.ahead.circuit.method
        told = (method, self.listener)
        whole, within = _currents(grid, sources, joined, swaths=swaths, told=told)
        pinch = np.where(sources.labels > 0, 0.0, within.maximum)
        return _Parts(
            surface=surface,
            sources=sources,
            joined=joined,
            swaths=swaths,
            shapes=shapes,
            area_m2=area_m2,
            mean_resistance=means,
            worth=appraise(area_m2, means, joined.kept, settings=settings),
            whole=whole,
            pinch=pinch,
            pinch_points=pinched(pinch, swaths, grid, settings=settings),
            barriers=barriers,
            method=method,
            sampled=self._sampled(sources, area_m2, joined),
        )

    def _sampled(
        self, sources: SourceMap, area_m2: Floats, joined: Joined
    ) -> Sampled | None:
        scene = Scene(
            table=self.table,
            factors=self.ground.factors,
            labels=sources.labels,
            area_m2=area_m2,
            links=joined.kept,
        )
        return sampled(scene, self.options, _told(self.listener, "sample"))


def _column(shapes: Sequence[BaseGeometry]) -> NDArray[np.object_]:
    return np.array([*shapes, None], dtype=object)[:-1]


def _told(listener: Listener, name: str) -> Callable[[int, int], None]:
    return lambda done, total: listener.step(name, done, total)


def _means(resistance: Floats, sources: SourceMap) -> Floats:
    """Return the mean resistance of each source; nan where it has none."""
    known = np.where(np.isfinite(resistance), sources.labels, 0)
    numbers = np.arange(1, sources.count + 1)
    cells = np.bincount(known.ravel(), minlength=sources.count + 1)[1:]
    total = ndimage.sum_labels(np.nan_to_num(resistance), known, numbers)
    out = np.full(sources.count, np.nan)
    np.divide(total, cells, out=out, where=cells > 0)
    return out


def _currents(
    grid: Grid,
    sources: SourceMap,
    joined: Joined,
    *,
    swaths: Swaths,
    told: tuple[str, Listener],
) -> tuple[PinchPoints, PinchPoints]:
    """Return currents over all ground, and kept to the corridors."""
    habitat = Habitat.from_resistance(grid)
    alive = np.where(habitat.conductance > 0, sources.labels, 0)
    foci = Foci.from_map(alive.astype(np.int64))
    choice = PairChoice(
        wanted=frozenset((link.start, link.end) for link in joined.kept)
    )
    everywhere = np.ones(grid.shape, dtype=np.bool_)
    method, listener = told
    whole, within = (
        pinch_points(
            habitat,
            foci,
            corridor,
            choice=choice,
            method=method,
            watch=Watch(progress=_told(listener, name)),
        )
        for name, corridor in (("current", everywhere), ("pinch", swaths.union()))
    )
    return whole, within


def _model(
    ground: Ground, table: ModelTable, options: BuildOptions, *, parts: _Parts
) -> CorridorModel:
    sources, links = _sources(parts), _links(parts)
    return CorridorModel(
        table=table,
        options=options,
        resistance=parts.surface.grid,
        labels=parts.sources.labels,
        mosaic=parts.swaths.mosaic,
        current=parts.whole.cumulative,
        pinch=parts.pinch,
        barrier=parts.barriers.spread,
        pattern=parts.sources.pattern,
        cover_cells=ground.cover_cells,
        sources=sources,
        links=links,
        pinch_points=parts.pinch_points,
        barriers=parts.barriers.barriers,
        net=_net(parts),
        method=parts.method,
        radius_m=parts.barriers.radius_m,
        edge_cells=parts.sources.edge_cells,
        problems=ground.problems,
        remarks=(*ground.remarks, *_remarks(table, parts, sources)),
    )


def _remarks(
    table: ModelTable, parts: _Parts, sources: Sequence[ModelledSource]
) -> list[Problem]:
    found = []
    if table.resistance.assumption:
        values = {"table": table.resistance.name, "source": table.resistance.source}
        found.append(Problem(code="CORRIDOR_ASSUMED", values=values))
    alone = [str(one.number) for one in sources if one.isolated]
    if alone:
        values = {"sources": ", ".join(alone), "count": str(len(alone))}
        found.append(Problem(code="CORRIDOR_ISOLATED", values=values))
    if parts.sources.left_out:
        values = {
            "count": str(parts.sources.left_out),
            "least_ha": f"{table.settings.least_protected_m2 / 10_000:g}",
        }
        found.append(Problem(code="CORRIDOR_PIECES", values=values))
    if None in parts.worth.gravity:
        values = {"count": str(parts.worth.gravity.count(None))}
        found.append(Problem(code="CORRIDOR_NO_GRAVITY", values=values))
    return found


def _sources(parts: _Parts) -> tuple[ModelledSource, ...]:
    worth, links = parts.worth, parts.joined.kept
    tally = np.bincount(
        [end for link in links for end in (link.start, link.end)],
        minlength=parts.sources.count + 1,
    )
    dpc = worth.worth.sources
    drawn = parts.sampled
    return tuple(
        ModelledSource(
            number=k + 1,
            shape=parts.shapes[k],
            area_m2=float(parts.area_m2[k]),
            protected=bool(parts.sources.protected[k]),
            resistance=_finite(parts.mean_resistance[k]),
            links=int(tally[k + 1]),
            importance=float(dpc.whole[k]),
            intra=float(dpc.intra[k]),
            flux=float(dpc.flux[k]),
            connector=float(dpc.connector[k]),
            betweenness=float(worth.betweenness.sources[k]),
            current=float(worth.current.sources[k]),
            isolated=not tally[k + 1],
            sampled=None if drawn is None else drawn.sources[k],
        )
        for k in range(parts.sources.count)
    )


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _links(parts: _Parts) -> tuple[ModelledLink, ...]:
    grid, kept, worth = parts.surface.grid, parts.joined.kept, parts.worth
    free = parts.sources.labels.ravel() == 0
    swaths = [outline_of(grid, own[free[own]]) for own in parts.swaths.cells]
    paths = [path_shape(link) for link in kept]
    areas = measure.area_m2(_column(swaths), grid.crs)
    lengths = measure.length_m(_column(paths), grid.crs)
    effective = {flow.foci: flow.resistance for flow in parts.whole.flows}
    return tuple(
        ModelledLink(
            number=k + 1,
            start=link.start,
            end=link.end,
            path=paths[k],
            swath=swaths[k],
            length_m=float(lengths[k]),
            euclid_m=link.euclid_m,
            cost=link.cost,
            swath_m2=float(areas[k]),
            width_m=float(areas[k] / lengths[k]) if lengths[k] > 0 else None,
            resistance=float(effective.get((link.start, link.end), -1.0)),
            gravity=worth.gravity[k],
            importance=float(worth.links.whole[k]),
            betweenness=float(worth.betweenness.links[k]),
            current=float(worth.current.links[k]),
            tree=(link.start, link.end) in parts.joined.tree,
            sampled=None if parts.sampled is None else parts.sampled.links[k],
        )
        for k, link in enumerate(kept)
    )


def _net(parts: _Parts) -> NetSummary:
    net, kept = parts.joined.net, parts.joined.kept
    found = parts.worth.worth.whole
    return NetSummary(
        indices=net_indices(parts.sources.count, kept),
        indices_all=net_indices(parts.sources.count, net.links),
        links_all=len(net.links),
        parts=int(parts_of(net.sources, kept).max()) + 1,
        equivalent_m2=found.equivalent,
        alone_m2=float((parts.area_m2**2).sum() ** 0.5),
        cost_at=parts.worth.cost_at,
        sampled=None if parts.sampled is None else parts.sampled.equivalent_m2,
    )
