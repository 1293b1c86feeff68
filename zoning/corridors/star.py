"""One focus against all others: one-to-all and all-to-one.

One-to-all: one ampere (or a strength) enters at a focus, every other focus is
grounded; the result is V / strength, the resistance to all others together.
All-to-one: one ampere (or its strength) enters at every other focus and leaves
at this one; the result is 0, because the ground is at 0 V, or -1.

Regions are short-circuited in every run. Where nothing joins a focus to
another, the result is -1 and the maps are 0.

Both follow from the potentials u_k of one ampere at focus k (`unit_currents`).
All-to-one is their sum. For one-to-all let Z be the matrix u_k[l] over all
foci but the grounded first; its inverse, with a row and a column added so that
all rows sum to 0, is the Laplacian G of the circuit seen from the foci alone
(Kron reduction). The currents G[:, i] / G[i, i] put one ampere in at i and
leave all others at one potential.

References
----------
.. [1] Dorfler, F. & Bullo, F. (2013). Kron reduction of graphs with applications
   to electrical networks. IEEE Trans. Circuits Syst. I 60(1), 150-163.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.direct import DIRECT
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.grid import require_same_shape
from zoning.corridors.habitat import Circuit, Habitat
from zoning.corridors.pairwise import NOT_JOINED, Flow, driven
from zoning.corridors.unit_currents import COLUMN_BYTES, UnitCurrents
from zoning.corridors.watching import Watch

__all__ = ["StarMode", "star"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class StarMode(StrEnum):
    """Which way the current flows."""

    ONE_TO_ALL = "one-to-all"
    ALL_TO_ONE = "all-to-one"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Star:
    """A circuit with its foci as nodes (-1 for none), and what each puts in."""

    circuit: Circuit
    nodes: dict[int, int]
    foci: Foci
    choice: PairChoice | None
    mode: StarMode

    def strength(self, number: int) -> float:
        return self.foci.strengths.get(number, 1.0)

    def others(self, number: int) -> list[int]:
        """Return the foci in the component of one focus, on other nodes."""
        component = self.circuit.conductor.component
        node = self.nodes[number]
        return [
            other
            for other, at in self.nodes.items()
            if at not in {-1, node}
            and component[at] == component[node]
            and (self.choice is None or _sorted(number, other) in self.choice.wanted)
        ]


def star(
    habitat: Habitat,
    foci: Foci,
    *,
    mode: StarMode,
    choice: PairChoice | None = None,
    method: str = DIRECT[-1],
    watch: Watch | None = None,
) -> Iterator[Flow]:
    """Yield the flow of each focus against all others, by number.

    One-to-all: V = 0 at the others, V_i over the strength is the resistance of
    i to all others together. All-to-one: V = 0 at i, the result is 0.

    Parameters
    ----------
    habitat : Habitat
    foci : Foci
        Its strengths are the amperes that each puts in.
    mode : StarMode
    choice : PairChoice, optional
        Only pairs of it act on each other.
    method : str
        What solves; see `planning`.
    watch : Watch, optional

    Raises
    ------
    UsageError
        ``GRID_SHAPE`` when the foci lie on another grid; ``FOCI_TOO_FEW``.
    """
    require_same_shape(habitat.shape, foci.shape)
    watch = watch or Watch()
    foci = foci.kept(choice)
    regions = foci.as_map() if foci.regional else None
    circuit = habitat.circuit(regions=regions, method=method)
    nodes = {
        int(number): int(circuit.node.ravel()[foci.cells_of(number)[0]])
        for number in foci.numbers
    }
    whole = _Star(
        circuit=circuit,
        nodes=nodes,
        foci=foci,
        choice=choice,
        mode=mode,
    )
    columns = _columns(whole, watch) if choice is None and _fits(whole) else None
    for done, number in enumerate(nodes, start=1):
        yield _flow(whole, number, columns)
        if columns is None:
            watch.progress(done, len(nodes))


def _fits(star: _Star) -> bool:
    return 8 * star.circuit.conductor.size * len(star.nodes) <= COLUMN_BYTES


def _columns(star: _Star, watch: Watch) -> dict[int, Floats]:
    """Return the potentials of one ampere at the node of each focus."""
    component = star.circuit.conductor.component
    homes: dict[int, list[int]] = {}
    for node in sorted({node for node in star.nodes.values() if node >= 0}):
        homes.setdefault(int(component[node]), []).append(node)
    total = sum(len(nodes) - 1 for nodes in homes.values())
    solves = UnitCurrents(star.circuit.conductor, watch, total)
    found: dict[int, Floats] = {}
    for nodes in homes.values():
        found |= solves.at(nodes[0], nodes)
    return found


def _flow(star: _Star, number: int, columns: dict[int, Floats] | None) -> Flow:
    circuit, node = star.circuit, star.nodes[number]
    others = star.others(number) if node >= 0 else []
    if not others:
        nothing = np.zeros(circuit.conductor.size)
        return Flow(
            foci=(number,), resistance=NOT_JOINED, circuit=circuit, potential=nothing
        )
    if star.mode is StarMode.ALL_TO_ONE:
        potential = _gathered(star, number, others, columns=columns)
        resistance = 0.0
    else:
        potential = _spread(star, node, others, columns=columns)
        resistance = float(potential[node])
        potential = potential * star.strength(number)
    return Flow(
        foci=(number,), resistance=resistance, circuit=circuit, potential=potential
    )


def _spread(
    star: _Star, node: int, others: list[int], *, columns: dict[int, Floats] | None
) -> Floats:
    """Return the potentials of one ampere at a node, all others grounded."""
    grounds = np.unique([star.nodes[other] for other in others])
    conductor = star.circuit.conductor
    if columns is None:
        return driven(conductor, grounds, np.array([node]))
    places = np.unique([node, *grounds])
    reduced = _reduced(np.array([columns[place][places] for place in places]).T)
    currents = reduced[:, np.searchsorted(places, node)]
    currents = currents / currents[np.searchsorted(places, node)]
    potential = _weighted(columns, dict(zip(places.tolist(), currents, strict=True)))
    potential -= potential[grounds[0]]
    return _only_inside(star.circuit, node, potential)


def _gathered(
    star: _Star, number: int, others: list[int], *, columns: dict[int, Floats] | None
) -> Floats:
    """Return the potentials when all others put in their strength."""
    node = star.nodes[number]
    weights = [(star.nodes[other], star.strength(other)) for other in others]
    if columns is None:
        currents = np.zeros((star.circuit.conductor.size, 1))
        for place, strength in weights:
            currents[place] += strength
        solved = star.circuit.conductor.potentials(currents, fixed=np.array([node]))
        return np.ascontiguousarray(solved[:, 0])
    amperes = {node: -math.fsum(strength for _, strength in weights)}
    for place, strength in weights:
        amperes[place] = amperes.get(place, 0.0) + strength
    potential = _weighted(columns, amperes)
    potential -= potential[node]
    return _only_inside(star.circuit, node, potential)


def _weighted(columns: dict[int, Floats], amperes: Mapping[int, float]) -> Floats:
    total = np.zeros(len(next(iter(columns.values()))))
    for place, strength in amperes.items():
        total += strength * columns[place]
    return total


def _only_inside(circuit: Circuit, node: int, potential: Floats) -> Floats:
    component = circuit.conductor.component
    potential[component != component[node]] = 0.0
    return potential


def _reduced(potentials: Floats) -> Floats:
    """Return the Laplacian seen from the foci; the first of them is grounded."""
    ground = int(np.flatnonzero(~potentials.any(axis=0))[0])
    rest = np.delete(np.arange(len(potentials)), ground)
    out = np.zeros_like(potentials)
    out[np.ix_(rest, rest)] = np.linalg.inv(potentials[np.ix_(rest, rest)])
    out[rest, ground] = out[ground, rest] = -out[np.ix_(rest, rest)].sum(axis=1)
    out[ground, ground] = -out[ground, rest].sum()
    return out


def _sorted(one: int, other: int) -> tuple[int, int]:
    return min(one, other), max(one, other)
