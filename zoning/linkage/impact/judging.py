"""The use case: a model as it stands and a site in, what the site does to it out."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.check.placing import Placed, place_sites
from zoning.corridors.effective import ResistanceChange, resistance_changes
from zoning.errors import Problem, SiteError
from zoning.linkage.impact.corridors import (
    CorridorCut,
    Rerouted,
    cut_of,
    dearer_share,
    rerouted,
)
from zoning.linkage.impact.findings import judged_by_rules
from zoning.linkage.impact.laid import Laid, lay
from zoning.linkage.impact.mitigation import measures_for
from zoning.linkage.impact.sampling import SampledImpact, sampled_impact
from zoning.linkage.impact.standing import Standing
from zoning.linkage.impact.values import (
    ImpactListener,
    ImpactOptions,
    ImpactReport,
    LinkEffect,
    Measure,
    NetEffect,
    SourceEffect,
)
from zoning.model import Base, CheckOptions, Site
from zoning.overlay import uncovered_share

__all__ = ["PLOTS", "judge_site"]

PLOTS = "plots"
"""Attribute of a site that was put together from so many plots."""
_SQUARE = np.ones((3, 3), dtype=np.bool_)


def judge_site(
    standing: Standing,
    site: Site,
    base: Base,
    *,
    as_of: date,
    options: ImpactOptions,
    listener: ImpactListener,
) -> ImpactReport:
    """Return what a site does to a model of corridors.

    Parameters
    ----------
    standing : Standing
    site : Site
        As read.
    base : Base
        That the model was made from.
    as_of : date
    options : ImpactOptions
    listener : ImpactListener

    Raises
    ------
    SiteError
        What is wrong with the site; ``IMPACT_OUTSIDE`` where it lies on no ground of
        the model.
    UsageError
        ``IMPACT_RULES``; ``RESISTANCE_SPREAD``.
    """
    day = CheckOptions(as_of=as_of)
    (placed,) = place_sites((site,), base, day)
    shape = _shape(placed)
    column = np.array([shape], dtype=object)
    outside = float(uncovered_share(column, base.county, 0.0, options=day)[0])
    listener.step("links", 0, 1)
    laid = lay(standing, shape)
    _require_inside(standing, laid, site)
    found = _Found(
        cuts=[cut_of(shape, swath, base.crs) for swath in standing.kept.swaths],
        dearer=[
            dearer_share(standing.land.resistance, swath, laid.changed)
            for swath in standing.kept.swaths
        ],
    )
    moved = _moved(standing, laid, found)
    listener.step("links", 1, 1)
    effects = _Effects(
        standing=standing,
        laid=laid,
        found=found,
        moved=moved,
        resistances=_resistances(standing, laid, options, listener=listener),
        sampled=sampled_impact(standing, laid, options, listener=listener),
    )
    measures: tuple[Measure, ...] = ()
    if options.mitigation:
        measures = measures_for(standing, laid, shape, listener=listener)
    links = tuple(effects.link(k) for k in range(len(standing.links)))
    sources = tuple(effects.sources())
    problems = _problems(standing, placed, laid, outside=outside)
    return ImpactReport(
        base=base,
        standing=standing,
        site=placed.site,
        geometry=shape,
        area_m2=placed.area_m2,
        length_m=placed.length_m,
        as_of=as_of,
        options=options,
        cells_taken=int(laid.footprint.taken.sum()),
        cells_dearer=int(laid.changed.sum()),
        links=links,
        sources=sources,
        net=effects.net(),
        measures=measures,
        judged=judged_by_rules(links, sources, problems, options=day),
        problems=problems,
        remarks=_remarks(standing, effects, placed.site),
    )


def _shape(placed: Placed) -> BaseGeometry:
    if placed.geometry is None:
        rejection = placed.site.rejection
        raise SiteError(*((rejection,) if rejection else placed.site.problems))
    return placed.geometry


def _require_inside(standing: Standing, laid: Laid, site: Site) -> None:
    taken = laid.footprint.taken
    if not (taken & (standing.ground.county.values == 1)).any():
        where = site.source.path
        raise SiteError(Problem(code="IMPACT_OUTSIDE", where=where))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Found:
    """By link: how the site cuts its corridor, and how much of it costs more."""

    cuts: list[CorridorCut]
    dearer: list[float]


def _moved(
    standing: Standing, laid: Laid, found: _Found
) -> dict[tuple[int, int], Rerouted]:
    ends = {(one.before.start, one.before.end) for one in laid.impact.touched}
    changed = [
        link
        for link, share in zip(standing.links, found.dearer, strict=True)
        if share > 0 or (link.start, link.end) in ends
    ]
    share = standing.kept.table.settings.swath_share
    touched = laid.impact.touched
    return dict(rerouted(laid.land, changed, touched, swath_share=share))


def _resistances(
    standing: Standing,
    laid: Laid,
    options: ImpactOptions,
    *,
    listener: ImpactListener,
) -> tuple[ResistanceChange, ...]:
    if not options.effective:
        return ()
    return resistance_changes(
        standing.land,
        laid.land,
        [(link.start, link.end) for link in standing.links],
        threads=options.threads,
        progress=lambda done, total: listener.step("current", done, total),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Effects:
    """Puts together what the steps have found."""

    standing: Standing
    laid: Laid
    found: _Found
    moved: dict[tuple[int, int], Rerouted]
    resistances: tuple[ResistanceChange, ...]
    sampled: SampledImpact | None

    def link(self, k: int) -> LinkEffect:
        """Return what becomes of a link."""
        link, cut = self.standing.links[k], self.found.cuts[k]
        pair = link.start, link.end
        touched = {(t.before.start, t.before.end): t for t in self.laid.impact.touched}
        after = touched[pair].after if pair in touched else link
        moved = self.moved.get(pair)
        change = self.resistances[k] if self.resistances else None
        width = _mean_width(self.standing, k)
        unmoved = None if after is None else width
        return LinkEffect(
            number=k + 1,
            start=link.start,
            end=link.end,
            on_path=pair in touched,
            overlap_m2=cut.overlap_m2,
            overlap_m=cut.overlap_m,
            overlap_share=cut.overlap_share,
            dearer_share=self.found.dearer[k],
            width_m=cut.width_m,
            width_left_m=cut.width_left_m,
            section=cut.section,
            mean_width_m=width,
            mean_width_after_m=moved.mean_width_m if moved else unmoved,
            cost=link.cost,
            cost_after=None if after is None else after.cost,
            path_after=moved.path if moved and pair in touched else None,
            swath_after=moved.swath if moved else None,
            resistance=change.before if change else None,
            resistance_after=change.after if change else None,
            sampled=self.sampled.links[k] if self.sampled else None,
        )

    def sources(self) -> list[SourceEffect]:
        """Return the sources that lose ground, or their last link."""
        labels, left = self.standing.land.labels(), self.laid.land.labels()
        taken = np.bincount(
            labels[labels != left], minlength=len(self.standing.area_m2) + 1
        )[1:]
        lost = self.standing.area_m2 - self.laid.area_m2
        separated = set(self.laid.impact.separated)
        return [
            SourceEffect(
                number=k + 1,
                area_m2=float(self.standing.area_m2[k]),
                taken_m2=float(lost[k]),
                cells_taken=int(taken[k]),
                pieces=int(ndimage.label(labels == k + 1, _SQUARE)[1]),
                pieces_after=int(ndimage.label(left == k + 1, _SQUARE)[1]),
                separated=k + 1 in separated,
            )
            for k in range(len(lost))
            if lost[k] > 0 or taken[k] > 0 or k + 1 in separated
        ]

    def net(self) -> NetEffect:
        """Return what becomes of the whole."""
        impact = self.laid.impact
        return NetEffect(
            parts=impact.parts_before,
            parts_after=impact.parts_after,
            equivalent_m2=impact.equivalent_before,
            equivalent_after_m2=impact.equivalent_after,
            lost=None if self.sampled is None else self.sampled.lost,
        )


def _mean_width(standing: Standing, k: int) -> float | None:
    shapes = np.array([standing.kept.swaths[k]], dtype=object)
    paths = np.array([standing.kept.paths[k]], dtype=object)
    crs = standing.land.resistance.crs
    length = float(measure.length_m(paths, crs)[0])
    return float(measure.area_m2(shapes, crs)[0]) / length if length > 0 else None


def _problems(
    standing: Standing, placed: Placed, laid: Laid, *, outside: float
) -> tuple[Problem, ...]:
    """Return what keeps the answer from being whole."""
    where = placed.site.source.path
    found = [*standing.ground.problems, *placed.site.problems]
    if placed.site.open_readings:
        found.append(Problem(code="IMPACT_PLACE", where=where))
    if outside > 0:
        values = {"share": f"{outside:.2%}"}
        found.append(Problem(code="IMPACT_LEAVES", where=where, values=values))
    taken = laid.footprint.taken & (standing.ground.county.values == 1)
    unknown = taken & np.isnan(standing.land.resistance.values)
    if unknown.any():
        values = {"cells": str(int(unknown.sum())), "all": str(int(taken.sum()))}
        found.append(Problem(code="IMPACT_UNKNOWN", where=where, values=values))
    unique = {(one.code, one.where, tuple(one.values.items())): one for one in found}
    return tuple(unique.values())


def _remarks(standing: Standing, effects: _Effects, site: Site) -> tuple[Problem, ...]:
    table = standing.kept.table.resistance
    found = []
    if PLOTS in site.attributes:
        values = {"count": site.attributes[PLOTS]}
        found.append(Problem(code="IMPACT_SITES", values=values))
    if table.assumption:
        values = {"table": table.name, "source": table.source}
        found.append(Problem(code="CORRIDOR_ASSUMED", values=values))
    for one in effects.sources():
        if one.pieces_after > one.pieces:
            values = {"source": str(one.number), "pieces": str(one.pieces_after)}
            found.append(Problem(code="IMPACT_SPLIT", values=values))
    return tuple(found)
