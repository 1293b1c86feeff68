"""Spatial patterns: drawn by hand, turned and mirrored, and a published table."""

import os
import subprocess
import sys
import venv
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

from zoning.corridors.grid import Grid
from zoning.corridors.mspa import (
    Pattern,
    PatternClass,
    PatternRule,
    spatial_pattern,
)
from zoning.errors import UsageError

Bools = NDArray[np.bool_]
ROOT = Path(__file__).resolve().parents[2]
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
    cells = random_shape(seed)
    turn, mirror = how
    other = codes(turned(cells, turn, mirror=mirror).astype(np.bool_), rule)
    assert other.tolist() == turned(codes(cells, rule), turn, mirror=mirror).tolist()


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


PEER = """
import sys, warnings, numpy, rasterio, pyguidos
from pathlib import Path
warnings.filterwarnings("ignore")
folder = Path(sys.argv[1])
given = numpy.load(folder / "given.npz")
found = {}
for name in given.files:
    for connectivity, width in [(8, 1), (8, 2), (8, 3), (4, 1), (4, 2), (4, 3)]:
        cells = given[name]
        path = folder / f"{name}.tif"
        with rasterio.open(path, "w", driver="GTiff", height=cells.shape[0],
                width=cells.shape[1], count=1, dtype="uint8", crs="EPSG:3035",
                transform=rasterio.transform.from_origin(4e6, 3e6, 25, 25)) as out:
            out.write(cells.astype("uint8") + 1, 1)
        pyguidos.mspa(str(path), connectivity=connectivity, edge_width=width,
            outdir=str(folder), statists=False, stat_files=False)
        out = folder / f"{name}_{connectivity}_{width}_1_1.tif"
        with rasterio.open(out) as read:
            found[f"{name}_{connectivity}_{width}"] = read.read(1)
numpy.savez(folder / "found.npz", **found)
"""


@pytest.fixture(scope="module")
def peer_python() -> Path:
    """Return the interpreter of an environment that holds the peer."""
    if not THOROUGH:
        pytest.skip("ZONING_THOROUGH=1 compares with pyguidos")
    folder = ROOT / "build/peers/pyguidos"
    python = folder / (
        "Scripts/python.exe" if sys.platform == "win32" else "bin/python"
    )
    if not python.exists():
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", "pyguidos==2.6.3"]
        subprocess.run(install, check=True)
    return python


@pytest.mark.slow
def test_cell_for_cell_with_pyguidos(peer_python: Path, tmp_path: Path) -> None:
    """The peer depends on how the map is turned: each cell is as in one turn of it."""
    rows = [np.hstack([random_shape(16 * i + j) for j in range(16)]) for i in range(15)]
    cells = np.vstack(rows)
    maps = {
        f"t{turn}{int(mirror)}": turned(cells, turn, mirror=mirror)
        for turn, mirror in TURNS
    }
    np.savez(tmp_path / "given.npz", **maps)  # type: ignore[arg-type]
    (tmp_path / "peer.py").write_text(PEER, encoding="utf-8")
    command = [str(peer_python), str(tmp_path / "peer.py"), str(tmp_path)]
    subprocess.run(command, check=True)
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


def _turned_back(
    cells: NDArray[np.generic], turn: int, *, m: bool
) -> NDArray[np.generic]:
    back = np.rot90(cells, -turn)
    return back.T if m else back
