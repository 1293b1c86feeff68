"""UTM and Gauss-Krüger of one meridian, by the parameters in the registry."""

import pytest
from pyproj import CRS

from zoning.georeference.look_alikes import twin


def parameters(crs: str) -> dict[str, float]:
    operation = CRS(crs).coordinate_operation
    assert operation is not None
    return {p.name: float(p.value) for p in operation.params}


@pytest.mark.parametrize("number", [*range(4534, 4555), *range(4502, 4513)])
def test_a_gauss_plane_and_its_twin_differ_in_scale_alone(number: int) -> None:
    crs = f"EPSG:{number}"
    other = twin(crs)
    own = parameters(crs)
    central = own["Longitude of natural origin"]
    if other is None:
        assert (central - 3) % 6 != 0  # no UTM zone has this meridian
        return

    found = parameters(other)

    assert found.pop("Scale factor at natural origin") == 0.9996
    assert own.pop("Scale factor at natural origin") == 1
    assert found == own
    back = twin(other)
    assert back is not None
    assert parameters(back)["Longitude of natural origin"] == central


@pytest.mark.parametrize(
    "crs",
    ["EPSG:4525", "EPSG:4497", "EPSG:4490", "EPSG:4326", "EPSG:32601", "EPSG:3857"],
)
def test_other_systems_have_no_twin(crs: str) -> None:
    assert twin(crs) is None


@pytest.mark.parametrize(
    ("three", "six"), [(4534 + 2 * k, 4502 + k) for k in range(11)]
)
def test_the_six_degree_plane_of_a_meridian_is_the_three_degree_one(
    three: int, six: int
) -> None:
    assert parameters(f"EPSG:{three}") == parameters(f"EPSG:{six}")
