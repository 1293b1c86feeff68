"""Cells of a county: accumulated cost, links, one circuit, the spatial pattern.

    python -m benchmarks.cells [--sizes 1000] [--without county]

CPU seconds of one thread, the quickest of several rounds; each measurement in a
process of its own. Accumulated cost is compared with scikit-image, the pattern
with pyguidos; both get environments of their own under ``build/peers`` on first
use, and one that cannot be installed is named as left out. Only ratios within
one run mean something.

The scene is that of `benchmarks.corridors`. The county has 1700 x 1940 cells of
30 m, 3.3 million, and 22 sources, discs of 0.2 to 4.5 km².
"""

import argparse
import json
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.corridors import COUNTY, scene
from benchmarks.peers.environments import UnavailableError, python_of
from benchmarks.processes import asked, asked_module, least_cpu, peak_bytes
from zoning.corridors.foci import Foci
from zoning.corridors.grid import Grid
from zoning.corridors.habitat import Habitat
from zoning.corridors.least_cost import accumulate
from zoning.corridors.mspa import PatternRule, spatial_pattern
from zoning.corridors.network import connect
from zoning.corridors.pairwise import Flow, pairwise

__all__ = ["county_sources", "foreground"]

THIS = "benchmarks.cells"
CELL_M = 30.0
SOURCES = 22
ROUNDS = 5
MIB = 2**20


def grid(values: NDArray[Any]) -> Grid:
    transform = (CELL_M, 0, 400_000, 0, -CELL_M, 3_440_000)
    return Grid(values=values, transform=transform, crs="EPSG:4546")


def foreground(side: int, seed: int = 1) -> NDArray[np.bool_]:
    """Return blobs, holes, strips and specks: half of the cells."""
    random = np.random.default_rng(seed)
    coarse = ndimage.gaussian_filter(random.standard_normal((side, side)), 6)
    fine = ndimage.gaussian_filter(random.standard_normal((side, side)), 1.5)
    both = coarse / coarse.std() + 0.5 * fine / fine.std()
    return np.asarray(both > np.median(both))


def county_sources(shape: tuple[int, int]) -> NDArray[np.int32]:
    """Return discs that do not meet, numbered from 1."""
    random = np.random.default_rng(5)
    label = np.zeros(shape, dtype=np.int32)
    rows, columns = np.ogrid[: shape[0], : shape[1]]
    reach = min(60, min(shape) // 8)
    for number in range(1, SOURCES + 1):
        row, column = (int(random.integers(reach, side - reach)) for side in shape)
        radius = random.integers(reach // 8, reach * 2 // 3)
        disc = np.hypot(rows - row, columns - column) <= radius
        label[disc & (label == 0)] = number
    return label


def accumulated(side: int, folder: Path) -> dict[str, Any]:
    """Measure the spread from one cell; the scene is left for the peer."""
    ground = 1 / scene(side, side).conductance
    ground[side // 3, side // 3] = 1.0
    start = np.zeros(ground.shape, dtype=np.int32)
    start[side // 3, side // 3] = 1
    np.save(folder / "ground.npy", ground)
    np.save(folder / "start.npy", np.array([side // 3, side // 3]))
    resistance, sources = grid(ground), grid(start)
    cost = accumulate(resistance, sources).cost / CELL_M  # compiled, and kept
    np.save(folder / "ours.npy", cost)
    spent = least_cpu(lambda: accumulate(resistance, sources), ROUNDS)
    return {"cpu_s": spent}


def pattern(side: int, folder: Path) -> dict[str, Any]:
    """Measure the pattern of one map; the map is left for the peer."""
    cells = foreground(side)
    maps = {f"map_{n}_{width}": cells for n, width in ((8, 1), (8, 3), (4, 1))}
    np.savez(folder / "given.npz", **maps)  # type: ignore[arg-type]
    codes, spent = {}, {}
    for name in maps:
        neighbours, width = (int(word) for word in name.split("_")[1:])
        rule = PatternRule(connectivity=4 if neighbours == 4 else 8, edge_width=width)  # noqa: PLR2004
        run = partial(spatial_pattern, grid(cells.astype(np.uint8)), rule)
        codes[name] = run().codes.values
        spent[name] = least_cpu(run, ROUNDS)
    np.savez(folder / "ours.npz", **codes)
    return spent


def links(*, every_pair: bool) -> dict[str, Any]:
    """Measure all costs, links and corridors of the county."""
    small = np.zeros((20, 20), dtype=np.int32)
    small[0, 0], small[9, 9] = 1, 2
    connect(grid(np.ones((20, 20))), grid(small))
    resistance = grid(1 / scene(*COUNTY).conductance)
    sources = grid(county_sources(COUNTY))
    start, wall = time.process_time(), time.perf_counter()
    net = connect(resistance, sources, every_pair=every_pair, threads=2)
    return {
        "cpu_s": time.process_time() - start,
        "wall_s": time.perf_counter() - wall,
        "links": len(net.links),
        "sources": len(net.sources),
        "peak_mib": peak_bytes() / MIB,
    }


def circuit() -> dict[str, Any]:
    """Measure one pair of regions of the county, from resistance to map."""
    few = np.zeros((40, 50), dtype=np.int32)
    few[2:4, 2:4], few[30:32, 30:33] = 1, 2
    ground, label = 1 / scene(*COUNTY).conductance, county_sources(COUNTY)
    one_pair(ground[:40, :50], few)  # loads the compiled code
    start = time.process_time()
    flow, current = one_pair(ground, np.where(label <= 2, label, 0))  # noqa: PLR2004
    return {
        "cpu_s": time.process_time() - start,
        "resistance": flow.resistance,
        "greatest": 0.0 if current is None else float(current.max()),
        "peak_mib": peak_bytes() / MIB,
    }


def one_pair(
    ground: NDArray[np.float64], regions: NDArray[np.int32]
) -> tuple[Flow, NDArray[np.float64] | None]:
    habitat = Habitat.from_resistance(grid(ground))
    foci = Foci.from_map(regions.astype(np.int64))
    flow = next(pairwise(habitat, foci, method="multigrid"))
    return flow, flow.current_map()


def beside(peer: str, folder: Path, rounds: int) -> dict[str, Any] | str:
    """Measure a peer on what lies in a folder; or say why it is left out."""
    try:
        python = python_of(peer)
    except UnavailableError as reason:
        return str(reason)
    return asked(python, f"benchmarks.peers.{peer}", str(folder), str(rounds))


def show_accumulated(side: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = asked_module(THIS, "--accumulated", str(side), name)
        print(f"accumulated cost, {side} x {side}: {ours['cpu_s']:.3f} s")
        theirs = beside("skimage_mcp", folder, ROUNDS)
        if isinstance(theirs, str):
            print(f"  scikit-image: {theirs}")
            return
        one, other = np.load(folder / "ours.npy"), np.load(folder / "skimage.npy")
        both = np.isfinite(other) & (other > 0)
        same = np.array_equal(np.isfinite(one), np.isfinite(other))
        gap = np.abs(one[both] / other[both] - 1).max() if same else np.inf
    print(
        f"  scikit-image {theirs['version']}: {theirs['cpu_s']:.3f} s,"
        f" ratio {theirs['cpu_s'] / ours['cpu_s']:.1f},"
        f" worst difference {gap:.0e}"
    )


def show_pattern(side: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = asked_module(THIS, "--pattern", str(side), name)
        theirs = beside("pyguidos_pattern", folder, ROUNDS)
        if isinstance(theirs, str):
            print(f"  pyguidos: {theirs}")
        found = folder / "found.npz"
        for key, spent in ours.items():
            _, neighbours, width = key.split("_")
            print(
                f"pattern, {side} x {side}, {neighbours} neighbours, edge width"
                f" {width}: {spent:.2f} s"
            )
            if isinstance(theirs, dict):
                shape = foreground(side)
                one, other = np.load(folder / "ours.npz")[key], np.load(found)[key]
                print(
                    f"  pyguidos {theirs[key]:.2f} s, ratio {theirs[key] / spent:.1f};"
                    f" {(one != other)[shape].sum()} of {shape.sum()} foreground"
                    " cells differ"
                )


def show_county() -> None:
    for every in ("no", "yes"):
        found = asked_module(THIS, "--links", every)
        print(
            f"county, {found['sources']} sources: costs, {found['links']} links and"
            f" corridors {found['cpu_s']:.1f} s, {found['wall_s']:.1f} s of the clock"
            f" by two threads, peak {found['peak_mib']:.0f} MiB"
        )
    found = asked_module(THIS, "--circuit")
    print(
        "county, one pair of regions, from resistance to map of currents:"
        f" {found['cpu_s']:.1f} s, peak {found['peak_mib']:.0f} MiB"
    )


def child(chosen: argparse.Namespace) -> dict[str, Any] | None:
    """Carry out one measurement, if this process was started for one."""
    if chosen.accumulated:
        side, folder = chosen.accumulated
        return accumulated(int(side), Path(folder))
    if chosen.pattern:
        side, folder = chosen.pattern
        return pattern(int(side), Path(folder))
    if chosen.links:
        return links(every_pair=chosen.links == "yes")
    return circuit() if chosen.circuit else None


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="*", default=[1000])
    parts = ("costs", "pattern", "county")
    parser.add_argument("--without", action="append", default=[], choices=parts)
    for name in ("--accumulated", "--pattern"):
        parser.add_argument(name, nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--links", help=argparse.SUPPRESS)
    parser.add_argument("--circuit", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    answer = child(chosen)
    if answer is not None:
        print(json.dumps(answer))
        return
    for size in chosen.sizes:
        if "costs" not in chosen.without:
            show_accumulated(size)
        if "pattern" not in chosen.without:
            show_pattern(size)
    if "county" not in chosen.without:
        show_county()


if __name__ == "__main__":
    main()
