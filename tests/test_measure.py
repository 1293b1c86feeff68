"""`zoning.measure`: areas agree with the survey regulation and with geodesics."""

import os

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from zoning import measure

CGCS2000 = Geod(a=6_378_137.0, rf=298.257222101)
THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
PLANES = range(4491, 4555) if THOROUGH else (4493, 4509, 4525, 4546)
LON_WEST, LON_EAST = 109.55, 110.18
LAT_SOUTH, LAT_NORTH = 30.75, 31.48


def one(shape: BaseGeometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([shape], dtype=object)


def regulation_area(west: float, south: float, east: float, north: float) -> float:
    """Trapezoid area by the series of 国土调查办发〔2008〕32号, m²."""
    a, b = 6_378_137.0, 6_378_137.0 * (1 - 1 / 298.257222101)
    e2 = (a**2 - b**2) / a**2
    terms = [
        1 + 3 / 6 * e2 + 30 / 80 * e2**2 + 35 / 112 * e2**3 + 630 / 2304 * e2**4,
        1 / 6 * e2 + 15 / 80 * e2**2 + 21 / 112 * e2**3 + 420 / 2304 * e2**4,
        3 / 80 * e2**2 + 7 / 112 * e2**3 + 180 / 2304 * e2**4,
        1 / 112 * e2**3 + 45 / 2304 * e2**4,
        5 / 2304 * e2**4,
    ]
    dlon, dlat, mid = np.radians([east - west, north - south, (north + south) / 2])
    series = sum(
        (-1) ** k * c * np.sin((2 * k + 1) * dlat / 2) * np.cos((2 * k + 1) * mid)
        for k, c in enumerate(terms)
    )
    return float(2 * b**2 * dlon * series)


def geodesic_area(shape: BaseGeometry, crs: str, step: float) -> float:
    """Karney's area of the polygon, its plane edges cut to `step` first."""
    dense = shapely.segmentize(shape, step)
    rings = shapely.get_rings(dense)
    areas = []
    for ring in rings:
        lon, lat = measure.to_lonlat(shapely.get_coordinates(ring), crs).T
        areas.append(abs(CGCS2000.polygon_area_perimeter(lon, lat)[0]))
    return float(areas[0] - sum(areas[1:]))


@pytest.mark.parametrize(
    ("corners", "expected_m2"),
    [
        ((109.5, 31.0, 109.53125, 31.0208333333), 6_892_820.486),
        ((109.5, 30.5, 110.25, 31.5), 7_941_278_863.796),
    ],
    ids=["map sheet cell", "degree cell"],
)
def test_published_cells_have_their_area(
    corners: tuple[float, float, float, float], expected_m2: float
) -> None:
    area = measure.area_m2(one(shapely.box(*corners)), "EPSG:4490")[0]

    assert area == pytest.approx(regulation_area(*corners), rel=1e-11)
    assert area == pytest.approx(expected_m2, rel=1e-9)


@given(
    west=st.floats(LON_WEST, LON_EAST - 0.01),
    south=st.floats(LAT_SOUTH, LAT_NORTH - 0.01),
    size=st.floats(1e-3, 1e-2),
)
def test_agrees_with_the_regulation(west: float, south: float, size: float) -> None:
    corners = (west, south, west + size, south + size)

    area = measure.area_m2(one(shapely.box(*corners)), "EPSG:4490")[0]

    assert area == pytest.approx(regulation_area(*corners), rel=1e-9)


@given(
    east=st.floats(361_000, 423_000),
    north=st.floats(3_404_000, 3_483_000),
    radius=st.floats(30, 20_000),
    turn=st.floats(0, 1),
)
def test_plane_edges_agree_with_geodesics(
    east: float, north: float, radius: float, turn: float
) -> None:
    angles = 2 * np.pi * (np.array([0.0, 0.21, 0.4, 0.55, 0.8]) + turn)
    xy = np.column_stack(
        [east + radius * np.cos(angles), north + radius * np.sin(angles)]
    )
    shape = shapely.Polygon(xy)

    area = measure.area_m2(one(shape), "EPSG:4546")[0]

    reference = geodesic_area(shape, "EPSG:4546", max(radius / 200, 5))
    assert area == pytest.approx(reference, rel=1e-8, abs=1e-3)


def test_holes_and_parts_count_with_their_sign() -> None:
    shell = shapely.box(390_000, 3_440_000, 391_000, 3_441_000)
    hole = shapely.box(390_200, 3_440_200, 390_400, 3_440_400)
    island = shapely.box(392_000, 3_440_000, 392_100, 3_440_100)
    whole = shapely.union(shell.difference(hole), island)

    areas = measure.area_m2(
        np.array([whole, shell, hole, island], dtype=object), "EPSG:4546"
    )

    assert areas[0] == pytest.approx(areas[1] - areas[2] + areas[3], rel=1e-12)
    assert areas[0] < areas[1]


@given(cut=st.floats(0.05, 0.95))
def test_parts_sum_to_the_whole(cut: float) -> None:
    middle = 390_000 + cut * 5_000
    left = shapely.box(390_000, 3_440_000, middle, 3_443_000)
    right = shapely.box(middle, 3_440_000, 395_000, 3_443_000)
    whole = shapely.box(390_000, 3_440_000, 395_000, 3_443_000)

    parts = measure.area_m2(np.array([left, right, whole], dtype=object), "EPSG:4546")

    assert parts[0] + parts[1] == pytest.approx(parts[2], rel=1e-9)


def test_the_zone_prefix_changes_no_area() -> None:
    plain = shapely.box(395_030, 3_440_364, 395_130, 3_440_444)
    prefixed = shapely.box(37_395_030, 3_440_364, 37_395_130, 3_440_444)

    assert measure.area_m2(one(plain), "EPSG:4546")[0] == pytest.approx(
        measure.area_m2(one(prefixed), "EPSG:4525")[0], rel=1e-9
    )


def test_the_plane_is_too_large_by_the_known_share() -> None:
    plot = shapely.box(395_030, 3_440_364, 395_130, 3_440_444)

    plane = measure.plane_area_m2(one(plot), "EPSG:4546")[0]
    area = measure.area_m2(one(plot), "EPSG:4546")[0]

    assert plane == pytest.approx(8000, abs=1e-6)
    assert plane / area - 1 == pytest.approx(2.7e-4, abs=2e-5)


def test_missing_empty_lines_and_points_have_no_area() -> None:
    line, point = shapely.LineString([(0, 0), (9, 9)]), shapely.Point(1, 1)
    shapes = [None, shapely.Polygon(), line, point]

    areas = measure.area_m2(np.array(shapes, dtype=object), "EPSG:4546")

    assert areas.tolist() == [0.0, 0.0, 0.0, 0.0]


def test_collections_count_their_polygons_and_lines() -> None:
    plot = shapely.box(395_000, 3_440_000, 395_100, 3_440_100)
    line = shapely.LineString([(395_000, 3_440_000), (395_000, 3_441_000)])
    mixed = one(shapely.GeometryCollection([plot, shapely.MultiLineString([line])]))

    assert measure.area_m2(mixed, "EPSG:4546")[0] == pytest.approx(
        measure.area_m2(one(plot), "EPSG:4546")[0]
    )
    assert measure.length_m(mixed, "EPSG:4546")[0] == pytest.approx(
        measure.length_m(one(line), "EPSG:4546")[0]
    )


def test_length_is_geodesic() -> None:
    line = shapely.LineString([(109.9, 31.0), (109.9, 31.01), (109.91, 31.01)])
    expected = (
        CGCS2000.inv(109.9, 31.0, 109.9, 31.01)[2]
        + CGCS2000.inv(109.9, 31.01, 109.91, 31.01)[2]
    )

    assert measure.length_m(one(line), "EPSG:4490")[0] == pytest.approx(expected)
    assert measure.length_m(one(shapely.box(0, 0, 1, 1)), "EPSG:4490")[0] == 0.0


def test_plane_area_of_degrees_is_not_a_number() -> None:
    box = one(shapely.box(109.9, 31.0, 109.91, 31.01))

    assert np.isnan(measure.plane_area_m2(box, "EPSG:4490")).all()


def test_projection_keeps_the_axes() -> None:
    point = measure.project(one(shapely.Point(109.88, 31.08)), "EPSG:4490", "EPSG:4546")

    assert 390_000 < point[0].x < 396_000  # east first
    assert 3_440_000 < point[0].y < 3_441_000


def test_a_very_long_edge_in_degrees_stays_near_its_parallel() -> None:
    line = shapely.LineString([(109.6, 31.0), (110.1, 31.0)])  # 48 km

    carried = measure.project(one(line), "EPSG:4490", "EPSG:4546")[0]
    points = carried.interpolate(np.linspace(0, 1, 201), normalized=True)
    lonlat = measure.to_lonlat(shapely.get_coordinates(points), "EPSG:4546")

    bow_m = np.abs(lonlat[:, 1] - 31.0).max() * 110_900
    assert bow_m < 1.2  # uncut it would be 27 m


def test_layers_that_share_vertices_share_them_after_projection() -> None:
    corners = [(109.90, 31.00), (109.93, 31.01), (109.93, 31.03), (109.90, 31.03)]
    degrees = one(shapely.Polygon(corners))
    plane = measure.project(degrees, "EPSG:4490", "EPSG:4525")

    both = [
        measure.project(g, c, "EPSG:4546")[0]
        for g, c in ((degrees, "EPSG:4490"), (plane, "EPSG:4525"))
    ]

    assert shapely.hausdorff_distance(*both) < 1e-6
    assert (
        measure.area_m2(one(both[0].symmetric_difference(both[1])), "EPSG:4546")[0]
        < 1e-3
    )


@pytest.mark.parametrize("degrees", ["EPSG:4326", "OGC:CRS84"])
@pytest.mark.parametrize("plane", PLANES)
def test_degrees_of_wgs84_reach_a_plane_as_proj_itself_would_bring_them(
    plane: int, degrees: str
) -> None:
    crs = f"EPSG:{plane}"
    area = CRS.from_user_input(crs).area_of_use
    assert area is not None
    lon, lat = (area.west + area.east) / 2 + 0.3, 31.07
    own = Transformer.from_crs(degrees, crs, always_xy=True)

    carried = measure.project(one(shapely.Point(lon, lat)), degrees, crs)

    assert shapely.get_coordinates(carried).tolist() == [list(own.transform(lon, lat))]
