"""Current between every pair of foci, one ampere at a time.

With L the Laplacian of the circuit, one ampere from j to i gives the
potentials V = L^+ (e_j - e_i) and the effective resistance R_ij = V_j - V_i.
For points all pairs follow from one factor and one solve less than there are
points in a component: with the first point grounded and u_k the potentials of
one ampere put in at point k,

    V_(i,j) = u_j - u_i,    R_ij = u_i[i] + u_j[j] - u_i[j] - u_j[i].

The first point of a pair (the lower number) lies at 0 V, the second at R.
Focal *regions* are short-circuited for their own pair only, so that each pair
is a circuit of its own. Points in different components, or on no node, have
R = -1 and no map; two points on one node have R = 0.

References
----------
.. [1] Klein, D. J. & Randic, M. (1993). Resistance distance. J. Math. Chem. 12,
   81-95.
.. [2] McRae, B. H. (2006). Isolation by resistance. Evolution 60(8), 1551-1561.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from zoning.corridors.conductors import Conductor
from zoning.corridors.direct import DIRECT
from zoning.corridors.foci import Foci, PairChoice
from zoning.corridors.grid import require_same_shape
from zoning.corridors.habitat import Circuit, Habitat, united
from zoning.corridors.unit_currents import COLUMN_BYTES, UnitCurrents
from zoning.corridors.watching import Watch

__all__ = ["Flow", "between_points", "driven", "pairwise", "resistance_table"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
Pair = tuple[int, int]
NOT_JOINED = -1.0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Flow:
    """What flows between two foci, or from one focus to the others.

    Parameters
    ----------
    foci : tuple of int
        The numbers: (lower, higher), or one number.
    resistance : float
        Effective resistance; -1 when nothing joins them.
    circuit : Circuit or None
        None when nothing flows.
    potential : ndarray or None, shape (size,)
        By node; 0 outside the component.
    ends : tuple of ndarray of int
        Nodes of each focus that are held at one potential.
    leak : ndarray or None, shape (size,)
        Conductance to a ground, where there is one.
    """

    foci: tuple[int, ...]
    resistance: float
    circuit: Circuit | None = None
    potential: Floats | None = None
    ends: tuple[Indices, ...] = ()
    leak: Floats | None = None

    def node_currents(self) -> Floats | None:
        """Return the larger of inflow and outflow of each node, shape (size,)."""
        if self.circuit is None or self.potential is None:
            return None
        conductor = self.circuit.conductor
        through = conductor.throughflow(self.potential, self.leak)
        net = conductor.inflow(self.potential)
        for end in self.ends:
            if len(end) > 1:  # cells held together: what enters or leaves them all
                through[end] = abs(net[end].sum())
        return through

    def voltage_map(self, empty: float = 0.0) -> Floats | None:
        """Return potentials on the cells, shape (rows, columns)."""
        if self.circuit is None or self.potential is None:
            return None
        return self.circuit.on_cells(self.potential, empty)

    def current_map(self, empty: float = 0.0) -> Floats | None:
        """Return node currents on the cells, shape (rows, columns)."""
        currents = self.node_currents()
        if self.circuit is None or currents is None:
            return None
        return self.circuit.on_cells(currents, empty)


def pairwise(
    habitat: Habitat,
    foci: Foci,
    *,
    choice: PairChoice | None = None,
    method: str = DIRECT[-1],
    watch: Watch | None = None,
) -> Iterator[Flow]:
    """Yield the flow of each pair of foci.

    Parameters
    ----------
    habitat : Habitat
    foci : Foci
        Points, or regions when a number has several cells.
    choice : PairChoice, optional
        Which pairs; the others get no flow at all.
    method : str
        What solves; see `planning`.
    watch : Watch, optional
        Progress and checkpoint.

    Yields
    ------
    Flow
        Points: component by component. Regions: by number.

    Raises
    ------
    UsageError
        ``GRID_SHAPE`` when the foci lie on another grid; ``FOCI_TOO_FEW``.
    """
    require_same_shape(habitat.shape, foci.shape)
    watch = watch or Watch()
    foci = foci.kept(choice)
    pairs = [
        (int(a), int(b))
        for a, b in combinations(foci.numbers, 2)
        if choice is None or (int(a), int(b)) in choice.wanted
    ]
    if foci.regional:
        yield from _between_regions(habitat, foci, pairs, method=method, watch=watch)
        return
    circuit = habitat.circuit(method=method)
    nodes = {
        int(number): int(circuit.node.ravel()[cell])
        for number, cell in zip(foci.ids, foci.cells, strict=True)
    }
    for pair, resistance, potential in between_points(
        circuit.conductor, nodes, pairs, watch=watch
    ):
        joined = None if potential is None else circuit
        yield Flow(
            foci=pair, resistance=resistance, circuit=joined, potential=potential
        )


def between_points(
    conductor: Conductor,
    nodes: dict[int, int],
    pairs: list[Pair],
    *,
    watch: Watch | None = None,
) -> Iterator[tuple[Pair, float, Floats | None]]:
    """Yield pair, effective resistance and potentials by node.

    Parameters
    ----------
    conductor : Conductor
    nodes : dict of int to int
        The node of each number; -1 for none.
    pairs : list of pairs of int
        Numbers.
    """
    watch = watch or Watch()
    component = conductor.component
    home = {n: -1 if at < 0 else int(component[at]) for n, at in nodes.items()}
    joined: dict[int, list[Pair]] = {}
    for pair in pairs:
        one, other = (home[number] for number in pair)
        if one < 0 or one != other:
            yield pair, NOT_JOINED, None
        elif nodes[pair[0]] == nodes[pair[1]]:
            yield pair, 0.0, np.zeros(conductor.size)
        else:
            joined.setdefault(one, []).append(pair)
    columns = UnitCurrents(conductor, watch, _count_solves(joined, nodes))
    for own in joined.values():
        for block in _blocks(own, nodes, conductor.size):
            yield from _solved(columns, nodes, block)


def _count_solves(joined: dict[int, list[Pair]], nodes: dict[int, int]) -> int:
    return sum(
        len({nodes[number] for pair in own for number in pair}) - 1
        for own in joined.values()
    )


def _blocks(
    pairs: list[Pair], nodes: dict[int, int], size: int
) -> Iterator[tuple[int, list[int], list[Pair]]]:
    """Yield ground, nodes and pairs so that the potentials of a block fit."""
    places = sorted({nodes[number] for pair in pairs for number in pair})
    ground = nodes[pairs[0][0]]
    half = max(1, COLUMN_BYTES // (16 * size))
    if len(places) <= 2 * half:
        yield ground, places, pairs
        return
    tile = {place: at // half for at, place in enumerate(places)}
    grouped: dict[tuple[int, int], list[Pair]] = {}
    for pair in pairs:
        one, other = sorted(tile[nodes[number]] for number in pair)
        grouped.setdefault((one, other), []).append(pair)
    for (one, other), own in sorted(grouped.items()):
        yield ground, [p for p in places if tile[p] in {one, other}], own


def _solved(
    columns: UnitCurrents,
    nodes: dict[int, int],
    block: tuple[int, list[int], list[Pair]],
) -> Iterator[tuple[Pair, float, Floats]]:
    ground, places, pairs = block
    found = columns.at(ground, places)
    component = columns.conductor.component
    outside = np.flatnonzero(component != component[ground])
    for pair in pairs:
        low, high = nodes[pair[0]], nodes[pair[1]]
        potential = found[high] - found[low]
        potential -= potential[low]
        if len(outside):
            potential[outside] = 0.0
        yield pair, float(potential[high]), potential


def _between_regions(
    habitat: Habitat, foci: Foci, pairs: list[Pair], *, method: str, watch: Watch
) -> Iterator[Flow]:
    for done, pair in enumerate(pairs, start=1):
        yield _between_two(habitat, foci, pair, method=method, watch=watch)
        watch.progress(done, len(pairs))


def _between_two(
    habitat: Habitat, foci: Foci, pair: Pair, *, method: str, watch: Watch
) -> Flow:
    regions = united(foci.as_map(pair[0]), foci.as_map(pair[1]))
    circuit = habitat.circuit(regions=regions, held=True, method=method)
    low, high = (circuit.nodes_of(foci.cells_of(number)) for number in pair)
    if np.intersect1d(low, high).size:
        nothing = np.zeros(circuit.conductor.size)
        return Flow(foci=pair, resistance=0.0, circuit=circuit, potential=nothing)
    component = circuit.conductor.component
    if not np.intersect1d(component[low], component[high]).size:
        return Flow(foci=pair, resistance=NOT_JOINED)
    potential = watch.kept(
        f"region-{pair[0]}-{pair[1]}",
        lambda: driven(circuit.conductor, low, high),
    )
    return Flow(
        foci=pair,
        resistance=float(potential[high[0]]),
        circuit=circuit,
        potential=potential,
        ends=(low, high),
    )


def driven(conductor: Conductor, low: Indices, high: Indices) -> Floats:
    """Return the potentials of one ampere from `high` to `low`.

    Parameters
    ----------
    conductor : Conductor
    low, high : ndarray of int
        Nodes of the two ends, each end at one potential: `low` at 0, `high` at
        the effective resistance.

    Returns
    -------
    ndarray, shape (size,)
    """
    if len(high) == 1:
        currents = np.zeros((conductor.size, 1))
        currents[high[0]] = 1.0
        potential = conductor.potentials(currents, fixed=low)[:, 0]
        return np.ascontiguousarray(potential)
    fixed = np.concatenate([low, high])
    values = np.concatenate([np.zeros(len(low)), np.ones(len(high))])
    nothing = np.zeros((conductor.size, 1))
    potential = conductor.potentials(nothing, fixed=fixed, values=values)[:, 0]
    return np.asarray(potential / conductor.inflow(potential)[high].sum())


def resistance_table(flows: Iterable[Flow], numbers: Indices) -> Floats:
    """Return effective resistances as a table, shape (n, n).

    Parameters
    ----------
    flows : iterable of Flow
    numbers : ndarray of int, shape (n,)
        Foci, in the order of rows and columns.

    Returns
    -------
    ndarray
        Symmetric, 0 on the diagonal, -1 for pairs that are not joined or were
        not asked for.
    """
    place = {int(number): at for at, number in enumerate(numbers)}
    table = np.full((len(place), len(place)), NOT_JOINED)
    np.fill_diagonal(table, 0.0)
    for flow in flows:
        one, other = (place[number] for number in flow.foci)
        table[one, other] = table[other, one] = flow.resistance
    return table
