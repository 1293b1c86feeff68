"""What is told of a corridor beside its gaps and widths: current, reaches, place."""

from dataclasses import dataclass

__all__ = ["CurrentCarried", "Priority", "RiparianReach"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentCarried:
    """How much of the modelled current lies in a feature.

    `share` of all of it; `times` the mean of its cells over that of all ground.
    """

    share: float
    times: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RiparianReach:
    """A stretch of a corridor along a river, by chainage.

    `passable_share` of its length within the county lies in no gap, and has the
    target width over `continuity_share`; None where no target is stated, or where
    it lies beyond the county.
    """

    start_m: float
    end_m: float
    passable_share: float | None
    continuity_share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """The place of a corridor in the one order of all.

    `score` runs from 0 to 1: the weighted mean of what it loses, wins and carries,
    each over the greatest of any corridor.
    """

    row: int
    rank: int
    score: float
