"""Where a corridor breaks, where it is narrow, and how much of it is whole.

A *gap* is a stretch of the axis without a permeable cross-section. There are two
kinds: *bare*, where no ground lies beside the axis at all, and *severed*, where
ground lies beside it everywhere and still there is no way through, because what
blocks runs aslant from bank to bank. Gaps are found on the outlines of the
ground, so that none falls between two cross-sections.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.axis import Axis
from zoning.corridors.layout.spans import (
    cover_of,
    joined,
    joined_over_seam,
    rest_of,
    total,
)
from zoning.corridors.layout.transects import Transects, cut, stations_of

__all__ = ["BARE", "SEVERED", "Break", "Measure", "Passage", "folded", "passage"]

Floats = NDArray[np.float64]
BARE = "bare"
SEVERED = "severed"
_ROUNDS = 8
"""Halvings that bring the end of a narrow stretch to 1/256 of the spacing."""
_ROUNDED = 64
"""Of the spacing: shorter narrow stretches are what the halving leaves over."""
_GAP_M = 0.01
"""Plane metres: a shorter bare stretch is rounding of the drawing."""
_SHORT = 1e-3
"""Of the target, or metres: what a drawing in millimetres may be short of."""
_SLIT_M = 0.05
"""Half the width of the cut that opens a ring, plane metres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A gap in plane chainages; `end` passes the length where it spans the seam."""

    start: float
    end: float
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Passage:
    """How an axis is accompanied by ground; plane metres.

    Parameters
    ----------
    breaks : tuple of Break
        By start.
    narrow : ndarray of float64, shape (n, 2)
        Stretches apart from the gaps that are narrower than the target.
    sections : Transects
        Even cross-sections; 0 wide in gaps.
    parts : ndarray of object, shape (k,)
        Pieces of ground that a way leads through, by where they begin.
    full, passable : float
        Length over which the target width is kept; that lies in no gap.
    """

    breaks: tuple[Break, ...]
    narrow: Floats
    sections: Transects
    parts: NDArray[np.object_]
    full: float
    passable: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How to measure, plane metres; `target` nan where none is stated."""

    spacing: float
    target: float
    reach: float
    smooth: float


def passage(axis: Axis, ground: BaseGeometry, how: Measure) -> Passage:
    """Follow an axis through permeable ground.

    Parameters
    ----------
    axis : Axis
        In the plane.
    ground : geometry
        Polygons: the corridor without what blocks it.
    how : Measure
        Spacing, target and reach of the cross-sections.
    """
    length = float(axis.line.length)
    parts, covers = _along(axis, ground, how.spacing / 4)
    plain = cut(
        axis, stations_of(axis, how.spacing), ground, reach=how.reach, smooth=how.smooth
    )
    breaks = _bare(axis, covers)
    if axis.closed:
        breaks += _severed_ring(axis, ground, plain, bare=breaks)
    else:
        breaks += _severed(covers)
    breaks = tuple(sorted(breaks, key=lambda one: (one.start, one.end)))
    bare = folded(breaks, length)

    def narrower(at: Floats) -> NDArray[np.bool_]:
        found = cut(axis, at, ground, reach=how.reach, smooth=how.smooth)
        return _emptied(found, bare).width < how.target * (1 - _SHORT)

    sections = _emptied(plain, bare)
    low = _stretches(sections.at, narrower, length)
    return Passage(
        breaks=breaks,
        narrow=_without(low, bare, least=how.spacing / _ROUNDED),
        sections=sections,
        parts=parts,
        full=length - total(joined(np.vstack([low, bare]))),
        passable=length - total(bare),
    )


def _along(
    axis: Axis, ground: BaseGeometry, sample: float
) -> tuple[NDArray[np.object_], list[Floats]]:
    """Return the pieces of ground and what each covers, by where they begin."""
    parts = shapely.get_parts(ground)
    covers = [cover_of(axis, part, sample_m=sample) for part in parts]
    met = [k for k, cover in enumerate(covers) if len(cover)]
    met.sort(key=lambda k: (covers[k][0, 0], -covers[k][-1, 1]))
    return parts[met], [covers[k] for k in met]


def _bare(axis: Axis, covers: Sequence[Floats]) -> tuple[Break, ...]:
    length = float(axis.line.length)
    everywhere = np.vstack([np.empty((0, 2)), *covers])
    bare = rest_of(everywhere, 0.0, length)
    bare = bare[bare[:, 1] - bare[:, 0] > _GAP_M]
    if axis.closed:
        bare = joined_over_seam(bare, length)
    return tuple(Break(start=a, end=b, kind=BARE) for a, b in bare.tolist())


def _severed(covers: Sequence[Floats]) -> tuple[Break, ...]:
    steps = _switches(covers)
    return tuple(Break(start=float(a), end=float(b), kind=SEVERED) for a, b in steps)


def _severed_ring(
    axis: Axis,
    ground: BaseGeometry,
    sections: Transects,
    *,
    bare: Sequence[Break],
) -> tuple[Break, ...]:
    """Cut a ring open, in a gap or where it is widest, and look along it."""
    length = float(axis.line.length)
    if bare:
        origin = bare[0].start
        _, covers = _along(axis, ground, length / len(sections.at))
    else:
        widest = int(np.argmax(sections.width))
        origin = float(sections.at[widest])
        slit = shapely.buffer(shapely.linestrings(sections.piece[widest]), _SLIT_M)
        opened = shapely.difference(ground, slit)
        _, covers = _along(axis, opened, length / len(sections.at))
    trim = 0.0 if bare else length / len(sections.at) / 2
    turned = [_turned(cover, origin, length, trim=trim) for cover in covers]
    turned = [cover for cover in turned if len(cover)]
    turned.sort(key=lambda cover: (cover[0, 0], -cover[-1, 1]))
    found = []
    for one in _severed(turned):
        start = (one.start + origin) % length
        found.append(Break(start=start, end=start + one.end - one.start, kind=SEVERED))
    return tuple(found)


def _turned(cover: Floats, origin: float, length: float, *, trim: float) -> Floats:
    """Count the chainages of a ring from another point on.

    The cut that opens it is straight and cross-sections beside it are not quite:
    `trim` metres at either end are left out.
    """
    shifted = np.vstack([cover - origin, cover - origin + length])
    inside = np.clip(shifted, trim, length - trim)
    return joined(inside[inside[:, 1] - inside[:, 0] > 0])


def _switches(covers: Sequence[Floats]) -> list[tuple[float, float]]:
    """Return where one has to step from piece to piece of ground side by side.

    The fewest steps that lead from the first ground to the last: of the pieces
    that begin before the present one ends, the one that reaches farthest. Where
    none begins before, ground is bare and the next piece starts anew.
    """
    hulls = sorted((c[0, 0], c[-1, 1]) for c in covers)
    if not hulls:
        return []
    first = hulls[0][0]
    now = max(end for start, end in hulls if start <= first + _SHORT)
    last = max(end for _, end in hulls)
    steps = []
    while now < last - _SHORT:
        ahead = [h for h in hulls if h[0] <= now and h[1] > now + _SHORT]
        if ahead:
            start, end = max(ahead, key=lambda h: (h[1], -h[0]))
            steps.append((start, now))
        else:
            begin = min(h[0] for h in hulls if h[0] > now)
            end = max(h[1] for h in hulls if h[0] <= begin + _SHORT)
        now = end
    return steps


def folded(breaks: Sequence[Break], length: float) -> Floats:
    """Return breaks as spans below the length of the axis."""
    spans = []
    for one in breaks:
        spans.append((one.start, min(one.end, length)))
        if one.end > length:
            spans.append((0.0, one.end - length))
    return joined(np.array(spans, dtype=np.float64).reshape(-1, 2))


def _emptied(found: Transects, bare: Floats) -> Transects:
    """Take the width from cross-sections in gaps."""
    place = np.searchsorted(bare[:, 0], found.at, side="left") - 1
    gone = place >= 0
    gone[gone] = found.at[gone] < bare[place[gone], 1]
    return Transects(
        at=found.at,
        width=np.where(gone, 0.0, found.width),
        piece=np.where(gone[:, None, None], np.nan, found.piece),
    )


def _stretches(
    at: Floats, holds: Callable[[Floats], NDArray[np.bool_]], length: float
) -> Floats:
    """Return where something holds, its ends found by halving between stations."""
    here = holds(at)
    edge = np.flatnonzero(here[1:] != here[:-1])
    low, high, first = at[edge], at[edge + 1], here[edge]
    for _ in range(_ROUNDS if len(edge) else 0):
        middle = (low + high) / 2
        same = holds(middle) == first
        low, high = np.where(same, middle, low), np.where(same, high, middle)
    ends = ((low + high) / 2).tolist()
    ends += [0.0] * bool(here[0]) + [length] * bool(here[-1])
    return np.array(sorted(ends), dtype=np.float64).reshape(-1, 2)


def _without(spans: Floats, gone: Floats, *, least: float) -> Floats:
    """Return spans without others, pieces shorter than `least` left out."""
    kept = [rest_of(_clipped(gone, a, b), a, b) for a, b in spans.tolist()]
    found = np.vstack([np.empty((0, 2)), *kept])
    return found[found[:, 1] - found[:, 0] > least]


def _clipped(spans: Floats, start: float, end: float) -> Floats:
    cut_off = np.clip(spans, start, end)
    return cut_off[cut_off[:, 1] > cut_off[:, 0]]
