"""What contenders cost and how far their areas are apart: lines, table, picture."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import shapely
from numpy.typing import NDArray

from benchmarks.jobs import JOBS, Job

__all__ = ["OURS", "Standing", "excess", "heading", "line", "printed"]

OURS = "zoning_areas"
NOISE_M2 = 1e-6
EXACT = ("zoning_shapes", "geopandas_overlay", "shapely_tree")
"""Peers on the same GEOS with shapes as they are: they must agree."""

NAMES = {
    "zoning_areas": "zoning, areas",
    "zoning_shapes": "zoning, shapes",
    "geopandas_overlay": "geopandas.overlay",
    "shapely_tree": "STRtree + intersection",
    "sedonadb_sql": "SedonaDB",
    "postgis_subdivide": "PostGIS, ST_Subdivide",
}
BEGIN, END = "<!-- table -->", "<!-- end of table -->"


@dataclass(kw_only=True)
class Standing:
    """One contender at one job; `excess` is nan where nothing was compared.

    `excess` is the greatest |difference| from the edge sum over max(1e-6 m²,
    1e-9 of the smaller polygon), over all pairs that either of the two found.
    """

    job: str
    peer: str
    left_out: str = ""
    versions: str = ""
    prepare_cpu_s: float = np.nan
    run_cpu_s: float = np.nan
    run_wall_s: float = np.nan
    peak_mib: float = np.nan
    layers_cpu_s: dict[str, float] = field(default_factory=dict)
    excess: float = np.nan

    @property
    def exact(self) -> bool:
        """Say whether this peer must agree."""
        return self.peer in EXACT


def excess(
    ours: dict[str, NDArray[Any]],
    theirs: dict[str, NDArray[Any]],
    *,
    job: Job,
    folder: Path,
) -> float:
    """Return the greatest difference of a pair over what is allowed."""
    left = _areas(folder, job.left)
    worst = 0.0
    for place, name in enumerate(job.right):
        right = _areas(folder, name)
        keys, areas = [], []
        for found, sign in ((ours, 1.0), (theirs, -1.0)):
            rows = found["layer"] == place
            keys.append(found["left"][rows] * len(right) + found["right"][rows])
            areas.append(sign * found["area_m2"][rows])
        pair, which = np.unique(np.concatenate(keys), return_inverse=True)
        if len(pair) == 0:
            continue
        gap = np.bincount(which, weights=np.concatenate(areas))
        i, j = np.divmod(pair, len(right))
        allowed = np.maximum(NOISE_M2, 1e-9 * np.minimum(left[i], right[j]))
        worst = max(worst, float((np.abs(gap) / allowed).max()))
    return worst


def _areas(folder: Path, layer: str) -> NDArray[np.float64]:
    table = pyarrow.parquet.read_table(folder / f"{layer}.parquet")
    return np.asarray(shapely.area(shapely.from_wkb(table["geometry"].to_numpy())))


def heading() -> str:
    """Return the words over `line`."""
    return (
        f"{'job':4}{'contender':24}{'prepare':>9}{'run':>9}{'wall':>9}"
        f"{'MiB':>7}{'ratio':>8}{'excess':>9}"
    )


def line(one: Standing, every: Sequence[Standing]) -> str:
    """Return a standing as text; `every` holds ours."""
    name = NAMES.get(one.peer, one.peer)
    if one.left_out:
        return f"{one.job:4}{name:24}left out: {one.left_out}"
    return (
        f"{one.job:4}{name:24}{one.prepare_cpu_s:9.2f}{one.run_cpu_s:9.3f}"
        f"{one.run_wall_s:9.2f}{one.peak_mib:7.0f}{_ratio(one, every):8.1f}"
        f"{one.excess:9.3f}"
    )


def _ratio(one: Standing, every: Sequence[Standing]) -> float:
    costs = [o.run_cpu_s for o in every if (o.job, o.peer) == (one.job, OURS)]
    return one.run_cpu_s / costs[0] if costs else np.nan


def printed(standings: Sequence[Standing], docs: Path, *, size: float) -> None:
    """Put the table into ``performance.md`` and the picture beside it."""
    page = docs / "performance.md"
    text = page.read_text("utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    table = "\n".join(_rows(standings, size))
    page.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}", "utf-8", newline="\n")
    _draw(standings, docs / "images" / "overlay.svg")


def _rows(standings: Sequence[Standing], size: float) -> list[str]:
    rows = [
        f"County of size {size:g}.",
        "",
        "| job | contender | prepare | run | peak MiB | run / ours | worst pair |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for one in standings:
        title = f"{one.job} {JOBS[one.job].title}" if one.peer == OURS else ""
        name = NAMES.get(one.peer, one.peer)
        if one.left_out:
            rows.append(f"| {title} | {name} | left out: {one.left_out} | | | | |")
            continue
        ratio = "1" if one.peer == OURS else f"**{_ratio(one, standings):.0f}**"
        apart = "" if np.isnan(one.excess) else f"{one.excess:.3g}"
        rows.append(
            f"| {title} | {name} | {one.prepare_cpu_s:.1f} | {one.run_cpu_s:.2f} | "
            f"{one.peak_mib:.0f} | {ratio} | {apart} |"
        )
    versions = dict.fromkeys(one.versions for one in standings if one.versions)
    return [*rows, "", "Versions: " + "; ".join(versions) + "."]


def _draw(standings: Sequence[Standing], path: Path) -> None:
    """Draw CPU seconds of the runs on a logarithmic axis, a group for each job."""
    import matplotlib as mpl
    from matplotlib import pyplot as plt

    mpl.rcParams["svg.hashsalt"] = "overlay"
    jobs = [job for job in JOBS if any(one.job == job for one in standings)]
    peers = [name for name in NAMES if any(one.peer == name for one in standings)]
    colours = ("#1b7f4d", "#7fbf9b", "#8a8f98", "#b9bec6", "#c98a3a", "#4a78b5")
    figure, axes = plt.subplots(figsize=(8, 4.2))
    width = 0.8 / len(peers)
    for k, peer in enumerate(peers):
        costs = {o.job: o for o in standings if o.peer == peer and not o.left_out}
        for place, job in enumerate(jobs):
            if job not in costs:
                continue
            cost, at = costs[job], place + (k - (len(peers) - 1) / 2) * width
            label = NAMES[peer] if job == next(iter(costs)) else None
            axes.bar(at, cost.run_cpu_s, width, color=colours[k], label=label)
            over = f"{cost.run_cpu_s:.2g} s" if peer == OURS else ""
            over = over or f"{_ratio(cost, standings):.0f}×"
            axes.text(at, cost.run_cpu_s * 1.08, over, ha="center", fontsize=7)
    axes.set_yscale("log")
    axes.set_ylabel("CPU seconds of the run, logarithmic")
    axes.set_xticks(range(len(jobs)), [f"{j}\n{JOBS[j].title}" for j in jobs])
    axes.set_title("Areas of all common ground; above each bar: times as much as ours")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, fontsize=8, ncols=3, loc="upper center")
    axes.set_ylim(top=axes.get_ylim()[1] * 6)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
