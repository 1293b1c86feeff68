"""Access lists that cannot be relied on: all told at once; the twin is read whole."""

from collections import Counter
from pathlib import Path

import pytest
from sheets import write_sheet
from twins import Pair, pairs, require_words

from zoning.errors import LayerError, Problem
from zoning.io.access_list import AccessList, read_access_list
from zoning.io.catalogue import catalogue
from zoning.io.config import LayerEntry
from zoning.io.layer_place import LayerPlace

CASES = pairs("access_lists.yaml")
NAME = "清单.xlsx"

each_pair = pytest.mark.parametrize("pair", CASES.values(), ids=CASES.keys())


def read(folder: Path) -> AccessList:
    place = LayerPlace(folder=folder, crs="EPSG:4546", county=None)
    entry = LayerEntry.model_validate({"path": NAME})
    return read_access_list(entry, catalogue()["access_list"], place)


def problems_of(folder: Path) -> tuple[Problem, ...]:
    try:
        return read(folder).problems
    except LayerError as error:
        return error.problems


@each_pair
def test_a_bad_list_tells_exactly_its_problems(pair: Pair, tmp_path: Path) -> None:
    write_sheet(tmp_path / NAME, pair.twin, pair.wrong)

    problems = problems_of(tmp_path)

    expected = Counter(one.code for one in pair.problems)
    assert Counter(problem.code for problem in problems) == expected
    require_words(problems, pair.problems)


@each_pair
def test_the_good_twin_of_a_list_is_read_whole(pair: Pair, tmp_path: Path) -> None:
    write_sheet(tmp_path / NAME, pair.twin, pair.right)

    found = read(tmp_path)

    assert found.problems == ()
    assert [c.id for c in found.clauses] == ["C-1", "Q-1", "U-1", "U-2"]
    assert [c.level for c in found.clauses] == ["city", "county", "unit", "unit"]
    assert len({c.dimension for c in found.clauses}) == 4
    assert found.clauses[0].activities == ("chemical_project",)
    assert found.clauses[3].activities == ("road", "railway")
    assert [c.severity for c in found.clauses] == [
        "prohibit",
        "restrict",
        "info",
        "prohibit",
    ]


def test_there_are_enough_pairs() -> None:
    assert len(CASES) >= 10
