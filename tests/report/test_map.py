"""`zoning.report.map`: one file that shows what the report says, and no less."""

import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, override

import branca.element
import folium
import handmade_county as county
import numpy as np
import pytest
import shapely
from handmade import handmade_base, handmade_report, make_layer, report_of, square
from hostile import NAMES, hostile_report
from pyproj import Geod
from shapely.geometry import shape

from zoning.measure import project
from zoning.model import Base, Layer, Report, State
from zoning.report import map_layers
from zoning.report.fonts import missing_characters
from zoning.report.inline import POLICY, OfflineFigure, vendored
from zoning.report.map import draw_map, map_html, write_map
from zoning.report.map_labels import plane_of
from zoning.report.styles import state_colour
from zoning.terms import LANGUAGES

STATIC = Path(map_layers.__file__).parent / "static"
GEOD = Geod(ellps="GRS80")


def page_data(html: str) -> Any:
    """Return the JSON block that the script of the page reads."""
    found = re.search(r'id="zoning-data">(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


def drawn_features(page: folium.Map) -> dict[str, list[Any]]:
    """Return what Folium draws, by the name of the feature group."""
    groups = [c for c in page._children.values() if isinstance(c, folium.FeatureGroup)]
    return {
        str(group.layer_name): [
            feature
            for child in group._children.values()
            for feature in child.data["features"]
        ]
        for group in groups
    }


def only(layers: Mapping[str, Layer]) -> Base:
    return replace(handmade_base(), layers=layers, absent={}, missing={})


class Tags(HTMLParser):
    """Collects elements, their attributes and the text of the title."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def html() -> str:
    return map_html(handmade_report())


# ------------------------------------------------------------------ one file, alone
def test_the_page_links_nothing(html: str) -> None:
    tags = Tags()
    tags.feed(html)

    assert not [tag for tag, _ in tags.seen if tag in {"link", "img", "iframe"}]
    assert not [own for _, own in tags.seen if "src" in own or "href" in own]
    remote = re.findall(r"url\(['\"]?(?!data:|#)[^)]*", html)
    assert remote == []


def test_the_policy_forbids_the_network_and_stands_before_any_script(html: str) -> None:
    tags = Tags()
    tags.feed(html)
    names = [tag for tag, _ in tags.seen]
    policies = [own["content"] for _, own in tags.seen if "http-equiv" in own]

    assert POLICY in policies
    assert html.index("Content-Security-Policy") < html.index("<script")
    assert names.index("meta") < names.index("script")
    assert "http:" not in POLICY
    assert "https:" not in POLICY
    assert "default-src 'none'" in POLICY


@pytest.mark.parametrize("library", ["jquery", "bootstrap", "awesome", "glyphicon"])
def test_libraries_that_serve_icon_markers_only_are_left_out(
    html: str, library: str
) -> None:
    assert library not in html.lower()


def test_an_element_that_links_an_unknown_file_is_refused() -> None:
    page = draw_map(report_of())
    page.add_css_link("more", "https://cdn.example/some/more.css")

    with pytest.raises(LookupError, match="https://cdn.example/some/more.css"):
        page.get_root().render()


def test_a_figure_of_any_folium_element_stays_offline() -> None:
    figure = OfflineFigure("t", "zh")
    figure.header.add_child(
        branca.element.JavascriptLink("https://x.example/a/leaflet.js")
    )

    assert "x.example" not in figure.render()
    assert "1.9.4" in figure.render()


def test_a_title_is_text() -> None:
    assert "<title>&lt;b&gt;</title>" in OfflineFigure("<b>", "zh").render()


@pytest.mark.parametrize("path", sorted(vendored()))
def test_a_vendored_file_is_the_one_that_was_pinned(path: str) -> None:
    entry = vendored()[path]

    content = (STATIC / path).read_bytes()

    assert hashlib.sha256(content).hexdigest() == entry.sha256
    assert (STATIC / "licenses" / entry.licence_file).is_file()
    assert re.fullmatch(r"\d+(\.\d+)+", entry.version)


def test_every_file_of_others_is_pinned() -> None:
    own = {"VENDOR.toml", "map.js", "map.css"}
    found = {
        file.relative_to(STATIC).as_posix()
        for file in STATIC.rglob("*")
        if file.is_file() and file.parent.name != "licenses"
    }

    assert {path for path in found if path not in own} == set(vendored())


# ------------------------------------------------------------------ the same bytes
def test_the_same_report_gives_the_same_page_twice(html: str) -> None:
    assert map_html(handmade_report()) == html


def test_a_page_is_the_same_when_it_is_rendered_again() -> None:
    figure = draw_map(handmade_report()).get_root()

    assert figure.render() == figure.render()


@pytest.mark.slow
def test_the_page_does_not_depend_on_process_time_zone_or_folder(
    html: str, tmp_path: Path
) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from handmade import handmade_report\n"
        "from zoning.report.map import map_html\n"
        "import hashlib\n"
        "print(hashlib.sha256(map_html(handmade_report()).encode()).hexdigest())"
    )
    tests = str(Path(__file__).parent)
    package = str(Path(map_layers.__file__).parents[2])
    settings = {"TZ": "Asia/Shanghai", "PYTHONHASHSEED": "7", "PYTHONPATH": package}

    done = subprocess.run(
        [sys.executable, "-c", code, tests],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=settings | {"LC_ALL": "C"},
    )

    assert done.stdout.strip() == hashlib.sha256(html.encode()).hexdigest()


# ------------------------------------------------------------------ what it says
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_site_is_listed_with_its_verdict(lang: str) -> None:
    report = handmade_report()

    data = page_data(map_html(report, lang=lang))

    assert [site["name"] for site in data["sites"]] == [
        s.site.name for s in report.sites
    ]
    words = {
        result.verdict: said["mark"]["word"]
        for result, said in zip(report.sites, data["sites"], strict=True)
    }  # one line to read
    assert len(set(words.values())) == len(words) == 6


def test_a_rejected_site_tells_its_problem_and_has_no_place() -> None:
    data = page_data(map_html(handmade_report()))
    rejected = data["sites"][-1]

    assert rejected["bounds"] is None
    assert "边界自相交" in rejected["remarks"][0]


def test_findings_other_than_clear_are_all_in_the_panel() -> None:
    report = handmade_report()

    data = page_data(map_html(report))

    for result, said in zip(report.sites, data["sites"], strict=True):
        adverse = [f for f in result.findings if f.state != State.CLEAR]
        assert len(said["findings"]) == len(adverse)
        assert len([r for r in said["remarks"] if re.match(r"E\d", r)]) >= len(
            result.gaps
        )


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
    by_number = {f["properties"]["number"]: f for f in features}

    assert sorted(by_number) == list(range(len(conflicts)))
    for number, conflict in enumerate(conflicts):
        there = shape(by_number[number]["geometry"])
        assert shapely.get_num_coordinates(there) == shapely.get_num_coordinates(
            conflict.geometry
        )
        if conflict.length_m is None:
            area = abs(GEOD.geometry_area_perimeter(there)[0])
            # 6 decimals of a degree are 0.05 m: outline length times that
            assert area == pytest.approx(
                conflict.overlap_m2, abs=0.1 * conflict.geometry.length + 1
            )


def test_conflicts_have_the_colour_of_their_state() -> None:
    page = draw_map(handmade_report())
    group = next(
        c for c in page._children.values() if getattr(c, "layer_name", "") == "冲突范围"
    )

    drawn = {
        (child.style_function(None)["color"], feature["properties"]["state"].split()[0])
        for child in group._children.values()
        for feature in child.data["features"]
        if child.style_function(None)["color"] != "#ffffff"
    }

    assert drawn == {
        (state_colour(State.PROHIBITED), "PROHIBITED"),
        (state_colour(State.CONDITIONAL), "CONDITIONAL"),
    }


def test_popups_tell_areas_of_the_geometry_in_the_base_not_of_the_drawing() -> None:
    fields = handmade_base().layers["permanent_basic_farmland"]
    features = drawn_features(draw_map(handmade_report(), radius_m=50))["永久基本农田"]
    cut = 0

    for feature in features:
        row = list(fields.feature_ids).index(feature["properties"]["id"])
        whole = project(fields.geometry[[row]], "EPSG:4546", "EPSG:4490")[0]
        area = abs(GEOD.geometry_area_perimeter(whole)[0])
        told = float(feature["properties"]["area"].split()[0])
        assert told == pytest.approx(area, abs=0.02)
        cut += (
            abs(GEOD.geometry_area_perimeter(shape(feature["geometry"]))[0])
            < 0.9 * area
        )
    assert cut


def test_layers_are_cut_to_the_surroundings_of_the_sites() -> None:
    site = handmade_report().sites[1]
    report = report_of(site)
    assert site.geometry is not None

    near = drawn_features(draw_map(report, radius_m=300.0))
    far = drawn_features(draw_map(report, radius_m=3000.0))

    west, south, east, north = site.geometry.buffer(301).bounds
    window = project(
        np.array([shapely.box(west, south, east, north)], object),
        "EPSG:4546",
        "EPSG:4490",
    )[0]
    assert all(
        shape(f["geometry"]).within(window.buffer(1e-5)) for f in near["永久基本农田"]
    )
    assert 0 < len(near["永久基本农田"]) < len(far["永久基本农田"])
    assert len(near["乡镇"]) == 7


def test_simplified_neighbours_keep_one_border() -> None:
    border = [(x, 40 * np.sin(x / 90) + 3 * np.sin(x / 7)) for x in range(0, 6000, 5)]
    origin = np.array([county.X0 - 3000, county.Y0])
    low = shapely.Polygon(np.array([(0, -2000), *border, (5995, -2000)]) + origin)
    high = shapely.Polygon(np.array([(0, 2000), *border, (5995, 2000)]) + origin)
    base = only(
        {
            "land_parcel": make_layer(
                "land_parcel",
                [(low, {"land_class": "0101"}), (high, {"land_class": "0301"})],
            )
        }
    )  # one layer

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

    row = next(
        r
        for part in data["legend"]
        for r in part["rows"]
        if r["layer"] == "permanent_basic_farmland"
    )
    assert row["note"] == f"只绘最大的 10 个，共 {len(fields)} 个"
    drawn = drawn_features(page)["永久基本农田"]
    areas = sorted(float(f["properties"]["area"].split()[0]) for f in drawn)
    assert areas[0] >= sorted(shapely.area(fields))[-11] * 0.999


# ------------------------------------------------------------------ nothing to draw
def test_an_empty_report_still_shows_the_county() -> None:
    page = draw_map(report_of())

    assert len(drawn_features(page)["县域"]) == 1
    assert "冲突范围" not in drawn_features(page)


def test_a_report_of_rejected_sites_only_is_drawn() -> None:
    data = page_data(map_html(report_of(handmade_report().sites[-1])))

    assert data["tally"][0]["word"] == "输入不合格"


def test_empty_layers_and_an_empty_base_do_not_stop_the_map() -> None:
    empty = only(
        {"river": make_layer("river", []), "facility": make_layer("facility", [])}
    )

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


# ------------------------------------------------------------------ hostile names
def test_hostile_names_stay_inside_data() -> None:
    page = map_html(hostile_report())
    tags = Tags()
    tags.feed(page)
    plain = Tags()
    plain.feed(map_html(handmade_report()))

    assert [tag for tag, _ in tags.seen] == [tag for tag, _ in plain.seen]
    assert not [
        own for _, own in tags.seen if any(name.startswith("on") for name in own)
    ]
    assert {site["name"] for site in page_data(page)["sites"]} <= set(NAMES)


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

    first = page_data(map_html(report))["sites"][0]["bounds"]
    second = page_data(map_html(moved))["sites"][0]["bounds"]

    assert second == pytest.approx(first, abs=2e-5)


def _moved(report: Report) -> Report:
    """Return the report with its plane one zone further west (EPSG:4545)."""
    result = report.sites[0]
    shapes = np.array([result.geometry, county.COUNTY], dtype=object)
    site, outline = project(shapes, "EPSG:4546", "EPSG:4545")
    base = replace(handmade_base(), crs="EPSG:4545", county=outline, layers={})
    return report_of(replace(result, geometry=site, conflicts=(), layout=()), base=base)
