"""One pass over the sites: measure, judge, sum up."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.applicants import Applicants
from zoning.check.clauses import clauses_met, judge_clauses, units_of_site
from zoning.check.facts import Facts
from zoning.check.findings import Judged, judged, spoken
from zoning.check.judging import STATES, Ruling, Turn, rule_on
from zoning.check.other_readings import (
    Doubt,
    OtherReading,
    conflict_rank,
    open_rank,
    other_readings,
    with_doubts,
)
from zoning.check.placing import Placed, place_sites, trusted_project
from zoning.check.verdicts import (
    asked_only_what_matters,
    county_doubts,
    empty_chapters,
    gaps_of,
    lost_topics,
    site_verdict,
    unlisted_lines,
)
from zoning.check.view_facts import ViewFacts
from zoning.errors import Problem
from zoning.model import (
    Base,
    CheckOptions,
    ConflictShape,
    Finding,
    LayoutHit,
    Report,
    Residue,
    Site,
    SiteResult,
    State,
    Verdict,
)
from zoning.overlay import RESIDUE, TOUCHING, uncovered_share
from zoning.rules.packs import RuleBook
from zoning.rules.schema import Rule

__all__ = ["check", "rules_in_scope"]

THREE_LINES, CONTROL_UNITS, LAYOUT = "three_lines", "control_units", "layout"
OPEN_TURNS = {Turn.LAW_UNKNOWN, Turn.ASKS}
"""Turns of a rule that may be broken: where it is, hangs on what is not known."""
Progress = Callable[[int, int], None]


def check(
    sites: tuple[Site, ...],
    base: Base,
    book: RuleBook,
    *,
    options: CheckOptions,
    progress: Progress | None = None,
) -> Report:
    """Check sites against a base.

    Parameters
    ----------
    sites : tuple of Site
        As read; rejected ones keep their row.
    base : Base
        The opened base; layers that could not be read are problems in it.
    book : RuleBook
        Rules of the packs.
    options : CheckOptions
        Day and tolerances.
    progress : callable, optional
        Called with (done, total) after each site.

    Returns
    -------
    Report
        One result per site, in the order of `sites`. `sites[i]` alone gives
        the same result as `sites[i]` in a batch. A site whose answer hangs on
        an open question of its coordinates is undetermined.
    """
    placed = place_sites(sites, base, options)
    others = other_readings(placed)
    there = place_sites(tuple(other.site for other in others), base, options)
    stand = tuple(one for one in (*placed, *there) if one.geometry is not None)
    facts = Facts(
        sites=np.array([*(p.geometry for p in stand), None], dtype=object)[:-1],
        base=base,
        book=book,
        options=options,
        as_written=sum(one.geometry is not None for one in placed),
    )
    docket = _docket(stand, facts)
    row = count()
    results: list[SiteResult] = []
    for place in placed:
        results.append(
            _rejected(place)
            if place.geometry is None
            else _check_one(place, next(row), facts, docket=docket)
        )
        if progress is not None:
            progress(len(results), len(placed))
    doubts = [
        _doubt(other, results[other.row], next(row), facts=facts, docket=docket)
        for other, place in zip(others, there, strict=True)
        if place.geometry is not None
    ]
    told = with_doubts(results, [doubt for doubt in doubts if doubt.broken])
    return Report(sites=told, base=base, packs=book.packs, options=options)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Docket:
    """All rules in scope before all sites, and what is known of the projects."""

    rulings: tuple[Ruling, ...]
    applicants: Applicants
    contradictions: tuple[tuple[Problem, ...], ...]


def _docket(placed: tuple[Placed, ...], facts: Facts) -> _Docket:
    trusted = [trusted_project(place) for place in placed]
    applicants = Applicants(
        [project for project, _ in trusted],
        [place.site.evidence for place in placed],
        facts.book.groups,
        as_of=facts.options.as_of,
    )
    rules = rules_in_scope(facts.book, facts.base, facts.options)
    return _Docket(
        rulings=tuple(rule_on(rule, facts, applicants) for rule in rules),
        applicants=applicants,
        contradictions=tuple(problems for _, problems in trusted),
    )


def rules_in_scope(
    book: RuleBook, base: Base, options: CheckOptions
) -> tuple[Rule, ...]:
    """Return the rules to judge: three lines always; lapsed ones have successors."""
    scope = {*base.scope, THREE_LINES}
    return tuple(
        rule
        for rule in book.rules
        if rule.scope in scope and rule.in_force(options.as_of)
    )


def _rejected(place: Placed) -> SiteResult:
    return SiteResult(
        site=place.site,
        verdict=Verdict.REJECTED,
        complete=False,
        problems=place.site.problems,
    )


def _check_one(place: Placed, row: int, facts: Facts, *, docket: _Docket) -> SiteResult:
    applicants = docket.applicants
    found = [
        judged(ruling, row, facts=facts, applicants=applicants)
        for ruling in docket.rulings
    ]
    if CONTROL_UNITS in facts.base.scope:
        found += judge_clauses(row, facts, applicants.projects[row])
    found += unlisted_lines(found)
    found += [
        *empty_chapters(facts.base, facts.book, facts.options.as_of),
        *county_doubts(facts),
    ]
    found += lost_topics(facts)
    notes = (*docket.contradictions[row], *_outside_county(row, facts))
    result = _result(place, row, facts, judgements=tuple(found))
    return replace(result, problems=(*result.problems, *notes))


def _doubt(
    other: OtherReading,
    here: SiteResult,
    row: int,
    *,
    facts: Facts,
    docket: _Docket,
) -> Doubt:
    """Say what a site breaks in another system and not, or less so, as written.

    Only that is put into words, and what it may break there, which hangs on what
    is not known of the project or the law. What else is found of a site
    (residue, gaps, chapters without rules) is no conflict.
    """
    known: dict[str, int] = {}
    for finding in here.findings:
        rank = open_rank(finding.state)
        known[finding.rule_id] = max(known.get(finding.rule_id, 0), rank)
    rulings = [
        ruling
        for ruling in docket.rulings
        if conflict_rank(STATES[ruling.state[row]]) or ruling.turn[row] in OPEN_TURNS
    ]
    states = {STATES[ruling.state[row]] for ruling in rulings}
    found = [
        spoken(
            ruling, row, as_of=facts.options.as_of, applicants=docket.applicants
        ).finding
        for ruling in rulings
        if open_rank(STATES[ruling.state[row]]) > known.get(ruling.rule.id, 0)
    ]
    if CONTROL_UNITS in facts.base.scope:
        clauses = clauses_met(row, facts, docket.applicants.projects[row])
        may_bite = [
            one.finding
            for one in clauses
            if conflict_rank(one.finding.state)
            or one.finding.reason == "ATTRIBUTE_MISSING"
        ]
        states |= {finding.state for finding in may_bite}
        found += [
            finding
            for finding in may_bite
            if open_rank(finding.state) > known.get(finding.rule_id, 0)
        ]
    worst = Verdict.UNDETERMINED
    if State.PROHIBITED in states:
        worst = Verdict.PROHIBITED
    elif State.CONDITIONAL in states:
        worst = Verdict.CONDITIONAL
    return Doubt(other=other, verdict=worst, broken=tuple(found))


def _outside_county(row: int, facts: Facts) -> tuple[Problem, ...]:
    """Say once, in words, that a site leaves the county."""
    one = facts.sites[row : row + 1]
    options = facts.options
    share = float(uncovered_share(one, facts.base.county, 0.0, options=options)[0])
    if share == 0:
        return ()
    return (Problem(code="SITE_LEAVES_COUNTY", values={"share": f"{share:.2%}"}),)


def _result(
    place: Placed,
    row: int,
    facts: Facts,
    *,
    judgements: tuple[Judged, ...],
) -> SiteResult:
    findings = tuple(judgement.finding for judgement in judgements)
    gaps = gaps_of(judgements)
    residue = _residue(row, facts, findings)
    verdict = site_verdict(findings, residue, gaps)
    return SiteResult(
        site=place.site,
        verdict=verdict,
        complete=not gaps and verdict is not Verdict.UNDETERMINED,
        geometry=place.geometry,
        area_m2=place.area_m2,
        area_plane_m2=place.area_plane_m2,
        length_m=place.length_m,
        problems=place.site.problems,
        findings=asked_only_what_matters(findings, verdict),
        gaps=gaps,
        residue=residue,
        units=units_of_site(row, facts),
        layout=_layout(row, facts),
        terrain=facts.terrain[row],
        conflicts=_conflicts(place.site, row, facts, findings=findings),
    )


def _layout(row: int, facts: Facts) -> tuple[LayoutHit, ...]:
    """Return what the site does to the planned layout; nothing without its kinds."""
    found = facts.view(LAYOUT)
    if not isinstance(found, ViewFacts) or "kind" not in found.layer.attributes:
        return ()
    return facts.hits(LAYOUT, row)


def _views_of(
    findings: tuple[Finding, ...], facts: Facts
) -> dict[str, list[ViewFacts]]:
    """Return the views that findings were drawn from, by layer."""
    views: dict[str, list[ViewFacts]] = {}
    read = {f.view for f in findings if f.view in facts.book.views}
    if CONTROL_UNITS in facts.base.scope:
        read.add("unit")
    for name in sorted(read):
        if facts.book.views[name].layer in facts.base.layers:
            found = facts.view(name)
            if isinstance(found, ViewFacts):
                views.setdefault(found.view.layer, []).append(found)
    return views


def _residue(
    row: int, facts: Facts, findings: tuple[Finding, ...]
) -> tuple[Residue, ...]:
    """List overlaps within the tolerance, once per feature."""
    listed: dict[tuple[str, str], Residue] = {}
    for layer_id, views in _views_of(findings, facts).items():
        for found in views:
            rows = found.rows
            for k in rows.rows_of(row):
                if rows.overlap_class[k] == RESIDUE:
                    feature = str(found.layer.feature_ids[rows.feature[k]])
                    listed[layer_id, feature] = Residue(
                        layer=layer_id,
                        feature=feature,
                        overlap_m2=float(rows.area_m2[k]),
                        width_m=_width(rows.shape_of(k)),
                    )
    return tuple(listed[key] for key in sorted(listed))


def _width(shape: BaseGeometry) -> float:
    """Mean width of a sliver: twice its area over its outline."""
    outline = shapely.length(shape)
    return float(2 * shapely.area(shape) / outline) if outline > 0 else 0.0


def _conflicts(
    site: Site, row: int, facts: Facts, *, findings: tuple[Finding, ...]
) -> tuple[ConflictShape, ...]:
    """Shapes of what was met, with the worst state drawn from each feature."""
    shapes: dict[tuple[str, str], ConflictShape] = {}
    for finding in findings:
        if finding.state in {State.CLEAR, State.NOT_CHECKED}:
            continue
        if finding.view not in facts.book.views or finding.relation == "outside":
            continue
        found = facts.view(finding.view)
        if not isinstance(found, ViewFacts):
            continue
        for shape in _met(site, row, found, finding=finding):
            key = shape.layer, shape.feature
            old = shapes.get(key)
            if old is not None:
                worst = max(old.state, shape.state, key=STATES.index)
                rule_ids = (*old.rule_ids, *shape.rule_ids)
                shape = replace(old, state=worst, rule_ids=rule_ids)  # noqa: PLW2901
            shapes[key] = shape
    return tuple(shapes[key] for key in sorted(shapes))


def _met(
    site: Site, row: int, found: ViewFacts, *, finding: Finding
) -> list[ConflictShape]:
    listed = found.rows.rows_of(row)
    rows = found.rows.only(np.arange(listed.start, listed.stop))
    rows = rows.only(rows.overlap_class != TOUCHING)
    drawn = zip(found.called(rows.feature), rows.geometry, strict=True)
    return [
        ConflictShape(
            site_id=site.id,
            layer=found.view.layer,
            feature=feature,
            feature_name=name,
            geometry=shape,
            overlap_m2=float(rows.area_m2[k]),
            length_m=None if np.isnan(rows.length_m[k]) else float(rows.length_m[k]),
            overlap_class=str(rows.overlap_class[k]),
            state=finding.state,
            rule_ids=(finding.rule_id,),
        )
        for k, ((feature, name), shape) in enumerate(drawn)
    ]
