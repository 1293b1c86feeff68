"""The form of the desk: questions, papers, one site or all, and files of projects."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from desk_page import (
    FARMLAND,
    LOADING_MS,
    QUIET,
    Opened,
    context,
    opened,
    opened_page,
    txt,
)
from playwright.sync_api import BrowserContext, Page
from plots import ROAD
from serving_desk import BYTES, Served

__all__ = ["context", "opened"]  # fixtures

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEY_PROJECT = {**ROAD, "approval_level": "national_major"}
PAPERS = (
    "project_approval",
    "siting_argument",
    "replacement_plan",
    "state_council_approval",
)
PAPER = {"number": "国函〔2026〕1号", "date": "2026-05-01"}


def declared(path: Path, **content: object) -> Path:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return path


def posted(opened: Opened, button: str) -> dict[str, Any]:
    """Press a button; return the check that the page asks for, which nobody answers."""
    with opened.page.expect_request("**/execution") as asked:
        opened.page.route("**/execution", lambda route: route.fulfill(status=204))
        opened.page.locator(button).first.click()
    opened.page.unroute("**/execution")
    found: dict[str, Any] = json.loads(asked.value.post_data or "")["inputs"]
    return found


def site_with(page: Page, selector: str) -> None:
    """Choose the site of the list whose answers hold something, and open them."""
    for link in page.locator("#many .link").all():
        link.click()
        if page.locator(selector).count():
            page.click("#answered summary")
            return
    raise AssertionError(selector)


def last_sites(desk: Served) -> list[dict[str, Any]]:
    """Return the sites of the newest run, once it is written."""
    (run, *_) = desk.client.get("/api/runs").json()["runs"]
    desk.finished(run["jobID"])
    found: list[dict[str, Any]]
    found = desk.client.get(f"/jobs/{run['jobID']}/results").json()["sites"]
    return found


def test_papers_are_asked_while_they_soften_a_finding_and_declared_for_one_site(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    key = declared(tmp_path / "p.yaml", project=KEY_PROJECT)
    page.set_input_files("#project-file", [str(key)])
    opened.wait("#project-now")
    opened.give(*(txt(tmp_path, f"{name}.txt", FARMLAND) for name in "甲乙"), rows=2)
    opened.check()
    heading = page.locator("section:has([data-rule=PBF-001]) > h3")
    assert heading.inner_text().startswith("CONDITIONAL")
    assert page.locator("fieldset[data-paper]").count() == len(PAPERS)
    for kind in PAPERS:
        for name, value in PAPER.items():
            page.fill(f"#paper-{kind}-{name}", value)
    page.fill(f"#paper-{PAPERS[0]}-date", "")
    page.click("#questions .primary")
    assert "文号和日期" in opened.wait("#form-fault").inner_text()
    page.fill(f"#paper-{PAPERS[0]}-date", PAPER["date"])
    page.click("#questions .primary")
    page.locator("#form-fault").wait_for(state="detached")
    opened.wait("#verdict-name")

    sites = last_sites(opened.desk)
    found = {
        len(site["evidence"]): finding["state"]
        for site in sites
        for finding in site["findings"]
        if finding["rule_id"] == "PBF-001"
    }
    assert found == {0: "CONDITIONAL", 4: "NOTICE"}
    opened.written()
    row = next(k for k, site in enumerate(sites) if site["evidence"])
    site_with(page, "#answered p")
    assert PAPER["number"] in page.inner_text("#answered")
    kept = posted(opened, "#answered p button")["projects"][sites[row]["id"]]
    assert len(kept["evidence"]) == len(PAPERS) - 1


def test_an_answer_is_for_one_site_or_for_all_and_can_be_taken_back(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    opened.give(*(txt(tmp_path, f"{name}.txt", QUIET) for name in "甲乙"), rows=2)
    opened.check()
    page.select_option("#answer-activity", "road")
    page.click("#questions .primary")
    page.locator("#answer-activity").wait_for(state="hidden", timeout=LOADING_MS)

    answered = {site["id"]: site["project"] for site in last_sites(opened.desk)}
    assert sorted(map(len, answered.values())) == [0, 1]
    opened.written()
    asked = []
    for link in page.locator("#many .link").all():
        link.click()
        asked.append(page.locator("#answered #answer-activity").count())
    assert sorted(asked) == [0, 1]
    site_with(page, "#answered #answer-activity")
    page.select_option("#answer-activity", "")
    (own,) = posted(opened, "#questions .primary")["projects"].values()
    assert own == {}
    page.select_option("#answers-for", "*")
    page.select_option("#answer-activity", "railway")
    assert posted(opened, "#questions .primary")["project"] == {"activity": "railway"}


def test_a_blank_form_is_filled_in_and_taken_and_a_bad_one_is_told(
    opened: Opened, tmp_path: Path
) -> None:
    page = opened.page
    opened.give(txt(tmp_path, "甲.txt", QUIET), txt(tmp_path, "乙.txt", QUIET), rows=2)
    page.click("#project summary")
    with opened.page.expect_download() as download:
        page.click("#project-blank")
    download.value.save_as(tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    sheet = book.worksheets[0]
    rows = [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]
    header = next(k for k, row in enumerate(rows) if row[0] in {"地块编号", "选址"})
    column = next(k for k, name in enumerate(rows[header]) if "活动" in name)
    sheet.cell(header + 3, column + 1).value = "公路"
    book.save(tmp_path / "filled.xlsx")
    page.set_input_files("#project-file", [str(tmp_path / "filled.xlsx")])
    opened.wait("#project-now")
    opened.check()

    sites = last_sites(opened.desk)
    assert "road" in [site["project"].get("activity") for site in sites]

    page.click("#tab-sites")
    bad = declared(tmp_path / "bad.yaml", project={"activty": "road"})
    page.set_input_files("#project-file", [str(bad)])
    opened.wait("#site-list > li.failed")
    assert "activity" in page.inner_text("#site-list > li.failed")
    assert page.locator("#check").is_disabled()
    opened.troubles.clear()  # the console of Chromium notes the 422


def test_files_follow_the_language_of_the_page_and_the_page_that_of_the_command(
    context: BrowserContext, desk: Served, tmp_path: Path
) -> None:
    with opened_page(context, desk, "&lang=en") as opened:
        page = opened.page
        assert page.inner_text("h1") == "Site check desk"
        opened.give(txt(tmp_path, "quiet.txt", QUIET), rows=1)
        opened.check()
        opened.wait("#downloads[data-lang=en]")
        page.click("#language")
        opened.wait("#downloads[data-lang=zh]")
        with page.expect_download() as download:
            page.click('[data-file="report.docx"]')
        download.value.save_as(tmp_path / "report.docx")
        words = zipfile.ZipFile(tmp_path / "report.docx").read("word/document.xml")
        assert "结论" in words.decode()
        page.reload()
        opened.wait("body[data-ready]")
        assert page.inner_text("h1") == "选址核查工作台"
        page.evaluate("localStorage.clear()")
    (run, *_) = desk.client.get("/api/runs").json()["runs"]
    kept = desk.client.get(f"/api/runs/{run['jobID']}/files/report.docx")
    kept_words = zipfile.ZipFile(_saved(tmp_path, kept.content)).read(
        "word/document.xml"
    )
    assert not re.search("核查报告", kept_words.decode())
    both = [
        desk.client.get(
            f"/api/runs/{run['jobID']}/files/verdict.json?lang={lang}"
        ).content
        for lang in ("zh", "en")
    ]
    assert both[0] == both[1]


def _saved(folder: Path, content: bytes) -> Path:
    path = folder / "kept.docx"
    path.write_bytes(content)
    return path


def test_a_project_file_that_is_none_is_refused(desk: Served) -> None:
    answer = desk.client.post(
        "/api/projects", params={"name": "x.yaml"}, content=b"project: [", headers=BYTES
    )

    assert answer.status_code == 422
    assert answer.json()["problems"][0]["cure_zh"]
