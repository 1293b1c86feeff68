"""A network job carried out: edges in, lists of nodes and branches out."""

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zoning.cli.circuit_run import JobRun, lonely, settle
from zoning.corridors.advanced import solved
from zoning.corridors.conductors import Network
from zoning.corridors.pairwise import (
    NOT_JOINED,
    Flow,
    between_points,
    resistance_table,
)
from zoning.errors import Problem, UsageError
from zoning.io.circuit_inputs import NetworkInputs
from zoning.report.circuit_files import resistance_lines, write_rows

__all__ = ["run_network"]

Floats = NDArray[np.float64]
LEAST_BRANCH = 1e-6  # amperes; smaller branch currents are not listed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lists:
    """What the lists of a job are written from."""

    run: JobRun
    inputs: NetworkInputs
    network: Network

    def write_solution(
        self, tail: str, potential: Floats, inside: NDArray[np.bool_], *, leak: Floats
    ) -> None:
        """Write voltages, node currents and branch currents of one solve."""
        if self.run.flag("write_volt_maps"):
            self.write_nodes(f"voltages{tail}", potential, inside)
        if self.run.flag("write_cur_maps"):
            through = self.network.throughflow(potential, leak)
            self.write_nodes(f"node_currents{tail}", through, inside)
            branch = np.abs(self.network.branch_currents(potential))
            self.write_branches(f"branch_currents{tail}", branch)

    def write_nodes(self, kind: str, values: Floats, inside: NDArray[np.bool_]) -> None:
        rows = np.column_stack([self.inputs.numbers, values])[inside]
        write_rows(self._path(f"{kind}.txt"), rows.tolist())

    def write_branches(self, kind: str, branch: Floats) -> None:
        numbers, network = self.inputs.numbers, self.network
        ends = numbers[network.first], numbers[network.second]
        rows = np.column_stack([*ends, branch])[branch > LEAST_BRANCH]
        write_rows(self._path(f"{kind}.txt"), rows.tolist())

    def write_table(self, numbers: NDArray[np.int64], table: Floats) -> None:
        square, three = resistance_lines(numbers, table)
        write_rows(self._path("resistances.out"), square)
        write_rows(self._path("resistances_3columns.out"), three)

    def _path(self, tail: str) -> Path:
        return self.run.folder / f"{self.run.job.name}_{tail}"


def run_network(run: JobRun, inputs: NetworkInputs) -> list[Problem]:
    """Carry out a network job; write into its folder.

    Returns
    -------
    list of Problem
        ``FOCUS_NOT_JOINED`` for each focus whose every result is -1.

    Raises
    ------
    UsageError
        ``JOB_OPTION_WRONG`` for a scenario that networks do not have.
    """
    scenario = run.job.words["scenario"]
    if scenario not in {"pairwise", "advanced"}:
        values = {"option": "scenario", "value": f"{scenario} (network)"}
        where = run.job.path.name
        raise UsageError(Problem(code="JOB_OPTION_WRONG", where=where, values=values))
    network = Network(
        inputs.first,
        inputs.second,
        inputs.conductance,
        size=len(inputs.numbers),
        method=run.method,
    )
    lists = _Lists(run=run, inputs=inputs, network=network)
    if scenario == "pairwise":
        return _pairwise(lists)
    return _advanced(lists)


def _pairwise(lists: _Lists) -> list[Problem]:
    inputs, network = lists.inputs, lists.network
    numbers = inputs.numbers[inputs.foci]
    nodes = {int(n): int(at) for n, at in zip(numbers, inputs.foci, strict=True)}
    pairs = [(int(a), int(b)) for a, b in combinations(numbers, 2)]
    flows = []
    nothing = np.zeros(network.size)
    through, branch = np.zeros(network.size), np.zeros(len(network.first))
    for pair, resistance, potential in between_points(
        network, nodes, pairs, watch=lists.run.watch
    ):
        flows.append(Flow(foci=pair, resistance=resistance))
        if potential is not None:
            inside = network.component == network.component[nodes[pair[0]]]
            through += network.throughflow(potential)
            branch += np.abs(network.branch_currents(potential))
            tail = f"_{pair[0]}_{pair[1]}"
            lists.write_solution(tail, potential, inside, leak=nothing)
    table = resistance_table(flows, numbers)
    lists.write_table(numbers, table)
    if lists.run.flag("write_cur_maps"):
        lists.write_nodes("node_currents_cum", through, network.component >= 0)
        lists.write_branches("branch_currents_cum", branch)
    joined = (table != NOT_JOINED) & ~np.eye(len(table), dtype=bool)
    return lonely(numbers[~joined.any(axis=1)])


def _advanced(lists: _Lists) -> list[Problem]:
    inputs, network = lists.inputs, lists.network
    if inputs.sources is None or inputs.grounds is None:
        raise AssertionError  # an advanced job reads both
    tied = settle(lists.run, inputs.sources, inputs.grounds)
    potential = solved(network, tied)
    lists.write_solution("", potential, network.component >= 0, leak=tied[2])
    return []
