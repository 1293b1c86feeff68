"""Words and numbers of the outputs that tell the impact of a site."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from math import fsum
from typing import Any

from zoning import strict_yaml
from zoning.linkage.impact import ImpactReport, LinkEffect, Measure
from zoning.report.linkage.words import decimal, link_name
from zoning.report.numbers import DASH

__all__ = [
    "cost_told",
    "head_parts",
    "headline",
    "impact_text",
    "link_of",
    "loss_m2",
    "measure_told",
    "percent_of",
    "rise_range_told",
    "rise_told",
    "site_name",
    "why",
]

_HA = 10_000
_LEAST = 0.005


def impact_text(key: str, lang: str, **values: object) -> str:
    """Return a text of the impact with its placeholders filled."""
    return str(_table()["texts"][key][lang]).format_map(values)


def site_name(report: ImpactReport) -> str:
    """Return what the site is called."""
    return report.site.name or report.site.id


def link_of(report: ImpactReport, number: int, lang: str) -> str:
    """Return what a link is called: its number and ends."""
    one = report.links[number - 1]
    return f"{number} · {link_name(one.start, one.end, lang)}"


def percent_of(share: float | None, places: int = 2) -> str:
    """Return a share in per cent; what is above 0 is never printed as 0."""
    if share is None:
        return DASH
    value = 100 * share
    return "< 0.01" if 0 < value < _LEAST else decimal(value, places)


def rise_told(one: LinkEffect, lang: str) -> str:
    """Return by how much a link costs more, or that no way is left."""
    rise = one.rise_share
    return impact_text("blocked", lang) if rise is None else percent_of(rise)


def rise_range_told(one: LinkEffect, lang: str) -> str:
    """Return from where to where the rise goes under the sampled tables."""
    if one.sampled is None:
        return DASH
    rise = one.sampled.rise
    if rise is None:
        return impact_text("blocked", lang)
    return f"{percent_of(rise.low)} – {percent_of(rise.high)}"


def cost_told(cost: float | None, lang: str) -> str:
    """Return a cost, or that no way is left."""
    return impact_text("blocked", lang) if cost is None else decimal(cost, 0)


def loss_m2(report: ImpactReport) -> float:
    """Return the equivalent connectivity that is lost."""
    return report.net.equivalent_m2 - report.net.equivalent_after_m2


def measure_told(report: ImpactReport, one: Measure, lang: str) -> str:
    """Return what is done."""
    if one.kind == "shift":
        bearing = f"direction_{one.bearing_deg:.0f}"
        return impact_text(
            "told_shift",
            lang,
            direction=impact_text(bearing, lang),
            metres=decimal(one.moved_m, 0),
        )
    link = link_of(report, one.link or 0, lang)
    area = decimal(one.area_m2 / _HA, 2)
    return impact_text(f"told_{one.kind}", lang, link=link, cells=one.cells, area=area)


def headline(report: ImpactReport, lang: str) -> str:
    """Return the one line that sums it up."""
    return " · ".join(head_parts(report, lang))


def head_parts(report: ImpactReport, lang: str) -> list[str]:
    """Return what the headline is made of."""
    parts = _parts(report, lang) or [impact_text("head_none", lang)]
    if not report.complete:
        parts.append(impact_text("open", lang, count=len(report.problems)))
    return parts


def _parts(report: ImpactReport, lang: str) -> list[str]:
    touched = report.touched
    found = []
    if touched:
        found.append(impact_text("head_links", lang, count=len(touched)))
    if on_path := sum(one.on_path for one in touched):
        found.append(impact_text("head_path", lang, count=on_path))
    cut = sum(one.cost_after is None for one in touched)
    if cut:
        found.append(impact_text("head_cut", lang, count=cut))
    taken = [one.taken_m2 for one in report.sources if one.cells_taken or one.taken_m2]
    if taken:
        area = decimal(fsum(taken) / _HA, 2)
        found.append(impact_text("head_sources", lang, count=len(taken), area=area))
    apart = sum(one.separated for one in report.sources)
    if apart:
        found.append(impact_text("head_separated", lang, count=apart))
    if report.net.lost_share > 0:
        share = percent_of(report.net.lost_share)
        found.append(impact_text("head_ec", lang, share=share))
    return found


def why(report: ImpactReport, lang: str) -> str:
    """Return what the headline rests on."""
    if report.problems:
        return report.problems[0].line(lang)
    table = report.standing.kept.table.resistance
    if table.assumption:
        return impact_text("why_assumed", lang, table=table.name)
    digest = report.standing.kept.digest[:23]
    return impact_text("why", lang, digest=digest, table=table.name)


@cache
def _table() -> Mapping[str, Any]:
    raw = files("zoning").joinpath("report/impact/texts.yaml").read_text("utf-8")
    loaded: Mapping[str, Any] = strict_yaml.load_text(raw)
    return loaded
