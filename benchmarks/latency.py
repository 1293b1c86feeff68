"""One site on the benchmark county (J1): as a process, and inside one.

    python -m benchmarks.latency [FOLDER] [--size 1] [--rounds 5]

FOLDER holds a base of `benchmarks.county_files`; it is written where it is not
there. Medians of wall and CPU seconds, store and hashes ready: the command with
``--json``, the same with a whole run folder, the imports of the command alone,
and a check in a process that has the base open: of the same site, of the same with
its CRS stated, so that it is read in one way, and of one that lies elsewhere every
time.
"""

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.county_files import county_at, write_site

IMPORTS = (
    "import zoning.cli.check_command, zoning.check, zoning.io.base, zoning.io.sites,"
    " zoning.io.project, zoning.rules.packs, zoning.report.verdict"
)
AS_OF = "2026-11-23"
Times = tuple[float, float]


def timed(call: Callable[[], object]) -> Times:
    """Return wall and CPU seconds, processes that were waited for included."""
    own, begun = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    call()
    wall = time.perf_counter() - begun
    cpu = 0.0
    for who, before in (
        (resource.RUSAGE_SELF, own),
        (resource.RUSAGE_CHILDREN, others),
    ):
        after = resource.getrusage(who)
        cpu += after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def median(call: Callable[[], object], rounds: int) -> Times:
    """Return the median of wall and of CPU seconds."""
    found = [timed(call) for _ in range(rounds)]
    walls, cpus = zip(*found, strict=True)
    return statistics.median(walls), statistics.median(cpus)


def run(*arguments: str) -> bytes:
    """Run a command of Python and return what it prints.

    Bytecode is kept, as an installed package has it.
    """
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return subprocess.run(  # noqa: S603  own interpreter, own code
        [sys.executable, *arguments], capture_output=True, check=False, env=kept
    ).stdout


def checking(base: Path, site: Path, *more: str) -> bytes:
    command = ["-m", "zoning", "check", str(site), "--base", str(base)]
    return run(*command, "--as-of", AS_OF, *more)


def cold(base: Path, site: Path, rounds: int) -> list[tuple[str, Times]]:
    """Time processes that start, answer and end."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)

        def whole_run() -> None:
            shutil.rmtree(place / "run", ignore_errors=True)
            checking(base, site, "--out", str(place / "run"))

        return [
            ("imports alone", median(lambda: run("-c", IMPORTS), rounds)),
            ("check --json", median(lambda: checking(base, site, "--json"), rounds)),
            ("check, run folder", median(whole_run, min(rounds, 3))),
        ]


def warm(base: Path, site: Path, rounds: int) -> list[tuple[str, Times]]:
    """Time checks in this process, the base open and the rules read."""
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.io.sites import read_sites
    from zoning.model import CheckOptions
    from zoning.rules.packs import read_rule_book

    opened = open_base(base)
    book = read_rule_book(opened.packs, base)
    options = CheckOptions(as_of=date.fromisoformat(AS_OF))
    sites = read_sites((site,), crs=None, projects=None)
    check(sites, opened, book, options=options)
    stated = read_sites((site,), crs="EPSG:4490", projects=None)
    far = iter(moved(sites[0], 4 * rounds))
    return [
        (
            "in a process",
            median(lambda: check(sites, opened, book, options=options), 4 * rounds),
        ),
        (
            "in a process, CRS stated",
            median(lambda: check(stated, opened, book, options=options), 4 * rounds),
        ),
        (
            "in a process, elsewhere",
            median(
                lambda: check((next(far),), opened, book, options=options), 4 * rounds
            ),
        ),
    ]


def moved(site: Any, count: int) -> list[Any]:
    """Return the site moved about by up to 0.08 degrees, seeded."""
    import shapely.affinity

    rng = np.random.default_rng(7)
    return [
        replace(site, geometry=shapely.affinity.translate(site.geometry, east, north))
        for east, north in rng.uniform(-0.08, 0.08, (count, 2))
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--size", type=float, default=0.02)
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        base = county_at(chosen.folder or Path(made) / "county", chosen.size)
        site = write_site(base / "site.geojson", chosen.size)
        report(base, site, chosen.rounds)


def report(base: Path, site: Path, rounds: int) -> None:
    lines: list[tuple[str, Times]] = []
    if not (base / ".zoning").is_dir():
        command = ["-m", "zoning", "layers", "prepare", "--base", str(base)]
        lines.append(("layers prepare", timed(lambda: run(*command))))
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        print(f"peak memory of preparing {peak:.0f} MiB")
    answer = json.loads(checking(base, site, "--json"))
    findings = sum(len(one["findings"]) for one in answer["sites"])
    print(f"{answer['verdict']}, {findings} findings; load {os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'wall s':>9}{'CPU s':>9}")
    lines += [*cold(base, site, rounds), *warm(base, site, rounds)]
    for name, (wall, cpu) in lines:
        print(f"{name:24}{wall:9.3f}{cpu:9.3f}")


if __name__ == "__main__":
    main()
