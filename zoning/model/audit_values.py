"""The base put on trial: what its audit found, and what it could not look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.model.base_values import Base
from zoning.model.results import PackInfo
from zoning.model.verdicts import LonLat

__all__ = [
    "AuditProblem",
    "AuditReport",
    "AuditSeverity",
    "AuditSource",
    "AuditedLayer",
    "AuditedRule",
]


class AuditSeverity(StrEnum):
    """How much a problem of the base matters, worst first."""

    CONFLICT = "CONFLICT"
    ERROR = "ERROR"
    NOT_AUDITED = "NOT_AUDITED"
    NOTICE = "NOTICE"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSource:
    """Where a rule of the audit stands; `document` may be the product's own."""

    document: str
    clause: str
    year: str
    confidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedRule:
    """A rule of the pack and how it went.

    Parameters
    ----------
    layers : tuple of str
        The layers it looks at.
    examined : int
        Features (or pairs, parts, values) that were looked at.
    found : int
        Defects, those inside groups each counted.
    audited : bool
        False where a layer or field was lacking; a problem says which.
    """

    id: str
    test: str
    layers: tuple[str, ...]
    title: Mapping[str, str]
    cure: Mapping[str, str]
    severity: AuditSeverity
    source: AuditSource
    examined: int
    found: int
    audited: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedLayer:
    """A layer of the base: features audited and refused add up to those read."""

    id: str
    features: int
    refused: int
    repaired: int
    area_m2: float | None
    edition: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AuditProblem:
    """One row of the ledger.

    Parameters
    ----------
    id : str
        ``A0001`` in the order of rank; of a group's member ``A0001.0001``.
    count : int
        Defects that the row stands for: 1, or the members of a group.
    features, other_features : tuple of str
        Of `layer` and `other_layer`, largest share first; empty of a group.
    area_m2, width_m, length_m : float or None
        On the ellipsoid; the width is the mean one, 2 A / P. Of a group the
        sum of the areas and lengths and the greatest width.
    witness : LonLat or None
        A point in it.
    shape : geometry or None
        In the working plane.
    problem : Problem
        What is wrong, in both languages.
    cure : mapping of str to str
        By language.
    """

    id: str
    rule_id: str
    severity: AuditSeverity
    layer: str
    other_layer: str = ""
    features: tuple[str, ...] = ()
    other_features: tuple[str, ...] = ()
    count: int = 1
    area_m2: float | None = None
    width_m: float | None = None
    length_m: float | None = None
    witness: LonLat | None = None
    shape: BaseGeometry | None = None
    problem: Problem
    cure: Mapping[str, str]
    sliver: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AuditReport:
    """All problems of a base at once, ranked.

    Parameters
    ----------
    problems : tuple of AuditProblem
        Worst first; the order depends on the base alone.
    members : tuple of AuditProblem
        What the groups among `problems` hold, group by group: nothing dropped.
    rules : tuple of AuditedRule
        In the order of the pack.
    layers : tuple of AuditedLayer
        In the order of the catalogue.
    """

    base: Base
    as_of: date
    pack: PackInfo
    problems: tuple[AuditProblem, ...]
    members: tuple[AuditProblem, ...]
    rules: tuple[AuditedRule, ...]
    layers: tuple[AuditedLayer, ...]

    @property
    def complete(self) -> bool:
        """True when every rule had all it needed."""
        return not self.counts[AuditSeverity.NOT_AUDITED]

    @property
    def counts(self) -> Mapping[AuditSeverity, int]:
        """Rows of the ledger by severity, worst first."""
        kinds = [problem.severity for problem in self.problems]
        return {severity: kinds.count(severity) for severity in AuditSeverity}

    @property
    def exit_code(self) -> int:
        """1 conflict or error, 4 none found but not complete, 0 else."""
        counts = self.counts
        if counts[AuditSeverity.CONFLICT] or counts[AuditSeverity.ERROR]:
            return 1
        return 0 if self.complete else 4
