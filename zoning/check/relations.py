"""Does a relation between the sites and a view hold: yes, no, or not known.

A relation that is seen to hold stays, even where a layer is incomplete; that
it does not hold is only said of a layer that is whole, valid on the day, and
covers the site with its reach. Everything else is not known.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from zoning.check.applicants import NO, UNKNOWN, YES, Answers
from zoning.errors import Problem
from zoning.model import Absence, CheckOptions
from zoning.model.problems import layer_problem
from zoning.overlay import RESIDUE, SUBSTANTIVE
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Space, View

__all__ = [
    "PASSAGE",
    "Doubt",
    "Measured",
    "Measures",
    "Outcome",
    "Outside",
    "Passages",
    "Slopes",
    "relate",
]

SOFT = {
    "CORRIDOR_GAP",
    "COUNT_MISMATCH",
    "COVERAGE_UNKNOWN",
    "FEATURES_AWAY",
    "FIELD_MISSING",
    "IMPACT_LEAVES",
    "IMPACT_UNKNOWN",
    "LIMIT_MISSING",
    "NUMBERS_DISAGREE",
    "OUTSIDE_COVERAGE",
    "REACH_OUTSIDE_COVERAGE",
    "SHORELINE_BASIS",
    "UNKNOWN_CLASS_VALUE",
    "UNREADABLE_ROWS",
}
"""Problems under which what was read, and was met, still counts."""


PASSAGE = {"left_narrower", "cut_through"}
"""Relations that ask what a site leaves of a corridor."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measures:
    """What rules read of one view; arrays have shape (sites,).

    `overlap_class` is '' where nothing meets; `distance_m` inf where nothing
    is near. `unsure_m` is the distance to the nearest river reach whose true
    shore or management range is not drawn, inf elsewhere.
    """

    view: View
    covered: bool
    overlap_class: NDArray[np.object_]
    share: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    unsure_m: NDArray[np.float64]
    unsure_river: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outside:
    """The part of each site that lies outside a view; shape (sites,)."""

    area_m2: NDArray[np.float64]
    overlap_class: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Slopes:
    """Slope of each site, shape (sites,); nan where the raster has none.

    `problems` keep the raster from counting; `gap_share` is the part of each
    site without slope.
    """

    steepest_deg: NDArray[np.float64]
    steep_share: NDArray[np.float64]
    gap_share: NDArray[np.float64]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passages:
    """What each site leaves of the corridors that it meets; shape (sites,).

    `narrowed`: of one less than its target width; `cut`: of one no way along it.
    `unmeasured` and `untargeted` name those whose width could not be measured,
    and those that have no target; empty where there are none. `met`: a corridor
    is met by more than residue.
    """

    met: NDArray[np.bool_]
    narrowed: NDArray[np.bool_]
    cut: NDArray[np.bool_]
    unmeasured: NDArray[np.object_]
    untargeted: NDArray[np.object_]

    def extended(self, unknown: int) -> "Passages":
        """Return the same with so many sites more, of which nothing is known."""
        if unknown == 0:
            return self
        return Passages(
            met=np.append(self.met, [False] * unknown),
            narrowed=np.append(self.narrowed, [False] * unknown),
            cut=np.append(self.cut, [False] * unknown),
            unmeasured=np.append(self.unmeasured, ["?"] * unknown),
            untargeted=np.append(self.untargeted, [""] * unknown),
        )


class Measured(Protocol):
    """Space as rules read it: measured once per site and layer."""

    @property
    def book(self) -> RuleBook:
        """Rules, views and groups."""

    @property
    def options(self) -> CheckOptions:
        """Day and tolerances."""

    @property
    def count(self) -> int:
        """Number of sites."""

    def measures(self, name: str) -> Measures | Problem | Absence:
        """Return the measures of a view, or why there are none."""

    def outside(self, name: str) -> Outside:
        """Return what of the sites lies outside a view that has measures."""

    def passages(self, name: str) -> Passages:
        """Return what the sites leave of a view's corridors; it has measures."""

    def slopes(self, layer_id: str) -> Slopes:
        """Return the slopes of the sites."""

    def problems(self, layer_id: str) -> tuple[Problem, ...]:
        """Return everything that keeps a layer from carrying a CLEAR."""

    def uncovered(self, layer_id: str, reach_m: float) -> NDArray[np.float64]:
        """Return the share of each site's reach that a layer does not cover."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubt:
    """A problem that some sites have: those where `where`, shape (sites,)."""

    code: str
    where: NDArray[np.bool_]
    describe: Callable[[int], Problem]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """Whether one space of a rule holds, by site, and on what evidence.

    `standing` problems concern every site, `doubts` some. Beside a YES they
    are gaps that do not take the finding away. `residue` marks an overlap
    within the boundary tolerance; it never counts as holding.
    """

    space: Space
    layer: str
    holds: Answers
    residue: NDArray[np.bool_]
    standing: tuple[Problem, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    distance_m: NDArray[np.float64] | None = None
    absent: Absence | None = None
    outside: Outside | None = None
    slopes: Slopes | None = None

    def problems(self, row: int) -> tuple[Problem, ...]:
        """Return the problems of the site in `row`."""
        own = (doubt.describe(row) for doubt in self.doubts if doubt.where[row])
        return (*self.standing, *own)


def relate(space: Space, measured: Measured) -> Outcome:
    """Evaluate one relation of a rule for all sites."""
    layer_id = measured.book.views[space.view].layer
    if space.relation == "slope_ge":
        return _relate_slope(space, layer_id, measured.slopes(layer_id))
    found = measured.measures(space.view)
    if isinstance(found, Absence):
        return _absent(space, layer_id, found, measured=measured)
    if isinstance(found, Problem):
        others = (p for p in measured.problems(layer_id) if p.code != found.code)
        return _unknown(space, layer_id, (found, *others), count=measured.count)
    outside = (
        measured.outside(space.view)
        if space.relation in {"inside", "outside"}
        else None
    )
    passages = measured.passages(space.view) if space.relation in PASSAGE else None
    holds, residue = _holds(space, found, outside)
    standing = measured.problems(layer_id)
    doubts = _doubts_of_reach(space, found, measured)
    if passages is not None:
        holds = passages.cut if space.relation == "cut_through" else passages.narrowed
        # slivers of several corridors: together more than residue, none by itself
        residue |= (found.overlap_class == SUBSTANTIVE) & ~passages.met
        doubts += _doubts_of_width(space, layer_id, passages)
    trusted = {one.code for one in standing} <= SOFT  # doubts of a place are soft
    seen = holds & (trusted and space.relation != "outside")
    return Outcome(
        space=space,
        layer=layer_id,
        holds=_answers(holds, seen, standing=standing, doubts=doubts),
        residue=residue,
        standing=standing,
        doubts=doubts,
        distance_m=found.distance_m,
        outside=outside,
    )


def _answers(
    holds: NDArray[np.bool_],
    seen: NDArray[np.bool_],
    *,
    standing: tuple[Problem, ...],
    doubts: tuple[Doubt, ...],
) -> Answers:
    """Say YES and NO only where nothing is in doubt, or where YES was seen."""
    doubtful = np.full(len(holds), bool(standing))
    for doubt in doubts:
        doubtful |= doubt.where
    return np.where(doubtful & ~seen, UNKNOWN, np.where(holds, YES, NO))


def _unknown(
    space: Space, layer_id: str, problems: tuple[Problem, ...], *, count: int
) -> Outcome:
    return Outcome(
        space=space,
        layer=layer_id,
        holds=np.full(count, UNKNOWN),
        residue=np.zeros(count, dtype=bool),
        standing=problems,
    )


def _absent(
    space: Space, layer_id: str, absence: Absence, *, measured: Measured
) -> Outcome:
    """Take a declaration at its word, but not before it was made."""
    if absence.date > measured.options.as_of.isoformat():
        later = layer_problem("DECLARED_LATER", layer_id, date=absence.date)
        return _unknown(space, layer_id, (later,), count=measured.count)
    holds = YES if space.relation == "outside" else NO
    return Outcome(
        space=space,
        layer=layer_id,
        holds=np.full(measured.count, holds),
        residue=np.zeros(measured.count, dtype=bool),
        absent=absence,
    )


def _holds(
    space: Space, found: Measures, outside: Outside | None
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (holds, within the boundary tolerance only), each by site."""
    if space.relation == "within_distance":
        near = found.distance_m <= (space.distance_m or 0.0)
        return near, np.zeros(len(near), dtype=bool)
    if outside is not None:
        leaves = outside.overlap_class == SUBSTANTIVE
        if space.relation == "outside":
            return leaves, outside.overlap_class == RESIDUE
        met = found.overlap_class == SUBSTANTIVE
        return met & ~leaves, np.zeros(len(met), dtype=bool)
    met = found.overlap_class == SUBSTANTIVE
    if space.relation == "share_ge":
        met = met & (found.share >= (space.share or 0.0))
    return met, found.overlap_class == RESIDUE


def _relate_slope(space: Space, layer_id: str, slopes: Slopes) -> Outcome:
    """Evaluate a slope relation; without a usable DEM it is not known."""
    steep = slopes.steepest_deg >= (space.slope_deg or 0.0)
    gap = slopes.gap_share
    gaps = Doubt(
        code="RASTER_GAP",
        where=(gap > 0) if not slopes.problems else np.zeros(len(gap), dtype=bool),
        describe=lambda row: layer_problem(
            "RASTER_GAP", layer_id, share=f"{gap[row]:.0%}"
        ),
    )
    return Outcome(
        space=space,
        layer=layer_id,
        holds=_answers(
            steep,
            steep & (not slopes.problems),
            standing=slopes.problems,
            doubts=(gaps,),
        ),
        residue=np.zeros(len(gap), dtype=bool),
        standing=slopes.problems,
        doubts=(gaps,),
        slopes=slopes,
    )


def _doubts_of_reach(
    space: Space, found: Measures, measured: Measured
) -> tuple[Doubt, ...]:
    """Return what the layer does not show within the reach of the relation."""
    reach = space.distance_m or 0.0
    layer_id = found.view.layer
    doubts = _doubts_of_coverage(layer_id, reach, measured) if found.covered else ()
    margin, unsure = found.view.center_line_margin_m, found.unsure_m
    near = unsure <= reach + margin
    code, shown = "LIMIT_MISSING", margin
    if not found.view.must_exist:
        code, shown = "SHORELINE_BASIS", reach
        near &= (unsure > reach) & (margin > 0)
    return (*doubts, _doubt_of_river(code, found, where=near, distance_m=shown))


def _doubts_of_coverage(
    layer_id: str, reach: float, measured: Measured
) -> tuple[Doubt, ...]:
    share = measured.uncovered(layer_id, 0.0)
    site = Doubt(
        code="OUTSIDE_COVERAGE",
        where=share > 0,
        describe=lambda row: layer_problem(
            "OUTSIDE_COVERAGE", layer_id, share=f"{share[row]:.2%}"
        ),
    )
    if reach == 0:
        return (site,)
    around = Doubt(
        code="REACH_OUTSIDE_COVERAGE",
        where=(measured.uncovered(layer_id, reach) > 0) & ~site.where,
        describe=lambda _: layer_problem(
            "REACH_OUTSIDE_COVERAGE", layer_id, distance=f"{reach:g}"
        ),
    )
    return (site, around)


def _doubts_of_width(
    space: Space, layer_id: str, passages: Passages
) -> tuple[Doubt, ...]:
    """Return the corridors met of which it cannot be said what is left."""
    named = [("WIDTH_UNMEASURED", passages.unmeasured)]
    if space.relation == "left_narrower":
        named.append(("TARGET_WIDTH_MISSING", passages.untargeted))
    return tuple(_doubt_of_width(code, layer_id, names) for code, names in named)


def _doubt_of_width(code: str, layer_id: str, names: NDArray[np.object_]) -> Doubt:
    return Doubt(
        code=code,
        where=names != "",
        describe=lambda row: layer_problem(code, layer_id, corridors=str(names[row])),
    )


def _doubt_of_river(
    code: str, found: Measures, *, where: NDArray[np.bool_], distance_m: float
) -> Doubt:
    return Doubt(
        code=code,
        where=where,
        describe=lambda row: layer_problem(
            code,
            found.view.layer,
            river=str(found.unsure_river[row]),
            distance=f"{distance_m:g}",
        ),
    )
