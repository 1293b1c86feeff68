"""Potentials of one ampere at a node: what all pairs are made of."""

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.conductors import Conductor
from zoning.corridors.watching import Watch

__all__ = ["COLUMN_BYTES", "UnitCurrents"]

Floats = NDArray[np.float64]
COLUMN_BYTES = 2**30  # potentials held at a time; fixed, so that sums keep their order


class UnitCurrents:
    """Solves for one ampere put in at a node and taken out at a ground.

    Parameters
    ----------
    conductor : Conductor
    watch : Watch
        Told of every solve; keeps the potentials.
    total : int
        Number of solves to come.
    """

    def __init__(self, conductor: Conductor, watch: Watch, total: int) -> None:
        self.conductor, self.watch, self.total = conductor, watch, total
        self.done = 0

    def at(self, ground: int, nodes: list[int]) -> dict[int, Floats]:
        """Return the potentials of one ampere at each node, `ground` at 0.

        All are solved in one batch. Each has shape (size,).
        """
        keeper = self.watch.keeper
        out = {ground: np.zeros(self.conductor.size)}
        wanted = [node for node in nodes if node != ground]
        for node in wanted if keeper is not None else []:
            kept = None if keeper is None else keeper.load(_key(ground, node))
            if kept is not None:
                out[node] = kept
        fresh = [node for node in wanted if node not in out]
        if fresh:
            currents = np.zeros((self.conductor.size, len(fresh)))
            currents[fresh, np.arange(len(fresh))] = 1.0
            solved = self.conductor.potentials(currents, fixed=np.array([ground]))
            for column, node in enumerate(fresh):
                out[node] = np.ascontiguousarray(solved[:, column])
                if keeper is not None:
                    keeper.save(_key(ground, node), out[node])
        self.done += len(wanted)
        self.watch.progress(min(self.done, self.total), self.total)
        return out


def _key(ground: int, node: int) -> str:
    return f"node-{ground}-{node}"
