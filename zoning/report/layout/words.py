"""Words and numbers of the layout audit's outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from zoning import strict_yaml
from zoning.corridors.layout.values import (
    COUNTY_LIMIT,
    LAYOUT_ITSELF,
    CorridorState,
    FeatureAudit,
    Gap,
    LayoutReport,
)
from zoning.model import State
from zoning.report.numbers import DASH, fixed, percent, thousands
from zoning.report.texts import text
from zoning.terms import both, label

__all__ = [
    "STATE_OF",
    "NumberedGap",
    "axis_told",
    "called",
    "cause_word",
    "drawn_gaps",
    "fills_told",
    "headline",
    "heads",
    "layout_sensitivity",
    "layout_text",
    "numbered_gaps",
    "owner_plan",
    "percents",
    "several",
    "state_both",
    "states_told",
    "subject_word",
    "why",
]

_NAMED = 4

STATE_OF: Mapping[CorridorState, State] = {
    CorridorState.ABSENT: State.PROHIBITED,
    CorridorState.BROKEN: State.CONDITIONAL,
    CorridorState.NOT_AUDITED: State.NOT_CHECKED,
    CorridorState.NARROW: State.NOTICE,
    CorridorState.WHOLE: State.CLEAR,
}
"""The state of a check whose colour and hatch a corridor is drawn in."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberedGap:
    """A gap with its running number, along the rows of the layout."""

    id: str
    audit: FeatureAudit
    gap: Gap


def layout_text(key: str, lang: str, **values: object) -> str:
    """Return a text of the layout audit with its placeholders filled."""
    return _texts()[key][lang].format_map(values)


def numbered_gaps(report: LayoutReport) -> list[NumberedGap]:
    """Return all gaps with the numbers that outputs use.

    The longest first; those where the axis leaves the county come last.
    """
    every = [(audit, gap) for audit in report.features for gap in audit.gaps]
    every.sort(
        key=lambda pair: (
            pair[1].cause == COUNTY_LIMIT,
            -pair[1].length_m,
            pair[0].row,
            pair[1].start_m,
        )
    )
    return [
        NumberedGap(id=f"G{number:03d}", audit=audit, gap=gap)
        for number, (audit, gap) in enumerate(every, start=1)
    ]


def drawn_gaps(report: LayoutReport) -> list[NumberedGap]:
    """Return the gaps that a map shows: those of the plan or the ground."""
    return [one for one in numbered_gaps(report) if one.gap.cause != COUNTY_LIMIT]


def called(audit: FeatureAudit) -> str:
    """Return the name of a feature, or its id."""
    return audit.name or audit.id


def state_both(state: CorridorState) -> str:
    """Return a state in both languages, as verdict words always are."""
    return both("corridor_state", state)


def states_told(report: LayoutReport, lang: str) -> str:
    """Return how many belts and corridors are in each state, the gravest first."""
    return " · ".join(
        layout_text(
            "state_count", lang, count=n, word=label("corridor_state", state, lang)
        )
        for state, n in report.states.items()
        if n
    )


def headline(report: LayoutReport, lang: str) -> str:
    """Return the one line that sums the audit up."""
    states = report.states
    grave = states[CorridorState.ABSENT] + states[CorridorState.BROKEN]
    parts = [states_told(report, lang)]
    if not grave:
        parts.insert(0, layout_text(_nothing(report), lang))
    parts.append(
        layout_text(
            "held",
            lang,
            places=report.graph.places,
            parts=len(report.graph.parts_standing),
        )
    )
    if not report.complete:
        parts.append(layout_text("open", lang))
    return " · ".join(part for part in parts if part)


def _nothing(report: LayoutReport) -> str:
    return "nothing" if report.complete else "nothing_seen"


def why(report: LayoutReport, lang: str) -> str:
    """Return what the headline rests on."""
    gaps = numbered_gaps(report)
    if gaps and gaps[0].gap.cause != COUNTY_LIMIT:
        first = gaps[0]
        return layout_text(
            "why_gap",
            lang,
            name=called(first.audit),
            start=thousands(first.gap.start_m, 0),
            end=thousands(first.gap.end_m, 0),
            length=thousands(first.gap.length_m, 0),
            cause=cause_word(report, first.gap.cause, lang),
        )
    if not report.complete:
        return layout_text("why_open", lang)
    count = sum(report.states.values())
    spacing = f"{report.table.spacing_m:g}"
    return layout_text("why_nothing", lang, count=count, spacing=spacing)


def cause_word(report: LayoutReport, cause: str, lang: str) -> str:
    """Return what a cause is called."""
    own = {LAYOUT_ITSELF: "itself", COUNTY_LIMIT: "county"}
    if cause in own:
        return layout_text(own[cause], lang)
    return next(o.word[lang] for o in report.table.obstacles if o.id == cause)


def owner_plan(report: LayoutReport, cause: str, lang: str) -> str:
    """Return the plan that decides about a cause."""
    own = {LAYOUT_ITSELF: "itself_plan", COUNTY_LIMIT: "county_plan"}
    if cause in own:
        return layout_text(own[cause], lang)
    return next(o.plan[lang] for o in report.table.obstacles if o.id == cause)


def subject_word(report: LayoutReport, subject: str, lang: str) -> str:
    """Return what a subject is called: the words of its entries."""
    words = [o.word[lang] for o in report.table.obstacles if o.subject == subject]
    return "、".join(words) if lang == "zh" else ", ".join(words)


def fills_told(report: LayoutReport, gap: Gap, lang: str) -> str:
    """Return all that lies in a gap, with shares."""
    return ("、" if lang == "zh" else ", ").join(
        layout_text(
            "cause_told",
            lang,
            word=cause_word(report, one.id, lang),
            share=percent(one.share),
        )
        for one in gap.fills
        if one.share > 0
    )


def axis_told(audit: FeatureAudit, lang: str) -> str:
    """Return where an axis comes from."""
    if audit.axis is None:
        return DASH
    if audit.axis_name:
        return layout_text("axis_river", lang, name=audit.axis_name)
    return layout_text("axis_middle", lang)


def heads(names: Sequence[str], lang: str) -> tuple[str, ...]:
    """Return the headings of columns."""
    return tuple(layout_text(f"column_{name}", lang) for name in names)


def percents(share: float | None, places: int = 1) -> str:
    """Return a share as per cent without the sign, or a dash."""
    return DASH if share is None else fixed(100 * share, places)


def several(names: Sequence[str], lang: str) -> str:
    """Return names, and how many there are where they are many."""
    joint = "、" if lang == "zh" else ", "
    if len(names) <= _NAMED:
        return joint.join(names)
    told = joint.join(names[:_NAMED])
    return layout_text("several", lang, names=told, count=len(names))


@cache
def _texts() -> Mapping[str, Mapping[str, str]]:
    raw = files("zoning").joinpath("report/layout/texts.yaml").read_text("utf-8")
    loaded: Any = strict_yaml.load_text(raw)
    return {key: dict(entry) for key, entry in loaded.items()}


def layout_sensitivity(report: LayoutReport, lang: str) -> str:
    """Return how far a comparison with a model hangs on the model's own table."""
    kept = report.model_kept
    if not kept:
        return label("sensitivity", "model", lang)
    said = layout_text(
        "sampled_said",
        lang,
        paths=len(kept),
        kept=sum(share == 1 for share, _ in kept.values()),
    )
    return said + text("mark.semicolon", lang) + label("sensitivity", "carried", lang)
