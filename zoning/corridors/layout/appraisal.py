"""One feature of the layout on trial: its axis, widths, gaps and burdens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.corridors.grid import Grid
from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.continuity import Measure, Passage, passage
from zoning.corridors.layout.gaps import GapScene, gaps_told, narrow_told
from zoning.corridors.layout.medial import mean_width
from zoning.corridors.layout.modelled import current_in, deviation_of, resistance_in
from zoning.corridors.layout.obstacles import Obstacle, free_ground, shapes_near
from zoning.corridors.layout.reaches import riparian_reaches
from zoning.corridors.layout.table import LayoutTable
from zoning.corridors.layout.tracing import axis_along, axis_through, follows
from zoning.corridors.layout.values import (
    COUNTY_LIMIT,
    LINEAR,
    CorridorState,
    FeatureAudit,
    Gap,
    PlannedFeatures,
    Profile,
    Share,
)
from zoning.errors import Problem

__all__ = ["Appraised", "Surroundings", "appraise"]

Floats = NDArray[np.float64]
_ROUNDING = 1e-6
_SEAM_M = 0.1
"""Ground narrower than this is left between two drawings of one line (0003)."""
_PLANE = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Surroundings:
    """What all features are looked at against.

    Parameters
    ----------
    table : LayoutTable
        How to measure.
    obstacles : tuple of Obstacle
        In the working plane.
    county : geometry
        Where the plan can be.
    lines : mapping of str to geometry
        Lines that may be axes, by name: centre lines of rivers.
    covered : mapping of str to geometry
        Subject → where one of its layers can be relied on.
    model : mapping of str to geometry
        Modelled paths by id.
    resistance, current : Grid or None
        In the working plane.
    """

    table: LayoutTable
    obstacles: tuple[Obstacle, ...]
    county: BaseGeometry
    lines: Mapping[str, BaseGeometry]
    covered: Mapping[str, BaseGeometry]
    model: Mapping[str, BaseGeometry]
    resistance: Grid | None = None
    current: Grid | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Appraised:
    """A feature's audit, its shape, and the ground that a way leads through.

    `parts` are the pieces of permeable ground; all of it in one for screens and
    patches.
    """

    audit: FeatureAudit
    shape: BaseGeometry
    parts: NDArray[np.object_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Course:
    """The axis of a corridor, where it comes from, and the room on its middle line."""

    axis: Axis
    name: str
    clearance: Floats


def appraise(planned: PlannedFeatures, row: int, around: Surroundings) -> Appraised:
    """Put one feature on trial.

    Parameters
    ----------
    planned : PlannedFeatures
        The layout.
    row : int
        Of the feature.
    around : Surroundings
        What it is looked at against.
    """
    shape = _area_of(planned, row)
    taken = {
        one.entry.id: shapes_near(one, shape) for one in around.obstacles if one.blocks
    }
    ground = free_ground(shape, list(taken.values()), around.table.least_width_m)
    audit = _as_area(planned, row, shape, around=around)
    blocked = shapely.difference(shape, ground)
    audit = replace(audit, blocked_m2=_area_m2(blocked, planned.crs))
    if audit.kind not in LINEAR:
        state = _state_of_area(audit, around)
        return Appraised(
            audit=replace(audit, state=state), shape=shape, parts=_parts(ground)
        )
    course = _course(planned, row, shape, lines=around.lines)
    if course is None:
        told = Problem(code="LAYOUT_NO_AXIS", values={"name": _called(planned, row)})
        audit = replace(audit, problems=(*audit.problems, told))
        return Appraised(audit=audit, shape=shape, parts=_parts(ground))
    return _as_strip(audit, (shape, ground), course, around=around)


def _area_of(planned: PlannedFeatures, row: int) -> BaseGeometry:
    """Return the feature as polygons; a line gets its target width."""
    shape: BaseGeometry = planned.geometry[row]
    if shapely.get_dimensions(shape) == _PLANE:
        return shape
    target = float(planned.targets_m[row])
    if not target > 0:
        return shapely.Polygon()
    widened: BaseGeometry = shapely.buffer(shape, target / 2, cap_style="flat")
    return widened


def _called(planned: PlannedFeatures, row: int) -> str:
    return str(planned.names[row] or planned.ids[row])


def _parts(ground: BaseGeometry) -> NDArray[np.object_]:
    parts = shapely.get_parts(ground)
    return np.asarray(parts[shapely.get_dimensions(parts) == _PLANE])


def _area_m2(shape: BaseGeometry, crs: str) -> float:
    return float(measure.area_m2(np.array([shape], dtype=object), crs)[0])


def _as_area(
    planned: PlannedFeatures, row: int, shape: BaseGeometry, *, around: Surroundings
) -> FeatureAudit:
    """Return what is told of any feature, as not yet audited."""
    target = float(planned.targets_m[row])
    area = _area_m2(shape, planned.crs)
    return FeatureAudit(
        row=row,
        id=str(planned.ids[row]),
        name=str(planned.names[row]),
        kind=str(planned.kinds[row]),
        state=CorridorState.NOT_AUDITED,
        target_m=target if target > 0 else None,
        area_m2=area,
        pieces=len(_parts(shape)),
        blocked_m2=0.0,
        burdens=_burdens(shape, area, around, crs=planned.crs),
        unseen=_unseen(shape, around),
        resistance=resistance_in(shape, around.resistance),
        current=current_in(shape, around.current),
    )


def _burdens(
    shape: BaseGeometry, area: float, around: Surroundings, *, crs: str
) -> tuple[Share, ...]:
    shares = []
    for one in around.obstacles:
        met = one.met(shape)
        if one.blocks or len(met) == 0 or not area > 0:
            continue
        taken = _area_m2(shapes_near(one, shape), crs)
        shares.append(
            Share(id=one.entry.id, share=taken / area, area_m2=taken, count=len(met))
        )
    return tuple(shares)


def _unseen(shape: BaseGeometry, around: Surroundings) -> tuple[Share, ...]:
    """Return by subject which share of a feature no layer of the subject covers."""
    inside = shapely.intersection(shape, around.county)
    if not shapely.area(inside) > 0:
        return ()
    told = []
    for subject, together in around.covered.items():
        rest = shapely.difference(inside, together)
        if not shapely.is_empty(shapely.buffer(rest, -_SEAM_M / 2)):
            share = float(shapely.area(rest) / shapely.area(inside))
            told.append(Share(id=subject, share=share))
    return tuple(told)


def _blocking_subjects(around: Surroundings) -> set[str]:
    return {one.subject for one in around.table.obstacles if one.effect == "blocks"}


def _state_of_area(audit: FeatureAudit, around: Surroundings) -> CorridorState:
    if not audit.area_m2 > 0 or audit.blocked_m2 >= audit.area_m2 * (1 - _ROUNDING):
        return CorridorState.ABSENT
    if any(one.id in _blocking_subjects(around) for one in audit.unseen):
        return CorridorState.NOT_AUDITED
    return CorridorState.WHOLE


def _course(
    planned: PlannedFeatures,
    row: int,
    shape: BaseGeometry,
    *,
    lines: Mapping[str, BaseGeometry],
) -> _Course | None:
    """Choose the axis: the line drawn, a river that leads along, or the middle."""
    drawn, crs = planned.geometry[row], planned.crs
    middle, clearance = axis_through(shape, crs)
    if middle is None:
        return None
    if shapely.get_dimensions(drawn) != _PLANE:
        axis = axis_along(drawn, shape, crs) or middle
        return _Course(axis=axis, name="", clearance=clearance)
    inside = {
        name: float(shapely.length(shapely.intersection(line, shape)))
        for name, line in lines.items()
        if follows(line, middle, shape)
    }
    for name in sorted(inside, key=lambda one: (-inside[one], one)):
        river = axis_along(lines[name], shape, crs)
        if river is not None:
            return _Course(axis=river, name=name, clearance=clearance)
    return _Course(axis=middle, name="", clearance=clearance)


def _as_strip(
    audit: FeatureAudit,
    grounds: tuple[BaseGeometry, BaseGeometry],
    course: _Course,
    *,
    around: Surroundings,
) -> Appraised:
    shape, ground = grounds
    axis = course.axis
    table, drawn = around.table, mean_width(shape)
    target = (audit.target_m or np.nan) / axis.scale
    breadth = float(np.nanmax([target, drawn]))
    how = Measure(
        spacing=table.spacing_m / axis.scale,
        target=target,
        reach=2 * breadth,
        smooth=drawn,
    )
    way = passage(axis, ground, how)
    scene = GapScene(
        axis,
        shape,
        county=around.county,
        obstacles=[one for one in around.obstacles if one.blocks],
        width=breadth,
        sample=how.spacing / 4,
    )
    gaps = gaps_told(way.breaks, scene)
    beyond = sum(gap.length_m for gap in gaps if gap.cause == COUNTY_LIMIT)
    inside = axis.length_m - beyond
    told = replace(
        audit,
        axis=axis,
        axis_name=course.name,
        length_m=axis.length_m,
        continuity_share=None if np.isnan(target) else _part(way.full, axis, inside),
        passable_share=_part(way.passable, axis, inside),
        permeable_m=_profile(_inner_widths(way, axis, gaps, margin=breadth / 2)),
        drawn_m=_profile(2 * course.clearance * axis.scale),
        gaps=gaps,
        narrow=narrow_told(way, axis, margin=breadth / 2, spacing=how.spacing),
        deviation=deviation_of(axis, around.model, table.model_within_m),
        problems=_strip_problems(audit, shape, axis, around=around),
    )
    told = replace(told, reaches=riparian_reaches(told, table.reach_m))
    state = _state(told, around)
    return Appraised(audit=replace(told, state=state), shape=shape, parts=way.parts)


def _part(length: float, axis: Axis, whole_m: float) -> float:
    return min(length * axis.scale / whole_m, 1.0) if whole_m > 0 else 0.0


def _inner_widths(
    way: Passage, axis: Axis, gaps: Sequence[Gap], *, margin: float
) -> Floats:
    """Return widths of cross-sections in metres, 0 in gaps.

    Those in the round or pointed ends of a drawing and beyond the county are left
    out.
    """
    at = way.sections.at
    keep = np.ones(len(at), dtype=bool)
    if not axis.closed:
        keep = (at >= margin) & (at <= float(axis.line.length) - margin)
    for gap in gaps:
        if gap.cause == COUNTY_LIMIT:
            start, end = gap.start_m / axis.scale, gap.end_m / axis.scale
            keep &= (at < start) | (at > end)
    keep = keep if keep.any() else np.ones(len(at), dtype=bool)
    return np.asarray(way.sections.width[keep] * axis.scale)


def _profile(widths: Floats) -> Profile | None:
    if len(widths) == 0:
        return None
    return Profile(
        least_m=float(widths.min()),
        tenth_m=float(np.quantile(widths, 0.1)),
        median_m=float(np.median(widths)),
    )


def _strip_problems(
    audit: FeatureAudit, shape: BaseGeometry, axis: Axis, *, around: Surroundings
) -> tuple[Problem, ...]:
    name = audit.name or audit.id
    problems = list(audit.problems)
    if audit.target_m is None:
        problems.append(Problem(code="LAYOUT_TARGET_NONE", values={"name": name}))
    breadth = max(audit.target_m or 0.0, 2 * mean_width(shape))
    beside = shapely.buffer(axis.line, breadth)
    share = float(
        shapely.area(shapely.intersection(beside, shape)) / shapely.area(shape)
    )
    if share < around.table.follow_share:
        values = {"name": name, "share": f"{share:.0%}"}
        problems.append(Problem(code="LAYOUT_NOT_FOLLOWED", values=values))
    return tuple(problems)


def _state(audit: FeatureAudit, around: Surroundings) -> CorridorState:
    if not (audit.passable_share or 0.0) > _ROUNDING:
        return CorridorState.ABSENT
    if audit.broken_at:
        return CorridorState.BROKEN
    if audit.narrow:
        return CorridorState.NARROW
    unseen = any(one.id in _blocking_subjects(around) for one in audit.unseen)
    if unseen or audit.problems:
        return CorridorState.NOT_AUDITED
    return CorridorState.WHOLE
