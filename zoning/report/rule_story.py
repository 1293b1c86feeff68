"""A whole rule told in parts, for the screen and for its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from zoning.check.judging import excepted_state, severity_state
from zoning.model import ClauseSource, State
from zoning.report.rule_examples import example_table
from zoning.report.rule_wording import (
    article,
    condition_words,
    conditions_words,
    listing,
    rule_text,
    space_words,
    state_both,
)
from zoning.rules.packs import RuleBook
from zoning.rules.schema import (
    Condition,
    Evidence,
    ExceptionCase,
    Predecessor,
    Rule,
    Text,
)
from zoning.terms import label

__all__ = [
    "RuleItem",
    "RulePart",
    "RuleTable",
    "Standing",
    "standing_of",
    "state_when_met",
    "tell_rule",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleItem:
    """One line of a part, with what hangs below it."""

    text: str
    below: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTable:
    """A small table of a part."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RulePart:
    """A heading with its lines and at most one table."""

    heading: str
    items: tuple[RuleItem, ...] = ()
    table: RuleTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What a rule is on one day.

    `kind` is in_force, undated, predecessor, unknown (its law before is not
    recorded) or lapsed; `state` what it gives where it bites, None when it is
    not judged; `words` says so in both languages.
    """

    kind: str
    state: State | None
    source: ClauseSource | None
    words: dict[str, str] = field(default_factory=dict)


def tell_rule(
    rule: Rule, book: RuleBook, lang: str, *, as_of: date | None = None
) -> tuple[RulePart, ...]:
    """Return everything a rule says, in order.

    Parameters
    ----------
    lang : str
        ``zh`` or ``en``.
    as_of : date, optional
        Adds what holds on that day; without it nothing depends on a day.
    """
    parts = [
        _outcome(rule, lang),
        _where(rule, book, lang),
        _projects(rule, book, lang),
        _exceptions(rule, book, lang),
        _questions(rule, lang),
        _law(rule, lang),
    ]
    if as_of is not None:
        parts.append(_on_day(rule, as_of, lang))
    parts.append(_told(rule, lang))
    for key, texts in (("remedy", rule.remedy), ("notes", rule.notes)):
        if texts:
            parts.append(_texts(f"heading.{key}", texts, lang))
    return tuple(parts)


def state_when_met(rule: Rule, clause: Rule | Predecessor) -> State:
    """Return the state a rule gives under one of its clauses, exceptions aside."""
    since = clause.effective_from
    source = ClauseSource(
        document="",
        number="",
        clause="",
        effective_from=since.isoformat() if since else None,
        confidence=clause.confidence or rule.confidence,
    )
    return severity_state(clause.severity or rule.severity, source)


def standing_of(rule: Rule, as_of: date) -> Standing:
    """Return what a rule is on one day."""
    clause, source = rule.clause_at(as_of), rule.source_at(as_of)
    if not rule.in_force(as_of):
        return Standing(
            kind="lapsed",
            state=None,
            source=source,
            words={lang: _lapsed(rule, lang) for lang in ("zh", "en")},
        )
    if clause is None:
        since = rule.effective_from
        words = {
            lang: rule_text("standing.unknown", lang, since=since)
            for lang in ("zh", "en")
        }
        return Standing(
            kind="unknown", state=State.NOT_CHECKED, source=None, words=words
        )
    kind = "predecessor" if clause is not rule else "in_force"
    if clause is rule and rule.effective_from is None:
        kind = "undated"
    words = {
        lang: rule_text(
            f"standing.{kind}",
            lang,
            cited=article(clause, lang),
            since=rule.effective_from,
        )
        for lang in ("zh", "en")
    }
    state = state_when_met(rule, clause)
    return Standing(kind=kind, state=state, source=source, words=words)


def _lapsed(rule: Rule, lang: str) -> str:
    after = "" if rule.succeeded_by is None else rule_text("standing.no_next", lang)
    if rule.succeeded_by:
        following = listing(rule.succeeded_by, lang)
        after = rule_text("standing.next", lang, rules=following)
    return rule_text("standing.lapsed", lang, until=rule.effective_to, next=after)


# ------------------------------------------------------------------------ parts
def _outcome(rule: Rule, lang: str) -> RulePart:
    state = state_when_met(rule, rule)
    severity = label("severity", rule.severity, lang)
    key = "plain"
    if rule.severity == "prohibit":
        key = "ban" if state is State.PROHIBITED else "doubtful"
    lines = [
        rule_text(f"outcome.{key}", lang, state=state_both(state), severity=severity),
        rule_text("outcome.elsewhere", lang),
        rule_text("outcome.unknown", lang),
    ]
    return RulePart(heading=rule_text("heading.outcome", lang), items=_plain(lines))


def _where(rule: Rule, book: RuleBook, lang: str) -> RulePart:
    lines = [space_words(space, book.views, lang) for space in rule.space]
    heading = rule_text("heading.where", lang)
    if len(lines) > 1:
        heading += _aside("where.any", lang)
    return RulePart(
        heading=heading, items=_plain(lines or [rule_text("where.nowhere", lang)])
    )


def _projects(rule: Rule, book: RuleBook, lang: str) -> RulePart:
    lines = [condition_words(condition, book, lang) for condition in rule.when]
    heading = rule_text("heading.projects", lang)
    if len(lines) > 1:
        heading += _aside("project.all", lang)
    return RulePart(
        heading=heading, items=_plain(lines or [rule_text("project.every", lang)])
    )


def _aside(key: str, lang: str) -> str:
    return rule_text("mark.bracketed", lang, inside=rule_text(key, lang))


def _exceptions(rule: Rule, book: RuleBook, lang: str) -> RulePart:
    items = [
        RuleItem(
            text=_said(case.title, lang),
            below=tuple(_case(case, rule, book, lang=lang)),
        )
        for case in rule.exceptions
    ]
    none = _plain([rule_text("exception.none", lang)])
    return RulePart(
        heading=rule_text("heading.exceptions", lang), items=tuple(items) or none
    )


def _case(
    case: ExceptionCase, rule: Rule, book: RuleBook, *, lang: str
) -> Iterator[str]:
    """Yield when an exception holds, what it turns to, and the papers."""
    worst = state_when_met(rule, rule)
    if case.when:
        conditions = conditions_words(case.when, book, lang)
        yield rule_text("exception.when", lang, conditions=conditions)
        outcome = state_both(excepted_state(case, worst, declared=False))
        yield rule_text("exception.outcome", lang, state=outcome)
    if case.with_evidence is not None:
        key = "with_evidence" if case.when else "declared"
        best = state_both(excepted_state(case, worst, declared=True))
        yield rule_text(f"exception.{key}", lang, state=best)
    elif not case.when:
        yield rule_text("exception.inform", lang)
    for paper in case.evidence:
        yield rule_text("exception.paper", lang, paper=_paper(paper, lang))


def _paper(paper: Evidence, lang: str) -> str:
    said = _said(paper, lang)
    if not paper.kind:
        return said
    return rule_text("exception.declarable", lang, paper=said, kind=paper.kind)


def _questions(rule: Rule, lang: str) -> RulePart:
    stated = (*rule.when, *(c for case in rule.exceptions for c in case.when))
    asked = dict.fromkeys(_asked(stated, lang))
    lines = list(asked) or [rule_text("question.none", lang)]
    return RulePart(heading=rule_text("heading.questions", lang), items=_plain(lines))


def _asked(conditions: Sequence[Condition], lang: str) -> Iterator[str]:
    for condition in conditions:
        if condition.any:
            yield from _asked(condition.any, lang)
        elif condition.question is not None:
            yield _said(condition.question, lang)
        else:
            yield label("attribute", condition.attribute or "", lang)


def _law(rule: Rule, lang: str) -> RulePart:
    names = ("from", "until", "article", "severity", "confidence", "state")
    clauses = sorted(rule.supersedes, key=lambda old: old.effective_from)
    every: list[Rule | Predecessor] = [*clauses, rule]
    rows = [_clause_row(rule, clause, lang) for clause in every]
    below: list[str] = []
    if rule.effective_from is not None:
        first = min([rule.effective_from, *(c.effective_from for c in clauses)])
        below.append(rule_text("law.unknown_before", lang, day=first))
    if rule.succeeded_by:
        following = listing(rule.succeeded_by, lang)
        below.append(rule_text("law.follows", lang, rules=following))
    return RulePart(
        heading=rule_text("heading.law", lang),
        items=_plain(below),
        table=RuleTable(
            columns=tuple(rule_text(f"column.{name}", lang) for name in names),
            rows=tuple(rows),
        ),
    )


def _clause_row(rule: Rule, clause: Rule | Predecessor, lang: str) -> tuple[str, ...]:
    since, until = clause.effective_from, clause.effective_to
    severity = clause.severity or rule.severity
    confidence = clause.confidence or rule.confidence
    return (
        since.isoformat() if since else rule_text("law.no_start", lang),
        until.isoformat() if until else "",
        article(clause, lang),
        label("severity", severity, lang),
        label("confidence", confidence, lang),
        state_both(state_when_met(rule, clause)),
    )


def _on_day(rule: Rule, as_of: date, lang: str) -> RulePart:
    standing = standing_of(rule, as_of)
    lines = [standing.words[lang]]
    if standing.state is None:
        lines.append(rule_text("standing.not_judged", lang))
    else:
        state = state_both(standing.state)
        lines.append(rule_text("standing.state", lang, state=state))
    heading = rule_text("heading.on_day", lang, day=as_of.isoformat())
    return RulePart(heading=heading, items=_plain(lines))


def _told(rule: Rule, lang: str) -> RulePart:
    heading = rule_text("heading.examples", lang)
    if not rule.examples:
        none = rule_text("example.none", lang)
        return RulePart(heading=heading, items=_plain([none]))
    columns, rows = example_table(rule, lang)
    return RulePart(heading=heading, table=RuleTable(columns=columns, rows=rows))


def _texts(key: str, texts: Sequence[Text], lang: str) -> RulePart:
    lines = [_said(text, lang) for text in texts]
    return RulePart(heading=rule_text(key, lang), items=_plain(lines))


def _plain(lines: Sequence[str]) -> tuple[RuleItem, ...]:
    return tuple(RuleItem(text=line) for line in lines)


def _said(text: Text, lang: str) -> str:
    return text.zh if lang == "zh" else text.en
