"""Gaps: where they begin and end, what causes them, and that none is made up."""

import os

import numpy as np
import pytest
import shapely
from layout_ground import X, Y, box, line, obstacle, tried
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from zoning.corridors.layout.values import LAYOUT_ITSELF, CorridorState

STRIP = box(0, 0, 3000, 200)
RING = shapely.Point(X, Y).buffer(1100, 64) - shapely.Point(X, Y).buffer(900, 64)
ACROSS = box(1000, -50, 1100, 250)
CELL_M = 30.0
SEEDS = range(20 if os.environ.get("ZONING_THOROUGH") == "1" else 3)


def test_a_broken_polygon_is_a_gap_of_the_plan_itself() -> None:
    found = tried(STRIP - ACROSS)

    (gap,) = found.gaps
    assert (gap.start_m, gap.end_m) == pytest.approx((1000, 1100), abs=0.01)
    assert gap.cause == LAYOUT_ITSELF
    assert gap.kind == "bare"
    assert found.passable_share == pytest.approx(2900 / 3000, abs=1e-6)
    assert found.continuity_share == pytest.approx(2900 / 3000, abs=1e-4)
    assert found.pieces == 2
    assert found.state is CorridorState.BROKEN


def test_what_fills_most_of_a_gap_is_its_cause() -> None:
    town = obstacle("town", box(1000, -50, 1080, 250))
    works = obstacle("works", box(1060, -50, 1100, 250))
    (gap,) = tried(STRIP, works, town).gaps

    assert gap.cause == "town"
    assert {one.id: round(one.share, 6) for one in gap.fills} == {
        "town": 0.8,
        "works": 0.4,
    }
    assert (gap.start_m, gap.end_m) == pytest.approx((1000, 1100), abs=0.01)


def test_a_gap_narrower_than_the_spacing_is_not_stepped_over() -> None:
    (gap,) = tried(STRIP, obstacle("wall", box(1003, -50, 1004, 250))).gaps

    assert gap.length_m == pytest.approx(1, abs=0.01)


def test_a_block_aslant_from_bank_to_bank_severs() -> None:
    wall = line((900, -10), (1300, 210)).buffer(5, cap_style="flat")
    found = tried(STRIP, obstacle("wall", wall))

    (gap,) = found.gaps
    assert gap.kind == "severed"
    assert gap.cause == "wall"
    # ground lies beside it all along; where it meets the banks it begins and ends
    assert 905 < gap.start_m < 945
    assert 1255 < gap.end_m < 1295
    assert found.state is CorridorState.BROKEN


def test_a_block_aslant_that_leaves_a_way_does_not_sever() -> None:
    wall = line((900, 20), (1300, 210)).buffer(5, cap_style="flat")

    assert tried(STRIP, obstacle("wall", wall)).gaps == ()


def test_a_crack_of_a_drawing_is_no_way_through() -> None:
    blocks = (box(1000, -50, 1100, 100), box(1000, 100.4, 1100, 250))

    assert len(tried(STRIP, obstacle("town", *blocks)).gaps) == 1
    wider = (box(1000, -50, 1100, 100), box(1000, 101.4, 1100, 250))
    assert tried(STRIP, obstacle("town", *wider)).gaps == ()


def test_where_the_axis_leaves_the_county_the_plan_is_not_broken() -> None:
    east = box(19_000, 0, 21_000, 200)
    strip = shapely.union(box(17_000, 0, 20_000, 200), east)
    drawn = shapely.difference(strip, box(20_000, -50, 20_500, 250))
    found = tried(drawn, lines={"r": line((16_000, 100), (22_000, 100))})

    assert [gap.cause for gap in found.gaps] == ["county"]
    assert found.passable_share == 1
    assert found.state is not CorridorState.BROKEN


@pytest.mark.parametrize("angle", [0, 90, 180, 250])
def test_a_ring_is_broken_where_it_is_cut_also_at_its_seam(angle: float) -> None:
    across = affinity.rotate(box(-1200, -50, -800, 50), angle, origin=(X, Y))
    found = tried(RING, obstacle("town", across))

    (gap,) = found.gaps
    # blocked from bank to bank where the outer bank is: 2 · 1000 · asin(50 / 1100)
    assert gap.length_m == pytest.approx(90.9, abs=8)


def test_a_ring_severed_aslant_is_found_though_there_is_a_way_round() -> None:
    for angle in (0.0, 100.0):
        wall = line((-300, 780), (300, 1180)).buffer(5, cap_style="flat")
        turned = affinity.rotate(wall, angle, origin=(X, Y))
        (gap,) = tried(RING, obstacle("wall", turned)).gaps
        assert gap.kind == "severed"


def test_nothing_left_is_absent() -> None:
    found = tried(STRIP, obstacle("town", box(-10, -10, 3010, 210)))

    assert found.state is CorridorState.ABSENT
    assert found.passable_share == pytest.approx(0)


def winding(rng: np.random.Generator) -> shapely.LineString:
    """Draw a river of our own: a slow wave from west to east."""
    x = np.arange(0, 6001, 40.0)
    wave = sum(
        rng.uniform(60, 160) * np.sin(2 * np.pi * x / rng.uniform(1800, 4000) + phase)
        for phase in rng.uniform(0, 6, 3)
    )
    drawn = shapely.LineString(np.column_stack([X + x, Y + wave]))
    turned: shapely.LineString = affinity.rotate(
        drawn, float(rng.uniform(0, 360)), origin=(X, Y)
    )
    return turned


def piece(river: shapely.LineString, start: float, end: float) -> BaseGeometry:
    """Cut a stretch out by its own points, without the tool under test."""
    at = np.linspace(start, end, 60)
    return shapely.LineString(
        shapely.get_coordinates(shapely.line_interpolate_point(river, at))
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_planted_anywhere_are_found_with_their_cause(seed: int) -> None:
    rng = np.random.default_rng(seed)
    river = winding(rng)
    width = float(rng.uniform(150, 350))
    strip: BaseGeometry = shapely.buffer(river, width / 2, cap_style="flat")
    length = float(river.length)
    edges = np.sort(rng.choice(np.arange(600, length - 600, 450), 4, replace=False))
    planted: list[tuple[float, float, str]] = []
    blocks: dict[str, list[BaseGeometry]] = {
        "town": [],
        "works": [],
        LAYOUT_ITSELF: [],
    }
    for start in edges:
        size = float(rng.uniform(40, 320))
        cause = str(rng.choice(list(blocks)))
        bare = piece(river, start, start + size).buffer(width, cap_style="flat")
        blocks[cause].append(bare)
        planted.append((float(start), float(start) + size, cause))
    strip = shapely.difference(strip, shapely.union_all(blocks.pop(LAYOUT_ITSELF)))
    obstacles = [obstacle(name, *shapes) for name, shapes in blocks.items()]
    drawn = river if rng.random() < 0.5 else shapely.reverse(river)
    found = tried(strip, *obstacles, target=width, lines={"r": drawn})

    ends = shapely.get_coordinates(river)[[0, -1]]
    if tuple(ends[1]) < tuple(ends[0]):  # chainage counts from the west
        planted = [(length - b, length - a, cause) for a, b, cause in planted]
    planted.sort()
    assert found.axis_name == "r"
    assert [gap.cause for gap in found.gaps] == [cause for *_, cause in planted]
    for gap, (start, end, _) in zip(found.gaps, planted, strict=True):
        assert gap.start_m == pytest.approx(start, abs=CELL_M)
        assert gap.end_m == pytest.approx(end, abs=CELL_M)


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_are_found_without_a_line_of_the_river(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    river = winding(rng)
    strip = shapely.buffer(river, 100, cap_style="flat")
    start = float(rng.uniform(1500, 4000))
    bare = piece(river, start, start + 200).buffer(130, cap_style="flat")
    found = tried(shapely.difference(strip, bare), target=200)

    (gap,) = found.gaps
    assert gap.cause == LAYOUT_ITSELF
    assert gap.length_m == pytest.approx(200, abs=CELL_M)
    middle = shapely.line_interpolate_point(river, start + 100)
    assert shapely.distance(gap.shape, middle) < CELL_M
