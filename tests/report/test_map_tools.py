"""Search, measuring and drawing on the map page, as a reader uses them."""

import json
import re
from pathlib import Path

import pytest
from handmade import handmade_report
from playwright.sync_api import BrowserContext
from pyproj import Geod
from test_map_browser import Opened, context, visit

from zoning.io.sites import read_sites
from zoning.report.map import write_map

pytestmark = [pytest.mark.browser, pytest.mark.slow]

__all__ = ["context"]  # the fixture of the module that first opened a map

SQUARE = [(700, 300), (900, 300), (900, 500), (700, 500)]


@pytest.fixture
def opened(context: BrowserContext, tmp_path: Path) -> Opened:
    write_map(handmade_report(), tmp_path / "map.html")
    return visit(context, tmp_path / "map.html")


def draw(opened: Opened) -> None:
    opened.page.click(".zm-open")
    for x, y in SQUARE:
        opened.page.mouse.click(x, y)


def saved(opened: Opened, folder: Path) -> Path:
    with opened.page.expect_download() as download:
        opened.page.click(".zm-acts button:nth-child(3)")
    path = folder / "drawn.geojson"
    download.value.save_as(path)
    return path


def test_a_drawn_polygon_is_measured_on_the_ellipsoid(
    opened: Opened, tmp_path: Path
) -> None:
    draw(opened)
    told = opened.page.inner_text(".zm [role=status]")
    perimeter, area = re.findall(r"(?:周长|面积) ([\d.]+)", told)
    drawn = json.loads(saved(opened, tmp_path).read_text(encoding="utf-8"))
    ring = drawn["features"][0]["geometry"]["coordinates"][0]
    lons, lats = zip(*ring, strict=True)
    geod = Geod(a=6378137.0, rf=298.257222101)
    true_area, _ = geod.polygon_area_perimeter(lons, lats)
    scale = 1000 if f"{perimeter} 千米" in told else 1
    assert float(area) == pytest.approx(abs(true_area), rel=1e-6, abs=0.1)
    assert float(perimeter) * scale == pytest.approx(
        geod.line_length(lons, lats), rel=1e-6, abs=0.06 * scale
    )
    assert opened.troubles == []


def test_what_was_drawn_is_a_site_file(opened: Opened, tmp_path: Path) -> None:
    draw(opened)
    (site,) = read_sites([saved(opened, tmp_path)])
    assert site.rejection is None
    assert site.geometry is not None
    assert site.name == "图上绘制"


def test_clicks_while_drawing_open_no_popup(opened: Opened) -> None:
    draw(opened)
    assert opened.page.locator(".leaflet-popup").count() == 0
    opened.page.keyboard.press("Escape")
    assert opened.page.locator(".zm").is_hidden()


def test_search_opens_the_feature_it_names(opened: Opened) -> None:
    opened.page.fill(".zk-field", "farmland-1")
    row = opened.page.locator(".zk-row").first
    wanted = row.locator("span").first.inner_text()
    row.click()
    assert wanted.split()[0] in opened.page.inner_text(".leaflet-popup")
    opened.page.fill(".zk-field", "no such place")
    assert opened.page.locator(".zk-row").count() == 0
    assert opened.page.inner_text(".zk-list") != ""
    assert opened.troubles == []
