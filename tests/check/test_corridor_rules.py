"""LOC-102 and LOC-202: what a site leaves of a planned corridor; what is not known."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
import shapely
from plots import ROAD, TODAY, check_plot, site
from shapely.geometry.base import BaseGeometry

from zoning.check import check
from zoning.georeference.web_maps import WebMap, from_wgs84
from zoning.measure import to_lonlat
from zoning.model import Base, CheckOptions, Finding, Report
from zoning.rules.packs import read_rule_book

SOUTH, NORTH = 3_440_000.0, 3_440_200.0
CORRIDOR = shapely.box(401_000, SOUTH, 405_000, NORTH)
"""Two hundred metres wide."""


def planned(
    base: Base, *corridors: BaseGeometry, target_m: float, kind: str = "corridor"
) -> Base:
    """Return a base whose layout consists of these corridors."""
    layer, count = base.layers["corridor_layout"], len(corridors)
    texts = {name: [text] * count for name, text in (("kind", kind), ("name", "甲"))}
    drawn = replace(
        layer,
        geometry=np.array([*corridors, None], dtype=object)[:-1],
        feature_ids=np.array([f"c{k}" for k in range(count)], dtype=object),
        attributes={
            **{name: np.array(column, dtype=object) for name, column in texts.items()},
            "target_width_m": np.full(count, target_m),
        },
    )
    return replace(base, layers={**base.layers, "corridor_layout": drawn})


def reaching(depth_m: float, width_m: float = 100.0) -> BaseGeometry:
    """Return a plot that reaches so deep into the corridor from the south."""
    return shapely.box(403_000, SOUTH - 50, 403_000 + width_m, SOUTH + depth_m)


def found(report: Report) -> Mapping[str, Finding]:
    return {one.rule_id: one for one in report.sites[0].findings}


def states(base: Base, plot: BaseGeometry) -> tuple[str, str]:
    said = found(check_plot(base, plot, ROAD))
    return str(said["LOC-102"].state), str(said["LOC-202"].state)


@pytest.mark.parametrize(
    ("depth_m", "told"),
    [
        (-1, ("CLEAR", "CLEAR")),  # beside it
        (40, ("CLEAR", "CLEAR")),  # 160 m left of 150 m
        (49.9, ("CLEAR", "CLEAR")),
        (51, ("NOTICE", "CLEAR")),
        (199, ("NOTICE", "CLEAR")),
        (210, ("NOTICE", "NOTICE")),  # from bank to bank
    ],
)
def test_a_corridor_is_narrow_below_its_target_and_cut_without_a_way(
    base: Base, depth_m: float, told: tuple[str, str]
) -> None:
    assert states(planned(base, CORRIDOR, target_m=150), reaching(depth_m)) == told


def test_what_was_narrow_before_the_site_is_told_apart(base: Base) -> None:
    wide = planned(base, CORRIDOR, target_m=150)
    narrow = planned(base, CORRIDOR, target_m=250)

    for there, before in ((wide, False), (narrow, True)):
        report = check_plot(there, reaching(100), ROAD)
        (hit,) = report.sites[0].layout
        (note,) = [n for n in found(report)["LOC-102"].notes if "米" in n["zh"]]
        assert hit.narrow_before is before
        assert ("选址前已窄于目标" in note["zh"]) is before
        assert ("not the site's doing" in note["en"]) is before


def test_a_wide_part_that_the_site_narrows_is_its_own_fault(base: Base) -> None:
    """Narrow in the west, 200 m in the east: the site lies across both."""
    west = shapely.box(401_000, SOUTH, 403_050, SOUTH + 140)
    both = shapely.union(west, shapely.box(403_050, SOUTH, 405_000, NORTH))
    report = check_plot(
        planned(base, both, target_m=150), reaching(80, width_m=400), ROAD
    )

    (hit,) = report.sites[0].layout
    assert hit.width_left_m is not None
    assert hit.width_left_m == pytest.approx(60, abs=0.2)
    assert not hit.narrow_before


@pytest.mark.parametrize(
    ("target_m", "plot", "reason"),
    [
        (np.nan, reaching(40), "TARGET_WIDTH_MISSING"),
        (0.0, reaching(40), "TARGET_WIDTH_MISSING"),
        (
            150.0,
            shapely.LineString([(403_000, SOUTH - 50), (403_000, NORTH + 50)]),
            None,
        ),
    ],
)
def test_what_cannot_be_told_is_not_clear(
    base: Base, target_m: float, plot: BaseGeometry, reason: str | None
) -> None:
    report = check_plot(planned(base, CORRIDOR, target_m=target_m), plot, ROAD)
    said = found(report)

    assert str(said["LOC-102"].state) == "NOT_CHECKED"
    assert said["LOC-102"].reason == (reason or "WIDTH_UNMEASURED")
    assert not report.sites[0].complete
    # without a target it can still be told whether a way is left
    assert str(said["LOC-202"].state) == ("CLEAR" if reason else "NOT_CHECKED")


def test_one_corridor_without_a_target_hides_no_finding_of_another(base: Base) -> None:
    other = shapely.box(401_000, SOUTH + 500, 405_000, NORTH + 500)
    there = planned(base, CORRIDOR, other, target_m=150)
    layer = there.layers["corridor_layout"]
    attributes = {**layer.attributes, "target_width_m": np.array([150.0, np.nan])}
    layers = {**there.layers, "corridor_layout": replace(layer, attributes=attributes)}
    plot = shapely.box(403_000, SOUTH + 100, 403_100, SOUTH + 600)
    report = check_plot(replace(there, layers=layers), plot, ROAD)

    assert str(found(report)["LOC-102"].state) == "NOTICE"
    reasons = {gap.problem.code for gap in report.sites[0].gaps}
    assert "TARGET_WIDTH_MISSING" in reasons


def test_slivers_of_several_corridors_are_residue_and_not_clear(base: Base) -> None:
    """Each 0.6 m², together more than what may pass as a boundary's error."""
    south = shapely.box(401_000, SOUTH, 405_000, NORTH)
    north = shapely.box(401_000, NORTH + 100, 405_000, NORTH + 300)
    there = planned(base, south, north, target_m=150)
    plot = shapely.box(403_000, NORTH - 0.006, 403_100, NORTH + 100.006)
    one, two = states(there, plot)

    assert "CLEAR" not in {one, two}
    single = shapely.box(403_000, NORTH - 0.006, 403_100, NORTH + 50)
    assert states(there, single) == (one, two)


def test_screens_have_no_width(base: Base) -> None:
    there = planned(base, CORRIDOR, target_m=150, kind="screen")
    assert states(there, reaching(210)) == ("CLEAR", "CLEAR")


def test_a_plain_check_is_silent_on_models_and_one_that_asks_is_not_clear(
    base: Base,
) -> None:
    plot = shapely.box(406_010, 3_433_010, 406_050, 3_433_050)
    assert "ASK-006" not in found(check_plot(base, plot, ROAD))
    asking = replace(base, scope=(*base.scope, "corridor_model"))
    said = found(check_plot(asking, plot, ROAD))
    assert str(said["ASK-006"].state) == "NOT_CHECKED"
    assert said["ASK-006"].reason == "MODEL_NOT_LAID"


@pytest.mark.parametrize("severity", ["info", "restrict"])
def test_the_width_left_elsewhere_counts_where_a_rule_makes_it_a_conflict(
    base: Base, severity: str
) -> None:
    """The plot lies in the corridor if its numbers are off a web map."""
    there = planned(base, CORRIDOR, target_m=150)
    truth = shapely.transform(
        reaching(100), lambda xy: to_lonlat(np.asarray(xy), "EPSG:4546")
    )
    drawn = shapely.transform(truth, lambda xy: from_wgs84(xy, WebMap.GCJ02))
    book = read_rule_book(there.packs)
    rules = tuple(
        rule.model_copy(update={"severity": severity}) if rule.id == "LOC-102" else rule
        for rule in book.rules
    )
    report = check(
        (replace(site(drawn, ROAD), crs="EPSG:4326", open_readings=(WebMap.GCJ02,)),),
        there,
        replace(book, rules=rules),
        options=CheckOptions(as_of=TODAY),
    )

    (told,) = report.sites
    doubts = [g for g in told.gaps if g.problem.code == "READING_CHANGES_ANSWER"]
    assert told.layout == (), "as written it lies beside the corridor"
    asked = "LOC-102" in {gap.rule_id for gap in doubts}
    assert asked == (severity == "restrict")
