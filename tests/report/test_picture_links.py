"""`report.html`: a finding leads to its place in the picture, and a place to it."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from io import BytesIO

import numpy as np
import pytest
import shapely
from handmade import AS_OF, handmade_base, handmade_report, report_of
from hostile import NAMES
from numpy.typing import NDArray
from PIL import Image
from typing_extensions import override

from zoning.model import CheckOptions, Report, SiteResult, State
from zoning.report.blocks import (
    FirstPage,
    Grid,
    GridRow,
    Picture,
    PictureShape,
    Section,
    ShapeFinding,
    SitePages,
)
from zoning.report.figure import drawn_figure, site_figure
from zoning.report.page import page_bytes
from zoning.report.picture_links import site_links
from zoning.report.picture_shapes import path_of
from zoning.report.story import tell_story
from zoning.report.wording import Context

IDENTITY = (1.0, 0.0, 1.0, 0.0)
LEGEND_STARTS = 0.71
"""Share of the picture's width that is map."""

OUTLINE = 6
"""Pixels of the site's outline, which lies over the edge of a conflict."""


@cache
def page(lang: str = "zh", *, share: bool = False) -> str:
    return page_bytes(tell_story(handmade_report(), lang=lang, share=share)).decode()


class Links(HTMLParser):
    """Ids with their tag, links of tables and links of pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[tuple[str, str]] = []
        self.from_tables: list[str] = []
        self.from_pictures: list[tuple[str, str]] = []
        self.labels: list[str] = []
        self.paths = 0
        self._picture = False
        self._row = False
        self.feed(html)
        self.close()

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self._picture |= tag == "svg"
        self._row |= tag == "tr"
        self.paths += tag == "path"
        if "id" in found:
            self.ids.append((tag, found["id"]))
        if tag == "a" and self._picture:
            self.from_pictures.append((found.get("id", ""), found["href"][1:]))
            self.labels.append(found["aria-label"])
        elif tag == "a" and self._row:
            self.from_tables.append(found["href"][1:])

    @override
    def handle_endtag(self, tag: str) -> None:
        self._picture &= tag != "svg"
        self._row &= tag != "tr"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_link_of_the_page_leads_to_one_thing(lang: str) -> None:
    links = Links(page(lang))
    ids = Counter(name for _, name in links.ids)
    hrefs = re.findall(r'href="#([^"]*)"', page(lang))

    assert set(ids.values()) == {1}
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in ids)
    assert len(hrefs) > 20
    assert set(hrefs) <= set(ids)


def told_conflicts(site: SiteResult) -> set[str]:
    """Return rules of the conflicts that the overview or a later sheet draws."""
    drawn = {"ecological_redline", "permanent_basic_farmland", "corridor_layout"}
    loose = {State.CLEAR, State.NOT_CHECKED}
    ruled = {f.rule_id for f in site.findings if f.state not in loose}
    return {
        rule
        for conflict in site.conflicts
        if conflict.layer in drawn and conflict.state not in loose
        for rule in conflict.rule_ids
        if rule in ruled
    }


def test_every_finding_drawn_is_linked_both_ways() -> None:
    html = page()
    links = Links(html)
    rows = {name for tag, name in links.ids if tag == "tr"}
    places = [(place, row) for place, row in links.from_pictures if place]

    assert len(places) >= 4
    for place, row in places:
        assert row in rows
        assert place in links.from_tables
        line = html[html.index(f'<tr id="{row}"') :]
        assert f'href="#{place}"' in line[: line.index("</tr>")]
    wanted = [told_conflicts(site) for site in handmade_report().sites]
    told = " ".join(links.labels)
    assert sum(len(rules) for rules in wanted) >= 2
    assert all(rule in told for rules in wanted for rule in rules)


def test_a_place_says_rule_ruling_feature_and_measure() -> None:
    conflict = handmade_report().sites[0].conflicts[0]
    label = next(one for one in Links(page()).labels if conflict.rule_ids[0] in one)

    assert "禁止" in label
    assert conflict.feature_name in label or "处" in label
    assert f"{conflict.overlap_m2:,.2f}".replace(",", "") in page()


def test_a_shared_page_shows_no_place_of_the_base() -> None:
    story = tell_story(handmade_report(), lang="zh", share=True)

    shown = [pages.first.picture for pages in story.pages]
    assert any(shown)
    assert not any(picture.shapes for picture in shown if picture)
    links = Links(page(share=True))
    assert (links.paths, links.from_tables, links.from_pictures) == (0, [], [])
    assert "<svg" not in page(share=True)
    assert Links(page()).paths > 0


def test_a_hostile_name_stays_text_in_titles_and_labels() -> None:
    result = handmade_report().sites[0]
    for name in NAMES:
        conflicts = tuple(replace(one, feature_name=name) for one in result.conflicts)
        told = tell_story(report_of(replace(result, conflicts=conflicts)), lang="zh")

        html = page_bytes(told).decode()

        drawings = "".join(re.findall(r"<svg.*?</svg>", html, re.DOTALL))
        tags = set(re.findall(r"<(\w+)", drawings))
        assert tags == {"svg", "a", "path", "title"}
        assert not re.search(r"<[^>]*\son\w+=[^>]*>", re.sub('"[^"]*"', "", drawings))


# ------------------------------------------------------------- where shapes are
def pixels(png: bytes) -> NDArray[np.int16]:
    image = Image.open(BytesIO(png)).convert("RGB")
    return np.asarray(image, dtype=np.int16)


def box_of(path: str) -> tuple[float, float, float, float]:
    numbers = np.array(re.findall(r"-?[\d.]+", path), dtype=float).reshape(-1, 2)
    (left, top), (right, low) = numbers.min(axis=0), numbers.max(axis=0)
    return left, top, right, low


def test_a_path_lies_where_the_picture_changes_when_the_conflict_is_gone() -> None:
    report: Report = handmade_report()
    context = Context(base=report.base, options=report.options, lang="zh")
    result = report.sites[0]
    drawn = drawn_figure(result, context, sheet="overview")
    bare = site_figure(replace(result, conflicts=()), context, sheet="overview")
    assert pixels(drawn.png).shape[:2] == drawn.size[::-1]

    changed = np.abs(pixels(drawn.png) - pixels(bare)).sum(axis=2) > 0
    changed[:, int(drawn.size[0] * LEGEND_STARTS) :] = False
    rows, columns = np.nonzero(changed)

    paths = [path_of(one.geometry, drawn.to_pixels) for one in drawn.conflicts]
    boxes = np.array([box_of(path) for path in paths])
    left, top = boxes[:, :2].min(axis=0)
    right, low = boxes[:, 2:].max(axis=0)
    seen = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
    assert (left, top, right, low) == pytest.approx(seen, abs=OUTLINE)
    assert right - left > 20


@pytest.mark.parametrize(
    ("wkt", "path"),
    [
        ("POINT (1.04 2)", "M1 2L1 2"),
        ("LINESTRING (0 0, 10 -0.01)", "M0 0L10 0"),
        ("POLYGON ((0 0, 9 0, 9 9.26, 0 0))", "M0 0L9 0L9 9.3Z"),
        ("MULTIPOINT ((1 2), (3 4))", "M1 2L1 2M3 4L3 4"),
        ("GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 5 5))", "M1 2L1 2M0 0L5 5"),
        ("POLYGON EMPTY", ""),
        ("POLYGON ((5 5, 5.01 5, 5.01 5.01, 5 5))", "M5 5L5 5Z"),
    ],
)
def test_paths_are_rounded_to_a_tenth_of_a_pixel(wkt: str, path: str) -> None:
    assert path_of(shapely.from_wkt(wkt), IDENTITY) == path


def test_a_hole_stays_a_hole() -> None:
    ring = shapely.box(0, 0, 90, 90).difference(shapely.box(30, 30, 60, 60))

    assert path_of(ring, (2.0, 1.0, -1.0, 100.0)).count("Z") == 2


def test_what_no_eye_sees_is_left_out() -> None:
    circle = shapely.Point(0, 0).buffer(100, quad_segs=500)

    drawn = box_of(path_of(circle, IDENTITY))

    assert drawn == pytest.approx((-100, -100, 100, 100), abs=0.5)
    assert path_of(circle, IDENTITY).count("L") < 100


# ------------------------------------------------------------------ which link
def shape(feature: str, *rules: str) -> PictureShape:
    findings = tuple(ShapeFinding(rule=rule, words=f"{rule} words") for rule in rules)
    return PictureShape(
        path="M0 0L1 1", findings=findings, feature=feature, measure="5 m²"
    )


def pages_of(pictures: list[Picture], rows: list[GridRow]) -> SitePages:
    grid = Grid(columns=("a",), rows=tuple(rows), widths=(1,))
    first = FirstPage(
        state="CLEAR", headline="", why="", picture=pictures[0], table=None
    )
    sections = (
        Section(key="a", title="a", blocks=(grid,)),
        Section(key="b", title="b", blocks=tuple(pictures[1:])),
    )
    return SitePages(
        anchor="site-7", name="", subtitle="", first=first, sections=sections
    )


def picture_of(*shapes: PictureShape) -> Picture:
    return Picture(png=b"", alt="", size=(9, 9), shapes=shapes)


def test_a_shape_leads_to_its_worst_finding_and_the_others_reach_it() -> None:
    picture = picture_of(shape("layer/1", "A", "B"), shape("layer/2", "B"))
    rows = [GridRow(cells=("B b",), rule="B"), GridRow(cells=("A a",), rule="A")]
    links = site_links(pages_of([picture], rows), 7, "en")

    first, last = links.places_of(picture)

    assert (first.anchor, first.href) == ("shape-7-2", "#finding-7-2")  # A
    assert [(one.anchor, one.lead) for one in first.shapes] == [("shape-7-2-1", True)]
    assert [(one.anchor, one.lead) for one in last.shapes] == [
        ("", False),
        ("shape-7-1-2", True),
    ]
    assert last.label == "B words (2 places on the map)"
    assert links.of_row(rows[0]).href == "#shape-7-1"
    assert links.of_row(rows[1]).anchor == "finding-7-2"


def test_a_second_picture_leads_to_the_row_but_takes_no_id() -> None:
    pictures = [picture_of(shape("layer/1", "A")) for _ in range(2)]
    rows = [GridRow(cells=("A a",), rule="A"), GridRow(cells=("1",), feature="layer/1")]
    links = site_links(pages_of(pictures, rows), 7, "zh")

    (again,) = links.places_of(pictures[1])

    assert (again.anchor, again.href) == ("", "#finding-7-1")
    assert [one.anchor for one in again.shapes] == [""]
    assert links.of_row(rows[1]).href == "#shape-7-1-1"


def test_a_rule_told_twice_has_one_row_to_land_on() -> None:
    rows = [GridRow(cells=("x", "A a"), rule="A"), GridRow(cells=("A",), rule="A")]
    links = site_links(pages_of([picture_of(shape("", "A"))], rows), 7, "zh")

    first, second = (links.of_row(row) for row in rows)

    assert (first.anchor, first.column, first.words) == ("finding-7-1", 1, "A")
    assert (second.anchor, second.href) == ("", "#shape-7-1")


def test_what_is_not_drawn_or_not_told_has_no_link() -> None:
    picture = picture_of(shape("layer/1", "UNTOLD"))
    rows = [GridRow(cells=("A a",), rule="A"), GridRow(cells=("plain",))]
    links = site_links(pages_of([picture], rows), 7, "zh")

    assert links.places_of(picture) == ()
    assert [links.of_row(row).href for row in rows] == ["", ""]


def test_the_same_report_gives_the_same_links() -> None:
    base = handmade_base()
    options = CheckOptions(as_of=AS_OF)
    context = Context(base=base, options=options, lang="zh")
    result = handmade_report().sites[0]

    first, second = (
        drawn_figure(result, context, sheet="overview").to_pixels for _ in range(2)
    )

    assert first == second
    assert page_bytes(tell_story(handmade_report(), lang="zh")).decode() == page()
