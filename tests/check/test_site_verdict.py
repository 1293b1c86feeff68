"""What findings amount to: the truth table of product page 2."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoning.check.judging import severity_state
from zoning.check.verdicts import site_verdict
from zoning.errors import Problem
from zoning.model import ClauseSource, Finding, Gap, Residue, State, Verdict

RESIDUE = Residue(layer="river", feature="1", overlap_m2=0.4, width_m=0.02)
GAP = Gap(rule_id="A-001", layer="river", problem=Problem(code="LAYER_MISSING"))


def finding(state: State) -> Finding:
    return Finding(
        rule_id="A-001",
        scope="three_lines",
        title={"zh": "甲", "en": "a"},
        state=state,
        severity="info",
        layer="river",
        view="river_any",
        relation="intersects",
    )


def verdict(*states: State, residue: bool = False, gap: bool = False) -> Verdict:
    findings = tuple(finding(state) for state in states)
    return site_verdict(findings, (RESIDUE,) * residue, (GAP,) * gap)


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((State.CLEAR,), Verdict.CLEAR),
        ((State.NOTICE, State.CLEAR), Verdict.NOTICE),
        ((State.REVIEW, State.CLEAR), Verdict.NOTICE),
        ((State.NOT_CHECKED, State.NOTICE), Verdict.UNDETERMINED),
        ((State.NOT_CHECKED, State.CONDITIONAL), Verdict.CONDITIONAL),
        ((State.NOT_CHECKED, State.PROHIBITED), Verdict.PROHIBITED),
        ((State.CONDITIONAL, State.PROHIBITED), Verdict.PROHIBITED),
        ((), Verdict.UNDETERMINED),
    ],
)
def test_truth_table(states: tuple[State, ...], expected: Verdict) -> None:
    assert verdict(*states) is expected


def test_residue_makes_a_notice_and_a_gap_cannot_be_determined() -> None:
    assert verdict(State.CLEAR, residue=True) is Verdict.NOTICE
    assert verdict(State.CLEAR, gap=True) is Verdict.UNDETERMINED
    assert verdict(State.NOTICE, gap=True) is Verdict.UNDETERMINED
    assert verdict(State.PROHIBITED, gap=True) is Verdict.PROHIBITED


@given(states=st.lists(st.sampled_from(list(State)), max_size=6))
def test_clear_means_every_finding_is_clear(states: list[State]) -> None:
    clear = verdict(*states) is Verdict.CLEAR

    assert clear == (bool(states) and set(states) == {State.CLEAR})


@given(
    states=st.lists(st.sampled_from(list(State)), min_size=1, max_size=5),
    more=st.sampled_from(list(State)),
)
def test_another_finding_never_makes_it_better(
    states: list[State], more: State
) -> None:
    order = list(Verdict)

    assert order.index(verdict(*states, more)) >= order.index(verdict(*states))


@pytest.mark.parametrize(
    ("severity", "confidence", "since", "state"),
    [
        ("prohibit", "verified", "2020-01-01", State.PROHIBITED),
        ("prohibit", "verified", None, State.CONDITIONAL),
        ("prohibit", "partial", "2020-01-01", State.CONDITIONAL),
        ("prohibit", "memory", None, State.CONDITIONAL),
        *(
            (severity, confidence, "2020-01-01", state)
            for (severity, state), confidence in itertools.product(
                (
                    ("restrict", State.CONDITIONAL),
                    ("consult", State.CONDITIONAL),
                    ("info", State.NOTICE),
                    ("review", State.REVIEW),
                ),
                ("verified", "partial"),
            )
        ),
    ],
)
def test_severity_and_ground_give_the_state(
    severity: str, confidence: str, since: str | None, state: State
) -> None:
    source = ClauseSource(
        document="法",
        number="",
        clause="第一条",
        effective_from=since,
        confidence=confidence,
    )

    assert severity_state(severity, source) is state
