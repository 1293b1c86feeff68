"""The benchmark of circuits at a small size: both ways give the same maps."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.cells import accumulated, beside, county_sources, pattern
from benchmarks.corridors import all_pairs, multigrid


@pytest.mark.parametrize("method", ["superlu", "multigrid"])
def test_all_pairs_by_few_solves_are_the_pairs_one_by_one(method: str) -> None:
    found = all_pairs(method, side=60, count=6)

    assert (found["solves"], found["pairs"]) == (5, 15)
    assert found["worst"] <= 1e-9


def test_multigrid_needs_few_steps_on_the_scene() -> None:
    assert multigrid(120, 150)["steps"] <= 12


def test_what_the_peers_are_given_is_what_ours_was_measured_on(tmp_path: Path) -> None:
    accumulated(40, tmp_path)
    ground, cost = np.load(tmp_path / "ground.npy"), np.load(tmp_path / "ours.npy")
    row, column = np.load(tmp_path / "start.npy")
    assert cost[row, column] == 0
    assert cost[row, column + 1] == (1 + ground[row, column + 1]) / 2  # in cells

    assert set(pattern(40, tmp_path)) == set(np.load(tmp_path / "given.npz").files)


def test_the_county_has_its_sources() -> None:
    assert np.unique(county_sources((300, 340))).tolist() == list(range(23))


@pytest.mark.slow
@pytest.mark.skipif(
    os.environ.get("ZONING_THOROUGH") != "1",
    reason="ZONING_THOROUGH=1 compares with scikit-image",
)
def test_costs_are_those_of_scikit_image(tmp_path: Path) -> None:
    accumulated(500, tmp_path)
    assert isinstance(beside("skimage_mcp", tmp_path, 1), dict)
    ours, theirs = np.load(tmp_path / "ours.npy"), np.load(tmp_path / "skimage.npy")
    np.testing.assert_allclose(ours, theirs, rtol=1e-12)
