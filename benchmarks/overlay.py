"""Overlap table against `geopandas.overlay`, same shapes, same process.

Run with `make bench`. Prints ratios, not seconds: the machine does not matter
much, the growth does. The engine still builds the common shapes with GEOS; a
kernel that needs none is to come.
"""

import time
from collections.abc import Callable
from datetime import date

import geopandas
import numpy as np
import shapely

from zoning import measure
from zoning.model import CheckOptions
from zoning.overlay import measure_overlaps

CRS = "EPSG:4546"
OPTIONS = CheckOptions(as_of=date(2026, 1, 1))
SIZES = ((10, 5_000), (200, 5_000), (1_000, 20_000))


def parcels(count: int, seed: int) -> np.ndarray:
    """Star-shaped parcels of about 30 vertices, spread over the county."""
    rng = np.random.default_rng(seed)
    east = rng.uniform(365_000, 420_000, count)
    north = rng.uniform(3_405_000, 3_480_000, count)
    angles = np.linspace(0, 2 * np.pi, 31)[:-1]
    radius = rng.uniform(60, 300, (count, 1)) * rng.uniform(0.7, 1.0, (count, 30))
    x = east[:, None] + radius * np.cos(angles)
    y = north[:, None] + radius * np.sin(angles)
    return shapely.polygons(np.stack([x, y], axis=2))


def clock(call: Callable[..., object], *arguments: object, **options: object) -> float:
    start = time.process_time()
    call(*arguments, **options)
    return time.process_time() - start


def main() -> None:
    print("sites  features  pairs  geopandas.overlay / zoning  greatest difference m²")
    for sites_count, features_count in SIZES:
        sites, features = parcels(sites_count, 1), parcels(features_count, 2)
        left = geopandas.GeoDataFrame(
            {"s": range(sites_count)}, geometry=sites, crs=CRS
        )
        right = geopandas.GeoDataFrame(
            {"f": range(features_count)}, geometry=features, crs=CRS
        )
        table = measure_overlaps(sites, features, OPTIONS, crs=CRS)
        ours = clock(measure_overlaps, sites, features, OPTIONS, crs=CRS)
        joined = geopandas.overlay(left, right, how="intersection")  # noqa: TID251
        theirs = clock(geopandas.overlay, left, right)  # noqa: TID251
        areas = measure.area_m2(joined.geometry.to_numpy(), CRS)
        known = dict(
            zip(zip(joined["s"], joined["f"], strict=True), areas, strict=True)
        )
        gaps = [
            abs(area - known.get((s, f), 0.0))
            for s, f, area in zip(table.site, table.feature, table.area_m2, strict=True)
        ]
        print(
            f"{sites_count:5d}  {features_count:8d}  {len(table.site):5d}  "
            f"{theirs / ours:26.1f}  {max(gaps, default=0):.1e}"
        )


if __name__ == "__main__":
    main()
