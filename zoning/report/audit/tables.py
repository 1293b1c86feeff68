"""``ledger.xlsx`` of an audit and its CSV twins; the rows of ``result.gpkg`` too."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from typing_extensions import override

from zoning.model import AuditProblem, AuditReport
from zoning.report.audit.words import audit_text, severity_both
from zoning.report.ledger import Sheets, csv_bytes, workbook_bytes
from zoning.report.ledger_sheets import Shape
from zoning.report.severities import STATE_OF
from zoning.terms import label

__all__ = ["ProblemRow", "csv_twins", "ledger_bytes", "problem_rows"]

_CELLS_OF_NAMES = 40
"""Feature ids shown in a cell; all stand in audit.json."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemRow:
    """One row of the ledger; `group_id` is empty but for members of groups."""

    problem_id: str
    group_id: str
    severity: str
    severity_word: str
    layer_name: str
    features: str
    other_layer_name: str
    other_features: str
    defects: int
    area_m2: float | None
    width_m: float | None
    length_m: float | None
    problem: str
    where: str
    cure: str
    rule_id: str
    title: str
    document: str
    clause: str
    confidence: str
    number: str
    witness_lon: float | None
    witness_lat: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleRow:
    rule_id: str
    title: str
    severity: str
    severity_word: str
    layers: str
    examined: int
    found: int
    audited: str
    document: str
    clause: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _LayerRow:
    layer_name: str
    edition: str
    features: int
    refused: int
    repaired: int
    area_m2: float | None


def problem_rows(
    report: AuditReport, problems: Sequence[AuditProblem], *, lang: str
) -> list[ProblemRow]:
    """Return problems or members as rows, in their order."""
    rules = {rule.id: rule for rule in report.rules}
    rows = []
    for one in problems:
        rule = rules[one.rule_id]
        group, _, member = one.id.partition(".")
        rows.append(
            ProblemRow(
                problem_id=one.id,
                group_id=group if member else "",
                severity=str(one.severity),
                severity_word=severity_both(one.severity),
                layer_name=label("layer", one.layer, lang),
                features=_names(one.features),
                other_layer_name=label("layer", one.other_layer, lang),
                other_features=_names(one.other_features),
                defects=one.count,
                area_m2=one.area_m2,
                width_m=one.width_m,
                length_m=one.length_m,
                problem=one.problem.text(lang),
                where=one.problem.where,
                cure=one.cure[lang],
                rule_id=one.rule_id,
                title=rule.title[lang],
                document=rule.source.document,
                clause=rule.source.clause,
                confidence=label("confidence", rule.source.confidence, lang),
                number=one.problem.number,
                witness_lon=one.witness.lon if one.witness else None,
                witness_lat=one.witness.lat if one.witness else None,
            )
        )
    return rows


def ledger_bytes(report: AuditReport, *, lang: str) -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    title = audit_text("title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def csv_twins(report: AuditReport, *, lang: str) -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def _sheets(report: AuditReport, lang: str) -> Sheets:
    problems = problem_rows(report, report.problems, lang=lang)
    members = problem_rows(report, report.members, lang=lang)
    return (
        (_shape("problems", ProblemRow, without=("group_id",)), problems),
        (_shape("members", ProblemRow, without=("defects",)), members),
        (_shape("rules", _RuleRow), _rules(report, lang)),
        (_shape("layers", _LayerRow), _layers(report, lang)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _AuditShape(Shape):
    """A sheet in the words of the audit, coloured by severity."""

    @override
    def title(self, lang: str) -> str:
        return audit_text(f"sheet_{self.key}", lang)

    @override
    def headings(self, lang: str) -> tuple[str, ...]:
        return tuple(audit_text(f"column_{name}", lang) for name in self.columns)

    @override
    def state_of(self, row: Any) -> str:
        return str(_STATES.get(getattr(row, "severity", ""), ""))


def _shape(key: str, kind: type, *, without: tuple[str, ...] = ()) -> Shape:
    left_out = {"severity", *without}
    names = (one.name for one in fields(kind) if one.name not in left_out)
    return _AuditShape(key=key, columns=("row_number", *names))


_STATES = {str(severity): state for severity, state in STATE_OF.items()}


def _rules(report: AuditReport, lang: str) -> list[_RuleRow]:
    return [
        _RuleRow(
            rule_id=rule.id,
            title=rule.title[lang],
            severity=str(rule.severity),
            severity_word=severity_both(rule.severity),
            layers="、".join(label("layer", name, lang) for name in rule.layers),
            examined=rule.examined,
            found=rule.found,
            audited=audit_text("yes" if rule.audited else "no", lang),
            document=rule.source.document,
            clause=rule.source.clause,
            confidence=label("confidence", rule.source.confidence, lang),
        )
        for rule in report.rules
    ]


def _layers(report: AuditReport, lang: str) -> list[_LayerRow]:
    return [
        _LayerRow(
            layer_name=label("layer", layer.id, lang),
            edition=layer.edition,
            features=layer.features,
            refused=layer.refused,
            repaired=layer.repaired,
            area_m2=layer.area_m2,
        )
        for layer in report.layers
    ]


def _names(names: Sequence[str]) -> str:
    more = "…" if len(names) > _CELLS_OF_NAMES else ""
    return "、".join(names[:_CELLS_OF_NAMES]) + more
