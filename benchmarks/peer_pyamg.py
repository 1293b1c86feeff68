"""Smoothed aggregation by pyamg on a stored system; runs in an environment of its own.

Called by `benchmarks.corridors`; needs numpy, scipy and pyamg, nothing of the
package. Prints CPU seconds, bytes for each unknown, steps and the resistance.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def peak_bytes() -> int:
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(x.split()[1]) * 1024 for x in lines if x.startswith("VmHWM"))


def resident_bytes() -> int:
    """Return memory in use, and count the peak from here."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return peak_bytes()


def main(path: str, tolerance: float) -> dict[str, Any]:
    import pyamg  # type: ignore[import-not-found]
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import cg

    stored = np.load(path)
    matrix = csr_matrix((stored["data"], stored["indices"], stored["indptr"]))
    right = stored["right"]
    before = resident_bytes()
    start = time.process_time()
    solver = pyamg.smoothed_aggregation_solver(matrix)
    set_up = time.process_time() - start
    steps: list[int] = []
    start = time.process_time()
    x, _ = cg(
        matrix,
        right,
        rtol=tolerance,
        M=solver.aspreconditioner(cycle="V"),
        callback=lambda _: steps.append(1),
    )
    return {
        "set_up_s": set_up,
        "solve_s": time.process_time() - start,
        "bytes": (peak_bytes() - before) / len(right),
        "steps": len(steps),
        "resistance": float(x @ right),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]))))
