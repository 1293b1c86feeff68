"""Accumulated cost by scikit-image on a stored grid; in an environment of its own.

Called with a folder: reads ``ground.npy`` and ``start.npy``, writes the costs as
``skimage.npy``, prints CPU seconds of the search alone, without making its object.
"""

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import least_cpu


def main(folder: Path, rounds: int) -> dict[str, Any]:
    import skimage  # type: ignore[import-not-found]
    from skimage.graph import MCP_Geometric  # type: ignore[import-not-found]

    ground = np.load(folder / "ground.npy")
    start = np.load(folder / "start.npy").tolist()
    walls = np.where(np.isfinite(ground), ground, -1.0)  # below 0 nothing passes
    search = MCP_Geometric(walls, fully_connected=True)
    spent = least_cpu(lambda: search.find_costs([start]), rounds)
    costs, _ = search.find_costs([start])
    np.save(folder / "skimage.npy", costs)
    return {"cpu_s": spent, "version": skimage.__version__}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
