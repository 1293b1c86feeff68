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
    "Evidence",
    "Example",
    "ExceptionCase",
    "Meeting",
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

Relation = Literal[
    "intersects",
    "within_distance",
    "inside",
    "outside",
    "share_ge",
    "slope_ge",
    "left_narrower",
    "cut_through",
]
"""`left_narrower`: the site leaves less than the feature's own target width;
`cut_through`: it leaves no way along the feature."""
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

    document: str = Field(min_length=1)
    number: str = ""
    clause: str = Field(min_length=1)
    year: str


class Predecessor(Strict):
    """A clause that held before its successor; softer or less sure where it says so."""

    document: str = Field(min_length=1)
    number: str = ""
    clause: str = Field(min_length=1)
    effective_from: Day
    effective_to: Day | None = None
    severity: Severity | None = None
    confidence: Confidence | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            msg = "effective_to lies before effective_from"
            raise ValueError(msg)
        return self

    def holds_on(self, day: date) -> bool:
        """Say whether the clause was in force on `day`."""
        ended = self.effective_to is not None and day > self.effective_to
        return self.effective_from <= day and not ended


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
    question: Text | None = None

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


class Evidence(Text):
    """A paper that an exception asks for; one with a `kind` can be declared."""

    kind: str = ""


class ExceptionCase(Strict):
    """A way out that the law names, and the evidence it asks for.

    It holds where `when` does; without `when`, where all its evidence is
    declared. Evidence declared in full turns the state to `with_evidence`.
    An exception with neither only informs.
    """

    title: Text
    when: tuple[Condition, ...] = ()
    outcome: Literal[State.CONDITIONAL, State.NOTICE, State.REVIEW] = State.CONDITIONAL
    evidence: tuple[Evidence, ...] = ()
    with_evidence: Literal[State.CONDITIONAL, State.NOTICE, State.REVIEW] | None = None

    @model_validator(mode="after")
    def _declarable(self) -> Self:
        if self.with_evidence is not None and (
            not self.evidence or not all(item.kind for item in self.evidence)
        ):
            msg = "with_evidence needs evidence, each with its kind"
            raise ValueError(msg)
        return self


class Meeting(Strict):
    """One feature in an example: what it is, and how the site meets it.

    Give `share` (of the site, 1 is all of it), `overlap` (residue or touching),
    `distance_m`, or, for the terrain, `slope_deg`. `width_left_m` says what the
    site leaves of a corridor's width; without it that could not be measured.
    """

    layer: str
    attributes: dict[str, str] = {}
    share: float | None = Field(default=None, gt=0, le=1)
    overlap: Literal["residue", "touching"] | None = None
    distance_m: float | None = Field(default=None, ge=0)
    slope_deg: float | None = Field(default=None, ge=0, lt=90)
    width_left_m: float | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        given = [self.share, self.overlap, self.distance_m, self.slope_deg]
        if sum(value is not None for value in given) != 1:
            msg = "give one of share, overlap, distance_m, slope_deg"
            raise ValueError(msg)
        return self


class Example(Strict):
    """What a rule answers in one case; `zoning rules test` runs it.

    `features` and `project` left out are those of the rule's first example.
    `cites` is a piece of the document, number or clause that is printed.
    """

    case: Literal["bites", "spares", "limit"]
    features: tuple[Meeting, ...] | None = None
    missing: tuple[str, ...] = ()
    project: dict[str, str] | None = None
    evidence: tuple[str, ...] = ()
    as_of: Day | None = None
    state: State
    reason: str | None = None
    cites: str | None = None


def _as_list(value: object) -> object:
    """Let one predecessor stand without the dash of a list."""
    return [value] if isinstance(value, dict) else value


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
    supersedes: Annotated[tuple[Predecessor, ...], BeforeValidator(_as_list)] = ()
    succeeded_by: tuple[str, ...] | None = None
    confidence: Confidence
    examples: tuple[Example, ...] = ()

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

    def clause_at(self, as_of: date) -> "Rule | Predecessor | None":
        """Return what held on `as_of`: the rule, a predecessor, or None, unknown."""
        if self.effective_from is None or as_of >= self.effective_from:
            return self
        return next((old for old in self.supersedes if old.holds_on(as_of)), None)

    def severity_at(self, as_of: date) -> Severity:
        """Return the severity on `as_of`; that of a predecessor may be softer."""
        clause = self.clause_at(as_of)
        return self.severity if clause is None else clause.severity or self.severity

    def source_at(self, as_of: date) -> ClauseSource | None:
        """Return the clause in force on `as_of`; None when it is not recorded."""
        clause = self.clause_at(as_of)
        if clause is None:
            return None
        source = clause.source if isinstance(clause, Rule) else clause
        since = clause.effective_from
        return ClauseSource(
            document=source.document,
            number=source.number,
            clause=source.clause,
            effective_from=since.isoformat() if since else None,
            confidence=clause.confidence or self.confidence,
        )


class Pack(Strict):
    """A file of rules."""

    schema_id: Literal["zoning/rules/1"] = Field(alias="schema")
    id: str
    version: str
    title: Text
    examples_as_of: Day | None = None
    views: dict[str, View] = {}
    groups: dict[str, tuple[str, ...]] = {}
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
