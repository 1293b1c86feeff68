"""The examples of all rules, run, and what is told of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from zoning.check.examples import ExampleResult, run_examples, untested
from zoning.model import PackInfo
from zoning.report.rule_wording import listing, rule_text, state_both
from zoning.rules.packs import RuleBook

__all__ = ["EXAMPLES_DAY", "Trial", "TriedRule", "trial_lines", "try_rules"]

EXAMPLES_DAY = date(2026, 11, 1)
"""Day of examples where neither they nor their pack name one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedRule:
    """A rule's examples with what came of them, and the cases it lacks."""

    id: str
    results: tuple[ExampleResult, ...]
    lacking: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """The examples of a book of rules."""

    packs: tuple[PackInfo, ...]
    rules: tuple[TriedRule, ...]

    @property
    def results(self) -> tuple[ExampleResult, ...]:
        """All results, in the order of the rules."""
        return tuple(result for rule in self.rules for result in rule.results)

    @property
    def lacking(self) -> Mapping[str, tuple[str, ...]]:
        """Ids of the rules that lack a case, by case."""
        cases = dict.fromkeys(case for rule in self.rules for case in rule.lacking)
        return {
            case: tuple(rule.id for rule in self.rules if case in rule.lacking)
            for case in cases
        }

    @property
    def clean(self) -> bool:
        """True when every example came out as stated and no rule lacks a case."""
        return not self.lacking and all(result.passed for result in self.results)


def try_rules(book: RuleBook, days: Mapping[str, date]) -> Trial:
    """Run every example of every rule.

    Parameters
    ----------
    days : mapping of str to date
        By rule id, the day that its pack names for examples that name none.
    """
    return Trial(
        packs=book.packs,
        rules=tuple(
            TriedRule(
                id=rule.id,
                results=run_examples(rule, book, as_of=days.get(rule.id, EXAMPLES_DAY)),
                lacking=untested(rule),
            )
            for rule in book.rules
        ),
    )


def trial_lines(trial: Trial, lang: str) -> Iterator[str]:
    """Yield counts, each failure, and which rules lack which case."""
    packs = listing((f"{pack.id} {pack.version}" for pack in trial.packs), lang)
    yield rule_text("test.packs", lang, packs=packs, rules=len(trial.rules))
    passed = sum(result.passed for result in trial.results)
    count = len(trial.results)
    yield rule_text(
        "test.counts", lang, count=count, passed=passed, failed=count - passed
    )
    for rule in trial.rules:
        for number, result in enumerate(rule.results, start=1):
            if not result.passed:
                yield _failure(rule.id, number, result, lang=lang)
    for case, rules in trial.lacking.items():
        yield rule_text(
            "test.lacking",
            lang,
            case=rule_text(f"case.{case}", lang),
            count=len(rules),
            rules=listing(rules, lang),
        )
    if trial.clean:
        yield rule_text("test.clean", lang)


def _failure(rule_id: str, number: int, result: ExampleResult, *, lang: str) -> str:
    """Say what was expected and what came; only what the example states."""
    wanted = result.example
    return rule_text(
        "test.failed",
        lang,
        rule=rule_id,
        number=number,
        case=rule_text(f"case.{wanted.case}", lang),
        expected=_answer(str(wanted.state), wanted.reason, wanted.cites, lang=lang),
        found=_answer(
            str(result.state),
            result.reason if wanted.reason else None,
            result.cites if wanted.cites else None,
            lang=lang,
        ),
    )


def _answer(state: str, reason: str | None, clause: str | None, *, lang: str) -> str:
    told = [state_both(state)]
    if reason is not None:
        told.append(reason or "—")
    if clause is not None:
        told.append(rule_text("test.cites", lang, clause=clause or "—"))
    return rule_text("mark.comma", lang).join(told)
