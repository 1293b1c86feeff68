"""The shape of a rule pack, checked where its text becomes objects.

A malformed pack raises `RulePackError` with every problem and its line; a
site that breaks a rule is a `Finding`. The two never look alike. No
expression is evaluated as code: conditions are data.
"""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from zoning.model import ClauseSource, State

__all__ = [
    "Condition",
    "Day",
    "ExceptionCase",
    "Pack",
    "Predecessor",
    "Relation",
    "Rule",
    "Severity",
    "Source",
    "Space",
    "Strict",
    "Text",
    "View",
]

Relation = Literal["intersects", "within_distance", "outside", "share_ge", "slope_ge"]
Severity = Literal["prohibit", "restrict", "consult", "info", "review"]
Confidence = Literal["verified", "partial", "memory"]
SINGLE_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _day(value: object) -> object:
    """Accept ISO days only, so that no other reading of a date slips in."""
    if isinstance(value, str) and not SINGLE_DATE.fullmatch(value):
        msg = "write the day as YYYY-MM-DD"
        raise ValueError(msg)
    return value


Day = Annotated[date, BeforeValidator(_day)]


class Strict(BaseModel):
    """Base of whatever is read from YAML: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """A text in both languages."""

    zh: str = Field(min_length=1)
    en: str = Field(min_length=1)


class View(Strict):
    """A named part of a layer: the features whose columns have these values."""

    layer: str
    where: dict[str, tuple[str, ...]] = {}
    starts_with: dict[str, tuple[str, ...]] = {}
    at_least: dict[str, float] = {}
    zh: str
    en: str
    center_line_margin_m: float = Field(default=0.0, ge=0)
    must_exist: bool = False


class Source(Strict):
    """Where a rule stands in law."""

    document: str
    number: str = ""
    clause: str
    year: str


class Predecessor(Strict):
    """The clause that held before `effective_from` of its successor."""

    document: str
    number: str = ""
    clause: str
    effective_from: Day
    effective_to: Day | None = None


class Space(Strict):
    """One relation between the site and a view; any of several suffices."""

    view: str
    relation: Relation = "intersects"
    distance_m: float | None = Field(default=None, ge=0)
    share: float | None = Field(default=None, gt=0, le=1)
    slope_deg: float | None = Field(default=None, gt=0, lt=90)

    @model_validator(mode="after")
    def _threshold(self) -> Self:
        needed = {
            "within_distance": self.distance_m,
            "share_ge": self.share,
            "slope_ge": self.slope_deg,
        }
        if self.relation in needed and needed[self.relation] is None:
            msg = f"{self.relation} needs its threshold"
            raise ValueError(msg)
        return self


class Condition(Strict):
    """What a project attribute must be; `any` holds when one of its parts does."""

    attribute: str | None = None
    one_of: tuple[str, ...] = ()
    none_of: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    at_least: float | None = None
    at_most: float | None = None
    any: tuple["Condition", ...] = ()

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        tests: list[object] = [self.one_of, self.none_of, self.prefixes, self.groups]
        tests += [self.at_least is not None, self.at_most is not None]
        if self.any:
            if self.attribute is not None or any(tests):
                msg = "`any` stands alone"
                raise ValueError(msg)
        elif self.attribute is None or sum(map(bool, tests)) != 1:
            msg = (
                "give one attribute and one test "
                "(one_of, none_of, prefixes, groups, at_least, at_most)"
            )
            raise ValueError(msg)
        return self


class ExceptionCase(Strict):
    """A way out that the law names, and the evidence it asks for."""

    title: Text
    when: tuple[Condition, ...] = ()
    outcome: Literal[State.CONDITIONAL, State.NOTICE, State.REVIEW] = State.CONDITIONAL
    evidence: tuple[Text, ...] = ()


class Rule(Strict):
    """One rule: where it bites, on which projects, since when, on what basis."""

    id: str = Field(pattern=r"^[A-Z]+-\d{3}$")
    scope: str
    title: Text
    space: tuple[Space, ...] = ()
    when: tuple[Condition, ...] = ()
    severity: Severity
    exceptions: tuple[ExceptionCase, ...] = ()
    remedy: tuple[Text, ...] = ()
    notes: tuple[Text, ...] = ()
    source: Source
    effective_from: Day | None = None
    effective_to: Day | None = None
    supersedes: Predecessor | None = None
    confidence: Confidence

    @model_validator(mode="after")
    def _grounded(self) -> Self:
        if self.confidence == "verified" and self.effective_from is None:
            msg = "verified demands document, clause and effective_from"
            raise ValueError(msg)
        if not self.space and not self.when:
            msg = "a rule needs a space or a condition"
            raise ValueError(msg)
        return self

    def in_force(self, as_of: date) -> bool:
        """Say whether the rule has not yet lapsed on `as_of`."""
        return self.effective_to is None or as_of <= self.effective_to

    def source_at(self, as_of: date) -> ClauseSource | None:
        """Return the clause in force on `as_of`; None when it is not recorded."""
        if self.effective_from is None or as_of >= self.effective_from:
            since = self.effective_from.isoformat() if self.effective_from else None
            return ClauseSource(
                document=self.source.document,
                number=self.source.number,
                clause=self.source.clause,
                effective_from=since,
                confidence=self.confidence,
            )
        old = self.supersedes
        if old is None or as_of < old.effective_from:
            return None
        if old.effective_to is not None and as_of > old.effective_to:
            return None
        return ClauseSource(
            document=old.document,
            number=old.number,
            clause=old.clause,
            effective_from=old.effective_from.isoformat(),
            confidence=self.confidence,
        )


class Pack(Strict):
    """A file of rules."""

    schema_id: Literal["zoning/rules/1"] = Field(alias="schema")
    id: str
    version: str
    title: Text
    rules: tuple[Rule, ...]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        seen: set[str] = set()
        for rule in self.rules:
            if rule.id in seen:
                msg = f"rule {rule.id} stands twice"
                raise ValueError(msg)
            seen.add(rule.id)
        return self
