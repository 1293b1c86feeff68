"""Malformed rule packs: every problem on its line, with a cure; the twin passes."""

from pathlib import Path

import pytest
from twins import Pair, changed, line_of, pairs, require_words, told

from zoning.errors import RulePackError
from zoning.rules.packs import read_rule_book

CASES = pairs("packs.yaml")
NAME = "own.yaml"

each_pair = pytest.mark.parametrize("pair", CASES.values(), ids=CASES.keys())


def written(folder: Path, text: str) -> Path:
    (folder / NAME).write_text(text, encoding="utf-8")
    return folder


@each_pair
def test_a_bad_pack_lists_exactly_its_problems(pair: Pair, tmp_path: Path) -> None:
    bad = changed(pair.twin, pair.wrong)

    with pytest.raises(RulePackError) as caught:
        read_rule_book(("national", NAME), written(tmp_path, bad))

    problems = caught.value.problems
    assert told(problems) == sorted(
        (one.code, f"{NAME}:{line_of(bad, one.at)}") for one in pair.problems
    )
    require_words(problems, pair.problems)


@each_pair
def test_no_problem_of_a_pack_looks_like_a_finding(pair: Pair, tmp_path: Path) -> None:
    bad = changed(pair.twin, pair.wrong)

    with pytest.raises(RulePackError) as caught:
        read_rule_book((NAME,), written(tmp_path, bad))

    for problem in caught.value.problems:
        assert problem.number.startswith("E3")
        assert problem.text("zh").startswith(f"规则包 {NAME} 有误")
        assert problem.text("en").startswith(f"rule pack {NAME} is malformed")


@each_pair
def test_the_good_twin_is_read(pair: Pair, tmp_path: Path) -> None:
    good = changed(pair.twin, pair.right)

    book = read_rule_book(("national", NAME), written(tmp_path, good))

    assert [rule.id for rule in book.rules][-2:] == ["OWN-001", "OWN-002"]


def test_there_are_enough_pairs_and_some_with_many_problems() -> None:
    assert len(CASES) >= 18
    assert sum(len(pair.problems) >= 3 for pair in CASES.values()) >= 6
