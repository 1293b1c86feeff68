"""What a test hands back: defects of one layer, or what it lacked."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.audit.book import AuditRule, Parameters
from zoning.audit.patches import Patches, mean_widths, narrow
from zoning.errors import Problem
from zoning.model import AuditSeverity
from zoning.model.problems import layer_problem

__all__ = [
    "Defect",
    "Outcome",
    "SliverTest",
    "area_defects",
    "joined_names",
    "lacking",
    "told_m2",
]

SHOWN = 5
Describe = Callable[[int], Problem]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Defect:
    """One defect, before it is ranked; `severity` None is that of the rule.

    A sliver is nowhere wider than the printed width and joins a group; residue
    is a sliver within boundary error (decision 0003).
    """

    problem: Problem
    features: tuple[str, ...] = ()
    other_features: tuple[str, ...] = ()
    area_m2: float | None = None
    width_m: float | None = None
    length_m: float | None = None
    shape: BaseGeometry | None = None
    sliver: bool = False
    residue: bool = False
    severity: AuditSeverity | None = None
    cure: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Outcome:
    """What one rule says of one layer.

    `lacking` says why it could not look; `missing` that the layer is not there,
    which its own row tells.
    """

    layer: str
    other_layer: str = ""
    examined: int = 0
    defects: Sequence[Defect] = ()
    lacking: tuple[Problem, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SliverTest:
    """Which patches are slivers, and which of them residue; shape (n,)."""

    width_m: NDArray[np.float64]
    sliver: NDArray[np.bool_]
    residue: NDArray[np.bool_]

    @classmethod
    def of(
        cls,
        shapes: NDArray[np.object_],
        area_m2: NDArray[np.float64],
        given: Parameters,
    ) -> "SliverTest":
        """Judge shapes by the widths and the area of a rule."""
        sliver = narrow(shapes, given.sliver_width_m)
        small = area_m2 < given.residue_area_m2
        residue = np.zeros(len(shapes), dtype=bool)
        residue[small] = narrow(shapes[small], given.residue_width_m)
        return cls(
            width_m=mean_widths(shapes), sliver=sliver | residue, residue=residue
        )


def area_defects(
    found: Patches,
    rule: AuditRule,
    names: Callable[[int], tuple[tuple[str, ...], tuple[str, ...]]],
    *,
    describe: Describe,
) -> list[Defect]:
    """Return a defect for each patch.

    Parameters
    ----------
    names : callable
        Features and other features of a patch, by its number.
    describe : callable
        What is wrong with a patch, by its number.
    """
    judged = SliverTest.of(found.shape, found.area_m2, rule.parameters)
    defects = []
    for number in range(len(found)):
        features, others = names(number)
        defects.append(
            Defect(
                problem=describe(number),
                features=features,
                other_features=others,
                area_m2=float(found.area_m2[number]),
                width_m=float(judged.width_m[number]),
                shape=found.shape[number],
                sliver=bool(judged.sliver[number]),
                residue=bool(judged.residue[number]),
            )
        )
    return defects


def lacking(layer: str, field: str) -> Outcome:
    """Return the outcome of a test whose field the layer does not have."""
    told = layer_problem("AUDIT_FIELD_ABSENT", layer, field=field)
    return Outcome(layer=layer, lacking=(told,))


def joined_names(names: Iterable[str]) -> str:
    """Return the first names, and a mark where there are more."""
    listed = list(names)
    more = "…" if len(listed) > SHOWN else ""
    return "、".join(listed[:SHOWN]) + more


def told_m2(area: float) -> str:
    """Return an area as printed in a sentence: small ones keep their digits."""
    return f"{area:,.2f}" if area >= 1 else f"{area:.4g}"
