"""Areas from edges: against GEOS, exact fractions, known answers, and themselves."""

from dataclasses import fields
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.affinity import rotate, translate
from shapely.geometry.base import BaseGeometry

from zoning import measure
from zoning.overlay import (
    RaggedEdges,
    areas,
    cutting,
    edges,
    own_areas,
    ragged_edges,
    shared_areas,
)
from zoning.overlay.cutting import MOST_EDGES, WIDEST_M
from zoning.overlay.density import PLAIN

CRS = "EPSG:4546"
X, Y = 395_000.0, 3_440_000.0
CORNER = np.array([X, Y])
NOISE_M2 = 1e-6
Shapes = NDArray[np.object_]


def array(*shapes: BaseGeometry) -> Shapes:
    return np.array([*shapes, None], dtype=object)[:-1]


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def polygon(*corners: tuple[float, float]) -> BaseGeometry:
    return shapely.Polygon([(X + x, Y + y) for x, y in corners])


def common(left: BaseGeometry, right: BaseGeometry, crs: str = PLAIN) -> float:
    found = shared_areas(ragged_edges(array(left)), ragged_edges(array(right)), crs=crs)
    return float(found.area_m2.sum())


def stars(count: int, seed: int, *, radius: float, vertices: int) -> Shapes:
    """Ragged stars in a square of 2 km; every third has a hole."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 2000, (count, 1, 2)) + CORNER
    angles = np.sort(rng.uniform(0, 2 * np.pi, (count, vertices)), axis=1)
    reach = radius * rng.uniform(0.4, 1.0, (count, vertices))
    spokes = np.stack([np.cos(angles), np.sin(angles)], axis=2) * reach[..., None]
    made = np.asarray(shapely.make_valid(np.asarray(shapely.polygons(middle + spokes))))
    holes = np.asarray(shapely.polygons(middle + spokes * 0.5))
    holed = np.arange(count) % 3 == 0
    made[holed] = shapely.difference(made[holed], shapely.make_valid(holes[holed]))
    return np.asarray(made)


def largest_excess(left: Shapes, right: Shapes) -> float:
    """Compare every pair with GEOS: greatest difference over what is allowed."""
    found = shared_areas(ragged_edges(left), ragged_edges(right), crs=PLAIN)
    ours = np.zeros((len(left), len(right)))
    ours[found.left, found.right] = found.area_m2
    theirs = shapely.area(shapely.intersection(left[:, None], right[None, :]))
    smaller = np.minimum(shapely.area(left)[:, None], shapely.area(right)[None, :])
    return float((abs(ours - theirs) / np.maximum(NOISE_M2, 1e-9 * smaller)).max())


@pytest.mark.parametrize("seed", range(4))
def test_random_polygons_share_what_geos_says(seed: int) -> None:
    left = stars(40, seed, radius=300, vertices=30)
    right = stars(60, seed + 100, radius=500, vertices=12)

    assert largest_excess(left, right) <= 1


def test_giant_polygons_share_what_geos_says() -> None:
    left = stars(30, 7, radius=120, vertices=20)
    right = stars(3, 8, radius=1500, vertices=6000)

    assert len(ragged_edges(right).box) > 60
    assert largest_excess(left, right) <= 1
    assert largest_excess(right, right) <= 1


def test_neighbours_made_by_cutting_share_nothing() -> None:
    """Seams of parcels, as a county has them: the same vertices on both sides."""
    rng = np.random.default_rng(5)
    seeds = shapely.multipoints(rng.uniform(0, 1000, (80, 2)) + CORNER)
    parcels = shapely.get_parts(shapely.voronoi_polygons(seeds))
    edges = ragged_edges(parcels)

    found = shared_areas(edges, edges, crs=CRS)

    other = found.left != found.right
    assert other.sum() > 200
    assert found.area_m2[other].max() <= NOISE_M2


def test_a_vertex_more_on_a_shared_line_makes_no_overlap() -> None:
    """What edges drawn straight on another plane would get wrong by 0.007 m²."""
    south = box(0, 0, 100, 50)
    north = polygon((0, 50), (33, 50), (71, 50), (100, 50), (100, 90), (0, 90))

    assert common(south, north, CRS) <= NOISE_M2


def exact_area(left: BaseGeometry, right: BaseGeometry) -> Fraction:
    """Area of the overlap of two convex polygons with whole-number corners."""
    ring = [
        (Fraction(x - X), Fraction(y - Y))
        for x, y in shapely.get_coordinates(left)[:-1]
    ]
    clip = [
        (Fraction(x - X), Fraction(y - Y)) for x, y in shapely.get_coordinates(right)
    ]
    for (ax, ay), (bx, by) in pairwise(clip):
        kept = []
        side = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in ring]
        for k, (p, s) in enumerate(zip(ring, side, strict=True)):
            q, t = ring[(k + 1) % len(ring)], side[(k + 1) % len(ring)]
            if s >= 0:
                kept.append(p)
            if s * t < 0:
                part = s / (s - t)
                kept.append((p[0] + part * (q[0] - p[0]), p[1] + part * (q[1] - p[1])))
        ring = kept
    if not ring:
        return Fraction(0)
    turns = pairwise([*ring, ring[0]])
    return sum((a[0] * b[1] - a[1] * b[0] for a, b in turns), Fraction(0)) / 2


points = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=3, max_size=9
)


def hull(corners: list[tuple[int, int]]) -> BaseGeometry:
    shape = shapely.MultiPoint([(X + x, Y + y) for x, y in corners]).convex_hull
    return shapely.orient_polygons(shape)


@given(left=points, right=points)
def test_whole_number_corners_give_the_exact_fraction(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    one, other = hull(left), hull(right)
    if one.area == 0 or other.area == 0:
        return

    assert abs(common(one, other) - float(exact_area(one, other))) <= 1e-9


FRAME = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))
TRUTH = {
    "shared upright edge": (box(0, 0, 10, 10), box(10, 0, 20, 10), 0.0),
    "shared level edge": (box(0, 0, 10, 10), box(0, 10, 10, 20), 0.0),
    "shared sloping edge": (
        polygon((0, 0), (10, 0), (0, 10)),
        polygon((10, 0), (10, 10), (0, 10)),
        0.0,
    ),
    "one point": (box(0, 0, 10, 10), box(10, 10, 20, 20), 0.0),
    "corner on edge": (box(0, 0, 10, 10), polygon((10, 5), (20, 0), (20, 9)), 0.0),
    "the same": (FRAME, FRAME, 6400.0),
    "inside": (box(40, 40, 50, 50), box(0, 0, 100, 100), 100.0),
    "around": (box(0, 0, 100, 100), box(40, 40, 50, 50), 100.0),
    "in the hole": (box(30, 30, 40, 40), FRAME, 0.0),
    "filling the hole": (box(20, 20, 80, 80), FRAME, 0.0),
    "over the hole": (box(10, 10, 90, 90), FRAME, 2800.0),
    "edge on the floor": (box(0, 0, 10, 10), box(2, 0, 8, 5), 30.0),
    "edge on the other's floor": (box(0, 0, 10, 10), box(2, -5, 8, 0), 0.0),
    "floor along the middle": (box(0, 5, 10, 15), box(0, 0, 10, 10), 50.0),
    "level sliver": (box(0, 0, 100, 10), box(0, 9.999, 100, 20), 0.1),
    "upright sliver": (box(0, 0, 10, 100), box(9.999, 0, 20, 100), 0.1),
    "almost upright": (
        polygon((0, 0), (10, 0), (10 + 1e-7, 1000), (0, 1000)),
        box(5, 0, 20, 1000),
        5000.00005,
    ),
    "two parts": (
        shapely.union_all([box(0, 0, 10, 10), box(20, 0, 30, 10)]),
        box(5, 5, 25, 20),
        50.0,
    ),
    "listed clockwise": (
        polygon((0, 0), (0, 10), (10, 10), (10, 0)),
        box(5, 5, 20, 20),
        25.0,
    ),
    "apart": (box(0, 0, 1, 1), box(5, 5, 6, 6), 0.0),
}


@pytest.mark.parametrize("case", TRUTH)
def test_known_answers_both_ways_round(case: str) -> None:
    one, other, area = TRUTH[case]

    assert common(one, other) == pytest.approx(area, abs=2e-6)
    assert common(other, one) == pytest.approx(area, abs=2e-6)


pairs = st.tuples(st.integers(0, 10_000), st.floats(0, 360), st.floats(-500, 500))


def two_stars(seed: int) -> tuple[BaseGeometry, BaseGeometry]:
    one = stars(2, seed, radius=400, vertices=14)
    return one[0], translate(one[1], *(one[0].centroid.coords[0] - _middle(one[1])))


def _middle(shape: BaseGeometry) -> NDArray[np.float64]:
    return np.array(shape.centroid.coords[0])


@given(pairs)
def test_turning_shifting_and_swapping_change_nothing(
    case: tuple[int, float, float],
) -> None:
    seed, angle, shift = case
    one, other = two_stars(seed)
    area = common(one, other)

    turned = [rotate(shape, angle, origin=(X, Y)) for shape in (one, other)]
    moved = [translate(shape, shift, -shift) for shape in (one, other)]

    assert common(other, one) == pytest.approx(area, rel=1e-9)
    assert common(turned[0], turned[1]) == pytest.approx(area, rel=1e-9)
    assert common(moved[0], moved[1]) == pytest.approx(area, rel=1e-9)


@given(seed=st.integers(0, 10_000), cut=st.floats(-200, 200))
def test_parts_of_a_cut_sum_to_the_whole(seed: int, cut: float) -> None:
    one, other = two_stars(seed)
    west, south, east, north = other.bounds
    line = _middle(other)[0] + cut
    halves = (
        shapely.box(west, south, line, north),
        shapely.box(line, south, east, north),
    )

    parts = [common(one, other.intersection(half), CRS) for half in halves]

    assert sum(parts) == pytest.approx(common(one, other, CRS), rel=1e-9)


@given(seed=st.integers(0, 10_000), more=st.floats(0.1, 50))
def test_a_larger_polygon_shares_no_less(seed: int, more: float) -> None:
    one, other = two_stars(seed)

    assert common(one.buffer(more), other) >= common(one, other) - NOISE_M2


@given(seed=st.integers(0, 10_000))
def test_numpy_and_compiled_code_give_the_same_bytes(seed: int) -> None:
    left = ragged_edges(stars(12, seed, radius=500, vertices=15))
    right = ragged_edges(stars(6, seed + 1, radius=900, vertices=300))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(areas, "FEW", -1)
        compiled = shared_areas(left, right, crs=CRS).area_m2
        patch.setattr(areas, "FEW", 10**12)
        plain = shared_areas(left, right, crs=CRS).area_m2

    assert compiled.tobytes() == plain.tobytes()


def same_edges(one: RaggedEdges, other: RaggedEdges) -> bool:
    names = [field.name for field in fields(RaggedEdges)]
    pairs = [(getattr(one, name), getattr(other, name)) for name in names]
    return all(
        (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
        for a, b in pairs
    )


@given(seed=st.integers(0, 10_000), data=st.data())
def test_numpy_and_compiled_code_cut_the_same_pieces(
    seed: int, data: st.DataObject
) -> None:
    """Stars with holes, in several parts, on whole metres where edges line up."""
    large = stars(3, seed, radius=900, vertices=data.draw(st.integers(300, 1500)))
    if data.draw(st.booleans()):
        large = shapely.make_valid(shapely.set_precision(large, 5.0))
    county = rotate(shapely.box(X, Y, X + 40_000, Y + 30_000), seed % 90)
    torn = array(county.difference(shapely.union_all(large)), shapely.Point(X, Y))
    united = array(shapely.union_all(large[:2]), shapely.union_all(large))
    shapes = np.concatenate([large, torn, united])
    with pytest.MonkeyPatch.context() as patch:
        for room in (cutting, edges):
            patch.setattr(room, "FEW", 10**12)
        plain = ragged_edges(shapes)
        for room in (cutting, edges):
            patch.setattr(room, "FEW", -1)
        compiled = ragged_edges(shapes)
        patch.setattr(measure, "AT_ONCE", 1000)
        in_runs = ragged_edges(shapes)

    assert len(plain.box) > 20
    assert same_edges(plain, compiled)
    assert same_edges(plain, in_runs)


def test_threads_change_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(areas, "FEW", -1)
    left = ragged_edges(stars(150, 3, radius=300, vertices=12))
    right = ragged_edges(stars(150, 4, radius=300, vertices=12))

    one, four = (shared_areas(left, right, crs=CRS, threads=n) for n in (1, 4))

    assert one.area_m2.tobytes() == four.area_m2.tobytes()


@pytest.mark.parametrize("size", [100, 1_000, 10_000, 50_000])
@pytest.mark.parametrize("east", [335_000.0, 395_000.0, 480_000.0])
def test_the_sum_is_the_ellipsoidal_area(size: float, east: float) -> None:
    """Against the parabolas of `measure`, whose oracles are geodesic and official."""
    square = rotate(shapely.box(east, Y, east + size, Y + size), 20)
    shapes = array(square)

    ours = own_areas(ragged_edges(shapes), crs=CRS)

    assert ours == pytest.approx(measure.area_m2(shapes, CRS), rel=1e-9)
    assert common(square, square.buffer(10), CRS) == pytest.approx(ours[0], rel=1e-9)


def test_pieces_are_small_and_sum_to_the_polygon() -> None:
    county = rotate(shapely.box(X, Y, X + 60_000, Y + 40_000), 30)
    shapes = np.concatenate([stars(2, 1, radius=900, vertices=5000), array(county)])

    edges = ragged_edges(shapes)

    assert np.diff(edges.edge_starts).max() <= MOST_EDGES
    assert (edges.box[:, 2:] - edges.box[:, :2]).max() <= WIDEST_M
    assert own_areas(edges, crs=PLAIN) == pytest.approx(shapely.area(shapes), rel=1e-11)


def test_what_has_no_area_has_no_edges() -> None:
    shapes = array(
        shapely.Point(X, Y),
        shapely.LineString([(X, Y), (X + 9, Y + 9)]),
        box(0, 0, 9, 9),
        shapely.Polygon(),
    )

    edges = ragged_edges(shapes)

    assert np.diff(edges.piece_starts).tolist() == [0, 0, 1, 0]
    assert len(shared_areas(edges, ragged_edges(shapes[:2]), crs=CRS).left) == 0


def test_a_feature_wider_than_a_country_has_no_edges_and_hides_no_other() -> None:
    """Damaged numbers would ask for millions of pieces."""
    wild = [
        shapely.box(0, 0, 1, 1),
        shapely.Polygon([(0, 0), (1e300, 0), (0, 1e200)]),
        shapely.box(2, 2, 4, 3),
    ]
    edges = ragged_edges(np.array(wild, dtype=object))
    assert np.diff(edges.piece_starts).tolist() == [1, 0, 1]
