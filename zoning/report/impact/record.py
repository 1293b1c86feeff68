"""``impact.json``: the impact of a site as data, schema ``zoning/impact/1``.

The bytes depend on site, base, model, options and day alone; numbers are rounded to
stated decimals. `digest` covers everything but the software.
"""

from dataclasses import asdict
from typing import Any

from zoning.linkage.ground import layers_read
from zoning.linkage.impact import ImpactReport, LinkEffect, Measure, SourceEffect
from zoning.linkage.impact.mitigation import search_rules
from zoning.linkage.values import Range
from zoning.model import Finding
from zoning.report.linkage.record import base_document, place_of, significant
from zoning.report.linkage.sensitivity import impact_sensitivity
from zoning.report.numbers import rounded
from zoning.report.verdict import (
    digest_of,
    problem_document,
    relative_path,
    software,
)
from zoning.terms import LANGUAGES

__all__ = ["SCHEMA", "finding_document", "impact_document"]

SCHEMA = "zoning/impact/1"
_AREA, _LENGTH, _COST, _SHARE = 4, 3, 3, 8

Json = dict[str, Any]


def impact_document(report: ImpactReport) -> Json:
    """Return the whole impact as a tree of plain JSON values, without shapes."""
    kept, options = report.standing.kept, report.options
    document: Json = {
        "schema": SCHEMA,
        "complete": report.complete,
        "harmed": report.harmed,
        "as_of": report.as_of.isoformat(),
        "counts": {
            "links": len(report.links),
            "touched": len(report.touched),
            "on_path": sum(one.on_path for one in report.links),
            "cut": sum(one.cost_after is None for one in report.links),
            "separated": sum(one.separated for one in report.sources),
        },
        "options": {
            "effective": options.effective,
            "mitigation": options.mitigation,
            "samples": options.samples,
            "spread": rounded(options.spread, _SHARE),
            "seed": options.seed,
        },
        "tried": _plain(asdict(search_rules())),
        "model": {
            "digest": kept.digest,
            "table": kept.table.resistance.name,
            "assumption": kept.table.resistance.assumption,
            "sha256": kept.table.sha256,
            "cell_m": [rounded(side, _LENGTH) for side in _cell_m(report)],
            "sources": len(kept.sources),
            "links": len(kept.ends),
            "cost_of_dispersal": significant(report.standing.dispersal.cost_at),
        },
        "site": _site(report),
        "sensitivity": {lang: impact_sensitivity(report, lang) for lang in LANGUAGES},
        "net": _net(report),
        "links": [_link(one) for one in report.links],
        "sources": [_source(one) for one in report.sources],
        "findings": [finding_document(one.finding) for one in report.judged],
        "measures": [_measure(one, report) for one in report.measures],
        "problems": [problem_document(problem) for problem in report.problems],
        "remarks": [problem_document(problem) for problem in report.remarks],
        "base": base_document(report.base, layers_read(kept.table)),
        "software": dict(software()),
    }
    return document | {"digest": digest_of(document)}


def _plain(row: Json) -> Json:
    return {k: list(v) if isinstance(v, tuple) else v for k, v in row.items()}


def _cell_m(report: ImpactReport) -> tuple[float, float]:
    return report.standing.land.resistance.cell_m


def _site(report: ImpactReport) -> Json:
    site, source = report.site, asdict(report.site.source)
    return {
        "id": site.id,
        "name": site.name,
        "crs": site.crs,
        "source": source | {"path": relative_path(site.source.path)},
        "at": place_of(report.geometry, report.base.crs),
        "area_m2": rounded(report.area_m2, _AREA),
        "length_m": rounded(report.length_m, _LENGTH),
        "cells_taken": report.cells_taken,
        "cells_dearer": report.cells_dearer,
    }


def _net(report: ImpactReport) -> Json:
    net = report.net
    return {
        "parts": net.parts,
        "parts_after": net.parts_after,
        "equivalent_m2": significant(net.equivalent_m2),
        "equivalent_after_m2": significant(net.equivalent_after_m2),
        "lost_share": rounded(net.lost_share, _SHARE),
        "sampled_lost_share": _range(net.lost),
    }


def _link(one: LinkEffect) -> Json:
    drawn = one.sampled
    return {
        "number": one.number,
        "sources": [one.start, one.end],
        "touched": one.touched,
        "on_path": one.on_path,
        "overlap_m2": rounded(one.overlap_m2, _AREA),
        "overlap_m": rounded(one.overlap_m, _LENGTH),
        "overlap_share": rounded(one.overlap_share, _SHARE),
        "dearer_share": rounded(one.dearer_share, _SHARE),
        "width_m": rounded(one.width_m, _LENGTH),
        "width_left_m": rounded(one.width_left_m, _LENGTH),
        "mean_width_m": rounded(one.mean_width_m, _LENGTH),
        "mean_width_after_m": rounded(one.mean_width_after_m, _LENGTH),
        "cost": rounded(one.cost, _COST),
        "cost_after": rounded(one.cost_after, _COST),
        "rise_share": rounded(one.rise_share, _SHARE),
        "effective_resistance": significant(one.resistance),
        "effective_resistance_after": significant(one.resistance_after),
        "effective_rise_share": rounded(one.resistance_share, _SHARE),
        "sampled_rise_share": None if drawn is None else _range(drawn.rise),
        "sampled_on_path_share": None
        if drawn is None
        else rounded(drawn.touched_share, _SHARE),
    }


def _range(one: Range | None) -> list[float | None] | None:
    if one is None:
        return None
    return [rounded(value, _SHARE) for value in (one.low, one.middle, one.high)]


def _source(one: SourceEffect) -> Json:
    return {
        "number": one.number,
        "area_m2": rounded(one.area_m2, _AREA),
        "taken_m2": rounded(one.taken_m2, _AREA),
        "cells_taken": one.cells_taken,
        "pieces": one.pieces,
        "pieces_after": one.pieces_after,
        "separated": one.separated,
    }


def finding_document(one: Finding) -> Json:
    """Return a finding on the model as ``impact.json`` has it."""
    return {
        "rule_id": one.rule_id,
        "title": dict(one.title),
        "state": one.state,
        "reason": one.reason,
        "numbers": [int(feature.id) for feature in one.features],
        "needs": [dict(words) for words in one.needs],
        "notes": [dict(words) for words in one.notes],
    }


def _measure(one: Measure, report: ImpactReport) -> Json:
    return {
        "number": one.number,
        "kind": one.kind,
        "link": one.link,
        "at": place_of(one.shape, report.base.crs),
        "cells": one.cells,
        "area_m2": rounded(one.area_m2, _AREA),
        "cost_after": rounded(one.cost_after, _COST),
        "equivalent_gain_m2": significant(one.equivalent_gain_m2),
        "moved_m": rounded(one.moved_m, _LENGTH),
        "bearing_deg": rounded(one.bearing_deg, _LENGTH),
    }
