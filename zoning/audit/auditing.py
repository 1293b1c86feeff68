"""The use case: a base and the pack of the audit in, a ranked report out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from zoning.audit.book import AuditBook, AuditRule
from zoning.audit.defects import Outcome
from zoning.audit.edition_tests import editions_mixed, in_force, sealed, years_mixed
from zoning.audit.field_tests import (
    codes_of_other_form,
    declared_areas,
    digits_and_classes,
    empty_values,
    ids_twice,
    net_areas,
    unknown_classes,
)
from zoning.audit.ground_tests import (
    beyond_county,
    doubled,
    gaps_left,
    overlap,
    self_overlap,
)
from zoning.audit.outline_tests import (
    broken,
    edges_apart,
    holes,
    parts_below_minimum,
    parts_of_no_width,
    spiky,
)
from zoning.audit.ranking import Row, numbered, rows_of
from zoning.audit.reading_tests import layers_read, read_problems, repaired
from zoning.audit.scene import Scene
from zoning.audit.sum_tests import parts_to_whole, shares_to_hundred
from zoning.model import (
    AuditedRule,
    AuditReport,
    AuditSeverity,
    AuditSource,
    Base,
    Layer,
)

__all__ = ["audit"]

LayerTest = Callable[[Scene, AuditRule, Layer], Outcome]
BaseTest = Callable[[Scene, AuditRule], list[Outcome]]

LAYER_TESTS: Mapping[str, LayerTest] = {
    "overlap": overlap,
    "self_overlap": self_overlap,
    "duplicate": doubled,
    "gap": gaps_left,
    "beyond": beyond_county,
    "sliver_part": parts_of_no_width,
    "small_part": parts_below_minimum,
    "hole": holes,
    "spike": spiky,
    "edge": edges_apart,
    "break": broken,
    "pattern": codes_of_other_form,
    "code_class": digits_and_classes,
    "class_value": unknown_classes,
    "declared_area": declared_areas,
    "net_area": net_areas,
    "empty": empty_values,
    "repeated_id": ids_twice,
    "sum": parts_to_whole,
    "share": shares_to_hundred,
    "validity": in_force,
    "years": years_mixed,
    "seal": sealed,
    "repair": repaired,
}
BASE_TESTS: Mapping[str, BaseTest] = {
    "editions": editions_mixed,
    "reading": read_problems,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Told:
    """A rule with what it says."""

    rule: AuditRule
    outcomes: list[Outcome]


def audit(
    base: Base,
    book: AuditBook,
    *,
    as_of: date,
    progress: Callable[[int, int], None] | None = None,
) -> AuditReport:
    """Put a base on trial: every rule of the pack, all problems at once.

    Parameters
    ----------
    base : Base
        As opened; layers that could not be read are told of as not audited.
    book : AuditBook
        See `read_audit_book`.
    as_of : date
        The day on which editions must hold.
    progress : callable, optional
        Told how many rules of how many are done.

    Returns
    -------
    AuditReport
        The same base, pack and day give the same report, in every bit.
    """
    scene = Scene(base=base, as_of=as_of)
    told: list[_Told] = []
    rows: list[Row] = []
    for number, rule in enumerate(book.rules, start=1):
        outcomes = _run(scene, rule)
        told.append(_Told(rule=rule, outcomes=outcomes))
        rows += rows_of(rule, outcomes)
        if progress is not None:
            progress(number, len(book.rules))
    problems, members = numbered(rows, base.crs)
    return AuditReport(
        base=base,
        as_of=as_of,
        pack=book.pack,
        problems=problems,
        members=members,
        rules=tuple(_audited(one) for one in told),
        layers=layers_read(scene),
    )


def _run(scene: Scene, rule: AuditRule) -> list[Outcome]:
    if rule.test in BASE_TESTS:
        return BASE_TESTS[rule.test](scene, rule)
    test = LAYER_TESTS[rule.test]
    return [_on_layer(scene, rule, name, test=test) for name in rule.layers]


def _on_layer(scene: Scene, rule: AuditRule, name: str, *, test: LayerTest) -> Outcome:
    """Run a test; a layer that was not read is told of by its own row."""
    layer = scene.layer(name)
    if layer is None:
        gone = name not in scene.base.absent
        return Outcome(layer=name, other_layer=rule.other, missing=gone)
    outcome = test(scene, rule, layer)
    if outcome.missing and rule.other in scene.base.absent:
        return Outcome(layer=name, other_layer=rule.other)
    return outcome


def _audited(told: _Told) -> AuditedRule:
    rule, outcomes = told.rule, told.outcomes
    return AuditedRule(
        id=rule.id,
        test=rule.test,
        layers=(*rule.layers, *((rule.other,) if rule.other else ())),
        title=_languages(rule.title.zh, rule.title.en),
        cure=_languages(rule.cure.zh, rule.cure.en) if rule.cure else {},
        severity=AuditSeverity(rule.severity.upper()),
        source=AuditSource(**rule.source.model_dump()),
        examined=sum(outcome.examined for outcome in outcomes),
        found=sum(len(outcome.defects) for outcome in outcomes),
        audited=not any(_unseen(outcomes)),
    )


def _unseen(outcomes: Iterable[Outcome]) -> Iterable[bool]:
    return (bool(outcome.missing or outcome.lacking) for outcome in outcomes)


def _languages(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}
