"""Which papers, once declared, would still soften a finding."""

from collections.abc import Iterator
from datetime import date

from zoning.check.judging import STATES, kinds_of
from zoning.model import Finding, SiteResult, State
from zoning.rules.book import RuleBook
from zoning.rules.conditions import all_hold
from zoning.rules.schema import ExceptionCase, Rule

__all__ = ["open_papers"]

_BITTEN = frozenset({State.PROHIBITED, State.CONDITIONAL, State.REVIEW})


def open_papers(
    result: SiteResult, book: RuleBook, as_of: date
) -> tuple[tuple[str, Finding], ...]:
    """Return the kinds of papers that would soften a finding, with that finding.

    A paper counts as declared when it is dated no later than the day of the
    check. Asked are those of the exception that holds, and of exceptions that
    hold by their papers alone, as the check takes them: the first one wins.

    Parameters
    ----------
    result : SiteResult
        What was found for a site.
    book : RuleBook
        The rules it was checked against.
    as_of : date
        Day of the check.

    Returns
    -------
    tuple of (kind, Finding)
        Worst findings first; a kind comes once for each finding that asks it.
    """
    declared = {paper.kind for paper in result.site.evidence if paper.date <= as_of}
    rules = {rule.id: rule for rule in book.rules}
    asking = sorted(
        (f for f in result.findings if f.state in _BITTEN and f.rule_id in rules),
        key=lambda finding: -STATES.index(finding.state),
    )
    return tuple(
        (kind, finding)
        for finding in asking
        for kind in _softening(finding, result, rule=rules[finding.rule_id], book=book)
        if kind not in declared
    )


def _softening(
    finding: Finding, result: SiteResult, *, rule: Rule, book: RuleBook
) -> Iterator[str]:
    """Yield the papers that a milder state of a finding hangs on, each once."""
    project, groups = result.site.project, book.groups
    if all_hold(rule.when, project, groups) is not True:
        return  # first it has to be known whether the rule is meant at all
    seen: dict[str, None] = {}
    for case in rule.exceptions:
        taken = bool(case.when) and all_hold(case.when, project, groups) is True
        if (taken or not case.when) and _milder(case, finding):
            seen |= dict.fromkeys(kinds_of(case))
        if taken:
            break
    yield from seen


def _milder(case: ExceptionCase, finding: Finding) -> bool:
    turned = case.with_evidence
    return turned is not None and STATES.index(turned) < STATES.index(finding.state)
