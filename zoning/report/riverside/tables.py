"""``ledger.xlsx`` of a river-bank survey and its CSV twins."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from typing_extensions import override

from zoning.corridors.green_banks import BankSummary
from zoning.corridors.ridges import BeltLimit
from zoning.report.ledger import Sheets, csv_bytes, workbook_bytes
from zoning.report.ledger_sheets import Shape
from zoning.report.linkage.record import place_of
from zoning.report.riverside.shapes import break_shape, breaks_of, drawdown_m2
from zoning.report.riverside.words import (
    belt_m2,
    remarks_of,
    riverside_text,
    side_word,
)
from zoning.riverside import RiverSide, RiversideReport, reaches_of
from zoning.terms import label

__all__ = [
    "BreakRow",
    "ReachRow",
    "RiverRow",
    "break_rows",
    "csv_twins",
    "ledger_bytes",
    "reach_rows",
    "river_rows",
]

_HA, _KM = 10_000, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RiverRow:
    """One river; None where a part was not made."""

    river: str
    rank: str
    bank_km: float | None
    belt_ha: float | None
    ridge_ha: float | None
    flat_ha: float | None
    cap_ha: float | None
    water_ha: float | None
    undrawn_km: float | None
    forest_pct: float | None
    plantable_ha: float | None
    farmland_ha: float | None
    strip_by: str
    strip_m: float | None
    left_bank_km: float | None
    left_continuity_pct: float | None
    left_longest_km: float | None
    right_bank_km: float | None
    right_continuity_pct: float | None
    right_longest_km: float | None
    drawdown_ha: float | None
    edge_error_m: float | None
    edge_error_p90_m: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachRow:
    """One reach of a bank."""

    river: str
    side: str
    start_km: float
    end_km: float
    bank_m: float
    unknown_m: float
    green_pct: float | None
    continuity_pct: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakRow:
    """One stretch of bank that is not green."""

    river: str
    side: str
    length_m: float
    cover: str
    witness_lon: float
    witness_lat: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _RemarkRow:
    river: str
    number: str
    problem: str
    cure: str


def river_rows(report: RiversideReport, lang: str) -> list[RiverRow]:
    """Return the rivers as rows, in order."""
    return [_river(one, report, lang) for one in report.rivers]


def _river(one: RiverSide, report: RiversideReport, lang: str) -> RiverRow:
    belt, cover, dry = one.belt, one.cover, one.drawdown
    banks: Mapping[str, BankSummary] = one.green.by_side if one.green else {}
    left, right = banks.get("left"), banks.get("right")

    def ground(limit: BeltLimit) -> float | None:
        return None if belt is None else belt.area_m2.get(limit, 0.0) / _HA

    return RiverRow(
        river=one.name,
        rank=label("layer_class", f"river.{one.rank}", lang),
        bank_km=None if belt is None else belt.bank_m / _KM,
        belt_ha=_over(belt_m2(one), _HA),
        ridge_ha=ground(BeltLimit.RIDGE),
        flat_ha=ground(BeltLimit.FLAT),
        cap_ha=ground(BeltLimit.CAP),
        water_ha=ground(BeltLimit.WATER),
        undrawn_km=None if belt is None else belt.unknown_m / _KM,
        forest_pct=None if cover is None else _known(100 * cover.forest_share),
        plantable_ha=None if cover is None else cover.plantable_m2 / _HA,
        farmland_ha=_over(one.farmland_m2, _HA),
        strip_by=riverside_text(f"strip_{one.strip_rule}", lang),
        strip_m=one.strip_m or None,
        left_bank_km=None if left is None else left.bank_m / _KM,
        left_continuity_pct=None if left is None else 100 * left.continuity,
        left_longest_km=None if left is None else left.longest_green_m / _KM,
        right_bank_km=None if right is None else right.bank_m / _KM,
        right_continuity_pct=None if right is None else 100 * right.continuity,
        right_longest_km=None if right is None else right.longest_green_m / _KM,
        drawdown_ha=_over(drawdown_m2(one, report.base.crs), _HA),
        edge_error_m=None if dry is None else _known(dry.edge_error_m),
        edge_error_p90_m=None if dry is None else _known(dry.edge_error_p90_m),
    )


def _over(value: float | None, unit: float) -> float | None:
    return None if value is None else value / unit


def _known(value: float) -> float | None:
    return None if value != value else value  # noqa: PLR0124  nan


def reach_rows(report: RiversideReport, lang: str) -> list[ReachRow]:
    """Return the reaches as rows, river by river."""
    table = report.table
    return [
        ReachRow(
            river=one.name,
            side=side_word(reach.side, lang),
            start_km=reach.start_m / _KM,
            end_km=reach.end_m / _KM,
            bank_m=reach.bank_m,
            unknown_m=reach.unknown_m,
            green_pct=_over(reach.green_share, 0.01),
            continuity_pct=_over(reach.continuity, 0.01),
        )
        for one in report.rivers
        for reach in reaches_of(one, table.reach_m, table.green_from)
    ]


def break_rows(report: RiversideReport, lang: str) -> list[BreakRow]:
    """Return the breaks as rows, the longest first."""
    rows = []
    for one, gap in breaks_of(report):
        lon, lat = place_of(break_shape(one, gap), report.base.crs)
        rows.append(
            BreakRow(
                river=one.name,
                side=side_word(gap.side, lang),
                length_m=gap.length_m,
                cover=riverside_text("cover_code", lang, code=gap.cover),
                witness_lon=lon,
                witness_lat=lat,
            )
        )
    return rows


def ledger_bytes(report: RiversideReport, *, lang: str) -> bytes:
    """Return the workbook; the same survey gives the same bytes."""
    title = riverside_text("title", lang)
    return workbook_bytes(_sheets(report, lang), title=title, lang=lang)


def csv_twins(report: RiversideReport, *, lang: str) -> Mapping[str, bytes]:
    """Return each sheet as CSV by file name."""
    return csv_bytes(_sheets(report, lang), lang=lang)


def _sheets(report: RiversideReport, lang: str) -> Sheets:
    remarks = [
        _RemarkRow(
            river=name,
            number=problem.number,
            problem=problem.text(lang),
            cure=problem.cure(lang),
        )
        for name, _, problem in remarks_of(report)
    ]
    return (
        (_shape("rivers", RiverRow), river_rows(report, lang)),
        (_shape("reaches", ReachRow), reach_rows(report, lang)),
        (_shape("breaks", BreakRow), break_rows(report, lang)),
        (_shape("remarks", _RemarkRow), remarks),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _RiversideShape(Shape):
    """A sheet in the words of the survey."""

    @override
    def title(self, lang: str) -> str:
        return riverside_text(f"sheet_{self.key}", lang)

    @override
    def headings(self, lang: str) -> tuple[str, ...]:
        return tuple(riverside_text(f"column_{name}", lang) for name in self.columns)


def _shape(key: str, kind: type) -> Shape:
    names = (one.name for one in fields(kind))
    return _RiversideShape(key=key, columns=("row_number", *names))
