"""Smoothed aggregation by pyamg on a stored system; runs in an environment of its own.

Prints CPU seconds, bytes for each unknown, steps and the resistance.
"""

import json
import sys
from typing import Any

import numpy as np

from benchmarks.processes import least_cpu, peak_bytes, resident_bytes

ROUNDS = 3


def main(path: str, tolerance: float) -> dict[str, Any]:
    import pyamg  # type: ignore[import-not-found]
    from scipy.sparse import csr_matrix
    from scipy.sparse.linalg import cg

    stored = np.load(path)
    matrix = csr_matrix((stored["data"], stored["indices"], stored["indptr"]))
    right = stored["right"]
    before = resident_bytes()
    solver = pyamg.smoothed_aggregation_solver(matrix)
    steps: list[int] = []

    def solve() -> Any:
        steps.clear()
        return cg(
            matrix,
            right,
            rtol=tolerance,
            M=solver.aspreconditioner(cycle="V"),
            callback=lambda _: steps.append(1),
        )[0]

    x = solve()
    peak = peak_bytes() - before
    return {
        "set_up_s": least_cpu(
            lambda: pyamg.smoothed_aggregation_solver(matrix), ROUNDS
        ),
        "solve_s": least_cpu(solve, ROUNDS),
        "bytes": peak / len(right),
        "steps": len(steps),
        "resistance": float(x @ right),
    }


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], float(sys.argv[2]))))
