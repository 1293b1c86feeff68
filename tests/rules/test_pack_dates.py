"""The built-in packs against the calendar: which law held on which day."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from pack_facts import (
    acts,
    basis_id,
    book,
    by_id,
    fact_id,
    first_day,
    is_part,
    read_facts,
    section,
    stages,
    table_ids,
)

from zoning.rules.schema import Predecessor, Rule

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


@pytest.fixture
def facts(shared: Path) -> Mapping[str, Any]:
    return read_facts(shared)


# ------------------------------------------------------- against the fact base
def test_dates_are_those_of_the_facts(facts: Mapping[str, Any]) -> None:
    for rule in book().rules:
        fact = facts[basis_id(rule.id)]
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
        (
            "SC-003",
            "2016-02-05",
            "2016-02-06",
            ("第二十八条", "第二十八条、第二十九条"),
        ),
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
    listed = set(re.findall(r"[A-Z]+-\d{3}", section("Rules without a start date")))
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
