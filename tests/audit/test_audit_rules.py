"""The pack of the audit: facts, sources, words, and the page made from it."""

import re
from pathlib import Path

import pytest

from zoning import terms
from zoning.audit import AuditRule, read_audit_book
from zoning.audit.auditing import BASE_TESTS, LAYER_TESTS
from zoning.io.catalogue import catalogue
from zoning.report.audit.pages import audit_page
from zoning.rules.packs import built_in_packs, read_rule_book

ROOT = Path(__file__).resolve().parents[2]
BOOK = read_audit_book()

each_rule = pytest.mark.parametrize("rule", BOOK.rules, ids=lambda rule: rule.id)


def test_the_page_is_that_of_the_pack() -> None:
    """If this fails, run `make rules-docs` and look at the difference."""
    page = (ROOT / "docs/audit_rules.md").read_text(encoding="utf-8")
    assert page == audit_page(BOOK)


def test_the_audits_pack_is_none_of_the_check() -> None:
    assert "audit" not in built_in_packs()
    checked = {rule.id for rule in read_rule_book(built_in_packs()).rules}
    assert not checked & {rule.id for rule in BOOK.rules}


def test_every_fact_left_to_the_audit_is_in_its_pack() -> None:
    left = (ROOT / "docs/rules/not_in_pack.md").read_text(encoding="utf-8")
    rows = [line for line in left.splitlines() if "pack of `zoning audit`" in line]
    facts = {line.split("|")[1].strip() for line in rows if line.startswith("|")}
    rules = {rule.id for rule in BOOK.rules}

    assert facts == {"PBF-009", "TLQ-001", "TLQ-002", "TLQ-003", "TLQ-004", "UNIT-003"}
    assert facts - {"TLQ-002"} <= rules
    first = next(rule for rule in BOOK.rules if rule.id == "TLQ-001")
    assert "协调" in first.source.clause  # TLQ-002 is its cure


def test_every_kind_of_test_is_used_and_every_rule_has_its_test() -> None:
    assert {rule.test for rule in BOOK.rules} == {*LAYER_TESTS, *BASE_TESTS}


@each_rule
def test_a_rule_names_layers_and_fields_of_the_catalogue(rule: AuditRule) -> None:
    given = rule.parameters
    for layer in (*rule.layers, *((rule.other,) if rule.other else ())):
        assert layer in catalogue()
        assert layer in terms.group("layer")
    fields = (given.field, given.class_field, given.minus, given.equals)
    for layer in rule.layers:
        for field in fields:
            assert not field or field in catalogue()[layer].fields, (layer, field)
    for layer, chosen in (
        *((name, rule.select) for name in rule.layers),
        (rule.other, rule.other_select),
    ):
        for column in (*chosen.where, *chosen.starts_with) if chosen else ():
            assert column in catalogue()[layer].fields


@each_rule
def test_a_rule_says_where_it_stands_in_both_languages(rule: AuditRule) -> None:
    assert rule.title.zh
    assert rule.title.en
    assert re.search(r"[一-鿿]", rule.title.zh)
    house = rule.source.confidence == "house"
    assert house == (rule.source.document == "本产品质量规则")
    if rule.severity == "conflict":
        assert rule.source.confidence == "verified"
        assert rule.cure is not None
