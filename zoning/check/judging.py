"""From relations, conditions and dates to one finding per rule and site.

Space first: a rule whose relation does not hold is CLEAR and asks nothing.
Where it holds, an unknown attribute gives NOT_CHECKED with the question (or
the state itself where that could be no worse than a notice). Anything that
was not known is a gap beside the finding.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from zoning import terms
from zoning.check.evidence import described
from zoning.check.facts import Facts
from zoning.check.relations import Outcome, relate
from zoning.check.terrain import relate_slope
from zoning.errors import Problem
from zoning.model import ClauseSource, Finding, State, Terrain
from zoning.rules.conditions import all_hold, unknown_attributes
from zoning.rules.schema import Condition, ExceptionCase, Rule, Text

__all__ = ["Judged", "judge", "question", "severity_state"]

Words = Mapping[str, str]

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

NEEDS_BASIS = {"zh": "待核实依据", "en": "basis to be verified"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding and the gaps behind it; no gaps: the rule was checked whole."""

    finding: Finding
    gaps: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    """One rule before one site."""

    rule: Rule
    row: int
    facts: Facts
    project: Words
    source: ClauseSource | None
    outcome: Outcome | None
    gaps: tuple[Problem, ...]
    residue: bool

    def finding(
        self,
        state: State,
        *,
        reason: str | None = None,
        questions: tuple[Words, ...] = (),
        needs: tuple[Words, ...] = (),
        notes: tuple[Words, ...] = (),
    ) -> Judged:
        """Put the state together with the numbers it stands on."""
        blank = Finding(
            rule_id=self.rule.id,
            scope=self.rule.scope,
            title=words(self.rule.title),
            state=state,
            severity=self.rule.severity,
            layer="",
            view="",
            relation="attribute",
            reason=reason,
            questions=questions,
            needs=needs,
            notes=notes,
            source=self.source,
        )
        finding = (
            blank
            if self.outcome is None
            else described(blank, self.outcome, self.row, facts=self.facts)
        )
        return Judged(finding=finding, gaps=self.gaps)


def judge(
    rule: Rule,
    row: int,
    facts: Facts,
    *,
    project: Words,
    terrain: Terrain | None,
) -> Judged:
    """Judge one rule, in force on the day, for the site in `row`."""
    outcomes = [
        relate_slope(space, facts, terrain)
        if space.relation == "slope_ge"
        else relate(space, row, facts)
        for space in rule.space
    ]
    case = _Case(
        rule=rule,
        row=row,
        facts=facts,
        project=project,
        source=rule.source_at(facts.options.as_of),
        outcome=_decisive(outcomes, row),
        gaps=tuple(problem for outcome in outcomes for problem in outcome.problems),
        residue=any(outcome.residue for outcome in outcomes),
    )
    clear = case.outcome is not None and case.outcome.holds is False
    if case.source is None and not (clear and not case.gaps and not case.residue):
        return _law_unknown(case)
    return _judge_space(case)


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


def words(text: Text) -> Words:
    """Return a bilingual text as a plain mapping."""
    return {"zh": text.zh, "en": text.en}


def question(attribute: str) -> Words:
    """Return the question that asks for a project attribute."""
    return {
        "attribute": attribute,
        "zh": f"请说明：{terms.label('attribute', attribute, 'zh')}",
        "en": f"please state: {terms.label('attribute', attribute, 'en')}",
    }


def _decisive(outcomes: list[Outcome], row: int) -> Outcome | None:
    """Choose what to show: what holds, else unknown, residue, or the nearest."""
    for wanted in (True, None):
        for outcome in outcomes:
            if outcome.holds is wanted:
                return outcome
    touched = [outcome for outcome in outcomes if outcome.residue]
    return min(touched or outcomes, key=lambda o: _distance(o, row), default=None)


def _distance(outcome: Outcome, row: int) -> float:
    facts = outcome.facts
    return math.inf if facts is None else float(facts.nearest.distance_m[row])


def _law_unknown(case: _Case) -> Judged:
    values = {"rule": case.rule.id, "as_of": case.facts.options.as_of.isoformat()}
    law = Problem(code="LAW_UNKNOWN_AT_DATE", values=values)
    judged = case.finding(State.NOT_CHECKED, reason=law.code)
    return Judged(finding=judged.finding, gaps=(*case.gaps, law))


def _judge_space(case: _Case) -> Judged:
    """Space first; only what holds goes on to the project's attributes."""
    outcome = case.outcome
    applies = all_hold(case.rule.when, case.project, case.facts.book.groups)
    unknown = outcome is not None and outcome.holds is None
    if applies is False and {gap.code for gap in case.gaps} <= OF_PLACE:
        judged = case.finding(State.CLEAR, reason="CONDITION_NOT_MET")
        return Judged(finding=judged.finding)
    if unknown or (applies is False and case.gaps):  # never CLEAR on a doubt
        return case.finding(State.NOT_CHECKED, reason=case.gaps[0].code)
    if outcome is not None and not outcome.holds and not case.residue:
        return case.finding(State.CLEAR)
    if outcome is not None and not outcome.holds:
        return case.finding(State.NOTICE, reason="RESIDUE")
    return _ask(case) if applies is None else _bite(case)


def _ask(case: _Case) -> Judged:
    """Answer for a rule that bites in space but not knowably on the project."""
    missing = _unknown(case, case.rule.when)
    questions = tuple(question(name) for name in missing)
    worst = severity_state(case.rule.severity, case.source)
    if worst in {State.NOTICE, State.REVIEW}:
        return case.finding(worst, reason="ATTRIBUTE_MISSING", questions=questions)
    values = {"attributes": "、".join(terms.label("attribute", n) for n in missing)}
    gap = Problem(code="ATTRIBUTE_MISSING", values=values)
    judged = case.finding(State.NOT_CHECKED, reason=gap.code, questions=questions)
    return Judged(finding=judged.finding, gaps=(*case.gaps, gap))


def _bite(case: _Case) -> Judged:
    """Answer for a rule that applies, after looking at its exceptions."""
    groups = case.facts.book.groups
    asked: list[Words] = []
    for exception in case.rule.exceptions:
        if not exception.when:
            continue
        if all_hold(exception.when, case.project, groups):
            return _excepted(case, exception)
        if all_hold(exception.when, case.project, groups) is None:
            asked += [question(name) for name in _unknown(case, exception.when)]
    state = severity_state(case.rule.severity, case.source)
    doubtful = case.rule.severity == "prohibit" and state is not State.PROHIBITED
    return case.finding(
        state,
        questions=tuple({q["attribute"]: q for q in asked}.values()),
        needs=tuple(words(text) for text in case.rule.remedy),
        notes=(
            *((NEEDS_BASIS,) if doubtful else ()),
            *(words(text) for text in case.rule.notes),
        ),
    )


def _excepted(case: _Case, exception: ExceptionCase) -> Judged:
    title = words(exception.title)
    note = {"zh": f"例外情形：{title['zh']}", "en": f"exception: {title['en']}"}
    return case.finding(
        exception.outcome,
        reason="EXCEPTION",
        needs=tuple(words(text) for text in exception.evidence),
        notes=(note, *(words(text) for text in case.rule.notes)),
    )


def _unknown(case: _Case, conditions: tuple[Condition, ...]) -> tuple[str, ...]:
    return unknown_attributes(conditions, case.project, case.facts.book.groups)
