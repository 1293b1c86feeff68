"""Distances that decide: lines from a site to the nearest feature in reach.

A rule that reads a distance bites where nothing is overlapped, so there is no
conflict to draw: the line to the nearest point of the feature takes its place.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.measure import project
from zoning.model import Finding, Report, SiteResult, State
from zoning.report.styles import Style, state_colour
from zoning.report.wording import worst_state

__all__ = ["Distance", "distance_style", "distances", "limit_style"]

_LONLAT = "EPSG:4490"
_BITES = frozenset({State.PROHIBITED, State.CONDITIONAL})
_ORDER = 905
_MET_M = 0.005
"""A distance that prints as 0.00: the feature is met, there is no line."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Distance:
    """One line from a site to the nearest feature that its rules read.

    Parameters
    ----------
    result : SiteResult
        The site.
    findings : tuple of Finding
        The findings that end at the same point, in order of the report.
    geometry : LineString
        From the site to the witness, in the working plane of the base.
    distance_m : float
        As measured by the check, metres on the ellipsoid.
    limit_m : float or None
        The largest limit among `findings`, metres.
    state : State
        The worst state among `findings`.
    """

    result: SiteResult
    findings: tuple[Finding, ...]
    geometry: BaseGeometry
    distance_m: float
    limit_m: float | None
    state: State

    @property
    def limit(self) -> BaseGeometry | None:
        """The surroundings of the site within the limit, working plane."""
        if self.limit_m is None or self.result.geometry is None:
            return None
        return self.result.geometry.buffer(self.limit_m)


def distances(report: Report) -> tuple[Distance, ...]:
    """Return the lines of all sites; findings with one witness share a line.

    Only findings of the relation ``within_distance`` that prohibit or need an
    approval count, and only where the feature is not met itself.
    """
    return tuple(line for result in report.sites for line in _of_site(result, report))


def distance_style(state: State) -> Style:
    """Return how a line is drawn: dashed, in the colour of its state."""
    return Style(
        layer="distance",
        kind=None,
        group="site",
        fill=None,
        line=state_colour(state),
        width=2.4,
        opacity=0.0,
        dash=(7.0, 5.0),
        order=_ORDER,
    )


def limit_style(state: State) -> Style:
    """Return how the surroundings within the limit are drawn: a light shade."""
    plain = distance_style(state)
    return replace(plain, fill=plain.line, width=1.0, opacity=0.045, dash=(2.0, 4.0))


def _bites(finding: Finding) -> bool:
    return (
        finding.relation == "within_distance"
        and finding.state in _BITES
        and finding.distance_m is not None
        and finding.distance_m >= _MET_M
    )


def _line(
    finding: Finding, result: SiteResult, *, crs: str
) -> shapely.LineString | None:
    site, witness = result.geometry, finding.witness
    if site is None or witness is None or not _bites(finding):
        return None
    there = np.array([shapely.Point(witness.lon, witness.lat)], dtype=object)
    line = shapely.shortest_line(site, project(there, _LONLAT, crs)[0])
    return line if isinstance(line, shapely.LineString) and line.length > 0 else None


def _of_site(result: SiteResult, report: Report) -> list[Distance]:
    found: dict[tuple[float, float], Distance] = {}
    for finding in result.findings:
        line = _line(finding, result, crs=report.base.crs)
        if line is None or finding.witness is None or finding.distance_m is None:
            continue
        key = finding.witness.lon, finding.witness.lat
        known = found.get(key)
        one = Distance(
            result=result,
            findings=(finding,),
            geometry=line,
            distance_m=finding.distance_m,
            limit_m=finding.threshold.get("distance_m"),
            state=finding.state,
        )
        found[key] = one if known is None else _together(known, one)
    return list(found.values())


def _together(first: Distance, second: Distance) -> Distance:
    limits = [m for m in (first.limit_m, second.limit_m) if m is not None]
    return replace(
        first,
        findings=(*first.findings, *second.findings),
        limit_m=max(limits, default=None),
        state=worst_state((first.state, second.state)),
    )
