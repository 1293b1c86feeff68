"""Does a relation between a site and a view hold: yes, no, or not known.

A relation that is seen to hold stays, even where a layer is incomplete; that
it does not hold is only said of a layer that is whole, valid on the day, and
covers the site with its reach. Everything else is not known.
"""

from dataclasses import dataclass

from zoning.check.facts import Facts, ViewFacts
from zoning.errors import Problem
from zoning.model import Absence
from zoning.model.problems import layer_problem
from zoning.overlay import RESIDUE, SUBSTANTIVE, SiteSums, outside_parts
from zoning.rules.schema import Space

__all__ = ["Outcome", "relate"]

SOFT = {
    "COUNT_MISMATCH",
    "COVERAGE_UNKNOWN",
    "FEATURES_AWAY",
    "FIELD_MISSING",
    "LIMIT_MISSING",
    "NUMBERS_DISAGREE",
    "OUTSIDE_COVERAGE",
    "REACH_OUTSIDE_COVERAGE",
    "SHORELINE_BASIS",
    "UNKNOWN_CLASS_VALUE",
    "UNREADABLE_ROWS",
}
"""Problems under which what was read, and was met, still counts."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """Whether one space of a rule holds for one site, and on what evidence.

    `holds` is None when not known; `problems` then says why. Problems beside
    a True are gaps that do not take the finding away. `residue` marks an
    overlap within the boundary tolerance; it never counts as holding.
    """

    space: Space
    layer: str
    holds: bool | None
    residue: bool = False
    problems: tuple[Problem, ...] = ()
    facts: ViewFacts | None = None
    absent: Absence | None = None
    outside_m2: float | None = None
    slope_share: float | None = None


def relate(space: Space, row: int, facts: Facts) -> Outcome:
    """Evaluate one vector relation of a rule for the site in `row`."""
    layer_id = facts.book.views[space.view].layer
    found = facts.view(space.view)
    if isinstance(found, Absence):
        return _absent(space, layer_id, found, facts=facts)
    if isinstance(found, Problem):
        named = (found, *(p for p in facts.problems(layer_id) if p.code != found.code))
        return Outcome(space=space, layer=layer_id, holds=None, problems=named)
    holds, residue, outside_m2 = _holds(space, row, found, facts=facts)
    doubts = (
        *facts.problems(layer_id),
        *_gaps_of_reach(space, row, found, facts=facts),
    )
    trusted = all(problem.code in SOFT for problem in doubts)
    seen = holds and trusted and space.relation != "outside"
    return Outcome(
        space=space,
        layer=layer_id,
        holds=None if doubts and not seen else holds,
        residue=residue,
        problems=doubts,
        facts=found,
        outside_m2=outside_m2,
    )


def _absent(space: Space, layer_id: str, absence: Absence, *, facts: Facts) -> Outcome:
    """Take a declaration at its word, but not before it was made."""
    outside = space.relation == "outside"
    if absence.date > facts.options.as_of.isoformat():
        later = layer_problem("DECLARED_LATER", layer_id, date=absence.date)
        return Outcome(space=space, layer=layer_id, holds=None, problems=(later,))
    return Outcome(space=space, layer=layer_id, holds=outside, absent=absence)


def _holds(
    space: Space, row: int, found: ViewFacts, *, facts: Facts
) -> tuple[bool, bool, float | None]:
    """Return (holds, residue only, area outside)."""
    kind = found.sums.overlap_class[row]
    if space.relation == "within_distance":
        near = found.nearest.distance_m[row] <= (space.distance_m or 0.0)
        return bool(near), False, None
    if space.relation == "share_ge":
        enough = found.sums.share[row] >= (space.share or 0.0)
        return bool(enough and kind == SUBSTANTIVE), kind == RESIDUE, None
    if space.relation == "outside":
        one = slice(row, row + 1)
        _, area, outer = outside_parts(
            facts.sites[one], _one(found, row), facts.options, crs=facts.base.crs
        )
        return outer[0] == SUBSTANTIVE, outer[0] == RESIDUE, float(area[0])
    return kind == SUBSTANTIVE, kind == RESIDUE, None


def _one(found: ViewFacts, row: int) -> SiteSums:
    sums, one = found.sums, slice(row, row + 1)
    return SiteSums(
        area_m2=sums.area_m2[one],
        deduplicated_m2=sums.deduplicated_m2[one],
        length_m=sums.length_m[one],
        share=sums.share[one],
        overlap_class=sums.overlap_class[one],
        union=sums.union[one],
    )


def _gaps_of_reach(
    space: Space, row: int, found: ViewFacts, *, facts: Facts
) -> tuple[Problem, ...]:
    """Return what the layer does not show within the reach of the relation."""
    reach = space.distance_m or 0.0
    layer_id = found.view.layer
    problems: list[Problem] = []
    if found.layer.coverage is not None:
        share = facts.uncovered(layer_id, 0.0)[row]
        if share > 0:
            text = f"{share:.2%}"
            problems.append(layer_problem("OUTSIDE_COVERAGE", layer_id, share=text))
        elif reach > 0 and facts.uncovered(layer_id, reach)[row] > 0:
            code, text = "REACH_OUTSIDE_COVERAGE", f"{reach:g}"
            problems.append(layer_problem(code, layer_id, distance=text))
    margin, unsure = found.view.center_line_margin_m, found.unsure_m[row]
    if found.view.must_exist and unsure <= reach + margin:
        values = {"river": str(found.unsure_river[row]), "distance": f"{margin:g}"}
        problems.append(layer_problem("LIMIT_MISSING", layer_id, **values))
    elif not found.view.must_exist and margin > 0 and reach < unsure <= reach + margin:
        values = {"river": str(found.unsure_river[row]), "distance": f"{reach:g}"}
        problems.append(layer_problem("SHORELINE_BASIS", layer_id, **values))
    return tuple(problems)
