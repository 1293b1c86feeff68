"""Open questions of place: they count where the answer hangs on them, else not."""

import os
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from plots import ROAD, TODAY
from pyproj import Transformer

from zoning.check import check
from zoning.georeference.web_maps import WebMap, from_wgs84, to_wgs84
from zoning.model import (
    Base,
    CheckOptions,
    Site,
    SiteResult,
    SiteSource,
    State,
    Verdict,
)
from zoning.rules.packs import RuleBook, read_rule_book

EXAMPLES = 60 if os.environ.get("ZONING_THOROUGH") == "1" else 8
TO_DEGREES = Transformer.from_crs("EPSG:4546", "EPSG:4326", always_xy=True)
BROKEN = {State.CONDITIONAL, State.PROHIBITED}
MAPS = tuple(WebMap)
FARMLAND = (400_250.0, 3_435_050.0)


@cache
def rules(packs: tuple[str, ...]) -> RuleBook:
    return read_rule_book(packs)


def plot(east: float, north: float, readings: tuple[str, ...] = MAPS) -> Site:
    """A plot of 100 x 100 m in degrees, as a KML has it."""
    square = shapely.box(east, north, east + 100, north + 100)
    shape = shapely.transform(
        square, lambda xy: np.column_stack(TO_DEGREES.transform(xy[:, 0], xy[:, 1]))
    )
    return Site(
        id=f"{east:.0f}-{north:.0f}",
        name="a",
        geometry=shape,
        crs="EPSG:4326",
        source=SiteSource(path="a.kml", sha256="0" * 64, row=0),
        project=ROAD,
        open_readings=readings,
    )


def answers(base: Base, *sites: Site) -> tuple[SiteResult, ...]:
    options = CheckOptions(as_of=TODAY)
    return check(sites, base, rules(base.packs), options=options).sites


def broken(result: SiteResult) -> dict[str, State]:
    return {f.rule_id: f.state for f in result.findings if f.state in BROKEN}


def doubted(result: SiteResult) -> bool:
    return any(g.problem.code == "READING_CHANGES_ANSWER" for g in result.gaps)


def moved(site: Site, system: WebMap) -> Site:
    shape = shapely.transform(site.geometry, lambda xy: to_wgs84(xy, system))
    return replace(site, geometry=shape, open_readings=())


@settings(max_examples=EXAMPLES)
@given(east=st.floats(392_000, 408_000), north=st.floats(3_432_000, 3_448_000))
def test_a_site_is_doubted_where_another_place_breaks_a_rule_and_only_there(
    base: Base, east: float, north: float
) -> None:
    site = plot(east, north)
    still = replace(site, open_readings=())

    (asked,) = answers(base, site)
    (plain,) = answers(base, still)
    others = answers(base, *(moved(site, system) for system in WebMap))

    worse = any(
        rule not in broken(plain)
        or (state is State.PROHIBITED and broken(plain)[rule] is not state)
        for other in others
        for rule, state in broken(other).items()
    )
    assert doubted(asked) == worse
    assert broken(asked) == broken(plain)
    if worse:
        assert not asked.complete
        assert asked.verdict not in {Verdict.CLEAR, Verdict.NOTICE}
    else:
        assert (asked.verdict, asked.findings) == (plain.verdict, plain.findings)


@pytest.mark.parametrize("system", MAPS)
def test_a_plot_drawn_on_a_web_map_over_farmland_is_never_cleared(
    base: Base, system: WebMap
) -> None:
    truth = plot(*FARMLAND, readings=())
    drawn = shapely.transform(truth.geometry, lambda xy: from_wgs84(xy, system))

    (seen,) = answers(base, replace(truth, geometry=drawn, open_readings=MAPS))
    (known,) = answers(base, truth)

    assert Verdict.PROHIBITED is known.verdict is not seen.verdict
    gap = next(g for g in seen.gaps if g.rule_id == "PBF-001")
    lines = [f for f in seen.findings if f.rule_id == "PBF-001"]
    assert {f.state for f in lines} == {State.NOT_CHECKED}, "no page may call it clear"
    assert f"--crs {system}" in gap.problem.cure("zh")
    assert "永久基本农田" in gap.problem.text("zh")
    assert "basic farmland" in gap.problem.text("en")


def test_what_would_be_asked_in_another_place_is_open_here(base: Base) -> None:
    unknown = {k: v for k, v in ROAD.items() if k not in {"activity", "industry_code"}}
    site = replace(plot(402_500, 3_432_500), project=unknown)  # bd09: out of town

    (seen,) = answers(base, site)
    (plain,) = answers(base, replace(site, open_readings=()))
    (there,) = answers(base, moved(site, WebMap.BD09))

    def outside_town(result: SiteResult) -> State:
        return next(f.state for f in result.findings if f.rule_id == "UDB-001")

    assert outside_town(plain) is State.CLEAR
    assert outside_town(there) is State.NOT_CHECKED
    assert outside_town(seen) is State.NOT_CHECKED
    assert doubted(seen)


def test_a_site_in_a_batch_is_doubted_as_it_is_alone(base: Base) -> None:
    sites = [
        plot(*FARMLAND),
        plot(400_000, 3_434_800),
        plot(400_700, 3_434_700),
        plot(395_000, 3_448_000, readings=()),
    ]

    together = answers(base, *sites)

    for site, result in zip(sites, together, strict=True):
        (alone,) = answers(base, site)
        assert (alone.verdict, alone.findings, alone.gaps) == (
            result.verdict,
            result.findings,
            result.gaps,
        )


def test_a_rejected_site_is_not_asked_about(base: Base) -> None:
    (far,) = answers(base, plot(700_000, 3_435_000))

    assert far.verdict is Verdict.REJECTED
    assert not far.gaps
