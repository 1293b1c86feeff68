"""No verdict stays on the page that is not the answer to what is asked now.

What the desk found before is served to the page in place of new checks: it is
the page that is looked at here, when it shows a verdict and when it must not.
"""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely
from desk_page import FARMLAND, QUIET, Opened, context, opened, txt
from playwright.sync_api import Route
from plots import ROAD
from serving_desk import Served

from zoning.model import Verdict
from zoning.report.styles import verdict_colour

__all__ = ["context", "opened"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

BESIDE = shapely.affinity.translate(QUIET, 20)
GREEN = tuple(bytes.fromhex(verdict_colour(Verdict.CLEAR).lstrip("#")))
CLEAR = f"rgb{GREEN}"


@pytest.fixture(scope="module")
def runs(desk: Served, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Two finished runs: one that is clear, one that is prohibited."""
    folder = tmp_path_factory.mktemp("sites")
    found = {}
    for name, plot in (("clear", QUIET), ("prohibited", FARMLAND)):
        upload = desk.send(txt(folder, f"{name}.txt", plot))["upload"]
        found[name] = desk.start(upload, project=ROAD).json()["jobID"]
    for name, job in found.items():
        assert desk.finished(job)["summary"]["verdict"] == name.upper()
    return found


def answered_by(opened: Opened, job: str) -> None:
    """Have the next checks answered by a run that is there already."""
    told = opened.desk.client.get(f"/jobs/{job}").text
    opened.page.unroute("**/execution")
    opened.page.route(
        "**/execution",
        lambda route: route.fulfill(
            status=201, body=told, content_type="application/json"
        ),
    )


@pytest.fixture
def clear(opened: Opened, runs: dict[str, str], tmp_path: Path) -> Opened:
    """The page with a CLEAR on it."""
    answered_by(opened, runs["clear"])
    opened.give(txt(tmp_path, "clear.txt", QUIET), rows=1)
    opened.check()
    assert CLEAR in opened.hues()
    return opened


@contextmanager
def cut(opened: Opened, pattern: str) -> Iterator[None]:
    """Lose the connection for some requests; Chromium itself notes that."""
    opened.page.route(pattern, lambda route: route.abort())
    yield
    opened.page.unroute(pattern)
    rest = [one for one in opened.troubles if "net::ERR_" not in one]
    opened.troubles[:] = rest


@contextmanager
def held(opened: Opened, pattern: str) -> Iterator[list[Route]]:
    """Hold the first answer back until the end of the block."""
    kept: list[Route] = []

    def hold(route: Route) -> None:
        if kept:
            route.continue_()
        else:
            kept.append(route)

    opened.page.route(pattern, hold)
    yield kept
    kept[0].continue_()
    opened.page.wait_for_timeout(300)


def press(opened: Opened, kept: list[Route]) -> None:
    """Press the button and wait until the answer is held."""
    opened.page.click("#tab-sites")
    opened.page.click("#check")
    for _ in range(400):
        if kept:
            return
        opened.page.wait_for_timeout(25)
    raise AssertionError


def test_the_words_are_those_of_the_verdict_and_a_change_takes_the_colour_away(
    clear: Opened, runs: dict[str, str], tmp_path: Path
) -> None:
    page = clear.page
    verdict = clear.desk.client.get(f"/jobs/{runs['clear']}/results").json()
    assert (verdict["verdict"], verdict["complete"]) == ("CLEAR", True)
    assert page.inner_text(".verdict .badge") == "CLEAR 无冲突"
    assert "核查完整" in clear.results()
    assert not page.locator("#stale").is_visible()

    page.click("#answered summary")
    page.select_option("#answer-activity", "")
    assert CLEAR not in clear.hues()
    assert "还没有计入" in page.inner_text("#stale")
    page.select_option("#answer-activity", "road")
    assert CLEAR in clear.hues()

    clear.give(txt(tmp_path, "clear.txt", BESIDE), rows=2)
    assert "同名" in page.inner_text("#site-list")
    page.click("#tab-results")
    assert CLEAR not in clear.hues()
    assert "变动前" in page.inner_text("#stale")
    lines = page.evaluate(
        "[...document.querySelectorAll('.leaflet-sites-pane path')]"
        ".map(e => e.getAttribute('stroke'))"
    )
    assert lines
    assert verdict_colour(Verdict.CLEAR) not in lines


def test_an_empty_and_a_lost_file_can_not_be_passed_over(
    clear: Opened, tmp_path: Path
) -> None:
    page = clear.page
    (tmp_path / "empty.txt").write_bytes(b"")
    clear.give(tmp_path / "empty.txt", rows=2)
    assert "E1" in page.inner_text("#site-list > li.rejected")
    page.unroute("**/execution")
    clear.check()
    assert "REJECTED 输入不合格" in page.inner_text("#many")
    assert "1 个未核查完整" not in clear.results()
    assert CLEAR not in clear.hues()

    with cut(clear, "**/api/sites?*"):
        clear.give(txt(tmp_path, "lost.txt", FARMLAND), rows=3)
        assert page.locator("#check").is_disabled()
        assert "没有读入" in page.inner_text("#check-why")
    page.locator("#site-list > li.failed button").click()
    assert page.locator("#check").is_enabled()


def test_a_lost_connection_leaves_no_verdict(clear: Opened) -> None:
    page = clear.page
    page.click("#tab-sites")
    page.unroute("**/execution")
    with cut(clear, "**/execution"):
        page.click("#check")
        clear.wait("#lost")
        assert clear.hues() == set()
    (run, *_) = clear.desk.client.get("/api/runs?text=clear.txt").json()["runs"]
    answered_by(clear, run["jobID"])
    with cut(clear, "**/jobs/*"):
        page.click("#tab-sites")
        page.click("#check")
        clear.wait("#progress .warn")
        assert "正在重试" in clear.results()
        assert clear.hues() == set()
        clear.wait("#lost")
        assert clear.hues() == set()
    page.click("#lost button")
    clear.wait("#verdict-name")
    assert clear.hues()


def test_what_arrives_late_does_not_pass_for_what_was_asked_last(
    clear: Opened, runs: dict[str, str], tmp_path: Path
) -> None:
    page = clear.page
    with held(clear, f"**/jobs/{runs['clear']}/results") as kept:
        press(clear, kept)
        assert clear.hues() == set()
        answered_by(clear, runs["prohibited"])
        clear.check()
        assert page.inner_text(".verdict .badge") == "PROHIBITED 禁止"
    assert page.inner_text(".verdict .badge") == "PROHIBITED 禁止"

    answered_by(clear, runs["clear"])
    page.unroute(f"**/jobs/{runs['clear']}/results")
    with held(clear, f"**/jobs/{runs['clear']}/results") as kept:
        press(clear, kept)
        clear.give(txt(tmp_path, "other.txt", BESIDE), rows=2)
        page.click("#tab-results")
    clear.wait("#stale")
    assert CLEAR not in clear.hues()


def test_a_past_run_says_when_it_was_and_whether_the_base_is_another_now(
    clear: Opened, runs: dict[str, str]
) -> None:
    page = clear.page

    def again() -> None:
        page.click("#tab-runs")
        page.locator(f'[data-run="{runs["clear"]}"] .link').first.click()

    def other(route: Route) -> None:
        answer: dict[str, Any] = route.fetch().json()
        layers = {layer["id"]: layer for layer in answer["layers"]}
        layers["permanent_basic_farmland"]["sha256"] = "0" * 64
        route.fulfill(body=json.dumps(answer), content_type="application/json")

    again()
    clear.wait("#past")
    assert CLEAR in clear.hues()
    page.route("**/api/layers", other)
    again()
    clear.wait("#stale")
    assert "永久基本农田" in page.inner_text("#stale")
    assert CLEAR not in clear.hues()

    shutil.rmtree(clear.desk.desk.jobs.folder(runs["clear"]))
    again()
    clear.wait("#lost")
    assert clear.hues() == set()
    assert "E754" in clear.results()
    rest = [one for one in clear.troubles if "404" not in one]
    clear.troubles[:] = rest  # Chromium notes the refusal
