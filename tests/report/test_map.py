"""`zoning.report.map`: one file that shows what the report says, and no less."""

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import folium
import handmade_county as county
import numpy as np
import pytest
import shapely
from handmade import handmade_base, handmade_report, make_layer, report_of, square
from map_reading import drawn_features, drawn_groups, page_data
from pyproj import Geod
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from zoning.errors import Problem
from zoning.measure import project
from zoning.model import Base, Layer, Report, State
from zoning.report import map_layers
from zoning.report.fonts import missing_characters
from zoning.report.map import draw_map, map_html, write_map
from zoning.report.map_labels import plane_of
from zoning.report.styles import state_colour
from zoning.terms import LANGUAGES

GEOD = Geod(ellps="GRS80")


def only(layers: Mapping[str, Layer]) -> Base:
    return replace(handmade_base(), layers=layers, absent={}, missing={})


def degrees(geometry: BaseGeometry, crs: str = "EPSG:4546") -> BaseGeometry:
    shapes = project(np.array([geometry], dtype=object), crs, "EPSG:4490")
    moved: BaseGeometry = shapes[0]
    return moved


def ellipsoid_area(lonlat: BaseGeometry) -> float:
    return abs(float(GEOD.geometry_area_perimeter(lonlat)[0]))


@pytest.fixture(scope="module")
def html() -> str:
    return map_html(handmade_report())


# ------------------------------------------------------------------ what it says
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_site_is_listed_with_its_verdict(lang: str) -> None:
    report = handmade_report()

    data = page_data(map_html(report, lang=lang))

    order = "1235467"  # the undetermined site comes before the one with a notice
    by_id = {result.site.id: result for result in report.sites}
    sites = [by_id[f"S{number}"] for number in order]
    assert [said["name"] for said in data["sites"]] == [s.site.name for s in sites]
    words = {
        result.verdict: said["mark"]["word"]
        for result, said in zip(sites, data["sites"], strict=True)
    }
    assert len(set(words.values())) == len(words) == 6


def test_a_rejected_site_tells_its_problem_and_has_no_place() -> None:
    data = page_data(map_html(handmade_report()))
    rejected = data["sites"][-1]

    assert rejected["bounds"] is None
    assert "边界自相交" in rejected["remarks"][0]


def test_findings_other_than_clear_are_all_in_the_panel() -> None:
    report = handmade_report()

    data = page_data(map_html(report))

    by_name = {said["name"]: said for said in data["sites"]}
    for result in report.sites:
        said = by_name[result.site.name]
        states = [f.state for f in result.findings if f.state != State.CLEAR]
        assert len(said["open"]) == states.count(State.NOT_CHECKED)
        assert len(said["findings"]) + len(said["open"]) == len(states)
        assert len(said["gaps"]) == len({gap.problem.line() for gap in result.gaps})
        assert said["not_checked"] == max(len(result.gaps), len(said["open"]))


def test_the_demo_stamp_is_there_for_demo_bases_only() -> None:
    real = replace(handmade_report(), base=replace(handmade_base(), demo=False))

    assert page_data(map_html(handmade_report()))["stamp"] == "示范数据"
    assert page_data(map_html(real))["stamp"] is None


def test_the_page_carries_date_and_the_note_on_its_standing() -> None:
    data = page_data(map_html(handmade_report()))

    assert "2026-11-20" in data["meta"]
    assert data["note"].startswith("技术参考")
    assert "审批通过" not in json.dumps(data, ensure_ascii=False)


def test_layers_without_features_are_in_the_legend_as_zero() -> None:
    data = page_data(map_html(handmade_report()))
    counts = {
        row["layer"]: row["count"] for part in data["legend"] for row in part["rows"]
    }

    assert counts["basic_farmland_reserve"] == "0"
    assert counts["hazard_zone"] == "缺"
    assert counts["heritage_site"] == "无"


# ------------------------------------------------------------------ what it draws
def test_conflicts_are_drawn_whole_and_unsimplified() -> None:
    report = handmade_report()
    conflicts = [c for result in report.sites for c in result.conflicts]
    features = drawn_features(draw_map(report))["冲突范围"]
    by_number = {f["properties"]["n"]: f for f in features}

    assert sorted(by_number) == list(range(len(conflicts)))
    for number, conflict in enumerate(conflicts):
        there = shape(by_number[number]["geometry"])
        points = shapely.get_num_coordinates([there, conflict.geometry])
        assert points[0] == points[1]
        if conflict.length_m is None:
            # 6 decimals of a degree are 0.05 m: that much along the outline
            near = 0.1 * conflict.geometry.length + 1
            assert ellipsoid_area(there) == pytest.approx(conflict.overlap_m2, abs=near)


def test_conflicts_have_the_colour_of_their_state() -> None:
    report = handmade_report()
    states = [c.state for result in report.sites for c in result.conflicts]

    drawn = {
        (child.style_function(None)["color"], states[feature["properties"]["n"]])
        for child in drawn_groups(draw_map(report))["冲突范围"]
        for feature in child.data["features"]
        if child.style_function(None)["color"] != "#ffffff"
    }

    assert drawn == {
        (state_colour(State.PROHIBITED), State.PROHIBITED),
        (state_colour(State.CONDITIONAL), State.CONDITIONAL),
    }


def test_popups_tell_areas_of_the_geometry_in_the_base_not_of_the_drawing() -> None:
    fields = handmade_base().layers["permanent_basic_farmland"]
    features = drawn_features(draw_map(handmade_report(), radius_m=50))["永久基本农田"]
    cut = 0

    for feature in features:
        row = list(fields.feature_ids).index(feature["properties"]["id"])
        area = ellipsoid_area(degrees(fields.geometry[row]))
        told = float(feature["properties"]["area"].split()[0])
        assert told == pytest.approx(area, abs=0.02)
        cut += ellipsoid_area(shape(feature["geometry"])) < 0.9 * area
    assert cut


def test_layers_are_cut_to_the_surroundings_of_the_sites() -> None:
    site = handmade_report().sites[1]
    report = report_of(site)
    assert site.geometry is not None

    near = drawn_features(draw_map(report, radius_m=300.0))
    far = drawn_features(draw_map(report, radius_m=3000.0))

    window = degrees(shapely.box(*site.geometry.buffer(301).bounds)).buffer(1e-5)
    fields = [shape(feature["geometry"]) for feature in near["永久基本农田"]]
    assert all(field.within(window) for field in fields)
    assert 0 < len(near["永久基本农田"]) < len(far["永久基本农田"])
    assert len(near["乡镇"]) == 7


def test_simplified_neighbours_keep_one_border() -> None:
    border = [(x, 40 * np.sin(x / 90) + 3 * np.sin(x / 7)) for x in range(0, 6000, 5)]
    origin = np.array([county.X0 - 3000, county.Y0])
    low = shapely.Polygon(np.array([(0, -2000), *border, (5995, -2000)]) + origin)
    high = shapely.Polygon(np.array([(0, 2000), *border, (5995, 2000)]) + origin)
    rows: list[county.Row] = [
        (low, {"land_class": "0101"}),
        (high, {"land_class": "03"}),
    ]
    base = only({"land_parcel": make_layer("land_parcel", rows)})

    drawn = map_layers.draw_layers(base, map_layers.view_window(base, 0), lang="zh")

    layer = next(entry for entry in drawn if entry.layer == "land_parcel")
    first, second = (shape(f["geometry"]) for f in layer.classes[""])
    assert shapely.get_num_coordinates(first) < len(border) / 2
    assert first.intersection(second).area < 1e-12
    assert first.union(second).geom_type == "Polygon"
    assert not shapely.get_num_interior_rings(first.union(second))


def test_coordinates_are_degrees_with_six_decimals() -> None:
    features = drawn_features(draw_map(handmade_base()))["乡镇"]
    lonlat = shapely.get_coordinates([shape(f["geometry"]) for f in features])

    assert (lonlat > [109.7, 30.9]).all()
    assert (lonlat < [110.1, 31.3]).all()
    assert np.abs(lonlat - np.round(lonlat, 6)).max() == 0


def test_a_layer_with_too_many_features_is_drawn_by_its_largest_and_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(map_layers, "MOST_FEATURES", 10)
    base = handmade_base()
    fields = base.layers["permanent_basic_farmland"].geometry

    page = draw_map(base)
    data = page_data(page.get_root().render())

    rows = [row for part in data["legend"] for row in part["rows"]]
    row = next(row for row in rows if row["layer"] == "permanent_basic_farmland")
    assert row["note"] == f"只绘最大的 10 个，共 {len(fields)} 个"
    drawn = drawn_features(page)["永久基本农田"]
    areas = sorted(float(f["properties"]["area"].split()[0]) for f in drawn)
    assert areas[0] >= sorted(shapely.area(fields))[-11] * 0.999


def test_the_map_of_a_base_merges_layers_of_many_polygons(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(map_layers, "MOST_SINGLE", 100)
    base = handmade_base()
    whole = shapely.union_all(base.layers["permanent_basic_farmland"].geometry)

    page = draw_map(base)

    drawn = drawn_features(page)["永久基本农田"]
    assert len(drawn) == 1
    area = ellipsoid_area(shape(drawn[0]["geometry"]))
    assert area == pytest.approx(ellipsoid_area(degrees(whole)), rel=0.01)
    data = page_data(page.get_root().render())
    rows = [row for part in data["legend"] for row in part["rows"]]
    notes = {row["layer"]: row["note"] for row in rows}
    assert notes["permanent_basic_farmland"] == "同类图斑合并显示"


def test_problems_of_layers_are_told_on_the_map_of_a_base() -> None:
    base = handmade_base()
    doubtful = Problem(code="ENCODING_DOUBTFUL", values=Everything())
    river = replace(base.layers["river"], problems=(doubtful,))

    data = page_data(map_html(replace(base, layers={**base.layers, "river": river})))

    assert doubtful.line("zh") in data["remarks"]
    assert any("E210" in remark for remark in data["remarks"])


class Everything(dict[str, str]):
    """Any placeholder of any message, filled in."""

    def __missing__(self, key: str) -> str:
        return key


# ------------------------------------------------------------------ nothing to draw
def test_an_empty_report_still_shows_the_county() -> None:
    page = draw_map(report_of())

    assert len(drawn_features(page)["县域"]) == 1
    assert "冲突范围" not in drawn_features(page)


def test_a_report_of_rejected_sites_only_is_drawn() -> None:
    data = page_data(map_html(report_of(handmade_report().sites[-1])))

    assert data["tally"][0]["word"] == "输入不合格"


def test_empty_layers_and_an_empty_base_do_not_stop_the_map() -> None:
    names = ("river", "facility", "corridor_layout")
    empty = only({name: make_layer(name, []) for name in names})

    assert "河流" not in drawn_features(draw_map(empty))
    assert page_data(map_html(only({})))["sites"] == []


def test_empty_geometries_are_left_out() -> None:
    rows: list[county.Row] = [
        (shapely.Polygon(), {"name": "空"}),
        (square(0, 0, 90, 90), {"name": "方"}),
    ]
    base = only({"settlement": make_layer("settlement", rows)})

    features = drawn_features(draw_map(base))["居民点"]

    assert [f["properties"]["name"] for f in features] == ["方"]


# ------------------------------------------------------------------ the rest
def test_every_character_of_the_page_is_in_its_font(html: str) -> None:
    data = json.dumps(page_data(html), ensure_ascii=False)

    assert missing_characters(data) == ()


def test_written_files_are_utf8_and_their_size_is_told(tmp_path: Path) -> None:
    path = tmp_path / "地图.html"

    size = write_map(handmade_report(), path)

    assert size.size_bytes == path.stat().st_size
    assert size.largest_layer == "permanent_basic_farmland"
    assert not size.over_budget
    assert "江北化工产业园一期" in path.read_text(encoding="utf-8")


def test_a_map_above_two_megabytes_is_over_budget(tmp_path: Path) -> None:
    size = write_map(handmade_report(), tmp_path / "map.html")

    assert replace(size, size_bytes=2_000_001).over_budget
    assert not replace(size, size_bytes=2_000_000).over_budget


def test_the_plane_is_told_for_gauss_kruger_only() -> None:
    plane = plane_of("EPSG:4525")

    assert plane is not None
    assert (plane["meridian"], plane["false_easting"]) == (111, 37_500_000)
    assert plane_of("EPSG:4490") is None


def test_a_folium_map_comes_back_and_notebooks_show_it_offline() -> None:
    page = draw_map(handmade_base())

    assert isinstance(page, folium.Map)
    assert "https://cdn" not in page._repr_html_()


def test_reports_of_other_planes_are_drawn_in_the_same_place() -> None:
    report = handmade_report()
    moved = _moved(report)

    first, second = (
        shape(drawn_features(draw_map(r))["项目选址"][0]["geometry"])
        for r in (report, moved)
    )

    assert second.equals_exact(first, 2e-6)


def _moved(report: Report) -> Report:
    """Return the report with its plane one zone further west (EPSG:4545)."""
    result = report.sites[0]
    shapes = np.array([result.geometry, county.COUNTY], dtype=object)
    site, outline = project(shapes, "EPSG:4546", "EPSG:4545")
    base = replace(handmade_base(), crs="EPSG:4545", county=outline, layers={})
    return report_of(replace(result, geometry=site, conflicts=(), layout=()), base=base)
