"""Findings as plain JSON values, and how numbers are rounded there."""

from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from zoning.model import (
    ClauseSource,
    FeatureOverlap,
    Finding,
    LonLat,
    NearestFeature,
)
from zoning.report.numbers import rounded

__all__ = [
    "AREA",
    "DISTANCE",
    "SHARE",
    "finding_document",
    "ordered",
    "point_document",
]

AREA = 4
DISTANCE = 2
SHARE = 6
DEGREE = 8

Json = dict[str, Any]


def finding_document(finding: Finding) -> Json:
    """Return one element of ``findings``."""
    return _ruling(finding) | {
        "overlap_m2": rounded(finding.overlap_m2, AREA),
        "overlap_m2_deduplicated": rounded(finding.overlap_m2_deduplicated, AREA),
        "share": rounded(finding.share, SHARE),
        "length_m": rounded(finding.length_m, DISTANCE),
        "distance_m": rounded(finding.distance_m, DISTANCE),
        "features": [_feature(feature) for feature in finding.features],
        "nearest": _nearest(finding.nearest),
        "witness": point_document(finding.witness),
        "reason": finding.reason,
        "questions": [ordered(text) for text in finding.questions],
        "needs": [ordered(text) for text in finding.needs],
        "notes": [ordered(text) for text in finding.notes],
        "source": None if finding.source is None else _clause(finding.source),
    }


@cache
def _clause(source: ClauseSource) -> Json:
    return asdict(source)


def _ruling(finding: Finding) -> Json:
    """Return which rule spoke, of what, and what it said."""
    return {
        "rule_id": finding.rule_id,
        "scope": finding.scope,
        "title": ordered(finding.title),
        "state": str(finding.state),
        "severity": finding.severity,
        "names_project": finding.names_project,
        "layer": finding.layer,
        "view": finding.view,
        "relation": finding.relation,
        "threshold": {
            key: rounded(value, SHARE)
            for key, value in sorted(finding.threshold.items())
        },
    }


def _nearest(nearest: NearestFeature | None) -> Json | None:
    if nearest is None:
        return None
    return {
        "id": nearest.id,
        "name": nearest.name,
        "distance_m": rounded(nearest.distance_m, DISTANCE),
        "basis": nearest.basis,
    }


def _feature(feature: FeatureOverlap) -> Json:
    return {
        "id": feature.id,
        "name": feature.name,
        "overlap_m2": rounded(feature.overlap_m2, AREA),
        "length_m": rounded(feature.length_m, DISTANCE),
        "overlap_class": feature.overlap_class,
    }


def point_document(place: LonLat | None) -> list[float] | None:
    """Return longitude and latitude in degrees, rounded to about a millimetre."""
    if place is None:
        return None
    return [round(float(place.lon), DEGREE), round(float(place.lat), DEGREE)]


def ordered(mapping: Mapping[str, str]) -> dict[str, str]:
    """Return a mapping with its keys sorted."""
    return {key: mapping[key] for key in sorted(mapping)}
