"""Rules as rows: all of them, of a scope, or those that read a polygon.

A polygon is given by its layer and what is known of its columns. A view that
filters on a column that was not given is not ruled out: the row says what it
depends on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from zoning.report.rule_story import standing_of
from zoning.report.rule_wording import (
    TOUCHING_M,
    article,
    listing,
    plain_number,
    rule_text,
    state_both,
)
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule, Space, View
from zoning.terms import label

__all__ = ["Polygon", "RuleRow", "rule_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Polygon:
    """A feature of a layer, as far as it is known: canonical column to value."""

    layer: str
    columns: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One rule on one day.

    `state` is the id of the state it gives where it bites, '' when it is not
    judged that day; `standing` is told in words; `match` says how the rule
    reads the polygon asked for, '' without one.
    """

    id: str
    scope: str
    state: str
    title: str
    layers: tuple[str, ...]
    since: str
    article: str
    confidence: str
    standing_kind: str
    standing: str
    match: str = ""

    def cells(self, lang: str) -> tuple[str, ...]:
        """Return the row as it is printed; `match` last."""
        layers = listing((label("layer", layer, lang) for layer in self.layers), lang)
        return (
            self.id,
            state_both(self.state) if self.state else "—",
            self.title,
            layers or rule_text("list.project_only", lang),
            self.since or "—",
            self.article,
            label("confidence", self.confidence, lang),
            self.standing,
            *((self.match,) if self.match else ()),
        )


def rule_rows(
    book: RuleBook,
    as_of: date,
    lang: str,
    *,
    scope: str | None = None,
    polygon: Polygon | None = None,
) -> tuple[RuleRow, ...]:
    """Return the rules asked for, in the order of the packs.

    Parameters
    ----------
    as_of : date
        Picks state, article and standing.
    scope : str, optional
        Only rules of this chapter.
    polygon : Polygon, optional
        Only rules that read a view such a feature belongs or may belong to.
    """
    rows: list[RuleRow] = []
    for rule in book.rules:
        if scope is not None and rule.scope != scope:
            continue
        matches = (
            [] if polygon is None else list(_matches(rule, book, polygon, lang=lang))
        )
        if polygon is None or matches:
            match = rule_text("mark.semicolon", lang).join(dict.fromkeys(matches))
            rows.append(_row(rule, book, as_of, lang=lang, match=match))
    return tuple(rows)


def _row(rule: Rule, book: RuleBook, as_of: date, *, lang: str, match: str) -> RuleRow:
    standing = standing_of(rule, as_of)
    clause = rule.clause_at(as_of) or rule
    since = clause.effective_from
    return RuleRow(
        id=rule.id,
        scope=rule.scope,
        state="" if standing.state is None else str(standing.state),
        title=rule.title.zh if lang == "zh" else rule.title.en,
        layers=tuple(
            dict.fromkeys(book.views[space.view].layer for space in rule.space)
        ),
        since=since.isoformat() if since else "",
        article=article(clause, lang),
        confidence=clause.confidence or rule.confidence,
        standing_kind=standing.kind,
        standing=(
            standing.words[lang]
            if standing.kind == "lapsed"
            else rule_text(f"short.{standing.kind}", lang, since=rule.effective_from)
        ),
        match=match,
    )


def _matches(
    rule: Rule, book: RuleBook, polygon: Polygon, *, lang: str
) -> Iterator[str]:
    """Yield, for each space that reads such a feature, how it does."""
    for space in rule.space:
        view = book.views[space.view]
        if view.layer == polygon.layer and _may_hold(view, polygon.columns):
            yield _match(space, view, polygon.columns, lang=lang)


def _match(space: Space, view: View, columns: Mapping[str, str], *, lang: str) -> str:
    filtered = [*view.where, *view.starts_with, *view.at_least]
    open_ = [column for column in filtered if column not in columns]
    key = "depends" if open_ else "surely" if filtered else "unfiltered"
    said = rule_text(f"list.{key}", lang, columns=listing(open_, lang))
    limit = space.distance_m
    relation = label("relation", space.relation, lang)
    if limit is not None:
        key = "touching" if limit <= TOUCHING_M else "within"
        distance = plain_number(limit)
        relation = rule_text(f"list.{key}", lang, distance=distance)
    return relation + rule_text("mark.bracketed", lang, inside=said)


def _may_hold(view: View, columns: Mapping[str, str]) -> bool:
    """Say whether no known column speaks against the view."""
    known = columns.keys()
    equal = all(columns[c] in view.where[c] for c in view.where if c in known)
    starts = all(
        columns[c].startswith(tuple(view.starts_with[c]))
        for c in view.starts_with
        if c in known
    )
    least = all(
        float(columns[c]) >= view.at_least[c] for c in view.at_least if c in known
    )
    return equal and starts and least
