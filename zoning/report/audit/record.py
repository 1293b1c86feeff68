"""``audit.json``: what the audit found as data, schema ``zoning/audit/1``.

The bytes depend on base, pack and day alone; numbers are rounded to stated
decimals. `digest` covers everything but the software.
"""

from dataclasses import asdict
from typing import Any

from zoning.model import AuditedRule, AuditProblem, AuditReport
from zoning.report.numbers import rounded
from zoning.report.verdict import (
    base_document,
    digest_of,
    problem_document,
    software,
)
from zoning.report.verdict_findings import point_document

__all__ = ["SCHEMA", "audit_document"]

SCHEMA = "zoning/audit/1"
_AREA, _LENGTH, _WIDTH = 4, 3, 4

Json = dict[str, Any]


def audit_document(report: AuditReport) -> Json:
    """Return the whole report as a tree of plain JSON values."""
    document: Json = {
        "schema": SCHEMA,
        "result": _result(report),
        "complete": report.complete,
        "as_of": report.as_of.isoformat(),
        "counts": {str(kind): count for kind, count in report.counts.items()}
        | {"defects": sum(one.count for one in report.problems)},
        "problems": [_problem(one) for one in report.problems],
        "members": [_problem(one) for one in report.members],
        "rules": [_rule(one) for one in report.rules],
        "layers": [
            asdict(layer) | {"area_m2": rounded(layer.area_m2, _AREA)}
            for layer in report.layers
        ],
        "base": base_document(report.base),
        "packs": [asdict(report.pack)],
        "software": dict(software()),
    }
    return document | {"digest": digest_of(document)}


def _result(report: AuditReport) -> str:
    """Return the worst severity of all rows, or ``NONE``."""
    return next((str(kind) for kind, count in report.counts.items() if count), "NONE")


def _problem(one: AuditProblem) -> Json:
    return {
        "id": one.id,
        "severity": str(one.severity),
        "rule_id": one.rule_id,
        "layer": one.layer,
        "other_layer": one.other_layer or None,
        "features": list(one.features),
        "other_features": list(one.other_features),
        "count": one.count,
        "area_m2": rounded(one.area_m2, _AREA),
        "width_m": rounded(one.width_m, _WIDTH),
        "length_m": rounded(one.length_m, _LENGTH),
        "sliver": one.sliver,
        "witness": point_document(one.witness),
        "problem": problem_document(one.problem),
        "cure": {lang: one.cure[lang] for lang in ("zh", "en")},
    }


def _rule(rule: AuditedRule) -> Json:
    return {
        "id": rule.id,
        "test": rule.test,
        "layers": list(rule.layers),
        "title": {lang: rule.title[lang] for lang in ("zh", "en")},
        "severity": str(rule.severity),
        "source": asdict(rule.source),
        "examined": rule.examined,
        "found": rule.found,
        "audited": rule.audited,
    }
