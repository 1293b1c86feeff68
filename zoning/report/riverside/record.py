"""``riverside.json``: river banks as data, schema ``zoning/riverside/1``.

The bytes depend on base, table, rivers and day alone; numbers are rounded to stated
decimals. `digest` covers everything but the software.
"""

from typing import Any

from zoning.report.linkage.record import base_document, place_of
from zoning.report.numbers import rounded
from zoning.report.riverside.shapes import break_shape, drawdown_m2
from zoning.report.verdict import digest_of, problem_document, software
from zoning.riverside import Reach, RiverSide, RiversideReport, reaches_of

__all__ = ["LAYERS", "SCHEMA", "riverside_document"]

SCHEMA = "zoning/riverside/1"
LAYERS = ("dem", "land_cover", "permanent_basic_farmland", "river")
"""Layers and rasters that a survey reads."""
_AREA, _LENGTH, _SHARE = 4, 3, 6

Json = dict[str, Any]


def riverside_document(report: RiversideReport) -> Json:
    """Return the whole survey as a tree of plain JSON values, without shapes."""
    table = report.table
    document: Json = {
        "schema": SCHEMA,
        "complete": report.complete,
        "as_of": report.as_of.isoformat(),
        "counts": {
            "rivers": len(report.rivers),
            "gaps": sum(len(one.gaps) for one in report.rivers),
        },
        "table": {
            "name": table.name,
            "source": table.source,
            "assumption": table.assumption,
            "sha256": table.sha256,
        },
        "rivers": [_river(one, report) for one in report.rivers],
        "base": base_document(report.base, LAYERS),
        "software": dict(software()),
    }
    return document | {"digest": digest_of(document)}


def _river(one: RiverSide, report: RiversideReport) -> Json:
    table = report.table
    reaches = reaches_of(one, table.reach_m, table.green_from)
    return {
        "name": one.name,
        "rank": one.rank,
        "belt": _belt(one),
        "farmland_m2": rounded(one.farmland_m2, _AREA),
        "strip": {"rule": one.strip_rule, "width_m": rounded(one.strip_m, _LENGTH)},
        "green": _green(one, report),
        "reaches": [_reach(reach) for reach in reaches],
        "drawdown": _drawdown(one, report.base.crs),
        "gaps": [
            {"part": gap.part, "problem": problem_document(gap.problem)}
            for gap in one.gaps
        ],
        "problems": [problem_document(problem) for problem in one.problems],
    }


def _belt(one: RiverSide) -> Json | None:
    if one.belt is None:
        return None
    cover = one.cover
    return {
        "area_m2": {
            str(limit): rounded(area, _AREA) for limit, area in one.belt.area_m2.items()
        },
        "bank_m": rounded(one.belt.bank_m, _LENGTH),
        "undrawn_m": rounded(one.belt.unknown_m, _LENGTH),
        "cover": None
        if cover is None
        else {
            "known_m2": rounded(cover.known_m2, _AREA),
            "forest_m2": rounded(cover.forest_m2, _AREA),
            "plantable_m2": rounded(cover.plantable_m2, _AREA),
            "gap_share": rounded(cover.gap_share, _SHARE),
        },
    }


def _green(one: RiverSide, report: RiversideReport) -> Json | None:
    if one.green is None:
        return None
    return {
        "banks": {
            side or "unknown": {
                "bank_m": rounded(bank.bank_m, _LENGTH),
                "unknown_m": rounded(bank.unknown_m, _LENGTH),
                "green_share": rounded(bank.green_share, _SHARE),
                "continuity": rounded(bank.continuity, _SHARE),
                "longest_green_m": rounded(bank.longest_green_m, _LENGTH),
            }
            for side, bank in one.green.by_side.items()
        },
        "breaks": [
            {
                "side": gap.side or "unknown",
                "length_m": rounded(gap.length_m, _LENGTH),
                "cover": gap.cover,
                "at": place_of(break_shape(one, gap), report.base.crs),
            }
            for gap in one.green.breaks
        ],
    }


def _reach(one: Reach) -> Json:
    return {
        "side": one.side,
        "start_m": rounded(one.start_m, _LENGTH),
        "end_m": rounded(one.end_m, _LENGTH),
        "bank_m": rounded(one.bank_m, _LENGTH),
        "unknown_m": rounded(one.unknown_m, _LENGTH),
        "green_share": rounded(one.green_share, _SHARE),
        "continuity": rounded(one.continuity, _SHARE),
    }


def _drawdown(one: RiverSide, crs: str) -> Json | None:
    if one.drawdown is None:
        return None
    return {
        "area_m2": rounded(drawdown_m2(one, crs), _AREA),
        "edge_error_m": _known(one.drawdown.edge_error_m),
        "edge_error_p90_m": _known(one.drawdown.edge_error_p90_m),
        "gap_share": rounded(one.drawdown.gap_share, _SHARE),
    }


def _known(value: float) -> float | None:
    return None if value != value else rounded(value, _LENGTH)  # noqa: PLR0124  nan
