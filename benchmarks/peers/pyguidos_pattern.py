"""The spatial pattern by pyguidos; runs in an environment of its own.

Called with a folder: reads ``given.npz``, maps by name with 1 for foreground, 0
for background and 255 for missing cells, and writes the codes as ``found.npz``;
prints CPU seconds of the quickest round for each. A name ends in connectivity
and edge width: ``map_8_1``.
"""

import json
import sys
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.processes import least_cpu


def main(folder: Path, rounds: int) -> dict[str, Any]:
    import pyguidos  # type: ignore[import-not-found]
    import rasterio

    warnings.filterwarnings("ignore")
    codes, spent = {}, {}
    given = np.load(folder / "given.npz")
    for name in given.files:
        _, connectivity, width = name.rsplit("_", 2)
        cells = given[name]
        path = folder / f"{name}.tif"
        with rasterio.open(  # noqa: TID251  a peer
            path,
            "w",
            driver="GTiff",
            height=cells.shape[0],
            width=cells.shape[1],
            count=1,
            dtype="uint8",
            crs="EPSG:3035",
            transform=rasterio.transform.from_origin(4e6, 3e6, 25, 25),
        ) as out:
            out.write(cells.astype("uint8") + 1, 1)
        run = partial(
            pyguidos.mspa,
            str(path),
            connectivity=int(connectivity),
            edge_width=int(width),
            outdir=str(folder),
            statists=False,
            stat_files=False,
        )
        spent[name] = least_cpu(run, rounds)
        with rasterio.open(folder / f"{name}_{connectivity}_{width}_1_1.tif") as found:  # noqa: TID251
            codes[name] = found.read(1)
    np.savez(folder / "found.npz", **codes)
    return spent


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]))))
