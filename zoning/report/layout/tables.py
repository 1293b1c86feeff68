"""``ledger.xlsx`` of a layout audit and its CSV twins."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from typing_extensions import override

from zoning.corridors.layout.values import LINEAR, FeatureAudit, LayoutReport
from zoning.errors import Problem
from zoning.report.layout.words import (
    STATE_OF,
    axis_told,
    called,
    cause_word,
    fills_told,
    layout_text,
    numbered_gaps,
    owner_plan,
    state_both,
    subject_word,
)
from zoning.report.layout.worth import (
    ReachRow,
    WorthRow,
    reach_rows,
    worth_rows,
)
from zoning.report.ledger import Sheets, csv_bytes, workbook_bytes
from zoning.report.ledger_sheets import Shape
from zoning.report.numbers import percent
from zoning.terms import label

__all__ = [
    "GapRow",
    "NarrowRow",
    "csv_twins",
    "gap_rows",
    "ledger_bytes",
    "narrow_rows",
    "notes_told",
]

_HECTARE = 1e4


@dataclass(frozen=True, slots=True, kw_only=True)
class _CorridorRow:
    name: str
    kind: str
    feature: str
    state: str
    state_word: str
    axis: str
    length_m: float | None
    target_width_m: float | None
    continuity_pct: float | None
    passable_pct: float | None
    gaps: int
    gap_m: float
    narrow: int
    least_m: float | None
    tenth_m: float | None
    median_m: float | None
    drawn_least_m: float | None
    drawn_tenth_m: float | None
    drawn_median_m: float | None
    pieces: int
    area_ha: float
    blocked_ha: float
    mean_resistance: float | None
    greatest_resistance: float | None
    model: str
    hausdorff_m: float | None
    near_pct: float | None
    kept_pct: float | None
    same_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _AreaRow:
    name: str
    kind: str
    feature: str
    state: str
    state_word: str
    pieces: int
    area_ha: float
    blocked_ha: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One gap."""

    gap_id: str
    name: str
    feature: str
    gap_kind: str
    start_m: float
    end_m: float
    length_m: float
    cause: str
    plan: str
    fills: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NarrowRow:
    """One narrow stretch."""

    name: str
    feature: str
    start_m: float
    end_m: float
    length_m: float
    target_width_m: float | None
    least_width_m: float
    at_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _OverlapRow:
    name: str
    feature: str
    what: str
    effect: str
    overlap_ha: float | None
    overlap_pct: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _NoteRow:
    number: str
    problem: str
    cure: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ObstacleRow:
    what: str
    layer_name: str
    where: str
    effect: str
    plan: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _LayoutShape(Shape):
    """A sheet in the words of the layout audit, coloured by state."""

    @override
    def title(self, lang: str) -> str:
        return layout_text(f"sheet_{self.key}", lang)

    @override
    def headings(self, lang: str) -> tuple[str, ...]:
        return tuple(layout_text(f"column_{name}", lang) for name in self.columns)

    @override
    def state_of(self, row: Any) -> str:
        return str(_STATES.get(getattr(row, "state", ""), ""))


_STATES = {str(state): colour for state, colour in STATE_OF.items()}


def ledger_bytes(report: LayoutReport, *, lang: str) -> bytes:
    """Return the workbook; the same report gives the same bytes."""
    title = layout_text("title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def csv_twins(report: LayoutReport, *, lang: str) -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def _sheets(report: LayoutReport, lang: str) -> Sheets:
    linear = [one for one in report.features if one.kind in LINEAR]
    areas = [one for one in report.features if one.kind not in LINEAR]
    return (
        (
            _shape("corridors", _CorridorRow),
            [_corridor(one, report, lang) for one in linear],
        ),
        (_shape("gaps", GapRow), gap_rows(report, lang)),
        (_shape("narrow", NarrowRow), narrow_rows(report)),
        (_shape("reaches", ReachRow), reach_rows(report, lang)),
        (
            _shape("worth", WorthRow),
            worth_rows(report, lang),
        ),
        (_shape("areas", _AreaRow), [_area(one, lang) for one in areas]),
        (_shape("overlaps", _OverlapRow), _overlaps(report, lang)),
        (_shape("not_audited", _NoteRow), _notes(report, lang)),
        (_shape("obstacles", _ObstacleRow), _obstacles(report, lang)),
    )


def _shape(key: str, kind: type) -> Shape:
    names = (one.name for one in fields(kind) if one.name != "state")
    return _LayoutShape(key=key, columns=("row_number", *names))


def _share(value: float | None) -> float | None:
    return None if value is None else 100 * value


def _corridor(one: FeatureAudit, report: LayoutReport, lang: str) -> _CorridorRow:
    room, drawn = one.permeable_m, one.drawn_m
    reach, deviation = one.resistance, one.deviation
    kept = report.model_kept.get(deviation.model_id) if deviation else None
    return _CorridorRow(
        name=called(one),
        kind=label("corridor_kind", one.kind, lang),
        feature=one.id,
        state=str(one.state),
        state_word=state_both(one.state),
        axis=axis_told(one, lang),
        length_m=one.length_m,
        target_width_m=one.target_m,
        continuity_pct=_share(one.continuity_share),
        passable_pct=_share(one.passable_share),
        gaps=len(one.broken_at),
        gap_m=one.broken_m,
        narrow=len(one.narrow),
        least_m=room.least_m if room else None,
        tenth_m=room.tenth_m if room else None,
        median_m=room.median_m if room else None,
        drawn_least_m=drawn.least_m if drawn else None,
        drawn_tenth_m=drawn.tenth_m if drawn else None,
        drawn_median_m=drawn.median_m if drawn else None,
        pieces=one.pieces,
        area_ha=one.area_m2 / _HECTARE,
        blocked_ha=one.blocked_m2 / _HECTARE,
        mean_resistance=reach.mean if reach and reach.cells > reach.unknown else None,
        greatest_resistance=reach.greatest
        if reach and reach.cells > reach.unknown
        else None,
        model=deviation.model_id if deviation else "",
        hausdorff_m=deviation.hausdorff_m if deviation else None,
        near_pct=100 * deviation.axis_share if deviation else None,
        kept_pct=_share(kept[0] if kept else None),
        same_pct=_share(kept[1] if kept else None),
    )


def _area(one: FeatureAudit, lang: str) -> _AreaRow:
    return _AreaRow(
        name=called(one),
        kind=label("corridor_kind", one.kind, lang),
        feature=one.id,
        state=str(one.state),
        state_word=state_both(one.state),
        pieces=one.pieces,
        area_ha=one.area_m2 / _HECTARE,
        blocked_ha=one.blocked_m2 / _HECTARE,
    )


def gap_rows(report: LayoutReport, lang: str) -> list[GapRow]:
    """Return the gaps, the longest first."""
    return [
        GapRow(
            gap_id=one.id,
            name=called(one.audit),
            feature=one.audit.id,
            gap_kind=label("gap_kind", one.gap.kind, lang),
            start_m=one.gap.start_m,
            end_m=one.gap.end_m,
            length_m=one.gap.length_m,
            cause=cause_word(report, one.gap.cause, lang),
            plan=owner_plan(report, one.gap.cause, lang),
            fills=fills_told(report, one.gap, lang),
        )
        for one in numbered_gaps(report)
    ]


def narrow_rows(report: LayoutReport) -> list[NarrowRow]:
    """Return the narrow stretches in the order of the layout, along each axis."""
    return [
        NarrowRow(
            name=called(one),
            feature=one.id,
            start_m=narrow.start_m,
            end_m=narrow.end_m,
            length_m=narrow.length_m,
            target_width_m=one.target_m,
            least_width_m=narrow.least_m,
            at_m=narrow.at_m,
        )
        for one in report.features
        for narrow in one.narrow
    ]


def _overlaps(report: LayoutReport, lang: str) -> list[_OverlapRow]:
    rows = []
    for one in report.features:
        told = [(label("layer", s.id, lang), "overlaps", s) for s in one.overlaps]
        told += [(cause_word(report, s.id, lang), "counts", s) for s in one.burdens]
        for what, effect, share in told:
            area = share.area_m2
            rows.append(
                _OverlapRow(
                    name=called(one),
                    feature=one.id,
                    what=what,
                    effect=layout_text(f"effect_{effect}", lang),
                    overlap_ha=None if area is None else area / _HECTARE,
                    overlap_pct=100 * share.share,
                    count=share.count,
                )
            )
    return rows


def _notes(report: LayoutReport, lang: str) -> list[_NoteRow]:
    rows = [
        _NoteRow(number=one.number, problem=one.text(lang), cure=one.cure(lang))
        for one in _problems(report)
    ]
    for one in report.features:
        for share in one.unseen:
            said = layout_text(
                "unseen",
                lang,
                name=called(one),
                word=subject_word(report, share.id, lang),
                share=percent(share.share),
            )
            rows.append(_NoteRow(number="", problem=said, cure=""))
    return rows


def _problems(report: LayoutReport) -> list[Problem]:
    own = [problem for one in report.features for problem in one.problems]
    return [*report.problems, *report.not_seen, *own]


def notes_told(report: LayoutReport, lang: str) -> list[str]:
    """Return what was not audited in a few lines, features counted by subject."""
    lines = [one.line(lang) for one in _problems(report)]
    subjects: dict[str, int] = {}
    for one in report.features:
        for share in one.unseen:
            subjects[share.id] = subjects.get(share.id, 0) + 1
    lines += [
        layout_text(
            "unseen_all", lang, word=subject_word(report, subject, lang), count=count
        )
        for subject, count in subjects.items()
    ]
    return lines


def _obstacles(report: LayoutReport, lang: str) -> list[_ObstacleRow]:
    return [
        _ObstacleRow(
            what=one.word[lang],
            layer_name=label("layer", one.layer, lang),
            where="; ".join(f"{k}: {', '.join(v)}" for k, v in one.where.items()),
            effect=layout_text(f"effect_{one.effect}", lang),
            plan=one.plan[lang],
            source=one.source[lang],
        )
        for one in report.table.obstacles
    ]
