"""A finding in words: what was ruled at one site, on what, and what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from zoning import terms
from zoning.check.applicants import Applicants
from zoning.check.evidence import described
from zoning.check.facts import Facts
from zoning.check.judging import STATES, Ruling, Turn, kinds_of
from zoning.errors import Problem
from zoning.model import DeclaredEvidence, Finding, State
from zoning.rules.conditions import all_hold, unknown_attributes
from zoning.rules.schema import Condition, ExceptionCase, Text

__all__ = ["Judged", "judged", "questions_of", "reason_of", "spoken"]

Words = Mapping[str, str]

NEEDS_BASIS = {"zh": "待核实依据", "en": "basis to be verified"}
REASONS = {
    Turn.LAW_UNKNOWN: "LAW_UNKNOWN_AT_DATE",
    Turn.NOT_MET: "CONDITION_NOT_MET",
    Turn.RESIDUE: "RESIDUE",
    Turn.ASKS: "ATTRIBUTE_MISSING",
    Turn.EXCEPTED: "EXCEPTION",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A finding and the gaps behind it; no gaps: the rule was checked whole."""

    finding: Finding
    gaps: tuple[Problem, ...] = ()


def judged(ruling: Ruling, row: int, *, facts: Facts, applicants: Applicants) -> Judged:
    """Put the finding of one rule at the site in `row` into words and numbers."""
    said = spoken(ruling, row, as_of=facts.options.as_of, applicants=applicants)
    if ruling.decisive[row] < 0:
        return said
    outcome = ruling.outcomes[ruling.decisive[row]]
    return replace(said, finding=described(said.finding, outcome, row, facts=facts))


def spoken(ruling: Ruling, row: int, *, as_of: date, applicants: Applicants) -> Judged:
    """Put a finding into words; what was measured is not said yet."""
    rule, state = ruling.rule, STATES[ruling.state[row]]
    gaps = _gaps(ruling, row, as_of=as_of, applicants=applicants)
    blank = Finding(
        rule_id=rule.id,
        scope=rule.scope,
        title=_words(rule.title),
        state=state,
        severity=ruling.severity,
        layer="",
        view="",
        relation="attribute",
        reason=reason_of(ruling, row),
        source=ruling.source,
        names_project=bool(rule.when),
    )
    finding = _spoken(blank, ruling, row, applicants=applicants)
    return Judged(finding=finding, gaps=gaps)


def reason_of(ruling: Ruling, row: int) -> str | None:
    """Return the reason code of a finding; None where the state says it all."""
    turn = Turn(ruling.turn[row])
    if turn is Turn.SPACE_UNKNOWN:
        return _problems(ruling, row)[0].code
    return REASONS.get(turn)


def _gaps(
    ruling: Ruling, row: int, *, as_of: date, applicants: Applicants
) -> tuple[Problem, ...]:
    if not ruling.gap[row]:
        return ()
    gaps = _problems(ruling, row)
    turn, rule = Turn(ruling.turn[row]), ruling.rule
    if turn is Turn.LAW_UNKNOWN:
        values = {"rule": rule.id, "as_of": as_of.isoformat()}
        gaps = (*gaps, Problem(code="LAW_UNKNOWN_AT_DATE", values=values))
    elif turn is Turn.ASKS and STATES[ruling.state[row]] is State.NOT_CHECKED:
        missing = _missing(rule.when, row, applicants)
        names = "、".join(terms.label("attribute", name) for name in missing)
        values = {"attributes": names}
        gaps = (*gaps, Problem(code="ATTRIBUTE_MISSING", values=values))
    return gaps


def questions_of(missing: Mapping[str, Text | None]) -> tuple[Words, ...]:
    """Return the questions that ask for attributes, in a rule's own words or ours."""
    return tuple(
        {
            "attribute": name,
            "zh": own.zh
            if own is not None
            else f"请说明：{terms.label('attribute', name, 'zh')}",
            "en": own.en
            if own is not None
            else f"please state: {terms.label('attribute', name, 'en')}",
        }
        for name, own in missing.items()
    )


def _problems(ruling: Ruling, row: int) -> tuple[Problem, ...]:
    return tuple(p for outcome in ruling.outcomes for p in outcome.problems(row))


def _missing(
    conditions: tuple[Condition, ...], row: int, applicants: Applicants
) -> Mapping[str, Text | None]:
    return unknown_attributes(conditions, applicants.projects[row], applicants.groups)


def _spoken(
    blank: Finding, ruling: Ruling, row: int, *, applicants: Applicants
) -> Finding:
    """Add what the turn has to say: questions, needs, notes."""
    turn, rule = Turn(ruling.turn[row]), ruling.rule
    notes = tuple(_words(text) for text in rule.notes)
    if turn is Turn.ASKS:
        asked = questions_of(_missing(rule.when, row, applicants))
        return replace(blank, questions=asked)
    if turn is Turn.EXCEPTED:
        case = rule.exceptions[ruling.exception[row]]
        return _excepted(blank, case, applicants.evidence[row], notes=notes)
    if turn is not Turn.BITES:
        return blank
    softened = ruling.severity == "prohibit" and ruling.worst is not State.PROHIBITED
    return replace(
        blank,
        questions=_questions_of_exceptions(ruling, row, applicants),
        needs=tuple(_words(text) for text in rule.remedy),
        notes=(*((NEEDS_BASIS,) * softened), *notes),
    )


def _excepted(
    blank: Finding,
    case: ExceptionCase,
    papers: tuple[DeclaredEvidence, ...],
    *,
    notes: tuple[Words, ...],
) -> Finding:
    """Name the exception, what it still asks for, and what was declared."""
    title = _words(case.title)
    kinds = set(kinds_of(case))
    shown = [paper for paper in papers if paper.kind in kinds]
    declared = {paper.kind for paper in shown}
    return replace(
        blank,
        needs=tuple(
            _words(item) for item in case.evidence if item.kind not in declared
        ),
        notes=(
            {"zh": f"例外情形：{title['zh']}", "en": f"exception: {title['en']}"},
            *(_declared(paper) for paper in shown),
            *notes,
        ),
    )


def _declared(paper: DeclaredEvidence) -> Words:
    """Print a paper as declared; nobody has looked at it."""
    day = paper.date.isoformat()
    issuer = f"，{paper.issuer}" if paper.issuer else ""
    by = f", {paper.issuer}" if paper.issuer else ""
    kind = {lang: terms.label("evidence", paper.kind, lang) for lang in ("zh", "en")}
    return {
        "zh": f"申报材料（未核验）：{kind['zh']} {paper.number}（{day}{issuer}）",
        "en": f"declared, not verified: {kind['en']} {paper.number} ({day}{by})",
    }


def _questions_of_exceptions(
    ruling: Ruling, row: int, applicants: Applicants
) -> tuple[Words, ...]:
    """Ask what could still make an exception hold."""
    project, groups = applicants.projects[row], applicants.groups
    missing: dict[str, Text | None] = {}
    for case in ruling.rule.exceptions:
        if case.when and all_hold(case.when, project, groups) is None:
            asked = _missing(case.when, row, applicants)
            missing |= {k: v for k, v in asked.items() if k not in missing}
    return questions_of(missing)


def _words(text: Text) -> Words:
    return {"zh": text.zh, "en": text.en}
