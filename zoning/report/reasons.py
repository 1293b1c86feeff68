"""The sentence under the headline: why a site's verdict is what it is."""

from collections.abc import Callable

from zoning.model import Finding, SiteResult, State, Verdict
from zoning.report.numbers import metres
from zoning.report.texts import keys, text
from zoning.report.three_lines import THREE_LINES
from zoning.report.wording import (
    Context,
    basis,
    described,
    extent,
    joined,
    line_summary,
    not_checked_count,
    words,
    worst_first,
)
from zoning.terms import label

__all__ = ["reason_words", "why"]

_LOOSE = {State.CLEAR, State.NOT_CHECKED}
_SPECIAL = {"RESIDUE", "EXCEPTION"}


def why(result: SiteResult, context: Context) -> str:
    """Return the sentence that says why the verdict is what it is."""
    sentence = _REASONS.get(result.verdict, _why_conflict)
    return sentence(result, context)


def _why_rejected(result: SiteResult, context: Context) -> str:
    rejection = result.site.rejection
    problem = "" if rejection is None else rejection.line(context.lang)
    return text("why.rejected", context.lang, problem=problem)


def _why_conflict(result: SiteResult, context: Context) -> str:
    lang = context.lang
    findings = worst_first(f for f in result.findings if f.state not in _LOOSE)
    if not findings:
        return ""
    worst = findings[0]
    said = text(
        "why.finding",
        lang,
        title=described(worst, lang),
        extent=_reached(worst, context),
        basis=basis(worst.source, lang),
    )
    counts = _counts(result, lang, without_first=worst.state)
    return said + (text("why.others", lang, counts=counts) if counts else "")


def _reached(finding: Finding, context: Context) -> str:
    """Return how far a site is concerned, and the exception a finding stands by."""
    reach = extent(finding, context)
    if finding.reason != "EXCEPTION" or not finding.notes:
        return reach
    exception = words(finding.notes[0], context.lang).rstrip("。. ")
    return reach + text("mark.comma", context.lang) + exception


def _why_undetermined(result: SiteResult, context: Context) -> str:
    lang = context.lang
    named = [gap.layer for gap in result.gaps if gap.layer]
    layers = dict.fromkeys(label("layer", layer, lang) for layer in named)
    return text(
        "why.undetermined",
        lang,
        count=not_checked_count(result),
        what=joined(tuple(layers) or _titles(result, lang), lang) or "—",
    )


def _titles(result: SiteResult, lang: str) -> tuple[str, ...]:
    """Return what was not checked where it is no layer: a site's own place."""
    open_rules = {gap.rule_id for gap in result.gaps}
    found = (f.title[lang] for f in result.findings if f.rule_id in open_rules)
    return tuple(dict.fromkeys(found))[:1]


def _why_notice(result: SiteResult, context: Context) -> str:
    lang = context.lang
    said = text("why.notice", lang, counts=_counts(result, lang) or "—")
    special = [
        finding
        for finding in result.findings
        if finding.state == State.NOTICE and finding.reason in _SPECIAL
    ]
    return said + "".join(
        text(
            "why.special",
            lang,
            title=described(finding, lang),
            extent=_reached(finding, context),
        )
        for finding in special[:1]
    )


def _why_clear(result: SiteResult, context: Context) -> str:
    lang = context.lang
    scopes = tuple(label("scope", scope, lang) for scope in context.base.scope)
    said = text("why.clear", lang, scope=joined(scopes, lang))
    found = {layer: line_summary(result, layer).nearest for layer in THREE_LINES}
    near = {layer: near.distance_m for layer, near in found.items() if near}
    distances = [
        text(
            "why.nearest",
            lang,
            layer=label("layer", layer, lang),
            distance=metres(near[layer]),
        )
        for layer in THREE_LINES
        if near.get(layer)
    ]
    listed = joined(distances, lang)
    return said + (text("why.distances", lang, listed=listed) if distances else "")


_REASONS: dict[Verdict, Callable[[SiteResult, Context], str]] = {
    Verdict.REJECTED: _why_rejected,
    Verdict.UNDETERMINED: _why_undetermined,
    Verdict.NOTICE: _why_notice,
    Verdict.CLEAR: _why_clear,
}


def _counts(result: SiteResult, lang: str, without_first: State | None = None) -> str:
    """Return how many findings of each state there are, worst first."""
    parts: list[str] = []
    for state in (State.PROHIBITED, State.CONDITIONAL, State.NOTICE, State.REVIEW):
        count = sum(finding.state == state for finding in result.findings)
        count -= state == without_first
        if count:
            word = label("state", state, lang)
            parts.append(text("why.count", lang, count=count, state=word))
    if result.residue:
        parts.append(text("why.residue", lang, count=len(result.residue)))
    return joined(parts, lang)


def reason_words(result: SiteResult, finding: Finding, lang: str) -> str:
    """Return why a finding is what it is, in words; '' when nothing is special."""
    if finding.reason is None:
        return ""
    key = f"finding_reason.{finding.reason}"
    if key in keys("finding_reason"):
        return text(key, lang)
    told = [
        gap.problem.text(lang)
        for gap in result.gaps
        if gap.rule_id == finding.rule_id and gap.problem.code == finding.reason
    ]
    return told[0] if told else text("finding_reason.other", lang)
