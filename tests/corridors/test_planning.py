"""The forecast: what is chosen, what is refused, what would fit."""

from math import sqrt

import pytest

from zoning.corridors.direct import installed
from zoning.corridors.planning import Work, known_methods, plan, size_told
from zoning.errors import UsageError

GIB = 2**30


def test_many_solves_of_one_small_circuit_go_to_a_factor() -> None:
    chosen = plan(Work(nodes=100_000, solves=200), free_bytes=8 * GIB)

    assert chosen.method in installed()


def test_one_solve_of_a_large_circuit_goes_to_multigrid() -> None:
    chosen = plan(Work(nodes=3_300_000, solves=1), free_bytes=8 * GIB)

    assert chosen.method == "multigrid"
    assert chosen.seconds < 30
    assert chosen.memory_bytes < 4 * GIB


def test_merged_cells_and_networks_never_go_to_multigrid() -> None:
    work = Work(nodes=3_000_000, solves=1, merged=True)

    assert plan(work, free_bytes=64 * GIB, method="multigrid").method == "algebraic"


def test_a_short_memory_turns_to_what_needs_less() -> None:
    work = Work(nodes=1_000_000, solves=500)
    ample = plan(work, free_bytes=64 * GIB)
    short = plan(work, free_bytes=2 * GIB)

    assert ample.method in installed()
    assert short.method == "multigrid"
    assert short.memory_bytes <= 0.7 * 2 * GIB


def test_past_seventy_percent_the_cell_that_would_fit_is_named() -> None:
    work = Work(nodes=30_000_000, solves=1, cell=10.0)
    needed = plan(work, free_bytes=1000 * GIB, method="multigrid").memory_bytes
    free = int(needed / 0.7 / 4)

    with pytest.raises(UsageError) as refused:
        plan(work, free_bytes=free)

    problem = refused.value.problem
    assert problem.number == "E552"
    assert problem.values["cell"] == f"{10 * sqrt(4):.3g}"
    coarser = Work(nodes=30_000_000 // 4, solves=1, cell=20.0)
    assert plan(coarser, free_bytes=free + 1).method == "multigrid"


def test_an_unknown_solver_is_refused_with_those_there_are() -> None:
    with pytest.raises(UsageError) as refused:
        plan(Work(nodes=10, solves=1), free_bytes=GIB, method="magic")

    assert refused.value.problem.number == "E553"
    for name in known_methods():
        assert name in refused.value.problem.cure("en")


def test_sizes_are_told_as_a_person_reads_them() -> None:
    assert [size_told(n) for n in (10, 3e6, 5 * GIB)] == ["1 MiB", "3 MiB", "5.0 GiB"]
