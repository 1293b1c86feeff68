"""Sources: on a map of rectangles whose areas and distances are known."""

import math

import numpy as np
import pytest
from shapely.geometry import box

from zoning.corridors.grid import Grid
from zoning.corridors.mspa import spatial_pattern
from zoning.corridors.sources import Dispersal, ecological_sources
from zoning.errors import UsageError

CELL_M = 10.0
NORTH = 3_440_000.0
WEST = 400_000.0


def habitat() -> Grid:
    """Return three rectangles of 8 x 8, 6 x 6 and 3 x 3 cells, in a row."""
    cells = np.zeros((14, 40), dtype=np.uint8)
    cells[2:10, 2:10] = 1
    cells[2:8, 14:20] = 1
    cells[2:5, 30:33] = 1
    return Grid(
        values=cells,
        transform=(CELL_M, 0, WEST, 0, -CELL_M, NORTH),
        crs="EPSG:4546",
    )


def demand(count: int, least_area_m2: float = 0.0) -> Dispersal:
    return Dispersal(least_area_m2=least_area_m2, count=count, at_m=100.0)


def square(row: int, column: int, cells: float) -> object:
    """Return a square from the upper left corner of a cell."""
    west, north = WEST + column * CELL_M, NORTH - row * CELL_M
    return box(west, north - cells * CELL_M, west + cells * CELL_M, north)


def test_patches_are_ranked_by_what_all_lose_without_them() -> None:
    found = ecological_sources(spatial_pattern(habitat()), demand(3))
    area = [3600.0, 1600.0, 100.0]
    # the cores lie 7, 13 and 23 columns apart; by the middle one it is 20
    near, far, straight = (0.5 ** (d / 100) for d in (70.0, 130.0, 230.0))
    ends = near * far
    a, b, c = area
    whole = a * a + b * b + c * c + 2 * (a * b * near + b * c * far + a * c * ends)
    without_b = a * a + c * c + 2 * a * c * straight
    assert found.area_m2.tolist() == area
    assert math.isclose(
        found.importance.whole[1], 100 * (whole - without_b) / whole, rel_tol=1e-12
    )
    assert np.argsort(-found.importance.whole).tolist() == [0, 1, 2]


def test_only_the_best_of_those_large_enough_are_kept() -> None:
    pattern = spatial_pattern(habitat())
    assert ecological_sources(pattern, demand(1)).area_m2.tolist() == [3600.0]
    large = ecological_sources(pattern, demand(9, least_area_m2=101.0))
    assert large.area_m2.tolist() == [3600.0, 1600.0]
    assert large.kept.tolist() == [True, True]


def test_protected_land_is_a_source_whatever_its_rank() -> None:
    law = np.array([square(11, 36, 2), square(0, 25, 0.3)], dtype=object)
    found = ecological_sources(spatial_pattern(habitat()), demand(1), law)
    # in reading order: the sliver of a third of a cell, the best core, the square
    assert found.area_m2.tolist() == [100.0, 3600.0, 400.0]
    assert found.protected.tolist() == [True, False, True]
    assert found.grid.values[0, 25] == 1
    assert (found.grid.values[11:13, 36:38] == 3).all()


def test_protected_land_and_core_that_touch_are_one_source() -> None:
    law = np.array([square(3, 9, 4)], dtype=object)
    found = ecological_sources(spatial_pattern(habitat()), demand(2), law)
    assert len(found.area_m2) == 2
    assert found.protected.tolist() == [True, False]
    assert found.area_m2.tolist() == [3600.0 + 1600.0, 1600.0]


def test_no_source_at_all_is_refused() -> None:
    empty = habitat().with_values(np.zeros((14, 40), dtype=np.uint8))
    with pytest.raises(UsageError) as raised:
        ecological_sources(spatial_pattern(empty), demand(3))
    assert raised.value.problem.code == "SOURCES_NONE"
    with pytest.raises(UsageError) as raised:
        ecological_sources(spatial_pattern(habitat()), demand(0))
    assert raised.value.problem.code == "SOURCES_DEMAND"
