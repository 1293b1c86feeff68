"""Cutting closed ground out of a polygon so that a surveyor can set out the rest."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model import CheckOptions
from zoning.overlay import within_tolerance
from zoning.topology import oriented, polygonal

__all__ = ["GRID_M", "Rest", "carve", "lost_ground", "strip_runs_m"]

GRID_M = 0.001
"""Survey files carry millimetres: the rest is what such a file can say."""

MITRE_LIMIT = 20.0  # corners sharper than 6 degrees lose their tip to a spike test
MOUTH_M = 0.01
TOUCHED_M = 0.01


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rest:
    """What is left of a site.

    `kept` is a valid polygon or multipolygon in the survey plane, vertices on
    millimetres; None when nothing is left. `dropped` parts were given up for
    their size, below `least_m2`, or within the boundary tolerance, `dropped_m2`
    in all (ellipsoidal).
    """

    kept: BaseGeometry | None
    least_m2: float = 0.0
    dropped: int = 0
    dropped_m2: float = 0.0


def carve(
    site: BaseGeometry,
    closed: BaseGeometry,
    *,
    planes: tuple[str, str],
    min_part_m2: float,
    options: CheckOptions,
) -> Rest:
    """Return the site without closed ground, cleaned and on millimetres.

    Parameters
    ----------
    site, closed : geometry
        Polygons in the working plane.
    planes : tuple of str
        Working plane and survey plane.
    min_part_m2 : float
        Parts that the cut leaves smaller than this are dropped; parts of the
        site that it does not touch stay.
    options : CheckOptions
        The boundary tolerance: spikes narrower than its width go, and so do
        parts within it.
    """
    cut = np.array([shapely.difference(site, closed)], dtype=object)
    rest = _without_spikes(polygonal(cut)[0], options.residue_width_m)
    moved = measure.project(np.array([rest], dtype=object), *planes)
    # valid_output nodes and rounds at once: rounding alone could cross edges
    laid = polygonal(shapely.set_precision(moved, GRID_M, mode="valid_output"))[0]
    parts = shapely.get_parts(laid)
    parts = parts[~shapely.is_empty(parts)]
    area = measure.area_m2(parts, planes[1])
    back = measure.project(parts, planes[1], planes[0])
    touched = shapely.dwithin(back, closed, TOUCHED_M)
    stays = ((area >= min_part_m2) | ~touched) & ~within_tolerance(parts, options)
    if not stays.any():
        return Rest(
            kept=None,
            least_m2=min_part_m2,
            dropped=len(parts),
            dropped_m2=float(area.sum()),
        )
    left = parts[stays]
    whole = left[0] if len(left) == 1 else shapely.multipolygons(left)
    return Rest(
        kept=oriented(np.array([whole], dtype=object))[0],
        least_m2=min_part_m2,
        dropped=int((~stays).sum()),
        dropped_m2=float(area[~stays].sum()),
    )


def lost_ground(site: BaseGeometry, kept: BaseGeometry | None) -> BaseGeometry:
    """Return what was given up; both in one plane.

    Slivers that only come from rounding to millimetres are left out.
    """
    if kept is None:
        return site
    lost = shapely.difference(site, kept)
    shrunk = shapely.buffer(lost, -GRID_M, join_style="mitre", mitre_limit=MITRE_LIMIT)
    seen = shapely.buffer(
        shrunk, 2 * GRID_M, join_style="mitre", mitre_limit=MITRE_LIMIT
    )
    both = np.array([shapely.intersection(lost, seen)], dtype=object)
    ground: BaseGeometry = polygonal(both)[0]
    return ground


def strip_runs_m(shape: BaseGeometry, crs: str) -> tuple[float, ...]:
    """Return how long each part of a strip is, metres, longest first.

    A rectangle of the same area and outline is taken: of a strip of even width
    that is its length.
    """
    parts = shapely.get_parts(shape)
    rings = np.asarray(shapely.get_exterior_ring(parts), dtype=object)
    half = measure.length_m(rings, crs) / 2
    area = measure.area_m2(parts, crs)
    runs = (half + np.sqrt(np.maximum(half**2 - 4 * area, 0.0))) / 2
    return tuple(sorted((float(run) for run in runs), reverse=True))


def _without_spikes(rest: BaseGeometry, width_m: float) -> BaseGeometry:
    """Return a polygon without what is narrower than `width_m`.

    Only the spikes go: every other vertex stays as surveyed, which a plain
    shrinking and growing would move.
    """
    half = width_m / 2
    core = shapely.buffer(rest, -half, join_style="mitre", mitre_limit=MITRE_LIMIT)
    wide = shapely.buffer(
        core, half + MOUTH_M, join_style="mitre", mitre_limit=MITRE_LIMIT
    )
    both = np.array([shapely.intersection(rest, wide)], dtype=object)
    clean: BaseGeometry = polygonal(both)[0]
    return clean
