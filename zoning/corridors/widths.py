"""What a site does to the planned layout: belts, screens, corridors, patches.

The width of a corridor at a point is taken along the *normal chord*: from the
nearest bank through the point to the bank opposite. The width left is the
longest unbroken piece of that chord outside the site. The narrowest section
that the site cuts is reported, with the part of the site to give up so that
the planned width is left.

Notes
-----
Widths need two banks and are taken for belts and corridors only; screens and
patches are areas. Sections are sampled every `SPACING_M` along and across the
common ground; between samples the width may differ by what the banks turn in
that distance.
"""

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.topology import polygonal

__all__ = [
    "WIDTH_TOLERANCE_M",
    "Section",
    "Trim",
    "leaves_no_way",
    "narrowest_section",
    "trim_to_width",
]

SPACING_M = 5.0
MAX_SAMPLES = 400
WIDTH_TOLERANCE_M = 0.05
"""By so much less than the target a width still has it: what a trim leaves."""
INSET_M = 0.02
TRIM_ROUNDS = 12
MAX_WIDTH_M = 20_000.0
CORNER_M = 1e-3
"""A ray that passes a corner of a bank so near may end there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Section:
    """A section across a corridor, metres; lines in the working plane.

    `chord` runs from bank to bank, `free` is its longest piece outside the
    site (empty when none is left).
    """

    width_m: float
    width_left_m: float
    chord: BaseGeometry
    free: BaseGeometry


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Trim:
    """Part of a site to give up, in the working plane."""

    part: BaseGeometry
    area_m2: float
    width_left_m: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Rays:
    """Rays across a corridor, each from the bank nearest to a point in it.

    `foot` and the unit vectors `way` to the points have shape (n, 2), `depth`,
    how far the points are, and `points` (n,).
    """

    corridor: BaseGeometry
    foot: NDArray[np.float64]
    way: NDArray[np.float64]
    depth: NDArray[np.float64]
    points: NDArray[np.object_]

    def at(self, along: NDArray[np.float64] | float) -> NDArray[np.float64]:
        """Return the places so far along the rays, shape (n, 2)."""
        return np.asarray(self.foot + self.way * np.reshape(along, (-1, 1)))

    def only(self, keep: NDArray[np.bool_] | slice) -> "_Rays":
        """Return the rays that `keep` picks."""
        return replace(
            self,
            foot=self.foot[keep],
            way=self.way[keep],
            depth=self.depth[keep],
            points=self.points[keep],
        )

    def chords(self) -> NDArray[np.object_]:
        """Return the normal chords: the rays from bank to bank."""
        lines = shapely.linestrings(np.stack([self.foot, self.at(MAX_WIDTH_M)], axis=1))
        inside = np.asarray(shapely.intersection(lines, self.corridor), dtype=object)
        return _piece_at(inside, self.points)

    def widths(self) -> NDArray[np.float64]:
        """Return about how long the chords are, shape (n,); never too long.

        No bank is nearer to a point than its foot. Where a ray passes within
        `CORNER_M` of a corner, it is taken to end there.
        """
        banks = shapely.get_parts(shapely.boundary(self.corridor))
        xy, ring = shapely.get_coordinates(banks, return_index=True)
        aside = _aside(self, xy)
        cut = np.diff(aside > 0, axis=1) & (np.diff(ring) == 0)
        ray, edge = np.nonzero(cut)
        before, after = aside[ray, edge], aside[ray, edge + 1]
        part = (before / (before - after))[:, None]
        crossing = xy[edge] * (1 - part) + xy[edge + 1] * part
        corner_ray, corner = np.nonzero(np.abs(aside) <= CORNER_M)
        ray = np.concatenate([ray, corner_ray])
        met = np.concatenate([crossing, xy[corner]])
        along = np.einsum("ij,ij->i", met - self.foot[ray], self.way[ray])
        opposite = along > self.depth[ray]
        width = np.full(len(self.depth), MAX_WIDTH_M)
        np.minimum.at(width, ray[opposite], along[opposite])
        return width


def narrowest_section(
    site: BaseGeometry, corridor: BaseGeometry, *, crs: str, at_least_m: float = 0.0
) -> Section | None:
    """Return the section on which the site leaves the least width.

    Parameters
    ----------
    site, corridor : geometry
        Polygons in the working plane; lines and points cut no width.
    crs : str
        The working plane.
    at_least_m : float
        Sections that were narrower before the site are left out.

    Returns
    -------
    Section or None
        None when site and corridor have no area in common, or no section was so
        wide.
    """
    rays = _rays(site, corridor)
    if rays is None:
        return None
    if at_least_m > 0:
        chords = rays.chords()
        chords = chords[measure.length_m(chords, crs) >= at_least_m]
    else:
        chords = rays.only(_may_be_narrowest(rays, site)).chords()
    if len(chords) == 0:
        return None
    free = _free(chords, site)
    width, left = measure.length_m(chords, crs), measure.length_m(free, crs)
    best = int(np.lexsort((width, np.round(left, 3)))[0])
    return Section(
        width_m=float(width[best]),
        width_left_m=float(left[best]),
        chord=chords[best],
        free=free[best],
    )


def leaves_no_way(site: BaseGeometry, corridor: BaseGeometry, section: Section) -> bool:
    """Say whether a site leaves no way along a corridor past it.

    A section is taken whole, or the ground left falls into parts of which two
    hold a whole section each. A corner cut off at one bank holds none.

    Parameters
    ----------
    site, corridor : geometry
        Polygons in the working plane.
    section : Section
        The narrowest one, as `narrowest_section` returns it.
    """
    if section.width_left_m <= WIDTH_TOLERANCE_M:
        return True
    return any(_falls_apart(site, part) for part in shapely.get_parts(corridor))


def _falls_apart(site: BaseGeometry, part: BaseGeometry) -> bool:
    left = shapely.get_parts(shapely.difference(part, site))
    if len(left) == 1:
        return False
    return sum(_holds_a_section(piece, part) for piece in left) > 1


def _holds_a_section(piece: BaseGeometry, corridor: BaseGeometry) -> bool:
    chords = _chords(piece, corridor)
    if chords is None:
        return False
    within = shapely.length(shapely.intersection(chords, piece))
    return bool((within >= shapely.length(chords) - WIDTH_TOLERANCE_M).any())


def trim_to_width(
    site: BaseGeometry,
    corridor: BaseGeometry,
    target_m: float,
    *,
    crs: str,
    section: Section | None = None,
) -> Trim | None:
    """Return the part of the site to give up so that `target_m` is left free.

    The ground given up lies beside the free side of the corridor, as deep as
    the missing width. Where the corridor itself is narrower than the target,
    its own width is the goal. `section` is the narrowest one, where it is known.

    Returns
    -------
    Trim or None
        None when nothing is owed.
    """
    section = section or narrowest_section(site, corridor, crs=crs)
    if section is None or section.width_left_m >= _goal(section, target_m):
        return None
    side = _free_side(site, corridor)
    depth = _goal(section, target_m) - section.width_left_m
    for _ in range(TRIM_ROUNDS):
        grown = shapely.buffer(side, depth, cap_style="flat", join_style="mitre")
        part = _common(shapely.intersection(corridor, grown), site)
        rest = shapely.difference(site, part)
        now = narrowest_section(rest, corridor, crs=crs)
        if now is None:
            break
        owed = _goal(now, target_m) - now.width_left_m
        if owed <= WIDTH_TOLERANCE_M:
            return _trim(part, now.width_left_m, crs)
        depth += owed
    return _trim(_common(site, corridor), section.width_m, crs)


def _common(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Return the common ground of two shapes, polygons only."""
    both: BaseGeometry = shapely.intersection(one, other)
    kept: BaseGeometry = polygonal(np.array([both], dtype=object))[0]
    return kept


def _goal(section: Section, target_m: float) -> float:
    return min(target_m, section.width_m) - WIDTH_TOLERANCE_M


def _trim(part: BaseGeometry, width_left_m: float, crs: str) -> Trim:
    area = measure.area_m2(np.array([part], dtype=object), crs)[0]
    return Trim(part=part, area_m2=float(area), width_left_m=width_left_m)


def _rays(site: BaseGeometry, corridor: BaseGeometry) -> _Rays | None:
    """Return rays through the common ground."""
    # a hair inside, so that no chord runs along the site's own edge
    common = shapely.buffer(_common(site, corridor), -INSET_M)
    if shapely.is_empty(common):
        return None
    points = _samples(common)
    banks = shapely.boundary(corridor)
    line = shapely.get_coordinates(shapely.shortest_line(points, banks))
    start, foot = line[0::2], line[1::2]
    inward = start - foot
    depth = np.hypot(*inward.T)
    usable = depth > 1e-3  # noqa: PLR2004  on the bank there is no direction
    if not usable.any():
        return None
    return _Rays(
        corridor=corridor,
        foot=foot[usable],
        way=inward[usable] / depth[usable, None],
        depth=depth[usable],
        points=points[usable],
    )


def _chords(site: BaseGeometry, corridor: BaseGeometry) -> NDArray[np.object_] | None:
    """Return normal chords through the common ground."""
    rays = _rays(site, corridor)
    return None if rays is None else rays.chords()


def _free(chords: NDArray[np.object_], site: BaseGeometry) -> NDArray[np.object_]:
    """Return the longest piece of each chord outside the site."""
    return _longest(np.asarray(shapely.difference(chords, site), dtype=object))


def _may_be_narrowest(rays: _Rays, site: BaseGeometry) -> NDArray[np.bool_]:
    """Say on which rays' chords the site may leave the least.

    It leaves at least the way from either end to the site, or the whole chord;
    that holds of any place on a chord in the stead of its far end. A hundredth
    of a metre and a thousandth are more than a plane stretches one chord and
    not another.
    """
    width = rays.widths()
    near, far = (
        shapely.distance(shapely.points(xy), site) for xy in (rays.foot, rays.at(width))
    )
    least = np.minimum(np.maximum(near, far), width)
    first = int(np.argmin(least))
    free = _free(rays.only(slice(first, first + 1)).chords(), site)
    known = float(shapely.length(free)[0])
    return np.asarray(least <= known * 1.001 + 0.01)


def _samples(common: BaseGeometry) -> NDArray[np.object_]:
    """Return points spread over a polygon: its outline and a grid inside."""
    west, south, east, north = common.bounds
    across = max(east - west, north - south)
    step = max(SPACING_M, across / np.sqrt(MAX_SAMPLES))
    grid = np.meshgrid(
        np.arange(west + step / 2, east, step), np.arange(south + step / 2, north, step)
    )
    inside = shapely.contains_xy(common, *grid)
    outline = shapely.get_coordinates(
        shapely.segmentize(shapely.boundary(common), step)
    )
    center = shapely.get_coordinates(shapely.point_on_surface(common))
    xy = np.vstack([np.column_stack([g[inside] for g in grid]), outline, center])
    return np.asarray(shapely.points(xy), dtype=object)


def _aside(rays: _Rays, xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far places lie to one side of rays, metres, shape (rays, places)."""
    across = rays.way[:, ::-1] * [1.0, -1.0]
    middle = xy.mean(axis=0)  # small numbers keep their digits
    own = np.einsum("ij,ij->i", rays.foot - middle, across)
    return np.asarray(across @ (xy - middle).T - own[:, None])


def _piece_at(
    lines: NDArray[np.object_], points: NDArray[np.object_]
) -> NDArray[np.object_]:
    """Keep, of each broken line, the piece that passes nearest its point."""
    pieces, owner = shapely.get_parts(lines, return_index=True)
    linear = shapely.get_dimensions(pieces) == 1
    pieces, owner = pieces[linear], owner[linear]
    distance = shapely.distance(pieces, points[owner])
    order = np.lexsort((distance, owner))
    owners, first = np.unique(owner[order], return_index=True)
    kept = np.full(len(lines), shapely.LineString(), dtype=object)
    kept[owners] = pieces[order][first]
    return kept


def _longest(lines: NDArray[np.object_]) -> NDArray[np.object_]:
    """Keep the longest piece of each line; empty where nothing is left."""
    pieces, owner = shapely.get_parts(lines, return_index=True)
    order = np.lexsort((-shapely.length(pieces), owner))
    owners, first = np.unique(owner[order], return_index=True)
    kept = np.full(len(lines), shapely.LineString(), dtype=object)
    kept[owners] = pieces[order][first]
    return kept


def _free_side(site: BaseGeometry, corridor: BaseGeometry) -> BaseGeometry:
    """Return the free ground beside the site, as a strip of free sections."""
    chords = _chords(site, corridor)
    free = np.zeros(0, dtype=object) if chords is None else _free(chords, site)
    strips = shapely.buffer(free, SPACING_M, cap_style="flat")
    outside = shapely.difference(shapely.union_all(strips), site)
    return shapely.intersection(outside, corridor)
