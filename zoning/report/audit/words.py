"""Words and numbers of the audit's outputs."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.model import AuditProblem, AuditReport, AuditSeverity
from zoning.report.numbers import metres, thousands
from zoning.terms import both, label

__all__ = [
    "amount",
    "audit_text",
    "basis",
    "counts_told",
    "headline",
    "severity_both",
    "why",
]


def audit_text(key: str, lang: str, **values: object) -> str:
    """Return a text of the audit with its placeholders filled."""
    return _texts()[key][lang].format_map(values)


def severity_both(severity: AuditSeverity) -> str:
    """Return the severity in both languages, as verdicts always are."""
    return both("audit_severity", severity)


def counts_told(report: AuditReport, lang: str) -> str:
    """Return how many rows there are of each severity, worst first."""
    return " · ".join(
        audit_text("count", lang, count=n, word=label("audit_severity", severity, lang))
        for severity, n in report.counts.items()
        if n
    )


def headline(report: AuditReport, lang: str) -> str:
    """Return the one line that sums the audit up.

    Nothing found is said only of what was looked at.
    """
    counts = report.counts
    grave = counts[AuditSeverity.CONFLICT] + counts[AuditSeverity.ERROR]
    parts = [counts_told(report, lang)] if any(counts.values()) else []
    if not grave:
        nothing = "nothing" if report.complete else "nothing_seen"
        parts = [audit_text(nothing, lang), *parts]
    refused = sum(layer.refused for layer in report.layers)
    if refused:
        parts.append(audit_text("refused", lang, count=refused))
    return " · ".join(parts)


def why(report: AuditReport, lang: str) -> str:
    """Return what the headline rests on."""
    counts = report.counts
    if counts[AuditSeverity.CONFLICT] or counts[AuditSeverity.ERROR]:
        told = report.problems[0].problem.text(lang)
        return audit_text("why_found", lang, problem=told)
    if not report.complete:
        return audit_text("why_open", lang, count=counts[AuditSeverity.NOT_AUDITED])
    features = sum(layer.features for layer in report.layers)
    return audit_text(
        "why_nothing",
        lang,
        rules=len(report.rules),
        layers=len(report.layers),
        features=features,
    )


def amount(problem: AuditProblem, lang: str) -> str:
    """Return area, width and length as far as the problem has them."""
    parts = []
    if problem.area_m2 is not None:
        parts.append(
            audit_text("amount_area", lang, area=thousands(problem.area_m2, 2))
        )
    if problem.width_m is not None:
        width = f"{problem.width_m:.3f}"
        parts.append(audit_text("amount_width", lang, width=width))
    if problem.length_m is not None:
        length = metres(problem.length_m)
        parts.append(audit_text("amount_length", lang, length=length))
    return " · ".join(parts)


def basis(report: AuditReport, rule_id: str, lang: str) -> str:
    """Return document and clause of a rule, and how sure they are."""
    rule = next(one for one in report.rules if one.id == rule_id)
    source = rule.source
    sure = label("confidence", source.confidence, lang)
    return (
        f"{source.document} {source.clause}（{sure}）"
        if lang == "zh"
        else (f"{source.document} {source.clause} ({sure})")
    )


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    raw = files("zoning").joinpath("report/audit/texts.yaml").read_text("utf-8")
    loaded: Any = strict_yaml.load_text(raw)
    return {key: dict(entry) for key, entry in loaded.items()}
