"""The access list: which clauses of which units apply to a site.

Lying in a unit is no breach; each clause gives its own finding. City and
county clauses apply in every unit. A clause that names no activity, industry
or nature applies to every project; one that only a person can judge is
REVIEW.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from zoning import terms
from zoning.check.facts import Facts, ViewFacts
from zoning.check.judging import Judged, question, severity_state
from zoning.errors import Problem
from zoning.model import (
    Clause,
    ClauseSource,
    FeatureOverlap,
    Finding,
    State,
    UnitShare,
)
from zoning.model.problems import layer_problem
from zoning.overlay import SUBSTANTIVE
from zoning.rules.conditions import all_hold, unknown_attributes
from zoning.rules.schema import Condition

__all__ = ["judge_clauses", "units_of_site"]

ACCESS_LIST, CONTROL_UNIT = "access_list", "control_unit"
# 生态环境法典 第六十七条 since 2026-08-15; before, 长江保护法 第二十二条第一款 with
# the penalty of 第八十八条第(三)项, since 2021-03-01 (rule fact UNIT-001).
CODE_FROM, OLD_FROM = "2026-08-15", "2021-03-01"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Place:
    """The site's units, by code, and the doubts about them."""

    units: Mapping[str, UnitShare]
    problems: tuple[Problem, ...]


def units_of_site(row: int, facts: Facts) -> tuple[UnitShare, ...]:
    """Return the control units the site lies in, largest share first."""
    found = facts.view("unit")
    if not isinstance(found, ViewFacts):
        return ()
    if not {"code", "unit_class"} <= set(found.layer.attributes):
        return ()  # FIELD_MISSING is among the layer's problems
    rows = found.rows
    first, last = np.searchsorted(rows.site, [row, row + 1])
    codes = found.layer.attributes["code"]
    names = found.layer.attributes.get("name")
    classes = found.layer.attributes["unit_class"]
    units = [
        UnitShare(
            code=str(codes[rows.feature[k]]),
            name="" if names is None else str(names[rows.feature[k]]),
            unit_class=str(classes[rows.feature[k]]),
            overlap_m2=float(rows.area_m2[k]),
            share=float(rows.share[k]),
        )
        for k in range(int(first), int(last))
        if rows.overlap_class[k] == SUBSTANTIVE
    ]
    return tuple(sorted(units, key=lambda unit: (-unit.share, unit.code)))


def judge_clauses(
    row: int, facts: Facts, project: Mapping[str, str]
) -> tuple[Judged, ...]:
    """Return one judged finding per clause that may concern the site.

    When the list or the units cannot be relied on, one NOT_CHECKED finding
    says so, beside what could be judged.
    """
    judged: list[Judged] = []
    list_problems = _list_problems(facts)
    place = _place(row, facts)
    for problems, layer in (
        (list_problems, ACCESS_LIST),
        (place.problems, CONTROL_UNIT),
    ):
        if problems:
            judged.append(_not_checked(layer, problems))
    if facts.base.clauses is None or list_problems:
        return tuple(judged)
    for clause in facts.base.clauses:
        if clause.level != "unit" or clause.unit_code in place.units:
            unit = place.units.get(clause.unit_code)
            judged.append(_judge_clause(clause, unit, facts, project=project))
    return tuple(judged)


def _list_problems(facts: Facts) -> tuple[Problem, ...]:
    base = facts.base
    if base.clauses is None:
        return facts.problems(ACCESS_LIST)
    if not base.clauses:
        return (layer_problem("LAYER_EMPTY", ACCESS_LIST),)
    return base.missing.get(ACCESS_LIST, ())


def _place(row: int, facts: Facts) -> _Place:
    problems = () if CONTROL_UNIT in facts.base.absent else facts.problems(CONTROL_UNIT)
    found = facts.view("unit")
    if isinstance(found, ViewFacts):
        share = facts.uncovered(CONTROL_UNIT, 0.0)[row]
        if share > 0:
            problems += (
                layer_problem("OUTSIDE_COVERAGE", CONTROL_UNIT, share=f"{share:.2%}"),
            )
    units = {unit.code: unit for unit in units_of_site(row, facts)}
    return _Place(units=units, problems=problems)


def _not_checked(layer: str, problems: tuple[Problem, ...]) -> Judged:
    finding = Finding(
        rule_id="UNIT-001",
        scope="control_units",
        title={
            "zh": "对照生态环境准入清单",
            "en": "compliance with the access list",
        },
        state=State.NOT_CHECKED,
        severity="prohibit",
        layer=layer,
        view="unit",
        relation="intersects",
        reason=problems[0].code,
    )
    return Judged(finding=finding, gaps=problems)


def _judge_clause(
    clause: Clause,
    unit: UnitShare | None,
    facts: Facts,
    *,
    project: Mapping[str, str],
) -> Judged:
    source = _source(clause, facts)
    conditions, groups = _conditions(clause), facts.book.groups
    applies = all_hold(conditions, project, groups)
    missing = unknown_attributes(conditions, project, groups) if applies is None else ()
    gaps: tuple[Problem, ...] = ()
    reason: str | None = None
    if applies is False:
        state, reason = State.CLEAR, "CONDITION_NOT_MET"
    elif applies is None and clause.severity in {"info", "review"}:
        state = severity_state(clause.severity, source)
    elif applies is None:
        state, reason = State.NOT_CHECKED, "ATTRIBUTE_MISSING"
        asked = "、".join(terms.label("attribute", name) for name in missing)
        gaps = (Problem(code="ATTRIBUTE_MISSING", values={"attributes": asked}),)
    else:
        state = severity_state(clause.severity, source)
    finding = Finding(
        rule_id=clause.id,
        scope="control_units",
        title={"zh": clause.text, "en": clause.text},
        state=state,
        severity=clause.severity,
        layer=ACCESS_LIST,
        view=clause.level,
        relation="intersects",
        overlap_m2=0.0 if unit is None else unit.overlap_m2,
        overlap_m2_deduplicated=0.0 if unit is None else unit.overlap_m2,
        share=0.0 if unit is None else unit.share,
        features=() if unit is None else (_as_feature(unit),),
        reason=reason,
        questions=tuple(question(name) for name in missing),
        notes=(_dimension_note(clause),),
        source=source,
    )
    return Judged(finding=finding, gaps=gaps)


@cache
def _conditions(clause: Clause) -> tuple[Condition, ...]:
    """Return what a project must be for the clause to concern it."""
    kinds = []
    if clause.activities:
        kinds.append(Condition(attribute="activity", one_of=clause.activities))
    if clause.industries:
        kinds.append(Condition(attribute="industry_code", prefixes=clause.industries))
    conditions = [Condition(any=tuple(kinds))] if kinds else []
    if clause.natures:
        nature = Condition(attribute="construction_nature", one_of=clause.natures)
        conditions.append(nature)
    return tuple(conditions)


def _source(clause: Clause, facts: Facts) -> ClauseSource:
    """Return the list's own clause, with the article that makes it binding."""
    as_of = facts.options.as_of.isoformat()
    if as_of >= CODE_FROM:
        basis, since = "生态环境法典第六十七条", CODE_FROM
    else:
        basis, since = "长江保护法第二十二条第一款、第八十八条第（三）项", OLD_FROM
    return ClauseSource(
        document=clause.source or "生态环境准入清单",
        number=basis,
        clause=clause.id,
        effective_from=since if as_of >= OLD_FROM else None,
        confidence="verified" if clause.source and as_of >= OLD_FROM else "partial",
    )


def _dimension_note(clause: Clause) -> dict[str, str]:
    return {
        lang: (
            f"{terms.label('list_level', clause.level, lang)} · "
            f"{terms.label('dimension', clause.dimension, lang)}"
        )
        for lang in terms.LANGUAGES
    }


def _as_feature(unit: UnitShare) -> FeatureOverlap:
    return FeatureOverlap(
        id=unit.code,
        name=unit.name,
        overlap_m2=unit.overlap_m2,
        length_m=None,
        overlap_class="substantive",
    )
