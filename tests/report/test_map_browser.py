"""The map page in a browser without a network: it draws, and runs no name."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import shapely
import shapely.affinity
from browsing import opened_context
from handmade import handmade_base, handmade_report, report_of
from hostile import NAMES, hostile_report
from loading import LOADING_MS
from playwright.sync_api import BrowserContext, Page
from pyproj import Transformer

from zoning.measure import to_lonlat
from zoning.model import Base, LonLat, Report
from zoning.report.map import write_map

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@dataclass
class Opened:
    """A page, and everything that should not have happened in it."""

    page: Page
    troubles: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with opened_context() as opened:
        yield opened


def visit(context: BrowserContext, path: Path) -> Opened:
    opened = Opened(page=context.new_page())
    page, troubles = opened.page, opened.troubles
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
    page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    page.on("request", lambda asked: troubles.extend(_remote(asked.url)))
    page.goto(path.as_uri(), timeout=LOADING_MS)
    page.wait_for_selector(".zp-main")
    page.wait_for_timeout(300)
    return opened


def _remote(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [f"request: {url}"]


@pytest.fixture(scope="module")
def report_page(
    context: BrowserContext, tmp_path_factory: pytest.TempPathFactory
) -> Opened:
    path = tmp_path_factory.mktemp("map") / "地图 1.html"
    write_map(handmade_report(), path)
    return visit(context, path)


COLOURS = """() => {
    const canvas = document.querySelector("canvas");
    const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = {};
    for (let i = 0; i < data.length; i += 4) {
        if (data[i + 3] < 200) continue;
        const key = [data[i], data[i + 1], data[i + 2]].map(v => v >> 4).join(",");
        seen[key] = (seen[key] || 0) + 1;
    }
    return seen;
}"""  # noqa: E501  # JavaScript


def test_the_page_asks_for_nothing_and_complains_of_nothing(
    report_page: Opened,
) -> None:
    assert report_page.troubles == []


def test_layers_are_drawn_in_many_colours_on_one_canvas(report_page: Opened) -> None:
    seen = report_page.page.evaluate(COLOURS)

    assert len(seen) > 15
    assert sum(seen.values()) > 100_000


def test_every_conflict_is_on_the_map(report_page: Opened) -> None:
    conflicts = [c for site in handmade_report().sites for c in site.conflicts]

    found = report_page.page.evaluate(
        """() => {
            const key = Object.keys(window).find(k => k.startsWith("map_"));
            const numbers = new Set();
            window[key].eachLayer(layer => {
                if (layer.feature && layer.options.className === "conflict") {
                    numbers.add(layer.feature.properties.n);
                }
            });
            return [...numbers].sort((a, b) => a - b);
        }"""
    )

    assert found == list(range(len(conflicts)))


def test_a_click_on_a_conflict_tells_area_state_and_article(
    report_page: Opened,
) -> None:
    page = report_page.page
    page.locator(".zs summary").first.click()
    page.locator(".zs summary").first.click()
    page.locator(".zf").first.click()
    page.wait_for_timeout(900)
    centre = page.evaluate(
        """() => {
            const map = window[Object.keys(window).find(k => k.startsWith("map_"))];
            let at;
            map.eachLayer(layer => {
                if (layer.feature && layer.options.color === "#b40f2e") at = layer.getBounds().getCenter();
            });
            const point = map.latLngToContainerPoint(at);
            return [point.x, point.y];
        }"""  # noqa: E501  # JavaScript
    )

    page.mouse.click(*centre)
    page.wait_for_selector(".zq")

    text = page.locator(".leaflet-popup-content").inner_text()
    conflict = handmade_report().sites[0].conflicts[0]
    assert f"{conflict.overlap_m2:.2f} 平方米" in text
    assert "PROHIBITED 禁止/不符合" in text
    assert "自然资发〔2022〕142号" in text
    assert "江北化工产业园一期" in text


def test_a_finding_brings_its_conflict_into_view(report_page: Opened) -> None:
    page = report_page.page
    target = handmade_report().sites[1]
    assert target.geometry is not None
    centre = shapely.get_coordinates(target.geometry.centroid)
    lon, lat = to_lonlat(centre, "EPSG:4546")[0]
    page.locator(".zs summary").last.click()  # rejected: it has no place to go to

    page.locator(".zs > summary", has_text=target.site.name).click()
    page.locator(".zs[open] .zf").first.click()
    page.wait_for_timeout(300)

    west, south, east, north = page.evaluate(
        """() => {
            const map = window[Object.keys(window).find(k => k.startsWith("map_"))];
            return map.getBounds().toBBoxString().split(",").map(Number);
        }"""
    )
    assert west < lon < east
    assert south < lat < north
    assert east - west < 0.05
    assert page.locator(".zs[open]").count() == 1


def test_a_finding_at_a_distance_brings_the_nearest_point_into_view(
    context: BrowserContext, tmp_path: Path
) -> None:
    path = tmp_path / "distance.html"
    site = handmade_report().sites[0]
    assert site.geometry is not None
    south_west = shapely.Point(site.geometry.bounds[:2])
    there = shapely.affinity.translate(south_west, -2000, -2000)
    lon, lat = to_lonlat(shapely.get_coordinates(there), "EPSG:4546")[0]
    findings = tuple(
        replace(one, witness=LonLat(lon=float(lon), lat=float(lat)))
        if one.relation == "within_distance"
        else one
        for one in site.findings
    )
    write_map(report_of(replace(site, findings=findings)), path)
    opened = visit(context, path)
    page, name = opened.page, opened.page.locator(".zt-distance")
    held = f"""() => {{
        const map = window[Object.keys(window).find(k => k.startsWith("map_"))];
        return map.getBounds().contains([{lat}, {lon}]);
    }}"""
    finding = page.locator(".zf", has_text="长江干支流一公里")

    assert page.evaluate(held)
    assert name.inner_text() == "412.36 米"
    page.locator(".zf", has_text="占用生态保护红线").click()
    assert not page.evaluate(held)
    finding.click()
    assert page.evaluate(held)
    page.locator(".zl-row", has_text="相距").locator("input").uncheck()
    assert not name.is_visible()
    assert opened.troubles == []


def test_a_layer_can_be_switched_on_from_the_legend(report_page: Opened) -> None:
    page = report_page.page
    row = page.locator(".zl-row", has_text="环境管控单元")
    classes = page.locator(".zl-class", has_text="优先保护单元")

    assert not classes.is_visible()
    row.locator("input").check()

    assert classes.is_visible()


def test_the_page_shows_coordinates_of_the_working_plane(report_page: Opened) -> None:
    made = Transformer.from_crs("EPSG:4490", "EPSG:4525", always_xy=True)
    plane = "{meridian: 111, scale: 1, false_easting: 37500000, false_northing: 0}"
    for lon, lat in ((109.55, 30.75), (110.18, 31.48), (111.0, 31.0), (112.4, 29.1)):
        east, north = report_page.page.evaluate(f"zoningPlane({lon}, {lat}, {plane})")
        assert (east, north) == pytest.approx(made.transform(lon, lat), abs=0.001)


def test_the_inlined_font_is_used(report_page: Opened) -> None:
    assert report_page.page.evaluate(
        """async () => {
            await document.fonts.ready;
            const plain = font => font.family.replaceAll('"', "");
            return [...document.fonts].map(font => [plain(font), font.status]);
        }"""
    ) == [["Zoning Sans SC", "loaded"]]


def test_the_stamp_and_the_note_are_visible(report_page: Opened) -> None:
    assert report_page.page.locator(".zp-stamp").inner_text() == "示范数据"
    assert "技术参考" in report_page.page.locator(".zp-foot").inner_text()


def test_hostile_names_are_shown_as_text_and_never_run(
    context: BrowserContext, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.html"
    write_map(hostile_report(), path)

    opened = visit(context, path)

    page = opened.page
    assert opened.troubles == []
    assert page.title() == f"选址核查图 · {NAMES[3]}"
    assert page.locator(".zp-title").inner_text() == NAMES[3]
    shown = page.locator(".zs-name").all_inner_texts()
    assert sorted(shown) == sorted(NAMES[: len(shown)])
    labels = page.locator(".zt-site").all_inner_texts()
    assert any(NAMES[0] in label for label in labels)
    assert page.locator("img").count() == 0
    assert len(page.evaluate(COLOURS)) > 15


def test_every_popup_of_hostile_names_is_text(
    context: BrowserContext, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.html"
    write_map(hostile_report(), path)
    opened = visit(context, path)
    title = opened.page.title()

    told = opened.page.evaluate(
        """() => {
            const map = window[Object.keys(window).find(k => k.startsWith("map_"))];
            const texts = [];
            map.eachLayer(layer => {
                if (!layer.feature || layer.options.interactive === false) return;
                layer.fire("click", {latlng: map.getCenter()}, true);
                const popups = document.querySelectorAll(".leaflet-popup-content");
                if (popups.length) texts.push([...popups].pop().textContent);
            });
            return texts;
        }"""
    )

    assert opened.troubles == []
    assert opened.page.title() == title
    assert all(any(name in text for text in told) for name in NAMES[:6])


def test_a_base_and_an_empty_report_open_as_well(
    context: BrowserContext, tmp_path: Path
) -> None:
    sources: list[Base | Report] = [handmade_base(), report_of()]
    for number, source in enumerate(sources):
        path = tmp_path / f"{number}.html"
        write_map(source, path)
        opened = visit(context, path)
        assert opened.troubles == []
        assert opened.page.locator(".zl-row").count() > 15


def test_english_is_english(context: BrowserContext, tmp_path: Path) -> None:
    path = tmp_path / "en.html"
    write_map(report_of(handmade_report().sites[1]), path, lang="en")

    opened = visit(context, path)

    assert opened.page.locator("html").get_attribute("lang") == "en"
    assert "Approval needed" in opened.page.locator(".zp-tally").inner_text()
    assert opened.page.locator(".zl-head").inner_text().startswith("Layers and legend")


def test_points_do_not_need_marker_pictures(
    context: BrowserContext, tmp_path: Path
) -> None:
    base = handmade_base()
    assert base.layers["facility"].geometry[0].geom_type == "Point"
    path = tmp_path / "points.html"
    write_map(base, path)

    opened = visit(context, path)
    opened.page.locator(".zl-row", has_text="公共设施").locator("input").check()

    assert opened.troubles == []
    assert opened.page.locator(".leaflet-marker-icon").count() == 0
