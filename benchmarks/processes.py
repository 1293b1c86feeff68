"""Measurements in processes of their own: one thread, CPU seconds, peak memory."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = [
    "ROOT",
    "asked",
    "asked_module",
    "cpu_seconds",
    "least_cpu",
    "peak_bytes",
    "resident_bytes",
]

ROOT = Path(__file__).resolve().parents[1]
ONE_THREAD = {
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def asked(python: Path | str, module: str, *arguments: str) -> dict[str, Any]:
    """Run a module of the benchmarks with one thread; return what it prints."""
    done = subprocess.run(  # noqa: S603  our own modules
        [str(python), "-m", module, *arguments],
        check=True,
        capture_output=True,
        cwd=ROOT,
        env=os.environ | ONE_THREAD,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def asked_module(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module with the package's own interpreter."""
    return asked(sys.executable, module, *arguments)


def cpu_seconds() -> float:
    """Return seconds of this process and of programs that it ran to their end."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


def least_cpu(work: Callable[[], Any], rounds: int) -> float:
    """Return the CPU seconds of the quickest of several rounds.

    What other programs do to the machine can only make a round slower.
    """
    spent = []
    for _ in range(rounds):
        start = cpu_seconds()
        work()
        spent.append(cpu_seconds() - start)
    return min(spent)


def peak_bytes() -> int:
    """Return the greatest resident size of this process."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("VmHWM"))


def resident_bytes() -> int:
    """Return memory in use, and count the peak from here."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_bytes()
