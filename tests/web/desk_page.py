"""The page of a desk, opened in Chromium, and everything that must not happen in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import shapely
import small_base
from browsing import opened_context
from playwright.sync_api import BrowserContext, Locator, Page
from serving_desk import FARMLAND, QUIET, TOKEN, Served

__all__ = [
    "FARMLAND",
    "LOADING_MS",
    "QUIET",
    "Opened",
    "context",
    "opened",
    "opened_page",
    "txt",
]

LOADING_MS = 120_000


@dataclass
class Opened:
    """The page, and everything that should not have happened in it."""

    page: Page
    desk: Served
    troubles: list[str] = field(default_factory=list)

    def give(self, *paths: Path, rows: int) -> None:
        """Drop files; wait until the list has some rows and no file is on its way."""
        self.page.click("#tab-sites")
        self.page.set_input_files("#files", [str(path) for path in paths])
        last = self.page.locator("#site-list > li").nth(rows - 1)
        last.wait_for(timeout=LOADING_MS)
        self.wait("#check:enabled, #check-why")

    def check(self) -> None:
        """Press the button and wait for the verdict."""
        self.page.click("#tab-sites")
        self.page.click("#check")
        self.wait("#verdict-name")

    def written(self) -> None:
        """Wait for the files of the run."""
        self.wait("#downloads")

    def wait(self, selector: str) -> Locator:
        """Wait until something is to be seen, and return it."""
        found = self.page.locator(selector).first
        found.wait_for(timeout=LOADING_MS)
        return found

    def results(self) -> str:
        """Return the words of the panel of results."""
        return str(self.page.inner_text("#pane-results"))

    def hues(self) -> set[str]:
        """Return the colours of all badges that are to be seen."""
        found: list[str] = self.page.evaluate(
            "[...document.querySelectorAll('#pane-results .badge')]"
            ".filter(e => e.checkVisibility())"
            ".map(e => getComputedStyle(e).backgroundColor)"
        )
        return set(found)


@pytest.fixture(scope="module")
def context() -> Iterator[BrowserContext]:
    with opened_context() as opened:
        yield opened


@pytest.fixture
def opened(context: BrowserContext, desk: Served) -> Iterator[Opened]:
    with opened_page(context, desk) as one:
        yield one


@contextmanager
def opened_page(
    context: BrowserContext, desk: Served, more: str = ""
) -> Iterator[Opened]:
    """Open the page; no error, dialog or request elsewhere may have been at the end.

    Parameters
    ----------
    more : str
        What follows the token in the address.
    """
    page = context.new_page()
    one = Opened(page=page, desk=desk)
    troubles = one.troubles
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
    page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    own = (desk.url, "data:", "blob:")
    page.on(
        "request",
        lambda asked: None if asked.url.startswith(own) else troubles.append(asked.url),
    )
    page.goto(f"{desk.url}/#token={TOKEN}{more}", timeout=LOADING_MS)
    page.locator("body[data-ready]").wait_for(timeout=LOADING_MS)
    page.evaluate("localStorage.clear()")
    yield one
    page.close()
    assert troubles == []


def txt(folder: Path, name: str, plot: shapely.Polygon) -> Path:
    """Write a boundary TXT in GBK."""
    path = folder / name
    small_base.write_txt(path, plot)
    return path
