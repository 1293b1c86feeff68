"""Reading a layer file: ours, guarded, against pyogrio with Arrow and validity.

    python -m benchmarks.reading [--size 0.05] [--rounds 3] [--format gpkg]

The parcels of the benchmark county. The peer reads them with
`pyogrio.read_dataframe(use_arrow=True)`, GeoParquet with `geopandas.read_parquet`,
and asks GEOS whether all are valid. CPU seconds of the process and its reading
process; ratios to the peer. Peak memory of each way is that of a process that does
nothing else, and of its reading process.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely

from benchmarks.county import CRS, make_county
from benchmarks.county_files import write_parcels
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.hashing import file_sha256
from zoning.io.known_hashes import KnownHashes
from zoning.io.layer_place import LayerPlace
from zoning.io.layers import read_layer
from zoning.io.quarantine.reader import shared_reader
from zoning.io.vector import read_raw
from zoning.topology import repair_polygons

LAYER = "land_parcel"


FORMATS = ("gpkg", "fgb", "shp", "parquet", "geojson")


def peer(path: Path) -> object:
    if path.suffix == ".parquet":
        frame = geopandas.read_parquet(path)
    else:
        frame = pyogrio.read_dataframe(path, use_arrow=True)  # the peer measured
    return frame, shapely.is_valid(np.asarray(frame.geometry.array)).all()


def guarded(path: Path) -> object:
    """Read in the reading process, count twice, compare boxes, test validity."""
    raw = read_raw(path, LAYER)
    return raw, repair_polygons(raw.geometry, raw.crs)


def opened(path: Path) -> object:
    """Open as a base does, sealed: from the store, or read, measured and stored."""
    entry = LayerEntry.model_construct(path=path.name, sha256=seal(path))
    hashes = KnownHashes(path.parent)
    place = LayerPlace(folder=path.parent, crs=CRS, county=None, hashes=hashes)
    layer = read_layer(entry, catalogue()[LAYER], place)
    hashes.record()
    columns = {name: layer.attributes[name] for name in layer.attributes}
    return layer, np.asarray(layer.geometry), columns


@cache
def seal(path: Path) -> str:
    return file_sha256(path)


WAYS: dict[str, Callable[[Path], object]] = {
    "peer": peer,
    "guarded": guarded,
    "opened": opened,
}


def written(folder: Path, size: float, suffix: str) -> Path:
    """Write the parcels in a format."""
    path = write_parcels(folder, make_county(size))
    if suffix == "gpkg":
        return path
    frame = pyogrio.read_dataframe(path, use_arrow=True)
    other = path.with_suffix(f".{suffix}")
    if suffix == "parquet":
        frame.to_parquet(other)
    elif suffix == "geojson":
        frame.to_crs("EPSG:4490").to_file(other)
    else:
        frame.to_file(other, encoding="UTF-8")
    return other


def _used() -> float:
    shared_reader("zoning.io.native.jobs").close()
    found = [resource.getrusage(resource.RUSAGE_SELF)]
    found.append(resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in found)


def cost(way: str, path: Path, rounds: int) -> tuple[float, float]:
    """Return the best CPU and wall seconds."""
    best = (np.inf, np.inf)
    for _ in range(rounds):
        before, begun = _used(), time.perf_counter()
        kept: Any = WAYS[way](path)
        wall = time.perf_counter() - begun
        best = min(best, (_used() - before, wall))
        del kept
    return best


def peak_mib(way: str, path: Path) -> float:
    """Return the peak memory of a process that reads once, and of its reader."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from benchmarks.reading import WAYS, _used\n"
        f"WAYS[{way!r}](Path({str(path)!r})); _used()\n"
        "print(*(resource.getrusage(w).ru_maxrss / 1024 for w in"
        " (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
    return sum(map(float, done.stdout.split()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=float, default=0.05)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--format", choices=FORMATS, default="gpkg")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), chosen.size, chosen.format)
        seal(path)
        print(f"{path.stat().st_size / 1e6:.0f} MB, county of size {chosen.size:g}")
        print(f"{'':28}{'CPU s':>8}{'ratio':>7}{'wall s':>8}{'ratio':>7}{'MiB':>7}")
        first: tuple[float, float] = (0.0, 0.0)
        for title, way, rounds in (
            ("pyogrio, Arrow, validity", "peer", chosen.rounds),
            ("guarded, repaired", "guarded", chosen.rounds),
            ("first opening, stored", "opened", 1),
            ("sealed, from the store", "opened", chosen.rounds),
        ):
            cpu, wall = cost(way, path, rounds)
            first = (cpu, wall) if way == "peer" else first
            print(
                f"{title:28}{cpu:8.2f}{cpu / first[0]:7.2f}{wall:8.2f}"
                f"{wall / first[1]:7.2f}{peak_mib(way, path):7.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
