"""Run one job of one contender and write down what it found and what it cost."""

import gc
import json
import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.jobs import JOBS, Job

__all__ = ["Contender", "Cost", "Found", "compete", "peak_of"]

Found = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True)
class Contender:
    """What a peer does: three steps, of which the first is not counted.

    `read` brings a layer into memory, `prepare` makes of it what the peer would
    keep, `measure` returns rows of left, rows of right and common areas.
    `elsewhere` gives CPU seconds and peak MiB of other processes so far.
    """

    name: str
    versions: Callable[[], str]
    read: Callable[[Path], Any]
    measure: Callable[[Any, Any], Found]
    prepare: Callable[[Any], Any] = lambda layer: layer
    elsewhere: Callable[[], tuple[float, float]] = lambda: (0.0, 0.0)


@dataclass(kw_only=True)
class Cost:
    """CPU seconds of all threads and processes, wall seconds, MiB."""

    versions: str = ""
    prepare_cpu_s: float = 0.0
    run_cpu_s: float = 0.0
    run_wall_s: float = 0.0
    peak_mib: float = 0.0
    layers_cpu_s: dict[str, float] = field(default_factory=dict)


def peak_of(process: str = "self") -> float:
    """Return the greatest resident size of a process, MiB.

    From ``/proc``: after a fork, `getrusage` still tells the parent's.
    """
    status = Path(f"/proc/{process}/status")
    if not status.exists():
        unit = 2**20 if platform.system() == "Darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    lines = status.read_text("utf-8").splitlines()
    sizes = [line.split()[1] for line in lines if line.startswith("VmHWM")]
    return float(sizes[0]) / 1024 if sizes else 0.0


def compete(contender: Contender) -> None:
    """Do the job that the command line names."""
    folder, job = Path(sys.argv[1]), JOBS[sys.argv[2]]
    cost = Cost(versions=contender.versions())
    rows = _run(contender, folder, job, cost=cost)
    cost.peak_mib = peak_of() + contender.elsewhere()[1]
    out = folder / f"{job.id}-{contender.name}"
    names = ("layer", "left", "right", "area_m2")
    np.savez(out.with_suffix(".npz"), **dict(zip(names, rows, strict=True)))
    out.with_suffix(".json").write_text(json.dumps(asdict(cost)), "utf-8")


def _run(
    contender: Contender, folder: Path, job: Job, *, cost: Cost
) -> list[NDArray[Any]]:
    def cpu() -> float:
        return time.process_time() + contender.elsewhere()[0]

    left = contender.read(folder / f"{job.left}.parquet")
    right = [contender.read(folder / f"{name}.parquet") for name in job.right]
    start = cpu()
    right = [contender.prepare(layer) for layer in right]
    left = left if job.new else contender.prepare(left)
    cost.prepare_cpu_s = cpu() - start
    gc.collect()  # what reading and preparing left behind is not the run's
    start, wall = cpu(), time.perf_counter()
    left = contender.prepare(left) if job.new else left
    found = []
    for name, layer in zip(job.right, right, strict=True):
        before = cpu()
        found.append(contender.measure(left, layer))
        cost.layers_cpu_s[name] = cpu() - before
    cost.run_cpu_s, cost.run_wall_s = cpu() - start, time.perf_counter() - wall
    which = np.repeat(np.arange(len(found)), [len(one[0]) for one in found])
    return [which, *(np.concatenate([one[k] for one in found]) for k in range(3))]
