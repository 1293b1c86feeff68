"""Sites whose coordinates may be in another system: whether the answer hangs on it.

Nothing in the degrees of a KML tells whether they are off a web map, and
nothing in a pair of metres tells UTM from Gauss-Krüger. Such a site is checked
in each system that stays open. A rule that is broken in one of them and not as
written is NOT_CHECKED: a site without a conflict of its own is UNDETERMINED,
every such site is incomplete, and the planner is asked. Where no other place is
worse, the remark of the reader stands alone.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure, terms
from zoning.check.verdicts import site_verdict
from zoning.errors import Problem
from zoning.georeference.look_alikes import twin
from zoning.georeference.web_maps import WebMap, to_wgs84
from zoning.model import Finding, Gap, Report, Site, SiteResult, State, Verdict

__all__ = ["with_other_readings"]

_CONFLICT = (None, State.CONDITIONAL, State.PROHIBITED)
_ORDER = tuple(Verdict)
_SEVERITY = ("info", "restrict", "prohibit")
_SHOWN = 3
_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Other:
    """A site as one of its other systems would place it."""

    row: int
    system: str
    site: Site
    moved_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Doubt:
    """What a site would break in another system."""

    other: _Other
    verdict: Verdict
    broken: tuple[Finding, ...]

    @property
    def weight(self) -> tuple[int, int]:
        return _ORDER.index(self.verdict), len(self.broken)


def with_other_readings(
    report: Report, again: Callable[[tuple[Site, ...]], Report]
) -> Report:
    """Return a report in which no answer hangs on an open question of place.

    Parameters
    ----------
    report : Report
        Of the sites as written.
    again : callable
        Checks sites as `report` was checked.

    Returns
    -------
    Report
        The same rows in the same order.
    """
    others = [
        other
        for row, result in enumerate(report.sites)
        if result.geometry is not None
        for other in _others(row, result.site)
    ]
    if not others:
        return report
    answers = again(tuple(other.site for other in others)).sites
    doubts: dict[int, list[_Doubt]] = {}
    for other, answer in zip(others, answers, strict=True):
        broken = _broken_there(report.sites[other.row], answer)
        if broken:
            doubt = _Doubt(other=other, verdict=answer.verdict, broken=broken)
            doubts.setdefault(other.row, []).append(doubt)
    results = [
        _doubted(result, doubts[row]) if row in doubts else result
        for row, result in enumerate(report.sites)
    ]
    return replace(report, sites=tuple(results))


def _broken_there(here: SiteResult, there: SiteResult) -> tuple[Finding, ...]:
    """Return the findings of another place that are conflicts, and worse than here."""
    known: dict[str, int] = {}
    for finding in here.findings:
        known[finding.rule_id] = max(known.get(finding.rule_id, 0), _rank(finding))
    return tuple(
        finding
        for finding in there.findings
        if _rank(finding) > known.get(finding.rule_id, 0)
    )


def _rank(finding: Finding) -> int:
    return _CONFLICT.index(finding.state) if finding.state in _CONFLICT else 0


def _others(row: int, site: Site) -> list[_Other]:
    return [_other(row, site, system) for system in site.open_readings]


def _other(row: int, site: Site, system: str) -> _Other:
    """Place a site as `system` would."""
    if site.geometry is None or site.crs is None:
        raise ValueError(site.id)
    crs = site.crs if system in set(WebMap) else system
    shape = shapely.transform(site.geometry, _rewritten(site.crs, system))
    there = [
        measure.to_lonlat(shapely.get_coordinates(one), its)
        for one, its in ((site.geometry, site.crs), (shape, crs))
    ]
    return _Other(
        row=row,
        system=system,
        site=replace(site, geometry=shape, crs=crs, open_readings=()),
        moved_m=float(np.median(measure.geodesic_m(*there))),
    )


def _rewritten(crs: str, system: str) -> Callable[[_Points], _Points]:
    """Return what becomes of numbers in `crs` when they are meant in `system`.

    Numbers of a plane stay as they are, unless a table has carried them to
    degrees: then they are first brought back to the plane they were taken for.
    """
    if system in set(WebMap):
        return lambda xy: measure.from_lonlat(
            to_wgs84(measure.to_lonlat(xy, crs), WebMap(system)), crs
        )
    taken_for = twin(system) or crs
    if taken_for == crs:
        return lambda xy: xy
    return lambda xy: measure.from_lonlat(measure.to_lonlat(xy, crs), taken_for)


def _doubted(result: SiteResult, doubts: list[_Doubt]) -> SiteResult:
    """Take back what does not hold wherever the site may lie.

    A rule that is broken in another reading is not checked, unless it is broken
    as written too: then its state stands, and the gap beside it.
    """
    worst = max(doubts, key=lambda doubt: doubt.weight)
    problem = Problem(
        code="READING_CHANGES_ANSWER",
        where=result.site.source.path,
        values=_values(result.site, worst),
    )
    open_rules = {finding.rule_id for doubt in doubts for finding in doubt.broken}
    findings = tuple(
        replace(one, state=State.NOT_CHECKED, reason=problem.code)
        if one.rule_id in open_rules and not _rank(one)
        else one
        for one in result.findings
    )
    layers = {one.rule_id: one.layer for one in findings}
    gaps = (
        *result.gaps,
        *(
            Gap(rule_id=rule, layer=layers.get(rule, ""), problem=problem)
            for rule in sorted(open_rules)
        ),
    )
    return replace(
        result,
        verdict=site_verdict(findings, result.residue, gaps),
        complete=False,
        findings=findings,
        gaps=gaps,
    )


def _values(site: Site, doubt: _Doubt) -> dict[str, str]:
    system = doubt.other.system
    values = {"moved": f"{doubt.other.moved_m:.0f}", "stated": site.crs or ""}
    for lang, ending in (("zh", ""), ("en", "_en")):
        if system in set(WebMap):
            remedy = terms.label("web_map", f"ask_{system}", lang)
        else:
            remedy = terms.label("reading", "correct", lang).format(crs=system)
        values |= {
            f"reading{ending}": terms.label("web_map", system, lang),
            f"remedy{ending}": remedy,
            f"verdict{ending}": terms.label("verdict", doubt.verdict, lang),
            f"rules{ending}": _listed(doubt.broken, lang),
        }
    return values


def _rank_of(broken: tuple[Finding, ...]) -> int:
    return max(_rank(finding) for finding in broken)


def _listed(broken: tuple[Finding, ...], lang: str) -> str:
    stop = "：" if lang == "zh" else ":"
    titles = list(dict.fromkeys(f.title[lang].partition(stop)[0] for f in broken))
    more = "…" if len(titles) > _SHOWN else ""
    return terms.label("reading", "separator", lang).join(titles[:_SHOWN]) + more
