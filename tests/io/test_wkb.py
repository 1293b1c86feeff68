"""`zoning.io.wkb` and `arcs`: as GEOS reads them; arcs within a centimetre."""

import math
import struct
from typing import Literal

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from zoning.errors import SiteError
from zoning.io.arcs import chords
from zoning.io.outlines import geometry_of
from zoning.io.wkb import read_wkb

FLAVORS: tuple[Literal["iso", "extended"], ...] = ("iso", "extended")
WKT = [
    "POINT (1 2)",
    "MULTIPOINT ((1 2), (3 4))",
    "LINESTRING (0 0, 5 5, 9 1)",
    "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
    "POLYGON ((0 0, 9 0, 9 9, 0 9, 0 0), (2 2, 2 4, 4 4, 4 2, 2 2))",
    "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
    "GEOMETRYCOLLECTION (POLYGON ((0 0, 1 0, 1 1, 0 0)))",
]


def circular(*points: tuple[float, float]) -> bytes:
    flat = b"".join(struct.pack("<2d", *point) for point in points)
    return struct.pack("<BII", 1, 8, len(points)) + flat


def line(*points: tuple[float, float]) -> bytes:
    flat = b"".join(struct.pack("<2d", *point) for point in points)
    return struct.pack("<BII", 1, 2, len(points)) + flat


def gathered(kind: int, *parts: bytes) -> bytes:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts)


def refusal(content: bytes) -> str:
    with pytest.raises(SiteError) as caught:
        read_wkb(content, "a#1")
    return caught.value.problem.code


@pytest.mark.parametrize("text", WKT)
@pytest.mark.parametrize("order", [0, 1])
@pytest.mark.parametrize("flavor", FLAVORS)
@pytest.mark.parametrize("height", [False, True])
def test_every_plain_type_is_read_as_geos_reads_it(
    text: str, order: int, flavor: Literal["iso", "extended"], *, height: bool
) -> None:
    shape = shapely.from_wkt(text)
    drawn = shapely.force_3d(shape, 5.0) if height else shape
    content = shapely.to_wkb(drawn, byte_order=order, flavor=flavor)

    found = read_wkb(bytes(content), "a#1")

    assert geometry_of(found.outline, "a#1").geometry.equals(shape)
    assert found.outline.has_height is height
    assert not found.arcs


@pytest.mark.parametrize("text", WKT)
def test_no_cut_geometry_is_read(text: str) -> None:
    content = bytes(shapely.from_wkt(text).wkb)

    assert {refusal(content[:end]) for end in range(len(content))} == {
        "SITE_FILE_DAMAGED"
    }
    assert refusal(content + b"\0") == "SITE_FILE_DAMAGED"


@pytest.mark.parametrize("kind", [0, 13, 14, 15, 16, 17, 999])
def test_surfaces_and_unknown_types_are_refused(kind: int) -> None:
    assert refusal(gathered(kind)) == "GEOMETRY_TYPE_UNSUPPORTED"


def test_endless_nesting_is_refused() -> None:
    content = gathered(7)
    for _ in range(5000):
        content = gathered(7, content)

    assert refusal(content) == "SITE_FILE_DAMAGED"


def test_an_srid_within_is_refused() -> None:
    shape = shapely.set_srid(shapely.Point(1, 2), 4546)

    assert refusal(bytes(shapely.to_wkb(shape, include_srid=True))) == (
        "SITE_FILE_DAMAGED"
    )


# ----------------------------------------------------------------------- arcs
@given(
    st.floats(0.5, 50_000),
    st.floats(0, 2 * math.pi),
    st.floats(0.05, 3.0),
    st.floats(0.05, 3.0),
)
def test_chords_stay_within_a_centimetre_of_their_arc(
    radius: float, start: float, first: float, second: float
) -> None:
    center = np.array([395_000.0, 3_440_000.0])
    angles = np.array([start, start + first, start + first + second])
    given_points = center + radius * np.column_stack([np.cos(angles), np.sin(angles)])

    xy = chords(given_points)

    middles = (xy[1:] + xy[:-1]) / 2
    assert np.abs(np.hypot(*(xy - center).T) - radius).max() < 1e-3
    assert (radius - np.hypot(*(middles - center).T)).max() < 0.0111
    for point in given_points:
        assert (xy == point).all(axis=1).any()
    turned = np.unwrap(np.arctan2(*(xy - center).T[::-1]))
    assert turned[-1] - turned[0] == pytest.approx(first + second, abs=1e-6)


def test_a_circle_by_three_points_has_its_area() -> None:
    ring = circular((394_500, 3_440_000), (395_500, 3_440_000), (394_500, 3_440_000))

    found = read_wkb(gathered(10, ring), "a#1")

    area = geometry_of(found.outline, "a#1").geometry.area
    assert found.arcs
    assert abs(area - math.pi * 500**2) < 2 * math.pi * 500 * 0.01
    assert area < math.pi * 500**2


def test_a_chain_of_line_and_arc_is_one_ring() -> None:
    """A square of 100 m with a half circle on it."""
    chain = gathered(
        9,
        line((0, 1000), (0, 900), (100, 900), (100, 1000)),
        circular((100, 1000), (50, 1050), (0, 1000)),
    )

    found = read_wkb(gathered(12, gathered(10, chain)), "a#1")

    area = geometry_of(found.outline, "a#1").geometry.area
    assert area == pytest.approx(100 * 100 + math.pi * 50**2 / 2, abs=2)


def test_points_on_a_line_make_a_line() -> None:
    xy = np.array([[0.0, 500.0], [50.0, 500.0], [100.0, 500.0]])

    assert chords(xy).tolist() == xy.tolist()


@pytest.mark.parametrize(
    "content",
    [
        gathered(9, line((0, 0), (1, 1)), line((5, 5), (6, 6))),
        gathered(9, gathered(7)),
        circular((0, 0), (1, 1)),
        circular((0, 900), (1, 900), (2, 900), (3, 950)),
    ],
)
def test_curves_that_do_not_join_are_refused(content: bytes) -> None:
    assert refusal(content) == "SITE_FILE_DAMAGED"


def test_an_arc_that_no_drawing_has_is_refused() -> None:
    far = 8e8
    ring = circular((-far, 0), (far, 0), (-far, 0))

    assert refusal(gathered(10, ring)) == "SITE_FILE_DAMAGED"
