"""Accumulated cost against scipy's Dijkstra, and the ways it is made of."""

from pathlib import Path

import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from zoning.corridors.grid import Grid
from zoning.corridors.least_cost import accumulate, corridor, least_cost_path
from zoning.errors import LayerError, UsageError

Floats = NDArray[np.float64]
STEPS = [(0, 1), (1, 0), (1, 1), (1, -1)]


def grid(values: NDArray[np.generic], width: float = 1.0, height: float = 1.0) -> Grid:
    return Grid(
        values=values,
        transform=(width, 0, 400_000, 0, -height, 3_440_000),
        crs="EPSG:4546",
    )


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Floats, NDArray[np.int32], float, float]:
    rows, columns = draw(st.integers(1, 12)), draw(st.integers(2, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    ground = np.exp(rng.uniform(0, 5, (rows, columns)))
    ground[rng.random((rows, columns)) < draw(st.sampled_from([0, 0.2, 0.4]))] = np.nan
    label = np.zeros((rows, columns), dtype=np.int32)
    picks = rng.choice(rows * columns, size=min(3, rows * columns), replace=False)
    label.ravel()[picks] = [1, 2, 3][: len(picks)]
    sizes = st.sampled_from([1.0, 30.0, 12.5])
    return ground, label, draw(sizes), draw(sizes)


def by_scipy(
    ground: Floats, label: NDArray[np.int32], size: tuple[float, float]
) -> Floats:
    """Build the graph edge by edge, and let scipy find the nearest source."""
    rows, columns = ground.shape
    number = np.arange(rows * columns).reshape(rows, columns)
    tails, heads, costs = [], [], []
    for dr, dc in STEPS:
        for r in range(rows - dr):
            for c in range(max(0, -dc), columns - max(0, dc)):
                a, b = ground[r, c], ground[r + dr, c + dc]
                if np.isfinite(a) and np.isfinite(b):
                    tails.append(number[r, c])
                    heads.append(number[r + dr, c + dc])
                    costs.append((a + b) / 2 * np.hypot(dr * size[1], dc * size[0]))
    shape = (rows * columns, rows * columns)
    graph = coo_array((costs, (tails, heads)), shape=shape).tocsr()
    starts = np.flatnonzero((label.ravel() != 0) & np.isfinite(ground.ravel()))
    if len(starts) == 0:
        return np.full(ground.shape, np.inf)
    every = dijkstra(graph, directed=False, indices=starts)
    return np.asarray(every.min(axis=0)).reshape(rows, columns)


@given(scene=scenes())
def test_cost_is_that_of_a_graph_of_all_steps(
    scene: tuple[Floats, NDArray[np.int32], float, float],
) -> None:
    ground, label, width, height = scene
    found = accumulate(grid(ground, width, height), grid(label, width, height))
    expected = by_scipy(ground, label, (width, height))
    assert found.cost == pytest.approx(expected, rel=1e-12)
    assert ((found.allocation == 0) == np.isinf(expected)).all()


@given(scene=scenes())
def test_a_path_costs_what_was_accumulated_step_by_step(
    scene: tuple[Floats, NDArray[np.int32], float, float],
) -> None:
    ground, label, width, height = scene
    found = accumulate(grid(ground, width, height), grid(label, width, height))
    for row, column in np.argwhere(np.isfinite(found.cost)).tolist():
        path = least_cost_path(found, row, column)
        assert path is not None
        r, c = path.cells.T
        assert label[r[0], c[0]] == found.allocation[row, column]
        assert np.abs(np.diff(path.cells, axis=0)).max(initial=0) <= 1
        length = np.hypot(np.diff(r) * height, np.diff(c) * width)
        cost = ((ground[r[:-1], c[:-1]] + ground[r[1:], c[1:]]) / 2 * length).sum()
        assert cost == pytest.approx(found.cost[row, column], rel=1e-12, abs=1e-12)
        assert path.length_m == pytest.approx(length.sum(), rel=1e-9)


@given(scene=scenes())
def test_a_corridor_is_nought_along_the_path_and_less_nowhere(
    scene: tuple[Floats, NDArray[np.int32], float, float],
) -> None:
    ground, label, width, height = scene
    raster = grid(ground, width, height)
    one, two = (
        (
            accumulate(raster, grid(np.where(label == k, label, 0), width, height))
            for k in (1, 2)
            if (label == k).any()
        )
        if {1, 2} <= set(label.ravel().tolist())
        else (None, None)
    )
    if one is None or two is None:
        return
    swath = corridor(one, two)
    assert (swath >= -1e-9).all()
    row, column = np.argwhere(label == 2)[0].tolist()
    path = least_cost_path(one, row, column)
    if path is not None:
        assert swath[path.cells[:, 0], path.cells[:, 1]] == pytest.approx(0, abs=1e-9)


def test_a_limit_and_wanted_cells_end_the_search_with_the_same_costs() -> None:
    rng = np.random.default_rng(3)
    ground = rng.uniform(1, 50, (40, 50))
    label = np.zeros((40, 50), dtype=np.int32)
    label[5, 5] = 7
    whole = accumulate(grid(ground), grid(label))
    near = accumulate(grid(ground), grid(label), limit=200.0)
    assert np.array_equal(near.cost, np.where(whole.cost <= 200, whole.cost, np.inf))
    goal = np.zeros((40, 50), dtype=bool)
    goal[8, 9] = True
    soon = accumulate(grid(ground), grid(label), until=goal)
    settled = np.isfinite(soon.cost)
    assert settled[8, 9]
    assert np.array_equal(soon.cost[settled], whole.cost[settled])
    assert settled.sum() < settled.size


def test_the_published_grid_has_its_true_least_path(shared: Path) -> None:
    """A package found a dearer path on this grid; the true one costs 3."""
    folder = shared / "oracles/grainscape"
    with rasterio.open(folder / "issue72_resistance.tif") as source:
        ground = source.read(1, masked=True).astype(float).filled(np.nan)
    with rasterio.open(folder / "issue72_patchID.tif") as source:
        patch = source.read(1, masked=True).filled(0)
    patch = patch.astype(np.int32)
    found = accumulate(grid(ground), grid(np.where(patch == 591, patch, 0)))
    ends = np.argwhere(patch == 615)
    row, column = min(ends.tolist(), key=lambda end: found.cost[tuple(end)])
    path = least_cost_path(found, row, column)
    assert path is not None
    assert ground[path.cells[:, 0], path.cells[:, 1]].sum() == 3
    assert path.cost == 2  # from the centre of the first cell to that of the last


def test_nothing_passes_a_wall_and_a_hole_in_it_is_found() -> None:
    ground = np.ones((3, 5))
    ground[:, 2] = np.nan
    label = np.zeros((3, 5), dtype=np.int32)
    label[1, 0] = 1
    found = accumulate(grid(ground), grid(label))
    assert np.isinf(found.cost[:, 3:]).all()
    assert least_cost_path(found, 1, 4) is None
    ground[0, 2] = 1.0
    open_wall = accumulate(grid(ground), grid(label))
    assert open_wall.cost[1, 4] == pytest.approx(2 * np.sqrt(2) + 2)


@pytest.mark.parametrize("worth", [0.0, -1.0])
def test_ground_without_resistance_is_refused(worth: float) -> None:
    ground = np.ones((2, 2))
    ground[1, 0] = worth
    with pytest.raises(LayerError, match="E546"):
        accumulate(grid(ground), grid(np.eye(2, dtype=np.int32)))


def test_no_source_and_other_cells_are_refused() -> None:
    with pytest.raises(UsageError, match="E583"):
        accumulate(grid(np.ones((2, 2))), grid(np.zeros((2, 2), dtype=np.int32)))
    with pytest.raises(LayerError, match="E541"):
        accumulate(grid(np.ones((2, 2))), grid(np.eye(2, dtype=np.int32), 2.0))
