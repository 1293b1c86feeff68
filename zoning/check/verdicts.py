"""From findings to the verdict of a site, its gaps and its open questions.

References
----------
.. [1] Product page 2: the worst finding if CONDITIONAL or PROHIBITED; else
   UNDETERMINED when anything in scope is NOT_CHECKED; else NOTICE when there
   is a NOTICE, a REVIEW or residue; else CLEAR.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from zoning import terms
from zoning.check.facts import Facts, missing_layer
from zoning.check.findings import Judged
from zoning.check.standing import standing_problems
from zoning.errors import Problem
from zoning.model import Base, Finding, Gap, Residue, State, Verdict
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule

__all__ = [
    "THREE_LINES",
    "asked_only_what_matters",
    "county_doubts",
    "empty_chapters",
    "gaps_of",
    "lost_topics",
    "site_verdict",
    "unlisted_lines",
]

THREE_LINES_SCOPE = "three_lines"
THREE_LINES = (
    "permanent_basic_farmland",
    "ecological_redline",
    "urban_development_boundary",
)


def site_verdict(
    findings: tuple[Finding, ...],
    residue: tuple[Residue, ...],
    gaps: tuple[Gap, ...] = (),
) -> Verdict:
    """Return the verdict of a site; nothing checked is never CLEAR.

    A gap beside a finding that stands (a notice on a layer with unreadable
    rows) counts as not checked too.
    """
    states = {finding.state for finding in findings}
    if State.PROHIBITED in states:
        return Verdict.PROHIBITED
    if State.CONDITIONAL in states:
        return Verdict.CONDITIONAL
    if State.NOT_CHECKED in states or gaps or not states:
        return Verdict.UNDETERMINED
    if states & {State.NOTICE, State.REVIEW} or residue:
        return Verdict.NOTICE
    return Verdict.CLEAR


def gaps_of(judged: tuple[Judged, ...]) -> tuple[Gap, ...]:
    """Return every gap once per rule, layer and reason."""
    gaps: dict[tuple[str, str, str], Gap] = {}
    for one in judged:
        for problem in one.gaps:
            layer = problem.values.get("layer", one.finding.layer)
            key = one.finding.rule_id, layer, problem.code
            gaps.setdefault(
                key,
                Gap(rule_id=one.finding.rule_id, layer=layer, problem=problem),
            )
    return tuple(gaps.values())


def unlisted_lines(judged: Sequence[Judged]) -> list[Judged]:
    """Say NOT_CHECKED of a control line that no rule of the packs looked at.

    A rule that only tells something, or sends a case to a person, is no look: it
    could find nothing that stands against a site.
    """
    findings = [one.finding for one in judged]
    seen = {one.layer for one in findings if one.severity not in {"info", "review"}}
    title = {
        "zh": "规则包中没有核查此线的规则",
        "en": "no rule of the packs looks here",
    }
    return [
        _unchecked("LINE-000", THREE_LINES_SCOPE, title, problem=missing_layer(line))
        for line in THREE_LINES
        if line not in seen
    ]


def empty_chapters(base: Base, book: RuleBook, as_of: date) -> list[Judged]:
    """Say NOT_CHECKED of a chapter in scope for which the packs have no rule.

    A rule that only sends a case to a person covers no chapter, nor does one
    that has lapsed.
    """
    covered = {
        rule.scope
        for rule in book.rules
        if rule.severity != "review" and rule.in_force(as_of)
    }
    covered |= {THREE_LINES_SCOPE, "control_units"}  # lines and clauses speak up
    judged = []
    for scope in base.scope:
        if scope not in covered:
            title = dict(terms.group("scope")[scope])
            values = {"scope_zh": title["zh"], "scope_en": title["en"]}
            problem = Problem(code="SCOPE_WITHOUT_RULES", values=values)
            judged.append(_unchecked("SCOPE-000", scope, title, problem=problem))
    return judged


def county_doubts(facts: Facts) -> list[Judged]:
    """Say NOT_CHECKED when the outline that bounds all coverage does not count."""
    county = facts.base.layers.get("county")
    if county is None:
        return []
    title = {"zh": "县域边界", "en": "county outline"}
    return [
        _unchecked("COUNTY-000", THREE_LINES_SCOPE, title, problem=problem)
        for problem in standing_problems(county.info, facts.options)
    ]


def lost_topics(facts: Facts) -> list[Judged]:
    """Say NOT_CHECKED of a lapsed rule whose topic no rule of the packs took over.

    A rule that ended with nothing in its place says so: ``succeeded_by: []``.
    """
    book, as_of = facts.book, facts.options.as_of
    scope = {*facts.base.scope, THREE_LINES_SCOPE}
    known = {rule.id: rule for rule in book.rules}
    lost = [
        rule
        for rule in book.rules
        if rule.scope in scope
        and not rule.in_force(as_of)
        and not _taken_over(rule, known, scope=scope, as_of=as_of)
    ]
    return [
        _unchecked(
            rule.id,
            rule.scope,
            {"zh": rule.title.zh, "en": rule.title.en},
            problem=Problem(
                code="LAW_UNKNOWN_AT_DATE",
                values={"rule": rule.id, "as_of": as_of.isoformat()},
            ),
        )
        for rule in lost
    ]


def _taken_over(
    rule: Rule, known: Mapping[str, Rule], *, scope: set[str], as_of: date
) -> bool:
    """Say whether a rule that is judged on the day took over a lapsed rule's topic.

    Heirs are followed until they are in force; a circle leads to none. A topic
    that ended (``succeeded_by: []``) needs no heir.
    """
    if rule.succeeded_by == ():
        return True
    waiting, seen = list(rule.succeeded_by or ()), {rule.id}
    while waiting:
        heir = known.get(waiting.pop())
        if heir is None or heir.id in seen:
            continue
        seen.add(heir.id)
        if heir.in_force(as_of) and heir.scope in scope:
            return True
        if not heir.in_force(as_of):
            waiting += heir.succeeded_by or ()
    return False


def _unchecked(
    rule_id: str, scope: str, title: Mapping[str, str], *, problem: Problem
) -> Judged:
    finding = Finding(
        rule_id=rule_id,
        scope=scope,
        title=title,
        state=State.NOT_CHECKED,
        severity="info",
        layer=problem.values.get("layer", ""),
        view="",
        relation="attribute",
        reason=problem.code,
    )
    return Judged(finding=finding, gaps=(problem,))


def asked_only_what_matters(
    findings: tuple[Finding, ...], verdict: Verdict
) -> tuple[Finding, ...]:
    """Drop questions whose answer could not change the verdict.

    Under PROHIBITED only the bans themselves keep theirs (an exception may
    lift them); under CONDITIONAL what is not checked could still be a ban, and
    an exception could lift a condition.
    """
    kept = {
        Verdict.PROHIBITED: {State.PROHIBITED},
        Verdict.CONDITIONAL: {State.CONDITIONAL, State.NOT_CHECKED},
    }.get(verdict, set(State))
    return tuple(
        f if f.state in kept or not f.questions else replace(f, questions=())
        for f in findings
    )
