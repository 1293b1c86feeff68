"""The built-in packs against the fact base, the catalogue and the calendar."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from zoning import terms
from zoning.model import State
from zoning.rules.conditions import all_hold
from zoning.rules.packs import RuleBook, built_in_packs, read_rule_book
from zoning.rules.schema import Condition, Predecessor, Rule, Text

ROOT = Path(__file__).resolve().parents[2]
PACKS = ("national", "yangtze", "chongqing")
LEFT_OUT = ROOT / "docs/rules/not_in_pack.md"
STRENGTH = {"info": 0, "consult": 1, "restrict": 1, "prohibit": 2}
TRUST = {"memory": 0, "partial": 1, "verified": 2}
CHINESE = re.compile(r"[一-鿿]")

# Published start of the laws that newer articles replaced.
OLD_LAWS = {
    "土壤污染防治法（2018）": "2019-01-01",
    "固体废物污染环境防治法（2020）": "2020-09-01",
    "环境保护法（2014）": "2015-01-01",
    "水污染防治法（2017修正）": "2018-01-01",
    "自然保护区条例": "1994-12-01",
    "矿产资源法（2009修正）": "2009-08-27",
    "湿地保护法（2021）": "2022-06-01",
    "文物保护法（2017修正）": "2017-11-05",
    "风景名胜区条例（2006）": "2006-12-01",
}
# Start of the acts that stand side by side in one rule, each with its own article.
JOINED_ACTS = {
    "基本农田保护条例": "1999-01-01",
    "水土保持法": "2011-03-01",
    "重庆市实施办法": "2013-01-01",
    "土地管理法": "2020-01-01",
    "国发〔2020〕4号": "2020-03-01",
    "森林法": "2020-07-01",
    "长江保护法": "2021-03-01",
    "土地管理法实施条例": "2021-09-01",
    "湿地保护法": "2022-06-01",
    "粮食安全保障法": "2024-06-01",
    "生态环境法典": "2026-08-15",
}


@cache
def book() -> RuleBook:
    return read_rule_book(PACKS)


@cache
def by_id() -> Mapping[str, Rule]:
    return {rule.id: rule for rule in book().rules}


def fact_id(rule_id: str) -> str:
    """Return the fact a rule is (a part of): PBF-107 is part of PBF-007."""
    letters, number = rule_id.split("-")
    return f"{letters}-{int(number) % 100:03d}"


def is_part(rule_id: str) -> bool:
    return fact_id(rule_id) != rule_id


@pytest.fixture
def facts(shared: Path) -> Mapping[str, Any]:
    text = (shared / "domain/rules_facts.yaml").read_text(encoding="utf-8")
    return {fact["id"]: fact for fact in yaml.safe_load(text)["rules"]}


def table_ids(heading: str) -> dict[str, str]:
    """Return first and second cells of the table under a heading of the page."""
    section = LEFT_OUT.read_text(encoding="utf-8").split(f"## {heading}")[1]
    rows = re.findall(
        r"^\| ([A-Z]+-\d{3}) \| ([^|]*) \|", section.split("\n## ")[0], re.MULTILINE
    )
    return dict(rows)


def acts(clause: Rule | Predecessor) -> list[str]:
    source = clause.source if isinstance(clause, Rule) else clause
    return source.document.split("; ")


def stages(rule: Rule) -> list[Predecessor]:
    """Return what was cited before the youngest of the rule's own acts began."""
    own = set(acts(rule))
    return [old for old in rule.supersedes if own > set(acts(old))]


def first_day(rule: Rule) -> date | None:
    """Return the first day of the oldest of the rule's own acts."""
    begun = [old.effective_from for old in stages(rule)]
    return min([rule.effective_from, *begun]) if rule.effective_from else None


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
        allowed = facts[fact_id(rule.id)]["confidence"]
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
        fact = facts[fact_id(rule.id)]
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


def test_dates_are_those_of_the_facts(facts: Mapping[str, Any]) -> None:
    for rule in book().rules:
        fact = facts[fact_id(rule.id)]
        first = first_day(rule)
        written = first and first.isoformat()
        if is_part(rule.id) and written != fact.get("effective_from"):
            known = f"{fact.get('note')} {sorted(OLD_LAWS.values())}"
            assert str(written) in known, rule.id
        else:
            assert written == fact.get("effective_from"), rule.id
        if not is_part(rule.id):
            end = rule.effective_to and rule.effective_to.isoformat()
            assert end == fact.get("effective_to"), rule.id


def test_a_predecessor_is_one_the_fact_names(facts: Mapping[str, Any]) -> None:
    noted = {"SC-003": "the review itself from 2006-12-01"}
    noted["NR-002"] = ""  # its former article stands in NR-003
    for rule in book().rules:
        fact = facts[fact_id(rule.id)]
        for old in rule.supersedes:
            if old in stages(rule):
                own = rule.source.clause.split("; ")
                assert set(old.clause.split("; ")) <= set(own), rule.id
            elif rule.id not in noted:
                assert old.clause in str(fact.get("supersedes")), rule.id
    assert noted["SC-003"] in facts["SC-003"]["note"]
    assert by_id()["SC-003"].supersedes[0].clause in by_id()["SC-003"].source.clause
    assert by_id()["NR-002"].supersedes
    assert "第三十二条第一款" in facts["NR-003"]["source"]["clause"]


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


# ------------------------------------------------------------------- as of a day
def test_today_every_rule_knows_its_law() -> None:
    today = date(2026, 11, 23)
    for rule in book().rules:
        if rule.in_force(today):
            assert rule.source_at(today) is not None, rule.id


@pytest.mark.parametrize(
    ("rule_id", "in_2024", "in_2026"),
    [
        ("DW-002", "水污染防治法（2017修正）", "生态环境法典"),
        ("PBF-006", "固体废物污染环境防治法（2020）", "生态环境法典"),
        ("SOIL-001", "土壤污染防治法（2018）", "生态环境法典"),
        ("REL-001", "文物保护法（2017修正）", "文物保护法"),
        ("NR-006", "矿产资源法（2009修正）", "矿产资源法"),
        ("PBF-004", "土地管理法", "土地管理法"),
        ("YRL-001", "长江保护法", "长江保护法"),
    ],
)
def test_the_same_rule_cites_the_law_of_the_day(
    rule_id: str, in_2024: str, in_2026: str
) -> None:
    rule = by_id()[rule_id]
    early, late = rule.source_at(date(2024, 6, 1)), rule.source_at(date(2026, 11, 1))
    assert early is not None
    assert late is not None
    assert (early.document, late.document) == (in_2024, in_2026)


@pytest.mark.parametrize(
    ("rule_id", "last_day", "first_day", "clauses"),
    [
        ("DW-001", "2026-08-14", "2026-08-15", ("第六十四条", "第三百一十八条")),
        (
            "NR-001",
            "2026-03-14",
            "2026-03-15",
            ("第十八、二十七、二十八、三十二条(核心区、缓冲区)", "第二十六条"),
        ),
        ("REL-001", "2025-02-28", "2025-03-01", ("第十七条", "第二十八条")),
        (
            "CRP-001",
            "2024-05-31",
            "2024-06-01",
            ("法第三十条", "法第三十条; 第十一条"),
        ),
        (
            "SWC-001",
            "2026-08-14",
            "2026-08-15",
            (
                "第二十条; 办法第十八条",
                "第二十条; 法典第八百九十五条第五款; 办法第十八条",
            ),
        ),
        ("SC-003", "2016-02-05", "2016-02-06", ("第二十八条", "第二十八条、第二十九条")),
    ],
)
def test_the_law_changes_on_its_first_day(
    rule_id: str, last_day: str, first_day: str, clauses: tuple[str, str]
) -> None:
    rule = by_id()[rule_id]
    found = [rule.source_at(date.fromisoformat(day)) for day in (last_day, first_day)]
    assert tuple(source.clause for source in found if source) == clauses


def test_predecessors_start_when_their_law_did_and_end_the_day_before() -> None:
    gaps = set()
    for rule in book().rules:
        begins = rule.effective_from
        for old in rule.supersedes:  # newest first
            assert begins is not None
            if old in stages(rule):
                newest = max(JOINED_ACTS[act] for act in acts(old))
                assert old.effective_from.isoformat() == newest, rule.id
                assert old.effective_to is None, rule.id  # it still stands
                assert old.effective_from < begins, rule.id
            else:
                start = OLD_LAWS[old.document]
                assert old.effective_from.isoformat() == start, rule.id
                assert old.effective_to is not None
                assert old.effective_from < old.effective_to < begins
                if old.effective_to != begins - timedelta(days=1):
                    gaps.add(rule.id)
            begins = old.effective_from
    assert gaps == {"NR-005"}  # said on the page of what is left out


def test_no_act_is_printed_before_it_began_but_where_the_page_says_so() -> None:
    early = set()
    for rule in book().rules:
        clauses: list[Rule | Predecessor] = [rule, *rule.supersedes]
        for clause in clauses:
            since = clause.effective_from
            if since is not None and len(acts(clause)) > 1:
                begun = [JOINED_ACTS.get(act, "not recorded") for act in acts(clause)]
                if max(begun) > since.isoformat():
                    early.add(rule.id)
    assert set(table_ids("Clauses printed before their act")) == early


def test_a_stage_cites_all_acts_that_had_begun_and_no_other() -> None:
    for rule in book().rules:
        for old in stages(rule):
            since = old.effective_from.isoformat()
            begun = [act for act in acts(rule) if JOINED_ACTS[act] <= since]
            assert acts(old) == begun, rule.id
            pairs = zip(acts(rule), rule.source.clause.split("; "), strict=False)
            if rule.id != "CRP-002":  # all its articles are of one act
                articles = [article for act, article in pairs if act in begun]
                assert old.clause.split("; ") == articles, rule.id


def test_the_page_names_every_rule_whose_earlier_law_is_not_recorded() -> None:
    listed = table_ids("Before the start of a rule")
    young = {}
    for rule in book().rules:
        first = first_day(rule)
        former = [old for old in rule.supersedes if old not in stages(rule)]
        if first is not None and first > date(2021, 1, 1) and not former:
            young[rule.id] = first.isoformat()
    assert listed == young


def test_the_page_names_every_rule_without_a_start_and_none_of_them_forbids() -> None:
    page = LEFT_OUT.read_text(encoding="utf-8").split("Rules without a start date")[1]
    listed = set(re.findall(r"[A-Z]+-\d{3}", page))
    undated = {rule.id for rule in book().rules if rule.effective_from is None}
    assert listed == undated
    assert all(by_id()[rule_id].confidence != "verified" for rule_id in undated)


def test_a_rule_that_ends_says_which_rule_takes_its_topic_over() -> None:
    silent = {
        rule.id
        for rule in book().rules
        if rule.effective_to is not None and rule.succeeded_by is None
    }
    assert silent == set()


def test_the_old_reserve_zones_are_judged_only_until_the_new_regulation() -> None:
    old = by_id()["NR-003"]
    assert old.in_force(date(2026, 3, 14))
    assert not old.in_force(date(2026, 3, 15))
