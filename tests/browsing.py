"""Chromium for tests: required, skipped, or opened without calls of its own."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import BrowserContext, sync_playwright

__all__ = ["ARGUMENTS", "chromium", "opened_context"]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def chromium() -> str:
    """Return the program; a test that needs it is skipped, or fails, without."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        if "chromium" in os.environ.get("ZONING_REQUIRE", "").split(","):
            pytest.fail("required, but absent: chromium")
        pytest.skip("absent: chromium")
    return program


@contextmanager
def opened_context() -> Iterator[BrowserContext]:
    """Open a browser with a profile that nobody used before, 1440 x 900."""
    program = chromium()
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=ARGUMENTS,
            viewport={"width": 1440, "height": 900},
            accept_downloads=True,
        )
        try:
            yield context
        finally:
            context.close()
