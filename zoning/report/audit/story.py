"""What the report of an audit says; Word and the page draw the same story."""

from collections.abc import Iterator, Sequence

from zoning.model import AuditProblem, AuditReport
from zoning.report.audit.picture import NUMBERED, audit_picture
from zoning.report.audit.words import (
    amount,
    audit_text,
    basis,
    headline,
    severity_both,
    why,
)
from zoning.report.blocks import (
    Block,
    FirstPage,
    Grid,
    GridRow,
    Paragraph,
    Section,
    Story,
)
from zoning.report.county_story import CountySubject, county_story
from zoning.report.severities import STATE_OF
from zoning.terms import label

__all__ = ["tell_audit"]

_NAMED = 3
"""Layers of a rule that are named in its row."""
_LISTED = 400
_CLEAR = "CLEAR"


def tell_audit(report: AuditReport, digest: str, *, lang: str) -> Story:
    """Return everything the report says, in order."""
    as_of = report.as_of.isoformat()
    state = STATE_OF[report.problems[0].severity] if report.problems else _CLEAR
    first = FirstPage(
        state=str(state),
        headline=headline(report, lang),
        why=why(report, lang),
        picture=audit_picture(report, lang=lang) if report.problems else None,
        table=_first_table(report, lang) if report.problems else None,
    )
    subtitle = audit_text(
        "subtitle", lang, base=report.base.name, as_of=as_of, rules=len(report.rules)
    )
    subject = CountySubject(
        say=audit_text,
        base=report.base,
        anchor="audit",
        subtitle=subtitle,
        digest=digest,
    )
    return county_story(subject, first, _sections(report, lang), lang=lang)


def _heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    return tuple(audit_text(f"column_{name}", lang) for name in names)


def _first_table(report: AuditReport, lang: str) -> Grid:
    rows = [
        GridRow(
            cells=(one.id, severity_both(one.severity), one.problem.text(lang)),
            state=str(STATE_OF[one.severity]),
        )
        for one in report.problems[:NUMBERED]
    ]
    return Grid(
        columns=_heads(("problem_id", "severity_word", "problem"), lang),
        rows=tuple(rows),
        widths=(1.3, 2.7, 6),
        state_column=1,
    )


def _sections(report: AuditReport, lang: str) -> Iterator[Section]:
    yield _section("problems", _problems(report, lang), lang)
    yield _section("members", _members(report, lang), lang)
    yield _section("rules", [_rules(report, lang)], lang)
    yield _section("layers", [_layers(report, lang)], lang)
    reading = ("severity", "area", "sliver", "sum")
    told = [Paragraph(text=audit_text(f"reading_{key}", lang)) for key in reading]
    yield _section("reading", told, lang)


def _section(key: str, blocks: Sequence[Block], lang: str) -> Section:
    title = audit_text(f"chapter_{key}", lang)
    return Section(key=key, title=title, blocks=tuple(blocks))


def _problems(report: AuditReport, lang: str) -> list[Block]:
    if not report.problems:
        return [Paragraph(text=audit_text("problems_none", lang))]
    shown = report.problems[:_LISTED]
    names = ("problem_id", "severity_word", "problem", "amount", "rule_id", "cure")
    grid = Grid(
        columns=_heads(names, lang),
        rows=tuple(_problem_row(report, one, lang) for one in shown),
        widths=(1.4, 2.2, 5, 2.2, 3, 4),
        state_column=1,
        small=True,
    )
    if len(shown) == len(report.problems):
        return [grid]
    count = len(report.problems)
    more = audit_text("problems_more", lang, count=count, shown=len(shown))
    return [grid, Paragraph(text=more, style="note")]


def _problem_row(report: AuditReport, one: AuditProblem, lang: str) -> GridRow:
    rule = f"{one.rule_id} {basis(report, one.rule_id, lang)}"
    return GridRow(
        cells=(
            one.id,
            severity_both(one.severity),
            one.problem.text(lang),
            amount(one, lang),
            rule,
            one.cure[lang],
        ),
        state=str(STATE_OF[one.severity]),
    )


def _members(report: AuditReport, lang: str) -> list[Block]:
    if not report.members:
        return [Paragraph(text=audit_text("members_none", lang))]
    shown = report.members[:_LISTED]
    grid = Grid(
        columns=_heads(("problem_id", "problem", "amount"), lang),
        rows=tuple(
            GridRow(cells=(one.id, one.problem.text(lang), amount(one, lang)))
            for one in shown
        ),
        widths=(1.4, 7, 2.4),
        small=True,
    )
    count = len(report.members)
    more = audit_text("members_more", lang, count=count)
    return [grid, Paragraph(text=more, style="note")]


def _rules(report: AuditReport, lang: str) -> Grid:
    names = ("rule_id", "title", "layers", "examined", "found", "audited", "document")
    rows = [
        GridRow(
            cells=(
                rule.id,
                rule.title[lang],
                _layer_names(rule.layers, lang),
                f"{rule.examined:,}",
                f"{rule.found:,}",
                audit_text("yes" if rule.audited else "no", lang),
                basis(report, rule.id, lang),
            )
        )
        for rule in report.rules
    ]
    return Grid(
        columns=_heads(names, lang),
        rows=tuple(rows),
        widths=(1.5, 3.6, 3.2, 1.2, 1.1, 1.1, 3.6),
        numeric=(3, 4),
        small=True,
    )


def _layer_names(names: Sequence[str], lang: str) -> str:
    told = "、".join(label("layer", name, lang) for name in names[:_NAMED])
    if len(names) <= _NAMED:
        return told
    return audit_text("several_layers", lang, names=told, count=len(names))


def _layers(report: AuditReport, lang: str) -> Grid:
    names = ("layer_name", "edition", "features", "refused", "repaired")
    rows = [
        GridRow(
            cells=(
                label("layer", layer.id, lang),
                layer.edition,
                f"{layer.features:,}",
                f"{layer.refused:,}",
                f"{layer.repaired:,}",
            )
        )
        for layer in report.layers
    ]
    heads = list(_heads(names, lang))
    heads[2] = audit_text("column_examined", lang)
    return Grid(
        columns=tuple(heads),
        rows=tuple(rows),
        widths=(3, 2, 1.4, 1.4, 1.4),
        numeric=(2, 3, 4),
        small=True,
    )
