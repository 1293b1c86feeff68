"""The map where a distance decides: line, label, limit, and what is in view."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import folium
import numpy as np
import pytest
import shapely
from handmade import handmade_base, handmade_report, report_of
from handmade_findings import finding
from map_reading import drawn_features, drawn_groups, page_data
from pyproj import Geod
from shapely.geometry import shape

from zoning.measure import to_lonlat
from zoning.model import Finding, LonLat, NearestFeature, Report, SiteResult, State
from zoning.report.map import draw_map, map_html
from zoning.report.map_distance import distances
from zoning.report.map_layers import view_window
from zoning.report.styles import state_colour

GEOD = Geod(ellps="GRS80")
AWAY_M = 2800.0


def school() -> SiteResult:
    """Return the handmade site of 260 m by 190 m without a conflict."""
    return next(s for s in handmade_report().sites if s.site.id == "S4")


def north_of(result: SiteResult, away_m: float) -> LonLat:
    assert result.geometry is not None
    west, _, east, north = result.geometry.bounds
    point = np.array([[(west + east) / 2, north + away_m]])
    lon, lat = to_lonlat(point, handmade_base().crs)[0]
    return LonLat(lon=float(lon), lat=float(lat))


def away(state: State = State.PROHIBITED, **rest: Any) -> Finding:
    near = NearestFeature(id="river-2", name="清溪河", distance_m=AWAY_M)
    given: dict[str, Any] = {
        "relation": "within_distance",
        "distance_m": AWAY_M,
        "nearest": near,
        "threshold": {"distance_m": 3000.0},
        "witness": north_of(school(), AWAY_M),
    }
    return finding("YRL-026", "river", state, **(given | rest))


def report(*findings: Finding) -> Report:
    return report_of(replace(school(), findings=findings))


def legend_rows(data: Any) -> Mapping[str, Any]:
    return {row["layer"]: row for part in data["legend"] for row in part["rows"]}


def test_a_line_leads_from_the_site_to_the_nearest_point() -> None:
    source = report(away())
    target = source.sites[0].findings[0].witness
    assert target is not None

    lines = drawn_features(draw_map(source))["相距"]

    lines = [line for line in lines if line["geometry"]["type"] == "LineString"]
    coordinates = shapely.get_coordinates(shape(lines[0]["geometry"]))
    assert coordinates[-1] == pytest.approx((target.lon, target.lat), abs=1e-6)
    length = GEOD.line_length(*coordinates.T)
    assert length == pytest.approx(AWAY_M, rel=1e-3)
    assert lines[0]["properties"]["distance"] == "2800.00 米"
    assert lines[0]["properties"]["limit"] == "3000 米"


def test_the_line_has_its_length_beside_it_and_a_row_in_the_legend() -> None:
    data = page_data(map_html(report(away())))

    texts = [item["text"] for item in data["labels"] if item["kind"] == "distance"]
    row = legend_rows(data)["distance"]
    assert texts == ["2800.00 米"]
    assert (row["label"], row["count"]) == ("相距", "1")
    assert [own["label"] for own in row["classes"]] == ["界限 3000 米以内"]


def test_english_tells_the_distance_in_english() -> None:
    data = page_data(map_html(report(away()), lang="en"))

    assert legend_rows(data)["distance"]["label"] == "Distance"
    assert "2800.00 m" in [item["text"] for item in data["labels"]]


def test_the_line_has_the_colour_of_the_worst_finding_that_ends_there() -> None:
    source = report(away(State.CONDITIONAL), away(State.PROHIBITED))

    page = draw_map(source)

    assert len(distances(source)) == 1
    colours = {
        child.style_function(None)["color"] for child in drawn_groups(page)["相距"]
    }
    assert colours == {"#ffffff", state_colour(State.PROHIBITED)}


def test_the_first_view_and_the_finding_hold_the_site_and_the_nearest_point() -> None:
    source = report(away())
    point = north_of(school(), AWAY_M)

    data = page_data(map_html(source))

    said = data["sites"][0]
    for bounds in (data["bounds"], said["bounds"], said["findings"][0]["bounds"]):
        south, west, north, east = bounds
        assert south < point.lat - 0.02
        assert point.lat < north
        assert west < point.lon < east
    assert said["findings"][0]["shapes"]["distance"] == [0]


def test_layers_are_drawn_as_far_as_the_nearest_point() -> None:
    site = school().geometry
    assert site is not None

    near = view_window(report(), 50)
    far = view_window(report(away()), 50)

    assert near.bounds[3] == pytest.approx(site.bounds[3] + 50)
    assert far.bounds[3] == pytest.approx(site.bounds[3] + AWAY_M + 50, abs=0.01)


def test_the_layer_of_the_distance_is_switched_on() -> None:
    plain, met = (
        draw_map(report(replace(away(), layer=layer)))
        for layer in ("river", "control_unit")
    )

    shown = [
        child.show
        for page in (plain, met)
        for child in page._children.values()
        if isinstance(child, folium.FeatureGroup) and child.layer_name == "环境管控单元"
    ]
    assert shown == [False, True]


@pytest.mark.parametrize(
    "other",
    [
        {"state": State.NOTICE},
        {"state": State.CLEAR},
        {"relation": "intersects"},
        {"relation": "outside"},
        {"distance_m": 0.0},
        {"witness": None},
    ],
    ids=str,
)
def test_what_does_not_bite_from_a_distance_has_no_line(other: dict[str, Any]) -> None:
    data = page_data(map_html(report(away(**other))))

    assert "distance" not in legend_rows(data)
    assert not [item for item in data["labels"] if item["kind"] == "distance"]


# ------------------------------------------------------------------ conflicts
def test_the_county_is_never_drawn_over_a_site() -> None:
    site = handmade_report().sites[0]
    assert site.geometry is not None
    over = replace(
        site.conflicts[0],
        layer="county",
        feature="county",
        geometry=site.geometry,
        state=State.REVIEW,
        rule_ids=("QX-001",),
    )
    judged = finding("COR-001", "access_list", State.REVIEW, rule_id="QX-001")
    source = report_of(
        replace(
            site,
            conflicts=(over, *site.conflicts),
            findings=(judged, *site.findings),
        )
    )

    page = draw_map(source)
    data = page_data(page.get_root().render())

    drawn = drawn_features(page)["冲突范围"]
    assert {one["properties"]["feature"] for one in drawn} == {
        one.feature for one in site.conflicts
    }
    counted = legend_rows(data)["conflict"]
    assert counted["count"] == str(len(site.conflicts))
    assert [own["label"] for own in counted["classes"]] == ["禁止/不符合"]
    numbers = {
        number
        for said in data["sites"][0]["findings"]
        for number in said["shapes"]["conflict"]
    }
    assert numbers == set(range(len(site.conflicts)))


@pytest.mark.parametrize(
    ("milder", "worse"),
    [
        (State.NOTICE, State.REVIEW),
        (State.REVIEW, State.NOT_CHECKED),
        (State.NOT_CHECKED, State.CONDITIONAL),
        (State.CONDITIONAL, State.PROHIBITED),
        (State.REVIEW, State.PROHIBITED),
    ],
)
def test_the_worst_state_at_a_shape_gives_its_colour(
    milder: State, worse: State
) -> None:
    site = handmade_report().sites[0]
    rules = ("A-1", "A-2")
    conflict = replace(site.conflicts[0], state=milder, rule_ids=rules)
    findings = tuple(
        finding("COR-001", "ecological_redline", state, rule_id=rule)
        for rule, state in zip(rules, (worse, milder), strict=True)
    )
    source = report_of(replace(site, conflicts=(conflict,), findings=findings))

    groups = drawn_groups(draw_map(source))["冲突范围"]

    colours = {child.style_function(None)["color"] for child in groups}
    assert colours == {"#ffffff", state_colour(worse)}


# ------------------------------------------------------------------ boundary errors
def test_boundary_errors_are_in_the_legend_also_as_zero() -> None:
    without = page_data(map_html(report_of(handmade_report().sites[0])))
    with_one = page_data(map_html(report_of(school())))

    assert legend_rows(without)["residue"]["count"] == "0"
    assert legend_rows(with_one)["residue"]["count"] == "1"


def test_an_overlap_within_the_tolerance_is_drawn_as_a_boundary_error() -> None:
    site = handmade_report().sites[1]
    first, *others = site.conflicts
    source = report_of(
        replace(site, conflicts=(replace(first, overlap_class="residue"), *others))
    )

    drawn = drawn_features(draw_map(source))

    residues = {one["properties"]["feature"] for one in drawn["边界误差疑似"]}
    assert residues == {first.feature}
    conflicts = {one["properties"]["feature"] for one in drawn["冲突范围"]}
    assert conflicts == {one.feature for one in others}
