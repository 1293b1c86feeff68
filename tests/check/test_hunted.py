"""Ways to a false clear that a hostile reader once found."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely
from plots import ROAD, site

from zoning.check import check
from zoning.errors import RulePackError
from zoning.model import Base, CheckOptions, Verdict
from zoning.overlay import nearest_features
from zoning.rules.packs import RuleBook, read_rule_book
from zoning.rules.schema import Rule

TODAY = CheckOptions(as_of=date(2026, 11, 23))
RELIC = shapely.box(406_010, 3_433_010, 406_050, 3_433_050)


def test_a_prepared_line_within_water_is_at_no_distance() -> None:
    water = np.array([shapely.box(400_000, 3_440_000, 410_000, 3_450_000)])
    line = shapely.LineString([(404_000, 3_445_000), (405_000, 3_445_000)])
    shapely.prepare(line)

    near = nearest_features(np.array([line]), water, 9_000.0, crs="EPSG:4546")

    assert near.distance_m[0] == pytest.approx(0.0, abs=1e-6)


def lapsed(book: RuleBook, rule_id: str, heirs: tuple[str, ...]) -> RuleBook:
    def ended(rule: Rule) -> Rule:
        update = {"effective_to": date(2021, 1, 1), "succeeded_by": heirs}
        return rule.model_copy(update=update) if rule.id == rule_id else rule

    return replace(book, rules=tuple(ended(rule) for rule in book.rules))


@pytest.mark.parametrize("heirs", [("REL-001",), ("SWC-001",), ("REL-009",)])
def test_an_heir_that_does_not_judge_leaves_a_gap(
    base: Base, heirs: tuple[str, ...]
) -> None:
    book = lapsed(read_rule_book(base.packs), "REL-001", heirs)

    result = check((site(RELIC, ROAD),), base, book, options=TODAY).sites[0]

    assert "REL-001" in {gap.rule_id for gap in result.gaps}


def test_rules_that_only_ask_a_person_cover_no_chapter(base: Base) -> None:
    book = read_rule_book(("prudence",))

    result = check((site(RELIC, ROAD),), base, book, options=TODAY).sites[0]

    gaps = {gap.rule_id for gap in result.gaps}
    assert "SCOPE-000" in gaps
    assert result.verdict is Verdict.UNDETERMINED


def test_a_class_that_no_feature_bears_is_refused(tmp_path: Path) -> None:
    text = (
        'schema: zoning/rules/1\nid: own\nversion: "v1"\ntitle: {zh: 甲, en: a}\n'
        "views:\n  own_core: {layer: ecological_redline, "
        "where: {protected_zone: [coer]}, zh: 核心, en: core}\n"
        "rules:\n  - id: OWN-001\n    scope: three_lines\n    title: {zh: 甲, en: a}\n"
        "    space: [{view: own_core}]\n    severity: restrict\n"
        '    source: {document: 甲, clause: 一, year: "2025"}\n    confidence: memory\n'
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "good.yaml").write_text(text.replace("coer", "core"), encoding="utf-8")

    read_rule_book(("good.yaml",), tmp_path)
    with pytest.raises(RulePackError, match="coer"):
        read_rule_book(("own.yaml",), tmp_path)


def test_a_pack_may_not_bear_the_name_of_a_built_in_one(tmp_path: Path) -> None:
    text = (
        'schema: zoning/rules/1\nid: national\nversion: "v1"\n'
        "title: {zh: 甲, en: a}\nrules: []\n"
    )
    (tmp_path / "own.yaml").write_text(text, encoding="utf-8")

    with pytest.raises(RulePackError, match="national"):
        read_rule_book(("own.yaml",), tmp_path)
