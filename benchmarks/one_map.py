"""The one map against geopandas: parcels by unit, and the partition.

Run with `make bench`, or ``python -m benchmarks.one_map 0.05`` for a twentieth
of the benchmark county (default 0.02; 1 is 300 000 parcels). CPU seconds of all
threads; only ratios within a line mean something. ``--parcels`` leaves out the
partition, which the peer does not end within hours at size 1.

`parcels by unit` is the sum of areas of every parcel by control unit, edges laid
out beforehand as the prepared store is to keep them; laying them out is told
apart. `parcels tabulated` is what `zoning tabulate` makes of the same: areas on
the ellipsoid and in the plane, and what of each parcel lies in no unit, beside
the same work of the peer. `partition` is farmland, red line and the rest by
control unit, as a valid coverage with plane areas; geopandas dissolves, overlays
twice and dissolves again.
"""

import argparse
import math
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import geopandas
import numpy as np
import shapely

from benchmarks.county import CRS, County, Shapes, make_county
from benchmarks.warming import warm
from zoning.overlay import ragged_edges, shared_areas
from zoning.overlay.density import PLAIN
from zoning.partition import ZoneSystem, areas_by_zone, dissolve, divide

__all__ = ["Line", "measure_all"]


@dataclass(frozen=True, kw_only=True)
class Line:
    """One job: CPU seconds of both, and how far their areas are apart.

    `apart` is the greatest |difference| of a sum over the whole.
    """

    job: str
    prepared_s: float
    ours_s: float
    geopandas_s: float
    apart: float
    peak_mib: float

    @property
    def ratio(self) -> float:
        """How many times less CPU."""
        return self.geopandas_s / self.ours_s


def clock(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = call()
    return time.process_time() - start, result


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_all(size: float, *, partition: bool = True) -> Iterator[Line]:
    """Run the jobs on a county of a size."""
    county = make_county(size)
    warm()
    yield from _parcels(county)
    if partition:
        _our_areas(make_county(0.001))  # compiled code loaded
        yield _partition(county)


def _parcels(county: County) -> Iterator[Line]:
    prepared_s, sides = clock(
        lambda: (ragged_edges(county.parcels), ragged_edges(county.units))
    )
    count = len(county.units)
    ours = [clock(lambda: _sums(*sides, count=count)), clock(lambda: _table(*sides))]
    high = peak()
    frames = [_frame(county.parcels), _frame(county.units, unit=True)]
    geopandas_s, theirs = clock(lambda: _their_sums(*frames))
    names = ("parcels by unit", "parcels tabulated")
    for name, (ours_s, sums) in zip(names, ours, strict=True):
        yield Line(
            job=name,
            prepared_s=prepared_s,
            ours_s=ours_s,
            geopandas_s=geopandas_s,
            apart=float(np.abs(sums[:count] - theirs).max() / theirs.sum()),
            peak_mib=high,
        )


def _table(parcels: Any, units: Any) -> Any:
    found = areas_by_zone(parcels, units, crs=CRS)
    zone = np.where(found.zone < 0, len(units), found.zone)
    return np.bincount(zone, weights=found.plane_m2, minlength=len(units))


def _sums(parcels: Any, units: Any, *, count: int) -> Any:
    found = shared_areas(parcels, units, crs=PLAIN)
    return np.bincount(found.right, weights=found.area_m2, minlength=count)


def _their_sums(parcels: Any, units: Any) -> Any:
    pieces = geopandas.overlay(parcels, units, keep_geom_type=True)  # noqa: TID251
    return pieces.area.groupby(pieces.unit).sum().to_numpy()


def _partition(county: County) -> Line:
    ours_s, areas = clock(lambda: _our_areas(county))
    high = peak()
    geopandas_s, theirs = clock(lambda: _their_areas(county))
    whole = math.fsum(theirs.values())
    return Line(
        job="partition",
        prepared_s=0.0,
        ours_s=ours_s,
        geopandas_s=geopandas_s,
        apart=max(abs(areas.get(k, 0.0) - theirs[k]) for k in theirs) / whole,
        peak_mib=high,
    )


def _our_areas(county: County) -> dict[tuple[int, int, int], float]:
    systems = [
        ZoneSystem(id="unit", geometry=county.units, label=_numbers(county.units)),
        ZoneSystem(id="red", geometry=county.red_lines, label=_one(county.red_lines)),
        ZoneSystem(id="farm", geometry=county.farmland, label=_one(county.farmland)),
    ]
    faces = divide(systems)
    inside = faces.zone[:, 0] >= 0
    keys, shapes = dissolve(faces.geometry[inside], faces.zone[inside])
    return {tuple(k): a for k, a in zip(keys.tolist(), shapely.area(shapes).tolist())}  # noqa: B905


def _their_areas(county: County) -> dict[tuple[int, int, int], float]:
    units = _frame(county.units)
    units["unit"] = [int(n) for n in _numbers(county.units)]
    red, farm = (
        geopandas.GeoDataFrame(
            {name: [0]}, geometry=[shapely.union_all(shapes)], crs=CRS
        ).explode(ignore_index=True)
        for name, shapes in (("red", county.red_lines), ("farm", county.farmland))
    )
    first = geopandas.overlay(units, red, how="identity", keep_geom_type=True)  # noqa: TID251
    both = geopandas.overlay(first, farm, how="identity", keep_geom_type=True)  # noqa: TID251
    both[["red", "farm"]] = both[["red", "farm"]].fillna(-1).astype(int)
    joined = both.dissolve(by=["unit", "red", "farm"])
    return {key: float(area) for key, area in joined.area.items()}


def _frame(shapes: Shapes, *, unit: bool = False) -> Any:
    columns = {"unit": range(len(shapes))} if unit else {}
    return geopandas.GeoDataFrame(columns, geometry=list(shapes), crs=CRS)


def _numbers(shapes: Shapes) -> Any:
    return np.array([f"{k:04d}" for k in range(len(shapes))], dtype=object)


def _one(shapes: Shapes) -> Any:
    return np.full(len(shapes), "0", dtype=object)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=float, default=0.02)
    parser.add_argument("--parcels", action="store_true", help="no partition")
    chosen = parser.parse_args()
    print(f"county {chosen.size:g}, CPU seconds")
    print("job                edges    ours  geopandas   ratio   apart   peak MiB")
    for line in measure_all(chosen.size, partition=not chosen.parcels):
        print(
            f"{line.job:<18}{line.prepared_s:6.2f}{line.ours_s:8.3f}"
            f"{line.geopandas_s:11.2f}{line.ratio:8.1f}{line.apart:10.1e}"
            f"{line.peak_mib:8.0f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
