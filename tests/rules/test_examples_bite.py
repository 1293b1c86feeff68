"""The examples of every built-in rule hold, and notice every change of the rule.

Each mutant moves one threshold by one printed unit, one relation, one date by
a day, one severity, or drops one condition or exception. A mutant that all
examples accept is a hole in the examples.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from typing import Any, get_args

import pytest

from zoning.check.examples import run_examples, untested
from zoning.rules.packs import RuleBook, built_in_packs, read_rule_book
from zoning.rules.schema import (
    Condition,
    Predecessor,
    Relation,
    Rule,
    Severity,
    Space,
)

AS_OF = date(2026, 11, 1)
DAY = timedelta(days=1)
UNITS = {"distance_m": 0.01, "share": 0.0001, "slope_deg": 0.1}
LIMITS = {"distance_m": 1000.0, "share": 0.5, "slope_deg": 25.0}
NEEDS = {"within_distance": "distance_m", "share_ge": "share", "slope_ge": "slope_deg"}
Mutant = tuple[str, Rule]


@cache
def book() -> RuleBook:
    return read_rule_book(built_in_packs())


def rules() -> tuple[Rule, ...]:
    return book().rules


def passes(rule: Rule, among: RuleBook) -> bool:
    return all(result.passed for result in run_examples(rule, among, as_of=AS_OF))


def changed(rule: Rule, name: str, **update: object) -> Mutant:
    return name, rule.model_copy(update=update)


def swapped(items: tuple[Any, ...], index: int, item: object) -> tuple[Any, ...]:
    return (*items[:index], item, *items[index + 1 :])


def moved_spaces(rule: Rule) -> Iterator[Mutant]:
    """Move every space but those that only bring doubts.

    A river's management range is also a feature of the rivers within 0.01 m,
    the rule's other space: what it adds is that a range not drawn is a gap.
    """
    for k, space in enumerate(rule.space):
        if len(rule.space) > 1 and book().views[space.view].must_exist:
            continue
        for other in other_spaces(space):
            name = f"space {k}: {other}"
            yield changed(rule, name, space=swapped(rule.space, k, other))
        if len(rule.space) > 1:
            left = (*rule.space[:k], *rule.space[k + 1 :])
            yield changed(rule, f"space {k} dropped", space=left)


def other_spaces(space: Space) -> Iterator[Space]:
    for threshold, unit in UNITS.items():
        value = getattr(space, threshold)
        if value is not None:
            for step in (-unit, unit):
                yield space.model_copy(update={threshold: round(value + step, 6)})
    for relation in get_args(Relation):
        if relation != space.relation:
            needed = NEEDS.get(relation)
            limit = {} if needed is None else {needed: LIMITS[needed]}
            yield Space(view=space.view, relation=relation, **limit)


def moved_dates(rule: Rule) -> Iterator[Mutant]:
    for name in ("effective_from", "effective_to"):
        day = getattr(rule, name)
        if day is not None:
            yield changed(rule, f"{name} a day earlier", **{name: day - DAY})
            yield changed(rule, f"{name} a day later", **{name: day + DAY})
    for k, old in enumerate(rule.supersedes):
        for name, other in moved_predecessors(old, rule):
            olds = swapped(rule.supersedes, k, other)
            yield changed(rule, f"predecessor {k}: {name}", supersedes=olds)


def moved_predecessors(
    old: Predecessor, rule: Rule
) -> Iterator[tuple[str, Predecessor]]:
    for step in (-DAY, DAY):
        yield (
            f"effective_from {step.days:+d}",
            old.model_copy(update={"effective_from": old.effective_from + step}),
        )
        end = old.effective_to
        # the successor speaks from its first day on, whatever the old end says
        hidden = end is not None and rule.effective_from == end + DAY and step == DAY
        if end is not None and not hidden:
            later = old.model_copy(update={"effective_to": end + step})
            yield f"effective_to {step.days:+d}", later


def other_severities(rule: Rule) -> Iterator[Mutant]:
    same = [{"restrict", "consult"}]
    if rule.confidence != "verified" or rule.effective_from is None:
        same = [{"restrict", "consult", "prohibit"}]
    for severity in get_args(Severity):
        pair = {severity, rule.severity}
        if len(pair) == 2 and not any(pair <= equal for equal in same):
            yield changed(rule, f"severity {severity}", severity=severity)


def other_conditions(rule: Rule) -> Iterator[Mutant]:
    for k, condition in enumerate(rule.when):
        left = (*rule.when[:k], *rule.when[k + 1 :])
        yield changed(rule, f"condition {k} dropped", when=left)
        for other in moved_numbers(condition):
            when = swapped(rule.when, k, other)
            yield changed(rule, f"condition {k}: {other}", when=when)
    for k, case in enumerate(rule.exceptions):
        left_cases = (*rule.exceptions[:k], *rule.exceptions[k + 1 :])
        if case.when or case.with_evidence:
            yield changed(rule, f"exception {k} dropped", exceptions=left_cases)
        for n, condition in enumerate(case.when):
            for other in moved_numbers(condition):
                when = swapped(case.when, n, other)
                new = case.model_copy(update={"when": when})
                cases = swapped(rule.exceptions, k, new)
                yield changed(rule, f"exception {k}: {other}", exceptions=cases)


def moved_numbers(condition: Condition) -> Iterator[Condition]:
    for name in ("at_least", "at_most"):
        value = getattr(condition, name)
        if value is not None:
            for step in (-1.0, 1.0):
                yield condition.model_copy(update={name: value + step})
    for k, part in enumerate(condition.any):
        for other in moved_numbers(part):
            yield condition.model_copy(update={"any": swapped(condition.any, k, other)})


def mutants(rule: Rule) -> Iterator[Mutant]:
    yield from moved_spaces(rule)
    yield from moved_dates(rule)
    yield from other_severities(rule)
    yield from other_conditions(rule)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_its_examples_hold_and_are_of_every_kind(rule: Rule) -> None:
    failed = [
        f"{r.example.case} {r.example.as_of}: {r.state} {r.reason} {r.cites}"
        for r in run_examples(rule, book(), as_of=AS_OF)
        if not r.passed
    ]

    assert failed == []
    assert untested(rule) == ()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_every_change_of_it_is_noticed(rule: Rule) -> None:
    survivors = [name for name, mutant in mutants(rule) if passes(mutant, book())]

    assert survivors == []


def test_every_threshold_of_a_view_is_noticed() -> None:
    survivors = []
    for name, view in book().views.items():
        for column, least in view.at_least.items():
            for step in (-1.0, 1.0):
                other = view.model_copy(update={"at_least": {column: least + step}})
                among = replace(book(), views={**book().views, name: other})
                if all(passes(rule, among) for rule in rules()):
                    survivors.append(f"{name} {column} {step:+g}")

    assert survivors == []
