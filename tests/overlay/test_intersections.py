"""Shapes of pairs: what GEOS makes of whole polygons, by whichever way they came."""

import math

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.overlay import (
    common_shapes,
    intersections,
    ragged_edges,
    shared_shapes,
)
from zoning.overlay.density import PLAIN
from zoning.overlay.outlines import Outlines
from zoning.overlay.windows import edges_near, seen_through, windows_around

CRS = "EPSG:4546"
X, Y = 395_000.0, 3_440_000.0
GRID_M = 1e-4
Shapes = NDArray[np.object_]

SHARED = pytest.mark.usefixtures("by_kernels")


@pytest.fixture
def by_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the compiled ways for the smallest of pairs."""
    monkeypatch.setattr(intersections, "FEW", -1)
    monkeypatch.setattr(intersections, "LARGE", 3)


def array(*shapes: BaseGeometry) -> Shapes:
    return np.array([*shapes, None], dtype=object)[:-1]


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def pair(left: BaseGeometry, right: BaseGeometry) -> BaseGeometry:
    shape: BaseGeometry = common_shapes(
        array(left), array(right), np.zeros((1, 2), dtype=np.int64)
    )[0]
    return shape


def star(
    rng: np.random.Generator,
    *,
    radius: float,
    vertices: int,
    middle: tuple[float, float] = (0.0, 0.0),
) -> shapely.Polygon:
    angles = np.linspace(0, 2 * math.pi, vertices, endpoint=False)
    reach = radius * rng.uniform(0.5, 1.0, vertices)
    spokes = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
    return shapely.Polygon(spokes + np.array([X, Y]) + np.array(middle))


def ragged(
    rng: np.random.Generator, *, radius: float, vertices: int, parts: int = 1
) -> BaseGeometry:
    """Stars side by side, each with a hole."""
    made = []
    for part in range(parts):
        middle = (2.2 * radius * part, 0.0)
        outer = star(rng, radius=radius, vertices=vertices, middle=middle)
        inner = star(rng, radius=radius / 3, vertices=vertices, middle=middle)
        made.append(outer.difference(inner))
    whole: BaseGeometry = shapely.union_all(made)
    return whole


def check(ours: BaseGeometry, left: BaseGeometry, right: BaseGeometry) -> None:
    """Hold a shape to what GEOS makes of the whole polygons."""
    theirs = shapely.intersection(left, right)
    assert shapely.is_valid(ours)
    apart = shapely.area(shapely.symmetric_difference(ours, theirs))
    assert apart <= GRID_M * max(shapely.length(theirs), 1.0)
    assert shapely.area(ours) == pytest.approx(shapely.area(theirs), abs=1e-6)
    corners = shapely.get_parts(shapely.extract_unique_points(ours))
    assert (shapely.distance(corners, left) < 1e-6).all()
    assert (shapely.distance(corners, right) < 1e-6).all()


TOUCHING = {
    "shared edge": (box(0, 0, 10, 10), box(10, 0, 20, 10)),
    "part of an edge": (box(0, 0, 10, 10), box(10, 4, 20, 6)),
    "corner": (box(0, 0, 10, 10), box(10, 10, 20, 20)),
    "corner on an edge": (
        box(0, 0, 10, 10),
        shapely.Polygon([(X + 10, Y + 5), (X + 20, Y), (X + 20, Y + 9)]),
    ),
    "filled hole": (
        box(0, 0, 30, 30).difference(box(10, 10, 20, 20)),
        box(10, 10, 20, 20),
    ),
    "within a hole": (
        box(0, 0, 30, 30).difference(box(10, 10, 20, 20)),
        box(12, 12, 18, 18),
    ),
    "boxes meet": (
        shapely.Polygon([(X, Y), (X + 30, Y), (X, Y + 30)]),
        shapely.Polygon([(X + 30, Y + 30), (X + 30, Y + 2), (X + 2, Y + 30)]),
    ),
}
LYING = {
    "the same": (box(0, 0, 10, 10), box(0, 0, 10, 10)),
    "inside": (box(0, 0, 30, 30), box(10, 10, 20, 20)),
    "inside along an edge": (box(0, 0, 30, 30), box(0, 10, 20, 20)),
    "across": (box(0, 10, 30, 20), box(10, 0, 20, 30)),
    "over a corner": (box(0, 0, 10, 10), box(5, 5, 20, 20)),
    "around a hole": (
        box(0, 0, 30, 30).difference(box(10, 10, 20, 20)),
        box(5, 5, 25, 25),
    ),
    "over a hole's corner": (
        box(0, 0, 30, 30).difference(box(10, 10, 20, 20)),
        box(15, 15, 40, 40),
    ),
    "two parts": (
        shapely.union_all([box(0, 0, 10, 10), box(20, 0, 30, 10)]),
        box(5, 5, 25, 7),
    ),
    "holes that touch their shell": (
        box(0, 0, 30, 30).difference(
            shapely.Polygon([(X, Y + 15), (X + 10, Y + 10), (X + 10, Y + 20)])
        ),
        box(-5, 5.5, 12.5, 22.5),
    ),
    "an edge through a vertex": (
        box(0, 0, 10, 10),
        shapely.Polygon([(X - 5, Y - 5), (X + 15, Y + 15), (X - 5, Y + 20)]),
    ),
    "a sliver": (box(0, 0, 10, 10), box(9.9999, 0, 20, 10)),
}


@SHARED
@pytest.mark.parametrize("name", [*TOUCHING, *LYING])
def test_the_truth_table_is_that_of_geos_to_the_last_bit(name: str) -> None:
    left, right = (TOUCHING | LYING)[name]
    for one, other in ((left, right), (right, left)):
        ours, theirs = pair(one, other), shapely.intersection(one, other)
        assert shapely.equals_exact(
            shapely.normalize(ours), shapely.normalize(theirs), 0.0
        )
    areal = shapely.area(pair(left, right)) > 0
    assert areal == (name in LYING)


@SHARED
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**32 - 1),
    vertices=st.sampled_from([3, 7, 40, 400]),
    parts=st.integers(1, 2),
    shift=st.floats(-60, 60),
)
def test_ragged_polygons_share_what_geos_finds(
    seed: int, vertices: int, parts: int, shift: float
) -> None:
    rng = np.random.default_rng(seed)
    left = star(rng, radius=50, vertices=max(vertices // 3, 3), middle=(shift, 10.0))
    right = ragged(rng, radius=40, vertices=vertices, parts=parts)
    check(pair(left, right), left, right)
    check(pair(right, left), right, left)


@SHARED
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_polygons_on_a_coarse_grid_share_what_geos_finds(data: st.DataObject) -> None:
    """Shared corners, edges along each other, corners on edges: seldom sure."""
    cells = st.lists(st.booleans(), min_size=25, max_size=25)
    sides = []
    for _ in range(2):
        chosen = np.flatnonzero(data.draw(cells)).tolist()
        squares = [box(k % 5, k // 5, k % 5 + 1, k // 5 + 1) for k in chosen]
        sides.append(shapely.union_all([*squares, box(0, 0, 1, 1)]))
    ours = pair(*sides)
    theirs = shapely.intersection(sides[0], sides[1])
    assert shapely.is_valid(ours)
    assert shapely.equals(ours, theirs) or shapely.is_empty(theirs)
    assert shapely.area(ours) == shapely.area(theirs)


@SHARED
def test_a_shape_has_only_corners_of_its_outlines_and_their_crossings() -> None:
    rng = np.random.default_rng(4)
    left = star(rng, radius=50, vertices=30)
    right = ragged(rng, radius=60, vertices=3000)
    ours = pair(left, right)
    corners = shapely.extract_unique_points(ours)
    known = shapely.union(
        shapely.extract_unique_points(left), shapely.extract_unique_points(right)
    )
    new = shapely.get_parts(shapely.difference(corners, known))
    assert len(new)
    for side in (left, right):
        assert shapely.distance(new, shapely.boundary(side)).max() < 1e-8


@settings(max_examples=30)
@given(seed=st.integers(0, 2**32 - 1), size=st.floats(1, 80))
def test_through_a_window_a_polygon_is_what_lies_in_it(seed: int, size: float) -> None:
    rng = np.random.default_rng(seed)
    whole = ragged(rng, radius=60, vertices=700, parts=2)
    west, south = rng.uniform(-90, 90, 2) + np.array([X, Y])
    frame = np.array([[west, south, west + size, south + size]])
    row = np.zeros(1, dtype=np.int64)
    seen = seen_through(Outlines(array(whole)), row, frame)[0]
    there = shapely.intersection(whole, shapely.box(*frame[0]))
    assert shapely.is_valid(seen)
    assert shapely.area(seen) == pytest.approx(shapely.area(there), abs=1e-6)
    assert shapely.area(shapely.symmetric_difference(seen, there)) < 1e-6


def test_a_window_holds_every_edge_that_reaches_in_to_its_ends() -> None:
    outer = box(-1000, -500, 1000, 500)
    place = np.array([[X - 5, Y + 490, X + 5, Y + 510]])
    grown = edges_near(Outlines(array(outer)), np.zeros(1, dtype=np.int64), place)
    assert grown[0].tolist() == [X - 1000, Y + 490, X + 1000, Y + 510]
    framed = windows_around(grown)[0]
    assert (framed[:2] < grown[0, :2]).all()
    assert (framed[2:] > grown[0, 2:]).all()


def test_where_outlines_meet_in_the_frame_nothing_is_seen() -> None:
    """Two corners in one place of the frame: who follows whom is not sure."""
    parts = shapely.MultiPolygon(
        [
            shapely.Polygon([(X, Y + 5), (X - 9, Y), (X - 9, Y + 4)]),
            shapely.Polygon([(X, Y + 5), (X - 9, Y + 6), (X - 9, Y + 9)]),
        ]
    )
    assert shapely.is_valid(parts)
    frame = np.array([[X - 5, Y - 10.0, X, Y + 20]])
    turned = shapely.transform(parts, lambda xy: 2 * np.array([X, Y + 5]) - xy)
    both = shapely.union(parts, turned)
    seen = seen_through(Outlines(array(both)), np.zeros(1, dtype=np.int64), frame)[0]
    there = shapely.intersection(both, shapely.box(*frame[0]))
    assert seen is None or shapely.area(seen) == pytest.approx(shapely.area(there))


@SHARED
def test_the_order_of_pairs_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(9)
    left = array(
        *(star(rng, radius=30, vertices=20, middle=(9.0 * k, 0)) for k in range(12))
    )
    right = array(*(ragged(rng, radius=40, vertices=600, parts=2) for _ in range(3)))
    pairs = np.stack(np.divmod(np.arange(36), 3), axis=1)
    shapes = common_shapes(left, right, pairs)
    order = rng.permutation(len(pairs))
    monkeypatch.setattr(intersections, "AT_ONCE", 1000)
    again = common_shapes(left, right, pairs[order])
    assert (shapely.to_wkb(again) == shapely.to_wkb(shapes)[order]).all()


@SHARED
def test_every_pair_has_its_area_and_a_feature_inside_is_the_shape() -> None:
    rng = np.random.default_rng(2)
    large = array(ragged(rng, radius=300, vertices=5000, parts=2))
    small = array(
        *(
            star(rng, radius=10, vertices=24, middle=(20.0 * k, 7.0 * k))
            for k in range(40)
        )
    )
    sides = (ragged_edges(small), ragged_edges(large))
    for crs in (CRS, PLAIN):
        found = shared_shapes(small, large, sides, crs=crs)
        assert found.agrees.all()
        whole = shapely.intersection(small[found.left], large[found.right])
        assert shapely.area(found.shape) == pytest.approx(shapely.area(whole), abs=1e-6)
        inside = shapely.covered_by(small[found.left], large[found.right])
        assert inside.any()
        assert not inside.all()
        for row in np.flatnonzero(inside):
            assert found.shape[row] is small[found.left[row]]
        met = shapely.area(shapely.intersection(small, large[0])) > 1e-6
        assert found.left.tolist() == np.flatnonzero(met).tolist()


def test_a_shape_without_its_area_is_built_again_and_never_passed_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, right = array(box(0, 0, 10, 10)), array(box(5, 5, 20, 20))
    sides = (ragged_edges(left), ragged_edges(right))
    home = "zoning.overlay.pair_shapes"
    monkeypatch.setattr(f"{home}.common_shapes", lambda *_: array(box(5, 5, 9, 10)))
    found = shared_shapes(left, right, sides, crs=CRS)
    assert found.agrees.all()
    assert shapely.area(found.shape[0]) == pytest.approx(25)
    monkeypatch.setattr(
        f"{home}.shapely.intersection", lambda *_, **__: array(box(5, 5, 9, 10))
    )
    assert not shared_shapes(left, right, sides, crs=CRS).agrees.any()


def test_pairs_within_one_layer_come_once() -> None:
    shapes = array(box(0, 0, 10, 10), box(5, 0, 15, 10), box(10, 0, 20, 10))
    edges = ragged_edges(shapes)
    found = shared_shapes(shapes, shapes, (edges, edges), crs=PLAIN)
    assert np.column_stack([found.left, found.right]).tolist() == [[0, 1], [1, 2]]
    assert found.area_m2.tolist() == [50, 50]
