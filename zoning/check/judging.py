"""From relations, conditions and dates to one finding per rule and site.

Space first: a rule whose relation does not hold is CLEAR and asks nothing.
Where it holds, an unknown attribute gives NOT_CHECKED with the question (or
the state itself where that could be no worse than a notice). Anything that
was not known is a gap beside the finding.

`rule_on` answers for all sites at once, in columns; the words of a finding
are put together only for the rows that are read (`zoning.check.findings`).
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from zoning.check.applicants import NO, UNKNOWN, YES, Answers, Applicants
from zoning.check.relations import Measured, Outcome, relate
from zoning.model import ClauseSource, State
from zoning.rules.schema import ExceptionCase, Rule

__all__ = [
    "STATES",
    "Ruling",
    "Turn",
    "excepted_state",
    "kinds_of",
    "may_conflict",
    "rule_on",
    "severity_state",
]

OF_PLACE = {
    "LIMIT_MISSING",
    "OUTSIDE_COVERAGE",
    "REACH_OUTSIDE_COVERAGE",
    "SHORELINE_BASIS",
}
"""Gaps of the place, not of the layer: what a rule asks of other projects.

A tailings rule that reaches 3 km beyond the county line need not hold up a
road. A layer that is itself in doubt carries no CLEAR at all.
"""

STATES = (
    State.CLEAR,
    State.NOTICE,
    State.REVIEW,
    State.NOT_CHECKED,
    State.CONDITIONAL,
    State.PROHIBITED,
)
"""States from harmless to worst; `Ruling.state` counts in this order."""

MILD = {State.NOTICE, State.REVIEW}
"""States of rules that give no conflict, whatever is met."""


class Turn(IntEnum):
    """The turn that the judgement of a rule took at a site."""

    LAW_UNKNOWN = 0
    NOT_MET = 1  # a condition on the project is known to fail
    SPACE_UNKNOWN = 2
    AWAY = 3  # the relation does not hold
    RESIDUE = 4
    ASKS = 5  # holds in space, not known of the project
    EXCEPTED = 6
    BITES = 7


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ruling:
    """One rule before all sites; arrays have shape (sites,).

    `state` indexes `STATES`; `decisive` says which outcome to show (-1: none);
    `exception` which exception holds (-1: none); `gap` where something was not
    known, also beside a finding that stands.
    """

    rule: Rule
    source: ClauseSource | None
    severity: str
    worst: State
    outcomes: tuple[Outcome, ...]
    decisive: NDArray[np.intp]
    turn: NDArray[np.int8]
    exception: NDArray[np.intp]
    state: NDArray[np.int8]
    gap: NDArray[np.bool_]


def rule_on(rule: Rule, measured: Measured, applicants: Applicants) -> Ruling:
    """Judge one rule, in force on the day, for all sites.

    Parameters
    ----------
    rule : Rule
        Not lapsed on the day of `measured.options`.
    measured : Measured
        Space, measured before.
    applicants : Applicants
        Projects in the row order of the sites.
    """
    as_of = measured.options.as_of
    outcomes = tuple(relate(space, measured) for space in rule.space)
    source = rule.source_at(as_of)
    severity = rule.severity_at(as_of)
    worst = severity_state(severity, source)
    holds = _any(outcomes, measured.count)
    applies = applicants.all_hold(rule.when)
    gap = _gaps(outcomes, measured.count, of_layer=False)
    turn = _turns(
        holds,
        applies,
        residue=_residue(outcomes, measured.count),
        gap=gap,
        gap_of_layer=_gaps(outcomes, measured.count, of_layer=True),
        known_law=source is not None,
    )
    exception = _exceptions(rule, applicants, turn)
    turn[exception >= 0] = Turn.EXCEPTED
    return Ruling(
        rule=rule,
        source=source,
        severity=severity,
        worst=worst,
        outcomes=outcomes,
        decisive=_decisive(outcomes, measured.count),
        turn=turn,
        exception=exception,
        state=_states(rule, turn, exception, worst=worst, applicants=applicants),
        gap=_gap_counts(turn, gap, worst),
    )


def severity_state(severity: str, source: ClauseSource | None) -> State:
    """Return the state of a rule that bites.

    A ban counts as one only when document, article and date are known and
    verified; else it is conditional, marked as a basis to be verified.
    """
    grounded = (
        source is not None
        and source.confidence == "verified"
        and source.effective_from is not None
    )
    if severity == "prohibit":
        return State.PROHIBITED if grounded else State.CONDITIONAL
    return {"info": State.NOTICE, "review": State.REVIEW}.get(
        severity, State.CONDITIONAL
    )


def may_conflict(rule: Rule, as_of: date) -> bool:
    """Say whether a rule gives a conflict where it bites, on the day."""
    worst = severity_state(rule.severity_at(as_of), rule.source_at(as_of))
    return worst not in MILD


def excepted_state(case: ExceptionCase, worst: State, *, declared: bool) -> State:
    """Return the state of a rule whose exception holds; it never worsens it."""
    turned = case.with_evidence if declared and case.with_evidence else case.outcome
    return min(State(turned), worst, key=STATES.index)


def _any(outcomes: tuple[Outcome, ...], count: int) -> Answers:
    """Any of the spaces suffices; a rule without space holds everywhere."""
    if not outcomes:
        return np.full(count, YES)
    if len(outcomes) == 1:
        return outcomes[0].holds
    table = np.stack([outcome.holds for outcome in outcomes])
    unknown = (table == UNKNOWN).any(axis=0)
    return np.where(
        (table == YES).any(axis=0), YES, np.where(unknown, UNKNOWN, NO)
    ).astype(np.int8)


def _residue(outcomes: tuple[Outcome, ...], count: int) -> NDArray[np.bool_]:
    found = np.zeros(count, dtype=bool)
    for outcome in outcomes:
        found |= outcome.residue
    return found


def _gaps(
    outcomes: tuple[Outcome, ...], count: int, *, of_layer: bool
) -> NDArray[np.bool_]:
    """Return where something is not known; `of_layer`: beyond gaps of the place."""
    found = np.zeros(count, dtype=bool)
    for outcome in outcomes:
        for problem in outcome.standing:
            found |= not (of_layer and problem.code in OF_PLACE)
        for doubt in outcome.doubts:
            if not (of_layer and doubt.code in OF_PLACE):
                found |= doubt.where
    return found


def _turns(
    holds: Answers,
    applies: Answers,
    *,
    residue: NDArray[np.bool_],
    gap: NDArray[np.bool_],
    gap_of_layer: NDArray[np.bool_],
    known_law: bool,
) -> NDArray[np.int8]:
    """Take each site to its turn; the first case that holds decides."""
    known = np.full(len(holds), known_law)
    away = holds == NO
    cases = {
        Turn.LAW_UNKNOWN: ~known & (~away | gap | residue),
        Turn.NOT_MET: (applies == NO) & ~gap_of_layer,
        Turn.SPACE_UNKNOWN: (holds == UNKNOWN) | ((applies == NO) & gap),
        Turn.AWAY: away & ~residue,
        Turn.RESIDUE: away & residue,
        Turn.ASKS: applies == UNKNOWN,
    }
    turn = np.full(len(holds), Turn.BITES, dtype=np.int8)
    for case, where in reversed(cases.items()):
        turn[where] = case
    return turn


def _exceptions(
    rule: Rule, applicants: Applicants, turn: NDArray[np.int8]
) -> NDArray[np.intp]:
    """Return which exception holds where the rule bites, -1 for none."""
    taken = np.full(len(turn), -1, dtype=np.intp)
    if not (turn == Turn.BITES).any():
        return taken
    for index, case in enumerate(rule.exceptions):
        if case.when:
            holds = applicants.all_hold(case.when) == YES
        elif case.with_evidence is not None:
            holds = applicants.declared(kinds_of(case))
        else:
            continue
        taken[(turn == Turn.BITES) & (taken < 0) & holds] = index
    return taken


def kinds_of(case: ExceptionCase) -> tuple[str, ...]:
    """Return the papers of an exception that can be declared."""
    return tuple(item.kind for item in case.evidence if item.kind)


def _states(
    rule: Rule,
    turn: NDArray[np.int8],
    exception: NDArray[np.intp],
    *,
    worst: State,
    applicants: Applicants,
) -> NDArray[np.int8]:
    """Return the index into `STATES` for each site."""
    state = np.array(_states_by_turn(worst), dtype=np.int8)[turn]
    for index, case in enumerate(rule.exceptions):
        here = exception == index
        if here.any():
            ready = applicants.declared(kinds_of(case))
            for declared in (False, True):
                chosen = excepted_state(case, worst, declared=declared)
                state[here & (ready == declared)] = STATES.index(chosen)
    return state


@cache
def _states_by_turn(worst: State) -> tuple[int, ...]:
    by_turn = {
        Turn.LAW_UNKNOWN: State.NOT_CHECKED,
        Turn.NOT_MET: State.CLEAR,
        Turn.SPACE_UNKNOWN: State.NOT_CHECKED,
        Turn.AWAY: State.CLEAR,
        Turn.RESIDUE: State.NOTICE,
        Turn.ASKS: worst if worst in MILD else State.NOT_CHECKED,
        Turn.EXCEPTED: worst,  # until the exception itself is looked at
        Turn.BITES: worst,
    }
    return tuple(STATES.index(by_turn[turn]) for turn in Turn)


def _decisive(outcomes: tuple[Outcome, ...], count: int) -> NDArray[np.intp]:
    """Choose what to show: what holds, else unknown, residue, or the nearest."""
    if not outcomes:
        return np.full(count, -1, dtype=np.intp)
    if len(outcomes) == 1:
        return np.zeros(count, dtype=np.intp)
    holds = np.stack([outcome.holds for outcome in outcomes])
    residue = np.stack([outcome.residue for outcome in outcomes])
    far = np.full(count, np.inf)
    distance = np.stack(
        [far if o.distance_m is None else o.distance_m for o in outcomes]
    )
    # of those with residue, else of all, the nearest; the first of equals
    open_ = residue | ~residue.any(axis=0)
    near = np.lexsort((np.where(open_, distance, np.inf), ~open_), axis=0)[0]
    unknown, yes = holds == UNKNOWN, holds == YES
    chosen = np.where(unknown.any(axis=0), np.argmax(unknown, axis=0), near)
    shown = np.where(yes.any(axis=0), np.argmax(yes, axis=0), chosen)
    return np.asarray(shown, dtype=np.intp)


def _gap_counts(
    turn: NDArray[np.int8], gap: NDArray[np.bool_], worst: State
) -> NDArray[np.bool_]:
    """Return where the finding leaves a gap."""
    law = turn == Turn.LAW_UNKNOWN
    asks = (turn == Turn.ASKS) & (worst not in MILD)
    return np.asarray((gap & (turn != Turn.NOT_MET)) | law | asks)
