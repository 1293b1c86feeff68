"""Spatial pattern of a foreground: core, islet, edge, perforation, and what joins.

Morphological spatial pattern analysis sorts every foreground cell by its part
in the shape. Core lies deeper than the edge width. Islets hold no core. Edge
and perforation line the cores, outside and around their holes. The rest joins
cores (bridge), returns to the same core (loop), or ends blind (branch); where a
bridge or loop comes through an edge, its cells there have a code of their own.

What joins is found by thinning the foreground down to its cores and the lines
between them: all cells that can go without cutting or joining anything go at
once, so that no order of the cells, and no turn of the map, decides. The lines
are then widened again, inside the foreground, by one cell less than the edge
width. A bridge has two ends: a single cell between two cores is a loop.

References
----------
.. [1] P. Soille, P. Vogt (2009), Morphological segmentation of binary patterns.
   Pattern Recognition Letters 30, 456-459. doi:10.1016/j.patrec.2008.10.015
.. [2] P. Soille, P. Vogt (2022), Morphological spatial pattern analysis: open
   source release. ISPRS Archives XLVIII-4/W1-2022, 427-433.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from zoning.corridors.grid import Grid
from zoning.corridors.mspa_kernels import RING, reached_by_others, thinned
from zoning.errors import Problem, UsageError

__all__ = ["Pattern", "PatternClass", "PatternRule", "spatial_pattern"]

Bools = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Labels = NDArray[np.int32]

CORE, ISLET, EDGE, PERFORATION, BRANCH = 17, 9, 3, 5, 1
BRIDGE, LOOP = 33, 65
CORE_OPENING, BORDER_OPENING, MISSING = 100, 220, 129
_INSIDE = 100
_FRAME = 2
_IN_EDGE, _IN_PERFORATION = 2, 4
_CROSS = ndimage.generate_binary_structure(2, 1)
_SQUARE = np.ones((3, 3), dtype=np.bool_)


class PatternClass(StrEnum):
    """The seven classes of the foreground."""

    CORE = "core"
    ISLET = "islet"
    PERFORATION = "perforation"
    EDGE = "edge"
    LOOP = "loop"
    BRIDGE = "bridge"
    BRANCH = "branch"


_CLASS_CODES = {
    PatternClass.CORE: (CORE,),
    PatternClass.ISLET: (ISLET,),
    PatternClass.PERFORATION: (PERFORATION, BRIDGE + 4, LOOP + 4),
    PatternClass.EDGE: (EDGE, BRIDGE + 2, LOOP + 2),
    PatternClass.LOOP: (LOOP,),
    PatternClass.BRIDGE: (BRIDGE,),
    PatternClass.BRANCH: (BRANCH,),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatternRule:
    """How a pattern is read.

    Parameters
    ----------
    connectivity : 8 or 4
        Whether foreground cells that meet at a corner are joined. The
        background is joined the other way.
    edge_width : int
        In cells, one at least: how far from the background core begins.
    transition : bool
        Keep the cells where bridges and loops come through edges and
        perforations apart; else edges and perforations close over them.
    inside : bool
        Tell what lies within the holes of cores: 100 is added to its code, and
        openings of the background have codes of their own.

    Raises
    ------
    UsageError
        ``PATTERN_RULE``.
    """

    connectivity: Literal[4, 8] = 8
    edge_width: int = 1
    transition: bool = True
    inside: bool = True

    def __post_init__(self) -> None:
        if self.connectivity not in (4, 8) or self.edge_width < 1:
            values = {
                "connectivity": str(self.connectivity),
                "edge_width": str(self.edge_width),
            }
            raise UsageError(Problem(code="PATTERN_RULE", values=values))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pattern:
    """The pattern of a foreground.

    Parameters
    ----------
    codes : Grid
        uint8: 17 core, 9 islet, 5 perforation, 3 edge, 1 branch, 33 bridge (35 in
        an edge, 37 in a perforation), 65 loop (67, 69), 0 background, 129
        missing. With `inside`: 100 an opening of a core, 220 one of the
        foreground, and 100 more than above within openings of cores.
    rule : PatternRule
    """

    codes: Grid
    rule: PatternRule

    def cells(self, kind: PatternClass) -> Bools:
        """Return the cells of a class, shape (rows, columns)."""
        codes = _CLASS_CODES[kind]
        wanted = (*codes, *(code + _INSIDE for code in codes))
        return np.isin(self.codes.values, wanted)

    def counts(self) -> dict[PatternClass, int]:
        """Return how many cells each class has."""
        return {kind: int(self.cells(kind).sum()) for kind in PatternClass}

    def shares(self) -> dict[PatternClass, float]:
        """Return the share of each class in the foreground; nan with none."""
        counts = self.counts()
        whole = sum(counts.values())
        nothing = float("nan")
        return {k: n / whole if whole else nothing for k, n in counts.items()}


def spatial_pattern(foreground: Grid, rule: PatternRule | None = None) -> Pattern:
    """Sort the cells of a foreground by their part in its shape.

    What lies beyond the map, and missing cells, are not known. The map is taken
    to go on as at its border. Missing cells end no core, and join no foreground;
    background that they join to the open is no opening, since nobody knows that
    it closes.

    Parameters
    ----------
    foreground : Grid
        Not zero for the foreground; missing cells are coded as missing.
    rule : PatternRule, optional
        As the practice takes it: 8 neighbours, edge width 1, both distinctions.
    """
    rule = rule or PatternRule()
    missing = foreground.missing
    margin = rule.edge_width + _FRAME
    shape = np.pad((foreground.values != 0) & ~missing, margin, mode="edge")
    known = ~np.pad(missing, margin, mode="edge")
    codes, holes = _codes(shape, known, rule)
    if rule.inside:
        _, joined_back = _structures(rule)
        within = ndimage.binary_fill_holes(holes, joined_back)
        openings = ndimage.binary_fill_holes(shape, joined_back) & ~shape
        codes[within & shape] += _INSIDE
        codes[openings] = BORDER_OPENING
        codes[within & ~shape] = CORE_OPENING
    codes = codes[margin:-margin, margin:-margin].copy()
    codes[missing] = MISSING
    return Pattern(codes=foreground.with_values(codes), rule=rule)


def _codes(shape: Bools, known: Bools, rule: PatternRule) -> tuple[Codes, Bools]:
    """Return the codes of the foreground, and the holes of its cores."""
    joined, joined_back = _structures(rule)
    core = _farther(known & ~shape, rule.edge_width) & shape
    labels, number = ndimage.label(core, joined)
    body = _holding(shape, core, joined)
    holes = ndimage.binary_fill_holes(core, joined_back) & ~core
    lining = body & ~core & ~_farther(core, rule.edge_width)
    perforated = _perforations(lining & holes, holes, labels, rule=rule)
    bridges, loops = _connectors(body, core, labels, rule=rule)
    codes = np.zeros(shape.shape, dtype=np.uint8)
    codes[shape] = BRANCH
    codes[shape & ~body] = ISLET
    codes[core] = CORE
    codes[bridges] = BRIDGE
    codes[loops] = LOOP
    crossed = (bridges | loops) & lining
    closed = lining if not rule.transition else lining & ~crossed
    codes[crossed & ~perforated] += _IN_EDGE
    codes[crossed & perforated] += _IN_PERFORATION
    codes[closed & ~perforated] = EDGE
    codes[closed & perforated] = PERFORATION
    return codes, holes if number else np.zeros_like(shape)


def _structures(rule: PatternRule) -> tuple[Bools, Bools]:
    """Return what joins the foreground, and what joins the background."""
    eight = rule.connectivity == 8  # noqa: PLR2004
    return (_SQUARE, _CROSS) if eight else (_CROSS, _SQUARE)


def _farther(cells: Bools, width: int) -> Bools:
    """Return what lies more than a width off: one more between cell centres."""
    if not cells.any():
        return np.ones_like(cells)
    apart = ndimage.distance_transform_edt(~cells)
    return np.asarray(np.rint(apart**2) >= (width + 1) ** 2)


def _holding(shape: Bools, core: Bools, joined: Bools) -> Bools:
    """Return the parts of a shape that hold a core."""
    labels, number = ndimage.label(shape, joined)
    held = np.zeros(number + 1, dtype=np.bool_)
    held[labels[core]] = True
    return np.asarray(held[labels])


def _perforations(
    lining: Bools, holes: Bools, core: Labels, *, rule: PatternRule
) -> Bools:
    """Return the lining of holes, without that of other cores within them."""
    _, joined_back = _structures(rule)
    labels, number = ndimage.label(holes, joined_back)
    parents = np.zeros(number + 1, dtype=np.int64)
    rows, columns = np.nonzero(holes)
    hole, first = np.unique(labels[rows, columns], return_index=True)
    # the first cell of a hole in reading order has the core around it above
    parents[hole] = core[rows[first] - 1, columns[first]]
    cells = np.argwhere(lining)
    parent = parents[labels[cells[:, 0], cells[:, 1]]]
    other = reached_by_others(cells, parent, core, rule.edge_width)
    found = lining.copy()
    found[cells[other, 0], cells[other, 1]] = False
    return found


def _connectors(
    body: Bools, core: Bools, labels: Labels, *, rule: PatternRule
) -> tuple[Bools, Bools]:
    """Return bridges and loops."""
    joined, _ = _structures(rule)
    lines = np.pad(body, 2)
    anchor = np.pad(core, 2)
    thinned(lines, anchor, *_tables(rule.connectivity), RING)
    ways = _widened(lines[2:-2, 2:-2] & ~core, body & ~core, rule)
    parts, number = ndimage.label(ways, joined)
    part, touched = _touching(parts, labels, joined)
    ends = np.unique(np.column_stack([part, touched[:, 0]]), axis=0)
    cells = np.unique(np.column_stack([part, touched[:, 1]]), axis=0)
    cores = np.bincount(ends[:, 0], minlength=number + 1)
    places = np.bincount(cells[:, 0], minlength=number + 1)
    bridging = (cores > 1) & (places > 1)
    bridges = bridging[parts] & ways
    return bridges, ways & ~bridges


def _touching(
    parts: Labels, core: Labels, joined: Bools
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return where parts touch cores: the part, (core, cell of the part)."""
    padded = np.pad(core, 1)
    cells = np.argwhere(parts > 0)
    part, core_of, cell = [], [], []
    for row, column in np.argwhere(joined):
        found = padded[cells[:, 0] + row, cells[:, 1] + column]
        hit = found > 0
        part.append(parts[cells[hit, 0], cells[hit, 1]])
        core_of.append(found[hit])
        cell.append(np.flatnonzero(hit))
    pairs = np.column_stack([np.concatenate(core_of), np.concatenate(cell)])
    return np.concatenate(part).astype(np.int64), pairs.astype(np.int64)


def _widened(lines: Bools, room: Bools, rule: PatternRule) -> Bools:
    """Return lines made wider by the edge width less one cell, inside the room."""
    radius = rule.edge_width - 1
    near = ~_farther_than(lines, radius) if radius and lines.any() else lines
    room = room & near
    for diagonal in _steps(radius):
        corners = _round_corners(lines, room) if diagonal else lines
        lines = (ndimage.binary_dilation(lines, _CROSS) | corners) & room
    return lines


def _farther_than(lines: Bools, radius: int) -> Bools:
    """Return what lies outside the disc whose radius is half a cell larger."""
    apart = ndimage.distance_transform_edt(~lines)
    return np.asarray(np.rint(apart**2) > radius * (radius + 1))


def _round_corners(lines: Bools, room: Bools) -> Bools:
    """Return cells diagonal to lines that share a side with room beside both."""
    found = np.zeros_like(lines)
    line, free = np.pad(lines, 1), np.pad(room, 1)
    rows, columns = lines.shape
    for i, j in ((0, 0), (0, 2), (2, 0), (2, 2)):
        corner = line[i : i + rows, j : j + columns]
        beside = (
            free[i : i + rows, 1 : 1 + columns] | free[1 : 1 + rows, j : j + columns]
        )
        found |= corner & beside
    return found


def _steps(radius: int) -> tuple[bool, ...]:
    """Return which of the unit steps also go diagonally, so that a disc fits."""
    span = range(radius + 1)
    disc = [i + j for i in span for j in span if i * i + j * j <= radius * (radius + 1)]
    squares = max(disc) - radius
    return tuple(
        k * squares // radius != (k - 1) * squares // radius
        for k in range(radius, 0, -1)
    )


@cache
def _tables(connectivity: int) -> tuple[Bools, Bools]:
    """Return which cells are simple by their neighbours, and which may go at once.

    A cell is simple when one part of the foreground and one of the background
    touch it, so that taking it joins and cuts nothing. It may go together with
    a simple neighbour when it would still be simple without that neighbour.
    Under 4 neighbours a diagonal one does not count where both cells beside the
    two are simple as well: the whole corner goes.
    """
    simple = np.array([_is_simple(bits, connectivity) for bits in range(256)])
    free = np.zeros((256, 256), dtype=np.bool_)
    for near in np.flatnonzero(simple).tolist():
        for loose in range(256):
            blocked = [
                place
                for place in range(8)
                if loose >> place & 1
                and not simple[near & ~(1 << place)]
                and not (connectivity == 4 and _corner_goes(loose, place))  # noqa: PLR2004
            ]
            free[near, loose] = not blocked
    return simple, free


def _corner_goes(loose: int, place: int) -> bool:
    before, after = (place - 1) % 8, (place + 1) % 8
    return place % 2 == 0 and bool(loose >> before & 1 and loose >> after & 1)


def _is_simple(bits: int, connectivity: int) -> bool:
    around = np.zeros((3, 3), dtype=np.bool_)
    for place, (row, column) in enumerate(RING.tolist()):
        around[1 + row, 1 + column] = bits >> place & 1
    blank = ~around
    blank[1, 1] = False
    eight = connectivity == 8  # noqa: PLR2004
    joined, joined_back = (_SQUARE, _CROSS) if eight else (_CROSS, _SQUARE)
    return _touching_parts(around, joined) == 1 == _touching_parts(blank, joined_back)


def _touching_parts(cells: Bools, joined: Bools) -> int:
    """Return how many parts of a ring touch its middle."""
    labels, _ = ndimage.label(cells, joined)
    touching = labels[joined.astype(np.bool_)]
    return len(set(touching.tolist()) - {0})
