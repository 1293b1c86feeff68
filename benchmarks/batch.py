"""Batches: sites a second, processor time and peak memory, each in its own process.

Prints one table. *Whole*: `zoning check` of a file of plots into a run folder,
for each number of sites. *Writing*: the run folder alone, the results of some
plots told again under other names until there are as many. *Areas*: the overlap
table alone, plots against the layers of the benchmark county. Memory is what the
largest process had at most above an interpreter with the same libraries loaded.

    python -m benchmarks.batch 1000 2000
    python -m benchmarks.batch 5000 20000 --base county/ --workers 2
    python -m benchmarks.batch 5000 20000 --writing
    python -m benchmarks.batch 5000 20000 --areas --size 1
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from zoning.model import SiteResult

BASE = Path(__file__).parents[1] / "data" / "sample_layers"
MIB = 1024.0
CHUNK = 500
TOLD = 100
"""Plots that are checked, for the writing alone."""


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("counts", type=int, nargs="*", default=[1000, 2000])
    parser.add_argument("--base", type=Path, default=BASE)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--areas", action="store_true")
    parser.add_argument("--writing", action="store_true")
    parser.add_argument("--size", type=float, default=0.1)
    parser.add_argument("--child", choices=["idle", "whole", "areas", "writing"])
    parser.add_argument("--place", type=Path)
    asked = parser.parse_args()
    if asked.child:
        _child(asked)
        return
    kind = "areas" if asked.areas else "writing" if asked.writing else "whole"
    idle = _run("idle", 0, asked)["peak_mib"]
    print(f"{kind}; {f'county {asked.size:g}' if asked.areas else asked.base.name}")
    print("sites    wall s     CPU s  sites/s  peak MiB  above the interpreter")
    for count in asked.counts:
        with tempfile.TemporaryDirectory() as place:
            if kind != "areas":
                told = count if kind == "whole" else min(count, TOLD)
                _write_plots(Path(place) / "plots.geojson", told, asked.base)
            line = _run(kind, count, asked, place=Path(place))
        rate = count / line["wall_s"]
        print(
            f"{count:6d}{line['wall_s']:10.1f}{line['cpu_s']:10.1f}{rate:9.1f}"
            f"{line['peak_mib']:10.0f}{line['peak_mib'] - idle:10.0f}",
            flush=True,
        )


def _run(
    kind: str, count: int, asked: argparse.Namespace, *, place: Path | None = None
) -> dict[str, float]:
    words = [sys.executable, "-m", "benchmarks.batch", str(count), "--child", kind]
    words += ["--base", str(asked.base), "--workers", str(asked.workers)]
    words += ["--size", str(asked.size), "--place", str(place or "")]
    done = subprocess.run(  # noqa: S603  this very module
        words, capture_output=True, text=True, check=True
    )
    line: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return line


def _child(asked: argparse.Namespace) -> None:
    """Do one job and print what it took as the last line."""
    _load()
    start, count = time.perf_counter(), asked.counts[0]
    if asked.child == "whole":
        _whole(asked.place, asked.base, asked.workers)
    elif asked.child == "writing":
        _writing(count, asked.place, asked.base)
    elif asked.child == "areas":
        _areas(count, asked.size)
    own = resource.getrusage(resource.RUSAGE_SELF)
    theirs = resource.getrusage(resource.RUSAGE_CHILDREN)
    taken = {
        "wall_s": time.perf_counter() - start,
        "cpu_s": own.ru_utime + own.ru_stime + theirs.ru_utime + theirs.ru_stime,
        "peak_mib": max(own.ru_maxrss, theirs.ru_maxrss) / MIB,
    }
    print(json.dumps(taken))


def _load() -> None:
    """Load what a whole check loads, for a fair zero."""
    import docx  # noqa: F401
    import folium  # noqa: F401
    import geopandas  # noqa: F401
    import matplotlib.figure  # noqa: F401
    import pyarrow.parquet  # noqa: F401
    import xlsxwriter  # noqa: F401

    from zoning import batch, cli  # noqa: F401


def _whole(place: Path, base: Path, workers: int) -> None:
    from zoning.cli import main as zoning

    words = ["check", str(place / "plots.geojson"), "--base", str(base)]
    words += ["--as-of", "2026-11-23", "--out", str(place / "run")]
    try:
        zoning([*words, "--workers", str(workers)])
    except SystemExit as stop:
        if stop.code not in {0, 1, 3, 4}:
            raise


def _writing(count: int, place: Path, base: Path) -> None:
    """Write the run folder of a batch whose results are told again and again."""
    from datetime import date

    from zoning.batch.codec import encode
    from zoning.batch.journal import Journal
    from zoning.batch.stored import batch_of
    from zoning.check import check
    from zoning.io.base import open_base
    from zoning.io.sites import read_sites
    from zoning.model import CheckOptions
    from zoning.report.batch.values import BatchForm
    from zoning.report.batch.writing import write_batch
    from zoning.rules.packs import read_rule_book

    opened = open_base(base)
    book = read_rule_book(opened.packs, base)
    options = CheckOptions(as_of=date(2026, 11, 23))
    plots = read_sites((place / "plots.geojson",), crs=None, projects=None)
    found = check(plots, opened, book, options=options).sites
    with Journal(place / "journal") as journal:
        named = (_named(found[k % len(found)], k) for k in range(count))
        journal.ask((encode(one.site) for one in named), {})
        for start in range(0, count, CHUNK):
            rows = journal.pending(start, CHUNK)
            results = (encode(_named(found[k % len(found)], k)) for k, _, _ in rows)
            journal.keep((row[1], one) for row, one in zip(rows, results, strict=True))
        batch = batch_of(journal, opened, book, options=options)
        write_batch(batch, place / "run", BatchForm())


def _named(result: "SiteResult", number: int) -> "SiteResult":
    """Return the result of a site under another name."""
    name = f"{result.site.id}-{number}"
    conflicts = (replace(one, site_id=name) for one in result.conflicts)
    site = replace(result.site, id=name)
    return replace(result, site=site, conflicts=tuple(conflicts))


def _areas(count: int, size: float) -> None:
    """Measure plots against the layers, a chunk of plots at a time."""
    from datetime import date

    from benchmarks.county import CRS, make_county, make_sites
    from zoning.model import CheckOptions
    from zoning.overlay import measure_overlaps

    county = make_county(size)
    layers = [county.parcels, county.red_lines, county.farmland, county.units]
    plots = make_sites(count, size)
    options = CheckOptions(as_of=date(2026, 11, 23))
    total = 0.0
    for layer in layers:
        for first in range(0, count, CHUNK):
            part = plots[first : first + CHUNK]
            total += float(
                measure_overlaps(part, layer, options, crs=CRS).area_m2.sum()
            )
    print(f"{total:.3f} m2 in all")


def _write_plots(path: Path, count: int, base: Path) -> None:
    """Strew plots of 0.1 to 5 ha over the county of a base."""
    from zoning.io.base import open_base

    opened = open_base(base)
    rng = np.random.default_rng(500237)
    west, south, east, north = opened.county.bounds
    x, y = rng.uniform(west, east, 4 * count), rng.uniform(south, north, 4 * count)
    inside = np.flatnonzero(shapely.contains_xy(opened.county, x, y))[:count]
    radius = np.sqrt(np.exp(rng.uniform(np.log(1e3), np.log(5e4), count)) / np.pi)
    angle = np.linspace(0, 2 * np.pi, 13)[:-1]
    wave = radius[:, None] * rng.uniform(0.75, 1.0, (count, 12))
    features = [
        {
            "type": "Feature",
            "properties": {},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        for ring in np.round(
            np.stack(
                [
                    x[inside, None] + wave * np.cos(angle),
                    y[inside, None] + wave * np.sin(angle),
                ],
                axis=2,
            ),
            3,
        ).tolist()
    ]
    crs = {"type": "name", "properties": {"name": opened.crs}}
    collection = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(collection), encoding="utf-8")


if __name__ == "__main__":
    main()
