"""`zoning.topology`: repair says what it changed, doubt is never used."""

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from zoning.topology import oriented, polygonal, repair_polygons

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


def test_a_bow_tie_is_repaired_with_its_change_of_area() -> None:
    shape = at_home(BOW_TIE)

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.repaired.tolist() == [True]
    assert shapely.area(outcome.geometry[0]) == pytest.approx(20_000)
    assert outcome.change_m2[0] == pytest.approx(20_000, rel=1e-3)


def test_a_shape_on_which_two_repairs_disagree_is_not_used() -> None:
    shape = at_home(PENTAGRAM)

    outcome = repair_polygons(np.array([shape], dtype=object), "EPSG:4546")

    assert outcome.usable.tolist() == [False]
    assert outcome.geometry[0] is None
    assert outcome.difference_m2[0] > 1_000


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
