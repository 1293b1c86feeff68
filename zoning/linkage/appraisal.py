"""What each source and link is worth to the net, and the net as a whole."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.centrality import Centrality, betweenness, current_flow
from zoning.corridors.indices import (
    Connectivity,
    Importance,
    connectivity,
    link_importance,
    node_importance,
    probability_of_dispersal,
)
from zoning.corridors.network import Link, SourcePull, gravity
from zoning.linkage.table import ModelSettings

__all__ = ["Appraisal", "Worth", "appraise", "cost_of_dispersal", "worth"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Worth:
    """Connectivity of a net: the whole, and dPC of sources."""

    whole: Connectivity
    sources: Importance
    direct: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Appraisal:
    """Worth of every part of a net.

    Parameters
    ----------
    worth : Worth
    links : Importance
        In the order of the links.
    betweenness, current : Centrality
    gravity : tuple of float or None
        None for a link of a source that is not larger than the unit of area.
    cost_at : float
        The cost that stands for the dispersal distance.
    """

    worth: Worth
    links: Importance
    betweenness: Centrality
    current: Centrality
    gravity: tuple[float | None, ...]
    cost_at: float


def cost_of_dispersal(links: Sequence[Link], settings: ModelSettings) -> float:
    """Return the cost that stands for the dispersal distance.

    It is the distance times the median, over the links, of cost by the metre.
    """
    rates = [k.cost / k.path.length_m for k in links if k.path.length_m > 0]
    return settings.dispersal_m * float(np.median(rates))


def worth(
    area_m2: Floats, links: Sequence[Link], *, cost_at: float, probability: float
) -> Worth:
    """Return EC and dPC of sources that are joined by links.

    Parameters
    ----------
    area_m2 : ndarray of float64, shape (n,)
        Of source 1, 2, ...
    cost_at, probability : float
        A move of that cost happens with that probability.
    """
    apart = np.full((len(area_m2),) * 2, np.inf)
    for link in links:
        i, j = link.start - 1, link.end - 1
        apart[i, j] = apart[j, i] = link.cost
    direct = probability_of_dispersal(apart, at=cost_at, probability=probability)
    return Worth(
        whole=connectivity(area_m2, direct),
        sources=node_importance(area_m2, direct),
        direct=direct,
    )


def appraise(
    area_m2: Floats,
    resistance: Floats,
    links: Sequence[Link],
    *,
    settings: ModelSettings,
) -> Appraisal:
    """Return the worth of every part.

    Parameters
    ----------
    area_m2, resistance : ndarray of float64, shape (n,)
        Of source 1, 2, ...; a mean resistance may be nan.
    """
    cost_at = cost_of_dispersal(links, settings)
    found = worth(
        area_m2, links, cost_at=cost_at, probability=settings.dispersal_probability
    )
    numbers = range(1, len(area_m2) + 1)
    ends = np.array([(link.start - 1, link.end - 1) for link in links], dtype=np.int64)
    return Appraisal(
        worth=found,
        links=link_importance(area_m2, found.direct, ends),
        betweenness=betweenness(numbers, links),
        current=current_flow(numbers, links),
        gravity=_pulled(area_m2, resistance, links, settings=settings),
        cost_at=cost_at,
    )


def _pulled(
    area_m2: Floats,
    resistance: Floats,
    links: Sequence[Link],
    *,
    settings: ModelSettings,
) -> tuple[float | None, ...]:
    """Return gravity; None where a source is too small, or has no resistance."""
    usable = (area_m2 > settings.gravity_unit_m2) & np.isfinite(resistance)
    able = [k for k in links if usable[k.start - 1] and usable[k.end - 1]]
    pull = SourcePull(
        area_m2={int(n) + 1: float(area_m2[n]) for n in np.flatnonzero(usable)},
        resistance={int(n) + 1: float(resistance[n]) for n in np.flatnonzero(usable)},
        unit_m2=settings.gravity_unit_m2,
    )
    found = dict(zip(map(id, able), gravity(able, pull).tolist(), strict=True))
    return tuple(found.get(id(link)) for link in links)
