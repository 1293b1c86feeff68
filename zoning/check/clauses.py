"""The access list: which clauses of which units apply to a site.

Lying in a unit is no breach; each clause gives its own finding. City and
county clauses apply in every unit. A clause that names no activity, industry
or nature applies to every project; one that only a person can judge is
REVIEW. Units and list must know each other: a site in no unit, a unit without
clauses and a clause of no unit are gaps, for a clause may be lost there.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from functools import cache

import shapely

from zoning import terms
from zoning.check.facts import Facts
from zoning.check.findings import Judged, questions_of
from zoning.check.judging import severity_state
from zoning.check.standing import standing_problems
from zoning.check.view_facts import ViewFacts
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
from zoning.overlay import SUBSTANTIVE, uncovered_share
from zoning.rules.conditions import all_hold, unknown_attributes
from zoning.rules.schema import Condition

__all__ = ["clauses_met", "judge_clauses", "unit_codes", "units_of_site"]

ACCESS_LIST, CONTROL_UNIT = "access_list", "control_unit"
# 生态环境法典 第六十七条 since 2026-08-15; before, 长江保护法 第二十二条第一款 with
# the penalty of 第八十八条第(三)项, since 2021-03-01 (rule fact UNIT-001).
CODE_FROM, OLD_FROM = "2026-08-15", "2021-03-01"
UNRELIABLE = {"AUTHORITY_NOT_STATUTORY", "EDITION_NOT_VALID"}
"""Problems of a list under which none of its clauses counts."""
SHOWN = 5
POLYGON = 2  # dimension
_BETWEEN_CODES = re.compile(r"[、,;/|]|\s+(?=[A-Z])")
_BLANK = re.compile(r"\s+")


_Units = Mapping[str, UnitShare]
"""The units of a site, by code."""


def units_of_site(row: int, facts: Facts) -> tuple[UnitShare, ...]:
    """Return the control units the site lies in, largest share first."""
    found = facts.view("unit")
    if not isinstance(found, ViewFacts):
        return ()
    if not {"code", "unit_class"} <= set(found.layer.attributes):
        return ()  # FIELD_MISSING is among the layer's problems
    rows = found.rows
    codes = found.layer.attributes["code"]
    names = found.layer.attributes.get("name")
    classes = found.layer.attributes["unit_class"]
    units = [
        UnitShare(
            code=_code_of(codes[rows.feature[k]]),
            name="" if names is None else str(names[rows.feature[k]]),
            unit_class=str(classes[rows.feature[k]]),
            overlap_m2=float(rows.area_m2[k]),
            share=float(rows.share[k]),
        )
        for k in rows.rows_of(row)
        if rows.overlap_class[k] == SUBSTANTIVE
    ]
    return tuple(sorted(units, key=lambda unit: (-unit.share, unit.code)))


def judge_clauses(
    row: int, facts: Facts, project: Mapping[str, str]
) -> tuple[Judged, ...]:
    """Return one judged finding per clause that may concern the site.

    When the list or the units cannot be relied on, one NOT_CHECKED finding
    says so, beside what could be judged. A list declared absent has no
    clauses and asks for none.
    """
    units = _units(row, facts)
    doubts = (*_list_problems(facts), *_without_clause(units, facts))
    of_units = _problems_of_units(row, facts)
    judged = [
        _not_checked(layer, problems)
        for layer, problems in ((ACCESS_LIST, doubts), (CONTROL_UNIT, of_units))
        if problems
    ]
    return (*judged, *_clauses_of(units, facts, project))


def clauses_met(
    row: int, facts: Facts, project: Mapping[str, str]
) -> tuple[Judged, ...]:
    """Return one judged finding per clause that may concern the site, no doubts."""
    return _clauses_of(_units(row, facts), facts, project)


def _clauses_of(
    units: _Units, facts: Facts, project: Mapping[str, str]
) -> tuple[Judged, ...]:
    if not UNRELIABLE.isdisjoint(problem.code for problem in _list_problems(facts)):
        return ()
    met = [(clause, _met(clause, units)) for clause in facts.base.clauses or ()]
    return tuple(
        _judge_clause(clause, its, facts, project=project)
        for clause, its in met
        if clause.level != "unit" or its
    )


@cache
def unit_codes(text: str) -> tuple[str, ...]:
    """Return the control-unit codes of a cell, as they are compared.

    Width, case and blanks do not count, nor does a line break inside a code.
    Several codes are separated by 、 ， ； / | or by a blank before a letter.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    codes = (_BLANK.sub("", part) for part in _BETWEEN_CODES.split(plain.strip()))
    return tuple(dict.fromkeys(code for code in codes if code))


def _code_of(cell: object) -> str:
    """Return the one code of a unit of the layer."""
    return "".join(unit_codes(str(cell)))


def _met(clause: Clause, units: _Units) -> tuple[UnitShare, ...]:
    """Return the site's units that a unit-level clause names."""
    if clause.level != "unit":
        return ()
    codes = unit_codes(clause.unit_code)
    return tuple(units[code] for code in codes if code in units)


def _listed_codes(facts: Facts) -> dict[str, None]:
    """Return the codes of the unit-level clauses, in the order of the list."""
    return {
        code: None
        for clause in facts.base.clauses or ()
        if clause.level == "unit"
        for code in unit_codes(clause.unit_code)
    }


def _list_problems(facts: Facts) -> tuple[Problem, ...]:
    """Return what keeps the list, for any site, from carrying a CLEAR."""
    base = facts.base
    if ACCESS_LIST in base.absent:
        return _declared_later(ACCESS_LIST, facts)
    if base.clauses is None:
        return facts.problems(ACCESS_LIST)
    found = base.missing.get(ACCESS_LIST, ())
    if not base.clauses:
        found += (layer_problem("LAYER_EMPTY", ACCESS_LIST),)
    info = base.tables.get(ACCESS_LIST)
    standing = () if info is None else standing_problems(info, facts.options)
    return (*found, *standing, *_of_no_unit(facts))


def _declared_later(layer_id: str, facts: Facts) -> tuple[Problem, ...]:
    """Take a declaration of absence at its word, but not before it was made."""
    day = facts.base.absent[layer_id].date
    if day <= facts.options.as_of.isoformat():
        return ()
    return (layer_problem("DECLARED_LATER", layer_id, date=day),)


def _of_no_unit(facts: Facts) -> tuple[Problem, ...]:
    """Return the list's codes that no unit bears; with no units, all of them."""
    units = facts.base.layers.get(CONTROL_UNIT)
    if units is None and CONTROL_UNIT not in facts.base.absent:
        return ()  # that the layer is missing is said of the layer
    if units is not None and "code" not in units.attributes:
        return ()  # FIELD_MISSING is among the layer's problems
    cells = () if units is None else units.attributes["code"]
    borne = {_code_of(cell) for cell in cells}
    strange = [code for code in _listed_codes(facts) if code not in borne]
    if not strange:
        return ()
    return (layer_problem("CLAUSE_UNIT_UNKNOWN", ACCESS_LIST, codes=_shown(strange)),)


def _without_clause(units: _Units, facts: Facts) -> tuple[Problem, ...]:
    """Return the site's units that a list with unit-level clauses passes over."""
    listed = _listed_codes(facts)
    bare = [code or "?" for code in units if code not in listed]
    if not listed or not bare:
        return ()
    return (layer_problem("UNIT_WITHOUT_CLAUSE", ACCESS_LIST, codes=_shown(bare)),)


def _shown(codes: list[str]) -> str:
    return "、".join(codes[:SHOWN]) + ("…" if len(codes) > SHOWN else "")


def _units(row: int, facts: Facts) -> _Units:
    # of several parts of a unit the largest speaks
    units = {unit.code: unit for unit in reversed(units_of_site(row, facts))}
    return dict(reversed(units.items()))


def _problems_of_units(row: int, facts: Facts) -> tuple[Problem, ...]:
    absent = CONTROL_UNIT in facts.base.absent
    problems = (
        _declared_later(CONTROL_UNIT, facts) if absent else facts.problems(CONTROL_UNIT)
    )
    found = facts.view("unit")
    if isinstance(found, ViewFacts):
        share = facts.uncovered(CONTROL_UNIT, 0.0)[row]
        code = "OUTSIDE_COVERAGE"
        if share == 0:
            code, share = "UNIT_GAP", _share_in_no_unit(row, found, facts)
        if share > 0:
            text = f"{share:.2%}"
            problems += (layer_problem(code, CONTROL_UNIT, share=text),)
    return problems


def _share_in_no_unit(row: int, found: ViewFacts, facts: Facts) -> float:
    """Return the share of the site that no unit holds; residue counts as held."""
    near = found.rows.feature[found.rows.rows_of(row)]
    ground = shapely.union_all(found.layer.geometry[near])
    site = facts.sites[row : row + 1]
    if shapely.get_dimensions(site[0]) < POLYGON:  # a line may cross a seam
        ground = shapely.buffer(ground, facts.options.residue_width_m / 2)
    return float(uncovered_share(site, ground, 0.0, options=facts.options)[0])


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
    units: tuple[UnitShare, ...],
    facts: Facts,
    *,
    project: Mapping[str, str],
) -> Judged:
    source = _source(clause, facts)
    conditions, groups = _conditions(clause), facts.book.groups
    applies = all_hold(conditions, project, groups)
    missing = unknown_attributes(conditions, project, groups) if applies is None else {}
    gaps: tuple[Problem, ...] = ()
    reason: str | None = None
    state = severity_state(clause.severity, source)
    if applies is False:
        state, reason = State.CLEAR, "CONDITION_NOT_MET"
    elif applies is None and clause.severity not in {"info", "review"}:
        state, reason = State.NOT_CHECKED, "ATTRIBUTE_MISSING"
        asked = "、".join(terms.label("attribute", name) for name in missing)
        gaps = (Problem(code="ATTRIBUTE_MISSING", values={"attributes": asked}),)
    overlap_m2 = math.fsum(unit.overlap_m2 for unit in units)
    finding = Finding(
        rule_id=clause.id,
        scope="control_units",
        title={"zh": clause.text, "en": clause.text},
        state=state,
        severity=clause.severity,
        layer=ACCESS_LIST,
        view=f"clause_{clause.level}",
        relation="intersects",
        overlap_m2=overlap_m2,
        overlap_m2_deduplicated=overlap_m2,
        share=min(1.0, math.fsum(unit.share for unit in units)),
        features=tuple(_as_feature(unit) for unit in units),
        reason=reason,
        questions=questions_of(missing),
        notes=(_dimension_note(clause),),
        source=source,
        names_project=bool(conditions),
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
