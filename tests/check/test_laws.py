"""Laws that every check keeps, whatever the plot, the project and the base."""

from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from plots import ROAD, TODAY, check_plot, site
from shapely.geometry.base import BaseGeometry

from zoning.check import check
from zoning.check.judging import STATES
from zoning.model import (
    Base,
    CheckOptions,
    DeclaredEvidence,
    Finding,
    SiteResult,
    State,
    Verdict,
)
from zoning.rules.packs import read_rule_book

ACTIVITIES = ("chemical_project", "tailings_pond", "road", "solar", "wharf", "other")
PAPERS = ("non_avoidance_opinion", "limited_activity_opinion", "heritage_approval")
CHANGEABLE = ("activity", "construction_nature", "approval_level", "temporary_land")
OPTIONS = CheckOptions(as_of=TODAY)
GEOD = pyproj.Geod(ellps="GRS80")
TO_DEGREES = pyproj.Transformer.from_crs("EPSG:4546", "EPSG:4490", always_xy=True)

# around everything that the small base holds, and beyond
easts = st.integers(391_000, 409_500)
norths = st.integers(3_431_000, 3_449_500)
sizes = st.sampled_from([20, 150, 900])
plots = st.builds(
    lambda x, y, side: shapely.box(x, y, x + side, y + side), easts, norths, sizes
)
projects = st.builds(
    lambda activity, known: {
        key: value
        for key, value in {**ROAD, "activity": activity}.items()
        if key in known or key not in CHANGEABLE
    },
    st.sampled_from(ACTIVITIES),
    st.sets(st.sampled_from(CHANGEABLE)),
)


def adverse(result: SiteResult) -> dict[str, int]:
    """Return rule to severity of what speaks against the site."""
    return {
        f.rule_id: STATES.index(f.state)
        for f in result.findings
        if f.state is not State.CLEAR
    }


def answers(result: SiteResult) -> dict[str, Finding]:
    return {f.rule_id: f for f in result.findings}


@given(shape=plots, project=projects, luck=st.randoms(use_true_random=False))
def test_adding_a_rule_never_removes_a_finding(
    base: Base, shape: BaseGeometry, project: dict[str, str], luck: Random
) -> None:
    book = read_rule_book(base.packs)
    fewer = tuple(rule for rule in book.rules if luck.random() < 0.7)
    plot = (site(shape, project),)

    part = check(plot, base, replace(book, rules=fewer), options=OPTIONS).sites[0]
    whole = check(plot, base, book, options=OPTIONS).sites[0]

    was, now = answers(part), answers(whole)
    for rule_id in {r.id for r in fewer if r.in_force(TODAY)} & set(was):
        assert was[rule_id].state is now[rule_id].state, rule_id
    if part.verdict in {Verdict.PROHIBITED, Verdict.CONDITIONAL}:
        order = list(Verdict)
        assert order.index(whole.verdict) >= order.index(part.verdict)


@given(shape=plots, project=projects, luck=st.randoms(use_true_random=False))
def test_removing_a_layer_never_improves_a_verdict(
    base: Base, shape: BaseGeometry, project: dict[str, str], luck: Random
) -> None:
    gone = luck.choice(sorted(set(base.layers) - {"county"}))
    layers = {name: layer for name, layer in base.layers.items() if name != gone}
    less = replace(base, layers=layers)

    before = check_plot(base, shape, project).sites[0]
    after = check_plot(less, shape, project).sites[0]

    was, now = answers(before), answers(after)
    for rule_id in set(was) & set(now):
        states = {was[rule_id].state, now[rule_id].state}
        assert len(states) == 1 or now[rule_id].state is State.NOT_CHECKED, rule_id
    if not before.complete:
        assert not after.complete
    if before.verdict is not Verdict.CLEAR:
        assert after.verdict is not Verdict.CLEAR


@given(shape=plots, project=projects, grown=st.integers(1, 400))
def test_a_bigger_site_never_loses_a_finding(
    base: Base, shape: BaseGeometry, project: dict[str, str], grown: int
) -> None:
    west, south, east, north = shape.bounds
    bigger = shapely.box(west - grown, south, east, north + grown)

    small = check_plot(base, shape, project).sites[0]
    big = check_plot(base, bigger, project).sites[0]

    now = adverse(big)
    for rule_id, severity in adverse(small).items():
        assert now.get(rule_id, -1) >= severity, rule_id


@given(
    shape=plots,
    project=projects,
    name=st.sampled_from(CHANGEABLE),
    paper=st.sampled_from(PAPERS),
)
def test_a_declaration_never_worsens_beyond_the_worst_printed(
    base: Base, shape: BaseGeometry, project: dict[str, str], name: str, paper: str
) -> None:
    silent = {key: value for key, value in project.items() if key != name}
    spoken = {**silent, name: {**ROAD, **project}[name]}
    shown = DeclaredEvidence(kind=paper, number="1号", date=date(2026, 1, 5))
    with_paper = replace(site(shape, spoken), evidence=(shown,))
    book = read_rule_book(base.packs)

    before = answers(check_plot(base, shape, silent).sites[0])
    named = answers(check_plot(base, shape, spoken).sites[0])
    after = answers(check((with_paper,), base, book, options=OPTIONS).sites[0])

    for rule_id, finding in before.items():
        states = [finding.state, named[rule_id].state, after[rule_id].state]
        silent_state, spoken_state, paper_state = map(STATES.index, states)
        asked = finding.reason == "ATTRIBUTE_MISSING"
        assert spoken_state <= silent_state or asked, rule_id
        assert paper_state <= spoken_state, rule_id


def test_a_paper_dated_after_the_check_does_not_count(base: Base) -> None:
    relic = shapely.box(406_010, 3_433_010, 406_050, 3_433_050)
    project = {**ROAD, "activity": "archaeology"}
    book = read_rule_book(base.packs)
    states = []
    for day in (date(2026, 11, 23), date(2026, 11, 24)):
        paper = DeclaredEvidence(kind="heritage_approval", number="1号", date=day)
        declared = replace(site(relic, project), evidence=(paper,))
        result = check((declared,), base, book, options=OPTIONS).sites[0]
        states.append(answers(result)["REL-001"].state)

    assert states == [State.NOTICE, State.CONDITIONAL]


def test_a_declared_paper_is_printed_as_declared(base: Base) -> None:
    relic = shapely.box(406_010, 3_433_010, 406_050, 3_433_050)
    paper = DeclaredEvidence(
        kind="heritage_approval",
        number="渝文物〔2026〕3号",
        date=date(2026, 3, 1),
        issuer="重庆市文物局",
    )
    plot = site(relic, {**ROAD, "activity": "archaeology"})
    book = read_rule_book(base.packs)
    result = check((replace(plot, evidence=(paper,)),), base, book, options=OPTIONS)

    finding = answers(result.sites[0])["REL-001"]
    said = "".join(note["zh"] for note in finding.notes)
    assert "申报材料（未核验）" in said
    assert "渝文物〔2026〕3号" in said
    assert finding.needs == ()


def plot_at(distance_m: float) -> BaseGeometry:
    """Return a plot whose geodesic distance to the river's range is given.

    The range ends at y = 3 445 200; the plot lies north of it, and the gap is
    the geodesic between the two facing edges' western corners.
    """
    low, high = 900.0, 1100.0
    foot = TO_DEGREES.transform(399_000, 3_445_200)
    for _ in range(60):
        middle = (low + high) / 2
        top = TO_DEGREES.transform(399_000, 3_445_200 + middle)
        _, _, length = GEOD.inv(*foot, *top)
        low, high = (middle, high) if length < distance_m else (low, middle)
    south = 3_445_200 + low
    return shapely.box(399_000, south, 399_050, south + 50)


@pytest.mark.parametrize(
    ("distance_m", "state"),
    [
        (999.9, State.PROHIBITED),
        (999.995, State.PROHIBITED),
        (1000.005, State.CLEAR),
        (1000.1, State.CLEAR),
    ],
)
def test_a_kilometre_is_a_kilometre_on_the_ground(
    base: Base, distance_m: float, state: State
) -> None:
    plant = {**ROAD, "activity": "chemical_project", "industry_code": "C2614"}

    result = check_plot(base, plot_at(distance_m), plant).sites[0]

    finding = answers(result)["YRL-001"]
    assert finding.distance_m == pytest.approx(distance_m, abs=0.01)
    assert finding.state is state
    assert np.isfinite(finding.distance_m or np.nan)
