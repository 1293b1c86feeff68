"""Sixty hostile strings in names, fields and file names: shown, and run by nothing."""

import json
from pathlib import Path

import pytest
import shapely
from desk_page import LOADING_MS, context, opened_page
from hostile_run import STRINGS, hostile_base, shown
from playwright.sync_api import BrowserContext, FilePayload, Page
from serving_desk import served

__all__ = ["context"]  # a fixture

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
LONGEST = 180
CELL_M, ACROSS = 200.0, 10

EACH_SITE = """() => [...document.querySelectorAll("#many .link")].flatMap((_, k) => {
    document.querySelectorAll("#many .link")[k].click();
    return [...document.querySelectorAll("#pane-results .note")].map(
        e => e.textContent);
})"""
CLICK_THE_MAP = """() => {
    import("/static/map.js").then(({ mapOf }) =>
        mapOf().fire("click", { latlng: mapOf().getCenter() }));
    return document.querySelector(".leaflet-popup dl") !== null;
}"""


def payload(number: int, words: str) -> FilePayload:
    """Return a site on the cell of a string: its file, its name and its fields."""
    west = 400_000 + CELL_M * (number % ACROSS) + 60
    south = 3_435_000 + CELL_M * (number // ACROSS) + 60
    shape = shapely.box(west, south, west + 80, south + 80)
    feature = {
        "type": "Feature",
        "properties": {"name": words, words: words, "note": words},
        "geometry": json.loads(shapely.to_geojson(shape)),
    }
    document = {"type": "FeatureCollection", "crs": CRS, "features": [feature]}
    name = words.encode()[:LONGEST].decode(errors="ignore") if _plain(words) else ""
    return {
        "name": f"{name}{number}.geojson",
        "mimeType": "application/geo+json",
        "buffer": json.dumps(document).encode(),
    }


def _plain(words: str) -> bool:
    """Say whether a string can be a name at all: half a character can not."""
    return not any("\ud800" <= sign <= "\udfff" for sign in words)


def told(page: Page, selector: str) -> set[str]:
    texts: list[str] = page.locator(selector).all_text_contents()
    return {shown(text) for text in texts}


def test_no_string_of_a_user_is_run_and_each_is_shown(
    context: BrowserContext, tmp_path: Path
) -> None:
    assert len(STRINGS) >= 60
    wanted = {shown(words) for words in STRINGS if words.strip()}
    hostile_base(tmp_path / "base")
    with (
        served(tmp_path / "base", tmp_path / "desk") as desk,
        opened_page(context, desk) as opened,
    ):
        page, title = opened.page, opened.page.title()
        files = [payload(number, words) for number, words in enumerate(STRINGS)]
        page.set_input_files("#files", files)
        last = page.locator("#site-list > li").nth(len(files) - 1)
        last.wait_for(timeout=LOADING_MS)
        opened.wait("#check:enabled")
        assert page.locator("#site-list > li.failed").count() == 0
        assert wanted <= told(page, "#site-list strong")

        opened.check()
        assert wanted <= told(page, "#many .grow")
        features = {shown(text) for text in page.evaluate(EACH_SITE)}
        assert sum(any(words in one for one in features) for words in wanted) > 50
        page.locator("#pane-results .finding .link").first.click()
        page.wait_for_function(CLICK_THE_MAP, polling=400, timeout=LOADING_MS)
        for tab in ("layers", "runs"):
            page.click(f"#tab-{tab}")
        opened.wait("#pane-runs [data-run]")

        assert page.title() == title
        assert page.evaluate("window.pwned ?? Object.prototype.pwned ?? null") is None
        made = "script, iframe, object, embed, base, meta[http-equiv], style, math"
        assert page.locator(f"body :is({made})").count() == 0
        assert page.locator("#panel :is(img, svg, link)").count() == 0
