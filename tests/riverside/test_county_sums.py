"""What several rivers share is counted once in the sums of the county."""

from types import SimpleNamespace
from typing import Any

import pytest
import shapely

from zoning.report.riverside.words import county_belt_m2

CRS = "EPSG:4546"


def river(west: float, east: float) -> Any:
    """Return a river whose belt is a strip of 1 km, its area told by hand."""
    ground = shapely.box(400_000 + west, 3_430_000, 400_000 + east, 3_431_000)
    belt = SimpleNamespace(ground=ground, area_m2={"ridge": (east - west) * 1_000})
    return SimpleNamespace(belt=belt)


def report(*rivers: Any) -> Any:
    return SimpleNamespace(rivers=rivers, base=SimpleNamespace(crs=CRS))


def test_ground_in_two_belts_counts_once() -> None:
    one, other = river(0, 3_000), river(2_000, 4_000)

    found = county_belt_m2(report(one, other))

    # 4 km x 1 km of the plane; 100 km from the meridian it is 2.5e-4 too large
    assert found == pytest.approx(4_000_000, rel=3e-4)
    assert found == county_belt_m2(report(other, one))


def test_one_river_is_its_own_belt_and_none_is_none() -> None:
    assert county_belt_m2(report(river(0, 3_000))) == 3_000_000
    assert county_belt_m2(report(SimpleNamespace(belt=None))) is None
    assert county_belt_m2(report(SimpleNamespace(belt=None), river(0, 500))) == 500_000
