"""Ground divided: every square metre once, whatever the order, the tiles, the grid."""

import os

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from zoning.partition import ZoneSystem, dissolve, divide

Shapes = NDArray[np.object_]
EXAMPLES = 120 if os.environ.get("ZONING_THOROUGH") else 25
X, Y = 400_000.0, 3_440_000.0


def array(*shapes: BaseGeometry) -> Shapes:
    return np.array([*shapes, None], dtype=object)[:-1]


def system(name: str, *zones: BaseGeometry) -> ZoneSystem:
    labels = np.array([*(f"{name}{k}" for k in range(len(zones))), None], object)[:-1]
    return ZoneSystem(id=name, geometry=array(*zones), label=labels)


def box(west: float, south: float, east: float, north: float) -> BaseGeometry:
    return shapely.box(X + west, Y + south, X + east, Y + north)


def stars(seed: int, count: int) -> Shapes:
    """Ragged polygons with holes in a square of 1 km; they overlap."""
    rng = np.random.default_rng(seed)
    middle = rng.uniform(0, 1000, (count, 1, 2)) + np.array([X, Y])
    angle = np.linspace(0, 2 * np.pi, 14, endpoint=False)
    reach = rng.uniform(60, 320, (count, 14))
    spokes = np.stack([np.cos(angle), np.sin(angle)], axis=1) * reach[..., None]
    outer, inner = (
        shapely.polygons(middle + spokes),
        shapely.polygons(middle + spokes * 0.4),
    )
    return np.asarray(shapely.difference(outer, inner), dtype=object)


def coverage(seed: int, count: int) -> Shapes:
    """Polygons of one layer that do not overlap."""
    left: BaseGeometry = shapely.Polygon()
    made = []
    for star in stars(seed, count):
        own = shapely.difference(star, left)
        left = shapely.union(left, star)
        parts = [p for p in shapely.get_parts(own) if p.geom_type == "Polygon"]
        made.append(shapely.MultiPolygon(parts))
    return array(*(shape for shape in made if not shape.is_empty))


def wkb(shapes: Shapes) -> list[bytes]:
    return list(shapely.to_wkb(shapes))


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000), st.integers(1, 4), st.integers(1, 4))
def test_faces_cover_what_the_zones_cover_and_nothing_twice(
    seed: int, first: int, second: int
) -> None:
    systems = [
        system("a", *coverage(seed, first)),
        system("b", *coverage(seed + 1, second)),
    ]

    faces = divide(systems)

    claimed = (faces.zone >= 0).any(axis=1)
    zones = np.concatenate([one.geometry for one in systems])
    union = shapely.union_all(zones)
    grid = shapely.length(union) * 1e-4
    covered = shapely.area(faces.geometry[claimed]).sum()
    assert shapely.coverage_is_valid(faces.geometry)
    assert covered == pytest.approx(shapely.area(union), abs=grid)
    for k, one in enumerate(systems):
        for number, zone in enumerate(one.geometry):
            own = faces.geometry[faces.zone[:, k] == number]
            apart = shapely.symmetric_difference(shapely.union_all(own), zone)
            assert shapely.area(apart) <= shapely.length(zone) * 2e-4


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 10_000))
def test_neither_tiles_nor_order_nor_direction_changes_a_byte(
    seed: int,
) -> None:
    shapes = coverage(seed, 4)
    rng = np.random.default_rng(seed)
    turned = shapely.reverse(shapes)[rng.permutation(len(shapes))]
    other = stars(seed + 7, 1)[0]

    whole = divide([system("a", *shapes), system("b", other)])
    tiled = divide([system("a", *shapes), system("b", other)], tiles=16)
    mixed = ZoneSystem(
        id="a",
        geometry=turned,
        label=np.full(len(turned), "one", dtype=object),
    )
    plain = ZoneSystem(
        id="a", geometry=shapes, label=np.full(len(shapes), "one", dtype=object)
    )

    assert wkb(whole.geometry) == wkb(tiled.geometry)
    assert (whole.zone == tiled.zone).all()
    one, two = (divide([s, system("b", other)]) for s in (plain, mixed))
    assert wkb(one.geometry) == wkb(two.geometry)


def test_borders_between_features_of_one_zone_are_no_borders() -> None:
    fields = array(*(box(k * 10, 0, k * 10 + 10, 10) for k in range(50)))
    one = ZoneSystem(id="a", geometry=fields, label=np.full(50, "x", dtype=object))

    faces = divide([one])

    assert len(faces.geometry) == 1
    assert shapely.area(faces.geometry[0]) == pytest.approx(5000.0)


def test_a_feature_listed_twice_is_one_face() -> None:
    twice = ZoneSystem(
        id="a",
        geometry=array(box(0, 0, 10, 10), box(0, 0, 10, 10)),
        label=np.full(2, "x", dtype=object),
    )

    faces = divide([twice])

    assert shapely.area(faces.geometry).tolist() == pytest.approx([100.0])
    assert faces.zone.tolist() == [[0]]


def test_a_hole_is_a_face_of_its_own() -> None:
    ring = shapely.difference(box(0, 0, 100, 100), box(40, 40, 60, 60))

    faces = divide([system("a", ring)])

    inside = faces.zone[:, 0] >= 0
    assert shapely.area(faces.geometry[inside]).tolist() == pytest.approx([9600.0])
    assert shapely.area(faces.geometry[~inside]).tolist() == pytest.approx([400.0])


@pytest.mark.parametrize("gap_m", [0.0, 3e-5, 9e-5, 2e-4, 1e-3])
def test_neighbours_a_hair_apart_make_a_valid_coverage(gap_m: float) -> None:
    """The neighbour has vertices of its own along a sloping common border."""
    left = shapely.Polygon([(X, Y), (X + 50, Y), (X + 71.3, Y + 99.7), (X, Y + 100)])
    steps = np.linspace(0, 1, 37)
    edge = np.array([X + 50, Y]) + steps[:, None] * np.array([21.3, 99.7])
    edge[:, 0] += gap_m
    right = shapely.Polygon([*edge.tolist(), (X + 150, Y + 100), (X + 150, Y)])

    faces = divide([system("a", left), system("b", right)])

    keys, joined = dissolve(faces.geometry, faces.zone)
    assert shapely.coverage_is_valid(joined)
    total = shapely.area(shapely.union_all(array(left, right)))
    assert shapely.area(faces.geometry).sum() == pytest.approx(total, abs=0.2)
    assert {tuple(key) for key in keys.tolist()} >= {(0, -1), (-1, 0)}


def test_a_spike_narrower_than_the_grid_folds_away() -> None:
    spike = shapely.Polygon(
        [(X, Y), (X + 10, Y), (X + 10, Y + 5), (X + 90, Y + 5.00002),
         (X + 10, Y + 5.00004), (X + 10, Y + 10), (X, Y + 10)]
    )  # fmt: skip
    crossing = box(50, -20, 52, 30)

    faces = divide([system("a", spike), system("b", crossing)])

    assert shapely.area(faces.geometry).sum() == pytest.approx(200.0, abs=0.01)
    assert shapely.coverage_is_valid(faces.geometry)


def test_many_lines_through_one_point_are_noded() -> None:
    fans = [
        shapely.Polygon([(X, Y), (X + 100 * np.cos(a), Y + 100 * np.sin(a)),
                         (X + 100 * np.cos(a + 2), Y + 100 * np.sin(a + 2))])
        for a in np.linspace(0, 6, 23)
    ]  # fmt: skip

    faces = divide([system(f"s{k}", fan) for k, fan in enumerate(fans)])

    union = shapely.area(shapely.union_all(array(*fans)))
    claimed = (faces.zone >= 0).any(axis=1)
    assert shapely.area(faces.geometry[claimed]).sum() == pytest.approx(union, abs=0.1)
    assert shapely.coverage_is_valid(faces.geometry)
