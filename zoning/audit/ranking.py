"""From defects to the rows of the ledger: grouped, ranked, numbered."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.audit.book import AuditRule
from zoning.audit.defects import Defect, Outcome, joined_names
from zoning.errors import Problem
from zoning.model import AuditProblem, AuditSeverity, LonLat
from zoning.model.problems import layer_problem
from zoning.overlay.parts import witnesses
from zoning.terms import LANGUAGES

__all__ = ["Row", "numbered", "rows_of"]

ORDER = tuple(AuditSeverity)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A problem without its number and witness, and the members of a group."""

    problem: AuditProblem
    members: tuple[AuditProblem, ...] = ()


def rows_of(rule: AuditRule, outcomes: Sequence[Outcome]) -> list[Row]:
    """Return the rows of one rule: single defects, groups, what was not audited.

    Slivers of one layer (or pair of layers) form a group. Of everything else
    the worst stand alone, as many as the rule says, and the rest form a group;
    what has no size, or is but a notice, is grouped whole. Conflicts that are
    no slivers always stand alone.
    """
    rows: list[Row] = []
    for outcome in outcomes:
        rows += [_not_audited(rule, outcome, told) for told in outcome.lacking]
        slivers = [one for one in outcome.defects if one.sliver]
        rest = [one for one in outcome.defects if not one.sliver]
        rows += _grouped(rule, outcome, slivers, code="AUDIT_SLIVERS", most=1)
        most = len(rest) if rule.severity == "conflict" else rule.group_above
        for severity in dict.fromkeys(one.severity for one in rest):
            same = [one for one in rest if one.severity == severity]
            rows += _grouped(rule, outcome, same, code="AUDIT_GROUP", most=most)
    return rows


def numbered(
    rows: Iterable[Row], crs: str
) -> tuple[tuple[AuditProblem, ...], tuple[AuditProblem, ...]]:
    """Rank rows and number them; return problems and the members of groups.

    Worst first; then by area, by length, by number of defects, by rule, layer
    and feature.
    """
    ranked = sorted(rows, key=lambda row: _rank(row.problem))
    problems, members = [], []
    for number, row in enumerate(ranked, start=1):
        name = f"A{number:04d}"
        problems.append(replace(row.problem, id=name))
        inner = sorted(row.members, key=_rank)
        members += [
            replace(one, id=f"{name}.{place:04d}")
            for place, one in enumerate(inner, start=1)
        ]
    return _witnessed(problems, crs), _witnessed(members, crs)


def _rank(one: AuditProblem) -> tuple[object, ...]:
    return (
        ORDER.index(one.severity),
        -(one.area_m2 or 0.0),
        -(one.length_m or 0.0),
        -one.count,
        one.rule_id,
        one.layer,
        one.other_layer,
        one.features,
        one.other_features,
        one.problem.code,
        tuple(sorted(one.problem.values.items())),
    )


def _grouped(
    rule: AuditRule,
    outcome: Outcome,
    defects: list[Defect],
    *,
    code: str,
    most: int,
) -> list[Row]:
    single = sorted((_row(rule, outcome, one) for one in defects), key=_rank)
    if len(single) <= most:
        return _alone(single)
    if code != "AUDIT_SLIVERS" and _measured(rule, single):
        alone = [Row(problem=one) for one in single[:most]]
        rest = single[most:]
        return [*alone, *([_group(outcome, rest, code)] if rest[1:] else _alone(rest))]
    return [_group(outcome, single, code)]


def _alone(single: Sequence[AuditProblem]) -> list[Row]:
    return [Row(problem=one) for one in single]


def _measured(rule: AuditRule, single: Sequence[AuditProblem]) -> bool:
    """Say whether the worst of many should stand alone: more than a notice, sized."""
    sized = all(one.area_m2 is not None or one.length_m is not None for one in single)
    return sized and rule.severity != "notice"


def _group(outcome: Outcome, single: Sequence[AuditProblem], code: str) -> Row:
    """Return one row for several problems of one rule and layer."""
    worst = min((one.severity for one in single), key=ORDER.index)
    areas = [one.area_m2 for one in single if one.area_m2 is not None]
    lengths = [one.length_m for one in single if one.length_m is not None]
    widths = [one.width_m for one in single if one.width_m is not None]
    names = (name for one in single for name in one.features[:1])
    told = layer_problem(
        code,
        outcome.layer,
        count=str(len(single)),
        features=joined_names(dict.fromkeys(names)) or "-",
        area=f"{math.fsum(areas):,.2f}",
        width=f"{max(widths, default=0.0):.3f}",
        what_zh=single[0].problem.text("zh"),
        what_en=single[0].problem.text("en"),
    )
    group = AuditProblem(
        id="",
        rule_id=single[0].rule_id,
        severity=worst,
        layer=outcome.layer,
        other_layer=outcome.other_layer,
        count=len(single),
        area_m2=math.fsum(areas) if areas else None,
        length_m=math.fsum(lengths) if lengths else None,
        width_m=max(widths, default=None),
        shape=_collected(single),
        problem=told,
        cure=single[0].cure,
        sliver=all(one.sliver for one in single),
    )
    return Row(problem=group, members=tuple(single))


def _row(rule: AuditRule, outcome: Outcome, defect: Defect) -> AuditProblem:
    severity = defect.severity or AuditSeverity(rule.severity.upper())
    if defect.residue:
        severity = AuditSeverity.NOTICE
    return AuditProblem(
        id="",
        rule_id=rule.id,
        severity=severity,
        layer=outcome.layer,
        other_layer=outcome.other_layer,
        features=defect.features,
        other_features=defect.other_features,
        area_m2=defect.area_m2,
        width_m=defect.width_m,
        length_m=defect.length_m,
        shape=defect.shape,
        problem=defect.problem,
        cure=defect.cure or _cure(rule, defect.problem),
        sliver=defect.sliver,
    )


def _not_audited(rule: AuditRule, outcome: Outcome, told: Problem) -> Row:
    return Row(
        problem=AuditProblem(
            id="",
            rule_id=rule.id,
            severity=AuditSeverity.NOT_AUDITED,
            layer=outcome.layer,
            other_layer=outcome.other_layer,
            problem=told,
            cure={lang: told.cure(lang) for lang in LANGUAGES},
        )
    )


def _cure(rule: AuditRule, problem: Problem) -> Mapping[str, str]:
    if rule.cure is not None:
        return {"zh": rule.cure.zh, "en": rule.cure.en}
    return {lang: problem.cure(lang) for lang in LANGUAGES}


def _collected(rows: Sequence[AuditProblem]) -> BaseGeometry | None:
    """Return the shapes of a group as one, of the highest dimension among them."""
    shapes = [one.shape for one in rows if one.shape is not None]
    if not shapes:
        return None
    parts = shapely.get_parts(np.array(shapes, dtype=object))
    size = shapely.get_dimensions(parts)
    kept = parts[size == size.max()]
    make = (shapely.multipoints, shapely.multilinestrings, shapely.multipolygons)
    whole: BaseGeometry = make[int(size.max())](kept)
    return whole


def _witnessed(rows: Sequence[AuditProblem], crs: str) -> tuple[AuditProblem, ...]:
    """Give each row with a shape a point in it."""
    drawn = [n for n, one in enumerate(rows) if one.shape is not None]
    if not drawn:
        return tuple(rows)
    shapes = np.array([_largest(rows[n].shape) for n in drawn] + [None], dtype=object)
    points = witnesses(shapes[:-1], crs)
    found = dict(zip(drawn, points, strict=True))
    return tuple(
        one
        if n not in found or not np.isfinite(found[n]).all()
        else replace(
            one, witness=LonLat(lon=float(found[n][0]), lat=float(found[n][1]))
        )
        for n, one in enumerate(rows)
    )


def _largest(shape: BaseGeometry | None) -> BaseGeometry:
    """Return the largest part of a shape; a point in it is a point in it."""
    parts = shapely.get_parts(np.array([shape], dtype=object))
    size = shapely.area(parts) if shapely.area(parts).any() else shapely.length(parts)
    part: BaseGeometry = parts[int(np.argmax(size))] if len(parts) else shapely.Point()
    return part
