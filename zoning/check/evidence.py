"""The numbers of a finding: overlaps, nearest feature, witness, thresholds."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zoning.check.facts import Facts
from zoning.check.layout import told_of_passage
from zoning.check.relations import PASSAGE, Outcome
from zoning.check.view_facts import ViewFacts
from zoning.model import Absence, FeatureOverlap, Finding, LonLat, NearestFeature
from zoning.model.problems import layer_problem
from zoning.overlay import TOUCHING

__all__ = ["MAX_FEATURES", "described"]

MAX_FEATURES = 50
"""Features listed per finding, largest first; the sums count all."""


def described(finding: Finding, outcome: Outcome, row: int, *, facts: Facts) -> Finding:
    """Return `finding` with what was measured for the site in `row`."""
    space = outcome.space
    threshold = {
        name: value
        for name, value in (
            ("distance_m", space.distance_m),
            ("share", space.share),
            ("slope_deg", space.slope_deg),
        )
        if value is not None
    }
    where: dict[str, Any] = {
        "layer": outcome.layer,
        "view": space.view,
        "relation": space.relation,
        "threshold": threshold,
    }
    if outcome.absent is not None:
        notes = (*finding.notes, _declared_absent(outcome.absent))
        return replace(finding, **where, notes=notes)
    if outcome.slopes is not None:
        steep = outcome.slopes.steep_share[row]
        share = finding.share if np.isnan(steep) else float(steep)
        return replace(finding, **where, share=share)
    found = facts.view(space.view)
    if not isinstance(found, ViewFacts):
        return replace(finding, **where)
    measured = found.told.get(row)
    if measured is None:
        measured = found.told[row] = _measured(found, row, facts)
    if space.relation == "outside":
        left = max(0.0, 1.0 - measured["share"])
        measured = measured | {"share": left}
    notes = (*finding.notes, *measured["notes"])
    if space.relation in PASSAGE:
        notes += told_of_passage(facts.hits(space.view, row), space.relation)
    return replace(finding, **where | measured | {"notes": notes})


def _declared_absent(absent: Absence) -> dict[str, str]:
    return {
        "zh": (
            f"已声明本县无此类要素：{absent.statement}"
            f"（{absent.source}，{absent.date}）"
        ),
        "en": f"declared absent: {absent.statement} ({absent.source}, {absent.date})",
    }


def _measured(found: ViewFacts, row: int, facts: Facts) -> dict[str, Any]:
    """Return what every rule on a view says of a site: members of a finding."""
    sums, rows = found.sums, found.rows
    listed = rows.rows_of(row)
    length = float(sums.length_m[row])
    witness = (
        rows.only(np.array([_main_row(found, listed)])).witness_lonlat[0]
        if listed
        else found.nearest.witness_lonlat[row]
    )
    return {
        "overlap_m2": math.fsum(rows.area_m2[listed.start : listed.stop]),
        "overlap_m2_deduplicated": float(sums.deduplicated_m2[row]),
        "share": float(sums.share[row]),
        "length_m": length if length > 0 else None,
        "distance_m": _finite(found.nearest.distance_m[row]),
        "features": _features(found, listed),
        "nearest": _nearest(found, row),
        "witness": _point(witness),
        "notes": (*_reach_note(found, row, facts), *_disagreement(found, listed)),
    }


def _features(found: ViewFacts, listed: range) -> tuple[FeatureOverlap, ...]:
    rows = found.rows
    called = found.called(rows.feature[listed.start : listed.stop])
    overlaps = [
        FeatureOverlap(
            id=one,
            name=name,
            overlap_m2=float(rows.area_m2[k]),
            length_m=_finite(rows.length_m[k]),
            overlap_class=str(rows.overlap_class[k]),
        )
        for k, (one, name) in zip(listed, called, strict=True)
    ]
    overlaps.sort(
        key=lambda o: (-round(o.overlap_m2, 2), -round(o.length_m or 0.0, 2), o.id)
    )
    return tuple(overlaps[:MAX_FEATURES])


def _main_row(found: ViewFacts, listed: range) -> int:
    """Return the row to point at: the largest overlap, then the longest."""
    rows = found.rows
    return max(
        listed,
        key=lambda k: (
            rows.overlap_class[k] != TOUCHING,
            rows.area_m2[k],
            np.nan_to_num(rows.length_m[k]),
            -k,
        ),
    )


def _nearest(found: ViewFacts, row: int) -> NearestFeature | None:
    feature = found.nearest.feature[row : row + 1]
    if feature[0] < 0:
        return None
    outline = found.layer.attributes.get("outline")
    ((one, name),) = found.called(feature)
    return NearestFeature(
        id=one,
        name=name,
        distance_m=float(found.nearest.distance_m[row]),
        basis="" if outline is None else str(outline[feature][0]),
    )


def _reach_note(found: ViewFacts, row: int, facts: Facts) -> tuple[dict[str, str], ...]:
    """Say so when nothing of the view lies within reach."""
    if found.nearest.feature[row] >= 0:
        return ()
    km = facts.options.near_m / 1000
    note = {
        "zh": f"{km:g} 千米内没有{found.view.zh}",
        "en": f"no {found.view.en} within {km:g} km",
    }
    return (note,)


def _disagreement(found: ViewFacts, listed: range) -> tuple[dict[str, str], ...]:
    """Say so when an area and the shape built for it tell different things."""
    if not listed:
        return ()
    rows = found.rows.only(np.arange(listed.start, listed.stop))
    apart = rows.feature[rows.disagree()]
    if len(apart) == 0:
        return ()
    ids = "、".join(str(found.layer.feature_ids[k]) for k in apart)
    problem = layer_problem("AREAS_DISAGREE", found.view.layer, features=ids)
    return ({lang: problem.text(lang) for lang in ("zh", "en")},)


def _point(lonlat: NDArray[np.float64]) -> LonLat | None:
    if np.isnan(lonlat).any():
        return None
    return LonLat(lon=float(lonlat[0]), lat=float(lonlat[1]))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
