"""Rules on trial: each carries examples, and here they are run.

An example states what the site meets, feature by feature, instead of drawing
it; views select the features and the rule is judged by the same code as in a
check. So a distance of exactly 1000 m can be put to a rule.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from zoning.check.applicants import Applicants
from zoning.check.facts import missing_layer
from zoning.check.findings import reason_of
from zoning.check.judging import STATES, rule_on
from zoning.check.layout import is_narrower
from zoning.check.relations import Measures, Outside, Passages, Slopes
from zoning.corridors import WIDTH_TOLERANCE_M
from zoning.errors import Problem
from zoning.model import (
    Absence,
    CheckOptions,
    ClauseSource,
    DeclaredEvidence,
    State,
)
from zoning.overlay import RESIDUE, SUBSTANTIVE, TOUCHING
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Example, Meeting, Rule
from zoning.rules.views import members_of

__all__ = ["LAPSED", "ExampleResult", "run_examples", "untested"]

LAPSED = "LAPSED"
"""Reason code of a rule past its last day: a check has no finding of it."""
NOT_GIVEN = "nan"  # no class value, and below any number
CASES = ("bites", "spares", "limit")


@dataclass(frozen=True, slots=True, kw_only=True)
class ExampleResult:
    """What came of an example; `passed` when all that it states came true."""

    example: Example
    state: State
    reason: str | None
    cites: str
    passed: bool


def run_examples(
    rule: Rule, book: RuleBook, *, as_of: date
) -> tuple[ExampleResult, ...]:
    """Run all examples of a rule.

    Parameters
    ----------
    rule : Rule
        The rule on trial; it need not be in `book`.
    book : RuleBook
        Views and groups that the rule names.
    as_of : date
        Day of the examples that name none.

    Returns
    -------
    tuple of ExampleResult
        In the order of the rule.
    """
    if not rule.examples:
        return ()
    first = rule.examples[0]
    results = []
    for example in rule.examples:
        features = first.features if example.features is None else example.features
        project = first.project if example.project is None else example.project
        case = _Stated(
            book=book,
            options=CheckOptions(as_of=example.as_of or as_of),
            features=features or (),
            missing=example.missing,
        )
        results.append(_tried(rule, example, case, project=project or {}))
    return tuple(results)


def untested(rule: Rule) -> tuple[str, ...]:
    """Return which of ``bites``, ``spares``, ``limit`` have no example."""
    given = {example.case for example in rule.examples}
    return tuple(case for case in CASES if case not in given)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Stated:
    """One site and what it meets, as an example states it."""

    book: RuleBook
    options: CheckOptions
    features: tuple[Meeting, ...]
    missing: tuple[str, ...]
    count: int = 1

    def measures(self, name: str) -> Measures | Problem | Absence:
        """Sum the stated features of a view."""
        view = self.book.views[name]
        if view.layer in self.missing:
            return missing_layer(view.layer)
        met = self._members(name)
        return Measures(
            view=view,
            covered=True,
            overlap_class=_words(_class_of(met)),
            share=np.array([_share(met)]),
            distance_m=np.array([min((_distance(m) for m in met), default=np.inf)]),
            unsure_m=np.array([np.inf]),
            unsure_river=_words(""),
        )

    def outside(self, name: str) -> Outside:
        """Take what no feature of the view covers for outside."""
        left = 1.0 - _share(self._members(name))
        kind = SUBSTANTIVE if left > 0 else ""
        return Outside(area_m2=np.array([left]), overlap_class=_words(kind))

    def passages(self, name: str) -> Passages:
        """Return what the site leaves of the stated corridors of a view."""
        met = [m for m in self._members(name) if m.share]
        known = [m for m in met if m.width_left_m is not None]
        return Passages(
            met=np.array([bool(met)]),
            narrowed=np.array([any(is_narrower(_left(m), _target(m)) for m in known)]),
            cut=np.array([any(_left(m) <= WIDTH_TOLERANCE_M for m in known)]),
            unmeasured=_words("、".join(m.layer for m in met if m not in known)),
            untargeted=_words("、".join(m.layer for m in met if not _target(m) > 0)),
        )

    def slopes(self, layer_id: str) -> Slopes:
        """Return the steepest stated slope; level ground where none is."""
        given = [m.slope_deg for m in self.features if m.layer == layer_id]
        steepest = max((slope for slope in given if slope is not None), default=0.0)
        return Slopes(
            steepest_deg=np.array([steepest]),
            steep_share=np.array([float(steepest > 0)]),
            gap_share=np.zeros(1),
            problems=self.problems(layer_id),
        )

    def problems(self, layer_id: str) -> tuple[Problem, ...]:
        """Return that the layer is missing, where the example says so."""
        return (missing_layer(layer_id),) * (layer_id in self.missing)

    def uncovered(self, layer_id: str, reach_m: float) -> NDArray[np.float64]:
        """Stated layers cover the county and its surroundings."""
        del layer_id, reach_m
        return np.zeros(1)

    def _members(self, name: str) -> tuple[Meeting, ...]:
        view = self.book.views[name]
        met = [m for m in self.features if m.layer == view.layer]
        return members_of(view, met, lambda m, c: m.attributes.get(c, NOT_GIVEN))


def _tried(
    rule: Rule, example: Example, case: _Stated, *, project: dict[str, str]
) -> ExampleResult:
    as_of = case.options.as_of
    source: ClauseSource | None = None
    state, reason = State.NOT_CHECKED, LAPSED
    if rule.in_force(as_of):
        papers = tuple(
            DeclaredEvidence(kind=kind, number="1", date=as_of)
            for kind in example.evidence
        )
        applicants = Applicants([project], [papers], case.book.groups, as_of=as_of)
        ruling = rule_on(rule, case, applicants)
        state, source = STATES[ruling.state[0]], ruling.source
        reason = reason_of(ruling, 0) or ""
    cites = "" if source is None else f"{source.document}{source.number}{source.clause}"
    passed = (
        state is example.state
        and example.reason in {None, reason}
        and (example.cites or "") in cites
    )
    return ExampleResult(
        example=example, state=state, reason=reason or None, cites=cites, passed=passed
    )


def _words(text: str) -> NDArray[np.object_]:
    return np.array([text], dtype=object)


def _share(met: tuple[Meeting, ...]) -> float:
    return min(1.0, sum(m.share or 0.0 for m in met))


def _class_of(met: tuple[Meeting, ...]) -> str:
    if _share(met) > 0:
        return SUBSTANTIVE
    named = {m.overlap for m in met}
    return next((kind for kind in (RESIDUE, TOUCHING) if kind in named), "")


def _left(met: Meeting) -> float:
    return 0.0 if met.width_left_m is None else met.width_left_m


def _target(met: Meeting) -> float:
    return float(met.attributes.get("target_width_m", NOT_GIVEN))


def _distance(met: Meeting) -> float:
    return 0.0 if met.distance_m is None else met.distance_m
