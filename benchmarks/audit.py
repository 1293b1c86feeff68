"""Red line against farmland with shapes: the audit beside geopandas, in CPU seconds.

``python -m benchmarks.audit [SIZE]`` prints one row; SIZE 1 is the whole county
of `benchmarks.county`. Counts and totals must agree, else it ends with an error.
"""

import math
import resource
import sys
import time

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.county import CRS, make_county
from benchmarks.warming import warm_shapes
from zoning import measure
from zoning.audit.overlaps import overlaps_between, overlaps_of_edges
from zoning.overlay import ragged_edges

NOISE_M2 = 1e-4


def main() -> None:
    """Measure both ways and print the ratio."""
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 0.1
    county = make_county(size)
    warm = slice(0, 3)
    overlaps_between(county.farmland[warm], county.red_lines[warm], crs=CRS)
    warm_shapes()
    start = time.process_time()
    sides = (ragged_edges(county.farmland), ragged_edges(county.red_lines))
    laid_out = time.process_time() - start
    start = time.process_time()
    ours = overlaps_of_edges(county.farmland, county.red_lines, sides, crs=CRS)
    quick = time.process_time() - start
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    left = gpd.GeoDataFrame(
        {"a": range(len(county.farmland))}, geometry=county.farmland, crs=CRS
    )
    right = gpd.GeoDataFrame(
        {"b": range(len(county.red_lines))}, geometry=county.red_lines, crs=CRS
    )
    start = time.process_time()
    theirs = gpd.overlay(left, right, how="intersection", keep_geom_type=True)  # noqa: TID251  the other side
    slow = time.process_time() - start
    area = measure.area_m2(np.asarray(theirs.geometry, dtype=object), CRS)
    sure = area > NOISE_M2
    difference = abs(math.fsum(area[sure]) - math.fsum(ours.area_m2))
    vertices = int(shapely.get_num_coordinates(county.red_lines).max())
    print(
        f"size {size:g}: {len(ours)} pairs, red line up to {vertices} vertices; "
        f"{quick:.2f} s against {slow:.2f} s, ratio {slow / quick:.1f}; "
        f"edges laid out once in {laid_out:.2f} s, with them the ratio is "
        f"{slow / (quick + laid_out):.1f}; "
        f"peak {peak_mib:.0f} MiB; totals differ by {difference:.2g} m2"
    )
    if len(ours) != int(sure.sum()) or difference > 1e-9 * math.fsum(area):
        raise SystemExit("the two ways disagree")


if __name__ == "__main__":
    main()
