"""Sites whose coordinates may be in another system: whether the answer hangs on it.

Nothing in the degrees of a KML tells whether they are off a web map, and
nothing in a pair of metres tells UTM from Gauss-Krüger. Such a site is checked
in each system that stays open. A rule that is broken in one of them and not as
written is NOT_CHECKED, and so is one that may be broken there, for something of
the project or the law is not known: a site without a conflict of its own is
UNDETERMINED, every such site is incomplete, and the planner is asked. Where no
other place is worse, the remark of the reader stands alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray

from zoning import measure, terms
from zoning.check.placing import Placed
from zoning.check.verdicts import site_verdict
from zoning.errors import Problem
from zoning.georeference.look_alikes import twin
from zoning.georeference.web_maps import WebMap, to_wgs84
from zoning.model import Finding, Gap, Site, SiteResult, State, Verdict
from zoning.model.columns import median

__all__ = [
    "Doubt",
    "OtherReading",
    "conflict_rank",
    "open_rank",
    "other_readings",
    "with_doubts",
]

_CONFLICT = (None, State.CONDITIONAL, State.PROHIBITED)
_OPEN = (None, State.NOT_CHECKED, *_CONFLICT[1:])
_ORDER = tuple(Verdict)
_SEVERITY = ("info", "restrict", "prohibit")
_SHOWN = 3
_Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OtherReading:
    """A site as one of its other systems would place it; `row` is its own."""

    row: int
    system: str
    site: Site
    moved_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubt:
    """What a site would break in another system, and its verdict there.

    `broken` are the findings that are conflicts there, or may be, and worse than
    as written.
    """

    other: OtherReading
    verdict: Verdict
    broken: tuple[Finding, ...]

    @property
    def weight(self) -> tuple[int, int]:
        """How bad it is: by verdict, then by count."""
        return _ORDER.index(self.verdict), len(self.broken)


def other_readings(placed: Sequence[Placed]) -> tuple[OtherReading, ...]:
    """Return every site that is not turned away in each system that stays open.

    Ordered by row of the site, then as the site lists them.
    """
    return tuple(
        _other(row, place.site, system)
        for row, place in enumerate(placed)
        if place.geometry is not None
        for system in place.site.open_readings
    )


def with_doubts(
    results: Sequence[SiteResult], doubts: Sequence[Doubt]
) -> tuple[SiteResult, ...]:
    """Return results in which no answer hangs on an open question of place.

    Parameters
    ----------
    results : sequence of SiteResult
        Of the sites as written.
    doubts : sequence of Doubt
        Those under which something is broken.

    Returns
    -------
    tuple of SiteResult
        The same rows in the same order.
    """
    of_row: dict[int, list[Doubt]] = {}
    for doubt in doubts:
        of_row.setdefault(doubt.other.row, []).append(doubt)
    return tuple(
        _doubted(result, of_row[row]) if row in of_row else result
        for row, result in enumerate(results)
    )


def conflict_rank(state: State) -> int:
    """Return 0 of a state that is no conflict, and the more the worse it is."""
    return _CONFLICT.index(state) if state in _CONFLICT else 0


def open_rank(state: State) -> int:
    """Return 0 where a rule is not broken, the more the worse it may be."""
    return _OPEN.index(state) if state in _OPEN else 0


def _other(row: int, site: Site, system: str) -> OtherReading:
    """Place a site as `system` would."""
    if site.geometry is None or site.crs is None:
        raise ValueError(site.id)
    crs = site.crs if system in set(WebMap) else system
    shape = shapely.transform(site.geometry, _rewritten(site.crs, system))
    there = [
        measure.to_lonlat(shapely.get_coordinates(one), its)
        for one, its in ((site.geometry, site.crs), (shape, crs))
    ]
    return OtherReading(
        row=row,
        system=system,
        site=replace(site, geometry=shape, crs=crs, open_readings=()),
        moved_m=median(measure.geodesic_m(*there)),
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


def _doubted(result: SiteResult, doubts: list[Doubt]) -> SiteResult:
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
        if one.rule_id in open_rules and not conflict_rank(one.state)
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


def _values(site: Site, doubt: Doubt) -> dict[str, str]:
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


def _listed(broken: tuple[Finding, ...], lang: str) -> str:
    stop = "：" if lang == "zh" else ":"
    titles = list(dict.fromkeys(f.title[lang].partition(stop)[0] for f in broken))
    more = "…" if len(titles) > _SHOWN else ""
    return terms.label("reading", "separator", lang).join(titles[:_SHOWN]) + more
