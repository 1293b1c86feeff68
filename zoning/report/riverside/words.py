"""Words and numbers of the river-bank survey's outputs."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import fsum
from typing import Any

import numpy as np
import shapely

from zoning import measure, strict_yaml
from zoning.errors import Problem
from zoning.report.linkage.words import decimal
from zoning.riverside import RiverSide, RiversideReport

__all__ = [
    "belt_m2",
    "county_belt_m2",
    "head_parts",
    "headline",
    "percent_of",
    "remarks_of",
    "riverside_text",
    "side_word",
    "why",
]

_HA = 10_000


def riverside_text(key: str, lang: str, **values: object) -> str:
    """Return a text of the survey with its placeholders filled."""
    return str(_table()["texts"][key][lang]).format_map(values)


def side_word(side: str, lang: str) -> str:
    """Return what a bank is called."""
    return riverside_text(f"side_{side}", lang)


def percent_of(share: float | None) -> str:
    """Return a share in per cent with one decimal, or a dash."""
    known = share is not None and share == share  # noqa: PLR0124  nan
    return decimal(100 * share if known and share is not None else None, 1)


def belt_m2(river: RiverSide) -> float | None:
    """Return the area of the belt, ellipsoidal; None where none was made."""
    return None if river.belt is None else fsum(river.belt.area_m2.values())


def county_belt_m2(report: RiversideReport) -> float | None:
    """Return the ellipsoidal ground of all belts; what two rivers share counts once.

    None where no belt was made.
    """
    made = [one for one in report.rivers if one.belt is not None]
    if len(made) < 2:  # noqa: PLR2004  nothing to share
        return belt_m2(made[0]) if made else None
    grounds = [one.belt.ground for one in made if one.belt is not None]
    whole = np.array([shapely.union_all(np.array(grounds, dtype=object))], dtype=object)
    return float(measure.area_m2(whole, report.base.crs)[0])


def head_parts(report: RiversideReport, lang: str) -> list[str]:
    """Return what the headline is made of."""
    parts = [riverside_text("head_rivers", lang, count=len(report.rivers))]
    area = county_belt_m2(report)
    if area is not None:
        told = decimal(area / _HA, 0)
        parts.append(riverside_text("head_belt", lang, area=told))
    banks = [
        (summary.continuity, one.name, side)
        for one in report.rivers
        if one.green is not None
        for side, summary in one.green.by_side.items()
        if side and summary.bank_m > summary.unknown_m
    ]
    if banks:
        share, name, side = min(banks)
        parts.append(
            riverside_text(
                "head_least",
                lang,
                name=name,
                side=side_word(side, lang),
                share=percent_of(share),
            )
        )
    doubts = sum(len(one.gaps) + len(one.problems) for one in report.rivers)
    if doubts:
        parts.append(riverside_text("head_open", lang, count=doubts))
    return parts


def headline(report: RiversideReport, lang: str) -> str:
    """Return the one line that sums the survey up."""
    return " · ".join(head_parts(report, lang))


def why(report: RiversideReport, lang: str) -> str:
    """Return what the headline rests on."""
    table = report.table
    if table.assumption:
        return riverside_text("why_assumed", lang, table=table.name)
    return riverside_text("why", lang, table=table.name, source=table.source)


def remarks_of(report: RiversideReport) -> list[tuple[str, str, Problem]]:
    """Return what was not made or is in doubt: river, part ('' for all), why."""
    found = []
    for one in report.rivers:
        found += [(one.name, gap.part, gap.problem) for gap in one.gaps]
        found += [(one.name, "", problem) for problem in one.problems]
    seen: dict[tuple[str, str, str], tuple[str, str, Problem]] = {}
    for name, part, problem in found:
        seen.setdefault((name, part, problem.line("en")), (name, part, problem))
    return list(seen.values())


@cache
def _table() -> Mapping[str, Any]:
    raw = files("zoning").joinpath("report/riverside/texts.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(raw)
    return loaded
