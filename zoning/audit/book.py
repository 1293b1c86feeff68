"""The pack of the audit: which test, on which layers, under which article.

Read from ``zoning/packs/audit.yaml``. It is no pack of `zoning check`: its
rules judge the base, never a site.
"""

import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from zoning import strict_yaml
from zoning.errors import Problem, RulePackError
from zoning.model import PackInfo
from zoning.rules.schema import Day, Strict, Text, View

__all__ = [
    "PACK",
    "AuditBook",
    "AuditPack",
    "AuditRule",
    "Parameters",
    "Selection",
    "read_audit_book",
]

PACK = "audit"
Test = Literal[
    "overlap",
    "self_overlap",
    "duplicate",
    "gap",
    "beyond",
    "sliver_part",
    "small_part",
    "hole",
    "spike",
    "edge",
    "break",
    "pattern",
    "code_class",
    "class_value",
    "declared_area",
    "net_area",
    "empty",
    "repeated_id",
    "sum",
    "share",
    "editions",
    "validity",
    "years",
    "seal",
    "reading",
    "repair",
]
NEEDS = {
    "overlap": ("other",),
    "break": ("select",),
    "pattern": ("field", "pattern"),
    "code_class": ("field", "pattern", "class_field", "classes"),
    "declared_area": ("field",),
    "net_area": ("field", "minus", "equals"),
    "empty": ("field",),
    "small_part": ("minimum_m2",),
    "share": ("field",),
    "years": ("field",),
}


class Selection(Strict):
    """The features that take part: columns with these values or beginnings."""

    where: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    starts_with: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def view(self, layer: str) -> View:
        """Return the selection as a view of a layer."""
        return View(
            layer=layer,
            where=self.where,
            starts_with=self.starts_with,
            zh=layer,
            en=layer,
        )


class AuditClause(Strict):
    """Where a rule stands; the confidence ``house`` is the product's own."""

    document: str = Field(min_length=1)
    clause: str = Field(min_length=1)
    year: str
    confidence: Literal["verified", "partial", "memory", "house"]


class Parameters(Strict):
    """Tolerances and columns of a test; each test reads its own."""

    residue_area_m2: float = Field(default=1.0, ge=0)
    residue_width_m: float = Field(default=0.1, ge=0)
    sliver_width_m: float = Field(default=1.0, gt=0)
    control: Literal["county", "coverage"] = "county"
    field: str = ""
    pairs: Literal["any", "differ", "same"] = "any"
    minimum_m2: dict[str, float] = Field(default_factory=dict)
    most_m2: float = Field(default=1.0, ge=0)
    width_m: float = Field(default=0.1, ge=0)
    angle_deg: float = Field(default=1.0, gt=0, lt=90)
    least_m: float = Field(default=1.0, ge=0)
    pattern: str = ""
    class_field: str = ""
    classes: dict[str, str] = Field(default_factory=dict)
    minus: str = ""
    equals: str = ""
    relative: float = Field(default=1e-3, ge=0)
    absolute_m2: float = Field(default=1.0, ge=0)
    slack_percent: float = Field(default=0.2, ge=0)
    notices: tuple[str, ...] = ()
    told_by_feature: dict[str, tuple[str, ...]] = Field(default_factory=dict)


class AuditRule(Strict):
    """One rule of the audit.

    `layers` are each looked at by themselves; of ``overlap`` every one is laid
    over `other`. Rows beyond `group_above` of one layer become a group.
    """

    id: str = Field(pattern=r"^[A-Z]+-\d{3}$")
    test: Test
    layers: tuple[str, ...] = Field(min_length=1)
    select: Selection | None = None
    other: str = ""
    other_select: Selection | None = None
    parameters: Parameters = Parameters()
    severity: Literal["conflict", "error", "notice"]
    group_above: int = Field(default=20, ge=0)
    title: Text
    cure: Text | None = None
    source: AuditClause
    effective_from: Day | None = None
    note: Text | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        for name in NEEDS.get(self.test, ()):
            if not (getattr(self, name, None) or getattr(self.parameters, name, None)):
                msg = f"test {self.test} needs {name}"
                raise ValueError(msg)
        return self


class AuditPack(Strict):
    """The file."""

    id: str
    version: str
    title: Text
    rules: tuple[AuditRule, ...]

    @model_validator(mode="after")
    def _told_apart(self) -> Self:
        ids = [rule.id for rule in self.rules]
        if len(set(ids)) != len(ids):
            msg = "a rule id is repeated"
            raise ValueError(msg)
        return self


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AuditBook:
    """The rules of an audit."""

    pack: PackInfo
    title: Text
    rules: tuple[AuditRule, ...]

    @property
    def layers(self) -> tuple[str, ...]:
        """Every layer that some rule looks at, in the order of the pack."""
        named = [name for rule in self.rules for name in (*rule.layers, rule.other)]
        return tuple(name for name in dict.fromkeys(named) if name)


@cache
def read_audit_book() -> AuditBook:
    """Return the rules that ship with the package.

    Raises
    ------
    RulePackError
        When the file is not of this form.
    """
    text = files("zoning").joinpath(f"packs/{PACK}.yaml").read_text(encoding="utf-8")
    try:
        pack = AuditPack.model_validate(strict_yaml.load_text(text))
    except (ValidationError, strict_yaml.YamlError) as error:
        values = {"pack": PACK, "place": "-", "detail": str(error)}
        raise RulePackError(Problem(code="PACK_MALFORMED", values=values)) from error
    info = PackInfo(
        id=pack.id,
        version=pack.version,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        rules=len(pack.rules),
    )
    return AuditBook(pack=info, title=pack.title, rules=pack.rules)
