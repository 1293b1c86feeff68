"""The benchmark county at a small size: it runs, is valid, and all areas agree."""

import shapely

from benchmarks.county import make_county
from benchmarks.overlay import measure_all


def test_the_benchmark_runs_and_every_pair_agrees_with_geos() -> None:
    lines = measure_all(0.001, 30)

    assert [line.job[:2] for line in lines] == ["J2", "J4", "J6"]
    assert all(line.pairs > 10 for line in lines)
    assert max(line.excess for line in lines) <= 1


def test_the_county_is_valid_and_its_parcels_leave_no_gap() -> None:
    county = make_county(0.002)

    for layer in (county.parcels, county.red_lines, county.farmland, county.units):
        assert shapely.is_valid(layer).all()
    assert shapely.coverage_is_valid(county.parcels)
