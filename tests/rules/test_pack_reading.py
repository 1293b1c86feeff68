"""Malformed packs: all problems at once, each on its line, none taken for a site's."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from zoning.errors import RulePackError
from zoning.rules.packs import read_rule_book

GOOD = """\
schema: zoning/rules/1
id: own
version: "1"
title: {zh: 自编, en: own}
rules:
  - id: OWN-001
    scope: three_lines
    title: {zh: 一, en: one}
    space:
      - {view: pbf}
    when:
      - {attribute: activity, one_of: [road]}
    severity: restrict
    source: {document: 甲, clause: 第一条, year: 2026}
    effective_from: 2026-01-01
    confidence: verified
"""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A line of the good pack, replaced; `says` must be in the message."""

    instead_of: str
    put: str
    says: str
    line: int


FAULTS = {
    "repeated key": Fault(
        instead_of="severity: restrict",
        put="severity: restrict\n    severity: info",
        says="severity",
        line=14,
    ),
    "alias": Fault(
        instead_of="title: {zh: 一, en: one}",
        put="title: &t {zh: 一, en: one}",
        says="alias",
        line=8,
    ),
    "tag": Fault(
        instead_of="severity: restrict",
        put="severity: !!str restrict",
        says="tag",
        line=13,
    ),
    "broken flow": Fault(
        instead_of="{view: pbf}", put="{view: pbf", says="expected", line=11
    ),
    "unknown view": Fault(
        instead_of="{view: pbf}", put="{view: pfb}", says="view pfb", line=10
    ),
    "unknown scope": Fault(
        instead_of="scope: three_lines",
        put="scope: three_line",
        says="scope three_line",
        line=7,
    ),
    "unknown attribute": Fault(
        instead_of="attribute: activity",
        put="attribute: aktivity",
        says="attribute aktivity",
        line=12,
    ),
    "unknown group": Fault(
        instead_of="{attribute: activity, one_of: [road]}",
        put="{attribute: industry_code, groups: [chemicals]}",
        says="group chemicals",
        line=12,
    ),
    "unknown key": Fault(
        instead_of="severity: restrict",
        put="severity: restrict\n    severty: info",
        says="severty",
        line=14,
    ),
    "unknown severity": Fault(
        instead_of="severity: restrict",
        put="severity: forbidden",
        says="severity",
        line=13,
    ),
    "bad date": Fault(
        instead_of="2026-01-01", put="2026-1-1", says="YYYY-MM-DD", line=15
    ),
    "impossible date": Fault(
        instead_of="2026-01-01", put="2026-02-30", says="effective_from", line=15
    ),
    "verified without a date": Fault(
        instead_of="    effective_from: 2026-01-01\n",
        put="",
        says="verified demands",
        line=6,
    ),
    "missing english": Fault(
        instead_of="{zh: 一, en: one}",
        put="{zh: 一}",
        says="title: en is missing",
        line=8,
    ),
    "threshold left out": Fault(
        instead_of="{view: pbf}",
        put="{view: pbf, relation: within_distance}",
        says="needs its threshold",
        line=10,
    ),
    "wrong schema": Fault(
        instead_of="schema: zoning/rules/1",
        put="schema: zoning/rules/2",
        says="schema",
        line=1,
    ),
}


def problems_of(folder: Path, **packs: str) -> list[tuple[str, str]]:
    """Return (where, text) of the problems of packs written to a folder."""
    for name, text in packs.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(RulePackError) as caught:
        read_rule_book(tuple(f"{name}.yaml" for name in packs), folder)
    return [(p.where, p.text("en")) for p in caught.value.problems]


def test_the_good_twin_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(GOOD, encoding="utf-8-sig")
    own = read_rule_book(("own.yaml",), tmp_path)
    assert [rule.id for rule in own.rules] == ["OWN-001"]
    assert own.packs[0].rules == 1


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_a_malformed_pack_names_the_line(fault: Fault, tmp_path: Path) -> None:
    assert GOOD.count(fault.instead_of) == 1
    wrong = GOOD.replace(fault.instead_of, fault.put)
    found = problems_of(tmp_path, own=wrong)
    assert [where for where, _ in found] == [f"own.yaml:{fault.line}"] * len(found)
    assert any(fault.says in text for _, text in found)


def test_all_problems_of_all_packs_are_listed_at_once(tmp_path: Path) -> None:
    twice_wrong = GOOD.replace("2026-01-01", "soon").replace("en: own", "en: ''")
    unknown = (
        GOOD.replace("view: pbf", "view: pfb")
        .replace("three_lines", "lines")
        .replace("OWN", "ELSE")
    )
    found = problems_of(tmp_path, first=twice_wrong, second=unknown)
    assert [where for where, _ in found] == [
        "first.yaml:4",
        "first.yaml:15",
        "second.yaml:7",
        "second.yaml:10",
    ]


@pytest.mark.parametrize("text", ["", "[]", "just text", "rules: 3"])
def test_something_that_is_no_pack_is_malformed(text: str, tmp_path: Path) -> None:
    assert problems_of(tmp_path, own=text)


def test_scalars_stay_the_text_that_was_written(tmp_path: Path) -> None:
    codes = GOOD.replace("[road]", "['0101', 'no', '1e3', '0x1F', '12:30']")
    codes = codes.replace("attribute: activity", "attribute: industry_code")
    (tmp_path / "own.yaml").write_text(codes, encoding="utf-8")
    rule = read_rule_book(("own.yaml",), tmp_path).rules[0]
    assert rule.when[0].one_of == ("0101", "no", "1e3", "0x1F", "12:30")
    assert rule.source.year == "2026"


def test_a_pack_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(RulePackError) as caught:
        read_rule_book(("national", "absent.yaml"), tmp_path)
    assert caught.value.problem.code == "PACK_NOT_FOUND"
    assert "absent.yaml" in caught.value.problem.text("en")


def test_a_rule_may_not_stand_in_two_packs(tmp_path: Path) -> None:
    other = GOOD.replace("id: own\n", "id: other\n")
    found = problems_of(tmp_path, one=GOOD, two=other)
    says = "rule OWN-001 stands already in pack one.yaml"
    assert found == [("two.yaml:6", f"rule pack two.yaml is malformed: {says}")]


def test_a_pack_in_another_encoding_is_malformed(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_bytes(GOOD.encode("gb18030"))
    with pytest.raises(RulePackError):
        read_rule_book(("own.yaml",), tmp_path)


def test_an_unknown_group_is_found_at_any_depth(tmp_path: Path) -> None:
    deep = "{any: [{any: [{attribute: industry_code, groups: [chemicals]}]}]}"
    wrong = GOOD.replace("{attribute: activity, one_of: [road]}", deep)
    assert problems_of(tmp_path, own=wrong)
