"""Circuits on grids: multigrid against pyamg, all pairs against pair by pair.

Run with `make bench`, or ``python -m benchmarks.corridors --sizes 1000 2000``. CPU
seconds of one thread, the quickest of several rounds; each measurement in a
process of its own. pyamg gets an environment of its own under ``build/peers`` on
first use; where it cannot be installed only our own figures are printed. Only
ratios within one run mean something.

The scene: fractal resistance 1 to 300, a river of 1000, 5 % nodata, 8
neighbours, average resistance.
"""

import argparse
import json
import tempfile
import time
from itertools import combinations
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers.environments import UnavailableError, python_of
from benchmarks.processes import (
    asked,
    asked_module,
    least_cpu,
    peak_bytes,
    resident_bytes,
)
from zoning.corridors.conductors import Conductor, Network
from zoning.corridors.habitat import Circuit, Habitat
from zoning.corridors.multigrid import Field, Multigrid
from zoning.corridors.pairwise import between_points
from zoning.corridors.stencil import Averaging

__all__ = ["COUNTY", "all_pairs", "far_nodes", "multigrid", "scene"]

Floats = NDArray[np.float64]
TOLERANCE = 1e-8
MISSING = 0.05
COUNTY = (1700, 1940)  # 3.3 million cells: about 2 960 km² at 30 m
THIS = "benchmarks.corridors"
ROUNDS = 3


def scene(rows: int, columns: int, seed: int = 1) -> Habitat:
    """Make the landscape of a benchmark."""
    random = np.random.default_rng(seed)
    wave = np.fft.fftfreq(rows)[:, None] ** 2 + np.fft.fftfreq(columns) ** 2
    wave[0, 0] = 1.0
    noise = np.fft.fft2(random.standard_normal((rows, columns)))
    height = np.fft.ifft2(noise * wave**-0.75).real
    height = (height - height.min()) / np.ptp(height)
    resistance = 1 + 299 * height**2
    bend = columns / 2 + columns / 8 * np.sin(np.arange(rows) / rows * 9)
    for width in (0, 1):
        resistance[np.arange(rows), bend.astype(int) + width] = 1000.0
    resistance[random.random((rows, columns)) < MISSING] = np.nan
    return Habitat(conductance=1 / resistance, averaging=Averaging.RESISTANCE)


def far_nodes(circuit: Circuit) -> tuple[int, int]:
    """Return two nodes of the largest component, far apart."""
    component = circuit.conductor.component
    largest = np.bincount(component[component >= 0]).argmax()
    nodes = np.flatnonzero(component == largest)
    return int(nodes[len(nodes) // 10]), int(nodes[-len(nodes) // 10])


def multigrid(rows: int, columns: int) -> dict[str, Any]:
    """Measure set-up, solve and memory of our multigrid, the grid as its input."""
    warm(scene(40, 50))
    habitat = scene(rows, columns)
    before = resident_bytes()
    start = time.process_time()
    circuit = habitat.circuit(method="multigrid")
    field = cast("Field", circuit.conductor)
    assembled = time.process_time() - start
    low, high = far_nodes(circuit)
    free = field.component == field.component[low]
    free[low] = False
    ringed = np.pad(free.reshape(habitat.shape), 1)
    diagonal = np.where(ringed, field.operator[0], 0.0)
    operator = (diagonal, *field.operator[1:])
    solver = Multigrid(operator, tolerance=TOLERANCE)
    right = np.zeros(ringed.shape)
    right.reshape(-1)[ringed_place(high, habitat.shape)] = 1.0
    x = solver.solve(right)
    peak = peak_bytes() - before
    return {
        "assembly_s": assembled,
        "set_up_s": least_cpu(lambda: Multigrid(operator), ROUNDS),
        "solve_s": least_cpu(lambda: solver.solve(right), ROUNDS),
        "bytes": peak / int(free.sum()),
        "steps": solver.steps + 1,
        "resistance": float((x * right).sum()),
        "nodes": int(free.sum()),
    }


def ringed_place(cell: int, shape: tuple[int, int]) -> int:
    """Return the flat place of a cell in arrays with a ring around."""
    row, column = divmod(cell, shape[1])
    return (row + 1) * (shape[1] + 2) + column + 1


def warm(habitat: Habitat) -> None:
    """Load compiled code, so that it is in nobody's figure."""
    circuit = habitat.circuit(method="multigrid")
    low, high = far_nodes(circuit)
    currents = np.zeros((circuit.conductor.size, 1))
    currents[high] = 1.0
    volts = circuit.conductor.potentials(currents, fixed=np.array([low]))[:, 0]
    circuit.conductor.throughflow(volts)


def store_system(rows: int, columns: int, path: Path) -> None:
    """Write the same system as a sparse matrix, for the peer."""
    circuit = scene(rows, columns).circuit()
    network = cast("Network", circuit.conductor)
    low, high = far_nodes(circuit)
    free = np.flatnonzero(network.component == network.component[low])
    free = free[free != low]
    matrix = network.laplacian[free][:, free].tocsr()
    right = np.zeros(network.size)
    right[high] = 1.0
    np.savez(
        path,
        data=matrix.data,
        indices=matrix.indices.astype(np.int32),
        indptr=matrix.indptr.astype(np.int32),
        right=right[free],
    )


def all_pairs(
    method: str, side: int = 300, count: int = 12, *, rounds: int = 1
) -> dict[str, Any]:
    """Measure all maps of `count` points: by N-1 solves, and pair by pair.

    The loop keeps its factor or its hierarchy, as a program does that solves
    one pair after the other: only the solves differ, and their number.
    """
    warm(scene(40, 50))
    habitat = scene(side, side)
    circuit = habitat.circuit(method=method)
    component = circuit.conductor.component
    largest = np.bincount(component[component >= 0]).argmax()
    nodes = np.random.default_rng(0).permutation(np.flatnonzero(component == largest))
    points = {number: int(nodes[number]) for number in range(count)}
    pairs = list(combinations(points, 2))
    conductor = circuit.conductor
    ground = points[0]
    # the factor of either way is made here
    conductor.potentials(np.zeros((conductor.size, 1)), fixed=np.array([ground]))
    found: dict[tuple[int, int], tuple[float, Floats]] = {}

    def together() -> None:
        for pair, resistance, potential in between_points(conductor, points, pairs):
            if potential is not None:
                found[pair] = resistance, conductor.throughflow(potential)

    def loop() -> float:
        worst = 0.0
        for pair in pairs:
            resistance, current = one_pair(conductor, ground, points, pair=pair)
            gap = np.abs(current - found[pair][1]).max()
            worst = max(worst, float(gap), abs(resistance / found[pair][0] - 1))
        return worst

    return {
        "together_s": least_cpu(together, rounds),
        "loop_s": least_cpu(loop, rounds),
        "solves": count - 1,
        "pairs": len(pairs),
        "worst": loop(),
    }


def one_pair(
    conductor: Conductor, ground: int, points: dict[int, int], *, pair: tuple[int, int]
) -> tuple[float, Floats]:
    """Solve one pair and make its map."""
    low, high = (points[number] for number in pair)
    currents = np.zeros((conductor.size, 1))
    currents[high], currents[low] = 1.0, -1.0
    volts = conductor.potentials(currents, fixed=np.array([ground]))[:, 0]
    return float(volts[high] - volts[low]), conductor.throughflow(volts)


def peer(rows: int, columns: int) -> dict[str, Any] | str:
    """Measure pyamg on the same system; or say why it is not there."""
    try:
        python = python_of("pyamg_aggregation")
    except UnavailableError as reason:
        return str(reason)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "system.npz"
        asked_module(THIS, "--store", str(rows), str(columns), str(path))
        module = "benchmarks.peers.pyamg_aggregation"
        return asked(python, module, str(path), str(TOLERANCE))


def show(rows: int, columns: int, *, beside: bool = True) -> None:
    ours = asked_module(THIS, "--multigrid", str(rows), str(columns))
    print(
        f"{rows} x {columns}, {ours['nodes']} nodes:"
        f" assembly {ours['assembly_s']:.2f} s, set-up {ours['set_up_s']:.3f} s,"
        f" solve {ours['solve_s']:.2f} s"
        f" ({ours['steps']} steps), {ours['bytes']:.0f} B per node"
    )
    theirs = peer(rows, columns) if beside else "not asked for"
    if isinstance(theirs, str):
        print(f"  pyamg: {theirs}")
        return
    gap = abs(ours["resistance"] / theirs["resistance"] - 1)
    print(
        f"  pyamg: set-up {theirs['set_up_s']:.2f} s, solve {theirs['solve_s']:.2f} s"
        f" ({theirs['steps']} steps), {theirs['bytes']:.0f} B per node\n"
        f"  ratios: set-up {theirs['set_up_s'] / ours['set_up_s']:.1f} x,"
        f" solve {theirs['solve_s'] / ours['solve_s']:.1f} x,"
        f" memory {ours['bytes'] / theirs['bytes']:.2f}; resistance differs {gap:.0e}"
    )


def show_pairs(method: str) -> None:
    found = asked_module(THIS, "--pairs", method)
    print(
        f"{found['pairs']} pairs with maps by {method}: {found['solves']} solves"
        f" {found['together_s']:.2f} s, pair by pair {found['loop_s']:.2f} s,"
        f" ratio {found['loop_s'] / found['together_s']:.1f},"
        f" worst difference {found['worst']:.0e}"
    )


def child(chosen: argparse.Namespace) -> dict[str, Any] | None:
    """Carry out one measurement, if this process was started for one."""
    if chosen.multigrid:
        rows, columns = chosen.multigrid
        return multigrid(rows, columns)
    if chosen.pairs:
        return all_pairs(chosen.pairs, rounds=ROUNDS)
    if chosen.store:
        rows, columns, path = chosen.store
        store_system(int(rows), int(columns), Path(path))
        return {}
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000, 2000])
    for name, count in (("--multigrid", 2), ("--store", 3)):
        kind = int if name == "--multigrid" else str
        parser.add_argument(name, type=kind, nargs=count, help=argparse.SUPPRESS)
    parser.add_argument("--pairs", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    answer = child(chosen)
    if answer is not None:
        print(json.dumps(answer))
        return
    for size in chosen.sizes:
        show(size, size)
    show(*COUNTY, beside=False)
    for method in ("superlu", "multigrid"):
        show_pairs(method)


if __name__ == "__main__":
    main()
