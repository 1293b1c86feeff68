"""The rules of the audit as Markdown and as lines, made from the pack.

``python -m zoning.report.audit.pages docs/audit_rules.md`` writes the page; a
test compares it with what is committed.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from zoning.audit import AuditBook, AuditRule, read_audit_book
from zoning.model import AuditSeverity
from zoning.report.audit.words import audit_text, severity_both
from zoning.terms import LANGUAGES, label

__all__ = ["audit_page", "rule_lines", "rule_rows"]

HEADS = ("rule_id", "title", "severity_word", "layers", "document")


def audit_page(book: AuditBook) -> str:
    """Return the page: how to read it, a table, then each rule."""
    lines = [f"# {book.title.zh} {book.title.en[:1].upper()}{book.title.en[1:]}", ""]
    for lang in LANGUAGES:
        said = audit_text(
            "page_read", lang, count=len(book.rules), version=book.pack.version
        )
        lines += [f'<div lang="en">\n\n{said}\n\n</div>' if lang == "en" else said, ""]
    heads = (*(audit_text(f"column_{name}", "zh") for name in HEADS),)
    lines += [f"| {' | '.join(heads)} |", f"|{'---|' * len(HEADS)}"]
    for rule in book.rules:
        cells = _cells(rule, "zh")
        cells[1] = f"{rule.title.zh}<br>{rule.title.en}"
        lines.append(f"| {' | '.join(_plain(cell) for cell in cells)} |")
    for rule in book.rules:
        lines += ["", f"## {rule.id} {_plain(rule.title.zh)}", ""]
        lines += [f"- {_plain(line)}" for line in rule_lines(rule, "zh")[1:]]
        lines += ["", '<div lang="en">', "", f"**{_plain(rule.title.en)}**", ""]
        lines += [f"- {_plain(line)}" for line in rule_lines(rule, "en")[1:]]
        lines += ["", "</div>"]
    return "\n".join(lines) + "\n"


def rule_rows(book: AuditBook, lang: str) -> tuple[list[str], list[list[str]]]:
    """Return headings and a row for each rule, for the screen."""
    heads = [audit_text(f"column_{name}", lang) for name in HEADS]
    return heads, [_cells(rule, lang) for rule in book.rules]


def rule_lines(rule: AuditRule, lang: str) -> list[str]:
    """Return one rule in full: title, layers, tolerances, source, cure."""
    return [f"{rule.id}  {getattr(rule.title, lang)}", *_parts(rule, lang)]


def _parts(rule: AuditRule, lang: str) -> Iterator[str]:
    names = "、".join(label("layer", name, lang) for name in rule.layers)
    yield audit_text("page_layers", lang, names=names)
    if rule.other:
        other = label("layer", rule.other, lang)
        yield audit_text("page_other", lang, name=other)
    yield audit_text("page_severity", lang, word=severity_both(_severity(rule)))
    given = rule.parameters.model_dump(exclude_unset=True)
    if given:
        told = "; ".join(f"{key} = {_value(value)}" for key, value in given.items())
        yield audit_text("page_parameters", lang, told=told)
    source = rule.source
    sure = label("confidence", source.confidence, lang)
    basis = f"{source.document} {source.clause} ({source.year})"
    yield audit_text("page_basis", lang, basis=basis, sure=sure)
    if rule.effective_from is not None:
        yield audit_text("page_since", lang, day=rule.effective_from.isoformat())
    if rule.cure is not None:
        yield audit_text("page_cure", lang, cure=getattr(rule.cure, lang))
    if rule.note is not None:
        yield audit_text("page_note", lang, note=getattr(rule.note, lang))


def _cells(rule: AuditRule, lang: str) -> list[str]:
    names = [label("layer", name, lang) for name in (*rule.layers, rule.other) if name]
    told = "、".join(names[:3])
    if len(names) > 3:  # noqa: PLR2004  as many as fit a cell
        told = audit_text("several_layers", lang, names=told, count=len(names))
    return [
        rule.id,
        getattr(rule.title, lang),
        severity_both(_severity(rule)),
        told,
        f"{rule.source.document} {rule.source.clause}",
    ]


def _severity(rule: AuditRule) -> AuditSeverity:
    return AuditSeverity(rule.severity.upper())


def _value(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key}: {_value(one)}" for key, one in value.items())
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _plain(words: str) -> str:
    """Return words that Markdown takes as they are, in tables too."""
    for sign in ("\\", "|", "*", "_", "<div", "`"):
        words = words.replace(sign, f"\\{sign}")
    return words


def main() -> None:
    """Write the page to the path given."""
    Path(sys.argv[1]).write_text(audit_page(read_audit_book()), encoding="utf-8")


if __name__ == "__main__":
    main()
