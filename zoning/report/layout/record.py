"""``layout.json``: the layout on trial as data, schema ``zoning/layout/1``.

The bytes depend on base, table and day alone; numbers are rounded to stated
decimals. `digest` covers everything but the software.
"""

from dataclasses import asdict
from typing import Any

from zoning.corridors.layout.obstacles import ObstacleEntry
from zoning.corridors.layout.table import LayoutTable
from zoning.corridors.layout.values import (
    FeatureAudit,
    Gap,
    LayoutReport,
    Profile,
    Share,
    Worth,
)
from zoning.report.layout.words import layout_sensitivity, numbered_gaps
from zoning.report.numbers import rounded
from zoning.report.verdict import base_document, digest_of, problem_document, software
from zoning.terms import LANGUAGES

__all__ = ["SCHEMA", "layout_document", "table_of_record"]

SCHEMA = "zoning/layout/1"
_LENGTH, _AREA, _SHARE, _INDEX = 3, 2, 6, 9

Json = dict[str, Any]


def layout_document(report: LayoutReport) -> Json:
    """Return the whole report as a tree of plain JSON values."""
    gaps = {id(one.gap): one.id for one in numbered_gaps(report)}
    document: Json = {
        "schema": SCHEMA,
        "complete": report.complete,
        "as_of": report.as_of.isoformat(),
        "states": {str(state): count for state, count in report.states.items()},
        "counts": dict(report.counts),
        "expected": dict(report.expected),
        "features": [_feature(one, gaps, report) for one in report.features],
        "graph": _graph(report),
        "missed_modelled": list(report.missed),
        "sensitivity": {lang: layout_sensitivity(report, lang) for lang in LANGUAGES}
        if report.model_paths
        else None,
        "problems": [problem_document(one) for one in report.problems],
        "not_seen": [problem_document(one) for one in report.not_seen],
        "table": _table(report),
        "base": base_document(report.base),
        "software": dict(software()),
    }
    return document | {"digest": digest_of(document)}


def _feature(one: FeatureAudit, gaps: dict[int, str], report: LayoutReport) -> Json:
    reach, deviation = one.resistance, one.deviation
    kept = report.model_kept.get(deviation.model_id) if deviation else None
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "state": str(one.state),
        "target_m": rounded(one.target_m, _LENGTH),
        "area_m2": rounded(one.area_m2, _AREA),
        "blocked_m2": rounded(one.blocked_m2, _AREA),
        "pieces": one.pieces,
        "axis": one.axis_name or None,
        "length_m": rounded(one.length_m, _LENGTH),
        "continuity_share": rounded(one.continuity_share, _SHARE),
        "passable_share": rounded(one.passable_share, _SHARE),
        "permeable_m": _profile(one.permeable_m),
        "drawn_m": _profile(one.drawn_m),
        "gaps": [_gap(gap, gaps[id(gap)]) for gap in one.gaps],
        "narrow": [
            {
                "start_m": rounded(narrow.start_m, _LENGTH),
                "end_m": rounded(narrow.end_m, _LENGTH),
                "least_m": rounded(narrow.least_m, _LENGTH),
                "at_m": rounded(narrow.at_m, _LENGTH),
            }
            for narrow in one.narrow
        ],
        "burdens": [_share(share) for share in one.burdens],
        "overlaps": [_share(share) for share in one.overlaps],
        "unseen": [_share(share) for share in one.unseen],
        "resistance": None
        if reach is None
        else {
            "mean": _number(reach.mean),
            "greatest": _number(reach.greatest),
            "cells": reach.cells,
            "unknown": reach.unknown,
        },
        "deviation": None
        if deviation is None
        else {
            "model": deviation.model_id,
            "hausdorff_m": rounded(deviation.hausdorff_m, _LENGTH),
            "axis_share": rounded(deviation.axis_share, _SHARE),
            "path_share": rounded(deviation.path_share, _SHARE),
            "kept_share": rounded(kept[0], _SHARE) if kept else None,
            "same_share": rounded(kept[1], _SHARE) if kept else None,
        },
        "current": None
        if one.current is None
        else {
            "share": _number(one.current.share),
            "times_mean": _number(one.current.times),
        },
        "reaches": [
            {
                "start_m": rounded(reach.start_m, _LENGTH),
                "end_m": rounded(reach.end_m, _LENGTH),
                "passable_share": rounded(reach.passable_share, _SHARE),
                "continuity_share": rounded(reach.continuity_share, _SHARE),
            }
            for reach in one.reaches
        ],
        "problems": [problem_document(problem) for problem in one.problems],
    }


def _profile(profile: Profile | None) -> Json | None:
    if profile is None:
        return None
    return {key: rounded(value, _LENGTH) for key, value in asdict(profile).items()}


def _gap(gap: Gap, name: str) -> Json:
    return {
        "id": name,
        "kind": gap.kind,
        "start_m": rounded(gap.start_m, _LENGTH),
        "end_m": rounded(gap.end_m, _LENGTH),
        "length_m": rounded(gap.length_m, _LENGTH),
        "cause": gap.cause,
        "fills": [_share(share) for share in gap.fills],
    }


def _share(share: Share) -> Json:
    return {
        "id": share.id,
        "share": rounded(share.share, _SHARE),
        "area_m2": rounded(share.area_m2, _AREA),
        "count": share.count,
    }


def _number(value: float) -> float | None:
    return None if value != value else rounded(value, _INDEX)  # noqa: PLR0124  nan


def _graph(report: LayoutReport) -> Json:
    graph, ids = report.graph, report.planned.ids
    return {
        "places": graph.places,
        "junctions": graph.junctions,
        "links": graph.links,
        "alpha": _number(graph.alpha),
        "beta": _number(graph.beta),
        "gamma": _number(graph.gamma),
        "ec_planned_m2": rounded(graph.ec_planned, _AREA),
        "ec_standing_m2": rounded(graph.ec_standing, _AREA),
        "parts_planned": [[str(ids[r]) for r in part] for part in graph.parts_planned],
        "parts_standing": [
            [str(ids[r]) for r in part] for part in graph.parts_standing
        ],
        "corridors": [_worth(one, report) for one in graph.worth],
    }


def _worth(one: Worth, report: LayoutReport) -> Json:
    ids = report.planned.ids
    place = next(p for p in report.priorities if p.row == one.row)
    return {
        "id": str(ids[one.row]),
        "priority": place.rank,
        "priority_score": rounded(place.score, _SHARE),
        "joins": [str(ids[row]) for row in one.joins],
        "articulation": one.articulation,
        "bridges": one.bridges,
        "ec_without_m2": rounded(one.ec_without, _AREA),
        "loss_share": rounded(one.loss_share, _SHARE),
        "gain_share": rounded(one.gain_share, _SHARE),
    }


def _table(report: LayoutReport) -> Json:
    table = asdict(report.table)
    for entry in table["obstacles"]:
        entry["where"] = {key: list(values) for key, values in entry["where"].items()}
    table["overlaps"] = list(table["overlaps"])
    table["obstacles"] = list(table["obstacles"])
    return table


def table_of_record(document: Json) -> LayoutTable:
    """Return the table that a ``zoning/layout/1`` document was made with."""
    told = dict(document["table"])
    entries = tuple(
        ObstacleEntry(
            **entry
            | {"where": {key: tuple(values) for key, values in entry["where"].items()}}
        )
        for entry in told.pop("obstacles")
    )
    overlaps = tuple(told.pop("overlaps"))
    return LayoutTable(**told, overlaps=overlaps, obstacles=entries)
