"""Ground for circuits, drawn by hypothesis or by seed."""

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from zoning.corridors.habitat import Habitat
from zoning.corridors.stencil import Averaging

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


def rough(shape: tuple[int, int], seed: int, missing: float = 0.15) -> Floats:
    """Conductances over three orders of magnitude, some cells missing."""
    random = np.random.default_rng(seed)
    values = np.exp(1.5 * random.standard_normal(shape))
    values[random.random(shape) < missing] = np.nan
    values.ravel()[:2] = 1.0  # never all missing
    return values


@st.composite
def habitats(draw: st.DrawFn, most: int = 14) -> Habitat:
    """Small habitats with holes, of either neighbourhood and mean."""
    shape = draw(st.tuples(st.integers(2, most), st.integers(2, most)))
    return Habitat(
        conductance=rough(shape, draw(st.integers(0, 10_000))),
        neighbours=draw(st.sampled_from([4, 8])),
        averaging=draw(st.sampled_from(list(Averaging))),
    )


def joined_cells(habitat: Habitat, count: int, seed: int) -> Indices:
    """Return cells of the largest component, at most `count`, each once."""
    circuit = habitat.circuit()
    component = circuit.conductor.component
    largest = int(np.bincount(component).argmax())
    inside = np.flatnonzero(
        (circuit.node.ravel() >= 0) & (component[circuit.node.ravel()] == largest)
    )
    picked = np.random.default_rng(seed).permutation(inside)[:count]
    return np.sort(picked)
