"""The overlay engine and its peers: same county, same run, pair by pair.

    python -m benchmarks.overlay [SIZE] [--jobs J2,J4] [--without PEER] [--write]

SIZE is 1 for the whole county of 300 000 parcels and 1 000 and 20 000 sites; the
default of 0.1 ends within ten minutes on two free cores. Every contender is a
program in an environment of its own, made under ``build/peers`` on first use, and
reads the same GeoParquet files. CPU seconds count all threads and, for PostGIS,
the server's processes. Only ratios within one run mean something. ``--write``
puts table and picture into ``docs``.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
from numpy.typing import NDArray

from benchmarks.county import CRS, Shapes, make_county, make_sites
from benchmarks.jobs import JOBS, LAYERS, Job
from benchmarks.peers.environments import PEERS, ROOT, UnavailableError, python_of
from benchmarks.standings import OURS, Standing, excess, heading, line, printed

__all__ = ["run_all", "write_layers"]

SIZE, TOO_LONG_S = 0.1, 4 * 3600


def write_layers(folder: Path, size: float, *, jobs: Sequence[Job]) -> None:
    """Write what the jobs read as GeoParquet, one file for each layer."""
    county = make_county(size)
    shapes: dict[str, Shapes] = {name: getattr(county, name) for name in LAYERS}
    for job in jobs:
        if job.new:
            count = int(job.left.rpartition("_")[2]) * size
            shapes[job.left] = make_sites(max(20, round(count)), size)
    for name, layer in shapes.items():
        path = folder / f"{name}.parquet"
        if not path.exists():
            table = {"row": np.arange(len(layer))}
            geopandas.GeoDataFrame(table, geometry=layer, crs=CRS).to_parquet(path)


def run_all(
    folder: Path, jobs: Sequence[Job], peers: Sequence[str]
) -> Iterator[Standing]:
    """Run every contender at every job; ours first, for the others to be held to."""
    for job in jobs:
        standard = None
        for peer in peers:
            standing, found = _run(folder, job, peer)
            if found is not None and standard is not None:
                standing.excess = excess(standard, found, job=job, folder=folder)
            standard = found if peer == OURS else standard
            yield standing


def _run(
    folder: Path, job: Job, peer: str
) -> tuple[Standing, dict[str, NDArray[Any]] | None]:
    """Return what a contender cost and found, or why it could not run."""
    out = folder / f"{job.id}-{peer}"
    try:
        python = python_of(peer)
    except UnavailableError as reason:
        return Standing(job=job.id, peer=peer, left_out=str(reason)), None
    if not out.with_suffix(".npz").exists():
        command = [str(python), "-m", f"benchmarks.peers.{peer}", str(folder), job.id]
        reason = _left_out(command)
        if reason:
            return Standing(job=job.id, peer=peer, left_out=reason), None
    cost = json.loads(out.with_suffix(".json").read_text("utf-8"))
    with np.load(out.with_suffix(".npz")) as file:
        found = dict(file)
    return Standing(job=job.id, peer=peer, **cost), found


def _left_out(command: list[str]) -> str:
    try:
        subprocess.run(  # noqa: S603 - our own programs
            command,
            cwd=ROOT,
            check=True,
            capture_output=True,
            text=True,
            timeout=TOO_LONG_S,
        )
    except subprocess.CalledProcessError as failure:
        return (failure.stderr.strip().splitlines() or ["ended without a word"])[-1]
    except subprocess.TimeoutExpired:
        return f"not done after {TOO_LONG_S / 3600:.0f} hours"
    return ""


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("size", type=float, nargs="?", default=SIZE)
    parser.add_argument("--jobs", default=",".join(JOBS))
    parser.add_argument("--without", action="append", default=[], choices=[*PEERS][1:])
    parser.add_argument(
        "--keep",
        type=Path,
        help="a folder for layers and results; what lies there is not done again",
    )
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    jobs = [JOBS[name] for name in chosen.jobs.split(",")]
    peers = [peer for peer in PEERS if peer not in chosen.without]
    print(f"county of size {chosen.size:g}; CPU seconds; ratio = peer / {OURS}")
    print(heading(), flush=True)
    standings: list[Standing] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        write_layers(folder, chosen.size, jobs=jobs)
        for standing in run_all(folder, jobs, peers):
            standings.append(standing)
            print(line(standing, standings), flush=True)
    if chosen.write:
        printed(standings, ROOT / "docs", size=chosen.size)
    if any(standing.excess > 1 for standing in standings if standing.exact):
        sys.exit("areas differ by more than max(1e-6 m², 1e-9 of the smaller polygon)")


if __name__ == "__main__":
    main()
