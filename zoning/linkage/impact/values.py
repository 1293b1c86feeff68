"""What the impact of a site consists of: frozen values that outputs read."""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

from shapely.geometry.base import BaseGeometry

from zoning.check.findings import Judged
from zoning.errors import Problem
from zoning.linkage.impact.standing import Standing
from zoning.linkage.values import Range
from zoning.model import Base, Site

__all__ = [
    "ImpactListener",
    "ImpactOptions",
    "ImpactReport",
    "LinkEffect",
    "Measure",
    "NetEffect",
    "SampledEffect",
    "SourceEffect",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImpactOptions:
    """What the caller chose.

    Parameters
    ----------
    effective : bool
        Whether effective resistances are computed too.
    mitigation : bool
        Whether measures are looked for.
    samples, spread, seed
        As for building.
    threads : int
        Changes no byte.
    """

    effective: bool = True
    mitigation: bool = True
    samples: int = 0
    spread: float = 0.5
    seed: int = 0
    threads: int = 1


class ImpactListener(Protocol):
    """Who is told how it comes along."""

    def step(self, name: str, done: int, total: int) -> None:
        """Take how far a step is: ``links``, ``current``, ``measures``, ``sample``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledEffect:
    """What becomes of a link under the sampled tables.

    Parameters
    ----------
    rise : Range or None
        By which share the link costs more; None where no way is left under some.
    touched_share : float
        Share of the tables under which its way leads through changed ground.
    """

    rise: Range | None
    touched_share: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LinkEffect:
    """What a site does to a link and the corridor about it.

    Parameters
    ----------
    number, start, end : int
    on_path : bool
        Whether the least-cost path leads through ground that the site changes.
    overlap_m2, overlap_m : float
        Of the site with the corridor: ground, or length of a site that is a line.
    overlap_share : float
        Of the corridor.
    dearer_share : float
        Of the corridor's cells, those that cost more.
    width_m, width_left_m : float or None
        Of the corridor at the cross-section on which the site leaves the least, and
        the widest piece of it that is left.
    section : geometry or None
        That cross-section.
    mean_width_m, mean_width_after_m : float or None
        Area of the corridor over the length of its path.
    cost, cost_after : float or None
        `cost_after` None: no way is left.
    path_after, swath_after : geometry or None
        Where they have changed.
    resistance, resistance_after : float or None
        Effective; -1 where no current passes, None where not computed.
    sampled : SampledEffect or None
    """

    number: int
    start: int
    end: int
    on_path: bool
    overlap_m2: float
    overlap_m: float
    overlap_share: float
    dearer_share: float
    width_m: float | None
    width_left_m: float | None
    section: BaseGeometry | None
    mean_width_m: float | None
    mean_width_after_m: float | None
    cost: float
    cost_after: float | None
    path_after: BaseGeometry | None = None
    swath_after: BaseGeometry | None = None
    resistance: float | None = None
    resistance_after: float | None = None
    sampled: SampledEffect | None = None

    @property
    def touched(self) -> bool:
        """Whether the site lies in the corridor, or changes ground of it."""
        return bool(
            self.on_path or self.overlap_m2 or self.overlap_m or self.dearer_share
        )

    @property
    def rise_share(self) -> float | None:
        """By which share the link costs more; None where no way is left."""
        return None if self.cost_after is None else self.cost_after / self.cost - 1

    @property
    def resistance_share(self) -> float | None:
        """By which share its effective resistance rises; None where not known."""
        before, after = self.resistance, self.resistance_after
        if before is None or after is None or min(before, after) <= 0:
            return None
        return after / before - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceEffect:
    """What a site takes of a source, or cuts off from it.

    Parameters
    ----------
    number : int
    area_m2, taken_m2 : float
        Ellipsoidal.
    cells_taken : int
    pieces, pieces_after : int
        Of its cells.
    separated : bool
        It had a link and has none.
    """

    number: int
    area_m2: float
    taken_m2: float
    cells_taken: int
    pieces: int
    pieces_after: int
    separated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetEffect:
    """What becomes of the net as a whole.

    `lost` is the share of EC lost under the sampled tables.
    """

    parts: int
    parts_after: int
    equivalent_m2: float
    equivalent_after_m2: float
    lost: Range | None = None

    @property
    def lost_share(self) -> float:
        """Share of EC that is lost."""
        return 1 - self.equivalent_after_m2 / self.equivalent_m2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measure:
    """Something that gives part of it back.

    Parameters
    ----------
    number : int
        From 1, the greatest gain first.
    kind : str
        ``crossing``: a strip of the site along a link's old way is given back.
        ``kept_way``: that way is kept as it was, also where the site only makes the
        ground about it dearer.
        ``restore``: a circle elsewhere is brought to resistance 1. ``shift``: the
        site is moved.
    link : int or None
        The link it is for; None for a shift, which is for all.
    cells : int
        That are given back or restored; 0 for a shift.
    area_m2 : float
        Of them, ellipsoidal.
    shape : geometry
        Of them, or the site where it would lie.
    cost_after : float or None
        Of the link then.
    equivalent_gain_m2 : float
        Of EC over that with the site: all links for a shift, its own link for the
        others, which may help further ones.
    moved_m, bearing_deg : float or None
        Of a shift.
    """

    number: int
    kind: Literal["crossing", "kept_way", "restore", "shift"]
    link: int | None
    cells: int
    area_m2: float
    shape: BaseGeometry
    cost_after: float | None
    equivalent_gain_m2: float
    moved_m: float | None = None
    bearing_deg: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImpactReport:
    """A site on a model; every output is made from it.

    Parameters
    ----------
    site : Site
        As read; `geometry` and `area_m2` are it in the working plane.
    cells_taken, cells_dearer : int
        That the site meets, and that cost more for it.
    links : tuple of LinkEffect
        All of the model, in order.
    sources : tuple of SourceEffect
        Those that lose ground or their last link.
    measures : tuple of Measure
    judged : tuple of Judged
        What the rules of scope ``corridor_model`` say of it.
    problems, remarks : tuple of Problem
        What keeps the answer from being whole, and what is to be said.
    """

    base: Base
    standing: Standing
    site: Site
    geometry: BaseGeometry
    area_m2: float | None
    length_m: float | None
    as_of: date
    options: ImpactOptions
    cells_taken: int
    cells_dearer: int
    links: tuple[LinkEffect, ...]
    sources: tuple[SourceEffect, ...]
    net: NetEffect
    measures: tuple[Measure, ...]
    judged: tuple[Judged, ...]
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Problem, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing that was read is in doubt."""
        return not self.problems

    @property
    def touched(self) -> tuple[LinkEffect, ...]:
        """The corridors that the site touches, the dearest rise first."""

        def rank(one: LinkEffect) -> tuple[float, float, int]:
            rise = one.rise_share
            return (
                -float("inf") if rise is None else -rise,
                -one.overlap_share,
                one.number,
            )

        return tuple(sorted((one for one in self.links if one.touched), key=rank))

    @property
    def harmed(self) -> bool:
        """Whether a corridor or a source is touched."""
        return bool(self.touched or self.sources)

    @property
    def exit_code(self) -> int:
        """1 a corridor or source is touched; 4 none, but not all is sure; 0 none."""
        if self.harmed:
            return 1
        return 0 if self.complete else 4
