"""`zoning.overlay`: pairs, areas, distances, residue, on shapes with known answers."""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.model import CheckOptions
from zoning.overlay import (
    measure_overlaps,
    nearest_features,
    outside_parts,
    sum_by_site,
    uncovered_share,
)
from zoning.overlay.classes import classify

CRS = "EPSG:4546"
X, Y = 395_000.0, 3_440_000.0
OPTIONS = CheckOptions(as_of=date(2026, 11, 23))
PLANE_TO_ELLIPSOID = 1 - 2.7e-4  # of a plot at the middle of the county


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def array(*shapes: BaseGeometry) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    return np.array([*shapes, None], dtype=object)[:-1]


TRUTH = {
    "inside": (box(10, 10, 20, 20), box(0, 0, 100, 100), 100.0, "substantive"),
    "around": (box(0, 0, 100, 100), box(10, 10, 20, 20), 100.0, "substantive"),
    "across": (box(0, 0, 20, 20), box(10, 10, 30, 30), 100.0, "substantive"),
    "same": (box(0, 0, 10, 10), box(0, 0, 10, 10), 100.0, "substantive"),
    "shared edge": (box(0, 0, 10, 10), box(10, 0, 20, 10), 0.0, "touching"),
    "one point": (box(0, 0, 10, 10), box(10, 10, 20, 20), 0.0, "touching"),
    "thin and small": (box(0, 0, 10, 10), box(9.95, 0, 20, 10), 0.5, "residue"),
    "thin but large": (box(0, 0, 10, 100), box(9.95, 0, 20, 100), 5.0, "substantive"),
    "small but thick": (box(0, 0, 10, 10), box(9.2, 9.2, 20, 20), 0.64, "substantive"),
}


@pytest.mark.parametrize("case", TRUTH)
def test_two_polygons(case: str) -> None:
    site, feature, plane_m2, overlap_class = TRUTH[case]

    table = measure_overlaps(array(site), array(feature), OPTIONS, crs=CRS)

    assert table.overlap_class.tolist() == [overlap_class]
    assert table.area_m2[0] == pytest.approx(plane_m2 * PLANE_TO_ELLIPSOID, rel=2e-5)


def test_apart_gives_no_row() -> None:
    table = measure_overlaps(
        array(box(0, 0, 1, 1)), array(box(2, 2, 3, 3)), OPTIONS, crs=CRS
    )

    assert len(table.site) == 0


def test_a_site_in_a_hole_meets_nothing() -> None:
    ring = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))

    table = measure_overlaps(array(box(30, 30, 40, 40)), array(ring), OPTIONS, crs=CRS)

    assert len(table.site) == 0


@pytest.mark.parametrize(
    ("site", "feature", "length_m", "overlap_class"),
    [
        (
            shapely.LineString([(X, Y + 50), (X + 300, Y + 50)]),
            box(100, 0, 200, 100),
            100.0,
            "substantive",
        ),
        (
            box(100, 0, 200, 100),
            shapely.LineString([(X, Y + 50), (X + 300, Y + 50)]),
            100.0,
            "substantive",
        ),
        (
            shapely.LineString([(X, Y), (X + 10, Y + 10)]),
            shapely.LineString([(X, Y + 10), (X + 10, Y)]),
            0.0,
            "substantive",
        ),
        (
            shapely.LineString([(X - 100, Y), (X, Y)]),
            box(0, 0, 10, 10),
            0.0,
            "touching",
        ),
    ],
    ids=[
        "line through polygon",
        "polygon over line",
        "lines crossing",
        "line ending at",
    ],
)
def test_lines_answer_both_ways_round(
    site: BaseGeometry,
    feature: BaseGeometry,
    length_m: float,
    overlap_class: str,
) -> None:
    table = measure_overlaps(array(site), array(feature), OPTIONS, crs=CRS)

    assert table.overlap_class.tolist() == [overlap_class]
    assert table.length_m[0] == pytest.approx(length_m, rel=1e-3)
    assert table.area_m2[0] == 0.0


def test_points_lie_in_polygons() -> None:
    well = shapely.Point(X + 5, Y + 5)

    inside = measure_overlaps(array(well), array(box(0, 0, 10, 10)), OPTIONS, crs=CRS)

    assert inside.overlap_class.tolist() == ["substantive"]
    assert inside.share.tolist() == [1.0]


def test_overlapping_features_count_ground_once_when_deduplicated() -> None:
    sites = array(box(0, 0, 100, 10))
    table = measure_overlaps(
        sites, array(box(0, 0, 60, 10), box(40, 0, 100, 10)), OPTIONS, crs=CRS
    )

    sums = sum_by_site(table, sites, OPTIONS, crs=CRS)

    assert sums.area_m2[0] == pytest.approx(1200 * PLANE_TO_ELLIPSOID, rel=1e-4)
    assert sums.deduplicated_m2[0] == pytest.approx(1000 * PLANE_TO_ELLIPSOID, rel=1e-4)
    assert sums.share[0] == pytest.approx(1.0)


def test_the_last_feature_counts() -> None:
    cells = [box(10 * k, 0, 10 * k + 10, 10) for k in range(50)]
    sites = array(box(0, 0, 500, 10))

    table = measure_overlaps(sites, array(*cells), OPTIONS, crs=CRS)

    assert table.feature.tolist() == list(range(50))
    assert sum_by_site(table, sites, OPTIONS, crs=CRS).share[0] == pytest.approx(1.0)


def test_a_feature_cut_into_slivers_is_still_substantive() -> None:
    strips = [box(0, 0.05 * k, 10, 0.05 * (k + 1)) for k in range(100)]
    sites = array(box(0, 0, 10, 5))

    table = measure_overlaps(sites, array(*strips), OPTIONS, crs=CRS)

    assert set(table.overlap_class) == {"residue"}
    sums = sum_by_site(table, sites, OPTIONS, crs=CRS)
    assert sums.overlap_class.tolist() == ["substantive"]


small = st.floats(0.02, 3.0)


@given(width=small, height=small, more=st.floats(0.0, 2.0))
def test_a_larger_site_never_loses_a_finding(
    width: float, height: float, more: float
) -> None:
    order = ["", "touching", "residue", "substantive"]
    farmland = array(box(10, 0, 50, 50))
    sites = array(
        box(0, 10, 10 + width, 10 + height), box(0, 10, 10 + width + more, 10 + height)
    )

    table = measure_overlaps(sites, farmland, OPTIONS, crs=CRS)
    first, second = sum_by_site(table, sites, OPTIONS, crs=CRS).overlap_class

    assert order.index(second) >= order.index(first)


@given(cut=st.floats(1, 99))
def test_parts_of_a_site_sum_to_the_whole(cut: float) -> None:
    feature = array(shapely.Point(X + 50, Y).buffer(40))
    sites = array(box(0, -50, 100, 50), box(0, -50, cut, 50), box(cut, -50, 100, 50))

    table = measure_overlaps(sites, feature, OPTIONS, crs=CRS)
    area = sum_by_site(table, sites, OPTIONS, crs=CRS).deduplicated_m2

    assert area[1] + area[2] == pytest.approx(area[0], rel=1e-9)


@given(seed=st.integers(0, 10_000))
def test_the_index_finds_what_brute_force_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    corners = rng.integers(0, 60, size=(30, 2))
    sizes = rng.integers(1, 20, size=(30, 2))
    boxes = [box(*c, *(c + s)) for c, s in zip(corners, sizes, strict=True)]
    sites, features = array(*boxes[:10]), array(*boxes[10:])

    table = measure_overlaps(sites, features, OPTIONS, crs=CRS)

    found = set(zip(table.site.tolist(), table.feature.tolist(), strict=True))
    expected = {
        (i, j)
        for i, site in enumerate(sites)
        for j, feature in enumerate(features)
        if site.intersects(feature)
    }
    assert found == expected
    exact = [
        site.intersection(feature).area
        for site, feature in (
            (sites[i], features[j])
            for i, j in zip(table.site, table.feature, strict=True)
        )
    ]
    assert table.area_m2 == pytest.approx(
        np.array(exact) * PLANE_TO_ELLIPSOID, rel=1e-4
    )


def test_a_witness_lies_in_both() -> None:
    site, feature = box(0, 0, 20, 20), box(15, -50, 100, 50)

    table = measure_overlaps(array(site), array(feature), OPTIONS, crs=CRS)

    point = measure.project(
        array(shapely.Point(*table.witness_lonlat[0])), "EPSG:4490", CRS
    )[0]
    assert point.within(site)
    assert point.within(feature)


def test_distance_is_geodesic_not_plane() -> None:
    geod = Geod(a=6_378_137.0, rf=298.257222101)
    sites = array(box(0, 0, 10, 10))
    river = array(box(1010, 0, 1100, 10))

    near = nearest_features(sites, river, 5000, crs=CRS)

    ends = measure.to_lonlat(np.array([[X + 10, Y + 5], [X + 1010, Y + 5]]), CRS)
    assert near.distance_m[0] == pytest.approx(
        geod.inv(*ends[0], *ends[1])[2], abs=0.01
    )
    assert near.distance_m[0] == pytest.approx(999.865, abs=0.01)  # the plane says 1000


def test_the_witness_of_a_distance_lies_on_the_feature() -> None:
    river = box(1010, 0, 1100, 10)

    near = nearest_features(array(box(0, 0, 10, 10)), array(river), 5000, crs=CRS)

    degrees = array(shapely.Point(*near.witness_lonlat[0]))
    assert measure.project(degrees, "EPSG:4490", CRS)[0].distance(river) < 1e-6


def test_nothing_within_reach_is_infinitely_far() -> None:
    near = nearest_features(
        array(box(0, 0, 1, 1)), array(box(900, 0, 901, 1)), 500, crs=CRS
    )

    assert near.feature.tolist() == [-1]
    assert np.isinf(near.distance_m).all()


def test_the_first_of_equally_near_features_is_taken() -> None:
    features = array(box(20, 0, 30, 10), box(-20, 0, -10, 10), box(20, 0, 30, 10))

    near = nearest_features(array(box(0, 0, 10, 10)), features, 500, crs=CRS)

    assert near.feature.tolist() == [0]
    assert near.distance_m[0] == pytest.approx(10, abs=0.01)


def test_the_outside_part_is_what_the_features_leave() -> None:
    sites = array(box(0, 0, 100, 10), box(0, 0, 10, 10))
    features = array(box(-50, -50, 60, 50))
    sums = sum_by_site(
        measure_overlaps(sites, features, OPTIONS, crs=CRS), sites, OPTIONS, crs=CRS
    )

    _, area, kind = outside_parts(sites, sums, OPTIONS, crs=CRS)

    assert area == pytest.approx([400 * PLANE_TO_ELLIPSOID, 0], rel=1e-4)
    assert kind.tolist() == ["substantive", ""]


@pytest.mark.parametrize(
    ("site", "reach_m", "covered"),
    [
        (box(10, 10, 20, 20), 0, True),
        (box(10, 10, 20, 20), 5, True),
        (box(10, 10, 20, 20), 50, False),
        (box(-5, 10, 20, 20), 0, False),
        (box(-0.01, 10, 20, 20), 0, True),
        (box(500, 500, 510, 510), 0, False),
        (shapely.Point(X + 5, Y + 5), 0, True),
        (shapely.Point(X - 5, Y + 5), 0, False),
        (shapely.LineString([(X + 5, Y + 5), (X - 50, Y + 5)]), 0, False),
    ],
)
def test_coverage_with_reach(
    site: BaseGeometry, reach_m: float, *, covered: bool
) -> None:
    share = uncovered_share(array(site), box(0, 0, 100, 100), reach_m, options=OPTIONS)

    assert (share[0] == 0) == covered


def test_order_of_sites_and_features_changes_no_number() -> None:
    sites = array(box(0, 0, 20, 20), box(15, 15, 40, 40))
    features = array(box(10, 10, 30, 30), box(0, 0, 12, 12), box(18, 0, 60, 22))

    one = measure_overlaps(sites, features, OPTIONS, crs=CRS)
    other = measure_overlaps(sites[::-1], features[::-1], OPTIONS, crs=CRS)

    rows = {
        (s, f): a for s, f, a in zip(one.site, one.feature, one.area_m2, strict=True)
    }
    turned = {
        (1 - s, 2 - f): a
        for s, f, a in zip(other.site, other.feature, other.area_m2, strict=True)
    }
    assert rows == turned


@given(seed=st.integers(0, 2**32 - 1))
def test_a_neighbour_drawn_with_more_points_is_never_substantive(seed: int) -> None:
    """Points put on a common border are off it by rounding, to either side."""
    rng = np.random.default_rng(seed)
    corner = np.array([400_000.0, 3_440_000.0]) + rng.uniform(0, 500, 2)
    turn = rng.uniform(0, 2 * np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    left, right = np.array([-along[1], along[0]]), np.array([along[1], -along[0]])
    ends = np.array([corner, corner + 137.0 * along])
    between = corner + np.sort(rng.uniform(0, 137.0, 30))[:, None] * along
    border = np.vstack([ends[:1], between, ends[1:]])
    one = shapely.Polygon(np.vstack([ends, ends[::-1] + 80.0 * left]))
    other = shapely.Polygon(np.vstack([border, ends[::-1] + 60.0 * right]))

    found = measure_overlaps(
        np.array([one], dtype=object),
        np.array([other], dtype=object),
        crs=CRS,
        options=OPTIONS,
    )

    assert "substantive" not in set(found.overlap_class)


def test_a_shape_without_area_is_residue_and_a_line_is_none() -> None:
    """GEOS may see a sliver where the sum of edges sees nothing."""
    sliver = shapely.Polygon([(X, Y), (X + 100, Y), (X + 50, Y + 1e-8)])
    line = shapely.LineString([(X, Y), (X + 100, Y)])
    kinds = classify(
        array(sliver, line), np.zeros(2), OPTIONS, seam=np.zeros(2, dtype=bool)
    )
    assert kinds.tolist() == ["residue", "substantive"]
