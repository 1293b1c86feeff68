"""The report in a browser: a finding shows its place, a place its finding."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from browsing import ARGUMENTS, chromium
from handmade import handmade_report
from loading import LOADING_MS
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from zoning.report.page import page_bytes
from zoning.report.story import tell_story

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WIDE, NARROW = (1280, 850), (390, 844)


@dataclass
class Opened:
    """A page, and everything that should not have happened in it."""

    page: Page
    troubles: list[str] = field(default_factory=list)

    def target(self) -> str:
        """Return the id of the element that the address points at, if in view."""
        self.page.wait_for_timeout(300)
        found = self.page.evaluate(
            """() => {
                const at = document.querySelector(":target");
                if (!at) return "";
                const box = at.getBoundingClientRect();
                const seen = box.bottom > 0 && box.top < innerHeight;
                return seen ? at.id : "out of view: " + at.id;
            }"""
        )
        return str(found)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium()
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def path() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "报告 1.html"
        path.write_bytes(page_bytes(tell_story(handmade_report(), lang="zh")))
        yield path


def visit(browser: Browser, path: Path, size: tuple[int, int]) -> Opened:
    viewport: ViewportSize = {"width": size[0], "height": size[1]}
    # a long page scrolls smoothly for a second or more; with less motion it jumps
    page = browser.new_page(viewport=viewport, reduced_motion="reduce")
    opened = Opened(page=page)
    page.on("pageerror", lambda error: opened.troubles.append(f"error: {error}"))
    page.on("console", lambda said: opened.troubles.append(f"{said.type}: {said.text}"))
    page.on("request", lambda asked: opened.troubles.extend(_remote(asked.url)))
    page.goto(path.as_uri(), timeout=LOADING_MS)
    return opened


def _remote(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [f"request: {url}"]


STROKE = "at => getComputedStyle(at.querySelector('path')).stroke"
TINT = "at => getComputedStyle(at.querySelector('td')).backgroundColor"


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_click_on_a_finding_outlines_its_place_and_back(
    browser: Browser, path: Path, size: tuple[int, int]
) -> None:
    opened = visit(browser, path, size)
    page = opened.page
    row = page.locator("tr[id^=finding]:has(a.to)").first
    finding, link = row.get_attribute("id"), row.locator("a.to")
    place = str(link.get_attribute("href"))
    shape = page.locator(place)
    plain, untinted = shape.evaluate(STROKE), row.evaluate(TINT)

    link.click()

    assert opened.target() == place[1:]
    assert shape.evaluate(STROKE) != plain
    box = shape.locator("path").last.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert opened.target() == finding
    assert row.evaluate(TINT) != untinted
    assert shape.evaluate(STROKE) == plain
    assert opened.troubles == []


def test_the_keyboard_goes_from_the_picture_to_the_row_and_back(
    browser: Browser, path: Path
) -> None:
    opened = visit(browser, path, WIDE)
    page = opened.page
    place = page.locator(".map a[id]").last
    anchor, row = place.get_attribute("id"), place.get_attribute("href")

    place.focus()
    page.keyboard.press("Enter")
    assert f"#{opened.target()}" == row
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert opened.target() == anchor
    assert opened.troubles == []


def test_paths_lie_on_the_picture_at_every_width(browser: Browser, path: Path) -> None:
    for size in (WIDE, NARROW):
        page = visit(browser, path, size).page
        for figure in page.locator(".map:has(svg)").all():
            picture = figure.locator("img").bounding_box()
            assert figure.locator("svg").bounding_box() == pytest.approx(picture, abs=1)
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide == size[0]


def test_print_hides_the_looks_of_links_and_keeps_the_picture(
    browser: Browser, path: Path
) -> None:
    page = visit(browser, path, WIDE).page
    page.emulate_media(media="print")

    assert page.locator(".map img").first.is_visible()
    assert not page.locator(".map svg").first.is_visible()
    assert not page.locator(".hint").first.is_visible()
    looks = "at => getComputedStyle(at).textDecorationLine"
    assert page.locator("a.to").first.evaluate(looks) == "none"
