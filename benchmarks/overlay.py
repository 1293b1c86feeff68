"""Areas from edges against GEOS and geopandas, same shapes, same process.

Run with `make bench`, or ``python -m benchmarks.overlay 0.1`` for a tenth of the
benchmark county (default 0.02; 1 is 300 000 parcels). CPU seconds of all
threads; only ratios within a line mean something.
"""

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from benchmarks.county import CRS, County, Shapes, make_county, make_sites
from zoning.overlay import SharedAreas, ragged_edges, shared_areas
from zoning.overlay.density import PLAIN

__all__ = ["Line", "measure_all"]

NOISE_M2 = 1e-6


@dataclass(frozen=True, kw_only=True)
class Line:
    """One job: CPU seconds, and the worst difference over what is allowed.

    `excess` is the greatest |difference| from GEOS over max(1e-6 m², 1e-9 of
    the smaller polygon), over all pairs; at most 1 when all agree.
    """

    job: str
    pairs: int
    edges_s: float
    kernel_s: float
    shapely_s: float
    geopandas_s: float
    excess: float
    peak_mib: float


def clock(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def measure_all(size: float, sites: int) -> list[Line]:
    """Run J2, J4 and J6 on a county of a size."""
    county = make_county(size)
    plots = make_sites(sites, size)
    every = np.concatenate(
        [county.parcels, county.red_lines, county.farmland, county.units]
    )
    warm(county)
    return [
        _line("J2 sites x layers", plots, every),
        _line("J4 red line x farmland", county.red_lines, county.farmland),
        _line("J6 parcels by unit", county.parcels, county.units),
    ]


def warm(county: County) -> None:
    """Have the compiled code ready, as it is after the first use."""
    from zoning.overlay import areas, kernel

    few = ragged_edges(county.units[:2])
    pairs = np.zeros((1, 2), dtype=np.int64)
    density = areas.local_densities(few.box[:1], PLAIN)
    kernel.piece_areas(few, few, pairs, boxes=few.box[:1], density=density)


def _line(job: str, left: Shapes, right: Shapes) -> Line:
    edges_s, sides = clock(lambda: (ragged_edges(left), ragged_edges(right)))
    kernel_s, found = clock(lambda: shared_areas(*sides, crs=PLAIN))
    shapely_s, theirs = clock(lambda: _by_geos(left, right))
    frames = [geopandas.GeoDataFrame(geometry=s, crs=CRS) for s in (left, right)]
    geopandas_s, _ = clock(
        lambda: geopandas.overlay(*frames, keep_geom_type=True)  # noqa: TID251
    )
    return Line(
        job=job,
        pairs=int((found.area_m2 > NOISE_M2).sum()),
        edges_s=edges_s,
        kernel_s=kernel_s,
        shapely_s=shapely_s,
        geopandas_s=geopandas_s,
        excess=_excess(found, theirs, left, right=right),
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    )


def _by_geos(left: Shapes, right: Shapes) -> tuple[NDArray[np.int64], Any]:
    pairs = shapely.STRtree(right).query(left, predicate="intersects")
    return pairs, shapely.area(shapely.intersection(left[pairs[0]], right[pairs[1]]))


def _excess(
    found: SharedAreas, theirs: tuple[Any, Any], left: Shapes, *, right: Shapes
) -> float:
    (row, column), area = theirs
    keys = np.concatenate(
        [found.left * len(right) + found.right, row * len(right) + column]
    )
    every, place = np.unique(keys, return_inverse=True)
    gap = np.bincount(
        place, weights=np.concatenate([found.area_m2, -area]), minlength=len(every)
    )
    i, j = np.divmod(every, len(right))
    smaller = np.minimum(shapely.area(left)[i], shapely.area(right)[j])
    return float((np.abs(gap) / np.maximum(NOISE_M2, 1e-9 * smaller)).max())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=float, nargs="?", default=0.02)
    parser.add_argument("--sites", type=int, default=1000)
    chosen = parser.parse_args()
    print(
        f"county of size {chosen.size:g}; CPU seconds; ratio = CPU of the peer / ours"
    )
    print(
        f"{'job':24}{'pairs':>9}{'edges':>8}{'kernel':>8}{'shapely':>9}{'ratio':>7}"
        f"{'geopandas':>11}{'ratio':>7}{'excess':>8}{'MiB':>7}"
    )
    for line in measure_all(chosen.size, chosen.sites):
        print(
            f"{line.job:24}{line.pairs:9d}{line.edges_s:8.2f}{line.kernel_s:8.3f}"
            f"{line.shapely_s:9.2f}{line.shapely_s / line.kernel_s:7.1f}"
            f"{line.geopandas_s:11.2f}{line.geopandas_s / line.kernel_s:7.1f}"
            f"{line.excess:8.3f}{line.peak_mib:7.0f}"
        )


if __name__ == "__main__":
    main()
