"""Effective resistance between regions before and after the ground has changed.

R = 1 / C, where C is the least energy of potentials that are 0 in one region and
1 in the other [1]_. The ground before gives the first guess for the ground after:
a site changes potentials far from it by little.

References
----------
.. [1] Doyle, P. G. & Snell, J. L. (1984). Random Walks and Electric Networks.
   Dirichlet's principle and Rayleigh's monotonicity law.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.grid import require_aligned
from zoning.corridors.habitat import Habitat
from zoning.corridors.landscape import Landscape
from zoning.corridors.multigrid import Field

__all__ = ["NOT_JOINED", "ResistanceChange", "resistance_changes"]

Floats = NDArray[np.float64]
NOT_JOINED = -1.0
"""Resistance of a pair that nothing joins, as Circuitscape writes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResistanceChange:
    """Effective resistance of a pair, `NOT_JOINED` where no current passes."""

    start: int
    end: int
    before: float
    after: float


def resistance_changes(
    before: Landscape,
    after: Landscape,
    pairs: Sequence[tuple[int, int]],
    *,
    threads: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[ResistanceChange, ...]:
    """Return the effective resistance of pairs of sources before and after.

    Average resistance between 8 neighbours, over all ground; the cells of a source
    are held together for their own pairs alone.

    Parameters
    ----------
    before, after : Landscape
        On the same cells.
    pairs : sequence of pairs of int
        Numbers of sources.
    threads : int
        How many pairs are solved at once; changes no byte.
    progress : callable, optional
        Told how many pairs of how many are done.

    Returns
    -------
    tuple of ResistanceChange
        In the order of `pairs`; the relative error is below 1e-8.

    Raises
    ------
    LayerError
        ``GRID_NOT_ALIGNED``, ``RESISTANCE_NOT_POSITIVE``, ``GRID_EMPTY``.
    """
    require_aligned(before=before.resistance, after=after.resistance)
    circuits = _Circuit.of(before), _Circuit.of(after)
    found: list[ResistanceChange] = []
    with ThreadPoolExecutor(threads) as pool:
        for change in pool.map(lambda pair: _change(pair, circuits), pairs):
            found.append(change)
            if progress is not None:
                progress(len(found), len(pairs))
    return tuple(found)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Circuit:
    """A landscape as a conductor; `labels` flat, 0 where no current passes."""

    field: Field
    labels: NDArray[np.int32]

    @classmethod
    def of(cls, land: Landscape) -> "_Circuit":
        costs = land.costs()
        habitat = Habitat.from_resistance(land.resistance.with_values(costs))
        numbers = np.where(np.isfinite(costs), land.labels(), 0)
        return cls(field=Field(habitat.stencil()), labels=numbers.ravel())

    def between(
        self, pair: tuple[int, int], start: Floats | None
    ) -> tuple[float, Floats | None]:
        """Return the resistance of a pair, and its potentials where they are known."""
        low, high = (np.flatnonzero(self.labels == number) for number in pair)
        found = None
        if len(low) and len(high):
            found = self.field.held_apart(low, high, start)
        return (NOT_JOINED, None) if found is None else (1 / found[0], found[1])


def _change(
    pair: tuple[int, int], circuits: tuple[_Circuit, _Circuit]
) -> ResistanceChange:
    was, volts = circuits[0].between(pair, None)
    now, _ = circuits[1].between(pair, volts)
    return ResistanceChange(start=pair[0], end=pair[1], before=was, after=now)
