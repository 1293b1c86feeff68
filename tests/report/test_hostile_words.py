"""Hostile names in every place of a run: shown as text, run by nothing.

The strings of ``hostile_strings.yaml`` go through files and checks of a real run
into popups, tooltips, legend, layer facts, tables, titles, file and column names.
"""

import csv
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import openpyxl
import pytest
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph
from handmade import handmade_base
from hostile_run import STRINGS, hostile_report, shown
from loading import LOADING_MS
from playwright.sync_api import BrowserContext, Page
from test_map_browser import COLOURS, Opened, context, visit

from zoning.errors import Problem
from zoning.model import Absence, Base, Report
from zoning.report.document import clean
from zoning.report.map import write_map
from zoning.report.run import write_run
from zoning.report.tiles import TileSource

pytestmark = pytest.mark.slow

__all__ = ["context"]  # the fixture of the module that first opened a map

FORMULA_SIGNS = tuple("=+-@\t\r＝＋－＠")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return hostile_report(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def run(report: Report, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_run(report, tmp_path_factory.mktemp("out") / "run")


def blanks_joined(texts: list[str]) -> set[str]:
    return {" ".join(one.split()) for one in texts}


WANTED = {shown(words) for words in STRINGS if words.strip()}


def test_there_are_enough_strings_and_they_differ() -> None:
    assert len(set(STRINGS)) == len(STRINGS) >= 60


# ------------------------------------------------------------- pages in a browser
def was_run(page: Page) -> object:
    """Say which canary was set off; None when none was."""
    return page.evaluate("window.pwned ?? (Object.prototype.pwned ?? null)")


POPUPS = """() => {
    const map = window[Object.keys(window).find(k => k.startsWith("map_"))];
    const told = [];
    map.eachLayer(layer => {
        if (!layer.feature || layer.options.interactive === false) return;
        layer.fire("click", {latlng: map.getCenter()}, true);
        const popups = document.querySelectorAll(".leaflet-popup-content");
        [...popups].pop().querySelectorAll("td, .zq-head span").forEach(
            cell => told.push(cell.textContent));
    });
    return told;
}"""


@pytest.fixture(scope="module")
def map_page(context: BrowserContext, run: Path) -> Opened:
    return visit(context, run / "map.html")


@pytest.mark.browser
def test_the_map_is_drawn_and_nothing_runs_is_asked_or_complained_of(
    map_page: Opened,
) -> None:
    assert len(map_page.page.evaluate(COLOURS)) > 15
    assert map_page.page.title() == "选址核查图 · 小县"
    assert was_run(map_page.page) is None
    assert map_page.troubles == []


@pytest.mark.browser
def test_popups_and_tooltips_show_every_string_as_text(map_page: Opened) -> None:
    page = map_page.page
    told = blanks_joined(page.evaluate(POPUPS))
    tips = blanks_joined(page.locator(".zt-site span:last-child").all_text_contents())
    places = blanks_joined(page.locator(".zt-place").all_text_contents())

    assert told >= WANTED
    assert tips >= WANTED
    assert places >= {one for one in WANTED if "\ufffd" not in one and one}
    assert page.locator("img, iframe, object, embed, base, a[href^=java]").count() == 0
    assert was_run(page) is None
    assert map_page.troubles == []


@pytest.mark.browser
def test_cards_and_search_show_every_name_as_text(map_page: Opened) -> None:
    page = map_page.page
    names = blanks_joined(page.locator(".zs-name").all_text_contents())
    assert names >= WANTED
    for words in ("<img", "{{", "=1"):
        page.fill(".zk-field", words)
        assert any(words in row for row in page.locator(".zk-row").all_inner_texts())
    assert was_run(page) is None
    assert map_page.troubles == []


@pytest.mark.browser
def test_the_page_of_the_report_shows_every_string_as_text(
    context: BrowserContext, run: Path
) -> None:
    page, troubles = context.new_page(), list[str]()
    page.on("console", lambda said: troubles.append(said.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("dialog", lambda dialog: troubles.append(dialog.message))
    page.on("request", lambda asked: troubles.append(asked.url[:60]))

    page.goto((run / "report.html").as_uri(), timeout=LOADING_MS)

    cells = blanks_joined(page.locator("td, th").all_text_contents())
    heads = " ".join(blanks_joined(page.locator("h1, h2, h3").all_text_contents()))
    assert all(any(words in cell for cell in cells) for words in WANTED)
    assert any(words in heads for words in WANTED)
    assert (
        page.locator(
            "script, iframe, svg:not(.map > svg), math, base, object, embed"
        ).count()
        == 0
    )
    assert was_run(page) is None
    assert [one for one in troubles if not one.startswith(("file:", "data:"))] == []


def titled(words: str) -> Base:
    """Return a small base that bears `words` wherever a base has words of its own."""
    base = handmade_base()
    layer = base.layers["facility"]
    problem = Problem(
        code="FIELD_MISSING",
        values=dict.fromkeys(("layer_zh", "layer_en", "field", "aliases"), words),
    )
    return replace(
        base,
        name=words,
        layers={
            "facility": replace(
                layer,
                info=replace(layer.info, edition=words, path=words),
                problems=(problem,),
            )
        },
        absent={"river": Absence(statement=words, source=words, date="2026-01-01")},
        missing={"road": (problem,)},
    )


@pytest.mark.browser
def test_title_legend_edition_and_columns_of_a_base_are_text(
    context: BrowserContext, tmp_path: Path
) -> None:
    path = tmp_path / "base.html"
    opened = Opened(page=context.new_page())
    page, troubles = opened.page, opened.troubles
    page.on("pageerror", lambda error: troubles.append(f"error: {error}"))
    page.on("console", lambda said: troubles.append(f"{said.type}: {said.text}"))
    page.on("dialog", lambda dialog: troubles.append(f"dialog: {dialog.message}"))
    page.on("request", lambda asked: troubles.append(asked.url[:200]))
    for words in STRINGS:
        tiles = TileSource(
            urls=(),
            hosts=(),
            label=(words, words),
            credit=(words, words),
            subdomains="",
            deepest=18,
            carries_key=False,
        )
        write_map(titled(words), path, tiles=tiles)
        page.goto(path.as_uri(), timeout=LOADING_MS)
        page.wait_for_selector(".zp-main")

        wanted = shown(words)
        title = f"国土空间底图 · {wanted}".strip()
        assert " ".join(page.title().split()) == title, words
        for place in (".zp-title", ".zl-row >> nth=-1", ".zt-credit", ".zo-sub"):
            text = page.locator(place).first.text_content() or ""
            assert wanted in " ".join(text.split()), (place, words)
        remarks = blanks_joined(page.locator(".zf-plain").all_text_contents())
        assert sum(wanted in remark for remark in remarks) == 2, words
        assert was_run(page) is None, words
        assert page.locator(".zl-row").count() > 15, words
        assert page.locator("canvas").count() > 0, words
    asked = [one for one in troubles if not one.startswith(("file:", "data:"))]
    assert asked == []


# ----------------------------------------------------------------- Word and tables
def test_word_holds_every_name_and_no_paragraph_that_a_name_wrote(run: Path) -> None:
    document = docx.Document(str(run / "report.docx"))
    body = document.element.iter(qn("w:p"))
    lines = blanks_joined([Paragraph(one, document).text for one in body])

    assert all(any(words in line for line in lines) for words in WANTED)
    assert "结论:无冲突" not in lines
    assert not any("投资49万" in line for line in lines)


def cells_of(path: Path) -> Iterator[tuple[str, openpyxl.cell.Cell]]:
    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from ((sheet.title, cell) for cell in row if cell.value is not None)


def test_no_cell_of_the_ledger_is_a_formula_or_a_link(run: Path) -> None:
    seen = set()
    for sheet, cell in cells_of(run / "ledger.xlsx"):
        assert cell.data_type in {"s", "n"}, (sheet, cell.coordinate)
        assert cell.hyperlink is None
        seen.add(" ".join(str(cell.value).split()))
    # openpyxl reads the escape of a character by its code as that character
    assert seen >= WANTED - {"_x0041_"}


def test_no_cell_of_a_csv_starts_like_a_formula(run: Path) -> None:
    for path in sorted((run / "ledger").glob("*.csv")):
        text = path.read_text(encoding="utf-8-sig")
        for row in csv.reader(text.splitlines(keepends=True)):
            for cell in row:
                plain = cell.lstrip(" \u3000")
                number = plain.lstrip("-").replace(".", "", 1).isdigit()
                assert number or not plain.startswith(FORMULA_SIGNS), (path.name, cell)


def test_json_geopackage_and_project_can_be_read_and_hold_the_names(
    run: Path, report: Report
) -> None:
    names = [clean(result.site.name) for result in report.sites]
    told = json.loads((run / "verdict.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(run / "result.gpkg")) as database:
        rows = database.execute("SELECT site_name FROM sites").fetchall()
    project = ET.parse(run / "result.qgs")  # noqa: S314 (made by the package itself)

    assert [clean(site["name"]) for site in told["sites"]] == names
    assert sorted(row[0] for row in rows) == sorted(names)
    assert project.getroot().tag == "qgis"
