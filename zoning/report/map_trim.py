"""Trims as the map draws them: dashed, over the report that holds now."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from zoning.check.crossings import Crossing
from zoning.check.fixes import FixOutcome, FixReport, SiteFix
from zoning.model import Verdict
from zoning.report.map_layers import size_text
from zoning.report.map_words import metre
from zoning.report.numbers import hectares, metres
from zoning.report.styles import style
from zoning.report.trim_words import (
    cut_lines,
    meets,
    move_of,
    notes_of,
    outcome_of,
    trim_text,
)

__all__ = ["DrawnShape", "TrimDrawing", "trim_drawing"]

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnShape:
    """One shape over the map.

    Parameters
    ----------
    item : str
        ``lost`` or ``crossing``.
    geometry : geometry
        In the working plane of the base.
    told : dict
        What its popup tells.
    label : str
        Written on it; '' for nothing.
    """

    item: str
    geometry: BaseGeometry
    told: Json
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrimDrawing:
    """What a map of a report shows besides.

    `remarks` are lines for the panel, by site id.
    """

    shapes: tuple[DrawnShape, ...] = ()
    remarks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def trim_drawing(fixed: FixReport, lang: str) -> TrimDrawing:
    """Return the trims of a fix, ready to be drawn over ``fixed.after``."""
    return TrimDrawing(
        shapes=tuple(shape for fix in fixed.fixes for shape in _shapes(fix, lang)),
        remarks={
            fix.before.site.id: _remarks(fix, fixed, lang)
            for fix in fixed.fixes
            if fix.outcome is not FixOutcome.NOT_NEEDED
        },
    )


def _remarks(fix: SiteFix, fixed: FixReport, lang: str) -> tuple[str, ...]:
    outcome, move = outcome_of(fix, fixed.options), move_of(fix)
    moved = () if move is None else (move.line(lang),)
    notes = notes_of(fix, fixed.options, lang)
    if outcome is not None:
        return (outcome.line(lang), *moved, *notes, *_listed(fix, lang))
    warned = (fix.result.verdict is Verdict.PROHIBITED) + bool(fix.breaks_m)
    kept = notes[: 1 + warned]
    gone = [cut for cut in fix.cuts if cut.obstacle is None]
    return (*kept, *cut_lines(fix, lang, gone), *moved)


def _listed(fix: SiteFix, lang: str) -> list[str]:
    """Return the stretches by their numbers on the map, as one paragraph."""
    lines = [
        f"{number} · {metres(one.start_m)}–{metres(one.end_m)} {metre(lang)} · "
        f"{meets(one, lang)}"
        for number, one in enumerate(fix.crossings, start=1)
    ]
    return [("；" if lang == "zh" else "; ").join(lines)] if lines else []


def _shapes(fix: SiteFix, lang: str) -> Sequence[DrawnShape]:
    if fix.crossings:
        return [
            _stretch(fix, one, number=number, lang=lang)
            for number, one in enumerate(fix.crossings, start=1)
        ]
    if fix.lost is None or shapely.is_empty(fix.lost):
        return []
    name = style("lost").label(lang)
    told = {
        "heading": name,
        "site": fix.before.site.name,
        "area": size_text(fix.lost_m2, None, lang),
        "rules": "、".join(c.finding.rule_id for c in fix.cuts if c.obstacle is None),
    }
    area = f"{hectares(fix.lost_m2)} {'公顷' if lang == 'zh' else 'ha'}"
    label = f"{trim_text('trim', lang)} {area}"
    return [DrawnShape(item="lost", geometry=fix.lost, told=told, label=label)]


def _stretch(fix: SiteFix, one: Crossing, *, number: int, lang: str) -> DrawnShape:
    start, end = metres(one.start_m), metres(one.end_m)
    return DrawnShape(
        item="crossing",
        geometry=one.geometry,
        told={
            "heading": f"{style('crossing').label(lang)} {number}",
            "site": fix.before.site.name,
            "feature": meets(one, lang),
            "distance": trim_text("chainage", lang, start=start, end=end),
            "length": f"{metres(one.run_m)} {metre(lang)}",
            "rules": "、".join(one.rule_ids),
        },
        label=str(number),
    )
