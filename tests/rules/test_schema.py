"""The shape of a rule, and which clause it cites on which day."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from zoning.model import State
from zoning.rules.schema import Condition, ExceptionCase, Pack, Rule, Space, View

TEXT = {"zh": "标题", "en": "title"}
START = date(2026, 8, 15)
OLD_START = date(2018, 1, 1)


def rule(**changes: Any) -> Rule:
    """Build a valid rule with some parts changed."""
    parts: dict[str, Any] = {
        "id": "DW-002",
        "scope": "water",
        "title": TEXT,
        "space": [{"view": "drink_level_1"}],
        "severity": "prohibit",
        "source": {
            "document": "生态环境法典",
            "clause": "第三百一十九条",
            "year": "2026",
        },
        "effective_from": START.isoformat(),
        "confidence": "verified",
    }
    return Rule.model_validate(parts | changes)


def succeeding(**changes: str) -> Rule:
    """Build a rule with a predecessor."""
    old = {
        "document": "水污染防治法",
        "clause": "第六十五条",
        "effective_from": OLD_START.isoformat(),
    }
    return rule(supersedes=old | changes)


def refusal(**changes: Any) -> str:
    """Return why a rule with these parts is refused."""
    with pytest.raises(ValidationError) as caught:
        rule(**changes)
    return str(caught.value)


def clause_on(subject: Rule, day: date) -> str | None:
    source = subject.source_at(day)
    return None if source is None else source.clause


def test_a_rule_cites_its_own_clause_from_its_first_day() -> None:
    assert clause_on(succeeding(), START) == "第三百一十九条"
    assert clause_on(succeeding(), START + timedelta(days=1)) == "第三百一十九条"


def test_a_rule_cites_its_predecessor_up_to_the_day_before() -> None:
    assert clause_on(succeeding(), START - timedelta(days=1)) == "第六十五条"
    assert clause_on(succeeding(), OLD_START) == "第六十五条"


def test_before_the_predecessor_the_law_is_not_known() -> None:
    assert succeeding().source_at(OLD_START - timedelta(days=1)) is None


def test_without_a_predecessor_the_law_before_is_not_known() -> None:
    assert rule().source_at(START - timedelta(days=1)) is None


def test_the_cited_source_carries_the_dates_and_names_of_its_own_law() -> None:
    source = succeeding().source_at(date(2024, 6, 1))
    assert source is not None
    assert (source.document, source.effective_from) == ("水污染防治法", "2018-01-01")
    assert source.confidence == "verified"
    today = succeeding().source_at(date(2026, 11, 1))
    assert today is not None
    assert (today.document, today.effective_from) == ("生态环境法典", "2026-08-15")


def test_a_predecessor_that_ended_early_is_not_cited_in_the_gap() -> None:
    gap = succeeding(effective_to="2026-03-14")
    assert clause_on(gap, date(2026, 3, 14)) == "第六十五条"
    assert gap.source_at(date(2026, 3, 15)) is None


def test_a_rule_without_a_date_is_cited_on_any_day_and_says_so() -> None:
    source = rule(effective_from=None, confidence="partial").source_at(date(1990, 1, 1))
    assert source is not None
    assert source.effective_from is None


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_a_cited_clause_has_always_begun(day: date) -> None:
    source = succeeding().source_at(day)
    assert (source is None) == (day < OLD_START)
    if source is not None:
        assert source.effective_from is not None
        assert date.fromisoformat(source.effective_from) <= day


def test_a_lapsed_rule_holds_through_its_last_day() -> None:
    lapsed = rule(effective_from="1994-12-01", effective_to="2026-03-14")
    assert lapsed.in_force(date(2026, 3, 14))
    assert not lapsed.in_force(date(2026, 3, 15))
    assert rule().in_force(date(2100, 1, 1))


@pytest.mark.parametrize(
    "written", ["2026-8-15", "15.08.2026", "20260815", "2026-13-01"]
)
def test_a_day_is_written_in_one_way_only(written: str) -> None:
    assert "effective_from" in refusal(effective_from=written)


def test_verified_demands_a_date() -> None:
    assert "verified demands" in refusal(effective_from=None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "DW-2"},
        {"id": "dw-002"},
        {"severity": "forbid"},
        {"confidence": "certain"},
        {"title": {"zh": "标题"}},
        {"title": {"zh": "标题", "en": ""}},
        {"sevirity": "prohibit"},
        {"source": {"document": "生态环境法典", "year": "2026"}},
    ],
)
def test_a_misspelt_or_half_written_rule_is_refused(wrong: dict[str, Any]) -> None:
    name = next(iter(wrong))
    assert name in refusal(**wrong)


def test_a_rule_needs_a_space_or_a_condition() -> None:
    assert "space or a condition" in refusal(space=[])
    asked = rule(space=[], when=[{"attribute": "new_outlet", "one_of": ["true"]}])
    assert asked.when


@pytest.mark.parametrize(
    ("relation", "threshold"),
    [
        ("within_distance", "distance_m"),
        ("share_ge", "share"),
        ("slope_ge", "slope_deg"),
    ],
)
def test_a_relation_demands_its_threshold(relation: str, threshold: str) -> None:
    with pytest.raises(ValidationError, match="needs its threshold"):
        Space.model_validate({"view": "pbf", "relation": relation})
    given_one = {"view": "pbf", "relation": relation, threshold: "0.5"}
    assert Space.model_validate(given_one).relation == relation


@pytest.mark.parametrize(
    "wrong",
    [
        {"distance_m": -1},
        {"share": 0},
        {"share": 1.01},
        {"slope_deg": 90},
        {"relation": "near"},
        {"view": None},
    ],
)
def test_a_threshold_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Space.model_validate({"view": "pbf"} | wrong)


def test_a_space_intersects_unless_it_says_otherwise() -> None:
    assert Space(view="pbf").relation == "intersects"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"attribute": "activity"},
        {"one_of": ["road"]},
        {"attribute": "activity", "one_of": ["road"], "none_of": ["wharf"]},
        {"attribute": "earthwork_m3", "at_least": 0, "one_of": ["1"]},
        {"attribute": "a", "any": [{"attribute": "b", "one_of": ["true"]}]},
        {"attribute": "activity", "equals": "road"},
    ],
)
def test_a_condition_is_one_attribute_and_one_test(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)


def test_a_limit_of_zero_is_a_test() -> None:
    zero = Condition.model_validate({"attribute": "earthwork_m3", "at_least": "0"})
    assert zero.at_least == 0.0


def test_an_exception_leads_to_conditional_unless_it_says_otherwise() -> None:
    assert ExceptionCase.model_validate({"title": TEXT}).outcome is State.CONDITIONAL
    stated = ExceptionCase.model_validate({"title": TEXT, "outcome": "NOTICE"})
    assert stated.outcome is State.NOTICE


def test_a_rule_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        rule().severity = "info"


def test_a_pack_refuses_a_rule_that_stands_twice() -> None:
    one = rule().model_dump(mode="json")
    pack = {"schema": "zoning/rules/1", "id": "p", "version": "1", "title": TEXT}
    with pytest.raises(ValidationError, match="DW-002 stands twice"):
        Pack.model_validate(pack | {"rules": [one, one]})
    with pytest.raises(ValidationError, match="schema"):
        Pack.model_validate(pack | {"rules": [one], "schema": "zoning/rules/2"})


def test_a_view_has_no_negative_margin() -> None:
    with pytest.raises(ValidationError, match="center_line_margin_m"):
        View.model_validate({"layer": "river", "center_line_margin_m": -1, **TEXT})
