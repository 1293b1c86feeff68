"""The page in a browser, end to end: from a dropped file to the Word report."""

import re
import shutil
import zipfile
from pathlib import Path

import docx
import geopandas
import pytest
import shapely
from desk_page import FARMLAND, LOADING_MS, QUIET, Opened, context, opened, txt
from playwright.sync_api import Page
from serving_desk import AS_OF

SAMPLES = Path(__file__).parents[2] / "data/sample_layers/sites"
DROP_A_FOLDER = """async ([name, inside]) => {
    const entry = (name, bytes) => ({ name, isFile: true,
        file: take => take(new File([new Uint8Array(bytes)], name)) });
    let entries = Object.entries(inside).map(([name, bytes]) => entry(name, bytes));
    const read = take => { take(entries); entries = []; };
    const folder = { name, isFile: false, createReader: () => ({ readEntries: read }) };
    const event = new Event("drop", { cancelable: true });
    event.dataTransfer = { items: [{ webkitGetAsEntry: () => folder }] };
    window.dispatchEvent(event);
}"""
"""What a browser says of a folder that is dropped; none can be dropped from here."""
A_MOMENT = "new Promise(done => setTimeout(done, 100))"
"""Leaflet.draw takes no second corner within 50 ms of one, by the page's clock."""

__all__ = ["context", "opened"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def zipped(folder: Path) -> Path:
    place = folder / "parts"
    place.mkdir()
    frame = geopandas.GeoDataFrame({"name": ["乙"]}, geometry=[QUIET], crs="EPSG:4546")
    frame.to_file(place / "plot.shp", encoding="utf-8")
    return Path(shutil.make_archive(str(folder / "乙地块"), "zip", place))


def word_report(opened: Opened, folder: Path) -> str:
    """Download the Word report and return its words."""
    opened.written()
    with opened.page.expect_download() as download:
        opened.page.click('[data-file="report.docx"]')
    download.value.save_as(folder / "report.docx")
    paragraphs = docx.Document(str(folder / "report.docx")).paragraphs
    return "\n".join(paragraph.text for paragraph in paragraphs)


def draw(page: Page) -> None:
    """Draw a square in the middle of the map."""
    page.click("#draw-polygon")
    box = page.locator("#map").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    for dx, dy in ((0, 0), (60, 0), (60, 60), (0, 60), (0, 0)):
        page.mouse.move(x + dx - 2, y + dy)
        page.mouse.click(x + dx, y + dy, delay=60)
        page.evaluate(A_MOMENT)


def test_from_files_and_a_drawing_to_the_word_report(
    opened: Opened, tmp_path: Path
) -> None:
    page, desk = opened.page, opened.desk
    assert "#" not in page.url
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 not a zip")
    plot = txt(tmp_path, "甲地块.txt", FARMLAND)
    opened.give(plot, zipped(tmp_path), broken, rows=3)
    assert page.locator("#site-list > li.rejected").count() == 1
    assert "E1" in page.inner_text("#site-list > li.rejected")

    draw(page)
    page.locator("#site-list > li").nth(3).wait_for(timeout=LOADING_MS)
    assert "图上绘制1" in page.inner_text("#site-list")

    opened.check()
    assert page.locator("#many > li").count() == 4
    assert page.inner_text("#verdict-name") == "地块一"
    shown = page.inner_text("article")
    upload = desk.send(plot)["upload"]
    body = {"uploads": [upload], "as_of": AS_OF}
    (site,) = desk.client.post("/api/check", json=body).json()["sites"]
    assert f"{site['area_m2']:.2f}" in shown
    finding = next(f for f in site["findings"] if f["rule_id"] == "PBF-001")
    card = page.locator('[data-rule="PBF-001"]')
    assert f"{finding['overlap_m2']:.2f}" in card.inner_text()
    assert finding["source"]["document"] in card.inner_text()
    assert re.search(r"结论：PROHIBITED 禁止。\d+ 项未核查", page.inner_text("#status"))

    card.locator(".link").click()
    assert "picked" in str(card.get_attribute("class"))
    words = word_report(opened, tmp_path)
    assert "地块一" in words
    assert "禁止" in words


def written(folder: Path) -> list[Path]:
    """Write a plot in the formats of which the sample county has none."""
    frame = geopandas.GeoDataFrame({"name": ["乙"]}, geometry=[QUIET], crs="EPSG:4546")
    paths = [folder / f"plot.{kind}" for kind in ("gpkg", "fgb", "parquet", "wkt")]
    frame.to_file(paths[0])
    frame.to_file(paths[1])
    frame.to_parquet(paths[2])
    paths[3].write_text(f"SRID=4546;{QUIET.wkt}\n")
    frame.to_file(folder / "部件.shp", encoding="utf-8")
    (folder / "部件.shp.xml").write_text("<metadata/>")
    with zipfile.ZipFile(folder / "kmz.kmz", "w") as packed:
        packed.write(SAMPLES / "with_hole.kml", "doc.kml")
    return [*paths, folder / "kmz.kmz", *sorted(folder.glob("部件.*"))]


def test_sites_of_all_formats_are_taken_in_also_in_parts_and_folders(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    names = ("clear.txt", "redline_road.zip", "with_hole.kml", "town_park.dxf")
    samples = [SAMPLES / n for n in (*names, "water_source.xlsx", "well.geojson")]
    files = [*samples, *written(tmp_path)]
    opened.give(*files, rows=len(samples) + 6)
    frame = geopandas.GeoDataFrame({"name": ["丙"]}, geometry=[QUIET], crs="EPSG:4546")
    frame.to_file(tmp_path / "库.gdb", driver="OpenFileGDB")
    inside = {p.name: list(p.read_bytes()) for p in (tmp_path / "库.gdb").iterdir()}
    page.evaluate(DROP_A_FOLDER, ["库.gdb", inside])
    page.locator("#site-list > li").nth(len(samples) + 6).wait_for(timeout=LOADING_MS)
    page.click("#paste-add >> xpath=../summary")
    page.fill("#paste", "109.9,31.05\n109.901,31.05\n109.901,31.051\n109.9,31.05")
    page.click("#paste-add")
    page.locator("#site-list > li").nth(len(samples) + 7).wait_for(timeout=LOADING_MS)

    assert page.locator("#site-list > li.rejected").count() == 0
    told = page.inner_text("#site-list")
    assert all(path.name in told for path in samples)
    assert "部件.shp" in told
    assert "部件.dbf" not in told


def test_the_form_asks_what_matters_and_an_answer_changes_what_is_asked(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    opened.give(txt(tmp_path, "quiet.txt", QUIET), rows=1)
    opened.check()
    assert page.locator("#answer-activity").is_visible()
    before = page.inner_text(".verdict")

    page.select_option("#answer-activity", "road")
    page.click("#questions .primary")
    page.locator("#answer-activity").wait_for(state="hidden", timeout=LOADING_MS)

    def gaps(text: str) -> int:
        return int((re.search(r"(\d+) 项未核查", text) or ["0", "0"])[1])

    assert gaps(page.inner_text(".verdict")) < gaps(before)
    opened.written()


def test_the_smallest_trim_is_told_and_drawn(opened: Opened, tmp_path: Path) -> None:
    page = opened.page
    half = shapely.box(400_300, 3_435_050, 400_600, 3_435_150)
    opened.give(txt(tmp_path, "half.txt", half), rows=1)
    opened.check()
    page.click("#fix")
    page.locator("#trim").wait_for(timeout=LOADING_MS)

    told = page.inner_text("#trim")
    kept, lost = map(float, re.findall(r"[余让]出? ([\d.]+) 平方米", told)[:2])
    assert lost == pytest.approx(10_000, rel=1e-3)
    assert kept == pytest.approx(20_000, rel=1e-3)
    opened.written()


def test_past_runs_are_searched_opened_replayed_and_compared(
    opened: Opened, tmp_path: Path
) -> None:
    page, desk = opened.page, opened.desk
    upload = desk.send(txt(tmp_path, "past.txt", QUIET))["upload"]
    runs = [
        desk.start(upload, project=project).json()["jobID"]
        for project in ({}, {"activity": "road"})
    ]
    for run in runs:
        assert desk.finished(run)["status"] == "successful"
    page.click("#tab-runs")
    page.fill("#run-search", "past.txt")
    page.locator(f'[data-run="{runs[1]}"]').wait_for()
    for run in runs:
        page.locator(f'[data-run="{run}"] input').check()
    page.click("#compare")
    page.locator("#told").wait_for(timeout=LOADING_MS)
    assert "不同" in page.inner_text("#told") or "→" in page.inner_text("#told")

    page.locator(f'[data-run="{runs[0]}"] .link').nth(1).click()
    page.get_by_text("结果与当时完全相同").first.wait_for(timeout=LOADING_MS)
    page.locator(f'[data-run="{runs[0]}"] .link').first.click()
    page.locator("#verdict-name").wait_for(timeout=LOADING_MS)


def test_it_speaks_english_and_obeys_the_keyboard(opened: Opened) -> None:
    page = opened.page
    page.click("#language")
    assert page.inner_text("h1") == "Site check desk"
    assert page.evaluate("document.documentElement.lang") == "en"
    chinese = re.compile(r"[一-鿿]")
    page.click("#tab-runs")
    for name in ("#pane-sites", "#pane-results"):
        assert not chinese.search(page.locator(name).inner_text()), name

    page.focus("#tab-sites")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.id") == "tab-results"
    assert page.locator("#pane-results").is_visible()
    assert page.get_attribute("#status", "aria-live") == "polite"
    bare = page.evaluate(
        "[...document.querySelectorAll('button,input,select,textarea,a')]"
        ".filter(e => !(e.textContent.trim() || e.getAttribute('aria-label')"
        " || (e.labels && e.labels.length))).map(e => e.outerHTML)"
    )
    assert bare == []
    page.click("#language")


def test_a_batch_of_fifty_is_one_run(opened: Opened, tmp_path: Path) -> None:
    plots = [
        txt(tmp_path, f"地块{k:02d}.txt", shapely.affinity.translate(QUIET, 20.0 * k))
        for k in range(50)
    ]
    opened.give(*plots, rows=50)
    opened.check()

    assert opened.page.locator("#many > li").count() == 50
    opened.written()


def test_a_batch_that_was_cancelled_goes_on_from_its_results_and_from_the_list(
    opened: Opened, tmp_path: Path
) -> None:
    page, count = opened.page, 300
    plots = [shapely.affinity.translate(QUIET, 20.0 * k) for k in range(count)]
    names = [f"地块{k}" for k in range(count)]
    frame = geopandas.GeoDataFrame({"name": names}, geometry=plots, crs="EPSG:4546")
    frame.to_file(tmp_path / "多宗.gpkg")
    opened.give(tmp_path / "多宗.gpkg", rows=1)
    page.click("#check")
    for again in ("#resume", '#run-list [aria-label^="继续"]'):
        page.click("#progress button")
        opened.wait("#resume")
        assert "已取消" in opened.results()
        assert page.locator("#verdict-name").count() == 0
        if again != "#resume":
            page.click("#tab-runs")
            page.fill("#run-search", "多宗")
            assert "多宗.gpkg" in opened.wait("#run-list li").inner_text()
        page.locator(again).first.click()

    opened.wait("#verdict-name")
    assert page.locator("#many > li").count() == count
    opened.written()
    assert page.locator("#resume").count() == 0


def test_it_fits_a_tablet(opened: Opened) -> None:
    page = opened.page
    page.set_viewport_size({"width": 820, "height": 1180})
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 820
    assert page.locator("#map").is_visible()
    assert page.locator("#check").is_visible()
    page.set_viewport_size({"width": 1440, "height": 900})
