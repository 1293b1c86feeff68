"""``ledger.xlsx`` of an impact and its CSV twins: rows that every output reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import fsum

from typing_extensions import override

from zoning.check.findings import Judged
from zoning.linkage.ground import layers_read
from zoning.linkage.impact import ImpactReport, LinkEffect, SourceEffect
from zoning.linkage.values import Range
from zoning.model import State
from zoning.report.impact.words import impact_text, loss_m2, measure_told
from zoning.report.ledger import Sheets, csv_bytes, workbook_bytes
from zoning.report.ledger_sheets import Shape
from zoning.report.linkage.tables import LayerRow, layer_rows
from zoning.report.numbers import DASH
from zoning.report.rule_wording import state_both

__all__ = [
    "FindingRow",
    "LinkRow",
    "MeasureRow",
    "NetRow",
    "SourceRow",
    "csv_twins",
    "finding_lines",
    "finding_rows",
    "ledger_bytes",
    "link_rows",
    "measure_rows",
    "net_rows",
    "read_layers",
    "source_rows",
]

_HA = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """What one rule says."""

    rule: str
    title: str
    state: str
    met: str
    need: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One link; None where no way is left, or nothing was computed."""

    link: int
    start: int
    end: int
    touched: bool
    on_path: bool
    overlap_m2: float
    overlap_m: float
    overlap_pct: float
    dearer_pct: float
    width_m: float | None
    width_left_m: float | None
    mean_width_m: float | None
    mean_width_after_m: float | None
    cost: float
    cost_after: float | None
    rise_pct: float | None
    resistance: float | None
    resistance_after: float | None
    resistance_pct: float | None
    rise_low_pct: float | None
    rise_high_pct: float | None
    touched_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """One source that loses ground, or its last link."""

    source: int
    area_ha: float
    taken_m2: float
    taken_pct: float
    pieces: int
    pieces_after: int
    separated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NetRow:
    """One measure of the net, before and after."""

    measure: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasureRow:
    """One measure that wins something back."""

    number: int
    kind: str
    told: str
    link: int | None
    cells: int
    cost_after: float | None
    gain_ha: float
    gain_pct: float | None
    by_cell_ha: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RemarkRow:
    number: str
    problem: str
    cure: str


def finding_rows(report: ImpactReport, lang: str) -> list[FindingRow]:
    """Return what the rules say, in their order."""
    return [_finding(one, lang) for one in report.judged]


def finding_lines(report: ImpactReport, lang: str) -> list[str]:
    """Return the rules that are not clear, each as a line."""
    open_ = [one for one in report.judged if one.finding.state is not State.CLEAR]
    return [
        f"{row.rule}  {row.state}  {row.title} · {row.met}"
        for row in (_finding(one, lang) for one in open_)
    ]


def _finding(one: Judged, lang: str) -> FindingRow:
    found = one.finding
    kind = "source" if found.view.startswith("modelled_source") else "link"
    numbers = "、".join(feature.id for feature in found.features)
    open_ = found.state is not State.CLEAR
    return FindingRow(
        rule=found.rule_id,
        title=found.title[lang],
        state=state_both(found.state),
        met=impact_text(f"numbers_{kind}", lang, numbers=numbers) if numbers else DASH,
        need="; ".join(words[lang] for words in found.needs) if open_ else "",
    )


def link_rows(report: ImpactReport) -> list[LinkRow]:
    """Return all links as rows, in order."""
    return [_link(one) for one in report.links]


def _link(one: LinkEffect) -> LinkRow:
    drawn = one.sampled
    return LinkRow(
        link=one.number,
        start=one.start,
        end=one.end,
        touched=one.touched,
        on_path=one.on_path,
        overlap_m2=one.overlap_m2,
        overlap_m=one.overlap_m,
        overlap_pct=100 * one.overlap_share,
        dearer_pct=100 * one.dearer_share,
        width_m=one.width_m,
        width_left_m=one.width_left_m,
        mean_width_m=one.mean_width_m,
        mean_width_after_m=one.mean_width_after_m,
        cost=one.cost,
        cost_after=one.cost_after,
        rise_pct=_percent(one.rise_share),
        resistance=_joined(one.resistance),
        resistance_after=_joined(one.resistance_after),
        resistance_pct=_percent(one.resistance_share),
        rise_low_pct=None if drawn is None else _end(drawn.rise, "low"),
        rise_high_pct=None if drawn is None else _end(drawn.rise, "high"),
        touched_pct=None if drawn is None else 100 * drawn.touched_share,
    )


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _joined(resistance: float | None) -> float | None:
    """Return a resistance; None where nothing joins the sources."""
    return None if resistance is None or resistance < 0 else resistance


def _end(one: Range | None, side: str) -> float | None:
    return None if one is None else 100 * float(getattr(one, side))


def source_rows(report: ImpactReport) -> list[SourceRow]:
    """Return the sources as rows, in order."""
    return [_source(one) for one in report.sources]


def _source(one: SourceEffect) -> SourceRow:
    return SourceRow(
        source=one.number,
        area_ha=one.area_m2 / _HA,
        taken_m2=one.taken_m2,
        taken_pct=100 * one.taken_m2 / one.area_m2,
        pieces=one.pieces,
        pieces_after=one.pieces_after,
        separated=one.separated,
    )


def net_rows(report: ImpactReport, lang: str) -> list[NetRow]:
    """Return the measures of the net before and after."""
    net, links = report.net, report.links
    after = [one.cost_after for one in links if one.cost_after is not None]
    rows: list[tuple[str, float, float]] = [
        ("net_links", float(len(links)), float(len(after))),
        ("net_parts", float(net.parts), float(net.parts_after)),
        ("net_equivalent", net.equivalent_m2 / _HA, net.equivalent_after_m2 / _HA),
        ("net_cost", fsum(one.cost for one in links), fsum(after)),
    ]
    return [
        NetRow(measure=impact_text(key, lang), before=before, after=now)
        for key, before, now in rows
    ]


def measure_rows(report: ImpactReport, lang: str) -> list[MeasureRow]:
    """Return the measures as rows, the greatest gain first."""
    lost = loss_m2(report)
    return [
        MeasureRow(
            number=one.number,
            kind=impact_text(f"kind_{one.kind}", lang),
            told=measure_told(report, one, lang),
            link=one.link,
            cells=one.cells,
            cost_after=one.cost_after,
            gain_ha=one.equivalent_gain_m2 / _HA,
            gain_pct=100 * one.equivalent_gain_m2 / lost if lost > 0 else None,
            by_cell_ha=one.equivalent_gain_m2 / _HA / one.cells if one.cells else None,
        )
        for one in report.measures
    ]


def read_layers(report: ImpactReport, lang: str) -> list[LayerRow]:
    """Return the layers and rasters that the model was made from."""
    return layer_rows(report.base, layers_read(report.standing.kept.table), lang)


def ledger_bytes(report: ImpactReport, *, lang: str) -> bytes:
    """Return the workbook; the same impact gives the same bytes."""
    title = impact_text("title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def csv_twins(report: ImpactReport, *, lang: str) -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def _sheets(report: ImpactReport, lang: str) -> Sheets:
    options = report.options
    without: tuple[str, ...] = ()
    if not options.samples:
        without += ("rise_low_pct", "rise_high_pct", "touched_pct")
    if not options.effective:
        without += ("resistance", "resistance_after", "resistance_pct")
    return (
        (_shape("findings", FindingRow), finding_rows(report, lang)),
        (_shape("links", LinkRow, without=without), link_rows(report)),
        (_shape("sources", SourceRow), source_rows(report)),
        (_shape("net", NetRow), net_rows(report, lang)),
        (_shape("measures", MeasureRow), measure_rows(report, lang)),
        (_shape("layers", LayerRow), read_layers(report, lang)),
        (_shape("remarks", _RemarkRow), _remarks(report, lang)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ImpactShape(Shape):
    """A sheet in the words of the impact."""

    @override
    def title(self, lang: str) -> str:
        return impact_text(f"sheet_{self.key}", lang)

    @override
    def headings(self, lang: str) -> tuple[str, ...]:
        return tuple(impact_text(f"column_{name}", lang) for name in self.columns)


def _shape(key: str, kind: type, *, without: Sequence[str] = ()) -> Shape:
    names = (one.name for one in fields(kind) if one.name not in without)
    return _ImpactShape(key=key, columns=("row_number", *names))


def _remarks(report: ImpactReport, lang: str) -> list[_RemarkRow]:
    return [
        _RemarkRow(number=one.number, problem=one.text(lang), cure=one.cure(lang))
        for one in (*report.problems, *report.remarks)
    ]
