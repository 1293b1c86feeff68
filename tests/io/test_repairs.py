"""What the log of repairs says, against areas counted by hand."""

from collections.abc import Sequence

import numpy as np
import pytest
import shapely

from zoning.io.repairs import repairs_of, two_areas
from zoning.topology import RepairOutcome, repair_polygons

Outline = Sequence[tuple[float, float]]

PLANE = "EPSG:4546"
EAST, NORTH = 395_000.0, 3_440_000.0
ELLIPSOID = 0.001  # the plane exaggerates areas by less than this


def drawn(*outlines: Outline) -> RepairOutcome:
    shapes = [
        shapely.Polygon([(EAST + x, NORTH + y) for x, y in outline])
        for outline in outlines
    ]
    return repair_polygons(np.array(shapes, dtype=object), PLANE)


SQUARE = [(0, 0), (100, 0), (100, 100), (0, 100)]
BOW_TIE = [(0, 0), (100, 100), (100, 0), (0, 100)]
# Goes twice round its middle: 100 x 100 with 50 x 50 drawn over itself.
LOOP = [
    *[(0, 0), (100, 0), (100, 75), (25, 75), (25, 25)],
    *[(75, 25), (75, 100), (0, 100)],
]


def test_a_square_drawn_twice_is_in_the_log_with_its_change_of_area() -> None:
    (row, repair), *others = repairs_of(drawn(SQUARE, [*SQUARE, *SQUARE]))

    assert (row, others) == (1, [])
    assert repair.area_change_m2 == pytest.approx(-10_000, rel=ELLIPSOID)


def test_a_bow_tie_is_named_with_its_area_as_drawn_and_as_repaired() -> None:
    names = np.array(["H1"], dtype=object)

    (told,) = two_areas(drawn(BOW_TIE), names)

    drawn_m2, repaired_m2 = areas_in(told)
    assert drawn_m2 == 0
    assert repaired_m2 == pytest.approx(5_000, rel=ELLIPSOID)


def test_a_shape_of_two_areas_is_named_with_both() -> None:
    outcome = drawn(SQUARE, LOOP)
    names = np.array(["H1", "H2"], dtype=object)

    (told,) = two_areas(outcome, names)

    first, second = areas_in(told)
    assert told.startswith("H2 (")
    assert outcome.usable.tolist() == [True, False]
    assert list(repairs_of(outcome)) == []
    assert {round(first, -2), round(second, -2)} == {*expected(LOOP)}


def areas_in(told: str) -> tuple[float, float]:
    """Return the two areas of a text."""
    areas = told.removesuffix(" m²)").split(" (")[1]
    first, second = (float(area.replace(",", "")) for area in areas.split(" / "))
    return first, second


def expected(outline: Outline) -> tuple[float, float]:
    """Return the areas under the even-odd and the non-zero rule, by hundreds.

    Counted by hand on squares of 25 m.
    """
    inside_odd, inside_any = 0, 0
    for i in range(4):
        for j in range(4):
            times = winding((25 * i + 12.5, 25 * j + 12.5), outline)
            inside_odd += times % 2
            inside_any += times != 0
    return round(inside_odd * 625.0, -2), round(inside_any * 625.0, -2)


def winding(point: tuple[float, float], outline: Outline) -> int:
    turns = 0.0
    x, y = point
    for (x0, y0), (x1, y1) in zip(outline, [*outline[1:], outline[0]], strict=True):
        first, second = np.arctan2(y0 - y, x0 - x), np.arctan2(y1 - y, x1 - x)
        turns += (second - first + np.pi) % (2 * np.pi) - np.pi
    return round(abs(turns) / (2 * np.pi))
