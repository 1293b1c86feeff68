"""Pinch points: where the current of a corridor has no other way.

Current is kept to a corridor, the ground outside it taken away, and driven
between the sources that it joins. Where it crowds, a corridor is narrow for
what passes: losing the cell would cost most there. Foci show 0, so that what
stands out is the corridor.

References
----------
.. [1] McRae, B. H. et al. (2008). Ecology 89(10), 2712-2724.
.. [2] Dutta, T., Sharma, S., McRae, B. H., Roy, P. S. & DeFries, R. (2016).
   Connecting the dots: mapping habitat connectivity for tigers in central
   India. Reg. Environ. Change 16, 53-67.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.direct import DIRECT
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.grid import require_same_shape
from zoning.corridors.habitat import Habitat
from zoning.corridors.map_sums import MapSums
from zoning.corridors.pairwise import Flow, pairwise
from zoning.corridors.watching import Watch

__all__ = ["PinchPoints", "pinch_points"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PinchPoints:
    """Currents within a corridor, shape (rows, columns); nan outside it.

    `cumulative` sums the pairs, `maximum` has the greatest of any; one ampere
    for each pair. `flows` have the effective resistances, without maps.
    """

    cumulative: Floats
    maximum: Floats
    flows: tuple[Flow, ...]


def pinch_points(
    habitat: Habitat,
    foci: Foci,
    corridor: NDArray[np.bool_],
    *,
    choice: PairChoice | None = None,
    method: str = DIRECT[-1],
    watch: Watch | None = None,
) -> PinchPoints:
    """Return the currents between foci within a corridor.

    Pair by pair, one ampere each: the potentials of `pairwise` on habitat that
    ends at the corridor, and the larger of what enters and leaves each cell.

    Parameters
    ----------
    habitat : Habitat
    foci : Foci
        The sources that the corridor joins; regions are short-circuited.
    corridor : ndarray of bool, shape (rows, columns)
        Cells that may carry current, for example those below a cutoff of the
        normalised least-cost corridor. Cells of foci always may.
    choice : PairChoice, optional
    method : str
        What solves; see `planning`.
    watch : Watch, optional

    Raises
    ------
    UsageError
        ``GRID_SHAPE``, ``FOCI_TOO_FEW``.
    """
    require_same_shape(habitat.shape, corridor.shape, foci.shape)
    inside = corridor.copy()
    inside.ravel()[foci.cells] = True
    narrowed = replace(
        habitat, conductance=np.where(inside, habitat.conductance, np.nan)
    )
    sums = MapSums(habitat.shape, 0.0)
    flows = []
    for flow in pairwise(narrowed, foci, choice=choice, method=method, watch=watch):
        current = flow.current_map()
        if current is not None:
            for number in flow.foci:
                current.ravel()[foci.cells_of(number)] = 0.0
            sums.add(current)
        flows.append(replace(flow, circuit=None, potential=None, ends=()))
    empty = ~(narrowed.conductance > 0)
    cumulative, maximum = sums.cumulative, sums.maximum
    cumulative[empty] = maximum[empty] = np.nan
    return PinchPoints(cumulative=cumulative, maximum=maximum, flows=tuple(flows))
