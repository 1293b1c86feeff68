"""Rows of what corridors are worth, and of corridors along rivers by reach."""

from collections.abc import Sequence
from dataclasses import dataclass

from zoning.corridors.layout.values import LayoutReport, Worth
from zoning.report.layout.words import axis_told, called, layout_text

__all__ = ["ReachRow", "WorthRow", "ranked", "reach_rows", "worth_rows"]

_HECTARE = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class WorthRow:
    """What one corridor is worth, in the order of priority."""

    priority: int
    priority_score: float
    name: str
    feature: str
    joins: str
    critical: str
    bridges: int
    ec_without_ha: float
    loss_pct: float
    gain_pct: float
    current_pct: float | None
    current_times: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRow:
    """One reach of a corridor along a river."""

    name: str
    feature: str
    axis: str
    start_m: float
    end_m: float
    passable_pct: float | None
    continuity_pct: float | None


def worth_rows(report: LayoutReport, lang: str) -> list[WorthRow]:
    """Return what corridors are worth as rows, by their priority."""
    return [_worth(one, report, lang) for one in ranked(report)]


def ranked(report: LayoutReport) -> Sequence[Worth]:
    """Return what corridors are worth, by their priority."""
    place = {one.row: one.rank for one in report.priorities}
    return sorted(report.graph.worth, key=lambda one: place[one.row])


def _worth(one: Worth, report: LayoutReport, lang: str) -> WorthRow:
    audit = report.features[one.row]
    place = next(p for p in report.priorities if p.row == one.row)
    carried = audit.current
    return WorthRow(
        priority=place.rank,
        priority_score=place.score,
        name=called(audit),
        feature=audit.id,
        joins=("、" if lang == "zh" else ", ").join(
            called(report.features[row]) for row in one.joins
        ),
        critical=layout_text("yes" if one.articulation else "no", lang),
        bridges=one.bridges,
        ec_without_ha=one.ec_without / _HECTARE,
        loss_pct=100 * one.loss_share,
        gain_pct=100 * one.gain_share,
        current_pct=None if carried is None else 100 * carried.share,
        current_times=None if carried is None else carried.times,
    )


def reach_rows(report: LayoutReport, lang: str) -> list[ReachRow]:
    """Return the reaches of corridors along rivers as rows, in order."""
    return [
        ReachRow(
            name=called(one),
            feature=one.id,
            axis=axis_told(one, lang),
            start_m=reach.start_m,
            end_m=reach.end_m,
            passable_pct=_in_percent(reach.passable_share),
            continuity_pct=_in_percent(reach.continuity_share),
        )
        for one in report.features
        for reach in one.reaches
    ]


def _in_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
