"""The benchmark of circuits at a small size: both ways give the same maps."""

import pytest

from benchmarks.corridors import all_pairs, multigrid


@pytest.mark.parametrize("method", ["superlu", "multigrid"])
def test_all_pairs_by_few_solves_are_the_pairs_one_by_one(method: str) -> None:
    found = all_pairs(method, side=60, count=6)

    assert (found["solves"], found["pairs"]) == (5, 15)
    assert found["worst"] <= 1e-9


def test_multigrid_needs_few_steps_on_the_scene() -> None:
    assert multigrid(120, 150)["steps"] <= 12
