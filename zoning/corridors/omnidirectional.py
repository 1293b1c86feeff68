"""Current from everywhere to everywhere: a moving window of sources.

The grid is cut into blocks. For each block a window is laid around its target
cell: habitat within `radius + buffer` cells, sources within `radius`, none in
the block itself. The sources are scaled so that together they put in what the
block's own sources amount to; the target is a hard ground; the node currents of
all windows are added up. Neighbours are eight, two cells have their average
conductance.

Summing sources in blocks bends the currents near a target. The correction is
found on ground without resistance: the currents of b x b windows of block 1,
one for each cell of the block, over those of the one window of block b; each
window is multiplied by it, cropped at the border.

The flow potential is the same with every cell of conductance 1 in a square
window: where current would go if the ground were all the same. Current over
potential is the normalised current.

Two ways with borders. ``omniscape`` does what that program does, for its
figures: blocks start at the north-west corner and what is left over in the
south and east takes no part; near the north and west border the cells without
sources are looked for at `radius + buffer` of the clipped window, which is not
where the block is; sources on cells without habitat count in the strength of
blocks and windows. ``correct`` centres the blocks, with narrower ones along the
border, empties the block itself, and takes sources on habitat only; a map
mirrored or turned by a right angle gives the mirrored or turned result.

References
----------
.. [1] McRae, B. H. et al. (2016). Conserving nature's stage: mapping
   omnidirectional connectivity for resilient terrestrial landscapes in the
   Pacific Northwest. The Nature Conservancy.
.. [2] Landau, V. A., Shah, V. B., Anantharaman, R. & Hall, K. R. (2021).
   Omniscape.jl: software to compute omnidirectional landscape connectivity.
   J. Open Source Softw. 6(57), 2829.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import require_same_shape
from zoning.corridors.habitat import MULTIGRID, Circuit, Habitat
from zoning.corridors.watching import Watch
from zoning.errors import Problem, UsageError

__all__ = [
    "Borders",
    "Moving",
    "OmniMaps",
    "Window",
    "corrections",
    "omnidirectional",
    "sources_of_resistance",
    "windows",
]

Floats = NDArray[np.float64]
Span = tuple[int, int, int]
Sides = tuple[int, int, int, int]
DIRECT_CELLS = 40_000  # of a window; a factor is quicker up to here


class Borders(StrEnum):
    """What holds near the edge of the map."""

    CORRECT = "correct"
    OMNISCAPE = "omniscape"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moving:
    """The window, in cells.

    Parameters
    ----------
    radius : int
        Reach of sources.
    block : int
        Side of a block; odd.
    buffer : int
        Habitat beyond the sources, so that currents are not pressed to the rim.
    borders : Borders
    artefacts : bool
        Whether the bend that blocks make is corrected.

    Raises
    ------
    UsageError
        ``OMNI_RADIUS``.
    """

    radius: int
    block: int = 1
    buffer: int = 0
    borders: Borders = Borders.CORRECT
    artefacts: bool = True

    def __post_init__(self) -> None:
        odd = self.block % 2 == 1
        if self.radius < 1 or not odd or not 0 < self.block <= 2 * self.radius:
            values = {"radius": str(self.radius), "block": str(self.block)}
            raise UsageError(Problem(code="OMNI_RADIUS", values=values))

    @property
    def reach(self) -> int:
        """Cells from the target to the rim of a window."""
        return self.radius + self.buffer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Window:
    """One window of a map.

    Parameters
    ----------
    rows, columns : slice
        Where it lies.
    target : tuple of int
        Row and column of the target in the map.
    sides : tuple of int
        Cells of the block north, south, west and east of the target.
    sources : ndarray
        Amperes within the window.
    near : ndarray of bool
        Cells within `radius + buffer`.
    """

    rows: slice
    columns: slice
    target: tuple[int, int]
    sides: Sides
    sources: Floats
    near: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OmniMaps:
    """Results, each of shape (rows, columns); nan where there is no habitat.

    `left_out` are amperes of blocks that nothing could flow to: their target is
    no habitat, or there is no source around.
    """

    current: Floats
    potential: Floats | None
    left_out: float

    @property
    def normalised(self) -> Floats | None:
        """Current over potential; nan where no current could flow."""
        if self.potential is None:
            return None
        out: Floats = np.full(self.current.shape, np.nan)
        some = self.potential > 0
        np.divide(self.current, self.potential, out=out, where=some)
        return out


def sources_of_resistance(resistance: Floats, cutoff: float = np.inf) -> Floats:
    """Return 1/r as source strength; 0 above the cutoff and where missing."""
    some = (resistance > 0) & (resistance <= cutoff)
    return np.divide(1.0, resistance, out=np.zeros(resistance.shape), where=some)


def omnidirectional(
    habitat: Habitat,
    sources: Floats,
    moving: Moving,
    *,
    potential: bool = False,
    watch: Watch | None = None,
) -> OmniMaps:
    """Return the current of all windows together.

    Parameters
    ----------
    habitat : Habitat
    sources : ndarray, shape (rows, columns)
        Strength of each cell; nan and less than 0 are none.
    moving : Moving
    potential : bool
        Whether the flow potential is wanted too: twice the work.
    watch : Watch, optional
        Told of each window.

    Raises
    ------
    UsageError
        ``GRID_SHAPE``.
    """
    require_same_shape(habitat.shape, sources.shape)
    watch = watch or Watch()
    ratios = corrections(moving) if moving.artefacts and moving.block > 1 else None
    total, even = np.zeros(habitat.shape), np.zeros(habitat.shape)
    left_out = 0.0
    places = list(windows(habitat, sources, moving))
    for done, (strength, window) in enumerate(places, start=1):
        current = None if window is None else _window_current(habitat, window)
        if window is None or current is None:
            left_out += strength
        else:
            ratio = 1.0 if ratios is None else _cropped(ratios, window, moving)
            here = window.rows, window.columns
            total[here] += current * ratio
            if potential:
                flat = Habitat(conductance=np.ones(window.near.shape))
                flow = _to_target(flat, window)
                even[here] += 0.0 if flow is None else flow * ratio
        watch.progress(done, len(places))
    empty = ~(habitat.conductance > 0)
    total[empty] = even[empty] = np.nan
    return OmniMaps(
        current=total, potential=even if potential else None, left_out=left_out
    )


def windows(
    habitat: Habitat, sources: Floats, moving: Moving
) -> Iterator[tuple[float, Window | None]]:
    """Yield the strength of each block that has any, and its window.

    The window is None where there are no sources around.
    """
    strength = np.where(sources > 0, sources, 0.0)
    if moving.borders is Borders.CORRECT:
        strength = np.where(habitat.conductance > 0, strength, 0.0)
    for row in _spans(habitat.shape[0], moving):
        for column in _spans(habitat.shape[1], moving):
            block = strength[row[0] : row[1], column[0] : column[1]]
            amount = float(block.sum())
            if amount > 0:
                yield amount, _window(strength, amount, (row, column), moving=moving)


def _spans(size: int, moving: Moving) -> list[Span]:
    """Return start, stop and target of the blocks along one side."""
    block, half = moving.block, moving.block // 2
    if moving.borders is Borders.OMNISCAPE:
        return [
            (k - half, min(k + half + 1, size), k) for k in range(half, size, block)
        ]
    whole = size // block
    whole -= (size - whole) % 2  # what is left over is halved
    if whole < 0:
        return [(0, size, size // 2)]
    rest = (size - whole * block) // 2
    spans = [
        (rest + k * block, rest + (k + 1) * block, rest + k * block + half)
        for k in range(whole)
    ]
    if rest:
        inner = rest // 2
        spans = [(0, rest, inner), *spans, (size - rest, size, size - 1 - inner)]
    return spans


def _window(
    strength: Floats, amount: float, spans: tuple[Span, Span], *, moving: Moving
) -> Window | None:
    (top, bottom, i), (left, right, j) = spans
    reach = moving.reach
    rows = slice(max(0, i - reach), min(strength.shape[0], i + reach + 1))
    columns = slice(max(0, j - reach), min(strength.shape[1], j + reach + 1))
    down, across = np.ogrid[rows, columns]
    distance = np.hypot(down - i, across - j)
    own = np.where(distance <= moving.radius, strength[rows, columns], 0.0)
    if moving.borders is Borders.OMNISCAPE:
        half = moving.block // 2
        empty = slice(reach - half, reach + half + 1)
        own[empty, empty] = 0.0
    else:
        up, side = rows.start, columns.start
        own[top - up : bottom - up, left - side : right - side] = 0.0
    around = float(own.sum())
    if around <= 0:
        return None
    return Window(
        rows=rows,
        columns=columns,
        target=(i, j),
        sides=(i - top, bottom - 1 - i, j - left, right - 1 - j),
        sources=own * (amount / around),
        near=distance <= reach,
    )


def _window_current(habitat: Habitat, window: Window) -> Floats | None:
    conductance = habitat.conductance[window.rows, window.columns]
    conductance = np.where(window.near, conductance, np.nan)
    if not conductance[_inside(window)] > 0:
        return None
    return _to_target(Habitat(conductance=conductance), window)


def _inside(window: Window) -> tuple[int, int]:
    return (
        window.target[0] - window.rows.start,
        window.target[1] - window.columns.start,
    )


def _to_target(habitat: Habitat, window: Window) -> Floats | None:
    """Return node currents on a window; None when no source reaches the target."""
    large = habitat.conductance.size > DIRECT_CELLS
    circuit = habitat.circuit(method=MULTIGRID) if large else habitat.circuit()
    target = int(circuit.node[_inside(window)])
    return _gathered(circuit, target, window.sources)


def _gathered(circuit: Circuit, target: int, sources: Floats) -> Floats | None:
    conductor = circuit.conductor
    currents = circuit.from_cells(sources)
    currents[conductor.component != conductor.component[target]] = 0.0
    currents[target] = 0.0
    if not currents.any():
        return None
    potential = conductor.potentials(currents[:, None], fixed=np.array([target]))
    return circuit.on_cells(conductor.throughflow(potential[:, 0]))


def corrections(moving: Moving) -> dict[Sides, Floats]:
    """Return the ratios of `Moving` by the sides of a block, full windows.

    Each has the shape of a window that no border clips.
    """
    half = moving.block // 2
    if moving.borders is Borders.OMNISCAPE:
        return {(half,) * 4: _ratio((half,) * 4, moving)}
    lengths = {(half, half)}
    for rest in range(1, moving.block):
        inner = rest // 2
        lengths |= {(inner, rest - 1 - inner), (rest - 1 - inner, inner)}
    return {
        (*down, *across): _ratio((*down, *across), moving)
        for down in sorted(lengths)
        for across in sorted(lengths)
    }


def _ratio(sides: Sides, moving: Moving) -> Floats:
    """Return summed currents of single cells over those of the block."""
    north, south, west, east = sides
    reach = moving.reach
    size = 2 * reach + 1
    single = _even_current((0, 0, 0, 0), moving)
    count = (north + south + 1) * (west + east + 1)
    summed = np.zeros((size + north + south, size + west + east))
    for down in range(north + south + 1):
        for across in range(west + east + 1):
            summed[down : down + size, across : across + size] += single
    summed = summed[north : north + size, west : west + size]
    blocked = count * _even_current(sides, moving)
    ones = np.ones(blocked.shape)
    return np.divide(summed, blocked, out=ones, where=blocked > 0)


def _even_current(sides: Sides, moving: Moving) -> Floats:
    """Return the current of one ampere from all around on even ground."""
    north, south, west, east = sides
    reach = moving.reach
    down, across = np.ogrid[-reach : reach + 1, -reach : reach + 1]
    distance = np.hypot(down, across)
    sources = np.where(distance <= moving.radius, 1.0, 0.0)
    sources[reach - north : reach + south + 1, reach - west : reach + east + 1] = 0.0
    habitat = Habitat(conductance=np.where(distance <= reach, 1.0, np.nan))
    circuit = habitat.circuit()
    target = int(circuit.node[reach, reach])
    current = _gathered(circuit, target, sources / sources.sum())
    return np.zeros(distance.shape) if current is None else current


def _cropped(ratios: dict[Sides, Floats], window: Window, moving: Moving) -> Floats:
    i, j = window.target
    half = moving.block // 2
    omniscape = moving.borders is Borders.OMNISCAPE
    ratio = ratios[(half,) * 4 if omniscape else window.sides]
    up, side = i - moving.reach, j - moving.reach
    return ratio[
        window.rows.start - up : window.rows.stop - up,
        window.columns.start - side : window.columns.stop - side,
    ]
