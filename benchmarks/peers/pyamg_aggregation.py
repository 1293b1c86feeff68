"""Smoothed aggregation by pyamg on a stored system; runs in an environment of its own.

Prints CPU seconds, bytes for each unknown, steps and the resistance.
"""

import json
import sys
from typing import Any

import numpy as np

from benchmarks.processes import least_cpu, peak_bytes, resident_bytes

ROUNDS = 2


def main(path: str, tolerance: float) -> dict[str, Any]:
    import pyamg  # type: ignore[import-not-found]
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import cg

    stored = np.load(path)
    matrix = csr_matrix((stored["data"], stored["indices"], stored["indptr"]))
    right = stored["right"]
    steps: list[int] = []
    solver: Any = None
    x = np.zeros(0)

    def set_up() -> None:
        nonlocal solver
        solver = None
        solver = pyamg.smoothed_aggregation_solver(matrix)

    def solve() -> None:
        nonlocal x
        steps.clear()
        x, _ = cg(
            matrix,
            right,
            rtol=tolerance,
            M=solver.aspreconditioner(cycle="V"),
            callback=lambda _: steps.append(1),
        )

    before = resident_bytes()
    return {
        "set_up_s": least_cpu(set_up, ROUNDS),
        "solve_s": least_cpu(solve, ROUNDS),
        "bytes": (peak_bytes() - before) / len(right),
        "steps": len(steps),
        "resistance": float(x @ right),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]))))
