"""How far the impact of a site hangs on the resistance table.

The same tables are drawn as for the model (common random numbers); under each the
links are found without and with the site, so that their difference is the site's.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.impact import Dispersal, SiteImpact, linked_again
from zoning.corridors.landscape import Landscape
from zoning.corridors.resistance import resistance_surface, varied
from zoning.linkage.appraisal import cost_of_dispersal
from zoning.linkage.impact.laid import Laid, with_site
from zoning.linkage.impact.standing import Standing
from zoning.linkage.impact.values import ImpactListener, ImpactOptions, SampledEffect
from zoning.linkage.sampling import range_of
from zoning.linkage.values import Range

__all__ = ["SampledImpact", "sampled_impact"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledImpact:
    """What the site does under all tables: each link, and the share of EC lost."""

    links: tuple[SampledEffect, ...]
    lost: Range


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Draw:
    """One table: by link by which share it costs more and whether it is touched."""

    rise: Floats
    touched: NDArray[np.bool_]
    lost: float


def sampled_impact(
    standing: Standing,
    laid: Laid,
    options: ImpactOptions,
    *,
    listener: ImpactListener,
) -> SampledImpact | None:
    """Return what the site does under each sampled table; None without any.

    Raises
    ------
    UsageError
        ``RESISTANCE_SPREAD``.
    """
    if options.samples == 0:
        return None
    tables = varied(
        standing.kept.table.resistance,
        spread=options.spread,
        runs=options.samples,
        seed=options.seed,
    )
    draws = []
    for done, table in enumerate(tables, start=1):
        grid = resistance_surface(table, standing.ground.factors).grid
        land = Landscape(resistance=grid, sources=standing.land.sources)
        again = linked_again(land, standing.links)
        links = tuple(link for link in again.values() if link is not None)
        settings, at = standing.kept.table.settings, standing.dispersal.cost_at
        if links:
            at = cost_of_dispersal(links, settings)
        dispersal = Dispersal(cost_at=at, probability=standing.dispersal.probability)
        _, impact = with_site(
            standing,
            (land, links, dispersal),
            laid.footprint,
            table=table,
            area_m2=laid.area_m2,
        )
        draws.append(_draw(standing, impact))
        listener.step("sample", done, options.samples)
    lost = np.array([draw.lost for draw in draws])
    return SampledImpact(
        links=tuple(_effect(draws, k) for k in range(len(standing.links))),
        lost=range_of(lost),
    )


def _draw(standing: Standing, impact: SiteImpact) -> _Draw:
    touched = {(one.before.start, one.before.end): one for one in impact.touched}
    pairs = [(link.start, link.end) for link in standing.links]
    rises = [
        touched[pair].rise / touched[pair].before.cost if pair in touched else 0.0
        for pair in pairs
    ]
    return _Draw(
        rise=np.array(rises),
        touched=np.array([pair in touched for pair in pairs], dtype=np.bool_),
        lost=1 - impact.equivalent_after / impact.equivalent_before,
    )


def _effect(draws: list[_Draw], k: int) -> SampledEffect:
    rise = np.array([draw.rise[k] for draw in draws])
    return SampledEffect(
        rise=range_of(rise) if np.isfinite(rise).all() else None,
        touched_share=float(np.mean([draw.touched[k] for draw in draws])),
    )
