"""The Word report of a batch: a ranked table, then pages for what must be acted on."""

import re
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from handmade import handmade_report, report_of

from zoning.model import Verdict
from zoning.report.document import document_bytes
from zoning.report.page import page_bytes
from zoning.report.story import ranked, tell_story


def paper(lang: str) -> Any:
    return Document(BytesIO(document_bytes(tell_story(handmade_report(), lang=lang))))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_site_but_the_clear_ones_has_pages_in_the_order_of_the_table(
    lang: str,
) -> None:
    sites = ranked(handmade_report())
    expected = [s.site.name or s.site.id for s in sites if s.verdict != Verdict.CLEAR]
    assert 0 < len(expected) < len(sites)

    document = paper(lang)

    told = [
        p.text
        for p in document.paragraphs
        if p.style is not None
        and p.style.name in {"Zoning Title", "Zoning Title Follow"}
    ]
    assert told[1:] == expected
    assert [row.cells[1].text for row in document.tables[0].rows][1:] == [
        s.site.name or s.site.id for s in sites
    ]


def test_paper_says_where_the_clear_sites_are_told_and_the_page_tells_them() -> None:
    report = handmade_report()
    clear = [s for s in report.sites if s.verdict == Verdict.CLEAR]
    note = f"“无冲突”的 {len(clear)} 个选址在 Word 报告中只列入上表"

    assert any(note in p.text for p in paper("zh").paragraphs)
    page = page_bytes(tell_story(report, lang="zh")).decode()
    anchors = set(re.findall(r'id="(site-\d+)"', page))
    assert len(anchors) == len(report.sites)


def test_a_clear_site_alone_is_told_in_full() -> None:
    one = next(s for s in handmade_report().sites if s.verdict == Verdict.CLEAR)

    story = tell_story(report_of(one), lang="zh")

    assert [site.only for site in story.pages] == [""]
    document = Document(BytesIO(document_bytes(story)))
    styled = [(p, p.style.name if p.style else "") for p in document.paragraphs]
    chapters = [paragraph for paragraph, name in styled if name == "Heading 1"]
    assert chapters[0].paragraph_format.page_break_before
    assert not any(p.paragraph_format.page_break_before for p in chapters[1:])
