"""Runs at the edges: nothing found, very many, very long, without fonts or layers.

Each writes every file of a run, and each file can be opened and reads.
"""

import json
import math
import os
import sqlite3
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import docx
import matplotlib as mpl
import matplotlib.font_manager
import openpyxl
import pytest
import shapely
import small_base
import yaml
from browsing import ARGUMENTS, chromium
from loading import LOADING_MS
from map_reading import Tags, page_data
from playwright.sync_api import BrowserContext, sync_playwright
from shapely.geometry.base import BaseGeometry
from test_map_browser import COLOURS, context, visit
from test_page import Elements

from zoning.check import check
from zoning.io.base import open_base
from zoning.io.sites import read_sites
from zoning.model import Base, CheckOptions, Report, Verdict
from zoning.report.map import write_map
from zoning.report.run import write_run
from zoning.rules.packs import read_rule_book

pytestmark = pytest.mark.slow

__all__ = ["context"]  # the fixture of the module that first opened a map

LONG = ("巫山县长江干流沿线生态修复与高标准农田建设及配套基础设施提升工程" * 7)[:200]
TOWN = shapely.box(402_100, 3_432_100, 402_200, 3_432_200)
FARM = shapely.box(400_150, 3_435_050, 400_300, 3_435_150)
OPTIONAL = ("dem", "land_cover", "corridor_layout", "heritage_site", "facility")

Sites = list[tuple[BaseGeometry, str]]


def many() -> Sites:
    return [
        (
            shapely.box(west, south, west + 250, south + 200),
            f"项目{column + 20 * row + 1}",
        )
        for row in range(10)
        for column in range(20)
        for west, south in [(391_000 + 900 * column, 3_431_000 + 1800 * row)]
    ]


def jagged() -> Sites:
    angles = [2 * math.pi * k / 3000 for k in range(3000)]
    ring = [
        (
            400_200 + (300 + 20 * math.sin(37 * a)) * math.cos(a),
            3_435_100 + (300 + 20 * math.sin(37 * a)) * math.sin(a),
        )
        for a in angles
    ]
    return [(shapely.Polygon(ring), "三千顶点")]


FONTS = """async () => {
    await document.fonts.ready;
    return [...document.fonts].map(font => font.status);
}"""
CASES: dict[str, Callable[[], Sites]] = {
    "nothing found": lambda: [(TOWN, "城内地块")],
    "one site": lambda: [(FARM, "农田地块")],
    "two hundred sites": many,
    "three thousand vertices": jagged,
    "name of two hundred characters": lambda: [(FARM, LONG)],
    "without optional layers": lambda: [(FARM, "农田地块"), (TOWN, "城内地块")],
    "without fonts": lambda: [(FARM, "农田地块")],
}


def bare_base(folder: Path) -> Base:
    """Write a base that lacks all optional layers."""
    small_base.write_base(folder)
    path = folder / "zoning.yaml"
    told = yaml.safe_load(path.read_text(encoding="utf-8"))
    for layer in OPTIONAL:
        told["layers"].pop(layer, None)
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")
    return open_base(folder)


def report_on(base: Base, sites: Sites, folder: Path) -> Report:
    path = folder / "sites.geojson"
    small_base.write_geojson(path, [(shape, {"name": name}) for shape, name in sites])
    book = read_rule_book(base.packs, base.folder)
    options = CheckOptions(as_of=date(2026, 11, 23))
    return check(read_sites([path]), base, book, options=options)


@pytest.fixture(scope="module", params=CASES)
def made(
    request: pytest.FixtureRequest, base: Base, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Report, Path]:
    folder = tmp_path_factory.mktemp("matrix")
    lacking = request.param == "without optional layers"
    own = bare_base(folder / "base") if lacking else base
    report = report_on(own, CASES[request.param](), folder)
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "without fonts":
            patch.setattr(mpl.font_manager.fontManager, "ttflist", [])
            patch.setattr(mpl.font_manager.fontManager, "afmlist", [])
        return report, write_run(report, folder / "run")


def test_every_file_is_written_and_can_be_opened(made: tuple[Report, Path]) -> None:
    report, run = made
    count = len(report.sites)
    assert count == len(json.loads((run / "verdict.json").read_bytes())["sites"])
    assert json.loads((run / "MANIFEST.json").read_bytes())["digest"]
    book = openpyxl.load_workbook(run / "ledger.xlsx")
    assert book.worksheets[0].max_row == count + 1
    assert len(book.worksheets) == len(list((run / "ledger").glob("*.csv"))) > 4
    with closing(sqlite3.connect(run / "result.gpkg")) as database:
        assert database.execute("SELECT count(*) FROM sites").fetchone() == (count,)
    assert ET.parse(run / "result.qgs").getroot().tag == "qgis"  # noqa: S314 (made by the package itself)
    assert (run / "findings.parquet").read_bytes()[:4] == b"PAR1"
    assert Elements((run / "report.html").read_text(encoding="utf-8")).open == []


def test_no_chapter_of_the_word_report_is_empty(made: tuple[Report, Path]) -> None:
    document = docx.Document(str(made[1] / "report.docx"))
    levels: list[tuple[int, str]] = []
    for block in document.iter_inner_content():
        style = str(block.style.name) if block.style else ""
        text = "".join(block._element.itertext()).strip()
        picture = block._element.xpath(".//pic:pic")
        if style.startswith("Heading"):
            levels.append((int(style[-1]), text))
        elif text or picture:
            levels.append((9, text))
    levels.append((0, "end"))

    bare = [
        before[1]
        for before, after in pairwise(levels)
        if before[0] < 9 and after[0] <= before[0]
    ]
    assert levels
    assert bare == []
    assert "Error" not in {text for _, text in levels}


def test_the_map_of_the_run_is_small_and_whole(made: tuple[Report, Path]) -> None:
    report, run = made
    html = (run / "map.html").read_text(encoding="utf-8")

    assert len(html.encode()) <= 2_000_000
    tags = Tags()
    tags.feed(html)
    assert {tag for tag, _ in tags.seen} >= {"html", "title", "script", "style"}
    if 'id="zoning-data">{' in html:
        assert len(page_data(html)["sites"]) == len(report.sites)
    else:
        assert len(report.sites) == 200


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_map_and_report_fit_the_screen(
    made: tuple[Report, Path], context: BrowserContext, width: int
) -> None:
    report, run = made
    opened = visit(context, run / "map.html")
    page = opened.page
    page.set_viewport_size({"width": width, "height": 800})
    page.reload()
    page.wait_for_selector(".zp-main")

    assert opened.troubles == []
    assert len(page.evaluate(COLOURS)) >= 4
    title = page.locator(".zp-title").bounding_box()
    assert title is not None
    assert title["height"] < 90  # three lines of 20 px
    assert page.locator(".zs").count() == len(report.sites)
    shut = page.locator(".zp-side.zp-shut").count()
    assert shut == (width == 390)
    page.goto((run / "report.html").as_uri(), timeout=LOADING_MS)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # a state in a narrow column breaks between words, not between all signs
    tall = page.evaluate(
        """() => [...document.querySelectorAll(".state")].filter(
            mark => mark.offsetHeight > 60).map(mark => mark.textContent)"""
    )
    assert tall == []
    page.close()


@pytest.mark.browser
def test_marks_of_worse_sites_are_not_covered_by_milder_names(
    context: BrowserContext, base: Base, tmp_path: Path
) -> None:
    report = report_on(base, many(), tmp_path)
    assert {site.verdict for site in report.sites} > {Verdict.PROHIBITED}
    write_map(report, tmp_path / "map.html")

    page = visit(context, tmp_path / "map.html").page

    covered = page.evaluate(
        """() => {
            const names = [...document.querySelectorAll(".zt-site")];
            const box = name => name.getBoundingClientRect();
            const full = names.filter(name => !name.classList.contains("zt-small"));
            const meet = (a, b) => a.left < b.right && a.right > b.left
                && a.top < b.bottom && a.bottom > b.top;
            const worst = names[0].firstChild.textContent;
            return names.filter(name => name.firstChild.textContent === worst
                && full.some(other => other.firstChild.textContent !== worst
                    && meet(box(name), box(other)))).length;
        }"""
    )
    assert covered == 0


@pytest.mark.browser
def test_pages_bring_their_own_letters_to_a_machine_of_latin_ones(
    base: Base, tmp_path: Path
) -> None:
    program = chromium()
    run = write_run(report_on(base, [(FARM, "农田地块")], tmp_path), tmp_path / "run")
    settings = tmp_path / "fonts.conf"
    latin = Path(mpl.get_data_path()) / "fonts/ttf"
    settings.write_text(
        f"<fontconfig><dir>{latin}</dir></fontconfig>", encoding="utf-8"
    )
    pages = [run / "map.html", run / "report.html"]
    # the shared browser's loop runs in this thread: another one needs its own
    with ThreadPoolExecutor(1) as apart:
        found = apart.submit(fonts_used, program, settings, pages).result()

    assert found == [["loaded"], ["loaded"]]


def fonts_used(program: str, settings: Path, pages: list[Path]) -> list[list[str]]:
    """Return what became of the fonts that each page carries."""
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=program,
            args=ARGUMENTS,
            env={**os.environ, "FONTCONFIG_FILE": str(settings)},
        )
        page = browser.new_page()
        found = []
        for path in pages:
            page.goto(path.as_uri(), timeout=LOADING_MS)
            page.wait_for_timeout(300)
            found.append(page.evaluate(FONTS))
        browser.close()
    return found
