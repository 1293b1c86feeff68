"""Spatial patterns: drawn by hand, turned and mirrored, and a published table."""

import os
from pathlib import Path
from typing import Literal

import numpy as np
import pattern_drawings as drawn
import pytest
import rasterio
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import ndimage

from benchmarks.peers.environments import python_of
from benchmarks.processes import asked
from zoning.corridors.grid import Grid
from zoning.corridors.mspa import (
    Pattern,
    PatternClass,
    PatternRule,
    spatial_pattern,
)
from zoning.errors import UsageError

Bools = NDArray[np.bool_]
THOROUGH = os.environ.get("ZONING_THOROUGH") == "1"
TURNS = [(turn, mirror) for mirror in (False, True) for turn in range(4)]
PUBLISHED = {
    PatternClass.CORE: 75.09,
    PatternClass.EDGE: 13.54,
    PatternClass.PERFORATION: 2.17,
    PatternClass.ISLET: 3.26,
    PatternClass.BRANCH: 3.93,
    PatternClass.LOOP: 0.60,
    PatternClass.BRIDGE: 1.42,
}
"""Percent of the foreground, GWB's table for its example, 8 neighbours, 1, 1, 1."""


def grid(cells: NDArray[np.generic], nodata: float | None = None) -> Grid:
    return Grid(
        values=cells,
        transform=(25.0, 0, 400_000, 0, -25.0, 3_440_000),
        crs="EPSG:4546",
        nodata=nodata,
    )


def codes(cells: Bools, rule: PatternRule | None = None) -> NDArray[np.int64]:
    pattern = spatial_pattern(grid(cells.astype(np.uint8)), rule)
    return np.asarray(pattern.codes.values, dtype=np.int64)


def turned(
    cells: NDArray[np.generic], turn: int, *, mirror: bool
) -> NDArray[np.generic]:
    return np.ascontiguousarray(np.rot90(cells.T if mirror else cells, turn))


def random_shape(seed: int, size: int = 26) -> Bools:
    """Return blobs, holes and strips with a margin of background."""
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(
        rng.standard_normal((size, size)), 0.7 + seed % 7 / 4
    )
    cells = smooth > np.quantile(smooth, rng.uniform(0.1, 0.6))
    if seed % 2:
        for _ in range(5):
            row, column, high, wide = rng.integers(1, 12, 4)
            cells[row : row + high, column : column + wide] ^= True
    cells &= rng.random((size, size)) > seed % 3 / 50
    return np.pad(cells, 3)


PLAIN = PatternRule(inside=False)


@pytest.mark.parametrize(
    "drawing", [drawn.TWO_JOINED, drawn.RING_WITH_LOOP, drawn.HOLED]
)
def test_every_cell_of_a_drawing_is_what_the_pencil_says(drawing: str) -> None:
    wanted = drawn.codes_of(drawing)
    assert codes(wanted != 0, PLAIN).tolist() == wanted.tolist()


def test_the_holes_of_cores_and_of_shapes_are_told_apart() -> None:
    holed = drawn.codes_of(drawn.HOLED)
    hole = ndimage.binary_fill_holes(holed == 17) & (holed != 17)
    assert codes(holed != 0).tolist() == (holed + 100 * hole).tolist()
    looped = drawn.codes_of(drawn.RING_WITH_LOOP)
    opening = ndimage.binary_fill_holes(looped != 0) & (looped == 0)
    assert codes(looped != 0).tolist() == (looped + 220 * opening).tolist()


def test_edges_close_where_transitions_are_not_asked_for() -> None:
    wanted = drawn.codes_of(drawn.TWO_JOINED)
    closed = np.where(wanted == 35, 3, wanted)
    rule = PatternRule(transition=False, inside=False)
    assert codes(wanted != 0, rule).tolist() == closed.tolist()


def test_a_corner_joins_under_eight_neighbours_and_not_under_four() -> None:
    wanted = drawn.codes_of(drawn.CORNERS)
    four = PatternRule(connectivity=4, inside=False)
    assert codes(wanted != 0, four).tolist() == wanted.tolist()
    joined = np.where(wanted == 9, 1, wanted)
    assert codes(wanted != 0, PLAIN).tolist() == joined.tolist()


def test_an_edge_is_as_wide_as_it_is_asked_to_be() -> None:
    wanted = drawn.codes_of(drawn.WIDE_EDGE)
    found = codes(wanted != 0, PatternRule(edge_width=2, inside=False))
    assert found.tolist() == wanted.tolist()


def test_the_border_of_the_map_and_missing_cells_end_no_core() -> None:
    full = np.ones((6, 7), dtype=np.uint8)
    assert (codes(full == 1) == 17).all()
    full[2, 3] = 255
    found = spatial_pattern(grid(full, nodata=255)).codes.values
    assert found[2, 3] == 129
    assert (np.delete(found.ravel(), 2 * 7 + 3) == 17).all()


def test_land_within_missing_cells_is_not_inside_anything() -> None:
    """An island in a sea of missing cells: its clearing is a hole, its shore none."""
    cells = np.full((21, 25), 255, dtype=np.uint8)
    cells[3:18, 3:22] = 1
    cells[3:18, 3:6] = 0  # background from shore to shore
    cells[9:12, 12:15] = 0  # a clearing
    found = spatial_pattern(grid(cells, nodata=255)).codes.values
    assert (found[3:18, 3:6] == 0).all()
    assert (found[9:12, 12:15] == 100).all()
    assert (found[3:18, 6] == 3).all()  # edge along the background
    assert (found[3, 8:22] == 17).all()  # no edge along the sea
    assert (found[8, 11:16] == 105).all()
    assert (found[cells == 255] == 129).all()


def test_missing_cells_between_two_cores_join_them_in_no_way() -> None:
    cells = np.zeros((11, 21), dtype=np.uint8)
    cells[1:10, 1:10] = cells[1:10, 11:20] = 1
    cells[4:7, 10] = 255
    apart = spatial_pattern(grid(cells, nodata=255)).codes.values
    cells[4:7, 10] = 1
    joined = spatial_pattern(grid(cells, nodata=255)).codes.values
    for found, cores in ((apart, 2), (joined, 1)):
        assert (found[5, 9], found[5, 11]) == (17, 17)
        assert ndimage.label(found == 17)[1] == cores
        assert not np.isin(found, [33, 35, 37, 65, 67, 69]).any()


@given(
    st.integers(0, 2**31),
    st.sampled_from([4, 8]),
    st.integers(1, 4),
    st.sampled_from(TURNS[1:]),
)
@settings(max_examples=200 if THOROUGH else 15)
def test_a_turned_or_mirrored_map_has_the_turned_pattern(
    seed: int, connectivity: Literal[4, 8], edge_width: int, how: tuple[int, bool]
) -> None:
    rule = PatternRule(connectivity=connectivity, edge_width=edge_width)
    cells = random_shape(seed).astype(np.uint8)
    turn, mirror = how
    cells[random_shape(seed + 1) & (seed % 3 == 0)] = 255  # some have missing cells
    other = grid(turned(cells, turn, mirror=mirror), nodata=255)
    found = spatial_pattern(grid(cells, nodata=255), rule).codes.values
    after = spatial_pattern(other, rule).codes.values
    assert after.tolist() == turned(found, turn, mirror=mirror).tolist()


@given(st.integers(0, 2**31), st.sampled_from([4, 8]), st.integers(1, 3))
@settings(max_examples=200 if THOROUGH else 15)
def test_branches_can_go_without_cutting_what_holds_a_core(
    seed: int, connectivity: Literal[4, 8], edge_width: int
) -> None:
    rule = PatternRule(connectivity=connectivity, edge_width=edge_width, inside=False)
    cells = random_shape(seed)
    found = codes(cells, rule)
    assert ((found != 0) == cells).all()
    joined = ndimage.generate_binary_structure(2, 1 + (connectivity == 8))
    with_branches, _ = ndimage.label(cells & (found != 9), joined)
    without, number = ndimage.label(cells & (found != 9) & (found != 1), joined)
    core = found == 17
    pairs = set(zip(with_branches[core].tolist(), without[core].tolist(), strict=True))
    assert len(pairs) == len({before for before, _ in pairs}) == number


def test_the_published_shares_of_the_example_are_met(shared: Path) -> None:
    with rasterio.open(shared / "oracles/mspa/example.tif") as source:
        given_cells = source.read(1)
    cells = np.where(given_cells == 0, 255, given_cells == 2).astype(np.uint8)
    shares = spatial_pattern(grid(cells, nodata=255)).shares()
    for kind, percent in PUBLISHED.items():
        assert abs(100 * shares[kind] - percent) <= 0.0101, kind


def test_a_pattern_without_foreground_has_no_shares() -> None:
    pattern = spatial_pattern(grid(np.zeros((4, 5), dtype=np.uint8)))
    assert isinstance(pattern, Pattern)
    assert all(np.isnan(share) for share in pattern.shares().values())


def test_a_rule_that_means_nothing_is_refused() -> None:
    with pytest.raises(UsageError) as raised:
        PatternRule(edge_width=0)
    assert raised.value.problem.code == "PATTERN_RULE"


CORSICA = {
    PatternClass.CORE: 200_934,
    PatternClass.EDGE: 61_706,
    PatternClass.PERFORATION: 9_331,
    PatternClass.ISLET: 978,
    PatternClass.BRANCH: 22_054,
    PatternClass.LOOP: 1_896,
    PatternClass.BRIDGE: 3_838,
}
"""Cells of the peer's own example as its documentation counts them, 8, 1, 1, 1."""


@pytest.fixture(scope="module")
def peer_python() -> Path:
    """Return the interpreter of an environment that holds the peer."""
    if not THOROUGH:
        pytest.skip("ZONING_THOROUGH=1 compares with pyguidos")
    return python_of("pyguidos_pattern")


@pytest.mark.slow
def test_cell_for_cell_with_pyguidos(peer_python: Path, tmp_path: Path) -> None:
    """The peer depends on how the map is turned: each cell is as in one turn of it."""
    rows = [np.hstack([random_shape(16 * i + j) for j in range(16)]) for i in range(15)]
    cells = np.vstack(rows)
    rules = [(connectivity, width) for connectivity in (8, 4) for width in (1, 2, 3)]
    maps = {
        f"t{turn}{int(mirror)}_{connectivity}_{width}": turned(
            cells, turn, mirror=mirror
        )
        for turn, mirror in TURNS
        for connectivity, width in rules
    }
    np.savez(tmp_path / "given.npz", **maps)  # type: ignore[arg-type]
    asked(peer_python, "benchmarks.peers.pyguidos_pattern", str(tmp_path), "1")
    found = np.load(tmp_path / "found.npz")
    neighbours: tuple[Literal[4, 8], ...] = (8, 4)
    for connectivity in neighbours:
        for width in (1, 2, 3):
            own = codes(cells, PatternRule(connectivity=connectivity, edge_width=width))
            every = np.stack(
                [
                    _turned_back(found[f"t{t}{int(m)}_{connectivity}_{width}"], t, m=m)
                    for t, m in TURNS
                ]
            )
            told = f"{connectivity} neighbours, edge width {width}"
            wrong = int((every != own).all(axis=0).sum())
            assert wrong == 0, f"{told}: {wrong} of {cells.sum()}"
            unsteady = int((every != every[0]).any(axis=0).sum())
            assert unsteady <= 0.01 * cells.sum(), told


@pytest.mark.slow
def test_an_island_in_missing_cells_is_as_the_peer_has_it(
    peer_python: Path, tmp_path: Path
) -> None:
    """The peer's own example: its published counts, and cell for cell but 14."""
    example = next(peer_python.parents[1].rglob("CLC2018_corsica_FNF.tif"))
    with rasterio.open(example) as source:
        given_cells = source.read(1)
    np.savez(tmp_path / "given.npz", island_8_1=given_cells - 1)
    asked(peer_python, "benchmarks.peers.pyguidos_pattern", str(tmp_path), "1")
    theirs = np.load(tmp_path / "found.npz")["island_8_1"]
    peers = Pattern(codes=grid(theirs), rule=PatternRule())
    assert peers.counts() == CORSICA

    cells = np.where(given_cells == 0, 255, given_cells == 2).astype(np.uint8)
    found = spatial_pattern(grid(cells, nodata=255))

    differ = (found.codes.values != theirs) & (given_cells > 0)
    far = ndimage.distance_transform_edt(given_cells != 0)
    assert (differ & (given_cells == 2)).sum() <= 14
    assert (differ & (given_cells == 1)).sum() <= 3
    assert far[differ].max() < 3
    for kind, share in found.shares().items():
        assert abs(share - CORSICA[kind] / sum(CORSICA.values())) < 5e-5, kind


def _turned_back(
    cells: NDArray[np.generic], turn: int, *, m: bool
) -> NDArray[np.generic]:
    back = np.rot90(cells, -turn)
    return back.T if m else back
