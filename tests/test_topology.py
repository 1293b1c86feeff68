"""`zoning.topology`: repair says what it changed, doubt is never used."""

import contextlib

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from zoning.topology import _apart_m2, oriented, polygonal, repair_polygons

BOW_TIE = shapely.Polygon([(0, 0), (200, 200), (200, 0), (0, 200)])
PENTAGRAM = shapely.Polygon(
    [(100 * np.cos(a), 100 * np.sin(a)) for a in np.arange(5) * 4 * np.pi / 5]
)


def with_coordinates(text: str) -> BaseGeometry:
    with np.errstate(invalid="ignore"):
        return shapely.from_wkt(text)


def at_home(shape: BaseGeometry) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy + np.array([395_000, 3_440_000]))


def test_valid_shapes_pass_unchanged() -> None:
    plot = shapely.box(395_000, 3_440_000, 395_100, 3_440_100)

    outcome = repair_polygons(np.array([plot], dtype=object), "EPSG:4546")

    assert outcome.usable.all()
    assert not outcome.repaired.any()
    assert outcome.geometry[0].equals_exact(plot, 0)


def test_a_bow_tie_is_not_used_for_its_corners_may_be_exchanged() -> None:
    """The square of its four corners holds 40 000 m², the two lobes 20 000."""
    shape = at_home(BOW_TIE)

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [False]
    assert outcome.drawn_m2[0] == pytest.approx(0, abs=1)
    assert outcome.structure_m2[0] == pytest.approx(20_000, rel=1e-3)


def test_a_loop_of_no_size_is_repaired_with_its_change_of_area() -> None:
    """A triangle of 0.5 m x 0.5 m / 4 runs the other way; 0.125 m² were taken off."""
    corners = [(0, 0), (100, 0), (100, 100), (50, 100), (50.5, 100.5), (50.5, 100)]
    shape = at_home(shapely.Polygon([*corners, (50, 100.5), (0, 100)]))

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.repaired.tolist() == [True]
    assert 0 < outcome.change_m2[0] < 1


@pytest.mark.parametrize(
    ("shape", "change"),
    [
        (
            shapely.MultiPolygon(
                [shapely.box(0, 0, 20, 10), shapely.box(10, 0, 30, 10)]
            ),
            -100,
        ),
        (shapely.Polygon([*shapely.box(0, 0, 10, 10).exterior.coords] * 2), -100),
    ],
    ids=["parts over each other", "drawn twice"],
)
def test_land_drawn_twice_is_counted_once(shape: BaseGeometry, change: float) -> None:
    outcome = repair_polygons(np.array([at_home(shape)], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [True]
    assert outcome.change_m2[0] == pytest.approx(change, rel=1e-3)


def test_a_hole_outside_its_shell_has_two_readings() -> None:
    shell, hole = shapely.box(0, 0, 100, 100), shapely.box(200, 0, 250, 50)
    shape = at_home(shapely.Polygon(shell.exterior.coords, [hole.exterior.coords]))

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [False]
    assert outcome.ambiguous.tolist() == [True]


def test_repairs_of_one_area_in_two_places_are_apart() -> None:
    one, other = (np.array([at_home(shapely.box(x, 0, x + 10, 10))]) for x in (0, 5))

    assert _apart_m2(one, other, "EPSG:4546")[0] == pytest.approx(100, rel=1e-3)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=4, max_size=9)
)
def test_what_is_used_is_valid_and_a_second_repair_changes_nothing(
    corners: list[tuple[int, int]],
) -> None:
    shape = at_home(shapely.Polygon([(10 * x, 10 * y) for x, y in corners]))

    once = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")
    again = repair_polygons(once.geometry, "EPSG:4546")

    if once.usable[0]:
        assert once.geometry[0].is_valid
        assert again.geometry[0].equals(once.geometry[0])
        assert not again.repaired[0]
        assert once.change_m2[0] <= 1


def test_a_shape_on_which_two_repairs_disagree_is_not_used() -> None:
    shape = at_home(PENTAGRAM)

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [False]
    assert outcome.geometry[0] is None
    assert outcome.apart_m2[0] > 1_000


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Polygon(),
        with_coordinates("POLYGON ((0 0, 1 nan, 1 1, 0 0))"),
        with_coordinates("LINESTRING (0 0, inf 1)"),
    ],
    ids=["missing", "empty", "not a number", "infinite"],
)
def test_what_cannot_be_measured_is_not_used(shape: BaseGeometry | None) -> None:
    assert not repair_polygons(
        np.array([shape], dtype=object), "EPSG:4546"
    ).usable.any()


@pytest.mark.parametrize(
    "text",
    [
        "POINT (1 2)",
        "MULTIPOINT ((1 2), (3 4))",
        "LINESTRING (0 0, 1 1, 2 0)",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3, 4 4))",
        "LINEARRING (0 0, 1 0, 1 1, 0 0)",
        "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 2, 1 1))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 1), POLYGON ((0 0, 1 0, 1 1, 0 0)))",
    ],
)
@pytest.mark.parametrize("spoilt", [np.nan, np.inf, -np.inf])
def test_one_coordinate_that_is_not_finite_spoils_a_shape_of_any_kind(
    text: str, spoilt: float
) -> None:
    shape = shapely.from_wkt(text)
    xy = shapely.get_coordinates(shape)
    shapes = []
    for place in np.ndindex(xy.shape):
        other = xy.copy()
        other[place] = spoilt
        with (
            np.errstate(invalid="ignore"),
            contextlib.suppress(shapely.errors.GEOSException),  # a ring not closed
        ):
            shapes.append(shapely.set_coordinates(shapely.from_wkt(text), other))
    assert len(shapes) > 1

    outcome = repair_polygons(np.array([shape, *shapes], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [True, *(False for _ in shapes)]
    assert not outcome.repaired.any()


def test_heights_are_dropped() -> None:
    plot = shapely.Polygon([(0, 0, 5), (100, 0, 5), (100, 100, 5)])

    assert (
        not repair_polygons(np.array([plot], dtype=object), "EPSG:4546")
        .geometry[0]
        .has_z
    )


def test_only_polygons_are_kept_of_a_collection() -> None:
    square, line = shapely.box(0, 0, 1, 1), shapely.LineString([(5, 5), (6, 6)])
    shapes = np.array([shapely.GeometryCollection([square, line]), line], dtype=object)

    kept = polygonal(shapes)

    assert kept[0].equals(square)
    assert kept[1].is_empty


def test_canonical_form_does_not_depend_on_how_a_ring_is_written() -> None:
    ring = [(0, 0), (10, 0), (10, 5), (0, 5)]
    turned = ring[2:] + ring[:2]
    shapes = [
        shapely.Polygon(ring),
        shapely.Polygon(turned),
        shapely.Polygon(ring[::-1]),
    ]

    texts = {shapely.to_wkb(s) for s in oriented(np.array(shapes, dtype=object))}

    assert len(texts) == 1
