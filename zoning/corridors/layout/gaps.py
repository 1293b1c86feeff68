"""Gaps told: where they lie, what fills them, and which narrow stretches remain."""

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.continuity import Break, Passage, folded
from zoning.corridors.layout.obstacles import Obstacle, shapes_near
from zoning.corridors.layout.spans import cover_of, rest_of, total
from zoning.corridors.layout.values import (
    COUNTY_LIMIT,
    LAYOUT_ITSELF,
    Gap,
    Narrow,
    Share,
)

__all__ = ["GapScene", "gaps_told", "narrow_told"]

Floats = NDArray[np.float64]
_MOST = 0.5
"""Of a gap: from here on the plan's own polygon, or the county's end, is the cause."""


class GapScene:
    """What lies around the gaps of one corridor.

    Parameters
    ----------
    axis : Axis
        In the plane.
    shape : geometry
        The corridor as drawn.
    county : geometry
        Where the plan can be.
    obstacles : sequence of Obstacle
        Those that block.
    width : float
        Breadth of a gap's zone, plane metres.
    sample : float
        Step along outlines.
    """

    def __init__(
        self,
        axis: Axis,
        shape: BaseGeometry,
        *,
        county: BaseGeometry,
        obstacles: Sequence[Obstacle],
        width: float,
        sample: float,
    ) -> None:
        self.axis = axis
        self.shape = shape
        self.county = county
        self.obstacles = obstacles
        self.width = width
        self.sample = sample
        length = float(axis.line.length)
        self.undrawn = rest_of(cover_of(axis, shape, sample_m=sample), 0.0, length)

    def zone(self, start: float, end: float) -> BaseGeometry:
        """Return the ground between two chainages, as broad as the corridor."""
        line = self.axis.stretch(start, end)
        zone: BaseGeometry = shapely.buffer(line, self.width / 2, cap_style="flat")
        return zone

    def widened(self, one: Break) -> tuple[float, float]:
        """Return where a gap is looked at: a cut without length is seen from beside."""
        if one.end - one.start >= self.sample:
            return one.start, one.end
        middle, length = (one.start + one.end) / 2, float(self.axis.line.length)
        low, high = middle - self.sample / 2, middle + self.sample / 2
        if self.axis.closed:
            return low % length, low % length + self.sample
        return max(low, 0.0), min(high, length)

    def undrawn_share(self, one: Break) -> float:
        """Return over which share of a gap the plan has no polygon."""
        if not one.end > one.start:
            return 0.0
        length = float(self.axis.line.length)
        spans = (
            [self.undrawn, self.undrawn + length]
            if self.axis.closed
            else [self.undrawn]
        )
        inside = np.clip(np.vstack(spans), one.start, one.end)
        return total(inside) / (one.end - one.start)

    def outside_share(self, one: Break) -> float:
        """Return which share of a gap lies beyond the county."""
        line = self.axis.stretch(*self.widened(one))
        beyond = shapely.length(shapely.difference(line, self.county))
        return float(beyond / line.length) if line.length > 0 else 0.0


def gaps_told(breaks: Sequence[Break], scene: GapScene) -> tuple[Gap, ...]:
    """Return the gaps with what fills them, by start."""
    return tuple(_gap(one, scene) for one in breaks)


def narrow_told(
    passage: Passage, axis: Axis, *, margin: float, spacing: float
) -> tuple[Narrow, ...]:
    """Return the narrow stretches by start.

    Those that lie wholly within `margin` plane metres of an end are left out: the
    round or pointed end of a drawing is no bottleneck. So are those shorter than
    `spacing` beside a gap: the gap tells them.
    """
    length = float(axis.line.length)
    bare = folded(passage.breaks, length).ravel()
    told = []
    for start, end in passage.narrow.tolist():
        at_end = end <= margin or start >= length - margin
        rim = np.isin([start, end], bare).any() and end - start < spacing
        if rim or (at_end and not axis.closed):
            continue
        told.append(_narrow(passage, axis, (start, end)))
    return tuple(told)


def _narrow(passage: Passage, axis: Axis, span: tuple[float, float]) -> Narrow:
    start, end = span
    sections = passage.sections
    inside = np.flatnonzero((sections.at >= start) & (sections.at <= end))
    if len(inside) == 0:  # between two stations: the nearer one speaks for it
        inside = np.array([int(np.argmin(np.abs(sections.at - (start + end) / 2)))])
    least = int(inside[int(np.argmin(sections.width[inside]))])
    return Narrow(
        start_m=start * axis.scale,
        end_m=end * axis.scale,
        shape=axis.stretch(start, end),
        least_m=float(sections.width[least]) * axis.scale,
        at_m=float(sections.at[least]) * axis.scale,
    )


def _gap(one: Break, scene: GapScene) -> Gap:
    zone = scene.zone(*scene.widened(one))
    undrawn = scene.undrawn_share(one)
    outside = scene.outside_share(one)
    fills = _fills(zone, undrawn, scene)
    first = []
    if outside > 0:
        first.append(Share(id=COUNTY_LIMIT, share=outside))
    if undrawn > 0 or not fills:
        first.append(Share(id=LAYOUT_ITSELF, share=undrawn))
    told = sorted([*first, *fills], key=lambda share: -share.share)
    cause = next((s.id for s in first if s.share >= _MOST), told[0].id)
    return Gap(
        start_m=one.start * scene.axis.scale,
        end_m=one.end * scene.axis.scale,
        shape=zone,
        kind=one.kind,
        cause=cause,
        fills=tuple(told),
    )


def _fills(zone: BaseGeometry, undrawn: float, scene: GapScene) -> list[Share]:
    """Return what each obstacle takes of a gap, of its drawn part if it has one."""
    ground = shapely.intersection(zone, scene.shape)
    if undrawn >= _MOST or not shapely.area(ground) > 0:
        ground = zone
    whole = float(shapely.area(ground))
    shares = []
    for obstacle in scene.obstacles:
        area = float(shapely.area(shapes_near(obstacle, ground)))
        if area > 0:
            shares.append(Share(id=obstacle.entry.id, share=area / whole))
    return shares
