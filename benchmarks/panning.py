"""Panning the desk's map over 300 000 parcels, as a hand does it, in Chromium.

    python -m benchmarks.panning [FOLDER] [--size 0.02] [--layers land_parcel,...]

FOLDER holds a base of `benchmarks.county_files`; it is written where it is not
there. At each zoom the map is dragged to and fro, first where no tile was made
yet, then over the same way. Prints frames that came late (more than 50 ms after the one
before), the longest wait between two, tasks that held the page for more than
50 ms, and how long after the hand let go the last tile was there.
"""

import time
from typing import Any

from playwright.sync_api import Page, sync_playwright

from benchmarks.county_files import asked_county
from benchmarks.desk import desk

PAGE_ZOOMS = (9, 11, 12, 13, 14, 16)
LAYERS = "land_parcel,permanent_basic_farmland,ecological_redline"
STEPS, STEP_PIXELS, STEP_MS = 40, 14, 16
POLL_MS = 20
LATE_MS = 50
LOADING_MS = 300_000
WATCH = """() => {
  window.told = {frames: [], tasks: []};
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.told.tasks.push(one.duration);
  }).observe({type: "longtask"});
  let before = performance.now();
  const tick = (now) => {
    window.told.frames.push(now - before);
    before = now;
    requestAnimationFrame(tick);
  };
  requestAnimationFrame(tick);
}"""
FRESH = "() => { window.told.frames.length = 0; window.told.tasks.length = 0; }"
PENDING = """() => [...document.querySelectorAll("canvas.leaflet-tile")]
  .some((tile) => !tile.classList.contains("leaflet-tile-loaded"))"""
SHOW = """async (zoom) => {
  const {mapOf} = await import("/static/map.js");
  const map = mapOf();
  const middle = map.__middle ?? (map.__middle = map.getCenter());
  map.setView(middle, zoom, {animate: false});
}"""


def drag(page: Page, direction: int) -> None:
    """Drag the map by a hand's breadth."""
    box = page.locator("#map").bounding_box()
    if box is None:
        raise RuntimeError("no map")
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    x -= direction * STEPS * STEP_PIXELS / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(STEPS):
        page.mouse.move(x + direction * step * STEP_PIXELS, y + step * 4 * direction)
        page.wait_for_timeout(STEP_MS)
    page.mouse.up()


def settled(page: Page) -> float:
    """Wait until every tile is there; return milliseconds."""
    started = time.perf_counter()
    page.wait_for_timeout(30)
    while page.evaluate(PENDING):
        page.wait_for_timeout(POLL_MS)
    return (time.perf_counter() - started) * 1000


def pan(page: Page, zoom: int) -> list[dict[str, Any]]:
    """Drag to and fro at a zoom; return what was seen of both."""
    page.evaluate(SHOW, zoom)
    opened = settled(page)
    rows = []
    for name, direction in (("new ground", 1), ("the way back", -1)):
        page.evaluate(FRESH)
        drag(page, direction)
        waited = settled(page)
        told = page.evaluate("window.told")
        frames, tasks = told["frames"][1:], told["tasks"]
        rows.append(
            {
                "zoom": zoom,
                "ground": name,
                "opened": opened,
                "frames": len(frames),
                "late": sum(one > LATE_MS for one in frames),
                "longest": max(frames, default=0.0),
                "tasks": len(tasks),
                "held": max(tasks, default=0.0),
                "waited": waited,
            }
        )
    return rows


def watched(url: str, token: str, layers: list[str]) -> list[dict[str, Any]]:
    """Open the page with some layers and pan it."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"{url}/#token={token}", timeout=LOADING_MS)
        page.locator("body[data-ready]").wait_for(timeout=LOADING_MS)
        page.click("#tab-layers")
        for name in layers:
            page.locator(f"#layer-{name}").check()
        page.evaluate(WATCH)
        rows = [row for zoom in PAGE_ZOOMS for row in pan(page, zoom)]
        browser.close()
    return rows


def main() -> None:
    """Print the table."""
    with (
        asked_county(__doc__, LAYERS) as (asked, base, place),
        desk(base, place) as (url, token),
    ):
        rows = watched(url, token, asked.layers.split(","))
    print(f"layers {asked.layers}; times in ms")
    print("zoom  ground        frames  late  longest  tasks>50  longest  tiles there  ")
    for row in rows:
        seen = f"{row['frames']:6d}  {row['late']:4d}  {row['longest']:7.0f}"
        held = f"{row['tasks']:8d}  {row['held']:7.0f}  {row['waited']:11.0f}"
        opened = f"(opened in {row['opened']:.0f})"
        print(f"{row['zoom']:4d}  {row['ground']:12}  {seen}  {held}  {opened}")


if __name__ == "__main__":
    main()
