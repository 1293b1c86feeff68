"""`report.docx`: what a planning office reads, files and edits."""

import re
import zipfile
from dataclasses import replace
from functools import cache
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from docx.oxml.ns import qn
from handmade import handmade_base, handmade_report, report_of
from jinja2.exceptions import SecurityError

from zoning.errors import Problem
from zoning.model import Gap, Report, SiteResult, State, Verdict
from zoning.report.coordinates import boundary_points
from zoning.report.document import clean, document_bytes
from zoning.report.story import tell_story
from zoning.report.template import build_template, template_bytes
from zoning.report.texts import text
from zoning.report.wording import line_summary, worst_state


@cache
def whole(lang: str) -> Any:
    return Document(BytesIO(document_bytes(tell_story(handmade_report(), lang=lang))))


def document_of(*sites: SiteResult, lang: str = "zh") -> Any:
    story = tell_story(report_of(*sites), lang=lang)
    return Document(BytesIO(document_bytes(story)))


def words_of(document: Any) -> str:
    return "\n".join(node.text or "" for node in document.element.iter(qn("w:t")))


def site(verdict: Verdict) -> SiteResult:
    return next(s for s in handmade_report().sites if s.verdict == verdict)


def test_the_same_report_gives_the_same_bytes() -> None:
    story = tell_story(report_of(site(Verdict.NOTICE)), lang="zh")

    first, second = document_bytes(story), document_bytes(story)

    assert first == second
    assert {info.date_time for info in zipfile.ZipFile(BytesIO(first)).infolist()} == {
        (1980, 1, 1, 0, 0, 0)
    }


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_committed_template_is_the_one_the_code_makes(lang: str) -> None:
    made, committed = build_template(lang), template_bytes(lang)

    for name in zipfile.ZipFile(BytesIO(made)).namelist():
        ours = zipfile.ZipFile(BytesIO(made)).read(name)
        assert ours == zipfile.ZipFile(BytesIO(committed)).read(name), name


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_never_claims_an_approval(lang: str) -> None:
    said = words_of(whole(lang))

    assert "审批通过" not in said
    assert "通过审批" not in said
    footer = whole(lang).sections[0].footer.paragraphs[0].text
    assert text("report.footer", lang) in footer


def test_no_tag_of_the_template_is_left() -> None:
    assert not re.search(r"\{[{%]|[%}]\}", words_of(whole("zh")))


def test_a_demo_base_is_stamped_and_a_real_one_is_not() -> None:
    assert whole("zh").sections[0].header.paragraphs[0].text == "示范数据"
    real = replace(handmade_base(), demo=False)
    story = tell_story(report_of(site(Verdict.NOTICE), base=real), lang="zh")

    stamped = Document(BytesIO(document_bytes(story))).sections[0].header

    assert stamped.paragraphs[0].text == ""


def test_the_first_page_says_verdict_gaps_and_reason_in_one_place() -> None:
    result = site(Verdict.PROHIBITED)

    page = tell_story(report_of(result), lang="zh").pages[0].first

    assert page.headline == "禁止 · 1 项未核查"
    worst = next(f for f in result.findings if f.state == State.PROHIBITED)
    assert worst.title["zh"] in page.why
    assert worst.source is not None
    assert worst.source.clause in page.why
    assert page.picture is not None
    assert page.table is not None
    assert [row.cells[0] for row in page.table.rows[:3]] == [
        "永久基本农田",
        "生态保护红线",
        "城镇开发边界",
    ]


def test_a_line_that_no_rule_read_is_not_checked_and_never_clear() -> None:
    silent = replace(site(Verdict.CLEAR), findings=(), gaps=())

    line = line_summary(silent, "ecological_redline")
    document = document_of(silent)

    assert line.state == State.NOT_CHECKED
    assert worst_state([]) == State.NOT_CHECKED
    assert "生态保护红线未核查" in words_of(document)
    assert "☑" not in words_of(document)


def test_a_gap_takes_the_clear_away_from_its_line() -> None:
    clear = site(Verdict.CLEAR)
    layer = clear.findings[0].layer
    problem = Problem(
        code="UNREADABLE_ROWS", values={"layer": layer, "count": "1", "rows": "7"}
    )
    gap = Gap(rule_id=clear.findings[0].rule_id, layer=layer, problem=problem)

    assert line_summary(clear, layer).state == State.CLEAR
    assert line_summary(replace(clear, gaps=(gap,)), layer).state == State.NOT_CHECKED


def test_an_undetermined_site_names_the_layer_and_the_cure() -> None:
    result = site(Verdict.UNDETERMINED)

    said = words_of(document_of(result))

    assert "无法判定 · 1 项未核查" in said
    assert "不能据此认为不涉及" in said
    assert result.gaps[0].problem.cure("zh") in said


def test_several_sites_are_ranked_worst_first_and_all_are_there() -> None:
    story = tell_story(handmade_report(), lang="zh")

    assert story.summary is not None
    grid = story.summary.blocks[0]
    shown = [row.state for row in grid.rows]  # type: ignore[union-attr]  # the first block is the table
    assert list(dict.fromkeys(shown)) == [
        "PROHIBITED",
        "CONDITIONAL",
        "REJECTED",
        "UNDETERMINED",
        "NOTICE",
        "CLEAR",
    ]
    assert len(shown) == len(handmade_report().sites) == len(story.pages)


def test_one_site_has_no_summary() -> None:
    assert tell_story(report_of(site(Verdict.NOTICE)), lang="zh").summary is None


def test_a_clear_site_in_a_batch_is_short_and_shows_its_evidence() -> None:
    pages = {p.first.state: p for p in tell_story(handmade_report(), lang="zh").pages}

    keys = [section.key for section in pages["CLEAR"].sections]

    paper = [part.key for part in pages["CLEAR"].sections if part.only != "html"]
    assert "evidence" in keys
    assert "evidence" not in paper
    assert "counts" in paper
    assert "points" in [section.key for section in pages["PROHIBITED"].sections]


def test_a_rejected_site_says_what_is_wrong_and_how_to_mend_it() -> None:
    rejected = site(Verdict.REJECTED)
    assert rejected.site.rejection is not None

    said = words_of(document_of(rejected))

    assert rejected.site.rejection.number in said
    assert rejected.site.rejection.cure("zh") in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_style_of_ours_names_an_east_asian_font(lang: str) -> None:
    styles = Document(BytesIO(template_bytes(lang))).styles
    ours = [s for s in styles if s.name.startswith("Zoning ") or s.name in HEADINGS]

    fonts = {s.name: s.element.rPr.rFonts.get(qn("w:eastAsia")) for s in ours}

    assert fonts["Heading 1"] == "黑体"
    assert fonts["Heading 2"] == "楷体"
    assert fonts["Zoning Body"] == "仿宋"
    assert None not in fonts.values()


def test_the_body_has_sixteen_points_one_and_a_half_lines_and_two_characters() -> None:
    body = Document(BytesIO(template_bytes("zh"))).styles["Zoning Body"]

    assert body.font.size.pt == 16
    assert body.paragraph_format.line_spacing == 1.5
    assert body.element.pPr.ind.get(qn("w:firstLineChars")) == "200"


HEADINGS = {"Heading 1", "Heading 2"}
HOSTILE = '甲<w:t>结论：无冲突</w:t>&"{{ 7*7 }}{% raw %}\x00\x0b\ud800'


def test_a_hostile_name_stays_a_name() -> None:
    result = site(Verdict.NOTICE)
    named = replace(result, site=replace(result.site, name=HOSTILE))

    document = document_of(named)

    assert document.paragraphs[0].text == clean(HOSTILE)
    assert "49" not in document.paragraphs[0].text
    assert not any(p.text == "结论：无冲突" for p in document.paragraphs)


def test_a_template_that_reaches_for_the_machine_is_stopped() -> None:
    document = Document(BytesIO(template_bytes("zh")))
    document.add_paragraph("{{ ''.__class__.__mro__ }}", style="Zoning Body")
    evil = BytesIO()
    document.save(evil)
    story = tell_story(report_of(site(Verdict.REJECTED)), lang="zh")

    with pytest.raises(SecurityError):
        document_bytes(story, evil.getvalue())


def test_an_office_may_put_its_own_table_and_wording_into_the_template() -> None:
    document = Document(BytesIO(template_bytes("zh")))
    document.add_paragraph("示范县自然资源局 {{ title }}", style="Zoning Body")
    document.add_table(rows=1, cols=2).rows[0].cells[0].text = "承办人"
    own = BytesIO()
    document.save(own)
    story = tell_story(report_of(site(Verdict.NOTICE)), lang="zh")

    said = words_of(Document(BytesIO(document_bytes(story, own.getvalue()))))

    assert "示范县自然资源局 项目选址核查报告" in said
    assert "承办人" in said


def test_pictures_carry_words_for_those_who_cannot_see_them() -> None:
    document = document_of(site(Verdict.PROHIBITED))
    said = [shape._inline.docPr.get("descr") for shape in document.inline_shapes]

    assert len(said) >= 2
    assert all("禁止" in words for words in said)


def test_head_rows_are_repeated_and_columns_have_the_widths_of_the_grid() -> None:
    document = document_of(site(Verdict.PROHIBITED))
    first = document.tables[0]

    assert first._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    widths = [
        int(c.get(qn("w:w"))) for c in first._tbl.tblGrid.findall(qn("w:gridCol"))
    ]
    assert sum(widths) == pytest.approx(162 / 25.4 * 1440, abs=5)


def test_boundary_points_close_each_ring_and_edges_sum_to_the_outline() -> None:
    result = site(Verdict.PROHIBITED)
    assert result.site.geometry is not None

    points = boundary_points(result)

    assert points[0].name == points[-1].name == "J1"
    assert (points[0].x, points[0].y) == (points[-1].x, points[-1].y)
    assert points[-1].edge_m is None
    outline = sum(point.edge_m or 0.0 for point in points)
    assert outline == pytest.approx(result.site.geometry.length)
    west, south, east, north = result.site.geometry.bounds
    assert all(south <= p.x <= north and west <= p.y <= east for p in points)


def test_coordinates_are_paged_by_thirty_rows() -> None:
    result = site(Verdict.PROHIBITED)
    assert result.site.geometry is not None
    dense = replace(result.site, geometry=result.site.geometry.segmentize(50.0))
    story = tell_story(report_of(replace(result, site=dense)), lang="zh")

    (section,) = [s for s in story.pages[0].sections if s.key == "points"]
    grids = [b for b in section.blocks if hasattr(b, "rows")]

    assert len(grids) > 1
    assert all(len(grid.rows) == 30 for grid in grids[:-1])
    total = sum(len(grid.rows) for grid in grids)
    assert total == len(boundary_points(replace(result, site=dense)))


@pytest.mark.parametrize(
    ("declared", "key"),
    [
        (1.0, "neither"),
        (None, None),
    ],
)
def test_the_declared_area_is_compared_with_both(
    declared: float | None, key: str | None
) -> None:
    said = words_of(document_of(with_declared(declared)))

    assert ("均不相符" in said) is (key == "neither")


def with_declared(declared: float | None) -> SiteResult:
    result = site(Verdict.PROHIBITED)
    return replace(result, site=replace(result.site, area_declared_m2=declared))


def test_the_area_that_matches_is_named() -> None:
    result = site(Verdict.PROHIBITED)

    ellipsoidal = words_of(document_of(with_declared(result.area_m2)))
    plane = words_of(document_of(with_declared(result.area_plane_m2)))

    assert "与椭球面积相符" in ellipsoidal
    assert "与投影面积相符" in plane


def test_english_says_it_in_english() -> None:
    said = words_of(whole("en"))

    assert "What was not checked" in said
    assert (
        "Technical reference" in words_of(whole("en").sections[0].footer.part) or said
    )


def test_layers_and_packs_are_named_with_edition_and_hash() -> None:
    report: Report = handmade_report()
    said = words_of(whole("zh"))

    for layer in report.base.layers.values():
        assert layer.info.sha256[:16] in said
    for pack in report.packs:
        assert pack.version in said


def test_an_access_list_nobody_could_read_is_not_told_as_having_no_clause() -> None:
    result = site(Verdict.UNDETERMINED)
    unread = replace(
        result.findings[0],
        rule_id="UNIT-001",
        layer="access_list",
        state=State.NOT_CHECKED,
    )

    said = words_of(document_of(replace(result, findings=(unread,))))

    assert "没有与本项目有关的条款" not in said
    assert "UNIT-001" in said


def test_a_long_batch_tells_the_worst_and_says_what_it_leaves_to_the_ledger() -> None:
    rejected = site(Verdict.REJECTED)
    story = tell_story(report_of(*[rejected] * 70, site(Verdict.PROHIBITED)), lang="zh")

    assert story.summary is not None
    assert story.pages[0].first.state == Verdict.PROHIBITED
    assert len(story.pages) == 60
    assert len(story.summary.blocks[0].rows) == 71  # type: ignore[union-attr]  # the first block is the table
    assert "共 71 个选址" in story.summary.blocks[1].text  # type: ignore[union-attr]  # the second is the note
