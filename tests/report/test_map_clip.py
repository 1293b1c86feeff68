"""Cutting layers to the view leaves nothing behind that cannot be drawn."""

from dataclasses import replace

import handmade_county as county
import pytest
import shapely
from handmade import handmade_base, handmade_report, make_layer, report_of, square
from map_reading import drawn_features
from shapely import Polygon
from shapely.geometry import shape

from zoning.model import Report
from zoning.report.map import draw_map
from zoning.report.map_layers import view_window

RADIUS_M = 100.0


def report_with(key: str, rows: list[county.Row]) -> Report:
    site = next(s for s in handmade_report().sites if s.site.id == "S4")
    base = replace(handmade_base(), layers={key: make_layer(key, rows)})
    return report_of(site, base=base)


def edge() -> tuple[float, float, float]:
    """Return the east edge of the view and its lower and upper end."""
    site = next(s for s in handmade_report().sites if s.site.id == "S4")
    _, south, east, north = view_window(report_of(site), RADIUS_M).bounds
    return east, south, north


def test_fields_that_only_touch_the_edge_of_the_view_are_left_out() -> None:
    east, south, north = edge()
    along = shapely.box(east, south, east + 50, north)
    corner = shapely.box(east, north, east + 50, north + 50)
    inside = square(3300, 900, 50, 50)
    rows: list[county.Row] = [
        (s, {"name": n}) for s, n in ((along, "边"), (corner, "角"), (inside, "内"))
    ]

    page = draw_map(report_with("settlement", rows), radius_m=RADIUS_M)

    drawn = drawn_features(page)["居民点"]
    assert [one["properties"]["name"] for one in drawn] == ["内"]


def test_of_a_field_that_meets_the_edge_twice_only_its_surface_is_drawn() -> None:
    east, south, _ = edge()
    field = Polygon(
        [
            (east - 40, south + 10),
            (east + 40, south + 10),
            (east + 40, south + 90),
            (east, south + 90),  # runs back along the edge of the view
            (east, south + 60),
            (east + 20, south + 60),
            (east + 20, south + 30),
            (east - 40, south + 30),
        ]
    )
    window = shapely.box(east - 500, south, east, south + 200)
    assert field.intersection(window).geom_type == "GeometryCollection"
    rows: list[county.Row] = [
        (field, {"name": "甲"}),
        (shapely.box(east - 60, south + 10, east - 40, south + 30), {"name": "乙"}),
    ]

    page = draw_map(report_with("settlement", rows), radius_m=RADIUS_M)

    drawn = drawn_features(page)["居民点"]
    kinds = {one["properties"]["name"]: shape(one["geometry"]) for one in drawn}
    assert {name: own.geom_type for name, own in kinds.items()} == {
        "甲": "Polygon",
        "乙": "Polygon",
    }


def test_lines_that_touch_the_edge_leave_no_points() -> None:
    east, south, north = edge()
    touching = shapely.LineString([(east, south + 50), (east + 90, south + 50)])
    crossing = shapely.LineString(
        [
            (east - 30, south + 20),
            (east + 30, south + 20),
            (east, south + 60),
            (east + 30, north),
        ]
    )
    rows: list[county.Row] = [
        (touching, {"name": "接"}),
        (crossing, {"name": "穿"}),
    ]

    page = draw_map(report_with("protected_area", rows), radius_m=RADIUS_M)

    drawn = drawn_features(page)["自然保护地"]
    assert [one["properties"]["name"] for one in drawn] == ["穿"]
    assert drawn[0]["geometry"]["type"].endswith("LineString")


def test_a_failure_of_the_common_borders_falls_back_to_plain_simplifying(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise shapely.errors.GEOSException("side location conflict")

    monkeypatch.setattr(shapely, "coverage_simplify", fail)
    rows: list[county.Row] = [(square(3300, 900, 50, 50), {"name": "内"})]

    page = draw_map(report_with("settlement", rows), radius_m=RADIUS_M)

    assert len(drawn_features(page)["居民点"]) == 1
