"""The examples of a rule as a table."""

from zoning.report.rule_wording import (
    feature_words,
    listing,
    reason_word,
    rule_text,
    state_both,
    value_words,
)
from zoning.rules.schema import Example, Meeting, Rule
from zoning.terms import group, label

__all__ = ["example_table"]

_COLUMNS = ("case", "features", "project", "as_of", "expected", "article")


def example_table(
    rule: Rule, lang: str
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return columns and rows of a rule's examples, in the order of the pack.

    What an example leaves out is that of the rule's first one, and is written
    out here.
    """
    columns = tuple(rule_text(f"column.{name}", lang) for name in _COLUMNS)
    rows = tuple(_row(example, rule.examples[0], lang) for example in rule.examples)
    return columns, rows


def _row(example: Example, first: Example, lang: str) -> tuple[str, ...]:
    state = state_both(example.state)
    if example.reason:
        reason = reason_word(example.reason, lang)
        state += rule_text("mark.bracketed", lang, inside=reason)
    return (
        rule_text(f"case.{example.case}", lang),
        _place(example, first, lang),
        _project(example, first, lang),
        example.as_of.isoformat() if example.as_of else "",
        state,
        example.cites or "",
    )


def _place(example: Example, first: Example, lang: str) -> str:
    features = example.features if example.features is not None else first.features
    parts = [_meeting(meeting, lang) for meeting in features or ()]
    parts = parts or [rule_text("example.no_feature", lang)]
    if example.missing:
        layers = listing((label("layer", m, lang) for m in example.missing), lang)
        parts.append(rule_text("example.missing", lang, layers=layers))
    return rule_text("mark.semicolon", lang).join(parts)


def _meeting(meeting: Meeting, lang: str) -> str:
    if meeting.share is not None:
        said = rule_text("example.share", lang, share=f"{meeting.share * 100:.6g}%")
    elif meeting.overlap is not None:
        said = rule_text(f"example.{meeting.overlap}", lang)
    elif meeting.distance_m is not None:
        said = rule_text(
            "example.distance", lang, distance=f"{meeting.distance_m:.15g}"
        )
    else:
        said = rule_text("example.slope", lang, slope=f"{meeting.slope_deg:.15g}")
    comma = rule_text("mark.comma", lang)
    if meeting.width_left_m is not None:
        left = f"{meeting.width_left_m:.15g}"
        said += comma + rule_text("example.width_left", lang, width=left)
    feature = feature_words(meeting.layer, meeting.attributes, lang)
    return feature + comma + said


def _project(example: Example, first: Example, lang: str) -> str:
    project = example.project if example.project is not None else first.project
    parts = [
        f"{label('attribute', name, lang)}={value_words(name, value, lang)}"
        for name, value in (project or {}).items()
    ]
    said = listing(parts, lang) or rule_text("example.no_project", lang)
    if not example.evidence:
        return said
    known = group("evidence")
    papers = listing(
        (known[kind][lang] if kind in known else kind for kind in example.evidence),
        lang,
    )
    declared = rule_text("example.papers", lang, papers=papers)
    return said + rule_text("mark.semicolon", lang) + declared
