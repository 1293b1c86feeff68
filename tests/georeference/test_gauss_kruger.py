"""Codes of Gauss-Krüger planes against what PROJ says of them."""

import pytest
from pyproj import CRS

from zoning.georeference.gauss_kruger import (
    SIX_DEGREE,
    THREE_DEGREE,
    meridian_of,
    plane_of_zone,
    zone_at,
)


@pytest.mark.parametrize("zone", [*SIX_DEGREE, *THREE_DEGREE])
@pytest.mark.parametrize("prefixed", [True, False])
def test_a_zone_has_the_meridian_and_easting_that_proj_knows(
    zone: int, *, prefixed: bool
) -> None:
    code = plane_of_zone(zone, prefixed=prefixed)
    crs = CRS.from_user_input(code)
    assert crs.coordinate_operation is not None
    known = {p.name: float(p.value) for p in crs.coordinate_operation.params}
    meridian = 3 * zone if zone in THREE_DEGREE else 6 * zone - 3
    assert known["Longitude of natural origin"] == meridian
    assert known["False easting"] == 500_000 + prefixed * zone * 1_000_000
    assert meridian_of(code) == (None if prefixed else meridian)


@pytest.mark.parametrize(
    ("longitude", "zone"),
    [(109.88, 37), (109.49, 36), (109.5, 37), (60, 25), (150, 45)],
)
def test_a_longitude_lies_in_the_zone_of_its_nearest_meridian(
    longitude: float, zone: int
) -> None:
    assert zone_at(longitude) == zone
