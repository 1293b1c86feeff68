"""Any sources, any grounds: one solve, one map.

Sources are amperes, grounds conductances to 0 V; an infinite one is a hard
ground. Several on one node add up. A finite ground stands on the diagonal of
the Laplacian, and what drains through it counts in the current of its node.

References
----------
.. [1] McRae, B. H., Shah, V. B. & Mohapatra, T. K. (2013). Circuitscape 4 user
   guide. The Nature Conservancy (what the modes mean).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.conductors import Conductor
from zoning.corridors.direct import DIRECT
from zoning.corridors.grid import require_same_shape
from zoning.corridors.habitat import Habitat
from zoning.corridors.pairwise import Flow
from zoning.errors import Problem, UsageError

__all__ = ["Conflict", "Tied", "advanced", "settled", "solved"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Tied = tuple[Floats, Indices, Floats]


class Conflict(StrEnum):
    """What goes where a node has a source and a ground."""

    KEEP_ALL = "keepall"
    REMOVE_SOURCE = "rmvsrc"
    REMOVE_GROUND = "rmvgnd"
    REMOVE_BOTH = "rmvall"


def advanced(
    habitat: Habitat,
    *,
    sources: Floats,
    grounds: Floats,
    conflict: Conflict = Conflict.KEEP_ALL,
    as_circuitscape: bool = False,
    method: str = DIRECT[-1],
) -> Flow:
    """Return the flow from sources to grounds.

    (L + diag(leak)) V = I on the free nodes, V = 0 on hard grounds: relative
    volts from relative amperes and siemens.

    Parameters
    ----------
    habitat : Habitat
    sources : ndarray, shape (rows, columns)
        Amperes put in (negative: taken out); 0 or nan for none. Sources outside
        the habitat are left out.
    grounds : ndarray, shape (rows, columns)
        Siemens to ground, inf for a hard ground; 0 or nan for none.
    conflict : Conflict
        What goes where a node has both. A hard ground that stays on a source is
        dropped: it would swallow the source.
    as_circuitscape : bool
        ``rmvall`` then removes only sources, and ``rmvgnd`` only hard grounds.
    method : str
        What solves; see `planning`.

    Raises
    ------
    UsageError
        ``NOTHING_FLOWS`` when no component has both a source and a ground;
        ``GRID_SHAPE``.
    """
    require_same_shape(habitat.shape, sources.shape, grounds.shape)
    circuit = habitat.circuit(method=method)
    current, hard, leak = settled(
        circuit.from_cells(np.nan_to_num(sources)),
        circuit.from_cells(np.nan_to_num(grounds, posinf=np.inf)),
        conflict=conflict,
        as_circuitscape=as_circuitscape,
    )
    potential = solved(circuit.conductor, (current, hard, leak))
    return Flow(
        foci=(), resistance=0.0, circuit=circuit, potential=potential, leak=leak
    )


def solved(conductor: Conductor, tied: Tied) -> Floats:
    """Return potentials by node for currents, hard grounds and leaks.

    Raises
    ------
    UsageError
        ``NOTHING_FLOWS``.
    """
    current, hard, leak = tied
    component = conductor.component
    grounded = np.union1d(component[hard], component[leak > 0])
    if not np.isin(component[current != 0], grounded).any():
        raise UsageError(Problem(code="NOTHING_FLOWS"))
    potential = conductor.potentials(current[:, None], fixed=hard, leak=leak)[:, 0]
    return np.ascontiguousarray(potential)


def settled(
    sources: Floats,
    grounds: Floats,
    *,
    conflict: Conflict,
    as_circuitscape: bool = False,
) -> Tied:
    """Return currents, hard grounds and leaks, conflicts settled.

    Parameters
    ----------
    sources, grounds : ndarray, shape (size,)
        Amperes and siemens by node.

    Returns
    -------
    currents : ndarray, shape (size,)
    hard : ndarray of int
        Nodes held at 0 V.
    leak : ndarray, shape (size,)
        Finite conductances to ground.
    """
    sources = sources.copy()
    hard = np.isinf(grounds)
    leak = np.where(hard, 0.0, grounds)
    both = (sources != 0) & (hard | (leak > 0))
    if conflict in {Conflict.REMOVE_SOURCE, Conflict.REMOVE_BOTH}:
        sources[both] = 0.0
    if conflict is Conflict.REMOVE_GROUND or (
        conflict is Conflict.REMOVE_BOTH and not as_circuitscape
    ):
        hard = hard & ~both
        if not as_circuitscape:
            leak[both] = 0.0
    hard &= sources == 0
    return sources, np.flatnonzero(hard), leak
