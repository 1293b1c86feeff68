"""The built-in packs against the fact base and the catalogue."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pack_facts import (
    LEFT_OUT,
    PACKS,
    ROOT,
    basis_id,
    book,
    by_id,
    fact_id,
    is_part,
    read_facts,
    table_ids,
)

from zoning import terms
from zoning.model import State
from zoning.rules.conditions import all_hold
from zoning.rules.packs import built_in_packs
from zoning.rules.schema import Condition, Rule, Text

STRENGTH = {"info": 0, "consult": 1, "restrict": 1, "prohibit": 2}
TRUST = {"memory": 0, "partial": 1, "verified": 2}
CHINESE = re.compile(r"[一-鿿]")


@pytest.fixture
def facts(shared: Path) -> Mapping[str, Any]:
    return read_facts(shared)


def conditions_of(rule: Rule) -> Iterator[Condition]:
    waiting = [*rule.when, *(c for e in rule.exceptions for c in e.when)]
    while waiting:
        condition = waiting.pop()
        waiting += condition.any
        yield condition


def texts_of(rule: Rule) -> Iterator[Text]:
    yield rule.title
    yield from rule.remedy
    yield from rule.notes
    for exception in rule.exceptions:
        yield exception.title
        yield from exception.evidence


# ------------------------------------------------------- against the fact base
def test_every_fact_is_a_rule_or_named_with_its_reason(
    facts: Mapping[str, Any],
) -> None:
    left_out = set(table_ids("Facts that are not rules"))
    ruled = {fact_id(rule_id) for rule_id in by_id()}
    assert ruled | left_out == set(facts)
    assert not ruled & left_out
    assert len(ruled) >= 75


def test_a_rule_trusts_its_basis_no_more_than_its_fact(
    facts: Mapping[str, Any],
) -> None:
    for rule in book().rules:
        allowed = facts[basis_id(rule.id)]["confidence"]
        assert TRUST[rule.confidence] <= TRUST[allowed], rule.id


def test_a_rule_is_no_harder_than_its_fact_and_explains_being_softer(
    facts: Mapping[str, Any],
) -> None:
    page = LEFT_OUT.read_text(encoding="utf-8").split("softer than its fact")[1]
    listed = set(re.findall(r"[A-Z]+-\d{3}", page.split("\n## ")[0]))
    softer = set()
    for rule in book().rules:
        fact = STRENGTH[facts[fact_id(rule.id)]["severity"]]
        assert STRENGTH[rule.severity] <= fact, rule.id
        if STRENGTH[rule.severity] < fact:
            softer.add(rule.id)
            assert rule.notes, rule.id
    assert listed == softer


def test_clauses_and_numbers_are_those_of_the_facts(facts: Mapping[str, Any]) -> None:
    for rule in book().rules:
        fact = facts[basis_id(rule.id)]
        clause, source = rule.source.clause, fact["source"]
        if is_part(rule.id):
            assert clause in f"{source['clause']} {fact.get('supersedes')}", rule.id
        else:
            assert clause == source["clause"], rule.id
            assert rule.source.number == source.get("number", ""), rule.id
            named = rule.source.document.replace("（", "(").replace("，", ",")
            # the fact base's flow mapping cuts a name off at its comma
            assert named.startswith(source["doc"]), rule.id
            assert rule.source.year == str(source["year"]), rule.id


def test_distances_are_those_of_the_facts(facts: Mapping[str, Any]) -> None:
    printed_settings = {"SOIL-001": 500.0}
    touching = {"RIV-001": 0.01, "RIV-002": 0.01, "YRL-004": 0.01}
    for rule in book().rules:
        found = {s.distance_m for s in rule.space if s.distance_m is not None}
        threshold = facts[fact_id(rule.id)]["threshold"]
        lawful = {
            float(value)
            for name, value in threshold.items()
            if name.startswith("distance_m") and value != "config"
        }
        own = printed_settings | touching
        assert found <= lawful | {own.get(rule.id, 0.0)}, rule.id
    assert any("500" in note.zh for note in by_id()["SOIL-001"].notes)


def test_activities_and_groups_are_words_of_the_fact_base(shared: Path) -> None:
    text = (shared / "domain/rules_facts.yaml").read_text(encoding="utf-8")
    vocabulary = yaml.safe_load(text)["vocab"]
    assert set(terms.group("activity")) == set(vocabulary["activities"])
    assert dict(book().groups) == {
        name: tuple(codes) for name, codes in vocabulary["industry_groups"].items()
    }


# --------------------------------------------------------------- the packs alone
def test_all_three_packs_are_built_in_and_counted() -> None:
    assert set(PACKS) <= set(built_in_packs())
    assert [pack.id for pack in book().packs] == list(PACKS)
    assert sum(pack.rules for pack in book().packs) == len(book().rules)
    assert len(by_id()) == len(book().rules)


def test_no_attribute_value_is_misspelt() -> None:
    """A misspelt value would never match: the rule would be a false CLEAR."""
    booleans = {"true", "false"}
    for rule in book().rules:
        for condition in conditions_of(rule):
            values = {*condition.one_of, *condition.none_of}
            name = condition.attribute or ""
            if name in {"activity", "construction_nature", "approval_level"}:
                assert values <= set(terms.group(name)), rule.id
            elif name == "industry_code":
                assert condition.groups, rule.id
            elif name.endswith(("_m2", "_m3")):
                assert {condition.at_least, condition.at_most} != {None}, rule.id
            elif name:
                assert values <= booleans, (rule.id, name)


def test_every_view_reads_columns_and_values_of_the_catalogue() -> None:
    text = (ROOT / "zoning/data/layers.yaml").read_text(encoding="utf-8")
    catalogue = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # text only
    # a corridor model is no layer of a base: what rules read of it stands in its room
    kinds = ("link", "source", "source_apart")
    columns = {"kind": {"values": {kind: kind for kind in kinds}}}
    columns["left"] = {"values": {"way": "way", "none": "none"}}
    catalogue["corridor_model"] = {"fields": columns}
    for name, view in book().views.items():
        fields = catalogue[view.layer]["fields"]
        assert set(view.at_least) <= set(fields), name
        for column, wanted in view.where.items():
            known = set(fields[column].get("values", {}).values())
            assert set(wanted) <= known or column == "land_class", name


@pytest.mark.parametrize(
    ("layer", "column", "views"),
    [
        ("ecological_redline", "protected_zone", ("ecr_core", "ecr_other")),
        ("water_source_zone", "level", ("drink_statutory", "drink_dispersed")),
        ("forest_land", "kind", ("forest",)),
        ("heritage_site", "zone", ("relic_protection", "relic_control")),
        ("river", "rank", ("river_main", "river_tributary")),
    ],
)
def test_views_leave_no_class_of_a_layer_unseen(
    layer: str, column: str, views: tuple[str, ...]
) -> None:
    text = (ROOT / "zoning/data/layers.yaml").read_text(encoding="utf-8")
    catalogue = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # text only
    every = set(catalogue[layer]["fields"][column]["values"].values())
    chosen = [book().views[name].where.get(column) for name in views]
    assert set().union(*(every if c is None else c for c in chosen)) == every
    used = {space.view for rule in book().rules for space in rule.space}
    assert set(views) <= used


def test_a_nature_reserve_of_any_zone_meets_a_rule() -> None:
    text = (ROOT / "zoning/data/layers.yaml").read_text(encoding="utf-8")
    catalogue = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  # text only
    zones = set(catalogue["protected_area"]["fields"]["zone"]["values"].values())
    spaces = [*by_id()["NR-001"].space, *by_id()["NR-002"].space]
    seen = {z for s in spaces for z in book().views[s.view].where["zone"]}
    assert seen == zones


def test_texts_are_chinese_in_chinese_and_english_in_english() -> None:
    for rule in book().rules:
        for text in texts_of(rule):
            assert CHINESE.search(text.zh), (rule.id, text.zh)
            assert not CHINESE.search(text.en), (rule.id, text.en)
            assert not re.search(r"[,;?!]|: ", text.zh), (rule.id, text.zh)
            assert not re.search(r"[，；：。（）]", text.en), (rule.id, text.en)


def test_every_rule_says_what_to_do_and_every_conditional_exception_what_to_bring() -> (
    None
):
    for rule in book().rules:
        assert rule.remedy, rule.id
        for exception in rule.exceptions:
            assert not exception.when or exception.evidence, rule.id
            assert exception.outcome is State.CONDITIONAL, rule.id


def test_code_lists_alone_never_forbid() -> None:
    """Where only the industry code decides, a verified ban must have a way out."""
    for rule in book().rules:
        coded = any(c.groups for c in conditions_of(rule))
        if coded and rule.severity == "prohibit" and rule.confidence == "verified":
            wares = {"industry_code": "C2614", "construction_nature": "new"}
            mixing = wares | {"activity": "other"}
            ways = [all_hold(e.when, mixing, book().groups) for e in rule.exceptions]
            assert True in ways, rule.id
