"""Shapes against a widened box: what boxes settle is what GEOS would say."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.overlay import all_deep_inside, meet_widened, within_widened

BOX = (0.0, 0.0, 1_000.0, 800.0)
BY_M = 300.0
AROUND = shapely.buffer(shapely.box(*BOX), BY_M)
places = st.tuples(st.floats(-350, 1_350), st.floats(-350, 1_150))


@given(corners=st.lists(st.tuples(places, st.floats(0.1, 400)), min_size=1, max_size=4))
def test_shapes_that_lie_deep_inside_are_within_and_meet(
    corners: list[tuple[tuple[float, float], float]],
) -> None:
    shapes = np.array(
        [shapely.box(x, y, x + size, y + size) for (x, y), size in corners],
        dtype=object,
    )

    within = within_widened(shapes, BOX, BY_M)

    assert within.tolist() == shapely.covered_by(shapes, AROUND).tolist()
    assert meet_widened(shapes, BOX, BY_M).tolist() == (
        shapely.intersects(shapes, AROUND).tolist()
    )
    assert within.all() or not all_deep_inside(shapes, BOX, BY_M)


def test_a_layer_within_its_county_lies_deep_inside() -> None:
    shapes = np.array([shapely.box(-5, -5, 1_005, 805)], dtype=object)

    assert all_deep_inside(shapes, BOX, BY_M)


def test_a_corner_beyond_the_round_one_is_not_deep_inside() -> None:
    shapes = np.array([shapely.box(-250, -250, -240, -240)], dtype=object)

    assert not within_widened(shapes, BOX, BY_M).any()
    assert not all_deep_inside(shapes, BOX, BY_M)


def test_a_place_that_is_no_number_is_not_deep_inside() -> None:
    shapes = np.array([shapely.box(1, 1, 2, 2), shapely.Polygon()], dtype=object)

    assert not all_deep_inside(shapes, BOX, BY_M)


def test_of_no_shapes_all_lie_deep_inside() -> None:
    assert all_deep_inside(np.zeros(0, dtype=object), BOX, BY_M)
