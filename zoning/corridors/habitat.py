"""A landscape that carries current, and its cells as nodes of a circuit."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from zoning.corridors.conductors import Conductor, Network
from zoning.corridors.direct import DIRECT
from zoning.corridors.grid import Grid, require_aligned, require_same_shape
from zoning.corridors.stencil import (
    Averaging,
    Stencil,
    conductance_of_resistance,
    make_stencil,
)
from zoning.errors import LayerError, Problem, UsageError

__all__ = ["Circuit", "Habitat", "united"]

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]
NEIGHBOURS = (4, 8)
MULTIGRID = "multigrid"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Circuit:
    """A conductor and the cells that its nodes stand for.

    `node` has the node of each cell, shape (rows, columns); -1 for none.
    """

    conductor: Conductor
    node: Indices

    def nodes_of(self, cells: Indices) -> Indices:
        """Return the nodes of flat cell numbers, each once, ascending."""
        nodes = np.unique(self.node.ravel()[cells])
        return nodes[nodes >= 0]

    def on_cells(self, values: Floats, empty: float = 0.0) -> Floats:
        """Lay values of nodes on the cells; every cell of a polygon shows its node."""
        return np.where(self.node >= 0, values[self.node], empty)

    def from_cells(self, values: Floats) -> Floats:
        """Add up values of cells, shape (rows, columns), at their nodes."""
        there = self.node >= 0
        size = self.conductor.size
        total = np.bincount(self.node[there], values[there], minlength=size)
        return total.astype(np.float64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Habitat:
    """Conductances of cells, and how they are joined.

    Parameters
    ----------
    conductance : ndarray, shape (rows, columns)
        Siemens per step of one cell; nan, 0 and less are no habitat.
    neighbours : int
        4 or 8.
    averaging : Averaging
        How two cells make one resistor; see `stencil`.
    polygons : ndarray of int, optional
        Short-circuit polygons by number, 0 for none: the cells of one number
        are one node, where any of them has conductance.
    cell_m : tuple of float
        Width and height of a cell; only the ratio enters.

    Raises
    ------
    LayerError
        ``GRID_EMPTY`` when no cell is habitat.
    UsageError
        ``NEIGHBOURS_UNKNOWN``, ``GRID_SHAPE``.
    """

    conductance: Floats
    neighbours: int = 8
    averaging: Averaging = Averaging.CONDUCTANCE
    polygons: Indices | None = None
    cell_m: tuple[float, float] = (1.0, 1.0)

    def __post_init__(self) -> None:
        if self.neighbours not in NEIGHBOURS:
            values = {"found": str(self.neighbours)}
            raise UsageError(Problem(code="NEIGHBOURS_UNKNOWN", values=values))
        if self.polygons is not None:
            require_same_shape(self.shape, self.polygons.shape)
        if not (self.conductance > 0).any():
            raise LayerError(Problem(code="GRID_EMPTY"))

    @classmethod
    def from_resistance(
        cls,
        resistance: Grid,
        *,
        polygons: Grid | None = None,
        neighbours: int = 8,
        averaging: Averaging = Averaging.RESISTANCE,
    ) -> "Habitat":
        """Return the habitat of a resistance surface.

        Parameters
        ----------
        resistance : Grid
            Resistance per cell, above 0; missing cells are no habitat.
        polygons : Grid, optional
            Numbers of short-circuit polygons on the same cells.

        Raises
        ------
        LayerError
            ``RESISTANCE_NOT_POSITIVE``, ``GRID_NOT_ALIGNED``, ``GRID_EMPTY``.
        """
        if polygons is not None:
            require_aligned(resistance=resistance, polygons=polygons)
        return cls(
            conductance=conductance_of_resistance(resistance.floats()),
            neighbours=neighbours,
            averaging=averaging,
            polygons=None if polygons is None else _numbers(polygons),
            cell_m=resistance.cell_m,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        rows, columns = self.conductance.shape
        return rows, columns

    def stencil(self, groups: Indices | None = None) -> Stencil:
        """Return the resistors between cells, with the cells that groups take in."""
        joined = None
        if groups is not None:
            joined = _alive(groups, self.conductance > 0)
        return make_stencil(
            self.conductance,
            neighbours=self.neighbours,
            averaging=self.averaging,
            cell_m=self.cell_m,
            joined=joined,
        )

    def groups(self, regions: Indices | None = None) -> Indices | None:
        """Return polygons and regions as one numbering; what meets is one group.

        Parameters
        ----------
        regions : ndarray of int, shape (rows, columns), optional
            Further cells to short-circuit, by number; 0 for none.
        """
        if self.polygons is None or not (self.polygons > 0).any():
            return regions
        if regions is None:
            return self.polygons
        return united(self.polygons, regions)

    def circuit(
        self,
        *,
        regions: Indices | None = None,
        held: bool = False,
        method: str = DIRECT[-1],
    ) -> Circuit:
        """Return the circuit, polygons and `regions` short-circuited.

        Parameters
        ----------
        regions : ndarray of int, shape (rows, columns), optional
            Cells to short-circuit beside the polygons.
        held : bool
            The caller holds every region at a potential of its own, so that its
            cells may stay nodes.
        method : str
            ``multigrid`` works on the grid itself; where cells are merged it
            gives way to ``algebraic``.
        """
        merged = self.polygons is not None and bool((self.polygons > 0).any())
        merged |= regions is not None and not held
        groups = self.groups(regions)
        stencil = self.stencil(groups)
        if method == MULTIGRID and not merged:
            from zoning.corridors.multigrid import Field

            cells = np.arange(stencil.is_node.size).reshape(stencil.shape)
            node = np.where(stencil.is_node, cells, -1)
            return Circuit(conductor=Field(stencil), node=node)
        node = _nodes(stencil, groups)
        ends = _ends(stencil, node)
        first, second, conductance = (
            np.concatenate(part) for part in zip(*ends, strict=True)
        )
        network = Network(
            first,
            second,
            conductance,
            size=int(node.max()) + 1,
            method=method,
        )
        return Circuit(conductor=network, node=node)


def _numbers(polygons: Grid) -> Indices:
    values = polygons.floats()
    return np.where(values > 0, values, 0).astype(np.int64)


def _alive(groups: Indices, habitat: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return cells of groups of which at least one cell is habitat."""
    living = np.unique(groups[habitat & (groups > 0)])
    return np.isin(groups, living) & (groups > 0)


def united(polygons: Indices, regions: Indices) -> Indices:
    """Return the connected unions of two maps of groups that share cells.

    Both have shape (rows, columns), 0 for no group; so has the answer.
    """
    offset = int(polygons.max()) + 1
    size = offset + int(regions.max()) + 1
    both = (polygons > 0) & (regions > 0)
    links = sparse.coo_array(
        (np.ones(both.sum()), (polygons[both], regions[both] + offset)),
        shape=(size, size),
    )
    _, labels = connected_components(links, directed=False)
    united = np.where(polygons > 0, labels[polygons] + 1, 0)
    return np.where(regions > 0, labels[regions + offset] + 1, united).astype(np.int64)


def _nodes(stencil: Stencil, groups: Indices | None) -> Indices:
    """Return the node of each cell, numbered row by row, groups at their first."""
    cells = np.arange(stencil.is_node.size).reshape(stencil.shape)
    leader = np.where(stencil.is_node, cells, -1)
    if groups is not None:
        inside = stencil.is_node & (groups > 0)
        _, first, which = np.unique(
            groups[inside], return_index=True, return_inverse=True
        )
        leader[inside] = cells[inside][first][which]
    _, node = np.unique(leader, return_inverse=True)
    shift = 0 if (leader >= 0).all() else 1
    return node.reshape(stencil.shape).astype(np.int64) - shift


def _ends(stencil: Stencil, node: Indices) -> list[tuple[Indices, Indices, Floats]]:
    """Return resistors with the nodes at their ends, direction by direction."""
    found = []
    for values, down, right in (
        (stencil.east, 0, 1),
        (stencil.south, 1, 0),
        (stencil.southeast, 1, 1),
        (stencil.southwest, 1, -1),
    ):
        if values is not None:
            rows, columns = np.nonzero(values)
            ends = node[rows, columns], node[rows + down, columns + right]
            found.append((*ends, values[rows, columns]))
    return found
