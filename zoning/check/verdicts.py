"""From findings to the verdict of a site, its gaps and its open questions.

References
----------
.. [1] Product page 2: the worst finding if CONDITIONAL or PROHIBITED; else
   UNDETERMINED when anything in scope is NOT_CHECKED; else NOTICE when there
   is a NOTICE, a REVIEW or residue; else CLEAR.
"""

from collections.abc import Sequence
from dataclasses import replace

from zoning.check.facts import missing_layer
from zoning.check.judging import Judged
from zoning.model import Finding, Gap, Residue, State, Verdict

__all__ = ["asked_only_what_matters", "gaps_of", "site_verdict", "unlisted_lines"]

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
    """Say NOT_CHECKED of a control line that no rule of the packs looked at."""
    seen = {one.finding.layer for one in judged}
    return [
        Judged(
            finding=Finding(
                rule_id="LINE-000",
                scope="three_lines",
                title={
                    "zh": "规则包中没有核查此线的规则",
                    "en": "no rule of the packs looks at this line",
                },
                state=State.NOT_CHECKED,
                severity="info",
                layer=line,
                view="",
                relation="intersects",
                reason="LAYER_MISSING",
            ),
            gaps=(missing_layer(line),),
        )
        for line in THREE_LINES
        if line not in seen
    ]


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
